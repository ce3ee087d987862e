package content

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const sampleHolidays = `years:
  - year: 2026
    source: 通知
    published: 2025-11-04
    off: [{name: 元旦, from: 2026-01-01, to: 2026-01-03}]
    work: [2026-01-04]
`

func TestWorkday(t *testing.T) {
	h := corpus(t).Holidays
	for day, open := range map[string]bool{
		"2026-02-13": true,  // Friday
		"2026-02-14": true,  // Saturday that makes up for the Spring Festival
		"2026-02-16": false, // Monday, Spring Festival
		"2026-02-23": false,
		"2026-02-24": true,
		"2026-03-07": false, // Saturday
		"2026-10-10": true,  // Saturday that makes up for the National Day
		"2027-02-08": true,  // Monday of a year that is not known
		"2027-02-07": false,
		"2026-10-08": true,
		"2100-01-01": false, // Friday of a year that is not known: by the regulation
		"2100-01-04": true,
		"2102-05-01": false, // Monday
		"2102-05-02": false,
		"2102-05-03": true,
		"2101-10-03": false,
		"2101-10-04": true, // the notice will tell
	} {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if h.Workday(d) != open {
			t.Errorf("Workday(%s, %s) = %v", day, d.Weekday(), !open)
		}
	}
	if !h.Known(2026) || h.Known(2100) {
		t.Error("2026 must be known, and 2100 not")
	}
	open := 0
	for d := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		if h.Workday(d) {
			open++
		}
	}
	// 261 weekdays, less 13 days off by law, of which no one falls on two.
	if open != 248 {
		t.Errorf("2026 has %d working days; want 248", open)
	}
}

func TestHolidaysThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"twice":         {"work: [2026-01-04]", "work: [2026-01-03]", "2026-01-03 is there twice"},
		"weekday":       {"work: [2026-01-04]", "work: [2026-01-05]", "2026-01-05 is a working day anyway"},
		"other year":    {"work: [2026-01-04]", "work: [2027-01-03]", "belongs to another year"},
		"backwards":     {"to: 2026-01-03", "to: 2025-12-31", "is no holiday"},
		"too long":      {"to: 2026-01-03", "to: 2026-02-03", "is no holiday"},
		"no source":     {"source: 通知", "source: ''", "source or published is missing"},
		"no such date":  {"to: 2026-01-03", "to: 2026-01-32", "not of the form"},
		"misspelt key":  {"work:", "works:", "works"},
		"year repeated": {"years:", "years:\n  - {year: 2026, source: 通知, published: 2025-11-04}", "year 2026 is there twice"},
	} {
		_, err := Load(tree(map[string]string{"holidays.yaml": strings.Replace(sampleHolidays, c.old, c.new, 1)}))
		if !slices.ContainsFunc(Problems(err), func(p Problem) bool { return p.File == "holidays.yaml" && strings.Contains(p.What, c.want) }) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}
