package content

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Policy is one programme or service, as its file declares it.
type Policy struct {
	Slug        string            `yaml:"slug"` // permanent, language-independent
	Titles      Titles            `yaml:"titles"`
	Names       []string          `yaml:"names"` // what people call it
	Category    string            `yaml:"category"`
	Order       int               `yaml:"order"`
	Languages   []string          `yaml:"languages"` // into which it has to be translated
	Audience    []string          `yaml:"audience"`
	Summary     string            `yaml:"summary"`
	SummaryEN   string            `yaml:"summaryEn"`
	Status      string            `yaml:"status"`     // in-force, ended or unconfirmed
	Formerly    []string          `yaml:"formerly"`   // slugs under which it was published before
	ReplacedBy  string            `yaml:"replacedBy"` // slug of what came after it, once it has ended
	Source      Source            `yaml:"source"`
	Basis       []Source          `yaml:"basis"`
	InForce     Day               `yaml:"inForce"`
	ReviewBy    Day               `yaml:"reviewBy"`
	Published   Day               `yaml:"published"`
	Gives       []Give            `yaml:"gives"`
	Eligibility []Condition       `yaml:"eligibility"` // all must hold
	Confirm     []Remark          `yaml:"confirm"`     // each turns a yes into to-be-confirmed
	Outcomes    []Remark          `yaml:"outcomes"`    // what kind of yes; the first true one
	Documents   []Document        `yaml:"documents"`
	Questions   []FormSection     `yaml:"questions"` // empty: not applied for online
	Decides     Decision          `yaml:"decides"`
	Standard    string            `yaml:"standard"` // fact with the amount that an approval pays; empty: not one amount
	Pays        string            `yaml:"pays"`     // from which month on, where there is a standard: same-month or next-month
	FAQ         []FAQ             `yaml:"faq"`
	Plain       map[string]string `yaml:"plain"` // the sections in plain words, by ID

	Sections []Section `yaml:"-"` // of the body, in order
	Lang     string    `yaml:"-"` // zh-Hans, or that of a translation

	translations map[string]*Policy // by language

	file      string
	src       *source
	own       []*Question          // defined in the file itself
	questions map[string]*Question // every question expressions may name
	screen    []*Question
}

// Titles are a policy's names in the languages of the site.
type Titles struct {
	ZH    string `yaml:"zh"`
	Short string `yaml:"short"` // Chinese, for tight places
	EN    string `yaml:"en"`
}

// Give is one thing that the policy gives.
type Give struct {
	Title   string `yaml:"title"`
	Text    string `yaml:"text"`
	Section string `yaml:"section"` // where the page says more
}

// Document is a paper that an application needs.
type Document struct {
	Name     string `yaml:"name"`
	Title    string `yaml:"title"`
	Text     string `yaml:"text"`
	When     Expr   `yaml:"when"` // needed only where true
	Required bool   `yaml:"required"`
	Holder   string `yaml:"holder"` // family, or department: checked between offices
	Reuse    string `yaml:"reuse"`  // family: the same for all children; never: of this policy alone; empty: for the same child
}

// Decision says who decides and in how many working days.
type Decision struct {
	Steps       []Step `yaml:"steps"`
	Level       string `yaml:"level"` // village, town or city
	Office      string `yaml:"office"`
	WorkingDays int    `yaml:"workingDays"` // 0: no limit is stated
	Text        string `yaml:"text"`        // what to know before it is decided
	Granted     string `yaml:"granted"`     // what follows for who is granted it
	Refused     string `yaml:"refused"`     // and for who is not

	FourEyes bool         `yaml:"four-eyes"` // a second officer confirms, and neither has verified or recommended
	Visit    []VisitCheck `yaml:"visit"`     // what a visit at home looks at
}

// VisitCheck is something that a visit at home looks at, for the desk alone.
type VisitCheck struct {
	Name string `yaml:"name"`
	Text string `yaml:"text"`
}

// Step is one station on the way to a decision.
type Step struct {
	Who       string `yaml:"who"` // village, town or city
	Does      string `yaml:"does"`
	Days      int    `yaml:"days"` // working days; 0: no limit is stated
	Basis     string `yaml:"basis"`
	Confirmed *bool  `yaml:"confirmed"`
}

// Sure reports whether the step's limit is confirmed; it is unless said otherwise.
func (s Step) Sure() bool { return s.Confirmed == nil || *s.Confirmed }

// FAQ is a question that people ask, in several phrasings, with its answer.
type FAQ struct {
	Q       string   `yaml:"q"`
	Alt     []string `yaml:"alt"`
	A       string   `yaml:"a"`
	Section string   `yaml:"section"` // ID of the section the answer rests on
}

// Ended reports whether the policy is over.
func (p *Policy) Ended() bool { return p.Status == "ended" }

// Title returns the policy's title in lang; Chinese for any language but English.
func (p *Policy) Title(lang string) string {
	if lang == "en" && p.Titles.EN != "" {
		return p.Titles.EN
	}
	return p.Titles.ZH
}

// Short returns the short title in lang; of English only a translation has one.
func (p *Policy) Short(lang string) string {
	if lang == "en" && p.Lang != lang || p.Titles.Short == "" {
		return p.Title(lang)
	}
	return p.Titles.Short
}

// Section returns the body's section with the given ID.
func (p *Policy) Section(id string) (Section, bool) {
	return sectionOf(p.Sections, id)
}

// Question returns the policy's question with the given name.
func (p *Policy) Question(name string) (*Question, bool) {
	q, ok := p.questions[name]
	return q, ok
}

// Online reports whether the policy can be applied for on the site.
func (p *Policy) Online() bool { return len(p.Questions) > 0 }

// Checkable reports whether the policy has conditions to check.
func (p *Policy) Checkable() bool { return len(p.Eligibility) > 0 }

// ReviewDue reports whether the policy's review-by date has passed on the given day.
func (p *Policy) ReviewDue(today time.Time) bool { return today.After(p.ReviewBy.Time) }

var fence, closingFence = []byte("---\n"), []byte("\n---\n")

// loadPolicy reads a policy and its translation.
func loadPolicy(f file, around surroundings, c *collector) (*Policy, bool) {
	front, body, bodyLine, ok := splitFront(f.name, f.text, c)
	if !ok {
		return nil, false
	}
	p := &Policy{file: f.name, Lang: "zh-Hans"}
	if p.src = parseYAML(f.name, front, around.facts, p, c); p.src == nil {
		return nil, false
	}
	p.Sections = parseBody(f.name, bodyLine, body, around.facts, c)
	loadPlain(p.src, p.Sections, p.Plain, true, c)
	p.resolveQuestions(around.shared, c)
	p.check(c)
	p.checkRules(c)
	p.checkStandard(around.facts, c)
	checkPlain(f.name, f.text, p.Plainness(), c)
	p.translate(f, around.english, c)
	return p, true
}

// splitFront cuts a file into its front matter and body. One empty line stands for
// the opening fence, so that line numbers in the front matter are those of the
// file; bodyLine is the line on which the body starts.
func splitFront(name string, b []byte, c *collector) (front, body []byte, bodyLine int, ok bool) {
	if bytes.IndexByte(b, '\r') >= 0 {
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	front, body, ok = bytes.Cut(bytes.TrimPrefix(b, fence), closingFence)
	if !ok || !bytes.HasPrefix(b, fence) {
		c.add(name, 1, "no front matter", "open the file with --- lines around the declaration")
		return nil, nil, 0, false
	}
	return b[len(fence)-1 : len(fence)+len(front)], body, bytes.Count(front, []byte("\n")) + 4, true
}

var slugForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// check finds missing and contradictory declarations.
func (p *Policy) check(c *collector) {
	bad := func(line int, what, fix string) { c.add(p.file, line, what, fix) }
	if want := strings.TrimSuffix(path.Base(p.file), ".md"); p.Slug != want || !slugForm.MatchString(p.Slug) {
		bad(p.src.line("slug"), fmt.Sprintf("slug %q is not the file's name", p.Slug), "slug and file name are the same, lower-case words joined by -")
	}
	for key, value := range map[string]string{"titles": p.Titles.ZH, "summary": p.Summary, "category": p.Category, "source": p.Source.Title} {
		if value == "" {
			bad(p.src.line(key), key+" is missing", "every policy declares it")
		}
	}
	for key, day := range map[string]Day{"inForce": p.InForce, "reviewBy": p.ReviewBy, "published": p.Published} {
		if day.IsZero() {
			bad(p.src.line(key), key+" is missing", "give it as 2006-01-02")
		}
	}
	if p.Status != "in-force" && p.Status != "ended" && p.Status != "unconfirmed" {
		bad(p.src.line("status"), fmt.Sprintf("unknown status %q", p.Status), "use in-force, ended or unconfirmed")
	}
	if p.Source.Number == "" && !p.Source.Unconfirmed {
		bad(p.src.line("source"), "source has no document number", "give it, or mark the source unconfirmed: true")
	}
	checkLanguages(p.src, p.Languages, c)
	p.checkLists(bad)
}

func (p *Policy) checkLists(bad func(line int, what, fix string)) {
	ids := map[string]bool{}
	for _, s := range p.Sections {
		if ids[s.ID] {
			bad(s.Line, fmt.Sprintf("section %q stands twice", s.ID), "give each heading its own id")
		}
		ids[s.ID] = true
	}
	for i, g := range p.Gives {
		if g.Title == "" || g.Text == "" || g.Section != "" && !ids[g.Section] {
			bad(p.src.line("gives", i), "gives entry lacks title or text, or names no section", "complete it")
		}
	}
	for i, f := range p.FAQ {
		if f.Q == "" || f.A == "" {
			bad(p.src.line("faq", i), "FAQ entry lacks question or answer", "complete it")
		}
		if !ids[f.Section] {
			bad(p.src.line("faq", i, "section"), fmt.Sprintf("FAQ names no section: %q", f.Section), "use the id of a heading of this file")
		}
	}
	seen := map[string]bool{}
	for i, d := range p.Documents {
		if d.Name == "" || strings.Contains(d.Name, ":") || d.Title == "" || seen[d.Name] {
			bad(p.src.line("documents", i), fmt.Sprintf("document %q lacks a name without colon or a title, or stands twice", d.Name), "complete it")
		}
		seen[d.Name] = true
		if !slices.Contains([]string{"", ReuseFamily, ReuseNever}, d.Reuse) {
			bad(p.src.line("documents", i), fmt.Sprintf("document %q is reused in the unknown way %q", d.Name, d.Reuse), "family or never; leave it out for the same child")
		}
	}
	if p.Online() && p.Decides.Office == "" {
		bad(p.src.line("decides"), "nobody decides", "an application needs decides.office and decides.level")
	}
	for i, v := range p.Decides.Visit {
		if !slugForm.MatchString(v.Name) || v.Text == "" || slices.ContainsFunc(p.Decides.Visit[:i], func(w VisitCheck) bool { return w.Name == v.Name }) {
			bad(p.src.line("decides"), fmt.Sprintf("visit check %q has no name or no text, or stands twice", v.Name), "give each of decides.visit a name of lower-case letters and a text")
		}
	}
	for name, text := range map[string]string{"granted": p.Decides.Granted, "refused": p.Decides.Refused} {
		if p.Online() && text == "" {
			bad(p.src.line("decides"), "nobody says what follows once it is "+name, "write decides."+name+": what the family reads on its decision")
		}
	}
}

// resolveQuestions replaces names of shared questions by the questions, and makes
// every shared question known to expressions.
func (p *Policy) resolveQuestions(shared map[string]*Question, c *collector) {
	p.questions = shared
	asked := map[string]bool{}
	sections := map[string]bool{}
	for i := range p.Questions {
		section := &p.Questions[i]
		if !slugForm.MatchString(section.Section) || sections[section.Section] {
			c.add(p.file, p.src.line("questions", i), fmt.Sprintf("form section %q is not a word or stands twice", section.Section), "give it a name of lower-case letters")
		}
		sections[section.Section] = true
		for j, a := range section.Ask {
			line := func() int { return p.src.line("questions", i, "ask", j) }
			p.resolve(a, line, shared, c)
			if asked[a.Name] {
				c.add(p.file, line(), fmt.Sprintf("question %q is asked twice", a.Name), "ask it once")
			}
			asked[a.Name] = true
		}
	}
}

func (p *Policy) resolve(a *AskEntry, line func() int, shared map[string]*Question, c *collector) {
	if !a.shared() {
		a.check(p.file, line, c)
		if _, taken := shared[a.Name]; taken {
			c.add(p.file, line(), fmt.Sprintf("question %q is already a shared one", a.Name), "name the shared question or choose another name")
		}
		if len(p.own) == 0 {
			p.questions = maps.Clone(shared) // all policies without questions of their own have the same map
		}
		p.questions[a.Name] = a.Question
		p.own = append(p.own, a.Question)
		return
	}
	q, ok := shared[a.Name]
	if !ok {
		c.add(p.file, line(), fmt.Sprintf("no shared question %q", a.Name), "add it to questions.yaml or define it here")
		return
	}
	a.Question = q
}
