package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

func (s *Server) statementRoutes() []route {
	return []route{
		{fiber.MethodGet, "/accessibility", s.showAccessibility, kept},
		{fiber.MethodGet, leafRoute("/accessibility"), s.showAccessibility, kept},
		{fiber.MethodGet, "/privacy", s.showPrivacy, kept},
		{fiber.MethodGet, leafRoute("/privacy"), s.showPrivacy, kept},
	}
}

// statementPage is a page of the site about itself: parts with a heading and
// sentences, all of them messages named <Name>.<part>.<key>.
type statementPage struct {
	page
	Lead  string
	Date  string
	Parts []statementPart
	Proof *proofPart // nil: the statement rests on no tests

	Contents contents
	Fields   bool // it leads to what each field of the forms is for
}

type statementPart struct {
	ID, Title string
	Items     []string
}

// statementDate is the day both statements were last gone through.
const statementDate = "2026-11-25"

// statementParts lists the parts of each statement and how many sentences each has.
var statementParts = map[string][]struct {
	name  string
	items []string
}{
	"accessibility": {
		{"accessibility.target", []string{"accessibility.target.1", "accessibility.target.2"}},
		{"accessibility.modes", []string{"accessibility.modes.1", "accessibility.modes.2", "accessibility.modes.3"}},
		{"accessibility.gaps", []string{"accessibility.gaps.1", "accessibility.gaps.3"}},
		{"accessibility.contact", []string{"accessibility.contact.1"}},
	},
	"privacy": {
		{"privacy.reading", []string{"privacy.reading.1", "privacy.reading.2", "privacy.reading.3", "privacy.reading.4"}},
		{"privacy.asking", []string{"privacy.asking.1", "privacy.asking.2", "privacy.asking.3"}},
		{"privacy.applying", []string{"privacy.applying.1", "privacy.applying.2", "privacy.applying.3", "privacy.applying.4", "privacy.applying.5", "privacy.applying.6", "privacy.applying.7"}},
		{"privacy.children", []string{"privacy.children.1", "privacy.children.2", "privacy.children.3", "privacy.children.4", "privacy.children.5"}},
		{"privacy.reporting", []string{"privacy.reporting.1", "privacy.reporting.2", "privacy.reporting.3"}},
		{"privacy.calls", []string{"privacy.calls.1", "privacy.calls.2"}},
		{"privacy.events", []string{"privacy.events.1"}},
		{"privacy.rights", []string{"privacy.rights.1", "privacy.rights.2"}},
	},
}

func (s *Server) showPrivacy(c *fiber.Ctx) error {
	return s.showStatement(c, "/privacy", s.statement(c, "privacy"))
}

func (s *Server) showPrivacyPart(c *fiber.Ctx) error {
	return s.showStatementPart(c, "/privacy", s.statement(c, "privacy"))
}

// showStatement shows a statement, in elder mode the names of its parts.
func (s *Server) showStatement(c *fiber.Ctx, path string, p statementPage) error {
	var err error
	if p.Contents, err = contentsOf(c, p.divided(path)); err != nil {
		return err
	}
	p.Fields = p.Fields && p.Contents.Leaf.After() == "" // on the last leaf, which has room for it
	s.asLeaf(c, &p.page, p.Contents.Leaf)
	return s.render(c, "statement", p)
}

func (s *Server) showStatementPart(c *fiber.Ctx, path string, p statementPage) error {
	one, ok := p.divided(path).find(c.Params("part"))
	if !ok {
		return fiber.ErrNotFound
	}
	return s.renderPart(c, one)
}

// divided is a statement by its parts, and what shows it by the groups of its list.
func (p statementPage) divided(path string) divided {
	d := divided{Path: path, Title: p.Title, Lang: p.Lang.Code}
	for _, one := range p.Parts {
		d.Parts = append(d.Parts, part{ID: one.ID, Title: one.Title, Items: one.Items})
	}
	if p.Proof == nil {
		return d
	}
	for _, g := range slices.Concat(p.Proof.Missing, p.Proof.Groups) {
		d.Parts = append(d.Parts, part{ID: g.ID, Title: g.Title, Proof: g.Items})
	}
	return d
}

func (s *Server) statement(c *fiber.Ctx, name string) statementPage {
	t := s.words(c)
	p := statementPage{page: s.page(c, name+".title"), Lead: t(name + ".lead"), Date: statementDate}
	p.Description = p.Lead
	p.Rated, p.Fields = true, name == "privacy"
	for _, part := range statementParts[name] {
		one := statementPart{ID: strings.TrimPrefix(part.name, name+"."), Title: t(part.name)}
		for _, id := range part.items {
			one.Items = append(one.Items, t(id, "Count", s.keepDrafts))
		}
		p.Parts = append(p.Parts, one)
	}
	return p
}
