package web

import (
	"github.com/gofiber/fiber/v2"
)

func (s *Server) statementRoutes() []route {
	return []route{
		{fiber.MethodGet, "/accessibility", s.showAccessibility, kept},
		{fiber.MethodGet, "/privacy", s.showPrivacy, kept},
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

	Fields bool // it leads to what each field of the forms is for
}

type statementPart struct {
	Title string
	Items []string
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
	return s.render(c, "statement", s.statement(c, "privacy"))
}

func (s *Server) statement(c *fiber.Ctx, name string) statementPage {
	t := s.words(c)
	p := statementPage{page: s.page(c, name+".title"), Lead: t(name + ".lead"), Date: statementDate}
	p.Description = p.Lead
	p.Rated, p.Fields = true, name == "privacy"
	for _, part := range statementParts[name] {
		one := statementPart{Title: t(part.name)}
		for _, id := range part.items {
			one.Items = append(one.Items, t(id, "Count", s.keepDrafts))
		}
		p.Parts = append(p.Parts, one)
	}
	return p
}
