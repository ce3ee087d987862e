package casework_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// column is a column of counts with its total, and shows it as a reader sees it.
type column struct {
	cells []*casework.Cell
	sum   casework.Sum
}

func newColumn(numbers ...int) column {
	c := column{sum: casework.Sum{Total: &casework.Cell{}}}
	for _, n := range numbers {
		c.sum.Parts = append(c.sum.Parts, &casework.Cell{N: n})
		c.sum.Total.N += n
	}
	c.cells = append(slices.Clone(c.sum.Parts), c.sum.Total)
	return c
}

func shownCells(cells []*casework.Cell) string {
	var out []string
	for _, c := range cells {
		if c.Hidden {
			out = append(out, "*")
		} else {
			out = append(out, fmt.Sprint(c.N))
		}
	}
	return strings.Join(out, " ")
}

func TestSuppress(t *testing.T) {
	tests := []struct {
		name    string
		numbers []int
		want    string // the last is the total
	}{
		{"nothing small", []int{5, 6, 100}, "5 6 100 111"},
		{"one small: the next smallest goes with it", []int{3, 9, 7, 100}, "* 9 * 100 119"},
		{"two small that hide each other", []int{3, 4, 100}, "* * 100 107"},
		{"two small that together are small", []int{1, 2, 8, 100}, "* * * 100 111"},
		{"zeros are small", []int{0, 0, 50, 60}, "* * * 60 110"},
		{"a small total", []int{1, 2}, "* * *"},
		{"one row", []int{4}, "* *"},
		{"one row that is shown", []int{5}, "5 5"},
		{"one small beside one that is shown", []int{2, 30}, "* * 32"},
		{"nothing at all", nil, "*"},
	}
	for _, tt := range tests {
		c := newColumn(tt.numbers...)
		casework.Suppress(c.cells, []casework.Sum{c.sum})
		if got := shownCells(c.cells); got != tt.want {
			t.Errorf("%s: %s; want %s", tt.name, got, tt.want)
		}
	}
}

// TestSuppressAcross: numbers of one row add up as well, and a median is of a count.
func TestSuppressAcross(t *testing.T) {
	refused, objected, not := newColumn(20, 30), newColumn(18, 10), newColumn(2, 20)
	median := &casework.Cell{N: 9, Of: not.sum.Parts[0]}
	sums := []casework.Sum{refused.sum, objected.sum, not.sum}
	for i := range 2 {
		sums = append(sums, casework.Sum{Total: refused.sum.Parts[i], Parts: []*casework.Cell{objected.sum.Parts[i], not.sum.Parts[i]}})
	}
	casework.Suppress(append(slices.Concat(refused.cells, objected.cells, not.cells), median), sums)
	for _, tt := range []struct{ got, want string }{
		{shownCells(refused.cells), "20 30 50"}, {shownCells(objected.cells), "* * 28"}, {shownCells(not.cells), "* * 22"}, {shownCells([]*casework.Cell{median}), "*"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s; want %s", tt.got, tt.want)
		}
	}
}

func TestPeriods(t *testing.T) {
	at := time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC) // in China November has begun
	for p, want := range map[casework.Period]string{casework.ThisMonth: "2026-11-01 2026-12-01", casework.ThisQuarter: "2026-10-01 2027-01-01", casework.ThisYear: "2026-01-01 2027-01-01"} {
		s := p.Span(at)
		if got := s.From.Format(time.DateOnly) + " " + s.To.Format(time.DateOnly); got != want {
			t.Errorf("%s: %s; want %s", p, got, want)
		}
	}
	if got := casework.WeeksOf(casework.ThisMonth.Span(at), now); len(got) != 5 || got[0].Format(time.DateOnly) != "2026-10-26" || got[4].Format(time.DateOnly) != "2026-11-23" {
		t.Errorf("weeks %v; want the five from 26 October to 23 November", got)
	}
}

// weekdays is a calendar without holidays.
type weekdays struct{}

func (weekdays) Workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}
func (weekdays) Known(int) bool { return true }

func TestAges(t *testing.T) {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, apply.China) }
	for _, tt := range []struct {
		due  time.Time
		want casework.Age
	}{ // now is a Monday, 23 November
		{time.Time{}, casework.NoLimit},
		{day(11, 13), casework.LongLate}, // six working days
		{day(11, 16), casework.JustLate}, // five
		{day(11, 20), casework.JustLate},
		{day(11, 23), casework.DueSoon},
		{day(11, 25), casework.DueSoon},
		{day(11, 26), casework.HasTime},
	} {
		if got := casework.AgeOf(tt.due, now, weekdays{}); got != tt.want {
			t.Errorf("due on %s: %s; want %s", tt.due.Format(time.DateOnly), got, tt.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	for _, tt := range []struct {
		counted map[int]int
		p, want int
	}{
		{nil, 50, 0},
		{map[int]int{7: 1}, 50, 7},
		{map[int]int{7: 1}, 90, 7},
		{map[int]int{1: 2, 3: 1, 9: 1}, 50, 1},
		{map[int]int{1: 1, 3: 1, 9: 1}, 50, 3},
		{map[int]int{1: 9, 30: 1}, 90, 1},
		{map[int]int{1: 8, 20: 1, 30: 1}, 90, 20},
	} {
		if got := casework.Percentile(tt.counted, tt.p); got != tt.want {
			t.Errorf("%d%% of %v: %d; want %d", tt.p, tt.counted, got, tt.want)
		}
	}
}

// TestCaseFigures is counted by hand, as it is shown at the desk and as it leaves it.
func TestCaseFigures(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, apply.China) }
	c := casework.CaseCounts{
		Received: []casework.Received{{"shiqi", "a", 7}, {"xiaolan", "a", 2}, {"shiqi", "b", 3}, {"xiaolan", "b", 30}},
		Decided: []casework.Decided{
			{Town: "shiqi", Policy: "a", Submitted: day(2), At: day(4), N: 6},
			{Town: "shiqi", Policy: "a", Submitted: day(2), At: day(16), Refused: true, N: 5},
			{Town: "xiaolan", Policy: "a", Submitted: day(2), At: day(17), Refused: true, Objected: true, N: 1},
		},
		Waiting:  []casework.Waiting{{"shiqi", day(13), 1}, {"shiqi", time.Time{}, 8}},
		Children: []casework.BandCount{{"shiqi", "poor", 6}, {"shiqi", "", 9}},
		Asked:    []casework.Asked{{day(16), 5, 12}},
	}
	names := casework.Names{Policies: []string{"a", "b", "c"}, Towns: []string{"shiqi", "xiaolan"}, Bands: []string{"good", "poor"}}
	weeks := []time.Time{day(9), day(16)}
	tell := func(f *casework.Figures) map[casework.Figure]string {
		out := map[casework.Figure]string{}
		for _, table := range f.Tables {
			var lines []string
			for _, r := range table.Rows {
				lines = append(lines, r.Key+": "+shownCells(r.Cells))
			}
			out[table.Figure] = strings.Join(append(lines, shownCells(table.Total)), "; ")
		}
		return out
	}
	city := casework.CaseFigures(c, weeks, "", names, now, weekdays{})
	at := tell(city)
	city.Protect()
	left := tell(city)
	town := tell(casework.CaseFigures(c.In("shiqi"), weeks, "shiqi", names, now, weekdays{}))
	for _, tt := range []struct {
		of              casework.Figure
		got, want, name string
	}{
		{casework.PolicyFigure, at[casework.PolicyFigure], "b: 33; a: 9; c: 0; 42", "shown"},
		{casework.PolicyFigure, left[casework.PolicyFigure], "b: 33; a: *; c: *; 42", "left"},
		{casework.PolicyFigure, town[casework.PolicyFigure], "a: 7; b: 3; c: 0; 10", "town"},
		{casework.TownFigure, at[casework.TownFigure], "xiaolan: 32; shiqi: 10; 42", "shown"},
		{casework.TownFigure, town[casework.TownFigure], "", "town"},
		{casework.AgeFigure, at[casework.AgeFigure], "long-late: 1; late: 0; soon: 0; time: 0; no-limit: 8; 9", "shown"},
		{casework.TimeFigure, at[casework.TimeFigure], "a: 12 6 6 2 10; b: 0 0 0 0 0; c: 0 0 0 0 0; 12 6 6 2 10", "shown"},
		{casework.TimeFigure, town[casework.TimeFigure], "a: 11 6 5 2 10; b: 0 0 0 0 0; c: 0 0 0 0 0; 11 6 5 2 10", "town"},
		{casework.RefusalFigure, at[casework.RefusalFigure], "a: 6 1 5; b: 0 0 0; c: 0 0 0; 6 1 5", "shown"},
		{casework.RefusalFigure, left[casework.RefusalFigure], "a: * * *; b: * * *; c: * * *; 6 * *", "left"},
		{casework.BandFigure, at[casework.BandFigure], "good: 0; poor: 6; : 9; 15", "shown"},
		{casework.BandFigure, left[casework.BandFigure], "good: *; poor: *; : 9; 15", "left"},
		{casework.QuestionFigure, at[casework.QuestionFigure], ": 0 0; : 5 12; 5 12", "shown"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s, %s: %s; want %s", tt.of, tt.name, tt.got, tt.want)
		}
	}
}

func TestAuditFigures(t *testing.T) {
	monday := casework.WeekOf(now)
	f := casework.AuditFigures(casework.AccessCounts{Rows: []casework.AccessCount{
		{monday, casework.OpenApplication, 12}, {monday, casework.RevealField, 6}, {monday, casework.Denied, 7},
	}}, []time.Time{monday})
	if got := shownCells(f.Tables[0].Total) + " | " + shownCells(f.Tables[1].Rows[0].Cells); got != "18 | 18 7" {
		t.Errorf("%s; want 18 accesses, and 7 denied beside", got)
	}
	if first := f.Tables[0].Rows[0]; first.Key != string(casework.OpenApplication) || first.Cells[0].N != 12 {
		t.Errorf("first %v; want the kind with the most", first)
	}
}
