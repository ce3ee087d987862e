package content

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Fact is a figure, date or phone number that the content may name. It is stated
// once, in facts.yaml, with where it comes from and until when it may be trusted.
type Fact struct {
	Name      string  `yaml:"name"`
	Kind      string  `yaml:"kind"`    // amount, phone, date, duration, count or text
	Value     string  `yaml:"value"`   // as it is shown, for example "1578元/人/月"
	ValueEN   string  `yaml:"valueEn"` // the same in English; empty where Value needs no translation
	Number    float64 `yaml:"number"`
	Unit      string  `yaml:"unit"`   // of Number, for example 元/人/月
	Year      int     `yaml:"year"`   // the year that an amount or count is of
	What      string  `yaml:"what"`   // what it is the value of
	WhatEN    string  `yaml:"whatEn"` // the same in English, of a phone number
	Source    Source  `yaml:"source"`
	InForce   Day     `yaml:"inForce"`
	ReviewBy  Day     `yaml:"reviewBy"`
	Confirmed bool    `yaml:"confirmed"` // false: shown with “请以12345答复为准”
	Note      string  `yaml:"note"`

	line int
	lang string // of Value; empty: Chinese
}

// Source is a document that a policy or a fact rests on.
type Source struct {
	Title       string `yaml:"title"`
	Issuer      string `yaml:"issuer"`
	Number      string `yaml:"number"` // document number, for example 民发〔2019〕62号
	Date        Day    `yaml:"date"`
	URL         string `yaml:"url"` // official address only, never a mirror
	Ref         string `yaml:"ref"` // mark in the facts list, for example 函 or F3
	Note        string `yaml:"note"`
	Unconfirmed bool   `yaml:"unconfirmed"`
}

// Day is a calendar date, written 2006-01-02 in the files.
type Day struct{ time.Time }

// UnmarshalYAML reads 2006-01-02.
func (d *Day) UnmarshalYAML(n *yaml.Node) error {
	t, err := time.Parse(time.DateOnly, n.Value)
	if err != nil {
		return fmt.Errorf("line %d: date %q is not of the form 2006-01-02", n.Line, n.Value)
	}
	d.Time = t
	return nil
}

// String returns 2006-01-02, or nothing for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// Text returns the fact as running text: amounts and counts carry their year, an
// unconfirmed fact carries the note that 12345 has the last word.
func (f Fact) Text() string { return f.Value + f.qualifier() }

// About says in lang what the fact is the value of; Chinese for any language but
// English.
func (f Fact) About(lang string) string {
	if lang == "en" {
		return or(f.WhatEN, f.What)
	}
	return f.What
}

// Markdown is Text with a phone number as a tel: link.
func (f Fact) Markdown() string {
	if f.Kind != "phone" {
		return f.Text()
	}
	return "[" + f.Value + "](" + f.Tel() + ")" + f.qualifier()
}

// Tel returns the tel: address of a phone fact; empty for other kinds.
func (f Fact) Tel() string {
	if f.Kind != "phone" {
		return ""
	}
	return "tel:" + strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, f.Value)
}

// qualifierTexts are the words behind a fact, by language.
var qualifierTexts = map[string]struct{ amount, amountUnsure, count, unsure string }{
	"":   {"（%d年标准）", "（%d年标准，请以12345答复为准）", "（截至%d年）", "（请以12345答复为准）"},
	"en": {" (%d rate)", " (%d rate; please confirm with 12345)", " (as of %d)", " (please confirm with 12345)"},
}

func (f Fact) qualifier() string {
	words := qualifierTexts[f.lang]
	switch {
	case f.Year > 0 && f.Kind == "amount" && f.Confirmed:
		return fmt.Sprintf(words.amount, f.Year)
	case f.Year > 0 && f.Kind == "amount":
		return fmt.Sprintf(words.amountUnsure, f.Year)
	case f.Year > 0 && f.Kind == "count" && f.Confirmed:
		return fmt.Sprintf(words.count, f.Year)
	case !f.Confirmed:
		return words.unsure
	}
	return ""
}

// in returns the facts with their values in lang. What is used is counted with
// the original.
func (f *Facts) in(lang string) *Facts {
	out := &Facts{byName: map[string]*Fact{}, used: f.used}
	for _, fact := range f.All {
		fact.lang = lang
		fact.Value = or(fact.ValueEN, fact.Value)
		out.All = append(out.All, fact)
		out.byName[fact.Name] = &fact
	}
	return out
}

// counting returns the same facts; those that texts name from now on go into used.
func (f *Facts) counting(used map[string]bool) *Facts { return &Facts{f.All, f.byName, used} }

// Facts is the checked list of facts, by name.
type Facts struct {
	All    []Fact
	byName map[string]*Fact
	used   map[string]bool // names that the content mentions
}

// Fact returns the fact with the given name.
func (f *Facts) Fact(name string) (Fact, bool) {
	p, ok := f.byName[name]
	if !ok {
		return Fact{}, false
	}
	return *p, true
}

// Phones returns the phone facts in file order.
func (f *Facts) Phones() []Fact {
	var out []Fact
	for _, x := range f.All {
		if x.Kind == "phone" {
			out = append(out, x)
		}
	}
	return out
}

var factName = regexp.MustCompile(`\$\{([^}\n]*)\}?`)

// fill replaces each ${name} in s by show(fact); an unknown name is reported with
// its byte offset and left standing.
func (f *Facts) fill(s string, show func(Fact) string, bad func(offset int, what string)) string {
	var b strings.Builder
	last := 0
	for _, m := range factName.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:m[0]])
		last = m[1]
		name := s[m[2]:m[3]]
		fact, ok := f.byName[name]
		if !ok || s[m[1]-1] != '}' {
			bad(m[0], fmt.Sprintf("unknown fact %q", name))
			b.WriteString(s[m[0]:m[1]])
			continue
		}
		f.used[name] = true
		b.WriteString(show(*fact))
	}
	b.WriteString(s[last:])
	return b.String()
}

func loadFacts(fsys fs.FS, c *collector) *Facts {
	const file = "facts.yaml"
	facts := &Facts{byName: map[string]*Fact{}, used: map[string]bool{}}
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		c.add(file, 0, "cannot be read: "+err.Error(), "create the file")
		return facts
	}
	var doc struct {
		Facts []Fact `yaml:"facts"`
	}
	src := parseYAML(file, b, nil, &doc, c)
	if src == nil {
		return facts
	}
	facts.All = doc.Facts
	for i := range facts.All {
		f := &facts.All[i]
		f.line = src.line("facts", i)
		f.check(file, c)
		if _, dup := facts.byName[f.Name]; dup {
			c.add(file, f.line, fmt.Sprintf("fact %q stands twice", f.Name), "keep one")
		}
		facts.byName[f.Name] = f
	}
	return facts
}

func (f *Fact) check(file string, c *collector) {
	bad := func(what, fix string) { c.add(file, f.line, fmt.Sprintf("fact %q %s", f.Name, what), fix) }
	switch f.Kind {
	case "amount", "count":
		if f.Year == 0 || f.Number == 0 {
			bad("has no year or number", "say which year it is of and give the bare number")
		}
	case "phone", "date", "duration", "text":
	default:
		bad(fmt.Sprintf("has the unknown kind %q", f.Kind), "use amount, phone, date, duration, count or text")
	}
	if f.Name == "" || f.Value == "" || f.What == "" {
		bad("lacks name, value or what", "fill in all three")
	}
	if f.InForce.IsZero() || f.ReviewBy.IsZero() {
		bad("has no date", "give inForce and reviewBy as 2006-01-02")
	}
	if f.Source.Title == "" || f.Source.Issuer == "" {
		bad("has no source", "give source with title and issuer")
	}
}
