package casework

import (
	"cmp"
	"slices"
	"time"

	"huitong/portal/apply"
)

// Figure names a table of figures.
type Figure string

// The tables.
const (
	PolicyFigure  Figure = "policy"
	TownFigure    Figure = "town"
	AgeFigure     Figure = "age"
	TimeFigure    Figure = "time"
	RefusalFigure Figure = "refusals"

	GroundFigure       Figure = "grounds"
	PolicyGroundFigure Figure = "policy-grounds" // of one policy
	TownGroundFigure   Figure = "town-grounds"

	BandFigure     Figure = "bands"
	QuestionFigure Figure = "questions"
	AccessFigure   Figure = "accesses"
	WeekFigure     Figure = "weeks"
)

// Measure names a column of such a table.
type Measure string

// The columns.
const (
	Applications Measure = "applications"
	ToDecide     Measure = "waiting"
	AllDecided   Measure = "decided"
	WereApproved Measure = "approved"
	WereRefused  Measure = "refused"
	MedianDays   Measure = "median"
	NinetyDays   Measure = "ninety"
	WereObjected Measure = "objected"
	NotObjected  Measure = "not-objected"
	NamedIn      Measure = "named"
	OnCondition  Measure = "on-condition"
	OnOffice     Measure = "on-office"
	OnNothing    Measure = "on-nothing"
	ChildrenNow  Measure = "children"
	NewQuestions Measure = "questions"
	TimesAsked   Measure = "times"
	Lines        Measure = "lines"
	WereDenied   Measure = "denied"
)

// Table is one table of figures, with its total.
type Table struct {
	Figure  Figure
	Of      string // policy, where it is of one
	Columns []Measure
	Rows    []TableRow
	Total   []*Cell
}

// TableRow is what one policy, town, band or week comes to.
type TableRow struct {
	Key   string // slug, town, age, band, action, ground
	Week  time.Time
	Cells []*Cell
}

// None reports whether nothing was counted there.
func (r TableRow) None() bool {
	return !slices.ContainsFunc(r.Cells, func(c *Cell) bool { return c.N > 0 })
}

// Figures are tables that are read together, and what of them adds up.
type Figures struct {
	Tables []*Table
	cells  []*Cell
	sums   []Sum
}

// Names is what has a row even where nothing was counted.
type Names struct {
	Policies, Towns, Bands []string
	Grounds                map[string][]apply.Ground // by policy
}

// Protect hides what may not leave the desk.
func (f *Figures) Protect() { Suppress(f.cells, f.sums) }

// add makes a table with a row for each key. Its numbers are put in by the caller, its
// total by close.
func (f *Figures) add(name Figure, keys []string, columns ...Measure) *Table {
	t := &Table{Figure: name, Columns: columns}
	for _, k := range keys {
		t.Rows = append(t.Rows, TableRow{Key: k, Cells: f.line(len(columns))})
	}
	t.Total = f.line(len(columns))
	f.Tables = append(f.Tables, t)
	return t
}

func (f *Figures) line(n int) []*Cell {
	out := make([]*Cell, n)
	for i := range out {
		out[i] = &Cell{}
		f.cells = append(f.cells, out[i])
	}
	return out
}

// row returns the row of a key, which is added where it has none.
func (f *Figures) row(t *Table, key string) []*Cell {
	i := slices.IndexFunc(t.Rows, func(r TableRow) bool { return r.Key == key })
	if i < 0 {
		t.Rows = append(t.Rows, TableRow{Key: key, Cells: f.line(len(t.Columns))})
		i = len(t.Rows) - 1
	}
	return t.Rows[i].Cells
}

// addUp makes the total of a column.
func (f *Figures) addUp(t *Table, column int) {
	s := Sum{Total: t.Total[column]}
	s.Total.N = 0
	for _, r := range t.Rows {
		s.Parts = append(s.Parts, r.Cells[column])
		s.Total.N += r.Cells[column].N
	}
	f.sums = append(f.sums, s)
}

// largest puts the rows with the most first.
func (t *Table) largest() {
	slices.SortStableFunc(t.Rows, func(a, b TableRow) int { return cmp.Compare(b.Cells[0].N, a.Cells[0].N) })
}

// CaseFigures makes the tables of the cases. Where they are of one town there is none by
// town.
func CaseFigures(c CaseCounts, weeks []time.Time, town string, names Names, now time.Time, calendar apply.Calendar) *Figures {
	f := &Figures{}
	f.received(c, town, names)
	f.waiting(c, now, calendar)
	f.decided(c, names, calendar)
	f.grounds(c, town, names)
	bands := f.add(BandFigure, append(slices.Clone(names.Bands), ""), ChildrenNow)
	for _, b := range c.Children {
		f.row(bands, b.Band)[0].N += b.N
	}
	f.addUp(bands, 0)
	asked := f.weekly(QuestionFigure, weeks, NewQuestions, TimesAsked)
	for _, a := range c.Asked {
		if i := slices.IndexFunc(weeks, a.Week.Equal); i >= 0 {
			asked.Rows[i].Cells[0].N += a.Questions
			asked.Rows[i].Cells[1].N += a.Times
		}
	}
	f.addUp(asked, 0)
	f.addUp(asked, 1)
	return f
}

func (f *Figures) received(c CaseCounts, town string, names Names) {
	policies := f.add(PolicyFigure, names.Policies, Applications)
	for _, r := range c.Received {
		f.row(policies, r.Policy)[0].N += r.N
	}
	f.addUp(policies, 0)
	policies.largest()
	if town != "" {
		return
	}
	towns := f.add(TownFigure, names.Towns, Applications)
	for _, r := range c.Received {
		f.row(towns, r.Town)[0].N += r.N
	}
	towns.Total[0] = policies.Total[0] // the same number: hidden in one, it is hidden in both
	f.addUp(towns, 0)
	towns.largest()
}

func (f *Figures) waiting(c CaseCounts, now time.Time, calendar apply.Calendar) {
	var keys []string
	for _, a := range Ages() {
		keys = append(keys, string(a))
	}
	t := f.add(AgeFigure, keys, ToDecide)
	for _, w := range c.Waiting {
		f.row(t, string(AgeOf(w.Due, now, calendar)))[0].N += w.N
	}
	f.addUp(t, 0)
}

// decided makes the tables of decisions and of refusals, which share a column.
func (f *Figures) decided(c CaseCounts, names Names, calendar apply.Calendar) {
	all := f.add(TimeFigure, names.Policies, AllDecided, WereApproved, WereRefused, MedianDays, NinetyDays)
	refusals := f.add(RefusalFigure, names.Policies, WereRefused, WereObjected, NotObjected)
	days := map[string]map[int]int{"": {}}
	for _, d := range c.Decided {
		decided, refused := f.row(all, d.Policy), f.row(refusals, d.Policy)
		decided[0].N += d.N
		switch {
		case !d.Refused:
			decided[1].N += d.N
		case d.Objected:
			decided[2].N, refused[1].N = decided[2].N+d.N, refused[1].N+d.N
		default:
			decided[2].N, refused[2].N = decided[2].N+d.N, refused[2].N+d.N
		}
		if days[d.Policy] == nil {
			days[d.Policy] = map[int]int{}
		}
		took := Workdays(d.Submitted, d.At, calendar)
		days[d.Policy][took] += d.N
		days[""][took] += d.N
	}
	for i, r := range all.Rows {
		refusals.Rows[i].Cells[0] = r.Cells[2]
		f.parts(r.Cells[0], r.Cells[1], r.Cells[2])
		f.parts(r.Cells[2], refusals.Rows[i].Cells[1], refusals.Rows[i].Cells[2])
		r.Cells[3].took(r.Cells[0], days[r.Key], 50)
		r.Cells[4].took(r.Cells[0], days[r.Key], 90)
	}
	refusals.Total[0] = all.Total[2]
	for column := range 3 {
		f.addUp(all, column)
	}
	f.addUp(refusals, 1)
	f.addUp(refusals, 2)
	f.parts(all.Total[0], all.Total[1], all.Total[2])
	f.parts(all.Total[2], refusals.Total[1], refusals.Total[2])
	all.Total[3].took(all.Total[0], days[""], 50)
	all.Total[4].took(all.Total[0], days[""], 90)
	all.largest()
	refusals.largest()
}

func (f *Figures) parts(total *Cell, parts ...*Cell) { f.sums = append(f.sums, Sum{total, parts}) }

// took makes the cell a percentile of the days that the cases of another one took.
func (c *Cell) took(of *Cell, days map[int]int, p int) { c.N, c.Of = Percentile(days, p), of }

// weekly makes a table with a row for each week.
func (f *Figures) weekly(name Figure, weeks []time.Time, columns ...Measure) *Table {
	t := f.add(name, nil, columns...)
	for _, w := range weeks {
		t.Rows = append(t.Rows, TableRow{Week: w, Cells: f.line(len(columns))})
	}
	return t
}

// AuditFigures makes the tables of who saw how much, by kind and by week.
func AuditFigures(c AccessCounts, weeks []time.Time) *Figures {
	f := &Figures{}
	var keys []string
	for _, a := range Accesses() {
		if a != Denied {
			keys = append(keys, string(a))
		}
	}
	kinds := f.add(AccessFigure, keys, Lines)
	byWeek := f.weekly(WeekFigure, weeks, Lines, WereDenied)
	for _, r := range c.Rows {
		i := slices.IndexFunc(weeks, r.Week.Equal)
		switch {
		case i < 0:
		case r.Action == Denied:
			byWeek.Rows[i].Cells[1].N += r.N
		default:
			byWeek.Rows[i].Cells[0].N += r.N
			f.row(kinds, string(r.Action))[0].N += r.N
		}
	}
	byWeek.Total[0] = kinds.Total[0]
	f.addUp(kinds, 0)
	f.addUp(byWeek, 0)
	f.addUp(byWeek, 1)
	kinds.largest()
	return f
}
