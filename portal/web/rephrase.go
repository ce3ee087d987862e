package web

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/content"
)

// Rephraser puts an answer into other words; *rephrase.Model does. It returns ""
// where the answer is to stay as it was published.
type Rephraser interface {
	Rephrase(ctx context.Context, question, published, section string) string
}

// reworded returns the bot's reply with its answer in other words, where there is
// something that finds them. Only what quotes a published section is ever sent on:
// never a danger, a question back or a refusal.
func (s *Server) reworded(c *fiber.Ctx, q bot.Question, r bot.Reply) bot.Reply {
	if s.rephraser == nil || r.Outcome != bot.Answer || len(r.Citations) == 0 {
		return r
	}
	section, ok := s.citedText(r.Citations[0], q.Lang)
	if !ok {
		return r
	}
	if text := s.rephraser.Rephrase(c.UserContext(), q.Text, r.Answer, section); text != "" {
		r.Answer, r.Original = text, r.Answer
	}
	return r
}

// citedText returns the section that a citation names, in the language of the answer.
func (s *Server) citedText(cite bot.Citation, lang string) (string, bool) {
	lib := s.content().Library
	if p, ok := lib.Policy(cite.Policy); ok {
		p, _ = p.In(lang)
		one, ok := p.Section(cite.Section)
		return one.Text, ok
	}
	pages := slices.Concat(lib.Help, lib.Replies)
	i := slices.IndexFunc(pages, func(t *content.Page) bool { return t.Slug == cite.Policy })
	if i < 0 {
		return "", false
	}
	t, _ := pages[i].In(lang)
	one, ok := t.Section(cite.Section)
	return one.Text, ok
}
