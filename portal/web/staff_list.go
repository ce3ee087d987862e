package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

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

type auditPage struct {
	staffPage
	Rows []auditRow
	Next string
}

type auditRow struct {
	Number                            int64
	At, Who, Action, Reference, Extra string
}

// auditLines is how many lines of the audit a page shows.
const auditLines = 100

func (s *Server) showAudit(c *fiber.Ctx, u casework.User) error {
	before, err := strconv.ParseInt(cmp.Or(c.Query("before"), "0"), 10, 64)
	if err != nil {
		return fiber.ErrBadRequest
	}
	lines, err := s.cases.Audit.Audit(c.UserContext(), u.Actor(), casework.AuditQuery{Before: before, Limit: auditLines})
	if err != nil {
		return err
	}
	t := s.words(c)
	view := auditPage{staffPage: s.newStaffPage(c, u, "staff.audit")}
	for _, e := range lines {
		view.Rows = append(view.Rows, auditRow{
			Number: e.Number, At: s.moment(c, e.At), Who: cmp.Or(e.Login, t(fmt.Sprintf("staff.side.%s", cmp.Or(e.Actor.Kind, "system")))),
			Action: t(fmt.Sprintf("staff.action.%s", e.Action)), Reference: e.Reference.Grouped(), Extra: s.auditDetail(c, e.Detail),
		})
	}
	if len(lines) == auditLines {
		view.Next = "/staff/audit?before=" + strconv.FormatInt(lines[len(lines)-1].Number, 10)
	}
	return s.render(c, "staff-audit", view)
}

// auditDetail puts the word of an audit line into the desk's words where there
// are some: a denied action, a role, a state, a field.
func (s *Server) auditDetail(c *fiber.Ctx, detail string) string {
	t := s.words(c)
	switch {
	case slices.Contains(casework.Actions(), casework.Action(detail)):
		return t(fmt.Sprintf("staff.action.%s", detail))
	case slices.Contains(casework.Roles(), casework.Role(detail)):
		return t(fmt.Sprintf("staff.role.%s", detail))
	case slices.Contains(casework.MeansKnown(), casework.Means(detail)):
		return t(fmt.Sprintf("assist.means.%s", detail))
	case slices.Contains(apply.States(), apply.State(detail)):
		return t(fmt.Sprintf("staff.state.%s", detail))
	}
	for _, p := range s.content().Library.Policies {
		if q, ok := p.Question(detail); ok {
			return s.contentText(c, q.Label)
		}
		for _, d := range p.Documents {
			if d.Name == detail {
				return s.contentText(c, d.Title)
			}
		}
	}
	return s.townName(c, detail)
}
