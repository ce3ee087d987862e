package web

import (
	"html/template"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/content"
)

// quote is the published section that an answer rests on, as it stands.
type quote struct {
	Title, URL string
	HTML       template.HTML
	Lang       string
	Document   content.Source // zero: the page rests on none
	Checked    content.Day
}

// quoted returns the section that a citation names, in the visit's language where it
// is translated; nil if there is none.
func (s *Server) quoted(c *fiber.Ctx, cite bot.Citation) *quote {
	l := visitOf(c).Lang
	lib := s.content().Library
	q := &quote{Title: cite.Title, URL: cite.URL}
	if original, ok := lib.Policy(cite.Policy); ok {
		p, _ := original.In(l.Code)
		section, ok := p.Section(cite.Section)
		q.HTML, q.Lang, q.Document, q.Checked = section.HTML(), l.shows(p.Lang), original.Source, original.Published
		return only(q, ok)
	}
	pages := slices.Concat(lib.Help, lib.Replies)
	i := slices.IndexFunc(pages, func(t *content.Page) bool { return t.Slug == cite.Policy })
	if i < 0 {
		return nil
	}
	p, _ := pages[i].In(l.Code)
	section, ok := p.Section(cite.Section)
	q.HTML, q.Lang, q.Document, q.Checked = section.HTML(), l.shows(p.Lang), pages[i].Source, pages[i].Published
	return only(q, ok)
}

func only(q *quote, ok bool) *quote {
	if !ok {
		return nil
	}
	return q
}
