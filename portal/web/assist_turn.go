package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// showAssistedTurn is a question on a page of its own, as turn.go has it, for a director
// who helps.
func (s *Server) showAssistedTurn(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, p, a, err := s.assistedOf(c, u, ref)
	if err != nil {
		return err
	}
	all := turns(p, a.Answers)
	i := turnAt(all, c.Params("question"))
	switch {
	case i < 0 || all[i].section.Name != c.Params("section"):
		return fiber.ErrNotFound
	case visitOf(c).Mode != modeElder:
		f := s.newField(page{Lang: visitOf(c).Lang}, all[i].question, "", "")
		return s.redirect(c, withReview(c, assistPath(ref, all[i].section.Name))+"#"+f.ID())
	}
	return s.renderAssistedTurn(c, p, ref, part, all[i], typing{answers: a.Answers})
}

func (s *Server) renderAssistedTurn(c *fiber.Ctx, p *content.Policy, ref apply.Reference, part casework.Assist, t turn, now typing) error {
	d := s.newAssistDraft(c, p, ref, part, s.contentText(c, t.question.Label))
	return s.showOne(c, turnPage{sectionPage: sectionPage{draft: d}}, t, now)
}

// moveAssisted shows the question again after a key, or with another group of choices.
// It reports whether that was asked for.
func (s *Server) moveAssisted(c *fiber.Ctx, u casework.User, ref apply.Reference, posted apply.Answers) (bool, error) {
	if c.FormValue(keyPressed) == "" && groupAsked(c) == 0 {
		return false, nil
	}
	part, p, a, err := s.assistedOf(c, u, ref)
	if err != nil {
		return true, err
	}
	all := turns(p, a.Answers)
	i := turnAt(all, c.Params("question"))
	if i < 0 {
		return false, nil
	}
	now, _ := s.moved(c, all[i].question, a.Answers, posted)
	return true, s.renderAssistedTurn(c, p, ref, part, all[i], now)
}

// afterAssistedTurn goes on from a question. What could not be saved stays before the
// eyes, whichever button was pressed.
func (s *Server) afterAssistedTurn(c *fiber.Ctx, u casework.User, ref apply.Reference, a *apply.Application, posted apply.Answers, invalid apply.Invalid) error {
	p, ok := s.policy(c, a.Policy)
	if !ok {
		return fiber.ErrNotFound
	}
	all := turns(p, a.Answers)
	i, way := turnAt(all, c.Params("question")), wayOut(valueOf(c))
	switch {
	case i < 0:
		return s.redirect(c, assistPath(ref, ""))
	case len(invalid) > 0 && (way == "" || posted[all[i].question.Name] != ""):
		part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
		if err != nil {
			return err
		}
		return s.renderAssistedTurn(c, p, ref, part, all[i], typing{answers: a.Answers, invalid: invalid})
	case way == wayBack && c.FormValue(formTo) == "review", way == "" && c.FormValue(formTo) == "review":
		return s.redirect(c, assistPath(ref, "review"))
	case way == wayBack:
		return s.redirect(c, assistPath(ref, before(all, all[i])))
	case way == wayStatus:
		return s.redirect(c, assistPath(ref, ""))
	case way != "":
		part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
		if err != nil {
			return err
		}
		return s.askAssisting(c, ref, part, p, all[i])
	case i+1 < len(all):
		return s.redirect(c, assistPath(ref, all[i+1].part()))
	case hasDocuments(p, a.Answers):
		return s.redirect(c, assistPath(ref, apply.DocumentsPage))
	}
	return s.redirect(c, assistPath(ref, ""))
}
