package web

import (
	"testing"

	"github.com/gofiber/fiber/v2"

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

// TestDeskMenuOfElder offers six choices at most, each with a page that has at most six.
func TestDeskMenuOfElder(t *testing.T) {
	d := newDesk(t)
	say := func(id string, _ ...any) string { return id }
	for _, role := range casework.Roles() {
		who := d.staff(role, "shiqi")
		menu := newDeskMenu(say, casework.User{Post: casework.Post{Role: role}}, "")
		ways := deskUser{Menu: menu}.Ways()
		if len(ways) > 5 { // and who is signed in
			t.Errorf("%s: %d choices; want 5 at most", role, len(ways))
		}
		for _, g := range menu {
			if len(g.Links) > 6 {
				t.Errorf("%s: %d links in %q; want 6 at most", role, len(g.Links), g.Name)
			}
			if g.Way.Path != "" {
				who.open(g.Way.Path).wants(fiber.StatusOK, "工作台")
			}
		}
		who.open(menuPath+"/"+menuSelf).wants(fiber.StatusOK, "测试员", "退出登录")
		if who.open(menuPath + "/nothing"); who.status != fiber.StatusNotFound {
			t.Errorf("%s: a group that is not there has status %d", role, who.status)
		}
	}
}
