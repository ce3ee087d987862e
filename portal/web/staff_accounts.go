package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// People is what an administrator of accounts reads and changes.
type People interface {
	Accounts(ctx context.Context, by apply.Actor, q casework.AccountQuery) (casework.AccountPage, error)
	Account(ctx context.Context, by apply.Actor, id string) (casework.User, error)
	ChangePost(ctx context.Context, by apply.Actor, id string, p casework.Post) error
	DisableUser(ctx context.Context, by apply.Actor, id string) error
	EnableUser(ctx context.Context, by apply.Actor, id string) error
	ResetFactor(ctx context.Context, by apply.Actor, id string) error
}

// StaffContacts keeps where staff hear of changes of their accounts.
type StaffContacts interface {
	StaffContact(ctx context.Context, by apply.Actor) (apply.Contact, error)
	SetStaffContact(ctx context.Context, by apply.Actor, c apply.Contact) error
}

const accountsPath = "/staff/accounts"

func (s *Server) peopleRoutes() []deskRoute {
	const get, post, needs, one = fiber.MethodGet, fiber.MethodPost, casework.ManageUsers, accountsPath + "/:id"
	return []deskRoute{
		{get, accountsPath, needs, s.showAccounts, 0},
		{get, one, needs, s.showPerson, 0},
		{post, one + "/post", needs, s.changePost, limited},
		{post, one + "/sessions", needs, s.endSessionsOf, limited},
		{post, one + "/factor", needs, s.changePerson(People.ResetFactor, "factor"), limited},
		{post, one + "/disable", needs, s.changePerson(People.DisableUser, "disabled"), limited},
		{post, one + "/enable", needs, s.changePerson(People.EnableUser, "enabled"), limited},
	}
}

type accountsPage struct {
	staffPage
	Filters []deskLink
	Lost    []personRow // that wait for a second administrator
	Rows    []personRow
	Next    string
	Later   bool
}

// personRow is one account in the list. Place is what its role is bound to.
type personRow struct {
	Path, Name, Login, Role, Place string
	Closed                         bool
}

func (s *Server) showAccounts(c *fiber.Ctx, u casework.User) error {
	q := casework.AccountQuery{After: c.Query("after"), Limit: rowsFor(c)}
	if role := casework.Role(c.Query("role")); role.Known() {
		q.Role = role
	}
	list, err := s.cases.People.Accounts(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := accountsPage{staffPage: s.newStaffPage(c, u, "staff.accounts"), Later: q.After != ""}
	view.Filters = []deskLink{{t("staff.all"), accountsPath, q.Role == ""}}
	for _, r := range casework.Roles() {
		view.Filters = append(view.Filters, deskLink{t(fmt.Sprintf("staff.role.%s", r)), accountsQuery(r, ""), r == q.Role})
	}
	if view.Lost, err = s.lostRows(c, u); err != nil {
		return err
	}
	for _, one := range list.Users {
		view.Rows = append(view.Rows, s.personRow(c, one))
	}
	if list.Next != "" {
		view.Next = accountsQuery(q.Role, list.Next)
	}
	return s.render(c, "staff-accounts", view)
}

func accountsQuery(role casework.Role, after string) string {
	q := url.Values{}
	if role != "" {
		q.Set("role", string(role))
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return accountsPath
	}
	return accountsPath + "?" + q.Encode()
}

func (s *Server) personRow(c *fiber.Ctx, u casework.User) personRow {
	return personRow{Path: accountsPath + "/" + u.ID, Name: u.Name, Login: u.Login, Role: string(u.Role), Closed: !u.Disabled.IsZero(), Place: s.placeOf(c, u)}
}

// placeOf is what a user's role is bound to: a town, villages of it, or a department.
func (s *Server) placeOf(c *fiber.Ctx, u casework.User) string {
	switch {
	case u.Role.Local() && u.Village != "":
		return s.townName(c, u.Area) + " " + u.Village
	case u.Role.Local():
		return s.townName(c, u.Area)
	case u.Department != "":
		return s.words(c)(fmt.Sprintf("staff.department.%s", u.Department))
	}
	return ""
}

// personPage is one account, for who manages them.
type personPage struct {
	staffPage
	Person   personRow
	Since    string
	Factor   string // day on which the second factor was set up; "" for none
	Sessions []sessionRow
	Fields   []field
	Problems []problem
	Access   accessPart
	Own      bool   // the administrator's: others change it
	Done     string // what has just been done: a word of its message

	wrong apply.Invalid // with what was sent
}

// personDone are the words with which a page says what was done.
var personDone = map[string]bool{"post": true, "factor": true, "disabled": true, "enabled": true, "sessions": true, "access": true, "recalled": true}

func (s *Server) showPerson(c *fiber.Ctx, u casework.User) error {
	return s.renderPerson(c, u, personPage{})
}

// renderPerson shows an account, with what the answer knows already.
func (s *Server) renderPerson(c *fiber.Ctx, u casework.User, known personPage) error {
	person, err := s.cases.People.Account(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return err
	}
	f, err := s.cases.Factors.Factor(c.UserContext(), person.Actor())
	if err != nil {
		return err
	}
	view := personPage{staffPage: s.newStaffPage(c, u, "staff.accounts.one"), Person: s.personRow(c, person), Since: s.day(c, person.Created), Own: person.ID == u.ID}
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("staff.accounts"), accountsPath})
	if !f.Since.IsZero() {
		view.Factor = s.day(c, f.Since)
	}
	if done := c.Query("done"); personDone[done] {
		view.Done = done
	}
	if view.Sessions, _, err = s.sessionRows(c, u, person.ID); err != nil {
		return err
	}
	view.Fields = s.postFields(c, person.Post)
	if view.Access, err = s.accessPart(c, u, person.ID); err != nil {
		return err
	}
	view.Access.Link = known.Access.Link
	asked := slices.Concat(view.Fields, view.Access.Fields)
	view.Problems = s.noteProblems(c, asked, known.wrong)
	view.Fields, view.Access.Fields = asked[:len(view.Fields)], asked[len(view.Fields):]
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-person", view)
}

// postFields ask for a role and what it is bound to; p is what it is so far.
func (s *Server) postFields(c *fiber.Ctx, p casework.Post) []field {
	t := s.words(c)
	role := field{Name: "role", Label: t("staff.role"), Value: c.FormValue("role", string(p.Role))}
	for _, r := range casework.Roles() {
		role.Options = append(role.Options, content.Option{Value: string(r), Label: t(fmt.Sprintf("staff.role.%s", r)), Help: t(fmt.Sprintf("staff.role.%s.about", r))})
	}
	area := field{Name: "area", Label: t("staff.area"), Help: t("staff.area.help"), Optional: true, Value: c.FormValue("area", p.Area)}
	for _, o := range s.towns() {
		area.Options = append(area.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	department := field{Name: "department", Label: t("staff.department"), Help: t("staff.department.help"), Optional: true, Value: c.FormValue("department", string(p.Department))}
	for _, d := range casework.Departments() {
		department.Options = append(department.Options, content.Option{Value: string(d), Label: t(fmt.Sprintf("staff.department.%s", d))})
	}
	return []field{
		role, area,
		{Name: "village", Label: t("staff.village"), Help: t("staff.village.help"), InputType: "text", Autocomplete: "off", MaxLength: 300, Optional: true, Value: c.FormValue("village", p.Village)},
		department,
	}
}

// postedPost reads role and area of a form.
func postedPost(c *fiber.Ctx) casework.Post {
	return casework.Post{
		Role: casework.Role(c.FormValue("role")), Area: c.FormValue("area"), Village: c.FormValue("village"),
		Department: casework.Department(c.FormValue("department")),
	}
}

func (s *Server) changePost(c *fiber.Ctx, u casework.User) error {
	err := s.cases.People.ChangePost(c.UserContext(), u.Actor(), c.Params("id"), postedPost(c))
	return s.personAnswered(c, u, err, "post")
}

// personAnswered says on the account's page what was done, or what is wrong with the form.
func (s *Server) personAnswered(c *fiber.Ctx, u casework.User, err error, done string) error {
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderPerson(c, u, personPage{wrong: invalid})
	case err != nil:
		return err
	}
	return s.personChanged(c, done)
}

// changePerson carries out what takes no more than the account's name.
func (s *Server) changePerson(change func(People, context.Context, apply.Actor, string) error, done string) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		err := change(s.cases.People, c.UserContext(), u.Actor(), c.Params("id"))
		if err != nil {
			return err
		}
		return s.personChanged(c, done)
	}
}

func (s *Server) endSessionsOf(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Sessions.EndSession(c.UserContext(), u.Actor(), c.Params("id"), c.FormValue("session"), "")
	if err != nil {
		return err
	}
	return s.personChanged(c, "sessions")
}

func (s *Server) personChanged(c *fiber.Ctx, done string) error {
	return s.redirect(c, accountsPath+"/"+url.PathEscape(c.Params("id"))+"?done="+done)
}
