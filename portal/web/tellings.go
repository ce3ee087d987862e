package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Tellings returns what a family may read of what the offices do between themselves.
type Tellings interface {
	Tellings(ctx context.Context, ref apply.Reference) ([]casework.Telling, error)
}

// tellings returns what the family of an application is told; nothing where no office
// works with the portal.
func (s *Server) tellings(c *fiber.Ctx, a *apply.Application) ([]casework.Telling, error) {
	if s.cases.Tellings == nil {
		return nil, nil
	}
	return s.cases.Tellings.Tellings(c.UserContext(), a.Reference)
}

// story is the one timeline of a family: the moves of its application and what it is
// told beside them, oldest first. Each step knows the name of its event, for the ear.
func (s *Server) story(c *fiber.Ctx, a *apply.Application, told []casework.Telling) (steps []step, events []string) {
	type dated struct {
		at    time.Time
		event string
		step
	}
	shown := slices.DeleteFunc(slices.Clone(a.Events), func(e apply.Event) bool { return e.Move.Quiet() })
	var all []dated
	for i, one := range s.timeline(c, a) {
		if i == 0 {
			all = append(all, dated{a.Created, "start", one})
			continue
		}
		e := shown[i-1]
		all = append(all, dated{e.At, string(e.Move), one})
	}
	for _, l := range told {
		all = append(all, dated{l.At, string(l.Kind), s.told(c, l)})
	}
	slices.SortStableFunc(all, func(x, y dated) int { return x.at.Compare(y.at) })
	for _, one := range all {
		steps, events = append(steps, one.step), append(events, one.event)
	}
	return steps, events
}

// told puts one line into words. What departments are asked for has the words of the
// content; the rest was written for the family.
func (s *Server) told(c *fiber.Ctx, l casework.Telling) step {
	t := s.words(c)
	out := step{Title: t(fmt.Sprintf("track.event.%s", l.Kind)), Text: s.moment(c, l.At), State: "done", Note: l.Words}
	switch l.Kind {
	case casework.ToldReferred, casework.ToldAnswered, casework.ToldRecalled:
		out.Note = t(fmt.Sprintf("track.told.%s", l.Kind), "Department", t(fmt.Sprintf("staff.department.%s", l.Department)), "Task", s.familyTask(c, l.Task), "Date", s.day(c, l.Due))
	case casework.ToldDecided:
		if !l.Due.IsZero() {
			out.Note = t("track.told.due", "Words", strings.TrimRight(l.Words, "。.；; "), "Date", s.day(c, l.Due))
		}
	}
	return out
}

// familyTask is what a department is asked for, as a family reads it.
func (s *Server) familyTask(c *fiber.Ctx, name string) string {
	task, ok := s.content().Library.ReferralTask(name)
	if !ok {
		return s.words(c)("referral.task.gone")
	}
	return s.contentText(c, task.Family(visitOf(c).Lang.Code))
}

// ownTelling is a line of the copy that a family takes of its data.
type ownTelling struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text,omitempty"`
}

func (s *Server) ownTellings(c *fiber.Ctx, a *apply.Application) ([]ownTelling, error) {
	told, err := s.tellings(c, a)
	var out []ownTelling
	for _, l := range told {
		out = append(out, ownTelling{l.At, string(l.Kind), s.told(c, l).Note})
	}
	return out, err
}
