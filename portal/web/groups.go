package web

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// A long list of choices comes in groups in elder mode, one at a time. What was chosen
// in another group stays chosen.
const (
	formGroup = "-group" // number of the group to show
	maxGroups = 99
)

// groupAsked returns the group of choices that a post wants to see; 0 for none.
func groupAsked(c *fiber.Ctx) int { return groupNamed(c, formGroup) }

// groupNamed is groupAsked for one of several long lists on a page, by the name of the
// buttons that turn it.
func groupNamed(c *fiber.Ctx, name string) int {
	n, err := strconv.Atoi(c.FormValue(name))
	if err != nil || n < 1 || n > maxGroups {
		return 0
	}
	return n
}

// split leaves one group of the choices in the field: the one asked for, or else that
// with the answer.
func (f field) split(group int) field {
	n := len(f.Options)
	if n <= choicesAtOnce {
		return f
	}
	groups := (n + choicesAtOnce - 1) / choicesAtOnce
	at := slices.IndexFunc(f.Options, func(o content.Option) bool { return o.Value == f.Value })
	if group == 0 {
		group = 1
		for at >= group*n/groups {
			group++
		}
	}
	group = min(group, groups)
	first, end := (group-1)*n/groups, group*n/groups
	f.grouping = grouping{group, groups}
	if at >= 0 && (at < first || at >= end) {
		f.Kept = &f.Options[at]
	}
	f.Options = f.Options[first:end]
	return f
}

// Turns names the buttons that turn the groups of the field.
func (f field) Turns() string {
	if f.OwnGroups {
		return formGroup + "-" + f.Name
	}
	return formGroup
}

// grouping says which group of a long list is shown, of how many; both are 0 where the
// whole list is.
type grouping struct{ Group, Groups int }

// Earlier returns the group before this one; 0 at the first.
func (g grouping) Earlier() int { return max(g.Group-1, 0) }

// Later returns the group after this one; 0 at the last.
func (g grouping) Later() int {
	if g.Group == g.Groups {
		return 0
	}
	return g.Group + 1
}

// offerList is what can be applied for on the site: ticks, in elder mode a few at a time.
// What was ticked in another group stays chosen.
type offerList struct {
	grouping
	Offers, Kept []offer
	Error        string // that nothing was ticked
}

// inGroups leaves one group of the offers in elder mode: the one asked for.
func inGroups(c *fiber.Ctx, all []offer) offerList {
	n := len(all)
	if visitOf(c).Mode != modeElder || n <= choicesAtOnce {
		return offerList{Offers: all}
	}
	groups := (n + choicesAtOnce - 1) / choicesAtOnce
	group := min(max(groupAsked(c), 1), groups)
	first, end := (group-1)*n/groups, group*n/groups
	out := offerList{grouping: grouping{group, groups}, Offers: all[first:end]}
	for _, o := range slices.Concat(all[:first], all[end:]) {
		if o.On {
			out.Kept = append(out.Kept, o)
		}
	}
	return out
}
