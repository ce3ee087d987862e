package web

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

type historyPanel struct {
	Steps   []step
	Consent string
}

// historyPanel says who did what, also what the family is not told.
func (s *Server) historyPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	t := s.words(c)
	names, err := s.cases.Handling.Handlers(c.UserContext(), u.Actor(), a.Reference)
	if err != nil {
		return nil, err
	}
	out := historyPanel{Steps: []step{{Title: t("track.event.start"), Text: s.day(c, a.Created), State: "done"}}}
	p, _ := s.content().Library.Policy(a.Policy)
	for _, e := range a.Events {
		who := t(fmt.Sprintf("staff.side.%s", e.Actor.Kind))
		if e.Actor.Kind == apply.StaffActor {
			who = cmp.Or(names[e.Actor.ID], who)
		}
		out.Steps = append(out.Steps, step{
			Title: t(fmt.Sprintf("staff.action.%s", e.Move)), Text: s.byline(c, e.At, who), State: "done", Note: s.eventWords(c, p, e),
		})
	}
	out.Consent = t("staff.consent", "Name", a.Consent.Guardian, "Notice", a.Consent.Notice, "Date", s.moment(c, a.Consent.At))
	if a.Consent.Recorder != "" {
		out.Consent += t("punctuation.stop") + t("assist.recorded")
	}
	return out, nil
}

// byline says when something was done, and by whom: a comma may end a line, where a dot
// would begin the next. Whoever has no name is left out.
func (s *Server) byline(c *fiber.Ctx, at time.Time, who string) string {
	if who == "" {
		return s.moment(c, at)
	}
	return s.words(c)("staff.history.by", "At", s.moment(c, at), "Who", who)
}

// eventWords are the words of an event, with the record of a visit before them.
func (s *Server) eventWords(c *fiber.Ctx, p *content.Policy, e apply.Event) string {
	t := s.words(c)
	var lines []string
	if v := e.Visit; v != nil {
		lines = append(lines, t("visit.record", "Day", v.Day, "Present", v.Present))
		for _, check := range checksOf(p) {
			if result := v.Checks[check.Name]; result != "" {
				lines = append(lines, t("visit.check", "Check", s.contentText(c, check.Text), "Result", t(fmt.Sprintf("visit.result.%s", result))))
			}
		}
	}
	lines = append(lines, s.groundWords(c, e.Grounds), e.Text, e.Reason)
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// checksOf are the policy's checks of a visit; none where it is no longer published.
func checksOf(p *content.Policy) []content.VisitCheck {
	if p == nil {
		return nil
	}
	return p.Decides.Visit
}
