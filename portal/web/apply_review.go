package web

import (
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// Fields of the review page. The consent's are named as [apply.Consent] names
// its problems.
const (
	reviewKey       = "-key"
	reviewVersion   = "-version"
	consentAgree    = "consent"
	consentName     = "consent_name"
	consentRelation = "consent_relation"
)

type reviewPage struct {
	draft
	Progress progress
	Parts    []reviewPart
	Papers   []paperRow
	Missing  []missingPart
	Back     string
	Problems []problem
	Twins    *twinWarning
	Copied   bool     // from an earlier application
	Changed  bool     // the answers were changed elsewhere after this page was shown
	Reading  *reading // which page of it elder mode shows; nil where all stand on one

	Guardian, Relation string  // who consents, from the answers
	Fields             []field // asked where the form does not
	Consent            field
	Key                string
	Version            int
}

type reviewPart struct {
	Title string
	Rows  []summaryRow
}

// missingPart is a page of the form that lacks something.
type missingPart struct {
	Title, Path string
	Count       int
}

func (s *Server) showReview(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	if a.Household != "" {
		return s.redirect(c, "/household")
	}
	return s.renderReview(c, p, a, reviewPage{Key: rand.Text(), Copied: c.Query("copied") == "1"}, nil)
}

func (s *Server) renderReview(c *fiber.Ctx, p *content.Policy, a *apply.Application, view reviewPage, invalid apply.Invalid) error {
	form := apply.Form{Policy: p}
	answers, missing := a.Missing(form, s.now())
	pages := form.Pages(answers)
	view.draft = s.newDraft(c, p, a, s.words(c)("apply.review.title"))
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(p, "")})
	view.Short, view.Version = view.Heading, a.Version
	steps := stepsAfter(p, answers, view.Elder())
	view.Progress = progressAfter(c, p, answers, steps, steps)
	for _, page := range pages {
		view.Parts = append(view.Parts, s.reviewPart(view.draft, page, answers))
		view.note(missing, missingPart{Title: s.contentText(c, page.Title), Path: applyPath(p, page.Name) + "?to=review"}, page.Name)
	}
	view.Back = applyPath(p, lastAsked(c, p, answers))
	if hasDocuments(p, answers) {
		f := s.draftFiling(p, a)
		if view.Back = f.at(""); view.Elder() {
			all := f.documents()
			view.Back = f.at(all[len(all)-1].Name)
		}
		view.Papers = s.paperRows(c, view.page, f, documentsPath(p)+"?to=review")
		view.note(missing, missingPart{Title: s.words(c)("documents.title"), Path: documentsPath(p) + "?to=review"}, apply.DocumentsPage)
	}
	view.Return = view.Back
	if view.Elder() {
		view.Leaves = leaveForm
	}
	var err error
	if view.Twins, err = s.twinWarning(c, p, a); err != nil {
		return err
	}
	s.fillConsent(c, &view, answers, invalid)
	s.readOne(c, &view, answers)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "apply-review", view)
}

// note adds a page of the form to what is missing, if it lacks something.
func (p *reviewPage) note(missing apply.Invalid, m missingPart, section string) {
	for _, problem := range missing {
		if problem.Section == section {
			m.Count++
		}
	}
	if m.Count > 0 {
		p.Missing = append(p.Missing, m)
	}
}

func (s *Server) reviewPart(d draft, page apply.Page, answers apply.Answers) reviewPart {
	part := reviewPart{Title: s.views.content(d.Lang, page.Title)}
	for _, q := range page.Questions {
		row := s.answerRow(d.page, q, answers[q.Name])
		f := s.newField(d.page, q, "", "")
		row.Change = d.Lang.path(d.at(page.Name) + "?to=review#" + f.ID())
		if d.Elder() {
			row.Change = d.Lang.path(d.at(page.Name+"/"+q.Name) + "?to=review")
		}
		part.Rows = append(part.Rows, row)
	}
	return part
}

// fillConsent names who consents from the answers; where the form does not ask
// for a guardian the page does.
func (s *Server) fillConsent(c *fiber.Ctx, view *reviewPage, answers apply.Answers, invalid apply.Invalid) {
	t := s.words(c)
	wrong := func(name string) string {
		p, bad := invalid.Field(name)
		return s.problemWords(c, p, bad)
	}
	note := func(f field) field {
		p, _ := invalid.Field(f.Name)
		heard := s.hearOwn(&f, view.page, f.Name, p.Key)
		if f.Error != "" {
			view.Problems = append(view.Problems, problem{f.ID(), f.Error, heard})
		}
		return f
	}
	relation, known := view.Policy.Question(apply.FieldRelation)
	if known {
		view.Relation = s.contentText(c, relation.OptionLabel(answers[apply.FieldRelation]))
	}
	view.Guardian = answers[apply.FieldGuardianName]
	if view.Guardian == "" || view.Relation == "" {
		name := inputs["name"]
		name.Name, name.Label, name.Help, name.Autocomplete = consentName, t("apply.consent.name"), t("apply.consent.name.help"), "name"
		name.Value, name.Error = c.FormValue(consentName), wrong(consentName)
		view.Fields = append(view.Fields, note(name))
		if known {
			f := s.newField(view.page, relation, c.FormValue(consentRelation), wrong(consentRelation))
			f.Name, f.Label, f.Lang, f.Optional = consentRelation, t("apply.consent.relation"), "", false
			if view.Elder() && view.Assist == nil {
				f = f.split(groupAsked(c))
				f.Action = view.Lang.path(view.Path) + "#" + f.ID()
			}
			view.Fields = append(view.Fields, note(f))
		}
	}
	view.Consent = note(field{Name: consentAgree, Error: wrong(consentAgree)})
}

// submitApplication hands the draft in. The same page posted twice is one
// submission.
func (s *Server) submitApplication(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	if a.Household != "" { // begun together, handed in together
		return s.redirect(c, "/household")
	}
	view := reviewPage{Key: c.FormValue(reviewKey)}
	version, err := strconv.Atoi(c.FormValue(reviewVersion))
	switch {
	case err != nil || view.Key == "":
		return fiber.ErrBadRequest
	case groupAsked(c) > 0:
		return s.renderReview(c, p, a, view, nil)
	}
	sub := apply.Submission{
		Reference: a.Reference, Version: version, Key: view.Key, Form: apply.Form{Policy: p}, Consent: consentOf(c, a.Answers), Draft: a,
	}
	if err := s.dropMoot(c, []*apply.Application{a}, []apply.Submission{sub}); err != nil {
		return err
	}
	_, err = s.cases.Drafts.Submit(c.UserContext(), sub)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderReview(c, p, a, view, invalid)
	case errors.Is(err, apply.ErrConflict):
		return s.reviewAgain(c, p, a.Reference)
	case err != nil:
		return err
	}
	return s.redirect(c, applyPath(p, "done"))
}

// dropMoot deletes what was attached for documents that are no longer asked for, where all
// of these drafts are about to be handed in: until then the answers may ask for it again.
func (s *Server) dropMoot(c *fiber.Ctx, all []*apply.Application, subs []apply.Submission) error {
	moot := map[apply.Reference][]apply.File{}
	for _, sub := range subs {
		i := slices.IndexFunc(all, func(a *apply.Application) bool { return a.Reference == sub.Reference })
		if i < 0 || all[i].Version != sub.Version {
			return nil
		}
		now := *all[i] // what is tried here stays here
		if now.Submit(sub.Form, sub.Consent, s.now()) != nil {
			return nil
		}
		moot[sub.Reference] = sub.Form.Moot(all[i])
	}
	for ref, files := range moot {
		for _, f := range files {
			if err := s.cases.Files.RemoveFile(c.UserContext(), ref, f.ID); err != nil && !errors.Is(err, apply.ErrConflict) {
				return err
			}
		}
	}
	return nil
}

// reviewAgain shows the answers as they stand now, since the page that was
// posted showed others.
func (s *Server) reviewAgain(c *fiber.Ctx, p *content.Policy, ref apply.Reference) error {
	a, err := s.cases.Desk.ApplicationByReference(c.UserContext(), ref)
	if err != nil {
		return err
	}
	if a.State != apply.Draft {
		return s.redirect(c, applyPath(p, "done"))
	}
	c.Status(fiber.StatusConflict)
	return s.renderReview(c, p, a, reviewPage{Key: rand.Text(), Changed: true}, nil)
}

func consentOf(c *fiber.Ctx, answers apply.Answers) apply.Consent {
	consent := apply.Consent{Guardian: answers[apply.FieldGuardianName], Relation: answers[apply.FieldRelation]}
	if consent.Guardian == "" || consent.Relation == "" {
		consent.Guardian, consent.Relation = c.FormValue(consentName), c.FormValue(consentRelation)
	}
	if c.FormValue(consentAgree) == noticeVersion {
		consent.Notice = noticeVersion
	}
	return consent
}

// Notice returns the version of the privacy notice that the page shows.
func (reviewPage) Notice() string { return noticeVersion }

type receiptPage struct {
	draft
	Submitted string
	Steps     []step
	Decision  string // plain words on decision and objection
	Papers    []paperRow
	Unkept    bool // photos that were sent since are not taken any more

	Heard, HeardNext, HeardReturn heard
}

func (s *Server) showReceipt(c *fiber.Ctx) error {
	p, a, err := s.openDraft(c)
	switch {
	case err != nil:
		return err
	case a == nil:
		return s.redirect(c, "/track")
	case a.State == apply.Draft:
		return s.redirect(c, applyPath(p, "review"))
	case !a.State.Waiting() && c.Query(unkeptParam) == "1":
		return s.redirect(c, withParam("/track/status", unkeptParam, "1"))
	case !a.State.Waiting(): // what comes next is another thing by now
		return s.redirect(c, "/track/status")
	}
	view := receiptPage{draft: s.newDraft(c, p, a, s.words(c)("apply.done.title"))}
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(p, "")})
	view.Short = view.Heading
	view.Submitted, view.Unkept = s.day(c, a.Submitted), c.Query(unkeptParam) == "1"
	view.Steps = append([]step{{Title: s.words(c)("apply.done.step"), Text: view.Submitted, State: "done"}}, s.dueSteps(c, p, a.Submitted)...)
	view.Decision = p.Decides.Text
	view.Papers = s.paperRows(c, view.page, s.draftFiling(p, a), "")
	view.Scripts = append(view.Scripts, "print.js")
	view.hearReceipt(s)
	return s.render(c, "apply-done", view)
}

// day writes a date as it is in China, in the visit's language.
func (s *Server) day(c *fiber.Ctx, t time.Time) string {
	switch l := visitOf(c).Lang; {
	case l.Code == "en":
		return t.In(apply.China).Format("2 January 2006")
	case !l.Han():
		return t.In(apply.China).Format("2006-01-02")
	}
	return t.In(apply.China).Format("2006年1月2日")
}

// dueSteps dates the steps of a decision from the day the office could begin.
// A step whose limit is not confirmed is dated as one to ask about.
func (s *Server) dueSteps(c *fiber.Ctx, p *content.Policy, from time.Time) []step {
	t := s.words(c)
	out := s.decisionSteps(c, p)
	sure := true
	for i, d := range apply.Deadlines(p.Decides, from, s.content().Library.Holidays) {
		sure = sure && d.Step.Sure()
		switch {
		case d.Due.IsZero():
		case sure:
			out[i].Text = t("apply.due", "Date", s.day(c, d.Due), "Count", d.Step.Days)
		default:
			out[i].Text = t("apply.due.unsure", "Date", s.day(c, d.Due), "Count", d.Step.Days)
		}
		if d.Rough {
			out[i].Note = t("apply.due.rough") + out[i].Note
		}
	}
	return out
}
