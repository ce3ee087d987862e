package web

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Checklist keeps which documents the desk has looked at.
type Checklist interface {
	Ticks(ctx context.Context, by apply.Actor, ref apply.Reference) (map[string]casework.Tick, error)
	TickDocument(ctx context.Context, by apply.Actor, ref apply.Reference, document string, on bool) error
}

// checkedDocument is a line of the checklist.
type checkedDocument struct {
	caseDocument
	Given  bool   // as a file or on paper
	Looked string // who and when; "" for nobody
	Tick   bool   // the user may say that they have looked
}

func (s *Server) documentsPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok {
		return nil, nil
	}
	ticks, err := s.cases.Checklist.Ticks(c.UserContext(), u.Actor(), a.Reference)
	if err != nil {
		return nil, err
	}
	may := u.May(casework.CheckDocument, casework.ScopeOf(a)) && !a.State.Final()
	var out []checkedDocument
	for _, d := range s.caseDocuments(c, p, a) {
		line := checkedDocument{caseDocument: d, Given: len(d.Files) > 0 || d.OnPaper, Tick: may && !d.Other}
		if tick, ok := ticks[d.Name]; ok {
			line.Looked = s.words(c)("checklist.looked", "Name", tick.Name, "Day", s.day(c, tick.At))
		}
		out = append(out, line)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// tickDocument writes down a look at one of the policy's documents.
func (s *Server) tickDocument(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.CheckDocument)
	if err != nil {
		return err
	}
	name := c.FormValue("document")
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok || !slices.ContainsFunc(p.Documents, func(d content.Document) bool { return d.Name == name }) {
		return fiber.ErrBadRequest
	}
	if err := s.cases.Checklist.TickDocument(c.UserContext(), u.Actor(), a.Reference, name, c.FormValue("on") != ""); err != nil {
		return err
	}
	return s.redirect(c, casePath(a.Reference, ""))
}

// factsPanel are the amounts that the policy promises, with the source and date of each.
func (s *Server) factsPanel(_ *fiber.Ctx, _ casework.User, a *apply.Application) (any, error) {
	lib := s.content().Library
	p, ok := lib.Policy(a.Policy)
	if !ok {
		return nil, nil
	}
	var out []content.Fact
	for _, f := range lib.Facts.All {
		if f.Kind == "amount" && slices.ContainsFunc(p.Gives, func(g content.Give) bool { return strings.Contains(g.Text, f.Value) }) {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
