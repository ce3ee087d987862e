package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/casework"
)

// Asker answers questions; *bot.Bot does.
type Asker interface {
	Ask(ctx context.Context, q bot.Question) (bot.Reply, error)
	Alarming(ctx context.Context, q bot.Question) (bool, error)
}

func (s *Server) askRoutes() []route {
	routes := []route{
		{fiber.MethodGet, "/ask", s.showAsk, 0},
		{fiber.MethodPost, "/ask", s.answerAsk, limited | private},
		{fiber.MethodPost, "/ask/more", s.showBehind, limited | private},
	}
	if s.cases.Feedback == nil {
		return routes
	}
	return append(routes, route{fiber.MethodPost, "/ask/rate", s.rateAnswer, limited | private})
}

type askPage struct {
	page
	Question     field
	Problems     []problem
	Said         []said // turns before, oldest first
	Asked        string
	Reply        *bot.Reply
	Remarks      []string // on what was asked, before the reply
	Source       *quote
	Check        *checked
	Choices      []bot.Choice
	Group        grouping // of the choices, in elder mode
	Suggestions  []string
	Conversation string // signed, as the client keeps it
	Transcript   string
	About        string // what a verdict is about; "" where none is asked for
	Rated        string // the verdict that was given just now
	Learning     bool   // the bot still learns, and the question has to be asked again
	Paused       string // why answers are turned off, before anything is asked
	HandOver     bool
	Towns        []content.Place
	Directory    string // where the directors of the place that was named are listed; ""
	Kept         string // the answer, signed, for elder mode to show it again
	Rest         rest   // of it
}

// checked is what the page shows of a check, beside the bot's question.
type checked struct {
	Policy  *content.Policy
	Order   string
	Given   []bot.Given
	Verdict *bot.Verdict
	Word    string // yes, no or perhaps
	Lang    string // of the policy's words
	Instead []*content.Policy
}

func (s *Server) newAskPage(c *fiber.Ctx) askPage {
	t := s.words(c)
	p := askPage{page: s.page(c, "ask.title")}
	p.Description = t("ask.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: "/ask", Kind: "talk"}
	p.Question = field{Name: "question", Label: t("ask.label"), Help: t("ask.help", "Count", bot.MaxQuestion), Long: true, Rows: 2}
	p.Suggestions = s.content().Library.Assistant.Starters(p.Lang.Code)
	p.Scripts = []string{"dictate.js", "chat.js", "speech.js"}
	mayListen(c)
	return p
}

// showAsk tells who comes while answers are turned off before anything is written. The page is
// therefore made anew each time.
func (s *Server) showAsk(c *fiber.Ctx) error {
	c.Locals(publishedKey, true)
	p := s.newAskPage(c)
	if s.cases.Questions != nil {
		if p.Paused = s.pausedFor(c); p.Paused != "" {
			p.Suggestions = nil
		}
	}
	if err := s.render(c, "ask", p); err != nil {
		c.Locals(publishedKey, nil) // see keep
		return err
	}
	c.Set(fiber.HeaderCacheControl, askedAgain)
	neverKeptWithCookie(c)
	return nil
}

// answerAsk answers in the page that was posted to: the question never stands in
// an address.
func (s *Server) answerAsk(c *fiber.Ctx) error {
	p := s.newAskPage(c)
	conversation, fresh := s.goOn(c)
	question := c.FormValue(p.Question.Name)
	if s.asksBack(c) {
		question = s.words(c)("ask.back")
	} else if s.showAgain(c, &p) {
		return s.renderAnswer(c, "ask", p)
	}
	p.Said = s.unsealSaid(c.FormValue("transcript"))
	heard := s.hear(c, question)
	p.Asked = heard.text
	reply, err := s.ask(c, bot.Question{Text: heard.text, Lang: p.Lang.Code, Conversation: conversation})
	switch {
	case errors.Is(err, bot.ErrEmpty), errors.Is(err, bot.ErrTooLong):
		if p.Elder() {
			s.again(c, &p)
		}
		p.Conversation, p.Transcript = c.FormValue("conversation"), c.FormValue("transcript")
		p.Question.Value = c.FormValue("question")
		p.Question.Error = s.questionProblem(c, err, heard.text)
		p.Problems = []problem{{Field: p.Question.ID(), Text: p.Question.Error}}
		s.wrong(c, &p.page)
		return s.render(c, "ask", p)
	case errors.Is(err, errNotYet):
		return s.askAgain(c, p)
	case err != nil:
		return err
	}
	if fresh {
		p.Remarks = append(p.Remarks, s.words(c)("ask.fresh"))
	}
	p.Remarks = append(p.Remarks, heard.remarks...)
	s.fillReply(c, &p, reply)
	return s.renderAnswer(c, "ask", p)
}

// renderAnswer shows an answer, which is a page of its own, so that the way back leads to it
// again: of an answer to a post that is never stored, browsers make an error page then, and
// whoever reads the source first would lose what was said. Danger is stored nowhere: who looks
// over a child's shoulder shall not find it.
func (s *Server) renderAnswer(c *fiber.Ctx, name string, p askPage) error {
	if err := s.render(c, name, p); err != nil || p.ofDanger() {
		return err
	}
	c.Set(fiber.HeaderCacheControl, askedAgain) // with a cookie of the mode, too: no one else gets it
	return nil
}

// ofDanger reports whether the page speaks of a child in danger, now or before.
func (p askPage) ofDanger() bool {
	return p.Reply != nil && (p.Reply.Danger || p.Reply.Outcome == bot.Urgent) ||
		slices.ContainsFunc(p.Said, func(turn said) bool { return turn.Danger || turn.Outcome == string(bot.Urgent) })
}

// askAgain gives a question back that the bot is not ready for. No page can send it again
// by itself without a script; with one it does.
func (s *Server) askAgain(c *fiber.Ctx, p askPage) error {
	s.meter.Failed("learning")
	p.Conversation, p.Transcript = c.FormValue("conversation"), c.FormValue("transcript")
	p.Question.Value, p.Suggestions, p.Learning = c.FormValue("question"), nil, true
	return s.render(c, "ask", p)
}

// goOn returns the conversation that the client brings; fresh says that it brought
// one that counts no longer.
func (s *Server) goOn(c *fiber.Ctx) (conversation string, fresh bool) {
	token := c.FormValue("conversation")
	conversation, ok := s.unseal(conversationLabel, token)
	return conversation, token != "" && !ok
}

// heardQuestion is a question as it goes on: without what identifies anybody.
type heardQuestion struct {
	text    string
	remarks []string // why something was taken out
}

// hear takes out of a question what identifies anybody, before anything else is done
// with it.
func (s *Server) hear(c *fiber.Ctx, text string) heardQuestion {
	public := func() (out []string) {
		for _, f := range s.content().Library.Facts.Phones() {
			out = append(out, strings.Map(digitsOnly, f.Value))
		}
		return out
	}
	text, found := casework.MaskPersonal(strings.Map(seen, text), public)
	h := heardQuestion{text: text}
	if found.Numbers {
		h.remarks = append(h.remarks, s.words(c)("ask.masked.numbers"))
	}
	if found.Names {
		h.remarks = append(h.remarks, s.words(c)("ask.masked.names"))
	}
	return h
}

// seen leaves out what nobody can see, behind which a name would not be found, and which would
// show the question in another order than it was written.
func seen(r rune) rune {
	if r > 0x7f && unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

func digitsOnly(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// fillReply fills the page with the bot's turn.
func (s *Server) fillReply(c *fiber.Ctx, p *askPage, r bot.Reply) {
	p.Reply, p.Suggestions = &r, r.Suggestions
	p.Conversation = s.seal(conversationLabel, r.Conversation)
	p.Transcript = s.sealSaid(withSaid(p.Said, said{p.Asked, string(r.Outcome), r.Answer, r.Danger}))
	p.Choices = r.Choices
	if r.Outcome == bot.Answer && len(r.Citations) > 0 && !p.Elder() { // whose source is a page
		p.Source = s.quoted(c, r.Citations[0])
	}
	if r.Check != nil {
		p.Check = s.newChecked(c, r.Check)
	}
	if s.cases.Feedback != nil {
		p.About = s.ratedAs(r)
	}
	switch {
	case r.Outcome == bot.Refuse, r.Outcome == bot.HandOver && r.Place == "":
		s.handOver(p)
	case r.Outcome == bot.HandOver:
		p.Directory = s.directoryOf(r.Place)
	}
	if p.Elder() {
		s.fewer(c, p, r)
	}
}

// handOver offers people instead: numbers to call, and the way to the children's
// director of the family's village.
func (s *Server) handOver(p *askPage) {
	p.HandOver, p.Towns, p.Directory = true, s.content().Library.Places, s.directoryOf("")
}

func (s *Server) newChecked(c *fiber.Ctx, check *bot.Check) *checked {
	policy, ok := s.policy(c, check.Policy)
	if !ok {
		return nil
	}
	out := &checked{Policy: policy, Given: check.Given, Verdict: check.Verdict, Lang: visitOf(c).Lang.shows(policy.Lang)}
	var order []string
	for _, g := range check.Given {
		order = append(order, g.Name)
	}
	out.Order = strings.Join(order, " ")
	if check.Verdict == nil {
		return out
	}
	out.Word = map[string]string{"yes": "yes", "no": "no"}[check.Verdict.Result]
	if out.Word == "" {
		out.Word = "perhaps"
	}
	for _, slug := range check.Verdict.Instead {
		if other, ok := s.policy(c, slug); ok {
			out.Instead = append(out.Instead, other)
		}
	}
	return out
}

func (s *Server) questionProblem(c *fiber.Ctx, err error, text string) string {
	if errors.Is(err, bot.ErrTooLong) {
		return s.words(c)("ask.long", "Limit", bot.MaxQuestion, "Length", utf8.RuneCountInString(strings.TrimSpace(text)))
	}
	return s.words(c)("ask.empty")
}

func firstRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
