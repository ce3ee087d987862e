package web

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

type deskPage struct {
	staffPage
	Filters []deskLink
	Rows    []caseRow
	Next    string // path of the next page; "" at the end
	Later   bool   // this is not the first page
	Allowed bool   // the role has anything to do here
}

type caseRow struct {
	Path, Number, Policy, State, Town, Child, Guardian, Submitted, Due string
	Waiting                                                            bool
}

// showDesk is the list for who is signed in, and the way in for everybody else.
func (s *Server) showDesk(c *fiber.Ctx) error {
	u, ok, err := s.signedIn(c)
	switch {
	case err != nil:
		return err
	case !ok:
		return s.render(c, "staff-sign-in", s.newSignIn(c))
	}
	view := deskPage{staffPage: s.newStaffPage(c, u, "staff.title"), Allowed: u.Has(casework.ListApplications)}
	if !view.Allowed && len(view.Links) > 1 { // the last is everybody's
		return s.redirect(c, view.Links[0].Path)
	}
	if !view.Allowed {
		return s.render(c, "staff-list", view)
	}
	q := casework.Query{State: stateOf(c.Query("state")), After: c.Query("after")}
	if !u.Everywhere(casework.ListApplications) {
		q.Town = u.Area
	}
	list, err := s.cases.Desk.Applications(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	view.Later = q.After != ""
	view.Filters = s.stateFilters(c, q.State)
	for _, l := range list.Applications {
		view.Rows = append(view.Rows, s.caseRow(c, l))
	}
	if list.Next != "" {
		view.Next = deskPath(q.State, list.Next)
	}
	return s.render(c, "staff-list", view)
}

func stateOf(word string) apply.State {
	if state := apply.State(word); state != apply.Draft && slices.Contains(apply.States(), state) {
		return state
	}
	return ""
}

func deskPath(state apply.State, after string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return "/staff"
	}
	return "/staff?" + q.Encode()
}

func (s *Server) stateFilters(c *fiber.Ctx, chosen apply.State) []deskLink {
	t := s.words(c)
	out := []deskLink{{t("staff.all"), "/staff", chosen == ""}}
	for _, state := range apply.States() {
		if state != apply.Draft {
			out = append(out, deskLink{t(fmt.Sprintf("staff.state.%s", state)), deskPath(state, ""), state == chosen})
		}
	}
	return out
}

func (s *Server) caseRow(c *fiber.Ctx, l casework.Listed) caseRow {
	row := caseRow{
		Path: casePath(l.Reference, ""), Number: l.Reference.Grouped(), Policy: s.policyName(c, l.Policy),
		State: string(l.State), Town: s.townName(c, l.Town), Child: l.Child, Guardian: l.Guardian,
		Submitted: s.day(c, l.Submitted), Waiting: l.State.Waiting(),
	}
	if p, ok := s.content().Library.Policy(l.Policy); ok && row.Waiting {
		row.Due = s.nextDue(c, p, &apply.Application{State: l.State, Submitted: l.Submitted})
	}
	return row
}

// nextDue is the day by which the office should have taken its next step; "" if
// no limit is stated.
func (s *Server) nextDue(c *fiber.Ctx, p *content.Policy, a *apply.Application) string {
	steps := apply.Deadlines(p.Decides, clockStart(a), s.content().Library.Holidays)
	i := 0
	if a.State == apply.Accepted {
		i = len(steps) - 1
	}
	if i < 0 || i >= len(steps) || steps[i].Due.IsZero() {
		return ""
	}
	return s.day(c, steps[i].Due)
}

func casePath(ref apply.Reference, part string) string {
	path := "/staff/applications/" + string(ref)
	if part != "" {
		path += "/" + part
	}
	return path
}
