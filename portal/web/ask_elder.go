package web

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/portal/casework"
)

// Elder mode shows one answer a page, with one source and one or two questions to go on
// with. Everything else about it, and what was asked before, is a page of its own. The
// browser keeps the answer for that, signed, so that one can go back to it.

// Uses and fields of what is kept.
const (
	keptLabel  = "ask/kept"
	keptField  = "kept"
	composerID = "ask"      // the form with the question
	behindID   = "ask-more" // the form that shows the page behind an answer once more
)

// How many questions an answer of elder mode leads on to, and how many names it lets
// choose from where it could not tell what was meant.
const (
	elderNext    = 2
	elderClarify = 4
)

// keptAnswer is an answer as the page shows it again.
type keptAnswer struct {
	Asked   string    `json:"q"`
	Remarks []string  `json:"n"`
	Reply   bot.Reply `json:"r"`
}

// rest is what the page of an answer leaves to the page behind it.
type rest struct {
	Citations   []bot.Citation
	Links       []bot.Link
	Suggestions []string
}

// Behind reports whether there is something to show behind the answer.
func (p askPage) Behind() bool {
	return len(p.Said) > 0 || p.About != "" || p.Check != nil || len(p.Rest.Citations)+len(p.Rest.Links)+len(p.Rest.Suggestions) > 0
}

// Sendable reports whether others would find at the address what the page shows.
func (p askPage) Sendable() bool { return p.Kept == "" && p.Rated == "" && p.page.Sendable() }

func (s *Server) sealKept(k keptAnswer) string {
	text, _ := json.Marshal(k) // a reply always marshals
	return s.seal(keptLabel, string(text))
}

func (s *Server) unsealKept(token string) (keptAnswer, bool) {
	text, ok := s.unseal(keptLabel, token)
	var k keptAnswer
	return k, ok && json.Unmarshal([]byte(text), &k) == nil
}

// again fills the page with the answer that the browser has kept; false where there is none.
func (s *Server) again(c *fiber.Ctx, p *askPage) bool {
	k, ok := s.unsealKept(c.FormValue(keptField))
	if !ok {
		return false
	}
	p.Said = s.unsealSaid(c.FormValue("transcript"))
	p.Said = p.Said[:max(0, len(p.Said)-1)] // the last one is this answer
	p.Asked, p.Remarks = k.Asked, k.Remarks
	p.Question.Value = c.FormValue(p.Question.Name)
	s.fillReply(c, p, k.Reply)
	return true
}

// showAgain shows the kept answer in place of asking, where a button wants that: to look at
// further choices, in another size, or after one has been to the page behind it. Going
// back within a check asks the question before.
func (s *Server) showAgain(c *fiber.Ctx, p *askPage) bool {
	back := c.FormValue(checkBack) != ""
	if !back && c.FormValue(formStay) == "" && groupAsked(c) == 0 {
		return false
	}
	if !s.again(c, p) { // too old: the page as it is at the beginning
		p.Question.Value = c.FormValue(p.Question.Name)
	}
	return true
}

// asksBack reports whether the posted button takes back the last answer of a check.
func (s *Server) asksBack(c *fiber.Ctx) bool {
	if c.FormValue(checkBack) == "" || c.FormValue(formStay) != "" {
		return false
	}
	k, ok := s.unsealKept(c.FormValue(keptField))
	return ok && k.Reply.Check != nil && k.Reply.Check.Verdict == nil && len(k.Reply.Check.Given) > 0
}

// showBehind shows what the page of an answer leaves out.
func (s *Server) showBehind(c *fiber.Ctx) error {
	p := s.newAskPage(c)
	if !s.again(c, &p) {
		return s.redirect(c, "/ask")
	}
	p.Title = s.words(c)("ask.more")
	p.Description, p.NoIndex = "", true
	p.Column = column{Name: p.Title, Path: p.Path, Kind: "talk"}
	p.Posts, p.BackForm = behindID, composerID
	p.Crumbs = []crumb{{s.words(c)("ask.title"), "/ask"}}
	return s.renderAnswer(c, "ask-more", p)
}

// fewer leaves to the page behind the answer what is more than elder mode offers at once.
func (s *Server) fewer(c *fiber.Ctx, p *askPage, r bot.Reply) {
	p.Kept = s.sealKept(keptAnswer{p.Asked, p.Remarks, r})
	p.Posts, p.Return = composerID, "/ask"
	if p.Check != nil {
		if p.Check.Verdict == nil && len(p.Check.Given) > 0 {
			p.BackForm = composerID
		}
		p.Check.Instead = p.Check.Instead[:min(len(p.Check.Instead), elderNext)]
	}
	keep, room := elderNext, choicesAtOnce
	if r.Danger {
		room -= numbersFirst
	}
	switch {
	case r.Outcome == bot.Clarify:
		keep = elderClarify - choicesAtOnce + room
	case r.Danger:
		keep = 0
	case r.Offer != "":
		keep = elderNext - 1
	case p.HandOver || len(r.Choices) > 0:
		keep = 0
	}
	p.Suggestions, p.Rest.Suggestions = parted(r.Suggestions, keep)
	p.Rest.Suggestions = firstOf(p.Rest.Suggestions, elderNext)
	short := r
	short.Citations, p.Rest.Citations = parted(r.Citations, 1)
	short.Links, p.Rest.Links = parted(r.Links, 1)
	p.Reply = &short
	p.Choices, p.Group = choicesOf(r.Choices, groupAsked(c), room)
}

// elderChoices is how many choices are offered at once beside two that lead elsewhere.
const elderChoices = choicesAtOnce - 2

// numbersFirst is how many numbers to call stand before what may be about a child in danger.
const numbersFirst = 2

// choicesOf returns one group of the choices, and which it is. Where there is no room for
// all of them, two of what there is room for turn to the group before and after.
func choicesOf(all []bot.Choice, group, room int) ([]bot.Choice, grouping) {
	if len(all) <= room {
		return all, grouping{}
	}
	groups := (len(all) + room - 3) / (room - 2)
	group = min(max(group, 1), groups)
	return all[(group-1)*len(all)/groups : group*len(all)/groups], grouping{group, groups}
}

// parted cuts a list behind its first n entries.
func parted[T any](all []T, n int) (first, others []T) {
	n = min(n, len(all))
	return all[:n:n], all[n:]
}

// ratedInElder thanks for a verdict above the answer that it is about.
func (s *Server) ratedInElder(c *fiber.Ctx, p *askPage, verdict casework.Verdict) error {
	p.Rated = string(verdict)
	if verdict == casework.Useless {
		s.handOver(p)
		p.Suggestions = nil
	}
	return s.renderAnswer(c, "ask", *p)
}
