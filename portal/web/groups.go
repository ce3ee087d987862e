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
func groupAsked(c *fiber.Ctx) int {
	n, err := strconv.Atoi(c.FormValue(formGroup))
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
	f.Group, f.Groups = group, groups
	if at >= 0 && (at < first || at >= end) {
		f.Kept = &f.Options[at]
	}
	f.Options = f.Options[first:end]
	return f
}

// Earlier returns the group before this one; 0 at the first.
func (f field) Earlier() int { return max(f.Group-1, 0) }

// Later returns the group after this one; 0 at the last.
func (f field) Later() int {
	if f.Group == f.Groups {
		return 0
	}
	return f.Group + 1
}
