package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Assessments keeps the forms that are filled in for children.
type Assessments interface {
	BeginAssessment(ctx context.Context, by apply.Actor, child, form, corrects, reason string) (string, error)
	ChangeAssessment(ctx context.Context, by apply.Actor, action casework.Action, child, id string, version int, edit func(*casework.Assessment, time.Time) error) error
	DropAssessment(ctx context.Context, by apply.Actor, child, id string) error
}

// signPage is the last page of a form: looked over, then signed.
const signPage = "sign"

func assessmentPath(child, id, page string) string {
	path := childPath(child, "assessments/"+id)
	if page != "" {
		path += "/pages/" + page
	}
	return path
}

// showAssess offers the forms that the user fills in, with how to fill them in.
func (s *Server) showAssess(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	return s.renderChildForm(c, s.assessForm(c, u, f), nil)
}

func (s *Server) assessForm(c *fiber.Ctx, u casework.User, f casework.ChildFile) childForm {
	t := s.words(c)
	view := s.newChildForm(c, u, f, "assess", "assess")
	view.Lead, view.Go = t("child.assess.lead"), t("child.assess.go")
	choice := field{Name: "form", Label: t("child.assess.form"), Value: c.FormValue("form")}
	forms := s.formsFor(u)
	for _, one := range forms {
		choice.Options = append(choice.Options, content.Option{Value: one.Slug, Label: s.contentText(c, one.Title)})
	}
	switch len(forms) {
	case 0:
		view.Warn, view.Go = t("child.assess.none"), ""
	case 1:
		view.Hidden = []summaryRow{{Key: "form", Value: forms[0].Slug}}
		view.Guidance, view.Proposal = forms[0].Sections, forms[0].Proposal
	default:
		view.Fields = append(view.Fields, choice)
	}
	corrects := c.FormValue("corrects", c.Query("corrects"))
	if i := slices.IndexFunc(f.Assessments, func(a casework.Assessment) bool { return a.ID == corrects }); i >= 0 {
		view.Lead = t("child.correct.lead", "Number", f.Assessments[i].Number)
		view.Hidden = append(view.Hidden, summaryRow{Key: "corrects", Value: corrects})
		view.Fields = append(view.Fields, field{Name: "reason", Label: t("child.correct.reason"), Long: true, Rows: 3, MaxLength: casework.MaxOpinion, Value: c.FormValue("reason")})
	}
	return view
}

func (s *Server) formsFor(u casework.User) []*content.AssessmentForm {
	return slices.DeleteFunc(s.content().Library.AssessmentsOn(s.now()), func(f *content.AssessmentForm) bool { return !u.MayFill(f) })
}

func (s *Server) beginAssessment(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	form, ok := s.content().Library.Assessment(c.FormValue("form"))
	if !ok || !u.MayFill(form) {
		return s.childWritten(c, f.Child.ID, "", s.assessForm(c, u, f), apply.Invalid{{Field: "form", Key: apply.KeyChoose}})
	}
	id, err := s.cases.Assessments.BeginAssessment(c.UserContext(), u.Actor(), f.Child.ID, form.Slug, c.FormValue("corrects"), c.FormValue("reason"))
	if err != nil {
		return s.childWritten(c, f.Child.ID, "", s.assessForm(c, u, f), err)
	}
	return s.redirect(c, assessmentPath(f.Child.ID, id, form.Pages()[0]))
}

// assessmentOf is the assessment that the address names.
func assessmentOf(c *fiber.Ctx, f casework.ChildFile) (casework.Assessment, error) {
	i := slices.IndexFunc(f.Assessments, func(a casework.Assessment) bool { return a.ID == c.Params("assessment") })
	if i < 0 {
		return casework.Assessment{}, fiber.ErrNotFound
	}
	return f.Assessments[i], nil
}

// sheetPage is an assessment as it was signed.
type sheetPage struct {
	staffPage
	Path    string
	Back    string
	Name    string
	Row     sheetRow
	Sheet   casework.Sheet
	Parts   []sheetPart
	Opinion string
	Reason  string
	Again   string
	Version int
	Confirm bool // the user may confirm it
	Own     bool // and may not, having signed it
	Correct string
	Filling bool
	Drop    bool
}

// sheetPart are the lines of a dimension; the title of the dangers is empty.
type sheetPart struct {
	Title string
	Lines []casework.SheetLine
}

// showSheet shows an assessment; to its assessor, while it is filled in, the page that
// comes next.
func (s *Server) showSheet(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	a, err := assessmentOf(c, f)
	if err != nil {
		return err
	}
	if form, ok := s.content().Library.Assessment(a.Form); ok && a.State == casework.BeingFilled && a.Assessor == u.ID && u.MayFill(form) {
		return s.redirect(c, assessmentPath(f.Child.ID, a.ID, openPage(form, a.Answers)))
	}
	return s.renderSheet(c, u, f, a)
}

func (s *Server) renderSheet(c *fiber.Ctx, u casework.User, f casework.ChildFile, a casework.Assessment) error {
	t := s.words(c)
	at, open := f.Child.Scope(), f.Child.Closed.IsZero()
	view := sheetPage{
		staffPage: s.newChildStaffPage(c, u, "child.sheet"), Path: assessmentPath(f.Child.ID, a.ID, ""), Back: childPath(f.Child.ID, ""), Name: f.Child.Details.Name,
		Row: s.sheetRow(c, f, a), Sheet: a.Sheet, Opinion: a.Opinion, Reason: a.Reason, Version: a.Version, Filling: a.State == casework.BeingFilled,
	}
	view.Crumbs = append(view.Crumbs, crumb{t("child.one"), view.Back})
	for _, l := range a.Sheet.Lines {
		if n := len(view.Parts); n == 0 || view.Parts[n-1].Title != l.Part {
			view.Parts = append(view.Parts, sheetPart{Title: l.Part})
		}
		last := &view.Parts[len(view.Parts)-1]
		last.Lines = append(last.Lines, l)
	}
	if a.State == casework.WasSigned && open {
		view.Confirm = u.May(casework.ConfirmAssessment, at) && a.Assessor != u.ID
		view.Own = u.May(casework.ConfirmAssessment, at) && a.Assessor == u.ID
	}
	if form, ok := s.content().Library.Assessment(a.Form); ok && a.State == casework.WasConfirmed && open && u.May(casework.AssessChild, at) && u.MayFill(form) {
		view.Correct = childPath(f.Child.ID, "assess") + "?corrects=" + a.ID
	}
	view.Drop = view.Filling && open && u.May(casework.ConfirmAssessment, at)
	if !a.Signed.IsZero() {
		view.Again = s.day(c, a.Signed.AddDate(0, a.Sheet.Band.AgainAfter, 0))
	}
	return s.render(c, "child-sheet", view)
}

// openPage is the first page on which something is missing, or the one to sign on.
func openPage(f *content.AssessmentForm, answers map[string]string) string {
	missing := f.Score(answers).Missing
	if len(missing) == 0 {
		return signPage
	}
	for _, d := range f.Dimensions {
		for _, i := range d.Indicators {
			if i.Name == missing[0] {
				return d.Name
			}
		}
	}
	return content.VetoPage
}

func (s *Server) confirmAssessment(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	a, err := assessmentOf(c, f)
	if err != nil {
		return err
	}
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	err = s.cases.Assessments.ChangeAssessment(c.UserContext(), u.Actor(), casework.ConfirmAssessment, f.Child.ID, a.ID, version, func(a *casework.Assessment, now time.Time) error {
		return a.Confirm(u.ID, now)
	})
	switch {
	case errors.Is(err, casework.ErrOwnWork):
		return fiber.ErrBadRequest
	case errors.Is(err, apply.ErrConflict):
		return s.redirect(c, assessmentPath(f.Child.ID, a.ID, ""))
	case err != nil:
		return err
	}
	return s.redirect(c, childPath(f.Child.ID, "")+"?done=confirmed")
}

func (s *Server) dropAssessment(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	err := s.cases.Assessments.DropAssessment(c.UserContext(), u.Actor(), f.Child.ID, c.Params("assessment"))
	if errors.Is(err, apply.ErrConflict) {
		return s.redirect(c, childPath(f.Child.ID, ""))
	}
	if err != nil {
		return err
	}
	return s.redirect(c, childPath(f.Child.ID, "")+"?done=dropped")
}

// assessPage is one page of a form that is being filled in.
type assessPage struct {
	staffPage
	Path     string // where it is posted
	Back     string
	Drop     string
	Name     string
	Heading  string // of the dimension, in Chinese
	About    string
	Progress progress
	Fields   []field
	Problems []problem
	Signing  bool
	Preview  sheetRow // what the answers come to
	Demands  []string // of the band
	Dangers  bool
	Changed  bool // the form has a new version since
	Proposal string
}

// filled finds the form and the assessment of a page, for its assessor while it is
// filled in; others are led to what they may see.
func (s *Server) filled(c *fiber.Ctx, u casework.User, f casework.ChildFile) (*content.AssessmentForm, casework.Assessment, bool, error) {
	a, err := assessmentOf(c, f)
	if err != nil {
		return nil, a, false, err
	}
	form, ok := s.content().Library.Assessment(a.Form)
	page := c.Params("page")
	if ok && page != signPage && !slices.Contains(form.Pages(), page) {
		return nil, a, false, fiber.ErrNotFound
	}
	return form, a, ok && a.State == casework.BeingFilled && a.Assessor == u.ID && u.MayFill(form), nil
}

func (s *Server) showAssessmentPage(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	form, a, mine, err := s.filled(c, u, f)
	switch {
	case err != nil:
		return err
	case !mine:
		return s.renderSheet(c, u, f, a)
	}
	return s.renderAssessment(c, u, f, form, a, nil)
}

func (s *Server) renderAssessment(c *fiber.Ctx, u casework.User, f casework.ChildFile, form *content.AssessmentForm, a casework.Assessment, invalid apply.Invalid) error {
	t, name := s.words(c), c.Params("page")
	pages := append(form.Pages(), signPage)
	at := slices.Index(pages, name)
	view := assessPage{
		staffPage: s.newChildStaffPage(c, u, "child.assess.title"), Path: assessmentPath(f.Child.ID, a.ID, name), Back: childPath(f.Child.ID, ""), Drop: assessmentPath(f.Child.ID, a.ID, "") + "/drop",
		Name: f.Child.Details.Name, Progress: newProgress(at+1, len(pages)), Signing: name == signPage, Proposal: form.Proposal,
	}
	view.Crumbs = append(view.Crumbs, crumb{t("child.one"), view.Back})
	view.Scripts = []string{"draft.js"}
	if at > 0 {
		view.Back = assessmentPath(f.Child.ID, a.ID, pages[at-1])
	}
	switch d, ok := form.Dimension(name); {
	case ok:
		view.Heading, view.About = d.Title, d.About
		view.Fields = s.indicatorFields(c, d, a.Answers)
	case name == content.VetoPage:
		view.Dangers = true
		view.Fields = s.vetoFields(c, form, a.Answers)
	default:
		s.fillSigning(c, &view, form, a)
	}
	view.Problems = s.noteProblems(c, view.Fields, invalid)
	view.Problems = append(view.Problems, s.missingElsewhere(c, form, f.Child.ID, a.ID, view.Fields, invalid)...)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "child-assess", view)
}

// missingElsewhere leads from the page to sign on to where something is missing.
func (s *Server) missingElsewhere(c *fiber.Ctx, form *content.AssessmentForm, child, id string, here []field, invalid apply.Invalid) []problem {
	var out []problem
	for _, d := range form.Dimensions {
		for _, i := range d.Indicators {
			if p, bad := invalid.Field(i.Name); bad && !slices.ContainsFunc(here, func(f field) bool { return f.Name == i.Name }) {
				out = append(out, problem{Field: "missing", Text: s.contentText(c, i.Ask) + s.words(c)("punctuation.colon") + s.problemWords(c, p, bad)})
			}
		}
	}
	for _, v := range form.Vetoes {
		if p, bad := invalid.Field(v.Name); bad && !slices.ContainsFunc(here, func(f field) bool { return f.Name == v.Name }) {
			out = append(out, problem{Field: "missing", Text: s.contentText(c, v.Ask) + s.words(c)("punctuation.colon") + s.problemWords(c, p, bad)})
		}
	}
	return out
}

func (s *Server) indicatorFields(c *fiber.Ctx, d content.Dimension, answers map[string]string) []field {
	var out []field
	for _, i := range d.Indicators {
		one := field{Name: i.Name, Lang: s.notInChinese(c), Label: s.contentText(c, i.Ask), Help: s.contentText(c, i.Help), Value: answers[i.Name]}
		for _, choice := range i.Choices {
			one.Options = append(one.Options, content.Option{Value: choice.Value, Label: s.contentText(c, choice.Label)})
		}
		out = append(out, one)
	}
	return out
}

// notInChinese is the language of the forms on a page that is in another one.
func (s *Server) notInChinese(c *fiber.Ctx) string {
	if !visitOf(c).Lang.Han() {
		return languages[0].Code
	}
	return ""
}

func (s *Server) vetoFields(c *fiber.Ctx, form *content.AssessmentForm, answers map[string]string) []field {
	lang := s.notInChinese(c)
	t := s.words(c)
	if lang != "" { // the answers stand beside the Chinese question
		t = s.views.words[lang]
	}
	var out []field
	for _, v := range form.Vetoes {
		out = append(out, field{
			Name: v.Name, Lang: lang, Label: s.contentText(c, v.Ask), Help: s.contentText(c, v.Help), Value: answers[v.Name],
			Options: []content.Option{{Value: content.VetoNo, Label: t("child.danger.no")}, {Value: content.VetoYes, Label: t("child.danger.yes")}},
		})
	}
	return out
}

// fillSigning shows what the answers come to, and asks for the assessor's words.
func (s *Server) fillSigning(c *fiber.Ctx, view *assessPage, form *content.AssessmentForm, a casework.Assessment) {
	t := s.words(c)
	score := form.Score(a.Answers)
	view.Preview = sheetRow{Score: strconv.Itoa(score.Percent)}
	if b := score.Band; b.Name != "" {
		view.Preview.Band = s.bandText(c, b.Name)
		view.Demands = []string{t("child.demand.again", "Months", b.AgainAfter)}
		if b.Helper {
			view.Demands = append(view.Demands, t("child.demand.helper", "Days", b.VisitDays))
		}
	}
	view.Fields = []field{{Name: "opinion", Label: t("child.opinion"), Help: t("child.opinion.help"), Long: true, MaxLength: casework.MaxOpinion, Value: c.FormValue("opinion", a.Opinion)}}
}

// saveAssessmentPage saves a page, whatever is missing on it, and goes on to the next;
// the last page is signed.
func (s *Server) saveAssessmentPage(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	form, a, mine, err := s.filled(c, u, f)
	if err != nil {
		return err
	}
	if !mine {
		return s.redirect(c, assessmentPath(f.Child.ID, a.ID, ""))
	}
	page := c.Params("page")
	opinion := c.FormValue("opinion")
	posted := postedChoices(c, form, page)
	err = s.cases.Assessments.ChangeAssessment(c.UserContext(), u.Actor(), casework.AssessChild, f.Child.ID, a.ID, 0, func(a *casework.Assessment, now time.Time) error {
		if page == signPage {
			return a.Sign(form, u.ID, opinion, now)
		}
		return a.Save(form, page, posted, now)
	})
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderAssessment(c, u, f, form, a, invalid)
	case errors.Is(err, apply.ErrConflict):
		return s.redirect(c, assessmentPath(f.Child.ID, a.ID, ""))
	case err != nil:
		return err
	case page == signPage:
		return s.redirect(c, childPath(f.Child.ID, "")+"?done=signed")
	case c.FormValue("-leave") != "":
		return s.redirect(c, childPath(f.Child.ID, ""))
	}
	pages := append(form.Pages(), signPage)
	return s.redirect(c, assessmentPath(f.Child.ID, a.ID, pages[slices.Index(pages, page)+1]))
}

func postedChoices(c *fiber.Ctx, form *content.AssessmentForm, page string) map[string]string {
	out := map[string]string{}
	d, _ := form.Dimension(page)
	for _, i := range d.Indicators {
		out[i.Name] = c.FormValue(i.Name)
	}
	if page == content.VetoPage {
		for _, v := range form.Vetoes {
			out[v.Name] = c.FormValue(v.Name)
		}
	}
	return out
}

func (s *Server) sheetRows(c *fiber.Ctx, f casework.ChildFile) []sheetRow {
	var out []sheetRow
	for _, a := range f.Assessments {
		out = append(out, s.sheetRow(c, f, a))
	}
	return out
}

func (s *Server) sheetRow(c *fiber.Ctx, f casework.ChildFile, a casework.Assessment) sheetRow {
	t := s.words(c)
	row := sheetRow{
		Path: assessmentPath(f.Child.ID, a.ID, ""), Number: strconv.Itoa(a.Number), Form: a.Sheet.Title, State: t(fmt.Sprintf("child.state.%s", a.State)),
		Who: f.Staff[a.Assessor], Date: s.day(c, a.Started),
	}
	if form, ok := s.content().Library.Assessment(a.Form); ok && row.Form == "" {
		row.Form = form.Title
	}
	if !a.Signed.IsZero() {
		row.Date, row.Score, row.Band = s.day(c, a.Signed), strconv.Itoa(a.Sheet.Percent), s.bandText(c, a.Sheet.Band.Name)
	}
	for _, old := range f.Assessments {
		if old.ID == a.Corrects && a.Corrects != "" {
			row.Corrects = t("child.corrects", "Number", old.Number)
		}
	}
	return row
}
