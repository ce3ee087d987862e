package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
)

// Asker answers questions; *bot.Bot does.
type Asker interface {
	Ask(ctx context.Context, q bot.Question) (bot.Reply, error)
}

func (s *Server) askRoutes() []route {
	return []route{
		{fiber.MethodGet, "/ask", s.showAsk, kept},
		{fiber.MethodPost, "/ask", s.answerAsk, limited | private},
	}
}

// maxConversation bounds what a client may hand back as its conversation.
const maxConversation = 500

type askPage struct {
	page
	Question     field
	Problems     []problem
	Before       string // the question of the turn before, if any
	Asked        string
	Reply        *bot.Reply
	Conversation string
	Suggestions  []string
}

func (s *Server) newAskPage(c *fiber.Ctx) askPage {
	t := s.words(c)
	p := askPage{page: s.page(c, "ask.title")}
	p.Description = t("ask.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: "/ask", Kind: "talk"}
	p.Question = field{Name: "question", Label: t("ask.label"), Help: t("ask.help", "Count", bot.MaxQuestion), Long: true, Rows: 3}
	p.Suggestions = s.content().Library.Assistant.Starters(p.Lang.Code)
	p.Scripts = []string{"dictate.js"}
	mayListen(c)
	return p
}

func (s *Server) showAsk(c *fiber.Ctx) error { return s.render(c, "ask", s.newAskPage(c)) }

// answerAsk answers in the page that was posted to: the question never stands in
// an address.
func (s *Server) answerAsk(c *fiber.Ctx) error {
	p := s.newAskPage(c)
	p.Asked, p.Before = c.FormValue("question"), firstRunes(c.FormValue("before"), bot.MaxQuestion)
	p.Conversation = firstRunes(c.FormValue("conversation"), maxConversation)
	reply, err := s.ask(c, bot.Question{Text: p.Asked, Lang: p.Lang.Code, Conversation: p.Conversation})
	switch {
	case errors.Is(err, bot.ErrEmpty), errors.Is(err, bot.ErrTooLong):
		p.Question.Value = p.Asked
		p.Question.Error = s.questionProblem(c, err, p.Asked)
		p.Problems = []problem{{p.Question.ID(), p.Question.Error}}
		p.Title = s.words(c)("form.title-problem", "Title", p.Title)
		return s.render(c.Status(fiber.StatusUnprocessableEntity), "ask", p)
	case err != nil:
		return err
	}
	p.Reply, p.Conversation, p.Suggestions = &reply, reply.Conversation, reply.Suggestions
	p.Scripts = append(p.Scripts, "speech.js")
	return s.render(c, "ask", p)
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

// askRequest is the body of POST /api/v1/ask; the answer is a bot.Reply.
type askRequest struct {
	Question     string `json:"question"`
	Lang         string `json:"lang"`
	Conversation string `json:"conversation"`
}

// maxAskBody is ample for the longest question, escaped.
const maxAskBody = 16 << 10

func (s *Server) answerAPI(c *fiber.Ctx) error {
	if kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); strings.TrimSpace(strings.ToLower(kind)) != fiber.MIMEApplicationJSON {
		return fiber.ErrUnsupportedMediaType
	}
	if len(c.Body()) > maxAskBody {
		return fiber.ErrRequestEntityTooLarge
	}
	var q askRequest
	if err := json.Unmarshal(c.Body(), &q); err != nil {
		return fiber.ErrBadRequest
	}
	l := languages[0]
	for _, known := range languages {
		if known.Code == q.Lang {
			l = known
		}
	}
	c.Locals(visitKey, visit{Lang: l, Mode: modeStandard, Path: "/"})
	reply, err := s.ask(c, bot.Question{Text: q.Question, Lang: l.Code, Conversation: firstRunes(q.Conversation, maxConversation)})
	if errors.Is(err, bot.ErrEmpty) || errors.Is(err, bot.ErrTooLong) {
		word := "empty"
		if errors.Is(err, bot.ErrTooLong) {
			word = "too-long"
		}
		return c.Status(fiber.StatusUnprocessableEntity).JSON(apiError{Error: word, Message: s.questionProblem(c, err, q.Question)})
	}
	if err != nil {
		return fmt.Errorf("answer by program: %w", err)
	}
	reply.Answer, reply.Original = s.contentText(c, reply.Answer), s.contentText(c, reply.Original)
	for i, cite := range reply.Citations {
		reply.Citations[i].Title = s.contentText(c, cite.Title)
		reply.Citations[i].URL = l.path(cite.URL)
	}
	for i, text := range reply.Suggestions {
		reply.Suggestions[i] = s.contentText(c, text)
	}
	return c.JSON(reply)
}
