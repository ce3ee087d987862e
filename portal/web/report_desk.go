package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Reports are the reports of children at risk as the desk handles them.
type Reports interface {
	Reports(ctx context.Context, by apply.Actor, q casework.ReportQuery) (casework.ReportPage, error)
	Report(ctx context.Context, by apply.Actor, ref apply.Reference) (*casework.ReportFile, error)
	ReportsWaiting(ctx context.Context, u casework.User) (int, error)
	ActOnReport(ctx context.Context, by apply.Actor, ref apply.Reference, version int, act casework.ReportAct) error
	LinkReport(ctx context.Context, by apply.Actor, ref apply.Reference, look string) (string, error)
}

const reportsPath = "/staff/reports"

func (s *Server) reportDeskRoutes() []deskRoute {
	if s.cases.Reports == nil {
		return nil
	}
	const one = reportsPath + "/:ref"
	return []deskRoute{
		{fiber.MethodGet, "/staff/report", casework.SendReport, s.showStaffReport, 0},
		{fiber.MethodPost, "/staff/report", casework.SendReport, s.takeStaffReport, 0},
		{fiber.MethodGet, reportsPath, casework.ListReports, s.listReports, 0},
		{fiber.MethodGet, one, casework.OpenReport, s.openReport, 0},
		{fiber.MethodGet, one + "/child", casework.HandleReport, s.showReportChild, 0},
		{fiber.MethodPost, one + "/child", casework.HandleReport, s.linkReportChild, limited},
		{fiber.MethodPost, one + "/handle", casework.HandleReport, s.actOnReport(casework.HandleReport), 0},
		{fiber.MethodPost, one + "/direct", casework.DirectReport, s.actOnReport(casework.DirectReport), 0},
		{fiber.MethodPost, one + "/exclude", casework.ExcludeReport, s.actOnReport(casework.ExcludeReport), 0},
	}
}

// reportsWaiting is for every page of the desk, which is shown without it where it
// cannot be read.
func (s *Server) reportsWaiting(c *fiber.Ctx, u casework.User) int {
	if s.cases.Reports == nil {
		return 0
	}
	n, err := s.cases.Reports.ReportsWaiting(c.UserContext(), u)
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "waiting reports not counted", slog.String("request", requestID(c)), slog.Any("error", err))
	}
	return n
}

type reportsPage struct {
	staffPage
	Filters []deskLink
	Rows    []reportRow
	Next    string
	Later   bool
}

type reportRow struct {
	Path, Number, Town, Danger, State, Received, Due string
	Late, Waits                                      bool
	Level                                            int
}

func (s *Server) listReports(c *fiber.Ctx, u casework.User) error {
	t := s.words(c)
	q := casework.ReportQuery{After: c.Query("after"), Limit: rowsFor(c)}
	if state := casework.ReportState(c.Query("state")); slices.Contains(casework.ReportStates(), state) {
		q.State = state
	}
	list, err := s.cases.Reports.Reports(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	view := reportsPage{staffPage: s.newStaffPage(c, u, "staff.reports"), Later: q.After != ""}
	view.Filters = []deskLink{{t("staff.all"), reportsPath, q.State == ""}}
	for _, state := range casework.ReportStates() {
		view.Filters = append(view.Filters, deskLink{t(fmt.Sprintf("staff.report.state.%s", state)), reportsPath + "?state=" + string(state), q.State == state})
	}
	for _, r := range list.Reports {
		view.Rows = append(view.Rows, s.reportRow(c, r))
	}
	if list.Next != "" {
		next := url.Values{"after": {list.Next}}
		if q.State != "" {
			next.Set("state", string(q.State))
		}
		view.Next = reportsPath + "?" + next.Encode()
	}
	return s.render(c, "staff-reports", view)
}

func (s *Server) reportRow(c *fiber.Ctx, r casework.Report) reportRow {
	row := reportRow{
		Path: reportsPath + "/" + string(r.Number), Number: r.Number.Grouped(), Danger: string(r.Danger), State: string(r.State),
		Received: s.moment(c, r.Received), Waits: r.State == casework.ReportNew, Level: r.Level,
	}
	if r.Town != "" {
		row.Town = s.townName(c, r.Town)
	}
	if row.Waits {
		row.Due, row.Late = s.moment(c, r.Due), r.Level > 0 || !s.now().Before(r.Due)
	}
	return row
}

type reportFilePage struct {
	staffPage
	Row      reportRow
	City     bool
	Said     []summaryRow
	Words    string
	Assigned string
	Sender   string
	Link     *deskLink
	Children []childRow
	Asked    *referralsPanel
	Talks    *conferencesPanel
	Album    deskLink
	Find     string // where a child of the register is linked; "" for who may not
	Excluded []given
	Done     []step
	Version  int
	Problems []problem
	Changed  bool
	Take     bool
	Note     *reportStepForm // what is done with it
	Direct   *reportStepForm
	Keep     *reportStepForm // who must not see it
}

// reportStepForm is a form of the report's page; its first field is the step.
type reportStepForm struct {
	Path    string
	CSRF    string
	Version int
	Fields  []field
	Save    string // its button, which no other form of the page has
}

// Wrong says whether the form came back with something to put right.
func (f *reportStepForm) Wrong() bool {
	return slices.ContainsFunc(f.Fields, func(one field) bool { return one.Error != "" })
}

func (s *Server) openReport(c *fiber.Ctx, u casework.User) error {
	return s.renderReportFile(c, u, nil, casework.ReportAct{})
}

func (s *Server) renderReportFile(c *fiber.Ctx, u casework.User, failed error, act casework.ReportAct) error {
	ref, ok := apply.ParseReference(c.Params("ref"))
	if !ok {
		return fiber.ErrNotFound
	}
	f, err := s.cases.Reports.Report(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := reportFilePage{staffPage: s.newStaffPage(c, u, "staff.report"), Row: s.reportRow(c, f.Report), City: f.City, Version: f.Version, Words: f.Said.Words}
	view.Title = t("staff.report.of", "Number", f.Number.Grouped())
	view.Crumbs = append(view.Crumbs, crumb{t("staff.reports"), reportsPath})
	view.Said, view.Assigned, view.Sender = s.saidRows(c, f), f.Names[f.Assigned], f.Names[f.Sender]
	if f.Link.Kind == casework.ApplicationCase {
		view.Link = &deskLink{Text: apply.Reference(f.Link.ID).Grouped(), Path: casePath(apply.Reference(f.Link.ID), "")}
	}
	s.fillReportChildren(c, u, f, &view)
	for _, id := range f.Excluded {
		view.Excluded = append(view.Excluded, given{Value: id, Shown: f.Names[id]})
	}
	view.Done = s.reportSteps(c, f)
	view.Take = f.Can(casework.StepTake) && u.May(casework.HandleReport, f.Scope())
	of := s.ofReport(c, f)
	photos, err := s.photosOf(c, u, of.Case)
	if err != nil {
		return err
	}
	view.Album = s.albumLink(c, u, of, photos, "")
	if view.Asked, err = s.referralsOf(c, u, of); err != nil {
		return err
	}
	if view.Talks, err = s.conferencesOf(c, u, of); err != nil {
		return err
	}
	s.reportForms(c, u, f, &view)
	s.reportProblem(c, &view, failed, act)
	return s.render(c, "staff-report", view)
}

// saidRows is what was said, but for the long words.
func (s *Server) saidRows(c *fiber.Ctx, f *casework.ReportFile) []summaryRow {
	t := s.words(c)
	kind := f.Said.Kind
	if k, ok := s.content().Library.Reporting.Kind(kind); ok {
		kind = s.contentText(c, k.Label.In(visitOf(c).Lang.Code))
	}
	town := ""
	if f.Town != "" {
		town = s.placeName(c, f.Town)
	}
	var out []summaryRow
	for _, row := range []struct{ key, value string }{
		{"kind", kind}, {"town", town}, {"village", f.Said.Village}, {"place", f.Said.Place}, {"child", f.Said.Child}, {"contact", f.Said.Contact},
	} {
		if row.value != "" {
			out = append(out, summaryRow{Key: t("report." + row.key), Value: row.value})
		}
	}
	return out
}

// reportSteps tells what happened, oldest first.
func (s *Server) reportSteps(c *fiber.Ctx, f *casework.ReportFile) []step {
	t := s.words(c)
	var out []step
	for _, e := range f.Events {
		one := step{Title: t(fmt.Sprintf("staff.report.step.%s", e.Step)), Text: s.byline(c, e.At, f.Names[e.Actor.ID]), Note: e.Words, State: "done"}
		switch detail := e.Detail; {
		case detail == "":
		case e.Step == casework.StepAlerted && detail == "0":
			one.Title, one.State = t("staff.report.alerted.none"), "wrong"
		case e.Step == casework.StepAlerted:
			one.Title = t("staff.report.alerted", "Number", detail)
		case e.Step == casework.StepEscalated:
			one.Title, one.State = t("staff.report.escalated", "Level", detail), "wrong"
		case detail == casework.PhotoAdded:
			one.Title = t("photos.step")
		case e.Step == casework.StepReceived:
			one.Title += t("punctuation.colon") + t(fmt.Sprintf("staff.report.danger.%s", detail))
		case e.Step == casework.StepLink:
			one.Title = t("link.step.child")
		case e.Step == casework.StepPass:
			one.Title += t("punctuation.colon") + s.placeName(c, detail)
		case e.Step == casework.StepClose:
			one.Title += t("punctuation.colon") + t(fmt.Sprintf("staff.report.outcome.%s", detail))
		case f.Names[detail] != "":
			one.Title += t("punctuation.colon") + f.Names[detail]
		}
		out = append(out, one)
	}
	return out
}

// reportForms are what the user may do with the report as it is.
func (s *Server) reportForms(c *fiber.Ctx, u casework.User, f *casework.ReportFile, view *reportFilePage) {
	t := s.words(c)
	chosen := func(name, label string, options []content.Option) field {
		return field{Name: name, Label: label, Options: options}
	}
	steps := func(needs casework.Action) []content.Option {
		var out []content.Option
		for _, one := range casework.ReportSteps() {
			if one != casework.StepTake && one.Needs() == needs && f.Can(one) && u.May(needs, f.Scope()) {
				out = append(out, content.Option{Value: string(one), Label: t(fmt.Sprintf("staff.report.do.%s", one))})
			}
		}
		return out
	}
	words := field{Name: "words", Label: t("staff.report.words"), Help: t("staff.report.words.help"), Long: true, Rows: 3, MaxLength: casework.ReportLong, Optional: true}
	form := func(needs casework.Action, part, question string, more ...field) *reportStepForm {
		options := steps(needs)
		if len(options) == 0 {
			return nil
		}
		out := &reportStepForm{Path: view.Row.Path + "/" + part, CSRF: view.CSRF, Version: view.Version, Save: t(fmt.Sprintf("staff.report.save.%s", part))}
		out.Fields = append([]field{chosen("step", question, options)}, append(more, words)...)
		for i := range out.Fields { // each id stands once on the page
			out.Fields[i].Name = part + "-" + out.Fields[i].Name
			out.Fields[i].Value = c.FormValue(out.Fields[i].Name)
		}
		if len(options) == 1 {
			out.Fields[0].Value = options[0].Value
		}
		return out
	}
	var outcomes, hands, towns, people []content.Option
	for _, o := range casework.Outcomes() {
		outcomes = append(outcomes, content.Option{Value: o, Label: t(fmt.Sprintf("staff.report.outcome.%s", o))})
	}
	for _, h := range f.Hands {
		hands = append(hands, content.Option{Value: h.ID, Label: h.Name + " · " + t(fmt.Sprintf("staff.role.%s", h.Role))})
	}
	for _, p := range s.content().Library.Places {
		towns = append(towns, content.Option{Value: p.ID, Label: s.placeName(c, p.ID)})
	}
	for _, h := range f.Hands {
		people = append(people, content.Option{Value: h.ID, Label: h.Name})
	}
	for _, id := range f.Excluded {
		people = append(people, content.Option{Value: id, Label: f.Names[id]})
	}
	// Only one choice asks for it: which, is said below the name, so that the name stays short.
	optional := func(fd field, help string) field { fd.Optional, fd.Help = true, help; return fd }
	link := field{Name: "link", Label: t("staff.report.link"), Help: t("staff.report.link.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 24, Width: "medium", Optional: true}
	view.Note = form(casework.HandleReport, "handle", t("staff.report.step"), optional(chosen("outcome", t("staff.report.outcome"), outcomes), t("staff.report.outcome.help")), link)
	var to []field
	if len(hands) > 0 && f.Can(casework.StepAssign) {
		to = append(to, optional(chosen("hand", t("staff.report.hand"), hands), t("staff.report.hand.help")))
	}
	if f.Can(casework.StepPass) {
		to = append(to, optional(chosen("town", t("staff.report.town"), towns), t("staff.report.town.help")))
	}
	view.Direct = form(casework.DirectReport, "direct", t("staff.report.direct.how"), to...)
	if len(people) > 0 {
		view.Keep = form(casework.ExcludeReport, "exclude", t("staff.report.keep.how"), chosen("person", t("staff.report.person"), people))
	}
}

// actOnReport carries out a step of the form of those that need this permission.
func (s *Server) actOnReport(needs casework.Action) func(*fiber.Ctx, casework.User) error {
	part := strings.TrimSuffix(string(needs), "-report")
	return func(c *fiber.Ctx, u casework.User) error {
		ref, ok := apply.ParseReference(c.Params("ref"))
		if !ok {
			return fiber.ErrNotFound
		}
		value := func(name string) string { return c.FormValue(part + "-" + name) }
		act := casework.ReportAct{Step: casework.ReportStep(value("step")), Words: value("words")}
		if act.Step.Needs() != needs {
			act.Step = ""
		}
		version, err := strconv.Atoi(c.FormValue("version"))
		if err != nil || act.Step == "" {
			return s.renderReportFile(c, u, apply.Invalid{{Field: "step", Key: casework.KeyReportDetail}}, act)
		}
		switch act.Step {
		case casework.StepAssign:
			act.Detail = value("hand")
		case casework.StepPass:
			if slices.ContainsFunc(s.towns(), func(o content.Option) bool { return o.Value == value("town") }) {
				act.Detail = value("town")
			}
			act.Within = s.reportWithin
		case casework.StepClose:
			act.Detail = value("outcome")
		case casework.StepExclude, casework.StepReadmit:
			act.Detail = value("person")
		case casework.StepLink:
			if linked, ok := apply.ParseReference(value("link")); ok {
				act.Link = casework.Case{Kind: casework.ApplicationCase, ID: string(linked)}
			}
		}
		err = s.cases.Reports.ActOnReport(c.UserContext(), u.Actor(), ref, version, act)
		if invalid := invalidOf(err); len(invalid) > 0 || errors.Is(err, apply.ErrConflict) {
			return s.renderReportFile(c, u, err, act)
		}
		if err != nil {
			return err
		}
		if act.Step == casework.StepPass || act.Step == casework.StepAssign { // it may be another's now
			return s.redirect(c, reportsPath)
		}
		return s.redirect(c, reportsPath+"/"+string(ref))
	}
}

// reportWithin is the time within which somebody has to take a report on.
func (s *Server) reportWithin(d casework.Danger) time.Duration {
	return s.content().Library.Reporting.Minutes.Within(string(d))
}

// reportProblem shows why a step was not carried out, beside the form it came from.
func (s *Server) reportProblem(c *fiber.Ctx, view *reportFilePage, failed error, act casework.ReportAct) {
	if errors.Is(failed, apply.ErrConflict) {
		c.Status(fiber.StatusConflict)
		view.Changed = true
		return
	}
	invalid := invalidOf(failed)
	if len(invalid) == 0 {
		return
	}
	wrong := invalid[0]
	name := wrong.Field
	if name == "detail" {
		name = map[casework.ReportStep]string{
			casework.StepAssign: "hand", casework.StepPass: "town", casework.StepClose: "outcome", casework.StepLink: "link",
			casework.StepExclude: "person", casework.StepReadmit: "person",
		}[act.Step]
	}
	for _, form := range []*reportStepForm{view.Note, view.Direct, view.Keep} {
		if form == nil || !strings.HasSuffix(visitOf(c).Path, strings.TrimPrefix(form.Path, view.Row.Path)) {
			continue
		}
		for i := range form.Fields {
			f := &form.Fields[i]
			if !strings.HasSuffix(f.Name, "-"+name) {
				continue
			}
			f.Error = s.problemWords(c, wrong, true)
			view.Problems = append(view.Problems, s.problemOf(c, f.ID(), f.Label, f.Error))
		}
	}
	s.wrong(c, &view.page)
}
