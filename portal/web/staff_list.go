package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

type deskPage struct {
	staffPage
	Tabs     []deskLink
	Selects  []deskSelect
	Sifted   string // what of the list is shown, in words; "" for the queue
	Filtered string // the filters as a view keeps them; "" for none
	Views    []casework.View
	Rows     []caseRow
	Takers   []content.Option // to whom what is ticked can be given
	Next     string           // path of the next page; "" at the end
	First    string           // path of the first page; "" on it
	Allowed  bool             // the role has anything to do here
	Children int              // for whom something is due
	Scanned  bool             // there may be more behind a page that is not full
	Find     field
	Name     field // of the view to keep
	Problems []problem
}

// deskSelect is a filter.
type deskSelect struct {
	Name, Label, All, Value string
	Options                 []content.Option
}

type caseRow struct {
	Ref                                                                         apply.Reference
	Path, Number, Policy, State, Town, Child, Guardian, Handler, Submitted, Due string
	Mark                                                                        string // late or soon
	Waiting                                                                     bool
}

// deskFilter is what of the list somebody wants to see, as in the page's address.
type deskFilter struct {
	All                                bool // everything, and not the queue
	State, Policy, Town, Assignee, Due string
}

// Words of deskFilter that stand for something else.
const (
	assigneeMe = "me"
	dueLate    = "late"
	dueSoon    = "soon"
)

// filterOf reads the filters; what there is no such thing of counts for none.
func (s *Server) filterOf(get func(string) string) deskFilter {
	f := deskFilter{All: get("list") == "all", State: string(stateOf(get("state"))), Assignee: get("assignee")}
	if _, ok := s.content().Library.Policy(get("policy")); ok {
		f.Policy = get("policy")
	}
	if slices.ContainsFunc(s.towns(), func(o content.Option) bool { return o.Value == get("town") }) {
		f.Town = get("town")
	}
	if due := get("due"); due == dueLate || due == dueSoon {
		f.Due = due
	}
	return f
}

// queue reports whether nothing is filtered: then the list is the work queue.
func (f deskFilter) queue() bool { return f == deskFilter{} }

// encode returns the filters as they stand in an address.
func (f deskFilter) encode() string {
	q := url.Values{}
	if f.All {
		q.Set("list", "all")
	}
	for name, value := range map[string]string{"state": f.State, "policy": f.Policy, "town": f.Town, "assignee": f.Assignee, "due": f.Due} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

// path is the list's address with these filters.
func (f deskFilter) path(after string) string {
	q := f.encode()
	if after != "" {
		if q != "" {
			q += "&"
		}
		q += "after=" + url.QueryEscape(after)
	}
	if q == "" {
		return "/staff"
	}
	return "/staff?" + q
}

// query is what the filters ask the store for.
func (s *Server) query(u casework.User, f deskFilter) casework.Query {
	q := casework.Query{Queue: f.queue(), State: apply.State(f.State), Policy: f.Policy, Town: f.Town, Assignee: f.Assignee}
	if !u.Everywhere(casework.ListApplications) {
		q.Town = u.Area
	}
	if f.Assignee == assigneeMe {
		q.Assignee = u.ID
	}
	switch f.Due {
	case dueLate:
		q.Due.To = s.now()
	case dueSoon:
		q.Due = casework.Span{From: s.now(), To: s.soon()}
	}
	return q
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
	if first := view.Staff.First(); !view.Allowed && first != "" {
		return s.redirect(c, first)
	}
	if !view.Allowed {
		return s.render(c, "staff-list", view)
	}
	f := s.filterOf(func(name string) string { return c.Query(name) })
	q := s.query(u, f)
	q.After, q.Limit = c.Query("after"), rowsFor(c)
	list, err := s.cases.Desk.Applications(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	if view.Children, err = s.lateChildren(c, u); err != nil {
		return err
	}
	if err := s.furnish(c, u, f, &view); err != nil {
		return err
	}
	if q.After != "" {
		view.First = f.path("")
	}
	for _, l := range list.Applications {
		view.Rows = append(view.Rows, s.caseRow(c, l))
	}
	if list.Next != "" {
		view.Next, view.Scanned = f.path(list.Next), len(list.Applications) == 0
	}
	return s.render(c, "staff-list", view)
}

// furnish adds what stands around the list.
func (s *Server) furnish(c *fiber.Ctx, u casework.User, f deskFilter, view *deskPage) error {
	t := s.words(c)
	view.Find = field{Name: "q", Label: t("queue.find"), Help: t("queue.find.help"), InputType: "text", Autocomplete: "off", MaxLength: 40, Width: "medium"}
	view.Name = field{Name: "name", Label: t("queue.view.name"), InputType: "text", Autocomplete: "off", MaxLength: 20, Width: "medium"}
	view.Filtered = f.encode()
	colleagues, err := s.cases.Queue.Colleagues(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view.Takers = s.takers(c, u, colleagues)
	if view.Views, err = s.cases.Views.Views(c.UserContext(), u.Actor()); err != nil {
		return err
	}
	view.Selects = s.deskSelects(c, u, f, view.Takers)
	view.Sifted = siftedBy(t, view.Selects)
	view.Tabs, err = s.deskTabs(c, u, f, view.Views)
	return err
}

// deskTabs are the ways to look at the list, with how much waits in each.
func (s *Server) deskTabs(c *fiber.Ctx, u casework.User, f deskFilter, views []casework.View) ([]deskLink, error) {
	town := u.Area
	if u.Everywhere(casework.ListApplications) {
		town = ""
	}
	n, err := s.cases.Queue.Counts(c.UserContext(), u.Actor(), town)
	if err != nil {
		return nil, err
	}
	t := s.words(c)
	count := func(words string, n int) string {
		if n >= casework.CountLimit {
			return t("queue.count.many", "What", t(words), "N", n)
		}
		return t("queue.count", "What", t(words), "N", n)
	}
	var out []deskLink
	for _, one := range []struct {
		words string
		f     deskFilter
	}{
		{t("queue.first"), deskFilter{}}, {count("queue.mine", n.Mine), deskFilter{Assignee: assigneeMe}},
		{count("queue.late", n.Late), deskFilter{Due: dueLate}}, {t("queue.soon"), deskFilter{Due: dueSoon}},
		{count("queue.nobody", n.Unassigned), deskFilter{Assignee: casework.Nobody}}, {t("queue.all"), deskFilter{All: true}},
	} {
		out = append(out, deskLink{one.words, one.f.path(""), f == one.f})
	}
	for _, v := range views {
		out = append(out, deskLink{v.Name, "/staff?" + v.Filters, f.encode() == v.Filters})
	}
	return out, nil
}

func (s *Server) deskSelects(c *fiber.Ctx, u casework.User, f deskFilter, takers []content.Option) []deskSelect {
	t := s.words(c)
	all := t("queue.any")
	state := deskSelect{Name: "state", Label: t("staff.column.state"), All: all, Value: f.State}
	for _, one := range apply.States() {
		if one != apply.Draft {
			state.Options = append(state.Options, content.Option{Value: string(one), Label: t(fmt.Sprintf("staff.state.%s", one))})
		}
	}
	policy := deskSelect{Name: "policy", Label: t("staff.column.policy"), All: all, Value: f.Policy}
	for _, p := range s.content().Library.Policies {
		if p.Online() {
			policy.Options = append(policy.Options, content.Option{Value: p.Slug, Label: s.policyName(c, p.Slug)})
		}
	}
	out := []deskSelect{state, policy}
	if u.Everywhere(casework.ListApplications) {
		town := deskSelect{Name: "town", Label: t("staff.column.town"), All: all, Value: f.Town}
		for _, o := range s.towns() {
			town.Options = append(town.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
		}
		out = append(out, town)
	}
	return append(out,
		deskSelect{Name: "assignee", Label: t("queue.handler"), All: all, Value: f.Assignee, Options: append([]content.Option{
			{Value: assigneeMe, Label: t("queue.handler.me")}, {Value: casework.Nobody, Label: t("queue.nobody")}}, takers...)},
		deskSelect{Name: "due", Label: t("staff.column.due"), All: all, Value: f.Due, Options: []content.Option{
			{Value: dueLate, Label: t("queue.late")}, {Value: dueSoon, Label: t("queue.soon")}}})
}

func stateOf(word string) apply.State {
	if state := apply.State(word); state != apply.Draft && slices.Contains(apply.States(), state) {
		return state
	}
	return ""
}

func (s *Server) caseRow(c *fiber.Ctx, l casework.Listed) caseRow {
	row := caseRow{
		Ref: l.Reference, Path: casePath(l.Reference, ""), Number: l.Reference.Grouped(), Policy: s.policyName(c, l.Policy),
		State: string(l.State), Town: s.townName(c, l.Town), Child: l.Child, Guardian: l.Guardian,
		Handler: cmp.Or(l.Handler, s.words(c)("queue.nobody")), Submitted: s.day(c, l.Submitted), Waiting: l.State.Waiting(),
	}
	if !row.Waiting {
		row.Handler = l.Handler
	}
	row.Due, row.Mark = s.dueWords(c, l.Due)
	return row
}

// dueWords is a due day with its mark: late, soon or "".
func (s *Server) dueWords(c *fiber.Ctx, due time.Time) (day, mark string) {
	switch {
	case due.IsZero():
		return "", ""
	case due.Before(s.now()):
		mark = dueLate
	case due.Before(s.soon()):
		mark = dueSoon
	}
	return s.day(c, due), mark
}

// soon is the end of what is due soon.
func (s *Server) soon() time.Time {
	return apply.Due(s.now(), casework.SoonDays, s.content().Library.Holidays).Add(time.Second)
}

// nextDue is when the office should have taken its next step; zero if no limit is stated.
func (s *Server) nextDue(p *content.Policy, a *apply.Application) time.Time {
	return a.NextDue(p.Decides, s.content().Library.Holidays)
}

func casePath(ref apply.Reference, part string) string {
	path := "/staff/applications/" + string(ref)
	if part != "" {
		path += "/" + part
	}
	return path
}
