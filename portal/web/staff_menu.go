package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
)

// deskGroup are links of the desk that belong together.
type deskGroup struct {
	Name  string // "": there are too few links to be told apart
	Links []deskLink
	Way   deskLink // the page with them alone
}

// deskLinks is the way through the desk, by what each page needs; those of one group stand
// together, and a role begins the day with its first.
var deskLinks = []struct {
	group, words, path string
	needs              casework.Action
}{
	{"cases", "staff.list", "/staff", casework.ListApplications},
	{"cases", "child.title", childrenPath, casework.ListChildren}, {"cases", "staff.reports", reportsPath, casework.ListReports},
	{"cases", "calls.title", callsPath, casework.ListCalls},
	{"cases", "referrals.title", referralsPath, casework.ListReferrals}, {"cases", "conferences.title", conferencesPath, casework.ListConferences},
	{"outreach", "assist.title", "/staff/assist", casework.AssistFamily},
	{"outreach", "talk.title", talksPath, casework.CountTalks}, {"outreach", "field.title", fieldPath, casework.WorkOffline},
	{"outreach", "event.title", eventsPath, casework.ReadEvents},
	{"outreach", "kit.title", sharePath, casework.ShareKit},
	{"figures", "standards.title", standardsPath, casework.AdjustGrants}, {"figures", "pay.title", payPath, casework.PayGrants},
	{"figures", "figures.title", figuresPath, casework.ReadFigures},
	{"site", "staff.feedback", "/staff/feedback", casework.ReadFeedback}, {"site", "staff.questions", "/staff/questions", casework.ReadQuestions},
	{"site", "staff.audit", "/staff/audit", casework.ReadAudit},
	{"people", "staff.accounts", accountsPath, casework.ManageUsers}, // first: where an administrator begins
	{"people", "directory.title", staffDirectory, casework.ReadDirectory}, {"people", "training.title", trainingPath, casework.ReadTraining},
}

// deskUser is who is signed in at the desk, and the way through it: what its head shows.
type deskUser struct {
	Name, Role string
	Place      string // what the role is bound to, or the whole city; "" for who sees no case
	Local      bool   // Place is a name that stays Chinese
	Leaves     bool   // work may wait on the device, which is told before signing out
	Account    deskLink
	Menu       []deskGroup
	Here       string // the link that is this page; "" for none
}

// menuPath is where the pages of the menu are, one for each group and one, menuSelf, for
// what concerns nobody but who is signed in.
const (
	menuPath = "/staff/menu"
	menuSelf = "self"
)

// Ways are the choices of the menu in elder mode: six at most, and so a page for each
// group where there are many links.
func (d deskUser) Ways() []deskLink {
	if len(d.Menu) == 1 {
		return d.Menu[0].Links
	}
	var out []deskLink
	for _, g := range d.Menu {
		out = append(out, g.Way)
	}
	return out
}

func (s *Server) menuRoutes() []deskRoute {
	return []deskRoute{{fiber.MethodGet, menuPath + "/:group", casework.OwnAccount, s.showMenu, 0}}
}

// menuPage is one group of the menu.
type menuPage struct {
	staffPage
	Links []deskLink // none on the page of who is signed in
}

func (s *Server) showMenu(c *fiber.Ctx, u casework.User) error {
	if c.Params("group") == menuSelf {
		return s.render(c, "staff-menu", menuPage{staffPage: s.newStaffPage(c, u, "staff.menu.self")})
	}
	for _, g := range newDeskMenu(s.words(c), u, "") {
		if g.Way.Path == menuPath+"/"+c.Params("group") {
			view := menuPage{staffPage: s.newStaffPage(c, u, "staff.menu"), Links: g.Links}
			view.Title = g.Name
			return s.render(c, "staff-menu", view)
		}
	}
	return fiber.ErrNotFound
}

// newDeskUser is what the head of a page of the desk shows.
func (s *Server) newDeskUser(c *fiber.Ctx, u casework.User) *deskUser {
	t, at := s.words(c), visitOf(c).Path
	d := &deskUser{
		Name: u.Name, Role: string(u.Role), Place: s.placeOf(c, u), Local: u.Role.Local(), Leaves: u.Has(casework.WorkOffline),
		Account: deskLink{t("staff.account"), accountPath, at == accountPath}, Menu: newDeskMenu(t, u, at),
	}
	if d.Place == "" && u.Everywhere(casework.ListApplications) {
		d.Place = t("figures.city")
	}
	for _, g := range d.Menu {
		for _, l := range g.Links {
			if l.On {
				d.Here = l.Text
			}
		}
	}
	return d
}

// First is where the role begins the day; "" if nothing is there for it.
func (d deskUser) First() string {
	if len(d.Menu) == 0 {
		return ""
	}
	return d.Menu[0].Links[0].Path
}

const menuUngrouped = 5 // links that are found without names of groups, and leave room in elder mode for who is signed in

// newDeskMenu is the way through the desk for one user, in groups.
func newDeskMenu(t func(id string, pairs ...any) string, u casework.User, at string) []deskGroup {
	var menu []deskGroup
	var links []deskLink
	last := ""
	for _, l := range deskLinks {
		if !u.Has(l.needs) {
			continue
		}
		if l.group != last {
			name := t(fmt.Sprintf("staff.menu.%s", l.group))
			menu, last = append(menu, deskGroup{Name: name, Way: deskLink{Text: name, Path: menuPath + "/" + l.group}}), l.group
		}
		one := deskLink{t(l.words), l.path, at == l.path}
		links = append(links, one)
		g := &menu[len(menu)-1]
		g.Links, g.Way.On = append(g.Links, one), g.Way.On || one.On
	}
	if len(links) > 0 && len(links) <= menuUngrouped {
		return []deskGroup{{Links: links}}
	}
	return menu
}
