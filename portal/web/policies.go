package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/outreach"
)

func (s *Server) policyRoutes() []route {
	return []route{
		{fiber.MethodGet, "/policies", s.listPolicies, kept},
		{fiber.MethodGet, "/policies/:slug", s.showPolicy, kept},
		{fiber.MethodGet, "/policies/:slug/card", s.showCard, kept},
		{fiber.MethodGet, "/policies/:slug/qr.svg", s.sendQR, kept},
	}
}

type policiesPage struct {
	page
	Base   string // of the addresses of its policies
	Groups []policyGroup
}

// policyGroup is one category with its policies, in the visit's language where
// they are translated.
type policyGroup struct {
	Slug, Title, About string
	Policies           []*content.Policy
}

// policy returns the policy with the given slug in the visit's language, in Chinese
// where it is not translated.
func (s *Server) policy(c *fiber.Ctx, slug string) (*content.Policy, bool) {
	p, ok := s.content().Library.Policy(slug)
	if !ok {
		return nil, false
	}
	p, _ = p.In(visitOf(c).Lang.Code)
	return p, true
}

func (s *Server) listPolicies(c *fiber.Ctx) error {
	p := policiesPage{page: s.page(c, "policies.title"), Base: "/policies"}
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
	lang := visitOf(c).Lang.Code
	var out []policyGroup
	for _, cat := range lib.Categories {
		about, _ := cat.Description(lang)
		g := policyGroup{Slug: cat.Slug, Title: s.contentText(c, cat.Title(lang)), About: s.contentText(c, about)}
		for _, policy := range lib.Policies {
			if policy.Category == cat.Slug && keep(policy) {
				policy, _ = policy.In(lang)
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
	Sections []section
	Steps    []step
	Previous *content.Policy
	Next     *content.Policy
	Due      bool   // the day by which it was to be checked again has passed
	Offered  []part // in elder mode, which shows one part a page
	First    string // the part that reading begins with
	Places   []partLink
	Share    string // short address, absolute and without mode
}

func (s *Server) showPolicy(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	p := policyPage{page: s.page(c, "policies.title"), Policy: policy, Due: policy.ReviewDue(s.now())}
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Crumbs = []crumb{{p.Title, "/policies"}}
	p.Column = column{Name: p.Title, About: s.words(c)("policies.lead"), Path: "/policies", Kind: "open"}
	p.Sections = s.glossed(policy.Lang, policy.Sections)
	p.Title = s.contentText(c, policy.Title(p.Lang.Code))
	p.Short = s.contentText(c, policy.Short(p.Lang.Code))
	p.Description = s.summary(c, policy)
	p.Article = &article{
		Title: p.Title, Day: policy.Published, URL: p.Canonical,
		Source: s.contentText(c, policy.Source.Issuer), Keywords: s.contentText(c, keywords(policy)),
	}
	p.Feeds = []feedLink{s.feedLink(c, policy.Category)}
	p.Things = s.policyThings(c, policy, p.page)
	p.Previous, p.Next = s.neighbours(c, policy)
	p.Steps = s.decisionSteps(c, policy)
	p.Share = s.publicShort(p.Lang, outreach.Target{Kind: outreach.Policy, Slug: policy.Slug})
	if p.Elder() {
		p.offer(partsOf(policy, p.Sections))
	}
	p.Scripts = []string{"share.js", "print.js", "speech.js"}
	return s.render(c, "policy", p)
}

// neighbours returns the policies before and after p in the visit's language; nil
// where there is none.
func (s *Server) neighbours(c *fiber.Ctx, p *content.Policy) (previous, next *content.Policy) {
	lib := s.content().Library
	if original, ok := lib.Policy(p.Slug); ok {
		previous, next = lib.Neighbours(original)
	}
	lang := visitOf(c).Lang.Code
	if previous != nil {
		previous, _ = previous.In(lang)
	}
	if next != nil {
		next, _ = next.In(lang)
	}
	return previous, next
}

// keywords returns what people call the policy, by which search engines know it.
// The everyday names are Chinese ones.
func keywords(p *content.Policy) string {
	if p.Lang == "en" {
		return strings.Join(slices.Compact([]string{p.Short(p.Lang), p.Title(p.Lang)}), ",")
	}
	return strings.Join(p.Names, ",")
}

// summary returns the one-sentence summary as the visit's language shows it.
func (s *Server) summary(c *fiber.Ctx, p *content.Policy) string {
	text, _ := policySummary(p, visitOf(c).Lang)
	return s.contentText(c, text)
}

// policySummary returns the one-sentence summary for pages of l, and its language:
// policies that are not translated may still have an English one.
func policySummary(p *content.Policy, l language) (summary, lang string) {
	if l.Code == "en" && p.Lang != "en" && p.SummaryEN != "" {
		return p.SummaryEN, "en"
	}
	return p.Summary, l.shows(p.Lang)
}

// decisionSteps tells who does what, and in how many working days.
func (s *Server) decisionSteps(c *fiber.Ctx, p *content.Policy) []step {
	t := s.words(c)
	var out []step
	for _, d := range p.Decides.Steps {
		one := step{Title: t("level."+d.Who) + t("punctuation.colon") + s.contentText(c, d.Does), State: "next"}
		one.Text = daysOf(d, t)
		if d.Basis != "" {
			one.Note = t("policy.days.basis", "Basis", s.contentText(c, d.Basis))
		}
		out = append(out, one)
	}
	return out
}

// daysOf says in how many working days a step is taken.
func daysOf(d content.Step, t func(id string, pairs ...any) string) string {
	switch {
	case d.Days == 0:
		return t("policy.days.none")
	case d.Sure():
		return t("policy.days", "Count", d.Days)
	}
	return t("policy.days.unsure", "Count", d.Days)
}
