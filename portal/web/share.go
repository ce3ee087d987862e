package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/outreach"
)

// Sharing keeps the short links of villages, towns and the city.
type Sharing interface {
	ShareLink(ctx context.Context, by apply.Actor, t outreach.Target, at outreach.Place) (outreach.Link, error)
	ShareLinks(ctx context.Context, by apply.Actor, targets []outreach.Target, at outreach.Place) ([]outreach.Link, error)
	LinkByCode(ctx context.Context, code outreach.Code) (outreach.Link, error)
}

func (s *Server) shareRoutes() []route {
	return []route{
		{fiber.MethodGet, "/s", s.showShort, 0},
		{fiber.MethodGet, "/s/:code", s.followShort, private},
		{fiber.MethodGet, "/s/:code/card", s.showShortCard, 0},
		{fiber.MethodGet, "/s/:code/:file", s.sendShortQR, 0},
	}
}

// shortPath is the address of a short link, without language.
func shortPath(code outreach.Code) string { return "/s/" + string(code) }

// publicShort is the whole address by which anybody shares the target from pages in l.
func (s *Server) publicShort(l language, t outreach.Target) string {
	return s.base + l.path(shortPath(t.PublicCode()))
}

// publicCodes are the codes of one version of the content that belong to nobody. They
// are made of what they lead to, so that they are kept nowhere; former names have theirs
// too.
type publicCodes struct {
	of *content.Library
	to map[outreach.Code]outreach.Target
}

type shownCodes struct{ now atomic.Pointer[publicCodes] }

func (s *shownCodes) target(lib *content.Library, code outreach.Code) (outreach.Target, bool) {
	codes := s.now.Load()
	if codes == nil || codes.of != lib {
		codes = newPublicCodes(lib)
		s.now.Store(codes)
	}
	t, ok := codes.to[code]
	return t, ok
}

func newPublicCodes(lib *content.Library) *publicCodes {
	out := &publicCodes{lib, map[outreach.Code]outreach.Target{}}
	add := func(t outreach.Target) {
		if _, taken := out.to[t.PublicCode()]; !taken { // present names come first
			out.to[t.PublicCode()] = t
		}
	}
	for _, former := range []bool{false, true} {
		for _, p := range lib.Policies {
			for _, slug := range names(p.Slug, p.Formerly, former) {
				for _, t := range policyTargets(p) {
					t.Slug = slug
					add(t)
				}
			}
		}
		for _, p := range lib.Help {
			for _, slug := range names(p.Slug, p.Formerly, former) {
				add(outreach.Target{Kind: outreach.Help, Slug: slug})
			}
		}
	}
	return out
}

func names(now string, formerly []string, former bool) []string {
	if former {
		return formerly
	}
	return []string{now}
}

// policyTargets are all that can be shared of a policy: itself first, and each question.
func policyTargets(p *content.Policy) []outreach.Target {
	out := []outreach.Target{{Kind: outreach.Policy, Slug: p.Slug}}
	if p.Online() {
		out = append(out, outreach.Target{Kind: outreach.Form, Slug: p.Slug})
	}
	if p.Checkable() {
		out = append(out, outreach.Target{Kind: outreach.Check, Slug: p.Slug})
	}
	for _, f := range p.FAQ {
		out = append(out, outreach.Target{Kind: outreach.Question, Slug: p.Slug, Key: f.Key()})
	}
	return out
}

// linkOf returns the link that has the code. What nobody's link leads to stands in the
// content, what a place's leads to in the database.
func (s *Server) linkOf(c *fiber.Ctx, typed string) (outreach.Link, error) {
	code, err := outreach.ParseCode(typed)
	if err != nil {
		return outreach.Link{}, err
	}
	if code.Public() {
		if t, ok := s.codes.target(s.content().Library, code); ok {
			return outreach.Link{Code: code, Target: t}, nil
		}
		return outreach.Link{}, apply.ErrNotFound
	}
	if s.cases.Sharing == nil {
		return outreach.Link{}, apply.ErrNotFound
	}
	return s.cases.Sharing.LinkByCode(c.UserContext(), code)
}

// goal is where a link leads at present.
type goal struct {
	Policy *content.Policy // of a policy, its form or question, in the original; nil: a help page
	Help   *content.Page
	FAQ    int // number of the question; -1 where it is another kind, or gone
}

// goal returns what the target is now; false if nothing of it is left.
func (s *Server) goal(t outreach.Target) (goal, bool) {
	lib := s.content().Library
	if t.Kind == outreach.Help {
		p, ok := lib.CurrentHelp(t.Slug)
		return goal{Help: p, FAQ: -1}, ok
	}
	p, ok := lib.CurrentPolicy(t.Slug)
	g := goal{Policy: p, FAQ: -1}
	if ok && t.Kind == outreach.Question {
		if i, found := p.FAQByKey(t.Key); found {
			g.FAQ = i
		}
	}
	return g, ok
}

// path is the page of the goal in that mode, without language. A form or question that
// is no more leads to its policy.
func (g goal) path(kind outreach.Kind, mode string) string {
	switch {
	case g.Help != nil:
		return g.Help.Path()
	case kind == outreach.Form && g.Policy.Online():
		return "/apply/" + g.Policy.Slug
	case kind == outreach.Check && g.Policy.Checkable():
		return "/check/" + g.Policy.Slug
	case g.FAQ >= 0 && mode == modeElder:
		return policyPath(g.Policy.Slug, "") + "/part/" + faqPart(g.FAQ)
	case g.FAQ >= 0:
		return policyPath(g.Policy.Slug, "") + "#" + faqPart(g.FAQ)
	}
	return policyPath(g.Policy.Slug, "")
}

// shortPage says why a link leads nowhere, and asks for the code again.
type shortPage struct {
	page
	Why      string // mistyped, unknown, gone or ended; "": nothing has gone wrong
	Typed    string
	Old, New *content.Policy // what has ended, and what came after it
}

func (s *Server) showShort(c *fiber.Ctx) error {
	typed := strings.TrimSpace(c.Query("code"))
	if typed == "" {
		return s.sayShort(c, fiber.StatusOK, shortPage{})
	}
	link, err := s.linkOf(c, typed)
	if err != nil {
		return s.failShort(c, typed, err)
	}
	return s.redirect(c, shortPath(link.Code))
}

// followShort leads on to what the code is of.
func (s *Server) followShort(c *fiber.Ctx) error {
	link, err := s.linkOf(c, c.Params("code"))
	if err != nil {
		return s.failShort(c, c.Params("code"), err)
	}
	to, ok := s.goal(link.Target)
	if !ok {
		return s.sayShort(c, fiber.StatusGone, shortPage{Why: "gone"})
	}
	s.countVisit(c, link.Code) // of a policy that has ended as well: its posters still hang
	if to.Policy != nil && to.Policy.Ended() {
		view := shortPage{Why: "ended", Old: s.shownPolicy(c, to.Policy)}
		if next, ok := s.content().Library.Policy(to.Policy.ReplacedBy); ok {
			view.New = s.shownPolicy(c, next)
		}
		return s.sayShort(c, fiber.StatusOK, view)
	}
	return s.redirect(c, to.path(link.Kind, visitOf(c).Mode))
}

func (s *Server) shownPolicy(c *fiber.Ctx, p *content.Policy) *content.Policy {
	p, _ = p.In(visitOf(c).Lang.Code)
	return p
}

func (s *Server) failShort(c *fiber.Ctx, typed string, err error) error {
	view := shortPage{Typed: firstRunes(typed, 20)}
	switch {
	case errors.Is(err, outreach.ErrMistyped):
		view.Why = "mistyped"
	case errors.Is(err, apply.ErrNotFound):
		view.Why = "unknown"
	default:
		return err
	}
	return s.sayShort(c, fiber.StatusNotFound, view)
}

func (s *Server) sayShort(c *fiber.Ctx, status int, view shortPage) error {
	title := "short.title"
	if view.Why != "" {
		title = fmt.Sprintf("short.title.%s", view.Why)
	}
	view.page = s.page(c, title)
	view.NoIndex = true
	c.Status(status)
	return s.render(c, "short", view)
}
