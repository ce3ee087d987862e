package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Questions keeps what found no answer, and whether questions are answered at all.
type Questions interface {
	KeepUnanswered(ctx context.Context, q casework.Unanswered) error
	Unanswered(ctx context.Context, by apply.Actor) ([]casework.Unanswered, error)
	Settle(ctx context.Context, by apply.Actor, ids []string) error // questions and remarks of readers
	Pause(ctx context.Context, by apply.Actor, part casework.Part, reason string) error
	Paused(ctx context.Context, part casework.Part) (string, error)
}

// keepUnanswered counts a question that found nothing. That it could not be
// counted is no matter of the visitor's.
func (s *Server) keepUnanswered(c *fiber.Ctx, text string, place casework.Place) {
	if s.cases.Questions == nil {
		return
	}
	ctx, stop := aside(c)
	defer stop()
	err := s.cases.Questions.KeepUnanswered(ctx, casework.Unanswered{
		Text: casework.CleanQuestion(text), Place: place, Lang: visitOf(c).Lang.Code,
	})
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "question not counted", slog.String("request", requestID(c)), slog.Any("error", err))
	}
}

// ask puts a question to the bot, and its answer into other words where that is
// wanted.
func (s *Server) ask(c *fiber.Ctx, q bot.Question) (bot.Reply, error) {
	reply, err := s.answer(c, q)
	if err != nil {
		return reply, err
	}
	reply = s.reworded(c, q, reply)
	s.meter.Replied(string(reply.Outcome), s.engine(), reply.Original != "")
	return reply, nil
}

// askedWithin is how long the bot may take: after the very first start it learns, which
// takes seconds of all processors. Nobody is left without an answer for 20 seconds.
const askedWithin = 18 * time.Second

// errNotYet says that the bot could not answer in that time: it still learns.
var errNotYet = errors.New("the bot is not ready")

// askPatiently gives the bot a time of its own, and leaves what comes after it the whole
// time of a request.
func (s *Server) askPatiently(c *fiber.Ctx, q bot.Question) (bot.Reply, error) {
	ctx := newSpan(wholeTime(c), askedWithin)
	defer ctx.stop()
	reply, err := s.content().Bot.Ask(ctx, q)
	if errors.Is(err, context.DeadlineExceeded) {
		return reply, errors.Join(errNotYet, err)
	}
	s.renewTime(c)
	return reply, err
}

// answer puts a question to the bot. While staff have turned answers off, only danger
// is still answered.
func (s *Server) answer(c *fiber.Ctx, q bot.Question) (bot.Reply, error) {
	reply, err := s.askPatiently(c, q)
	if err != nil || reply.Outcome == bot.Urgent || s.cases.Questions == nil {
		return reply, err
	}
	if reason := s.pausedFor(c); reason != "" {
		paused := bot.Reply{
			Outcome: bot.Refuse, Answer: s.words(c)("ask.paused", "Reason", reason),
			Citations: []bot.Citation{}, Suggestions: []string{}, Conversation: reply.Conversation,
		}
		if reply.Danger {
			paused.Danger, paused.Notes = true, reply.Notes[:1]
		}
		return paused, nil
	}
	if reply.Outcome == bot.Refuse && !reply.Danger { // nobody reads of a child in danger weeks later
		s.keepUnanswered(c, q.Text, casework.InChat)
	}
	return reply, nil
}

// pausedFor returns why answers are turned off; "" if they are on. What was known
// last holds while the database does not answer, since reading must go on.
func (s *Server) pausedFor(c *fiber.Ctx) string {
	ctx, stop := aside(c)
	defer stop()
	reason, err := s.cases.Questions.Paused(ctx, casework.Chat)
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "pause not read", slog.String("request", requestID(c)), slog.Any("error", err))
		if last := s.paused.Load(); last != nil {
			return *last
		}
		return ""
	}
	s.paused.Store(&reason)
	return reason
}

type questionsPage struct {
	staffPage
	Rows      []questionRow
	Overdue   int // of them have waited too long
	Days      int // after which one has
	MayPause  bool
	MaySettle bool   // and something waits
	Paused    string // why answers are turned off
	Reason    field
	Problems  []problem
}

type questionRow struct {
	ID, Text, Place, Last string
	Settled               string // the day on which somebody had dealt with it
	Count                 int
	Overdue               bool
}

// showQuestions is what visitors asked in vain, for the desk.
func (s *Server) showQuestions(c *fiber.Ctx, u casework.User) error {
	return s.renderQuestions(c, u, "")
}

func (s *Server) renderQuestions(c *fiber.Ctx, u casework.User, wrong string) error {
	t := s.words(c)
	questions, err := s.cases.Questions.Unanswered(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view := questionsPage{staffPage: s.newStaffPage(c, u, "staff.questions"), MayPause: u.Has(casework.PausePart), Days: int(casework.QuestionDue.Hours() / 24)}
	if view.Paused, err = s.cases.Questions.Paused(c.UserContext(), casework.Chat); err != nil {
		return err
	}
	for _, q := range questions {
		row := questionRow{
			ID: q.ID, Text: q.Text, Place: t(fmt.Sprintf("staff.questions.%s", q.Place)), Last: s.moment(c, q.Last),
			Count: q.Count, Overdue: q.Overdue(s.now()),
		}
		if q.Settled.IsZero() {
			view.MaySettle = u.Has(casework.SettleRemark)
		} else {
			row.Settled = s.moment(c, q.Settled)
		}
		view.Rows = append(view.Rows, row)
		if row.Overdue {
			view.Overdue++
		}
	}
	view.Reason = field{
		Name: "reason", Label: t("staff.pause.reason"), Help: t("staff.pause.reason.help"), InputType: "text",
		Autocomplete: "off", MaxLength: casework.MaxPauseReason, Error: wrong,
	}
	if wrong != "" {
		view.Problems = []problem{{Field: view.Reason.ID(), Text: wrong}}
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-questions", view)
}

// pauseChat turns answers off, for a reason that visitors read, or on again.
func (s *Server) pauseChat(c *fiber.Ctx, u casework.User) error {
	reason := firstRunes(strings.TrimSpace(c.FormValue("reason")), casework.MaxPauseReason)
	if c.FormValue("on") != "" {
		reason = ""
	} else if reason == "" {
		return s.renderQuestions(c, u, s.words(c)("staff.pause.reason.missing"))
	}
	if err := s.cases.Questions.Pause(c.UserContext(), u.Actor(), casework.Chat, reason); err != nil {
		return err
	}
	return s.redirect(c, "/staff/questions")
}
