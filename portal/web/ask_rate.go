package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/casework"
)

// ratedPath is what verdicts on answers are counted under, with the part of the
// content that was quoted behind it.
const ratedPath = "/ask#"

// Parts that are no passage.
const (
	ratedRefusal  = "refuse"
	ratedHandOver = "handover"
	ratedCheck    = ".check" // behind a policy
)

// ratedAs returns what a verdict on the reply is about; "" where none is asked for.
// A question of a policy goes by its words, so that counts stay with it when others
// are added before it.
func (s *Server) ratedAs(r bot.Reply) string {
	switch r.Outcome {
	case bot.Answer:
		slug, faq, ok := strings.Cut(r.Entry, ".faq.")
		if p, published := s.content().Library.Policy(slug); ok && published {
			if i, err := strconv.Atoi(faq); err == nil && i < len(p.FAQ) {
				return slug + ".q." + digest(p.FAQ[i].Q)
			}
		}
		return r.Entry
	case bot.Judged:
		return r.Check.Policy + ratedCheck
	case bot.Refuse:
		return ratedRefusal
	case bot.HandOver:
		return ratedHandOver
	}
	return ""
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// ratedName returns what is called so: the question, the section or the policy's
// check; false if nothing published is.
func (s *Server) ratedName(c *fiber.Ctx, about string) (string, bool) {
	t := s.words(c)
	if about == ratedRefusal || about == ratedHandOver {
		return t(fmt.Sprintf("ask.rate.%s", about)), true
	}
	lib := s.content().Library
	slug, part, _ := strings.Cut(about, ".")
	kind, id, _ := strings.Cut(part, ".")
	if p, ok := lib.Policy(slug); ok {
		name := s.contentText(c, p.Short(visitOf(c).Lang.Code))
		switch kind {
		case "check":
			return t("ask.rate.check", "Policy", name), id == ""
		case "policy":
			return name, id == ""
		case "q":
			for _, f := range p.FAQ {
				if digest(f.Q) == id {
					return s.contentText(c, f.Q), true
				}
			}
			return "", false
		}
		section, ok := p.Section(id)
		return name + " · " + s.contentText(c, section.Title), ok && kind == "section"
	}
	for _, pages := range [][]*content.Page{lib.Help, lib.Replies} {
		for _, p := range pages {
			if section, ok := p.Section(id); p.Slug == slug && (ok && kind == "section" || id == "") {
				return s.contentText(c, p.Title+" · "+section.Title), true
			}
		}
	}
	return "", false
}

// rateAnswer keeps whether an answer was useful: what it was an answer of, never what
// was asked. Who found it of no use is led on to people.
func (s *Server) rateAnswer(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	about, verdict := c.FormValue("about"), casework.Verdict(c.FormValue(feedbackVerdict))
	_, known := s.ratedName(c, about)
	if !known || verdict != casework.Useful && verdict != casework.Useless {
		return fiber.ErrBadRequest
	}
	err := s.cases.Feedback.KeepFeedback(c.UserContext(), casework.Feedback{Path: ratedPath + about, Lang: visitOf(c).Lang.Code, Verdict: verdict})
	if err != nil {
		return err
	}
	v := visitOf(c)
	v.Path = "/ask" // which is where links to this page in another size or language lead
	c.Locals(visitKey, v)
	p := s.newAskPage(c)
	if p.Elder() && s.again(c, &p) {
		return s.ratedInElder(c, &p, verdict)
	}
	p.Said, p.Rated = s.unsealSaid(c.FormValue("transcript")), string(verdict)
	p.Conversation, p.Transcript = c.FormValue("conversation"), c.FormValue("transcript")
	if verdict == casework.Useless {
		s.handOver(&p)
	}
	return s.renderAnswer(c, "ask", p)
}
