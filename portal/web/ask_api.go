package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
)

// askRequest is the body of POST /api/v1/ask; the answer is a bot.Reply whose
// conversation is signed.
type askRequest struct {
	Question     string `json:"question"`
	Lang         string `json:"lang"`
	Conversation string `json:"conversation"`
}

// maxAskBody is ample for the longest question, escaped, and a conversation.
const maxAskBody = 16 << 10

// usualReply is room for most replies as JSON, in bytes.
const usualReply = 1 << 10

func (s *Server) answerAPI(c *fiber.Ctx) error {
	if kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); strings.TrimSpace(strings.ToLower(kind)) != fiber.MIMEApplicationJSON {
		return fiber.ErrUnsupportedMediaType
	}
	body := c.Request().Body() // packed ones were refused
	if len(body) > maxAskBody {
		return fiber.ErrRequestEntityTooLarge
	}
	q, err := readAsked(body)
	if err != nil {
		return fiber.ErrBadRequest
	}
	l := languages[0]
	for _, known := range languages {
		if known.Code == q.Lang {
			l = known
		}
	}
	c.Locals(visitKey, visit{Lang: l, Mode: modeStandard, Path: "/"})
	conversation, ok := s.unseal(conversationLabel, q.Conversation)
	heard := s.hear(c, q.Question)
	reply, err := s.ask(c, bot.Question{Text: heard.text, Lang: l.Code, Conversation: conversation})
	if errors.Is(err, bot.ErrEmpty) || errors.Is(err, bot.ErrTooLong) {
		word := "empty"
		if errors.Is(err, bot.ErrTooLong) {
			word = "too-long"
		}
		return c.Status(fiber.StatusUnprocessableEntity).JSON(apiError{Error: word, Message: s.questionProblem(c, err, heard.text)})
	}
	if errors.Is(err, errNotYet) {
		// Not 503, at which a proxy would leave this portal out for its pages too.
		s.meter.Failed("learning")
		c.Set(fiber.HeaderRetryAfter, "5")
		return c.Status(fiber.StatusGatewayTimeout).JSON(apiError{Error: "learning", Message: s.words(c)("ask.learning")})
	}
	if err != nil {
		return fmt.Errorf("answer by program: %w", err)
	}
	reply = s.inLanguage(c, reply)
	if q.Conversation != "" && !ok {
		heard.remarks = append([]string{s.words(c)("ask.fresh")}, heard.remarks...)
	}
	reply.Notes = append(heard.remarks, reply.Notes...)
	reply.Conversation = s.seal(conversationLabel, reply.Conversation)
	c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(appendReply(make([]byte, 0, usualReply), &reply))
	return nil
}

// inLanguage returns the reply with its texts in the script of the visit's language,
// and with addresses on this site in that language. Its lists are copies: the bot's
// may be the content's own, which every visitor shares.
func (s *Server) inLanguage(c *fiber.Ctx, r bot.Reply) bot.Reply {
	l := visitOf(c).Lang
	if l == languages[0] { // which the bot speaks, at addresses without prefix
		return r
	}
	in := func(texts ...*string) {
		for _, t := range texts {
			*t = s.contentText(c, *t)
		}
	}
	all := func(texts []string) []string {
		texts = slices.Clone(texts)
		for i := range texts {
			in(&texts[i])
		}
		return texts
	}
	in(&r.Answer, &r.Original, &r.Waiting, &r.Offer)
	r.Citations, r.Links, r.Choices = slices.Clone(r.Citations), slices.Clone(r.Links), slices.Clone(r.Choices)
	for i := range r.Citations {
		in(&r.Citations[i].Title)
		r.Citations[i].URL = l.path(r.Citations[i].URL)
	}
	for i := range r.Links {
		in(&r.Links[i].Label)
		r.Links[i].URL = l.path(r.Links[i].URL)
	}
	for i := range r.Choices {
		in(&r.Choices[i].Label, &r.Choices[i].Help)
	}
	r.Suggestions, r.Notes = all(r.Suggestions), all(r.Notes)
	if r.Check == nil {
		return r
	}
	check := *r.Check
	r.Check, check.Given = &check, slices.Clone(check.Given)
	for i := range check.Given {
		in(&check.Given[i].Question, &check.Given[i].Answer)
	}
	if check.Verdict != nil {
		v := *check.Verdict
		check.Verdict, v.Reasons, v.Confirm = &v, slices.Clone(v.Reasons), all(v.Confirm)
		for i := range v.Reasons {
			in(&v.Reasons[i].Text)
		}
	}
	return r
}
