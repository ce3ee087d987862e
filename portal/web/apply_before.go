package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// beforePart is the part of an address below which stands what to know before one
// applies. Elder mode shows each of these on a page of its own; the last one before the
// first question is how the data are kept, so that nobody misses it.
const beforePart = "before"

// preface is where a page stands among those to read before one applies.
type preface struct {
	Parts       []prefacePart
	At          prefacePart  // the zero value where the page is none of them
	Earlier     *prefacePart // nil at the ends
	Later       *prefacePart
	StartsAfter bool // the application begins from this page
}

// prefacePart is one of these pages.
type prefacePart struct{ ID, Title string }

// Listed are the parts that the start page of elder mode names.
func (b preface) Listed() []prefacePart {
	return slices.DeleteFunc(slices.Clone(b.Parts), func(one prefacePart) bool { return one.ID == "notice" })
}

// newStart is what the start of an application and the pages before it have in common.
func (s *Server) newStart(c *fiber.Ctx, p *content.Policy, a *apply.Application, title string) startPage {
	t := s.words(c)
	start := startPage{draft: s.newDraft(c, p, a, title), Steps: s.decisionSteps(c, p)}
	for _, d := range p.Documents {
		if d.Required && d.When.Empty() {
			start.Always = append(start.Always, d)
		} else {
			start.Sometimes = append(start.Sometimes, d)
		}
	}
	start.Parts = []prefacePart{{"who", t("apply.who")}, {"papers", t("apply.ready")}}
	if len(start.Steps) > 0 {
		start.Parts = append(start.Parts, prefacePart{"steps", t("apply.steps")})
	}
	start.Parts = append(start.Parts, prefacePart{"notice", t("apply.notice.title")}, prefacePart{"offline", t("apply.offline")})
	return start
}

func (s *Server) showBefore(c *fiber.Ctx) error {
	p, err := s.online(c)
	if err != nil {
		return err
	}
	return s.renderBefore(c, s.newStart(c, p, nil, s.contentText(c, p.Title(visitOf(c).Lang.Code))), c.Params("part"))
}

// renderBefore shows one of the pages.
func (s *Server) renderBefore(c *fiber.Ctx, start startPage, id string) error {
	i := slices.IndexFunc(start.Parts, func(one prefacePart) bool { return one.ID == id })
	if i < 0 {
		return fiber.ErrNotFound
	}
	start.At, start.NoIndex = start.Parts[i], true
	start.Heading = start.At.Title
	start.Title = s.words(c)("apply.page", "Page", start.At.Title, "Policy", start.Short)
	start.Crumbs = append(start.Crumbs, crumb{start.Short, applyPath(start.Policy, "")})
	start.StartsAfter = c.Method() == fiber.MethodPost
	if start.StartsAfter {
		return s.render(c, "apply-before", start)
	}
	if i > 0 {
		start.Earlier = &start.Parts[i-1]
	}
	if i < len(start.Parts)-1 {
		start.Later = &start.Parts[i+1]
	}
	return s.render(c, "apply-before", start)
}
