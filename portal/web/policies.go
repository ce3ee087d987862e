package web

import (
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

func (s *Server) policyRoutes() []route {
	return []route{
		{fiber.MethodGet, "/policies", s.listPolicies, kept},
		{fiber.MethodGet, "/policies/:slug", s.showPolicy, kept},
		{fiber.MethodGet, "/policies/:slug/card", s.showCard, kept},
	}
}

type policiesPage struct {
	page
	Groups []policyGroup
}

// policyGroup is one category with its policies.
type policyGroup struct {
	Slug, Title, About string
	Policies           []*content.Policy
}

func (s *Server) listPolicies(c *fiber.Ctx) error {
	p := policiesPage{page: s.page(c, "policies.title")}
	p.Description = s.words(c)("policies.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: "/policies", Kind: "open"}
	p.Groups = s.groups(c, anyPolicy)
	for _, g := range p.Groups {
		p.Feeds = append(p.Feeds, s.feedLink(c, g.Slug))
	}
	p.Rated = true
	return s.render(c, "policies", p)
}

// groups lists the policies that keep wants, by category, leaving empty ones out.
func (s *Server) groups(c *fiber.Ctx, keep func(*content.Policy) bool) []policyGroup {
	lib := s.content().Library
	var out []policyGroup
	for _, cat := range lib.Categories {
		g := policyGroup{Slug: cat.Slug, Title: s.contentText(c, cat.Title(visitOf(c).Lang.Code)), About: s.contentText(c, cat.About)}
		for _, policy := range lib.Policies {
			if policy.Category == cat.Slug && keep(policy) {
				g.Policies = append(g.Policies, policy)
			}
		}
		if len(g.Policies) > 0 {
			out = append(out, g)
		}
	}
	return out
}

type policyPage struct {
	page
	Policy   *content.Policy
	Sections []content.Section
	Steps    []step
	Previous *content.Policy
	Next     *content.Policy
	Due      bool   // the day by which it was to be checked again has passed
	Share    string // absolute address, without mode
	QR       template.HTML
}

func (s *Server) showPolicy(c *fiber.Ctx) error {
	lib := s.content().Library
	policy, ok := lib.Policy(c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	p := policyPage{page: s.page(c, "policies.title"), Policy: policy, Due: policy.ReviewDue(s.now())}
	p.Crumbs = []crumb{{p.Title, "/policies"}}
	p.Column = column{Name: p.Title, About: s.words(c)("policies.lead"), Path: "/policies", Kind: "open"}
	p.Sections = s.glossed(policyPath(policy.Slug, ""), policy.Lang, policy.Sections)
	p.Title = s.contentText(c, policy.Title(p.Lang.Code))
	p.Short = s.contentText(c, policy.Short(p.Lang.Code))
	p.Description = s.contentText(c, policySummary(policy, p.Lang))
	p.Article = &article{
		Title: p.Title, Day: policy.Published, URL: p.Canonical,
		Source: s.contentText(c, policy.Source.Issuer), Keywords: s.contentText(c, strings.Join(policy.Names, ",")),
	}
	p.Feeds = []feedLink{s.feedLink(c, policy.Category)}
	p.Things = s.policyThings(c, policy, p.page)
	p.Previous, p.Next = lib.Neighbours(policy)
	p.Steps = s.decisionSteps(c, policy)
	p.Share = p.Canonical
	p.Scripts = []string{"share.js", "print.js"}
	var err error
	if p.QR, err = newQR(p.Share, s.words(c)("share.qr", "Address", p.Share)); err != nil {
		return err
	}
	return s.render(c, "policy", p)
}

// policySummary returns the one-sentence summary in the page's language.
func policySummary(p *content.Policy, l language) string {
	if l.Code == "en" && p.SummaryEN != "" {
		return p.SummaryEN
	}
	return p.Summary
}

// decisionSteps tells who does what, and in how many working days.
func (s *Server) decisionSteps(c *fiber.Ctx, p *content.Policy) []step {
	t := s.words(c)
	var out []step
	for _, d := range p.Decides.Steps {
		one := step{Title: t("level."+d.Who) + t("punctuation.colon") + s.contentText(c, d.Does), State: "next"}
		switch {
		case d.Days == 0:
			one.Text = t("policy.days.none")
		case d.Sure():
			one.Text = t("policy.days", "Count", d.Days)
		default:
			one.Text = t("policy.days.unsure", "Count", d.Days)
		}
		if d.Basis != "" {
			one.Note = t("policy.days.basis", "Basis", s.contentText(c, d.Basis))
		}
		out = append(out, one)
	}
	return out
}
