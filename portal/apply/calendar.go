package apply

import (
	"time"

	"huitong/content"
)

// Calendar tells working days from others. [Weekdays] knows weekends only; a
// calendar of the yearly notice on public holidays, with its working weekends,
// takes its place without any other change.
type Calendar interface {
	// Workday reports whether offices are open on the day that t is in China.
	Workday(t time.Time) bool
}

// Weekdays is the calendar without public holidays: Monday to Friday.
type Weekdays struct{}

// Workday implements Calendar.
func (Weekdays) Workday(t time.Time) bool {
	d := t.In(China).Weekday()
	return d != time.Saturday && d != time.Sunday
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
		}
		out = append(out, next)
	}
	return out
}

// DecisionDue returns the day by which a decision is promised; false if the policy
// states no limit.
func DecisionDue(d content.Decision, from time.Time, c Calendar) (time.Time, bool) {
	if d.WorkingDays <= 0 {
		return time.Time{}, false
	}
	return Due(from, d.WorkingDays, c), true
}
