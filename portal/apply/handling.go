package apply

import (
	"slices"
	"strings"
	"time"

	"huitong/content"
)

// Visit is what somebody found who went to the family's home.
type Visit struct {
	Day     string            // as 2006-01-02
	Present string            // who was there
	Checks  map[string]string // by the name of the policy's check: a result of VisitResults
}

// Results of a check.
const (
	CheckFits    = "fits"
	CheckDiffers = "differs"
	CheckUnseen  = "unseen"
)

// VisitResults lists what a check may come to.
func VisitResults() []string { return []string{CheckFits, CheckDiffers, CheckUnseen} }

// check says what is missing in the record of a visit, given what was seen.
func (v *Visit) check(d content.Decision, seen string, now time.Time) error {
	var out Invalid
	day, err := time.ParseInLocation(time.DateOnly, v.Day, China)
	if err != nil || day.After(now) {
		out = append(out, Problem{Field: "day", Key: KeyVisitDay})
	}
	if v.Present = line(visible(v.Present)); v.Present == "" || len([]rune(v.Present)) > 100 {
		out = append(out, Problem{Field: "present", Key: KeyVisitPresent})
	}
	if strings.TrimSpace(visible(seen)) == "" {
		out = append(out, Problem{Field: "text", Key: KeyVisitSeen})
	}
	checks := map[string]string{}
	for _, c := range d.Visit {
		if checks[c.Name] = v.Checks[c.Name]; !slices.Contains(VisitResults(), checks[c.Name]) {
			out = append(out, Problem{Field: "check-" + c.Name, Key: KeyChoose})
		}
	}
	v.Checks = checks
	return out.Err()
}

// Handle carries out a move of the office under the policy's rules of decision. It is
// [Invalid] for what has to be mended, and where somebody else has to act.
func (a *Application) Handle(m Move, by Actor, d content.Decision, e Event, now time.Time) error {
	if by.Kind != StaffActor || !a.may(m, d) {
		return &TransitionError{From: a.State, Move: m, By: by.Kind}
	}
	if d.FourEyes && a.tookPart(m, by) {
		return Invalid{{Field: "reason", Key: KeyOtherOfficer}}
	}
	if m == Verify {
		visit := Visit{}
		if e.Visit != nil {
			visit = *e.Visit
		}
		if err := visit.check(d, e.Text, now); err != nil {
			return err
		}
		e.Visit = &visit
	}
	return a.move(m, by, e, now)
}

// Open lists the moves of the office that this person can make now.
func (a *Application) Open(by Actor, d content.Decision) []Move {
	return slices.DeleteFunc(a.Moves(StaffActor), func(m Move) bool {
		return !a.may(m, d) || a.barred(m, by) || d.FourEyes && a.tookPart(m, by)
	})
}

// may reports whether the move is the one that the policy's rules ask for: where two
// have to agree, one proposes first.
func (a *Application) may(m Move, d content.Decision) bool {
	switch {
	case !a.Can(m, StaffActor):
		return false
	case m == Propose:
		return d.FourEyes
	case m == Approve && d.FourEyes:
		return a.State == Proposed
	}
	return true
}

// tookPart reports whether the move approves what its actor has verified or recommended.
func (a *Application) tookPart(m Move, by Actor) bool {
	return (m == Propose || m == Approve) && slices.ContainsFunc(a.Events, func(e Event) bool {
		return e.Actor == by && (e.Move == Verify || e.Move == Recommend || e.Move == Against)
	})
}

// barred reports whether the move needs somebody else, whatever the policy says: nobody
// confirms their own proposal, and an objection is decided by another officer than the
// one who refused.
func (a *Application) barred(m Move, by Actor) bool {
	if m == Approve && a.State == Proposed {
		if e, ok := a.Last(Propose); ok && e.Actor == by {
			return true
		}
	}
	return (m == Approve || m == Propose || m == Refuse) && by == a.refuser()
}

// refuser is who refused what the family has objected to; the zero Actor if nothing is.
func (a *Application) refuser() Actor {
	i := slices.IndexFunc(a.Events, func(e Event) bool { return e.Move == Object })
	for i--; i >= 0; i-- {
		if a.Events[i].Move == Refuse {
			return a.Events[i].Actor
		}
	}
	return Actor{}
}

// Object asks for a second look after a refusal, once. What the family says is required:
// another officer reads it.
func (a *Application) Object(text string, now time.Time) error {
	if a.Can(Object, FamilyActor) && strings.TrimSpace(visible(text)) == "" {
		return Invalid{{Field: "text", Key: KeyObjectRequired}}
	}
	return a.move(Object, Family, Event{Text: text}, now)
}
