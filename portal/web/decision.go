package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// decisionPage tells the family what was decided and why, by which rule, what comes
// next and how to object. It names no time limit for objections: none is published
// here, and a wrong one would cost a family its right.
type decisionPage struct {
	page
	Policy   *content.Policy // nil if it is no longer published
	Number   string
	State    string
	Decided  string // the day
	Office   string
	Why      reasons
	Basis    []content.Source
	Next     string // plain words of the policy on what follows from this outcome
	Approved bool

	Heard, HeardNext, HeardObject heard
}

func (s *Server) decisionRoutes() []route {
	if s.cases.Tracking == nil {
		return nil
	}
	return []route{{fiber.MethodGet, "/track/decision", s.followed(s.showDecision), guarded | private}}
}

// decisionOf returns the event with which the office ended the case.
func decisionOf(a *apply.Application) (apply.Event, bool) {
	switch a.State {
	case apply.Approved:
		return a.Last(apply.Approve)
	case apply.Refused:
		return a.Last(apply.Refuse)
	}
	return apply.Event{}, false
}

func (s *Server) showDecision(c *fiber.Ctx, a *apply.Application) error {
	e, decided := decisionOf(a)
	if !decided {
		return s.redirect(c, "/track/status")
	}
	t := s.words(c)
	view := decisionPage{
		page: s.page(c, "decision.title"), Number: a.Reference.Grouped(), State: string(a.State), Approved: a.State == apply.Approved,
		Decided: s.day(c, e.At), Why: s.reasonsOf(c, a.Policy, e),
	}
	view.NoIndex = true
	view.Scripts = []string{"print.js", "speech.js"}
	view.Crumbs = []crumb{{t("track.title"), "/track"}, {t("track.status.title"), "/track/status"}}
	if view.Policy, _ = s.policy(c, a.Policy); view.Policy != nil {
		view.ContentLang = view.Lang.shows(view.Policy.Lang)
		view.Office, view.Basis, view.Next = view.Policy.Decides.Office, view.Policy.Basis, view.Policy.Decides.Refused
		if view.Approved {
			view.Next = view.Policy.Decides.Granted
		}
	}
	view.hearDecision(s)
	return s.render(c, "track-decision", view)
}

// StateWords returns the id of the words for the outcome.
func (p decisionPage) StateWords() string { return fmt.Sprintf("decision.%s", p.State) }
