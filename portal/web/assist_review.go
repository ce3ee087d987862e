package web

import (
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// presentField says that the family is present and wants the director to submit.
const presentField = "present"

// assistReviewPage reads everything out before a director submits it in the family's
// presence.
type assistReviewPage struct {
	reviewPage
	Apps     []reviewedApp
	Versions string
	Present  field
}

func (s *Server) showAssistReview(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	return s.renderAssistReview(c, u, ref, reviewPage{Key: rand.Text()}, nil)
}

func (s *Server) renderAssistReview(c *fiber.Ctx, u casework.User, ref apply.Reference, view reviewPage, invalid apply.Invalid) error {
	part, all, err := s.cases.Assists.OpenAssist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	out := assistReviewPage{}
	var versions []string
	for _, a := range all {
		p, ok := s.policy(c, a.Policy)
		if !ok {
			return s.redirect(c, assistPath(part.Reference, ""))
		}
		if _, missing := a.Missing(apply.Form{Policy: p}, s.now()); len(missing) > 0 {
			return s.redirect(c, assistPath(part.Reference, ""))
		}
		versions = append(versions, string(a.Reference)+":"+strconv.Itoa(a.Version))
		d := s.newAssistDraft(c, p, a.Reference, part, "")
		out.Apps = append(out.Apps, s.reviewedApp(c, d, a, d.at(apply.DocumentsPage)+"?to=review"))
	}
	consenting := household{all: all}.consenting()
	p, _ := s.policy(c, consenting.Policy)
	view.draft = s.newAssistDraft(c, p, part.Reference, part, s.words(c)("assist.review"))
	view.Title, view.Back = view.Heading, view.at("")
	s.fillConsent(c, &view, consenting.Answers, invalid)
	wrong, bad := invalid.Field(presentField)
	out.Present = field{Name: presentField, Error: s.problemWords(c, wrong, bad)}
	if bad {
		view.Problems = append(view.Problems, problem{Field: out.Present.ID(), Text: out.Present.Error})
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	out.reviewPage, out.Versions = view, strings.Join(versions, " ")
	return s.render(c, "assist-review", out)
}

// Empty reports whether there is nothing to read yet.
func (a reviewedApp) Empty() bool {
	return len(a.Papers) == 0 && !slices.ContainsFunc(a.Parts, func(p reviewPart) bool { return len(p.Rows) > 0 })
}

// reviewedApp is one application with all its answers.
func (s *Server) reviewedApp(c *fiber.Ctx, d draft, a *apply.Application, papers string) reviewedApp {
	form := apply.Form{Policy: d.Policy}
	answers, _ := a.Missing(form, s.now())
	one := reviewedApp{Child: answers[apply.FieldChildName], Title: s.contentText(c, d.Policy.Title(d.Lang.Code)), Lang: d.ContentLang}
	for _, section := range form.Pages(answers) {
		one.Parts = append(one.Parts, s.reviewPart(d, section, answers))
	}
	if hasDocuments(d.Policy, answers) {
		one.Papers = s.paperRows(c, d.page, filing{policy: d.Policy, app: a}, papers)
	}
	return one
}

// submitAssisted hands everything in. The consent is the guardian's, said aloud; the
// director writes down that it was.
func (s *Server) submitAssisted(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	if _, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref); err != nil {
		return err // of others: whatever else is wrong
	}
	view := reviewPage{Key: c.FormValue(reviewKey)}
	posted := strings.Fields(c.FormValue(reviewVersion))
	if view.Key == "" || len(posted) == 0 || len(posted) > apply.MaxHousehold {
		return fiber.ErrBadRequest
	}
	if c.FormValue(presentField) == "" {
		return s.renderAssistReview(c, u, ref, view, apply.Invalid{{Field: presentField, Key: "assist.present.missing"}})
	}
	subs, err := s.assistedSubmissions(c, u, ref, view.Key, posted)
	if err == nil {
		err = s.cases.HandOvers.SubmitAssisted(c.UserContext(), u.Actor(), ref, subs)
	}
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderAssistReview(c, u, ref, view, invalid)
	case errors.Is(err, apply.ErrConflict):
		c.Status(fiber.StatusConflict)
		return s.renderAssistReview(c, u, ref, reviewPage{Key: rand.Text(), Changed: true}, nil)
	case err != nil:
		return err
	}
	return s.redirect(c, assistPath(ref, ""))
}

// assistedSubmissions are those that the posted page showed.
func (s *Server) assistedSubmissions(c *fiber.Ctx, u casework.User, ref apply.Reference, key string, posted []string) ([]apply.Submission, error) {
	_, all, err := s.cases.Assists.OpenAssist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return nil, err
	}
	versions := map[string]int{}
	for _, one := range posted {
		number, version, _ := strings.Cut(one, ":")
		if versions[number], err = strconv.Atoi(version); err != nil {
			return nil, fiber.ErrBadRequest
		}
	}
	consent := consentOf(c, household{all: all}.consenting().Answers)
	consent.Recorder = u.ID
	var subs []apply.Submission
	for _, a := range all {
		f, ok := s.form(c)(a.Policy)
		if !ok {
			return nil, apply.ErrConflict
		}
		subs = append(subs, apply.Submission{Reference: a.Reference, Version: versions[string(a.Reference)], Key: key, Form: f, Consent: consent})
	}
	return subs, nil
}
