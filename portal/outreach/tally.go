package outreach

import (
	"cmp"
	"slices"
)

// LinkVisits is how often one link was opened on one day.
type LinkVisits struct {
	Visit
	Target
	Place
	Visits int64
}

// Tally is what somebody may see of the visits: rows by day, and every village of
// theirs, reached or not.
type Tally struct {
	Rows   []LinkVisits
	Places []Place
}

// Sum is the visits of one thing that was counted by.
type Sum[K comparable] struct {
	Of     K
	Visits int64
}

// ByVillage adds up the villages, those that nobody reached first.
func (t Tally) ByVillage() []Sum[Place] {
	sums := map[Place]int64{}
	for _, p := range t.Places {
		sums[p] = 0
	}
	for _, r := range t.Rows {
		if r.Village != "" {
			sums[r.Place] += r.Visits
		}
	}
	return sorted(sums, func(a, b Sum[Place]) int {
		return cmp.Or(cmp.Compare(a.Visits, b.Visits), cmp.Compare(a.Of.Town, b.Of.Town), cmp.Compare(a.Of.Village, b.Of.Village))
	})
}

// ByTarget adds up what was opened, the most first. A link that belongs to nobody has no
// target here; target names it.
func (t Tally) ByTarget(target func(Code) (Target, bool)) []Sum[Target] {
	sums := map[Target]int64{}
	for _, r := range t.Rows {
		of := r.Target
		if r.Code.Public() {
			of, _ = target(r.Code)
		}
		sums[of] += r.Visits
	}
	return sorted(sums, func(a, b Sum[Target]) int {
		return cmp.Or(cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.Of.String(), b.Of.String()))
	})
}

// ByTime adds up spans of time, the latest first; span names that of a day.
func (t Tally) ByTime(span func(day int64) string) []Sum[string] {
	sums := map[string]int64{}
	for _, r := range t.Rows {
		sums[span(r.Day)] += r.Visits
	}
	return sorted(sums, func(a, b Sum[string]) int { return cmp.Compare(b.Of, a.Of) })
}

func sorted[K comparable](sums map[K]int64, order func(a, b Sum[K]) int) []Sum[K] {
	var out []Sum[K]
	for of, n := range sums {
		out = append(out, Sum[K]{of, n})
	}
	slices.SortFunc(out, order)
	return out
}
