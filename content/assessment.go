package content

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// AssessmentForm is one form by which a child's care at home is assessed: a file of
// the directory assessments. Whoever adds a form adds a file.
type AssessmentForm struct {
	Slug       string      `yaml:"slug"` // permanent
	Title      string      `yaml:"title"`
	TitleEN    string      `yaml:"titleEn"`
	Version    int         `yaml:"version"` // grows with every change of what is asked or counted
	InForce    Day         `yaml:"inForce"`
	ReviewBy   Day         `yaml:"reviewBy"`
	Source     Source      `yaml:"source"`
	Proposal   string      `yaml:"proposal"` // what in it is the portal's and still to be confirmed by the bureau; empty: nothing
	FilledBy   []string    `yaml:"filledBy"` // village, town, city
	Dimensions []Dimension `yaml:"dimensions"`
	Vetoes     []Veto      `yaml:"vetoes"`
	Bands      []Band      `yaml:"bands"` // from the best to the weakest

	Sections []Section `yaml:"-"` // guidance

	file string
	src  *source
}

// Dimension is a group of indicators: a page of the form.
type Dimension struct {
	Name       string      `yaml:"name"`
	Title      string      `yaml:"title"`
	About      string      `yaml:"about"`
	Indicators []Indicator `yaml:"indicators"`
}

// Indicator is one thing that is looked at.
type Indicator struct {
	Name    string   `yaml:"name"`
	Ask     string   `yaml:"ask"`
	Help    string   `yaml:"help"`
	Choices []Choice `yaml:"choices"`
}

// Choice is an answer and the points that it gives.
type Choice struct {
	Value  string `yaml:"value"`
	Label  string `yaml:"label"`
	Points int    `yaml:"points"`
}

// Veto is a danger that makes the result the weakest band, whatever else was seen.
type Veto struct {
	Name string `yaml:"name"`
	Ask  string `yaml:"ask"`
	Help string `yaml:"help"`
}

// The answers to a veto.
const (
	VetoYes = "yes"
	VetoNo  = "no"
)

// Band is a result and what it demands.
type Band struct {
	Name  string `yaml:"name"` // one of [BandNames]
	Title string `yaml:"title"`
	From  int    `yaml:"from"` // hundredths of all points from which it is reached
	// Helper says that somebody is paired with the family, who visits it within so many
	// days each time.
	Helper     bool `yaml:"helper"`
	VisitDays  int  `yaml:"visitDays"`
	AgainAfter int  `yaml:"againAfter"` // months until the next assessment
}

// BandNames are the names of the city's four bands, from the best to the weakest.
func BandNames() []string { return []string{"good", "fairly-good", "fair", "poor"} }

// ReviewDue reports whether the form's review-by date has passed on the given day.
func (f *AssessmentForm) ReviewDue(today time.Time) bool { return today.After(f.ReviewBy.Time) }

// Pages are the names of the form's pages in order: the dimensions, and the vetoes
// where there are some.
func (f *AssessmentForm) Pages() []string {
	var out []string
	for _, d := range f.Dimensions {
		out = append(out, d.Name)
	}
	if len(f.Vetoes) > 0 {
		out = append(out, VetoPage)
	}
	return out
}

// VetoPage is the page that asks for the vetoes.
const VetoPage = "danger"

// Dimension returns the dimension with the given name.
func (f *AssessmentForm) Dimension(name string) (Dimension, bool) {
	i := slices.IndexFunc(f.Dimensions, func(d Dimension) bool { return d.Name == name })
	if i < 0 {
		return Dimension{}, false
	}
	return f.Dimensions[i], true
}

// Band returns the band with the given name.
func (f *AssessmentForm) Band(name string) (Band, bool) {
	i := slices.IndexFunc(f.Bands, func(b Band) bool { return b.Name == name })
	if i < 0 {
		return Band{}, false
	}
	return f.Bands[i], true
}

// Choice returns the choice with the given value.
func (i Indicator) Choice(value string) (Choice, bool) {
	n := slices.IndexFunc(i.Choices, func(c Choice) bool { return c.Value == value })
	if n < 0 {
		return Choice{}, false
	}
	return i.Choices[n], true
}

// most is what the best choice gives.
func (i Indicator) most() int {
	best := 0
	for _, c := range i.Choices {
		best = max(best, c.Points)
	}
	return best
}

// Score is what answers to a form come to.
type Score struct {
	Points, Max int
	Percent     int // hundredths, rounded down: who just misses a band has not reached it
	Vetoes      []string
	Band        Band
	Missing     []string // names of what was not answered; Band is the zero Band then
}

// Score counts the answers, which are values of choices and of vetoes by name. An
// answer that the form does not have counts as missing.
func (f *AssessmentForm) Score(answers map[string]string) Score {
	var s Score
	for _, d := range f.Dimensions {
		for _, i := range d.Indicators {
			s.Max += i.most()
			choice, ok := i.Choice(answers[i.Name])
			if !ok {
				s.Missing = append(s.Missing, i.Name)
			}
			s.Points += choice.Points
		}
	}
	for _, v := range f.Vetoes {
		switch answers[v.Name] {
		case VetoYes:
			s.Vetoes = append(s.Vetoes, v.Name)
		case VetoNo:
		default:
			s.Missing = append(s.Missing, v.Name)
		}
	}
	if s.Max > 0 {
		s.Percent = s.Points * 100 / s.Max
	}
	if len(s.Missing) == 0 {
		s.Band = f.bandFor(s)
	}
	return s
}

func (f *AssessmentForm) bandFor(s Score) Band {
	weakest := f.Bands[len(f.Bands)-1]
	if len(s.Vetoes) > 0 {
		return weakest
	}
	for _, b := range f.Bands {
		if s.Percent >= b.From {
			return b
		}
	}
	return weakest
}

// Assessment returns the form with the given slug.
func (l *Library) Assessment(slug string) (*AssessmentForm, bool) {
	i := slices.IndexFunc(l.Assessments, func(f *AssessmentForm) bool { return f.Slug == slug })
	if i < 0 {
		return nil, false
	}
	return l.Assessments[i], true
}

// AssessmentsOn are the forms that are in force on the given day.
func (l *Library) AssessmentsOn(today time.Time) []*AssessmentForm {
	return slices.DeleteFunc(slices.Clone(l.Assessments), func(f *AssessmentForm) bool { return today.Before(f.InForce.Time) })
}

// loadAssessment reads a file of the directory assessments.
func loadAssessment(from file, around surroundings, c *collector) (*AssessmentForm, bool) {
	front, body, bodyLine, ok := splitFront(from.name, from.text, c)
	if !ok {
		return nil, false
	}
	f := &AssessmentForm{file: from.name}
	if f.src = parseYAML(from.name, front, around.facts, f, c); f.src == nil {
		return nil, false
	}
	f.Sections = parseBody(from.name, bodyLine, body, around.facts, c)
	f.check(c)
	return f, true
}

// check finds what would make the form ask or count wrongly.
func (f *AssessmentForm) check(c *collector) {
	bad := func(line int, what, fix string) { c.add(f.file, line, what, fix) }
	if want := strings.TrimSuffix(path.Base(f.file), ".md"); f.Slug != want || !slugForm.MatchString(f.Slug) {
		bad(f.src.line("slug"), fmt.Sprintf("slug %q is not the file's name", f.Slug), "slug and file name are the same, lower-case words joined by -")
	}
	if f.Title == "" || f.Source.Title == "" || f.InForce.IsZero() || f.ReviewBy.IsZero() {
		bad(1, "title, source, inForce or reviewBy is missing", "every form declares them")
	}
	if f.Version < 1 {
		bad(f.src.line("version"), "version is not a number from 1", "begin with 1, and add one whenever what is asked or counted changes")
	}
	if len(f.FilledBy) == 0 {
		bad(1, "nobody fills it in", "name village, town or city in filledBy")
	}
	for i, level := range f.FilledBy {
		if !slices.Contains([]string{"village", "town", "city"}, level) {
			bad(f.src.line("filledBy", i), fmt.Sprintf("filledBy has the unknown level %q", level), "village, town or city")
		}
	}
	f.checkIndicators(bad)
	f.checkBands(bad)
}

func (f *AssessmentForm) checkIndicators(bad func(line int, what, fix string)) {
	names := map[string]bool{VetoPage: true}
	named := func(name string, line int) {
		if !slugForm.MatchString(name) || names[name] {
			bad(line, fmt.Sprintf("name %q is no lower-case words joined by -, or stands twice", name), "give each dimension, indicator and veto a name of its own")
		}
		names[name] = true
	}
	if len(f.Dimensions) == 0 {
		bad(1, "no dimension", "put at least one indicator into a dimension")
	}
	for i, d := range f.Dimensions {
		named(d.Name, f.src.line("dimensions", i))
		if d.Title == "" || len(d.Indicators) == 0 {
			bad(f.src.line("dimensions", i), fmt.Sprintf("dimension %q lacks a title or indicators", d.Name), "complete it")
		}
		for j, one := range d.Indicators {
			line := f.src.line("dimensions", i, "indicators", j)
			named(one.Name, line)
			checkIndicator(one, line, bad)
		}
	}
	for i, v := range f.Vetoes {
		named(v.Name, f.src.line("vetoes", i))
		if v.Ask == "" {
			bad(f.src.line("vetoes", i), fmt.Sprintf("veto %q asks nothing", v.Name), "write what is asked")
		}
	}
}

func checkIndicator(one Indicator, line int, bad func(line int, what, fix string)) {
	if one.Ask == "" || len(one.Choices) < 2 {
		bad(line, fmt.Sprintf("indicator %q asks nothing, or has fewer than two choices", one.Name), "complete it")
	}
	values := map[string]bool{}
	for _, ch := range one.Choices {
		if !slugForm.MatchString(ch.Value) || ch.Label == "" || values[ch.Value] {
			bad(line, fmt.Sprintf("choice %q of %q lacks a value or label, or stands twice", ch.Value, one.Name), "complete it")
		}
		if ch.Points < 0 || ch.Points > maxPoints {
			bad(line, fmt.Sprintf("choice %q of %q gives %d points", ch.Value, one.Name, ch.Points), fmt.Sprintf("between 0 and %d", maxPoints))
		}
		values[ch.Value] = true
	}
	if len(one.Choices) > 0 && one.most() == 0 {
		bad(line, fmt.Sprintf("indicator %q gives no points", one.Name), "let its best choice give some")
	}
}

const (
	maxPoints     = 100
	maxVisitDays  = 366
	maxAgainAfter = 60
)

func (f *AssessmentForm) checkBands(bad func(line int, what, fix string)) {
	names := BandNames()
	if len(f.Bands) != len(names) {
		bad(f.src.line("bands"), fmt.Sprintf("%d bands", len(f.Bands)), "declare "+strings.Join(names, ", ")+" in this order")
		return
	}
	for i, b := range f.Bands {
		line := f.src.line("bands", i)
		if b.Name != names[i] || b.Title == "" {
			bad(line, fmt.Sprintf("band %q is not %q, or lacks a title", b.Name, names[i]), "declare "+strings.Join(names, ", ")+" in this order")
		}
		last := i == len(f.Bands)-1
		if b.From < 0 || b.From > 100 || last && b.From != 0 || i > 0 && b.From >= f.Bands[i-1].From {
			bad(line, fmt.Sprintf("band %q begins at %d", b.Name, b.From), "from 100 downwards, each below the one before, the last from 0")
		}
		if b.Helper != (b.VisitDays > 0) || b.VisitDays < 0 || b.VisitDays > maxVisitDays {
			bad(line, fmt.Sprintf("band %q has a helper without visits, or visits without a helper", b.Name), "visitDays belongs to helper: true, and is a year at most")
		}
		if b.AgainAfter < 1 || b.AgainAfter > maxAgainAfter {
			bad(line, fmt.Sprintf("band %q is assessed again after %d months", b.Name, b.AgainAfter), fmt.Sprintf("between 1 and %d", maxAgainAfter))
		}
	}
}
