package web

import (
	"crypto/rand"
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// householdReview shows all drafts of a household before they are handed in together.
type householdReview struct {
	reviewPage
	Apps     []reviewedApp
	Versions string // of what the page shows, by number
	Count    int    // of applications
}

// reviewedApp is one application on it, without what already stands above.
type reviewedApp struct {
	Child  string
	Title  string
	Lang   string
	Parts  []reviewPart
	Papers []paperRow
	Twins  *twinWarning
}

func (s *Server) showHouseholdReview(c *fiber.Ctx, h household) error {
	return s.renderHouseholdReview(c, h, reviewPage{Key: rand.Text()}, nil)
}

func (s *Server) renderHouseholdReview(c *fiber.Ctx, h household, view reviewPage, invalid apply.Invalid) error {
	out := householdReview{}
	shown := map[string]bool{}
	var versions []string
	consenting := h.consenting()
	if consenting == nil {
		return s.redirect(c, "/household")
	}
	for _, a := range h.drafts() {
		p, ok := s.policy(c, a.Policy)
		if !ok {
			return s.redirect(c, "/household")
		}
		answers, missing := a.Missing(apply.Form{Policy: p}, s.now())
		if len(missing) > 0 {
			return s.redirect(c, "/household")
		}
		versions = append(versions, string(a.Reference)+":"+strconv.Itoa(a.Version))
		d := s.newDraft(c, p, a, "")
		one := reviewedApp{Child: s.childName(c, h, a.Child), Title: s.contentText(c, p.Title(d.Lang.Code)), Lang: d.ContentLang}
		for _, section := range (apply.Form{Policy: p}).Pages(answers) {
			part := s.reviewPart(d, section, answers)
			kept := part.Rows[:0]
			for i, row := range part.Rows {
				q := section.Questions[i]
				row.Change = strings.Replace(row.Change, "?to=review", memberPath("", a)+"&to=review", 1)
				if id := strconv.Itoa(a.Child) + "\x00" + q.Name + "\x00" + answers[q.Name]; !shown[id] {
					shown[id] = true
					kept = append(kept, row)
				}
			}
			if part.Rows = kept; len(kept) > 0 {
				one.Parts = append(one.Parts, part)
			}
		}
		if hasDocuments(p, answers) {
			one.Papers = s.paperRows(c, d.page, s.draftFiling(p, a), memberPath(documentsPath(p), a)+"&to=review")
		}
		var err error
		if one.Twins, err = s.twinWarning(c, p, a); err != nil {
			return err
		}
		out.Apps = append(out.Apps, one)
	}
	p, _ := s.policy(c, consenting.Policy)
	view.draft = s.newDraft(c, p, consenting, s.words(c)("apply.review.title"))
	view.Title, view.Short, view.Back = view.Heading, "", "/household"
	held := h.pass()
	view.Pass = &held
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("household.title"), "/household"})
	s.fillConsent(c, &view, consenting.Answers, invalid)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	out.reviewPage, out.Versions, out.Count = view, strings.Join(versions, " "), len(out.Apps)
	s.readOneOfAll(c, &out)
	return s.render(c, "household-review", out)
}

// consenting returns the draft that names the guardian, or the first.
func (h household) consenting() *apply.Application {
	drafts := h.drafts()
	for _, a := range drafts {
		if a.Answers[apply.FieldGuardianName] != "" && a.Answers[apply.FieldRelation] != "" {
			return a
		}
	}
	if len(drafts) > 0 {
		return drafts[0]
	}
	return nil
}

// submitHousehold hands in all drafts, or none of them. The same page posted twice is
// one submission.
func (s *Server) submitHousehold(c *fiber.Ctx, h household) error {
	view := reviewPage{Key: c.FormValue(reviewKey)}
	posted := strings.Fields(c.FormValue(reviewVersion))
	if view.Key == "" || len(posted) == 0 || len(posted) > apply.MaxHousehold {
		return fiber.ErrBadRequest
	}
	if groupAsked(c) > 0 {
		return s.renderHouseholdReview(c, h, view, nil)
	}
	var consent apply.Consent
	if a := h.consenting(); a != nil {
		consent = consentOf(c, a.Answers)
	}
	var subs []apply.Submission
	for _, one := range posted {
		ref, version, _ := strings.Cut(one, ":")
		n, err := strconv.Atoi(version)
		if err != nil {
			return fiber.ErrBadRequest
		}
		for _, a := range h.all {
			f, ok := s.form(c)(a.Policy)
			if string(a.Reference) != ref || !ok {
				continue
			}
			own := consent
			if relation := a.Answers[apply.FieldRelation]; a.Answers[apply.FieldGuardianName] == consent.Guardian && relation != "" {
				own.Relation = relation
			}
			subs = append(subs, apply.Submission{Reference: a.Reference, Version: n, Key: view.Key, Form: f, Consent: own})
		}
	}
	if len(subs) != len(posted) || len(subs) < len(h.drafts()) {
		return s.householdAgain(c, h)
	}
	if err := s.dropMoot(c, h.all, subs); err != nil {
		return err
	}
	err := s.cases.Households.SubmitTogether(c.UserContext(), subs)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderHouseholdReview(c, h, view, invalid)
	case errors.Is(err, apply.ErrConflict):
		return s.householdAgain(c, h)
	case err != nil:
		return err
	}
	return s.redirect(c, "/household?done=1")
}

// householdAgain shows the answers as they stand now, since the page that was posted
// showed others.
func (s *Server) householdAgain(c *fiber.Ctx, h household) error {
	all, err := s.cases.Households.Household(c.UserContext(), h.own.Reference)
	if err != nil {
		return err
	}
	h.all = all
	c.Status(fiber.StatusConflict)
	return s.renderHouseholdReview(c, h, reviewPage{Key: rand.Text(), Changed: true}, nil)
}
