package apply

import (
	"time"

	"huitong/content"
)

// Calendar tells working days from others; content.Holidays does.
type Calendar interface {
	// Workday reports whether offices are open on the day that t falls on in its own
	// time zone.
	Workday(t time.Time) bool
	// Known reports whether the public holidays of a year are known. In others, those that
	// follow the moon are counted as working days.
	Known(year int) bool
}

// Due returns the last moment of the working day that is n working days after
// from. The day of from itself does not count (Civil Code, 民法典, article 201).
func Due(from time.Time, n int, c Calendar) time.Time {
	y, m, d := from.In(China).Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, China)
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if c.Workday(t) {
			n--
		}
	}
	return t.AddDate(0, 0, 1).Add(-time.Second)
}

// Deadline is a step of the decision and the day by which it should be done.
type Deadline struct {
	Step content.Step
	Due  time.Time // zero if no limit is stated for this step or one before it
	// Rough says that public holidays may move Due: not all of them are known yet.
	Rough bool
}

// Deadlines dates the steps of a decision, one after the other, from the day of
// submission.
func Deadlines(d content.Decision, from time.Time, c Calendar) []Deadline {
	var out []Deadline
	sum, known := 0, true
	for _, s := range d.Steps {
		known = known && s.Days > 0
		sum += s.Days
		next := Deadline{Step: s}
		if known {
			next.Due = Due(from, sum, c)
			next.Rough = !c.Known(from.In(China).Year()) || !c.Known(next.Due.Year())
		}
		out = append(out, next)
	}
	return out
}

// ClockStart is when the office could begin: with what was submitted or, later,
// supplied or objected.
func (a *Application) ClockStart() time.Time {
	for i := len(a.Events) - 1; i >= 0; i-- {
		if m := a.Events[i].Move; m == Supply || m == Object {
			return a.Events[i].At
		}
	}
	return a.Submitted
}

// NextDue is the moment by which the office should have taken its next step; zero if it
// is not its turn or no limit is stated.
func (a *Application) NextDue(d content.Decision, c Calendar) time.Time {
	steps := Deadlines(d, a.ClockStart(), c)
	if !a.State.Waiting() || len(steps) == 0 {
		return time.Time{}
	}
	if a.State == Submitted {
		return steps[0].Due
	}
	return steps[len(steps)-1].Due
}
