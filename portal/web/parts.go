package web

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// partRoutes are the smaller pages into which elder mode divides long ones: the
// policies of one kind, and one section of a policy. They are the same in every mode.
func (s *Server) partRoutes() []route {
	return []route{
		{fiber.MethodGet, "/policies/kind/:category", s.listKind("policies", anyPolicy), kept},
		{fiber.MethodGet, "/check/kind/:category", s.listKind("check", (*content.Policy).Checkable), kept},
		{fiber.MethodGet, "/apply/kind/:category", s.listKind("apply", (*content.Policy).Online), kept},
		{fiber.MethodGet, "/policies/:slug/part/:part", s.showPart, kept},
	}
}

// kindPage lists the policies of one category.
type kindPage struct {
	page
	Base  string // /policies, /check or /apply
	Group policyGroup
}

func (s *Server) listKind(what string, keep func(*content.Policy) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		groups := s.groups(c, keep)
		i := slices.IndexFunc(groups, func(g policyGroup) bool { return g.Slug == c.Params("category") })
		if i < 0 {
			return fiber.ErrNotFound
		}
		p := kindPage{page: s.pageNamed(c, groups[i].Title), Base: "/" + what, Group: groups[i]}
		p.NoIndex = true // the whole list is what others find
		p.Crumbs = []crumb{{s.words(c)(what + ".title"), p.Base}}
		return s.render(c, "kind", p)
	}
}

// choicesAtOnce is how many things elder mode offers at one time.
const choicesAtOnce = 6

// part is a place of a policy that has a page of its own: a section, or a question
// that people often ask.
type part struct {
	ID, Title string
	Section   *section     // nil for a question
	Question  *content.FAQ // nil for a section
}

// parts lists them in the order in which one reads.
func (s *Server) parts(p *content.Policy) []part { return partsOf(p, s.glossed(p.Lang, p.Sections)) }

// partsOf is parts where the policy's sections are at hand.
func partsOf(p *content.Policy, sections []section) []part {
	var out []part
	for i := range sections {
		out = append(out, part{ID: sections[i].ID, Title: sections[i].Title, Section: &sections[i]})
	}
	for i := range p.FAQ {
		out = append(out, part{ID: faqPart(i), Title: p.FAQ[i].Q, Question: &p.FAQ[i]})
	}
	return out
}

// firstAsked are the sections that families look for, the most wanted first.
var firstAsked = []string{"who", "amount", "gives", "how", "documents", "time", "contact"}

// offered picks the parts that the first page of a policy names beside room other
// choices; all others follow one another from the first one on.
func offered(all []part, room int) []part {
	var out []part
	for _, id := range firstAsked {
		if i := slices.IndexFunc(all, func(p part) bool { return p.ID == id }); i >= 0 && len(out) < room {
			out = append(out, all[i])
		}
	}
	return out
}

// offer fills in what elder mode shows of the policy on its first page.
func (p *policyPage) offer(all []part) {
	room := choicesAtOnce - 1 // reading all
	if p.Policy.Online() {
		room--
	}
	if p.Policy.Checkable() {
		room--
	}
	p.Offered, p.First = offered(all, room), all[0].ID
}

// partPage is one part of a policy.
type partPage struct {
	page
	Policy *content.Policy
	Part   part
	Steps  []step
	Before *part // nil at the ends
	After  *part
}

func (s *Server) showPart(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	all := s.parts(policy)
	id := c.Params("part")
	if id == "faq" {
		id = faqPart(0)
	}
	i := slices.IndexFunc(all, func(p part) bool { return p.ID == id })
	if i < 0 {
		return fiber.ErrNotFound
	}
	p := partPage{page: s.pageNamed(c, s.contentText(c, all[i].Title)), Policy: policy, Part: all[i]}
	p.NoIndex = true
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Crumbs = []crumb{{s.words(c)("policies.title"), "/policies"}, {s.contentText(c, policy.Short(p.Lang.Code)), policyPath(policy.Slug, "")}}
	p.Scripts = []string{"speech.js"}
	if id == "time" {
		p.Steps = s.decisionSteps(c, policy)
	}
	if i > 0 {
		p.Before = &all[i-1]
	}
	if i < len(all)-1 {
		p.After = &all[i+1]
	}
	return s.render(c, "policy-part", p)
}

var (
	sectionLink = regexp.MustCompile(` href="((?:/[a-z-]+)?/policies/[a-z0-9-]+)#([a-z0-9-]+)"`)
	kindLink    = regexp.MustCompile(` href="((?:/[a-z-]+)?/policies)#([a-z0-9-]+)"`)
	ownFragment = regexp.MustCompile(` href="#([a-z0-9-]+)"`)
	ofPolicy    = regexp.MustCompile(`^/policies/([a-z0-9-]+)(/part/[a-z0-9-]+)?$`)
)

// toParts makes links to a place of a long page lead to the page that elder mode has
// for it. html/template escapes quotes, so that no visitor's words can look like one.
func toParts(body []byte, v visit) []byte {
	body = sectionLink.ReplaceAll(body, []byte(` href="$1/part/$2"`))
	body = kindLink.ReplaceAll(body, []byte(` href="$1/kind/$2"`))
	m := ofPolicy.FindStringSubmatch(v.Path)
	if m == nil {
		return body
	}
	whole := string(body)
	return ownFragment.ReplaceAllFunc(body, func(link []byte) []byte {
		id := string(ownFragment.FindSubmatch(link)[1])
		if strings.Contains(whole, ` id="`+id+`"`) {
			return link
		}
		return []byte(` href="` + v.Lang.path("/policies/"+m[1]) + "/part/" + id + `"`)
	})
}
