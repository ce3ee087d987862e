package web

import (
	"testing"

	"huitong/portal/casework"
)

// TestDeskMenu groups the links of who has many, loses none, and names no group twice.
func TestDeskMenu(t *testing.T) {
	say := func(id string, _ ...any) string { return id }
	for role, grouped := range map[casework.Role]bool{casework.Officer: true, casework.Supervisor: true, casework.Auditor: false} {
		u := casework.User{Post: casework.Post{Role: role}}
		menu := newDeskMenu(say, u, figuresPath)
		links := 0
		for _, l := range deskLinks {
			if u.Has(l.needs) {
				links++
			}
		}
		seen, shown, on := map[string]bool{}, 0, 0
		for _, g := range menu {
			if seen[g.Name] || (g.Name != "") != grouped {
				t.Errorf("%s: group %q is there twice, or grouped is not %v", role, g.Name, grouped)
			}
			seen[g.Name] = true
			for _, l := range g.Links {
				shown++
				if l.On {
					on++
				}
			}
		}
		if shown != links || on != 1 {
			t.Errorf("%s: %d of %d links shown, %d as this page; want all and 1", role, shown, links, on)
		}
	}
}
