package web

import (
	"cmp"
	"slices"
)

// elderSizes are the steps of the type in elder mode, in percent of its own size, which
// is large already: at the second step text is 30 px high, and the third still fits a
// handset without scrolling sideways.
var elderSizes = []string{"100", "125", "150"}

// Larger returns the address of this page one step larger, for elder mode; "" at the
// largest.
func (p page) Larger() string { return p.sized(1) }

// Smaller returns the address of this page one step smaller; "" at the smallest.
func (p page) Smaller() string { return p.sized(-1) }

func (p page) sized(by int) string {
	i := slices.Index(elderSizes, p.View.Percent())
	if i < 0 { // larger than any of these, chosen in another mode
		i = len(elderSizes)
	}
	if i += by; i < 0 || i >= len(elderSizes) {
		return ""
	}
	v := p.View
	if v.Size = elderSizes[i]; v.Size == elderSizes[0] {
		v.Size = ""
	}
	return modeAddress(p.Lang.path(p.Path)+p.Member, choice{cmp.Or(p.Mode, modeElder), v}.param())
}

// in returns the settings that a mode keeps when somebody changes over to it with them:
// in elder mode no size beyond its own steps. The standard mode, which has no tools to
// take settings back, begins without any.
func (v view) in(mode string) view {
	if mode == modeElder && v.Size != "" && !slices.Contains(elderSizes, v.Size) {
		v.Size = elderSizes[len(elderSizes)-1]
	}
	return v
}
