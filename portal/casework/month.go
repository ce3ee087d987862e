package casework

import (
	"time"

	"huitong/portal/apply"
)

// Month is a calendar month in China, written as 2026-11.
type Month string

const monthLayout = "2006-01"

// MonthOf returns the month in which a moment falls.
func MonthOf(t time.Time) Month { return Month(t.In(apply.China).Format(monthLayout)) }

// ParseMonth reads a month as it is written.
func ParseMonth(s string) (Month, bool) {
	t, err := time.Parse(monthLayout, s)
	return Month(s), err == nil && t.Year() >= 2000
}

// Begins returns the month's first moment.
func (m Month) Begins() time.Time {
	t, _ := time.ParseInLocation(monthLayout, string(m), apply.China)
	return t
}

// Plus returns the month that is n months later, or earlier.
func (m Month) Plus(n int) Month { return MonthOf(m.Begins().AddDate(0, n, 0)) }

// Since counts the months from one on, both of them included; 0 or less before it.
func (m Month) Since(first Month) int {
	a, b := first.Begins(), m.Begins()
	return (b.Year()-a.Year())*12 + int(b.Month()) - int(a.Month()) + 1
}

// Days returns the month's first day and the last moment of its last one, as facts
// state the days from which they count: in UTC.
func (m Month) Days() (first, last time.Time) {
	b := m.Begins()
	first = time.Date(b.Year(), b.Month(), 1, 0, 0, 0, 0, time.UTC)
	return first, first.AddDate(0, 1, 0).Add(-time.Microsecond)
}
