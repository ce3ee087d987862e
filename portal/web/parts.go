package web

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// partRoutes are the smaller pages into which elder mode divides long ones: the
// policies of one kind, and one section of a policy, a help page, a reply or a statement
// of the site about itself. They are the same in every mode.
func (s *Server) partRoutes() []route {
	return []route{
		{fiber.MethodGet, "/policies/kind/:category", s.listKind("policies", anyPolicy), kept},
		{fiber.MethodGet, "/check/kind/:category", s.listKind("check", (*content.Policy).Checkable), kept},
		{fiber.MethodGet, "/apply/kind/:category", s.listKind("apply", (*content.Policy).Online), kept},
		{fiber.MethodGet, "/policies/:slug/part/:part", s.showPart, kept},
		{fiber.MethodGet, "/help/:slug/part/:part", s.showHelpPart, kept},
		{fiber.MethodGet, "/replies/:number/part/:part", s.showReplyPart, kept},
		{fiber.MethodGet, "/accessibility/part/:part", s.showAccessibilityPart, kept},
		{fiber.MethodGet, "/privacy/part/:part", s.showPrivacyPart, kept},
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

// part is a place of a long text that has a page of its own; one of the others says
// what it holds.
type part struct {
	ID, Title string
	Section   *section     // of a policy, a help page or a reply
	Question  *content.FAQ // that people often ask about a policy
	Items     []string     // sentences of a statement
	Proof     []proofItem  // requirements with what shows them, of the statement on accessibility
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
	path := policyPath(p.Policy.Slug, "")
	p.Places = placesOf(path, p.ContentLang, all, p.Offered)
	if i := slices.IndexFunc(all, func(one part) bool { return one.Question != nil }); i >= 0 {
		p.Places = append(p.Places, partLink{"faq", path + "/part/" + all[i].ID, all[i].Title, p.ContentLang})
	}
}

// divided is a text with a page for each of its parts.
type divided struct {
	Path, Title, Lang string // of the whole
	Heard             string // what its sounds are kept under; "" where it has none
	Parts             []part
}

// partPage is one part of a text.
type partPage struct {
	page
	Whole  divided
	Part   part
	Policy *content.Policy // nil for a part of another text
	Steps  []step
	Before *part // nil at the ends
	After  *part
}

// find returns the page of one part; false where there is no such part.
func (d divided) find(id string) (partPage, bool) {
	i := slices.IndexFunc(d.Parts, func(p part) bool { return p.ID == id })
	if i < 0 {
		return partPage{}, false
	}
	p := partPage{Whole: d, Part: d.Parts[i]}
	if i > 0 {
		p.Before = &d.Parts[i-1]
	}
	if i < len(d.Parts)-1 {
		p.After = &d.Parts[i+1]
	}
	return p, true
}

func (s *Server) showPart(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	id := c.Params("part")
	if id == "faq" {
		id = faqPart(0)
	}
	p, ok := divided{
		Path: policyPath(policy.Slug, ""), Title: s.contentText(c, policy.Short(visitOf(c).Lang.Code)),
		Lang: policy.Lang, Heard: policy.Slug, Parts: s.parts(policy),
	}.find(id)
	if !ok {
		return fiber.ErrNotFound
	}
	p.Policy = policy
	if id == "time" {
		p.Steps = s.decisionSteps(c, policy)
	}
	return s.renderPart(c, p, crumb{s.words(c)("policies.title"), "/policies"})
}

// renderPart shows one part of a text that stands below others.
func (s *Server) renderPart(c *fiber.Ctx, p partPage, above ...crumb) error {
	p.page = s.pageNamed(c, s.contentText(c, p.Part.Title))
	p.NoIndex = true // the whole text is what others find
	p.ContentLang = p.Lang.shows(p.Whole.Lang)
	p.Crumbs = append(above, crumb{p.Whole.Title, p.Whole.Path})
	p.Return = p.Whole.leafWith(p.Part.ID)
	p.Scripts = []string{"speech.js"}
	return s.render(c, "policy-part", p)
}

// leafWith returns the address of the leaf of the whole that names a part; "" for the
// first one, and for a policy, which has but one page.
func (d divided) leafWith(id string) string {
	i := slices.IndexFunc(d.Parts, func(p part) bool { return p.ID == id })
	if strings.HasPrefix(d.Path, "/policies/") || i < linksAtOnce {
		return ""
	}
	return leaf{List: d.Path}.at(i/linksAtOnce + 1)
}

// contents is what elder mode shows of a long text at its own address: the names of
// some of its parts.
type contents struct {
	Path, Lang string // of the text
	Parts      []part // nil where the text is shown whole
	First      string // the part with which reading begins; "" on leaves but the first
	Places     []partLink
	Leaf       leaf
}

// contentsOf says which parts of a text this page names; none outside of elder mode.
func contentsOf(c *fiber.Ctx, d divided) (contents, error) {
	v := visitOf(c)
	at, err := leafOf(c, d.Path, leaves(len(d.Parts), linksAtOnce))
	if err != nil || at.Number == 0 && v.Mode != modeElder {
		return contents{}, err
	}
	out := contents{Path: d.Path, Lang: v.Lang.shows(d.Lang), Parts: onLeaf(d.Parts, at, linksAtOnce), Leaf: at}
	if at.Number < 2 {
		out.First = d.Parts[0].ID
		out.Places = placesOf(d.Path, out.Lang, d.Parts, out.Parts)
	}
	return out, nil
}

var (
	sectionLink = regexp.MustCompile(` href="((?:/[a-z-]+)?/(?:policies|help|replies)/[a-z0-9-]+)#([a-z0-9-]+)"`)
	noticeLink  = regexp.MustCompile(` href="((?:/[a-z-]+)?/apply/[a-z0-9-]+)#(notice|offline)"`)
	kindLink    = regexp.MustCompile(` href="((?:/[a-z-]+)?/policies)#([a-z0-9-]+)"`)
	ownFragment = regexp.MustCompile(` href="#([a-z0-9-]+)"`)
	ofText      = regexp.MustCompile(`^(/(?:policies|help|replies)/[a-z0-9-]+)(/part/[a-z0-9-]+)?$`)
)

// toParts makes links to a place of a long page lead to the page that elder mode has
// for it. html/template escapes quotes, so that no visitor's words can look like one.
func toParts(body []byte, v visit) []byte {
	body = sectionLink.ReplaceAll(body, []byte(` href="$1/part/$2"`))
	body = noticeLink.ReplaceAll(body, []byte(` href="$1/before/$2"`))
	body = kindLink.ReplaceAll(body, []byte(` href="$1/kind/$2"`))
	m := ofText.FindStringSubmatch(v.Path)
	if m == nil {
		return body
	}
	whole := string(body)
	return ownFragment.ReplaceAllFunc(body, func(link []byte) []byte {
		id := string(ownFragment.FindSubmatch(link)[1])
		if at := ` id="` + id + `"`; strings.Contains(whole, at) && !strings.Contains(whole, at+" data-place") {
			return link
		}
		return []byte(` href="` + v.Lang.path(m[1]) + "/part/" + id + `"`)
	})
}
