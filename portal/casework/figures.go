package casework

import (
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// Period names a span of time that figures are of.
type Period string

// The periods.
const (
	ThisMonth   Period = "month"
	ThisQuarter Period = "quarter"
	ThisYear    Period = "year"
)

// Periods lists the periods.
func Periods() []Period { return []Period{ThisMonth, ThisQuarter, ThisYear} }

// Span is the period in which now lies, by the calendar of China.
func (p Period) Span(now time.Time) Span {
	y, m, _ := now.In(apply.China).Date()
	months := 1
	switch p {
	case ThisQuarter:
		m, months = (m-1)/3*3+1, 3
	case ThisYear:
		m, months = 1, 12
	}
	from := time.Date(y, m, 1, 0, 0, 0, 0, apply.China)
	return Span{from, from.AddDate(0, months, 0)}
}

// FiguresQuery asks for figures.
type FiguresQuery struct {
	Period Period
	Town   string // empty: the whole city
	Export bool   // they leave the desk as a file
}

// Action is what asking needs, and what the audit says.
func (q FiguresQuery) Action() Action {
	if q.Export {
		return ExportFigures
	}
	return ReadFigures
}

// Describe says in a few words what was asked for, for the audit.
func (q FiguresQuery) Describe(of string) string {
	return strings.TrimSpace(strings.Join([]string{of, string(q.Period), q.Town}, " "))
}

// CaseCounts is what the figures of the cases are made of.
type CaseCounts struct {
	At       time.Time // when it was counted
	Received []Received
	Decided  []Decided
	Waiting  []Waiting
	Children []BandCount
	Asked    []Asked
}

// Received counts what was submitted in the period.
type Received struct {
	Town, Policy string
	N            int
}

// Decided counts first decisions of the period.
type Decided struct {
	Town, Policy      string
	Submitted, At     time.Time // days
	Refused, Objected bool
	Grounds           string // IDs, separated by spaces; empty where none was recorded
	N                 int
}

// Waiting counts what waits for the office now.
type Waiting struct {
	Town string
	Due  time.Time // day; zero: no limit is stated
	N    int
}

// BandCount counts children that are looked after now.
type BandCount struct {
	Town, Band string // no band: not yet assessed
	N          int
}

// Asked counts questions that found no answer, by the week in which each was first put.
type Asked struct {
	Week      time.Time // its Monday
	Questions int       // different ones
	Times     int       // that these were asked until now
}

// In is what of the counts belongs to a town. Questions belong to none.
func (c CaseCounts) In(town string) CaseCounts {
	if town == "" {
		return c
	}
	c.Received = of(c.Received, func(r Received) bool { return r.Town == town })
	c.Decided = of(c.Decided, func(d Decided) bool { return d.Town == town })
	c.Waiting = of(c.Waiting, func(w Waiting) bool { return w.Town == town })
	c.Children = of(c.Children, func(b BandCount) bool { return b.Town == town })
	return c
}

// of copies what fits: the counts are shared between those who ask.
func of[T any](all []T, fits func(T) bool) (out []T) {
	for _, one := range all {
		if fits(one) {
			out = append(out, one)
		}
	}
	return out
}

// AccessCounts is what the audit's figures are made of.
type AccessCounts struct {
	At   time.Time
	Rows []AccessCount
}

// AccessCount counts lines of the audit in a week.
type AccessCount struct {
	Week   time.Time // its Monday
	Action Action
	N      int
}

// Accesses lists the lines of the audit that are counted: the looks of the staff at what
// is personal, what left the desk, and what was refused, which is last.
func Accesses() []Action {
	return []Action{
		ListApplications, OpenApplication, RevealField, OpenFile, ListChildren, OpenChild, SeeCustody,
		OpenReferral, OpenConference, LookAssist, ReadAudit, ReadFigures, ExportFigures, Denied,
	}
}

// WeekOf is the Monday on which the week of t begins in China.
func WeekOf(t time.Time) time.Time {
	y, m, d := t.In(apply.China).Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, apply.China)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// WeeksOf lists the weeks of a span, up to that of now.
func WeeksOf(s Span, now time.Time) []time.Time {
	var out []time.Time
	for w := WeekOf(s.From); w.Before(s.To) && !w.After(now); w = w.AddDate(0, 0, 7) {
		out = append(out, w)
	}
	return out
}

// Workdays is how many working days lie after the day of from, up to that of to.
func Workdays(from, to time.Time, c apply.Calendar) int {
	y, m, d := from.In(apply.China).Date()
	n := 0
	for day := time.Date(y, m, d+1, 0, 0, 0, 0, apply.China); !day.After(to); day = day.AddDate(0, 0, 1) {
		if c.Workday(day) {
			n++
		}
	}
	return n
}

// Age is how what waits stands to its policy's limit.
type Age string

// The ages.
const (
	LongLate Age = "long-late" // by more than LongLateDays working days
	JustLate Age = "late"
	DueSoon  Age = "soon" // within SoonDays working days
	HasTime  Age = "time"
	NoLimit  Age = "no-limit" // none is stated
)

// LongLateDays is behind how many working days something is long late.
const LongLateDays = 5

// Ages lists the ages, the latest first.
func Ages() []Age { return []Age{LongLate, JustLate, DueSoon, HasTime, NoLimit} }

// AgeOf judges the day on which something is due.
func AgeOf(due, now time.Time, c apply.Calendar) Age {
	if due.IsZero() {
		return NoLimit
	}
	late := !now.Before(due.AddDate(0, 0, 1)) // the day is over
	switch {
	case late && Workdays(due, now, c) > LongLateDays:
		return LongLate
	case late:
		return JustLate
	case Workdays(now, due, c) <= SoonDays:
		return DueSoon
	}
	return HasTime
}

// Percentile is the least of the values such that p percent are no greater (the nearest
// rank); 0 of none. The values are counted: value to how many.
func Percentile(counted map[int]int, p int) int {
	total := 0
	var values []int
	for v, n := range counted {
		total += n
		values = append(values, v)
	}
	slices.Sort(values)
	rank, seen := (total*p+99)/100, 0
	for _, v := range values {
		if seen += counted[v]; seen >= rank {
			return v
		}
	}
	return 0
}
