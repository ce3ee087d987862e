package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// What each field of each form is for, and by which rules it is asked, is published: the
// tables are put together from the policies' files, so that no field can be forgotten.
const fieldsPath = "/privacy/fields"

func (s *Server) fieldsRoutes() []route {
	return []route{
		{fiber.MethodGet, fieldsPath, s.listFields, kept},
		{fiber.MethodGet, leafRoute(fieldsPath), s.listFields, kept},
		{fiber.MethodGet, fieldsPath + "/:slug", s.showFieldPurposes, kept},
		{fiber.MethodGet, leafRoute(fieldsPath + "/:slug"), s.showFieldPurposes, kept},
	}
}

// fieldsPage lists the policies that have a form.
type fieldsPage struct {
	page
	Policies []*content.Policy
	Leaf     leaf
}

func (s *Server) listFields(c *fiber.Ctx) error {
	var all []*content.Policy
	for _, p := range s.policies(c) {
		if p.Online() {
			all = append(all, p)
		}
	}
	at, err := leafOf(c, fieldsPath, leaves(len(all), linksAtOnce))
	if err != nil {
		return err
	}
	t := s.words(c)
	p := fieldsPage{page: s.page(c, "fields.title"), Policies: onLeaf(all, at, linksAtOnce), Leaf: at}
	p.Description = t("fields.lead")
	p.Crumbs = []crumb{{t("privacy.title"), "/privacy"}}
	s.asLeaf(c, &p.page, at)
	return s.render(c, "fields", p)
}

// purposesPage is the table of one form.
type purposesPage struct {
	page
	Policy *content.Policy
	Ground []content.Source // by which rules; empty on the other leaves
	Parts  []purposePart
	Leaf   leaf
}

// purposePart is a section of the form, or its documents.
type purposePart struct {
	Title, Lang string
	Rows        []purposeRow
}

// purposeRow is one field: what is asked, what for, and whether the rules want it.
type purposeRow struct {
	Label, Why string
	Needed     bool
	Sometimes  bool // needed of those that it applies to
}

func (s *Server) showFieldPurposes(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok || !policy.Online() {
		return fiber.ErrNotFound
	}
	t := s.words(c)
	p := purposesPage{Policy: policy, Ground: policy.Basis}
	short := s.contentText(c, policy.Short(visitOf(c).Lang.Code))
	p.page = s.pageNamed(c, t("fields.of", "Policy", short))
	p.NoIndex = true // the list is what others find
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Crumbs = []crumb{{t("privacy.title"), "/privacy"}, {t("fields.title"), fieldsPath}}
	p.Short = short
	p.Description = t("fields.about")
	if len(p.Ground) == 0 {
		p.Ground = []content.Source{policy.Source}
	}
	p.Parts = s.purposes(c, policy, p.ContentLang)
	if err := p.turn(c); err != nil {
		return err
	}
	s.asLeaf(c, &p.page, p.Leaf)
	return s.render(c, "field-purposes", p)
}

// turn keeps of a long table what one leaf of it has: a part, or at last the rules.
func (p *purposesPage) turn(c *fiber.Ctx) error {
	n := len(p.Parts)
	at, err := leafOf(c, fieldsPath+"/"+p.Policy.Slug, n+1)
	p.Leaf = at
	switch {
	case err != nil:
		return err
	case at.Number > n:
		p.Parts = nil
	case at.Number > 0:
		p.Parts, p.Ground = onLeaf(p.Parts, at, 1), nil
	}
	return nil
}

// purposes are the parts of a policy's form, its documents the last.
func (s *Server) purposes(c *fiber.Ctx, policy *content.Policy, lang string) []purposePart {
	t := s.words(c)
	var out []purposePart
	for _, section := range policy.Questions {
		part := purposePart{Title: s.contentText(c, section.Title), Lang: lang}
		for _, e := range section.Ask {
			part.Rows = append(part.Rows, purposeRow{s.contentText(c, e.Label), s.contentText(c, e.Why), e.Required, false})
		}
		out = append(out, part)
	}
	papers := purposePart{Title: t("documents.title"), Lang: visitOf(c).Lang.Code}
	for _, d := range policy.Documents {
		if d.Holder != "department" {
			papers.Rows = append(papers.Rows, purposeRow{s.contentText(c, d.Title), t("fields.paper"), d.Required, d.Required && !d.When.Empty()})
		}
	}
	if len(papers.Rows) > 0 {
		out = append(out, papers)
	}
	return out
}
