package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// groundField is what the grounds are sent as.
const groundField = "ground"

// saidGround is a ground as a page says it.
type saidGround struct {
	Condition   bool // one of the policy that is not met
	Title, Text string
	Lang        string // of both
	Section     string // of the policy's page that says it; empty where there is none any more
	Link        string // to it
}

// saidGrounds puts grounds into the words of the page: those of the day of the decision,
// which say the same when the policy's file has become another one. Where it says the
// condition is looked up as the page is now.
func (s *Server) saidGrounds(c *fiber.Ctx, slug string, all []apply.Ground) []saidGround {
	p, _ := s.policy(c, slug)
	out := make([]saidGround, len(all))
	for i, g := range all {
		out[i] = s.saidGround(c, g)
		if p == nil {
			continue
		}
		if section, ok := p.Section(g.Section); ok {
			out[i].Section, out[i].Link = s.contentText(c, section.Title), "/policies/"+p.Slug+"#"+section.ID
		}
	}
	return out
}

func (s *Server) saidGround(c *fiber.Ctx, g apply.Ground) saidGround {
	t, l := s.words(c), visitOf(c).Lang
	switch {
	case slices.Contains(apply.OfficeGrounds(), g.ID):
		return saidGround{Title: t(fmt.Sprintf("ground.%s", g.ID)), Text: t(fmt.Sprintf("ground.%s.about", g.ID)), Lang: l.Code}
	case g.Condition() == "":
		return saidGround{Title: t("ground.gone", "ID", g.ID), Lang: l.Code}
	}
	lang := l.Code
	said, ok := g.Said[lang]
	if !ok {
		lang = languages[0].Code
		said = g.Said[lang]
	}
	if said.Title == "" {
		return saidGround{Condition: true, Title: t("ground.gone", "ID", g.Condition()), Lang: l.Code}
	}
	return saidGround{Condition: true, Title: s.contentText(c, said.Title), Text: s.contentText(c, said.Text), Lang: l.shows(lang)}
}

// groundWords are the grounds in a few words, for a line of a history.
func (s *Server) groundWords(c *fiber.Ctx, all []apply.Ground) string {
	if len(all) == 0 {
		return ""
	}
	t := s.words(c)
	var titles []string
	for _, g := range all {
		said := s.saidGround(c, g)
		if said.Condition {
			said.Title = t("ground.condition") + said.Title
		}
		titles = append(titles, said.Title)
	}
	return strings.Join(titles, t("punctuation.stop"))
}

// reasons are what the office gave: the grounds that it chose, and its words.
type reasons struct {
	Grounds []saidGround
	Words   string
}

func (s *Server) reasonsOf(c *fiber.Ctx, slug string, e apply.Event) reasons {
	return reasons{s.saidGrounds(c, slug, e.Grounds), e.Reason}
}

// Spoken is all of it as it is read aloud.
func (r reasons) Spoken() string {
	var lines []string
	for _, g := range r.Grounds {
		lines = append(lines, g.Title, g.Text)
	}
	return spokenLines(append(lines, r.Words)...)
}

// earlier is something that was said against the application before, or for a second look.
type earlier struct {
	Title string
	reasons
}

// earlierWords are what whoever moves an application should have read: a refusal, what the
// family objected, advice against it.
func (s *Server) earlierWords(c *fiber.Ctx, a *apply.Application) []earlier {
	t := s.words(c)
	var out []earlier
	for _, e := range a.Events {
		if !e.Move.Grounded() && e.Move != apply.Object {
			continue
		}
		one := earlier{t(fmt.Sprintf("staff.action.%s", e.Move)) + " · " + s.moment(c, e.At), s.reasonsOf(c, a.Policy, e)}
		one.Words = cmp.Or(e.Reason, e.Text)
		out = append(out, one)
	}
	return out
}

// groundSet asks for the grounds: the policy's conditions, and what else there is.
type groundSet struct {
	Label, Help, Error string
	Parts              []groundPart
}

type groundPart struct {
	Title string
	Ticks []groundTick
}

type groundTick struct {
	tick
	Lang string
	Note string // what the rules make of the answers, and who has named it
}

// ID is where an error leads to: the first box.
func (groundSet) ID() string { return "f-ground-0" }

// ErrorID is the id of what is wrong.
func (groundSet) ErrorID() string { return "f-ground-error" }

// newGroundSet offers the grounds. Those conditions stand first that the rules find not to
// be met by the answers, and then what they cannot tell; none is ticked for the officer,
// who has to find it so.
func (s *Server) newGroundSet(c *fiber.Ctx, p *content.Policy, a *apply.Application, m apply.Move) *groundSet {
	t := s.words(c)
	set := &groundSet{Label: t(fmt.Sprintf("ground.label.%s", m)), Help: t(fmt.Sprintf("ground.help.%s", m))}
	on := postedList(c, groundField)
	found := map[string]content.Truth{}
	if p != nil {
		for _, r := range p.Assess(content.Answers(a.Answers)).Conditions {
			found[r.Name] = r.Result
		}
	}
	all := apply.GroundsOf(p)
	slices.SortStableFunc(all, func(x, y apply.Ground) int { return cmp.Compare(groundRank(x, found), groundRank(y, found)) })
	advised := advisedGrounds(a)
	parts := []groundPart{{Title: t("ground.conditions")}, {Title: t("ground.office")}}
	for i, g := range all {
		said := s.saidGround(c, g)
		one := groundTick{tick{fmt.Sprintf("f-ground-%d", i), groundField, g.ID, said.Title, slices.Contains(on, g.ID)}, said.Lang, ""}
		var notes []string
		if said.Condition {
			notes = append(notes, t(fmt.Sprintf("ground.found.%s", found[g.Condition()])))
		}
		if slices.Contains(advised, g.ID) {
			notes = append(notes, t("ground.advised"))
		}
		one.Note = strings.Join(notes, " ")
		part := &parts[1]
		if said.Condition {
			part = &parts[0]
		}
		part.Ticks = append(part.Ticks, one)
	}
	set.Parts = slices.DeleteFunc(parts, func(p groundPart) bool { return len(p.Ticks) == 0 })
	return set
}

// groundRank orders what can be chosen: the office's own grounds are last.
func groundRank(g apply.Ground, found map[string]content.Truth) int {
	if g.Condition() == "" {
		return 3
	}
	return map[content.Truth]int{content.False: 0, content.Unknown: 1, content.True: 2}[found[g.Condition()]]
}

// advisedGrounds are those that the last advice against the application names.
func advisedGrounds(a *apply.Application) []string {
	e, _ := a.Last(apply.Against)
	var out []string
	for _, g := range e.Grounds {
		out = append(out, g.ID)
	}
	return out
}

// groundName is what a ground is called in the figures. Of a condition that has left the
// policy's file nothing but its name is known there.
func (s *Server) groundName(c *fiber.Ctx, slug, id string) string {
	t := s.words(c)
	switch id {
	case "":
		return t("ground.none")
	case casework.AnyCondition:
		return t("ground.any")
	}
	g := apply.Ground{ID: id}
	if p, ok := s.content().Library.Policy(slug); ok {
		if i := slices.IndexFunc(apply.GroundsOf(p), func(g apply.Ground) bool { return g.ID == id }); i >= 0 {
			g = apply.GroundsOf(p)[i]
		}
	}
	return s.saidGround(c, g).Title
}
