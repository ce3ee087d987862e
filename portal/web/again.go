package web

import (
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
