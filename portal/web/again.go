package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

func (s *Server) againRoutes() []route {
	if s.cases.Tracking == nil {
		return nil
	}
	return []route{{fiber.MethodPost, "/track/again", s.followed(s.applyAgain), limited | guarded | private}}
}

// canApplyAgain reports whether an application has ended and its policy is still
// applied for here.
func canApplyAgain(a *apply.Application, p *content.Policy) bool {
	return a.State.Final() && p != nil && p.Online()
}

// applyAgain starts a draft with what the family answered before, and shows all of it
// to be checked. A draft of the same policy that this browser holds already is gone on
// with instead: nothing that was typed is put aside.
func (s *Server) applyAgain(c *fiber.Ctx, a *apply.Application) error {
	p, _ := s.policy(c, a.Policy)
	if !canApplyAgain(a, p) {
		return s.redirect(c, "/track/status")
	}
	if a.Household != "" && s.cases.Households != nil {
		return s.applyAgainTogether(c, a, p)
	}
	open, err := s.heldFor(c, p)
	if err != nil {
		return err
	}
	if open != nil && open.State == apply.Draft {
		return s.redirect(c, applyPath(p, s.nextPart(p, open)))
	}
	if _, err := s.beginDraft(c, p, answersAgain(a, p)); err != nil {
		return err
	}
	return s.redirect(c, applyPath(p, "review")+"?copied=1")
}

// applyAgainTogether starts it within the household, for the same child: a draft beside it
// would stand where the browser looks for those of the other children.
func (s *Server) applyAgainTogether(c *fiber.Ctx, a *apply.Application, p *content.Policy) error {
	wish := apply.Wish{Form: apply.Form{Policy: p}, Child: a.Child, Carry: answersAgain(a, p), Again: true}
	err := s.cases.Households.Extend(c.UserContext(), a.Reference, s.form(c), []apply.Wish{wish})
	if errors.Is(err, apply.ErrConflict) {
		h, err := s.householdOf(c, a)
		if err != nil {
			return err
		}
		return s.renderHousehold(c, h, nil, "household.full")
	}
	if err != nil {
		return err
	}
	if _, err := s.memberFor(c, p, a, a.Child); err != nil { // the last one is the draft
		return err
	}
	return s.redirect(c, "/household?copied=1")
}

// answersAgain is what can be taken over: answers to questions that the form still
// asks, in words that it still takes. Consent, confirmations of doubtful numbers and
// files are not among them; papers may have run out, so they are asked for again.
func answersAgain(a *apply.Application, p *content.Policy) apply.Answers {
	out := apply.Answers{}
	eachQuestion(p, func(_ string, q *content.Question) {
		if v := a.Answers[q.Name]; v != "" && (len(q.Options) == 0 || q.Accepts(v)) {
			out[q.Name] = v
		}
	})
	return out
}
