package content

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// translation is what a file <slug>.en.md beside a policy holds: the policy's
// texts in another language, under the same names. Rules are never repeated.
type translation struct {
	Translates  string                    `yaml:"translates"` // digest of the original that was translated
	Title       string                    `yaml:"title"`
	Short       string                    `yaml:"short"` // for tight places; may be left out
	Summary     string                    `yaml:"summary"`
	Audience    []string                  `yaml:"audience"`
	Gives       []titled                  `yaml:"gives"`
	Eligibility map[string]conditionTexts `yaml:"eligibility"` // by the condition's name
	Confirm     []string                  `yaml:"confirm"`
	Outcomes    []string                  `yaml:"outcomes"`
	Documents   map[string]titled         `yaml:"documents"` // by the document's name
	Sections    map[string]titled         `yaml:"sections"`  // of the form, by name; text is the intro
	Questions   map[string]questionTexts  `yaml:"questions"` // the policy's own, by name
	Steps       []stepTexts               `yaml:"steps"`     // of the decision
	Office      string                    `yaml:"office"`
	Decision    string                    `yaml:"decision"`
	Granted     string                    `yaml:"granted"`
	Refused     string                    `yaml:"refused"`
	FAQ         []answered                `yaml:"faq"`
	Plain       map[string]string         `yaml:"plain"` // by the section's ID
}

type titled struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

type conditionTexts struct {
	Title   string `yaml:"title"`
	Yes     string `yaml:"yes"`
	No      string `yaml:"no"`
	Unknown string `yaml:"unknown"`
}

type questionTexts struct {
	Label      string            `yaml:"label"`
	Help       string            `yaml:"help"`
	Why        string            `yaml:"why"`
	Options    map[string]string `yaml:"options"`    // labels by value
	OptionHelp map[string]string `yaml:"optionHelp"` // by value
}

type stepTexts struct {
	Does  string `yaml:"does"`
	Basis string `yaml:"basis"`
}

// UnmarshalYAML reads what the step does, or does and basis under their names.
func (s *stepTexts) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&s.Does)
	}
	type plain stepTexts
	return n.Decode((*plain)(s))
}

type answered struct {
	Q   string   `yaml:"q"`
	Alt []string `yaml:"alt"` // the language's own; not those of the original
	A   string   `yaml:"a"`
}

// tongue is a language that content is translated into.
type tongue struct {
	lang   string
	facts  *Facts                   // with their values in it
	shared map[string]questionTexts // the shared questions
}

// tongues are the languages that a policy or page may be translated into.
var tongues = []string{"en"}

// In returns the policy with its texts in lang, and whether there is such a
// translation; otherwise the policy itself. Where a translation lacks a text, that
// of the original stands.
func (p *Policy) In(lang string) (*Policy, bool) {
	if t, ok := p.translations[lang]; ok {
		return t, true
	}
	return p, lang == p.Lang
}

// isTranslation reports whether a file is a translation of another beside it.
func isTranslation(name string) bool { return path.Ext(strings.TrimSuffix(name, ".md")) != "" }

// checkLanguages finds languages that nothing can be translated into.
func checkLanguages(src *source, languages []string, c *collector) {
	for _, lang := range languages {
		if !slices.Contains(tongues, lang) {
			c.add(src.file, src.line("languages"), fmt.Sprintf("unknown language %q", lang), "use "+strings.Join(tongues, ", "))
		}
	}
}

// rawTexts returns the texts of a policy's file with the names of facts still in
// them, as a translation has to repeat them, and its body.
func rawTexts(text []byte) (any, string) {
	var raw Policy
	body := readRaw(text, &raw)
	return raw.texts(), body
}

// readRaw reads a file again, whose faults have been reported, without filling in
// the facts.
func readRaw(text []byte, out any) string {
	front, body, _, _ := splitFront("", text, &collector{})
	_ = yaml.Unmarshal(front, out)
	return string(body)
}

// texts returns what a translation of the policy has to say.
func (p *Policy) texts() translation {
	t := translation{
		Title: p.Titles.ZH, Summary: p.Summary, Audience: p.Audience, Office: p.Decides.Office, Decision: p.Decides.Text, Granted: p.Decides.Granted, Refused: p.Decides.Refused, Plain: p.Plain,
		Eligibility: map[string]conditionTexts{}, Documents: map[string]titled{}, Sections: map[string]titled{}, Questions: map[string]questionTexts{},
	}
	for _, g := range p.Gives {
		t.Gives = append(t.Gives, titled{g.Title, g.Text})
	}
	for _, c := range p.Eligibility {
		t.Eligibility[c.Name] = conditionTexts{c.Title, c.Yes, c.No, c.Unknown}
	}
	for _, r := range p.Confirm {
		t.Confirm = append(t.Confirm, r.Text)
	}
	for _, r := range p.Outcomes {
		t.Outcomes = append(t.Outcomes, r.Text)
	}
	for _, d := range p.Documents {
		t.Documents[d.Name] = titled{d.Title, d.Text}
	}
	for _, s := range p.Questions {
		t.Sections[s.Section] = titled{s.Title, s.Intro}
		for _, a := range s.Ask {
			if !a.shared() {
				t.Questions[a.Name] = a.texts()
			}
		}
	}
	for _, s := range p.Decides.Steps {
		t.Steps = append(t.Steps, stepTexts{s.Does, s.Basis})
	}
	for _, f := range p.FAQ {
		t.FAQ = append(t.FAQ, answered{Q: f.Q, A: f.A})
	}
	return t
}

func (q *Question) texts() questionTexts {
	t := questionTexts{Label: q.Label, Help: q.Help, Why: q.Why, Options: map[string]string{}, OptionHelp: map[string]string{}}
	for _, o := range q.Options {
		if o.Label != usualLabels[o.Value] {
			t.Options[o.Value] = o.Label
		}
		t.OptionHelp[o.Value] = o.Help
	}
	return t
}

// original is what a translation is made from and measured against.
type original struct {
	file      file
	languages []string                        // that must not be missing
	texts     func(text []byte) (any, string) // with the names of facts in them, and the body
	sections  []Section
}

// translationFile is what is left of a translation's file once its texts are read.
type translationFile struct {
	name     string
	src      *source
	sections []Section
}

// beside returns the name of the file that translates another.
func (to tongue) beside(name string) string {
	return strings.TrimSuffix(name, ".md") + "." + to.lang + ".md"
}

// read fills texts from the file beside o and notes what it lacks; false where
// there is none.
func (to tongue) read(o original, texts any, c *collector) (translationFile, bool) {
	f := translationFile{name: to.beside(o.file.name)}
	if o.file.translation == nil {
		if slices.Contains(o.languages, to.lang) {
			c.note(f.name, 0, "the translation is missing", "write it, with translates: "+digest(o.texts(o.file.text)))
		}
		return f, false
	}
	front, body, bodyLine, ok := splitFront(f.name, o.file.translation, c)
	if !ok {
		return f, false
	}
	if f.src = parseYAML(f.name, front, to.facts, texts, c); f.src == nil {
		return f, false
	}
	f.sections = parseBody(f.name, bodyLine, body, to.facts, c)
	g := &gaps{file: f.name, src: f.src, c: c}
	want, originalBody := o.texts(o.file.text)
	g.stale(digest(want, originalBody))
	g.compare(want, texts)
	g.facts(splitLines(o.file.translation), to.facts)
	g.sections(o.sections, f.sections)
	return f, true
}

// attachPlain gives the translated sections their plain words. One without has none:
// on its page the translated section itself says more than Chinese would.
func (f translationFile) attachPlain(plain map[string]string, c *collector) {
	attachPlain(f.sections, plain)
	noteLongPlain(f.src, f.sections, c)
}

// translate reads policies/<slug>.<lang>.md for p, if there is one.
func (p *Policy) translate(from file, to tongue, c *collector) {
	var t translation
	f, ok := to.read(original{from, p.Languages, rawTexts, p.Sections}, &t, c)
	if !ok {
		return
	}
	f.attachPlain(t.Plain, c)
	out := p.translated(to, t, f.sections)
	out.file, out.src = f.name, f.src
	p.translations = map[string]*Policy{to.lang: out}
	checkPlain(f.name, from.translation, out.Plainness(), c)
}

// translated copies p with the texts of t where there are any.
func (p *Policy) translated(to tongue, t translation, sections []Section) *Policy {
	q := *p
	q.Lang, q.translations = to.lang, nil
	title := or(t.Title, p.Titles.ZH)
	q.Titles = Titles{ZH: title, Short: or(t.Short, title), EN: title}
	q.Summary, q.Plain, q.Sections = or(t.Summary, p.Summary), t.Plain, inOrder(p.Sections, sections)
	q.Decides.Office, q.Decides.Text = or(t.Office, p.Decides.Office), or(t.Decision, p.Decides.Text)
	q.Decides.Granted, q.Decides.Refused = or(t.Granted, p.Decides.Granted), or(t.Refused, p.Decides.Refused)
	q.Audience = eachBoth(p.Audience, t.Audience, func(a, x string) string { return or(x, a) })
	q.Gives = eachBoth(p.Gives, t.Gives, func(g Give, x titled) Give {
		return Give{or(x.Title, g.Title), or(x.Text, g.Text), g.Section}
	})
	q.Eligibility = each(p.Eligibility, func(c Condition) Condition {
		x := t.Eligibility[c.Name]
		c.Title, c.Yes, c.No, c.Unknown = or(x.Title, c.Title), or(x.Yes, c.Yes), or(x.No, c.No), or(x.Unknown, c.Unknown)
		return c
	})
	remark := func(r Remark, x string) Remark { return Remark{r.Expr, or(x, r.Text)} }
	q.Confirm, q.Outcomes = eachBoth(p.Confirm, t.Confirm, remark), eachBoth(p.Outcomes, t.Outcomes, remark)
	q.Documents = each(p.Documents, func(d Document) Document {
		x := t.Documents[d.Name]
		d.Title, d.Text = or(x.Title, d.Title), or(x.Text, d.Text)
		return d
	})
	q.Decides.Steps = eachBoth(p.Decides.Steps, t.Steps, func(s Step, x stepTexts) Step {
		s.Does, s.Basis = or(x.Does, s.Does), or(x.Basis, s.Basis)
		return s
	})
	q.FAQ = eachBoth(p.FAQ, t.FAQ, func(f FAQ, x answered) FAQ {
		return FAQ{or(x.Q, f.Q), x.Alt, or(x.A, f.A), f.Section}
	})
	q.translateQuestions(p, t, to.shared)
	return &q
}

// translateQuestions gives the copy its own questions, shared ones from the shared
// translation.
func (p *Policy) translateQuestions(original *Policy, t translation, shared map[string]questionTexts) {
	p.questions = map[string]*Question{}
	for name, q := range original.questions {
		texts, own := t.Questions[name]
		if !own {
			texts = shared[name]
		}
		p.questions[name] = q.in(p.Lang, texts)
	}
	named := func(q *Question) *Question { return p.questions[q.Name] }
	p.screen, p.own = each(original.screen, named), each(original.own, named)
	p.Questions = each(original.Questions, func(s FormSection) FormSection {
		x := t.Sections[s.Section]
		s.Title, s.Intro = or(x.Title, s.Title), or(x.Text, s.Intro)
		s.Ask = each(s.Ask, func(a *AskEntry) *AskEntry { return &AskEntry{p.questions[a.Name]} })
		return s
	})
}

// Questions have these options without writing them down, or with these labels.
var (
	usualLabels   = map[string]string{"yes": "是", "no": "否", UnknownAnswer: "不清楚"}
	usualLabelsEN = map[string]string{"yes": "Yes", "no": "No", UnknownAnswer: "Not sure"}
)

func (q *Question) in(lang string, t questionTexts) *Question {
	out := *q
	out.Label, out.Help, out.Why = or(t.Label, q.Label), or(t.Help, q.Help), or(t.Why, q.Why)
	out.Options = each(q.Options, func(o Option) Option {
		label := t.Options[o.Value]
		if lang == "en" && o.Label == usualLabels[o.Value] {
			label = or(label, usualLabelsEN[o.Value])
		}
		return Option{Value: o.Value, Label: or(label, o.Label), Help: or(t.OptionHelp[o.Value], o.Help)}
	})
	return &out
}

// loadQuestionTexts reads questions.<lang>.yaml, the shared questions' texts, and
// notes what it lacks.
func loadQuestionTexts(fsys fs.FS, to tongue, c *collector) map[string]questionTexts {
	name := "questions." + to.lang + ".yaml"
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil
	}
	var doc struct {
		Translates string                   `yaml:"translates"`
		Questions  map[string]questionTexts `yaml:"questions"`
	}
	src := parseYAML(name, b, to.facts, &doc, c)
	if src == nil {
		return nil
	}
	want := sharedTexts(fsys)
	g := &gaps{file: name, src: src, c: c}
	g.stale(digest(want, ""))
	g.compare(want, map[string]map[string]questionTexts{"questions": doc.Questions})
	g.facts(splitLines(b), to.facts)
	return doc.Questions
}

// sharedTexts returns the texts of questions.yaml with the names of facts in them.
func sharedTexts(fsys fs.FS) map[string]map[string]questionTexts {
	var raw struct {
		Questions map[string]*Question `yaml:"questions"`
	}
	if b, err := fs.ReadFile(fsys, "questions.yaml"); err != nil || yaml.Unmarshal(b, &raw) != nil {
		return nil // reported when the questions were loaded
	}
	texts := map[string]questionTexts{}
	for name, q := range raw.Questions {
		texts[name] = q.texts()
	}
	return map[string]map[string]questionTexts{"questions": texts}
}

// inOrder returns the translated sections in the order of the original, which
// stands in for those that are missing.
func inOrder(original, translated []Section) []Section {
	return each(original, func(s Section) Section {
		if t, ok := sectionOf(translated, s.ID); ok {
			return t
		}
		return s
	})
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func each[T any](list []T, f func(T) T) []T {
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = f(x)
	}
	return out
}

// eachBoth joins a list with its translation entry by entry. With another number of
// entries nothing says which belongs to which, so the original stays as it is.
func eachBoth[T, X any](list []T, translated []X, f func(T, X) T) []T {
	if len(list) != len(translated) {
		return list
	}
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = f(x, translated[i])
	}
	return out
}
