package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Children is the register of children.
type Children interface {
	NewChildID() (string, error)
	RegisterChild(ctx context.Context, by apply.Actor, id string, n casework.NewChild) error
	EditChild(ctx context.Context, by apply.Actor, id string, version int, n casework.NewChild) error
	CloseChild(ctx context.Context, by apply.Actor, id string, version int, why casework.Closing) error
	Children(ctx context.Context, by apply.Actor, q casework.ChildQuery) (casework.ChildPage, error)
	OpenChild(ctx context.Context, by apply.Actor, id string) (casework.ChildFile, error)
	ChildOf(ctx context.Context, by apply.Actor, residentID string) (casework.ChildFile, error)
	LateChildren(ctx context.Context, by apply.Actor, limit int) (int, error)
}

const childrenPath = "/staff/children"

// childDetails are the words that stand in the audit beside what was done.
var childDetails = []string{"begun", "changed", "dropped", "ended", "reviewed"}

func (s *Server) childrenRoutes() []deskRoute {
	if s.cases.Children == nil {
		return nil
	}
	const get, post, one = fiber.MethodGet, fiber.MethodPost, childrenPath + "/:id"
	const sheet = one + "/assessments/:assessment"
	of := s.ofChild
	return []deskRoute{
		{get, childrenPath, casework.ListChildren, s.showChildren, 0},
		{get, dutiesPath, casework.ListChildren, s.showDuties, 0},
		{get, childrenPath + "/new", casework.RegisterChild, s.showNewChild, 0},
		{post, childrenPath + "/new", casework.RegisterChild, s.registerChild, limited},
		{get, one, casework.OpenChild, of(casework.OpenChild, s.showChild), 0},
		{get, one + "/edit", casework.RegisterChild, of(casework.RegisterChild, s.showChildEdit), 0},
		{post, one + "/edit", casework.RegisterChild, of(casework.RegisterChild, s.editChild), limited},
		{get, one + "/close", casework.CloseChild, of(casework.CloseChild, s.showChildClose), 0},
		{post, one + "/close", casework.CloseChild, of(casework.CloseChild, s.closeChild), limited},
		{get, one + "/assess", casework.AssessChild, of(casework.AssessChild, s.showAssess), 0},
		{post, one + "/assess", casework.AssessChild, of(casework.AssessChild, s.beginAssessment), limited},
		{get, sheet, casework.OpenChild, of(casework.OpenChild, s.showSheet), 0},
		{post, sheet + "/confirm", casework.ConfirmAssessment, of(casework.ConfirmAssessment, s.confirmAssessment), limited},
		{get, sheet + "/pages/:page", casework.AssessChild, of(casework.AssessChild, s.showAssessmentPage), 0},
		{post, sheet + "/pages/:page", casework.AssessChild, of(casework.AssessChild, s.saveAssessmentPage), limited},
		{post, sheet + "/drop", casework.AssessChild, of(casework.AssessChild, s.dropAssessment), limited},
		{get, one + "/helper", casework.PairChild, of(casework.PairChild, s.showHelper), 0},
		{post, one + "/helper", casework.PairChild, of(casework.PairChild, s.setHelper), limited},
		{get, one + "/visit", casework.VisitChild, of(casework.VisitChild, s.showVisit), 0},
		{post, one + "/visit", casework.VisitChild, of(casework.VisitChild, s.recordVisit), limited},
		{get, one + "/custody", casework.KeepCustody, of(casework.KeepCustody, s.showCustody), 0},
		{post, one + "/custody", casework.KeepCustody, of(casework.KeepCustody, s.keepCustody), limited},
	}
}

func childPath(id, part string) string {
	path := childrenPath + "/" + url.PathEscape(id)
	if part != "" {
		path += "/" + part
	}
	return path
}

// ofChild gives a handler the file of the child in the address if the user may do this
// with it; a refusal is audited under the child's number.
func (s *Server) ofChild(needs casework.Action, handle func(*fiber.Ctx, casework.User, casework.ChildFile) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		id := c.Params("id")
		f, err := s.cases.Children.OpenChild(c.UserContext(), u.Actor(), id)
		if errors.Is(err, casework.ErrForbidden) || err == nil && !u.May(needs, f.Child.Scope()) {
			return s.deny(c, u, needs, apply.Reference(id))
		}
		if err != nil {
			return err
		}
		return handle(c, u, f)
	}
}

type childrenPage struct {
	staffPage
	Filters  []deskLink
	Fields   []field // by which an officer, or a supervisor, looks at one place
	Rows     []childRow
	Next     string
	Later    bool
	Register bool
	Searched bool
	Sifted   string // what of the list is shown; "" for all
}

// childRow is a child in the list. Late says that something should have been done.
type childRow struct {
	Path, Name, Place, Band, BandText, Task, Date string
	Late, Danger                                  bool
}

// childQuery reads what is looked for from the address.
func childQuery(c *fiber.Ctx) casework.ChildQuery {
	q := casework.ChildQuery{Town: c.Query("town"), Village: strings.TrimSpace(c.Query("village")), After: c.Query("after"), Limit: rowsFor(c)}
	if b := c.Query("band"); slices.Contains(content.BandNames(), b) {
		q.Band = b
	}
	if f := casework.ChildFilter(c.Query("part")); slices.Contains(casework.ChildFilters(), f) {
		q.Filter = f
	}
	return q
}

func childrenAt(q casework.ChildQuery) string {
	out := url.Values{}
	for name, value := range map[string]string{"town": q.Town, "village": q.Village, "band": q.Band, "part": string(q.Filter), "after": q.After} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if len(out) == 0 {
		return childrenPath
	}
	return childrenPath + "?" + out.Encode()
}

func (s *Server) showChildren(c *fiber.Ctx, u casework.User) error {
	q := childQuery(c)
	list, err := s.cases.Children.Children(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	view := childrenPage{staffPage: s.newStaffPage(c, u, "child.title"), Later: q.After != "", Register: u.Has(casework.RegisterChild), Searched: childrenAt(q) != childrenPath}
	view.Filters = s.childFilters(c, q)
	view.Fields = s.placeFields(c, u, q)
	view.Sifted = sifted(s.words(c), view.Filters, view.Fields)
	for _, one := range list.Children {
		view.Rows = append(view.Rows, s.childRow(c, one))
	}
	if q.After = list.Next; q.After != "" {
		view.Next = childrenAt(q)
	}
	return s.render(c, "children", view)
}

// childFilters lead to the parts of the list and to each band; a place that was chosen
// stays chosen.
func (s *Server) childFilters(c *fiber.Ctx, q casework.ChildQuery) []deskLink {
	t := s.words(c)
	at := func(band string, part casework.ChildFilter) string {
		return childrenAt(casework.ChildQuery{Town: q.Town, Village: q.Village, Band: band, Filter: part})
	}
	out := []deskLink{{t("staff.all"), at("", ""), q.Band == "" && q.Filter == ""}, {t("due.title"), dutiesPath, false}}
	for _, f := range casework.ChildFilters() {
		out = append(out, deskLink{t(fmt.Sprintf("child.part.%s", f)), at("", f), q.Filter == f})
	}
	for _, b := range content.BandNames() {
		out = append(out, deskLink{t("child.part.band", "Band", s.bandText(c, b)), at(b, ""), q.Band == b})
	}
	return out
}

func (s *Server) placeFields(c *fiber.Ctx, u casework.User, q casework.ChildQuery) []field {
	t := s.words(c)
	var out []field
	if u.Everywhere(casework.ListChildren) {
		out = append(out, s.townField(c, q.Town, true))
	}
	if u.Role != casework.Director || len(u.Villages()) > 1 {
		out = append(out, field{Name: "village", Label: t("child.village"), InputType: "text", Autocomplete: "off", MaxLength: 30, Width: "medium", Optional: true, Value: q.Village})
	}
	return out
}

func (s *Server) townField(c *fiber.Ctx, value string, optional bool) field {
	f := field{Name: "town", Label: s.words(c)("child.town"), Value: value, Optional: optional}
	for _, o := range s.towns() {
		f.Options = append(f.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	return f
}

func (s *Server) childRow(c *fiber.Ctx, one casework.Child) childRow {
	row := childRow{
		Path: childPath(one.ID, ""), Name: one.Details.Name, Place: s.townName(c, one.Town) + " " + one.Village,
		Band: one.Band, BandText: s.bandText(c, one.Band), Late: one.Late(s.now()), Danger: one.Unsafe,
	}
	row.Task, row.Date = s.childTask(c, one)
	return row
}

func (s *Server) bandText(c *fiber.Ctx, band string) string {
	if !slices.Contains(content.BandNames(), band) {
		return s.words(c)("child.band.none")
	}
	return s.words(c)(fmt.Sprintf("child.band.%s", band))
}

// childTask says what has to be done next for a child, and by which day.
func (s *Server) childTask(c *fiber.Ctx, one casework.Child) (task, date string) {
	word := "again"
	switch {
	case one.Unsafe:
		word = "unsafe"
	case one.Band == "":
		word = "assess"
	case one.NeedsHelper():
		word = "helper"
	case one.Due().Equal(one.VisitDue()):
		word = "visit"
	}
	return s.words(c)(fmt.Sprintf("child.task.%s", word)), s.day(c, one.Due())
}

// childPage is everything that the desk has of one child.
type childPage struct {
	staffPage
	Path     string
	Name     string
	State    childRow
	Closed   string // why and when; "" while it is looked after
	Custody  string // since when
	Next     childStep
	Moves    []childStep
	Rows     []summaryRow
	Notice   string // what was just done
	Sheets   []sheetRow
	Trend    *trend
	Helper   *helperShown
	Pairings []pairingRow
	Visits   []visitShown
	Episodes []episodeShown
	Cases    []deskLink
	Asked    *referralsPanel
	Talks    *conferencesPanel
	Homes    []talkShown
	Camera   bool // a visit was just written down: photos may be added to it
}

// childStep is something to do, as a link.
type childStep struct{ Text, About, Path string }

type sheetRow struct{ Path, Number, Form, State, Score, Band, Who, Date, Corrects string }

type helperShown struct{ Name, Phone, Since, Due string }

type pairingRow struct{ Name, From, To, Reason string }

type visitShown struct {
	Day, By, Seen, Did, Next string
	Safe                     bool
	Album                    deskLink
}

type episodeShown struct {
	Ground, Place, From, Review, To, End string
	Notes                                []noteShown
}

type noteShown struct{ When, By, Text string }

// childDone are the words with which the page says what was done.
var childDone = map[string]bool{"registered": true, "edited": true, "closed": true, "signed": true, "confirmed": true, "helper": true, "visit": true, "unsafe": true, "custody": true, "dropped": true, "linked": true}

func (s *Server) showChild(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	t := s.words(c)
	one := f.Child
	view := childPage{staffPage: s.newChildStaffPage(c, u, "child.one"), Path: childPath(one.ID, ""), Name: one.Details.Name, State: s.childRow(c, one)}
	if done := c.Query("done"); childDone[done] {
		view.Notice = t(fmt.Sprintf("child.done.%s", done))
		view.Camera = (done == "visit" || done == "unsafe") && u.May(casework.VisitChild, one.Scope())
	}
	if !one.Closed.IsZero() {
		view.Closed = t("child.closed", "Why", t(fmt.Sprintf("child.why.%s", one.Why)), "Date", s.day(c, one.Closed), "Until", s.day(c, one.Closed.Add(casework.ChildLasts)))
	}
	if !one.InCustody.IsZero() {
		view.Custody = t("child.custody.lasts")
	}
	view.Rows = s.childRows(c, one)
	view.Next, view.Moves = s.childSteps(c, u, f)
	of := s.ofRecord(c, one)
	photos, err := s.photosOf(c, u, of.Case)
	if err != nil {
		return err
	}
	s.showRecords(c, &view, f)
	for i, v := range f.Visits {
		view.Visits[i].Album = s.albumLink(c, u, of, photos, v.ID)
	}
	view.Cases = s.childCases(c, f)
	if view.Asked, err = s.referralsOf(c, u, of); err != nil {
		return err
	}
	if view.Talks, err = s.conferencesOf(c, u, of); err != nil {
		return err
	}
	if view.Homes, err = s.talksOf(c, u, one.Case()); err != nil && !errors.Is(err, casework.ErrForbidden) {
		return err
	}
	return s.render(c, "child", view)
}

// newChildStaffPage is a page of the register: not to be kept, below the list.
func (s *Server) newChildStaffPage(c *fiber.Ctx, u casework.User, titleID string) staffPage {
	p := s.newStaffPage(c, u, titleID)
	if u.Has(casework.ListChildren) {
		p.Crumbs = append(p.Crumbs, crumb{s.words(c)("child.title"), childrenPath})
	}
	return p
}

func (s *Server) childRows(c *fiber.Ctx, one casework.Child) []summaryRow {
	t := s.words(c)
	d := one.Details
	relation := d.Relation
	for _, o := range s.relations() {
		if o.Value == relation {
			relation = s.contentText(c, o.Label)
		}
	}
	id := d.ResidentID
	if len(id) == 18 {
		id = id[:4] + strings.Repeat("*", 10) + id[14:]
	}
	born, _ := time.ParseInLocation(time.DateOnly, d.Born, apply.China)
	rows := []summaryRow{
		{Key: t("child.name"), Value: d.Name}, {Key: t("child.id"), Value: id}, {Key: t("child.born"), Value: s.day(c, born)},
		{Key: t("child.place"), Value: s.townName(c, one.Town) + " " + one.Village},
		{Key: t("child.guardian"), Value: strings.TrimSpace(d.Guardian + " " + relation)}, {Key: t("child.phone"), Value: d.Phone}, {Key: t("link.number"), Value: one.ID},
	}
	if slices.Contains(casework.Grounds(), d.Ground) {
		rows = append(rows, summaryRow{Key: t("child.ground"), Value: t(fmt.Sprintf("child.ground.%s", d.Ground))})
	}
	return rows
}

// childSteps are the one thing that the user should do next, if it is theirs, and
// whatever else they may do.
func (s *Server) childSteps(c *fiber.Ctx, u casework.User, f casework.ChildFile) (next childStep, others []childStep) {
	t, one := s.words(c), f.Child
	if !one.Closed.IsZero() {
		return next, nil
	}
	var all []childStep
	add := func(word string, allowed bool, path string) {
		if allowed {
			all = append(all, childStep{t(fmt.Sprintf("child.do.%s", word)), "", path})
		}
	}
	at := one.Scope()
	wanted := ""
	for _, a := range f.Assessments {
		path := assessmentPath(one.ID, a.ID, "")
		if a.State == casework.WasSigned && a.Assessor != u.ID && u.May(casework.ConfirmAssessment, at) {
			add("confirm", true, path)
			wanted = path
		}
		if a.State == casework.BeingFilled && a.Assessor == u.ID {
			add("go-on", true, path)
			wanted = path
		}
	}
	filling := slices.ContainsFunc(f.Assessments, func(a casework.Assessment) bool { return a.State != casework.WasConfirmed })
	add("assess", !filling && u.May(casework.AssessChild, at), childPath(one.ID, "assess"))
	add("visit", u.May(casework.VisitChild, at), childPath(one.ID, "visit"))
	add("talk", s.cases.Talks != nil && u.May(casework.HoldTalk, at), talksPath+"/new?child="+one.ID)
	add("helper", (one.VisitDays > 0 || !one.Paired.IsZero()) && u.May(casework.PairChild, at), childPath(one.ID, "helper"))
	add("custody", u.May(casework.KeepCustody, at), childPath(one.ID, "custody"))
	add("edit", u.May(casework.RegisterChild, at), childPath(one.ID, "edit"))
	add("close", u.May(casework.CloseChild, at), childPath(one.ID, "close"))
	if wanted == "" && !one.Review.IsZero() && !s.now().Before(one.Review) && u.May(casework.KeepCustody, at) {
		wanted = childPath(one.ID, "custody")
	}
	if wanted == "" {
		wanted = childPath(one.ID, s.wantedPart(one))
	}
	i := slices.IndexFunc(all, func(step childStep) bool { return step.Path == wanted })
	if i < 0 {
		return next, all
	}
	next = all[i]
	return next, slices.Delete(all, i, i+1)
}

func (s *Server) wantedPart(one casework.Child) string {
	switch {
	case one.Unsafe:
		return "visit"
	case one.NeedsHelper():
		return "helper"
	case one.Band == "" || one.Late(s.now()) && !one.Due().Equal(one.VisitDue()):
		return "assess"
	}
	return "visit"
}

// showRecords fills in assessments, helpers, visits and temporary guardianship.
func (s *Server) showRecords(c *fiber.Ctx, view *childPage, f casework.ChildFile) {
	view.Sheets, view.Trend = s.sheetRows(c, f), s.newTrend(c, f.Assessments)
	for _, p := range f.Pairings {
		name := helperName(f, p)
		if p.Ended.IsZero() {
			view.Helper = &helperShown{Name: name, Phone: p.Helper.Phone, Since: s.day(c, p.Began)}
			if due := f.Child.VisitDue(); !due.IsZero() {
				view.Helper.Due = s.day(c, due)
			}
			continue
		}
		view.Pairings = append(view.Pairings, pairingRow{name, s.day(c, p.Began), s.day(c, p.Ended), p.Reason})
	}
	for _, v := range f.Visits {
		view.Visits = append(view.Visits, visitShown{Day: s.dayText(c, v.Day), By: f.Staff[v.By], Seen: v.Told.Seen, Did: v.Told.Did, Next: v.Told.Next, Safe: v.Told.Safe})
	}
	for _, e := range f.Episodes {
		view.Episodes = append(view.Episodes, s.episodeShown(c, f, e))
	}
}

// childCases are links to the child's applications and reports, as far as the user may
// open them.
func (s *Server) childCases(c *fiber.Ctx, f casework.ChildFile) []deskLink {
	var out []deskLink
	for _, one := range f.Cases {
		ref := apply.Reference(one.ID)
		switch one.Kind {
		case casework.ApplicationCase:
			out = append(out, deskLink{Text: s.words(c)("staff.case.of", "Number", ref.Grouped()), Path: casePath(ref, "")})
		case casework.ReportCase:
			out = append(out, deskLink{Text: s.words(c)("staff.report.of", "Number", ref.Grouped()), Path: reportFilePath(ref, "")})
		}
	}
	return out
}

func (s *Server) episodeShown(c *fiber.Ctx, f casework.ChildFile, e casework.Episode) episodeShown {
	t := s.words(c)
	out := episodeShown{From: s.dayText(c, e.Began), Review: s.dayText(c, e.Review)}
	if slices.Contains(casework.CustodyGrounds(), e.Ground) {
		out.Ground = t(fmt.Sprintf("child.custody.ground.%s", e.Ground))
	}
	if slices.Contains(casework.CustodyPlaces(), e.Place) {
		out.Place = t(fmt.Sprintf("child.custody.place.%s", e.Place))
	}
	if e.Ended != "" {
		out.To = s.dayText(c, e.Ended)
		out.End = t(fmt.Sprintf("child.custody.end.%s", e.End))
	}
	for _, n := range e.Notes {
		out.Notes = append(out.Notes, noteShown{s.day(c, n.At), f.Staff[n.By], n.Text})
	}
	return out
}

func helperName(f casework.ChildFile, p casework.Pairing) string {
	if p.UserID != "" {
		return f.Staff[p.UserID]
	}
	return p.Helper.Name
}

// dayText shows a day as records keep it.
func (s *Server) dayText(c *fiber.Ctx, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, apply.China)
	if err != nil {
		return ""
	}
	return s.day(c, t)
}
