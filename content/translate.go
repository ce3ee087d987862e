package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// translation is what a file <slug>.en.md beside a policy holds: the policy's
// texts in another language, under the same names. Rules are never repeated.
type translation struct {
	Translates  string                    `yaml:"translates"` // Digest of the original that was translated
	Title       string                    `yaml:"title"`
	Short       string                    `yaml:"short"`
	Summary     string                    `yaml:"summary"`
	Audience    []string                  `yaml:"audience"`
	Gives       []titled                  `yaml:"gives"`
	Eligibility map[string]conditionTexts `yaml:"eligibility"` // by the condition's name
	Confirm     []string                  `yaml:"confirm"`
	Outcomes    []string                  `yaml:"outcomes"`
	Documents   map[string]titled         `yaml:"documents"` // by the document's name
	Sections    map[string]titled         `yaml:"sections"`  // of the form, by name; text is the intro
	Questions   map[string]questionTexts  `yaml:"questions"` // the policy's own, by name
	Steps       []string                  `yaml:"steps"`     // what each step of the decision does
	Office      string                    `yaml:"office"`
	Decision    string                    `yaml:"decision"`
	FAQ         []answered                `yaml:"faq"`
}

type titled struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
}

type conditionTexts struct {
	Yes     string `yaml:"yes"`
	No      string `yaml:"no"`
	Unknown string `yaml:"unknown"`
}

type questionTexts struct {
	Label      string            `yaml:"label"`
	Help       string            `yaml:"help"`
	Options    map[string]string `yaml:"options"`    // labels by value
	OptionHelp map[string]string `yaml:"optionHelp"` // by value
}

type answered struct {
	Q   string   `yaml:"q"`
	Alt []string `yaml:"alt"`
	A   string   `yaml:"a"`
}

// In returns the policy with its texts in lang, and whether there is such a
// translation; otherwise the policy itself.
func (p *Policy) In(lang string) (*Policy, bool) {
	if t, ok := p.translations[lang]; ok {
		return t, true
	}
	return p, lang == p.Lang
}

// digest names one version of a file.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])[:12]
}

// loadTranslation reads policies/<slug>.<lang>.md for p.
func loadTranslation(fsys fs.FS, p *Policy, lang string, facts *Facts, shared map[string]questionTexts, c *collector) {
	name := strings.TrimSuffix(p.file, ".md") + "." + lang + ".md"
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return // a missing translation is for Check to report
	}
	front, body, bodyLine, ok := splitFront(name, b, c)
	if !ok {
		return
	}
	var t translation
	src := parseYAML(name, front, facts.in(lang), &t, c)
	if src == nil {
		return
	}
	sections := parseBody(name, bodyLine, body, facts.in(lang), c)
	out := p.translated(lang, t, sections, shared)
	out.file, out.src, out.translates = name, src, t.Translates
	out.checkTranslation(p, t, c)
	p.translations[lang] = out
}

// translated copies p with the texts of t where there are any.
func (p *Policy) translated(lang string, t translation, sections []Section, shared map[string]questionTexts) *Policy {
	q := *p
	q.Lang = lang
	q.Titles.ZH, q.Titles.Short, q.Titles.EN = t.Title, t.Short, t.Title
	q.Summary, q.Audience, q.Sections = t.Summary, t.Audience, sections
	q.Decides.Office, q.Decides.Text = or(t.Office, p.Decides.Office), or(t.Decision, p.Decides.Text)
	q.Gives = each(p.Gives, func(i int, g Give) Give {
		x := at(t.Gives, i)
		return Give{or(x.Title, g.Title), or(x.Text, g.Text), g.Section}
	})
	q.Eligibility = each(p.Eligibility, func(_ int, c Condition) Condition {
		x := t.Eligibility[c.Name]
		c.Yes, c.No, c.Unknown = or(x.Yes, c.Yes), or(x.No, c.No), or(x.Unknown, c.Unknown)
		return c
	})
	remark := func(texts []string) func(int, Remark) Remark {
		return func(i int, r Remark) Remark { return Remark{r.Expr, or(at(texts, i), r.Text)} }
	}
	q.Confirm, q.Outcomes = each(p.Confirm, remark(t.Confirm)), each(p.Outcomes, remark(t.Outcomes))
	q.Documents = each(p.Documents, func(_ int, d Document) Document {
		x := t.Documents[d.Name]
		d.Title, d.Text = or(x.Title, d.Title), or(x.Text, d.Text)
		return d
	})
	q.Decides.Steps = each(p.Decides.Steps, func(i int, s Step) Step {
		s.Does = or(at(t.Steps, i), s.Does)
		return s
	})
	q.FAQ = each(p.FAQ, func(i int, f FAQ) FAQ {
		x := at(t.FAQ, i)
		return FAQ{or(x.Q, f.Q), x.Alt, or(x.A, f.A), f.Section}
	})
	q.translateQuestions(p, t, shared)
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
	p.screen = each(original.screen, func(_ int, q *Question) *Question { return p.questions[q.Name] })
	p.Questions = each(original.Questions, func(_ int, s FormSection) FormSection {
		x := t.Sections[s.Section]
		s.Title, s.Intro = or(x.Title, s.Title), or(x.Text, s.Intro)
		s.Ask = each(s.Ask, func(_ int, a *AskEntry) *AskEntry { return &AskEntry{p.questions[a.Name]} })
		return s
	})
}

// standardOptions are the options that questions have without writing them down.
var standardOptions = map[string]string{"yes": "Yes", "no": "No", UnknownAnswer: "Not sure"}

func (q *Question) in(lang string, t questionTexts) *Question {
	out := *q
	out.Label, out.Help = or(t.Label, q.Label), t.Help
	if t.Label == "" {
		out.Help = q.Help
	}
	out.Options = each(q.Options, func(_ int, o Option) Option {
		label := t.Options[o.Value]
		if lang == "en" {
			label = or(label, standardOptions[o.Value])
		}
		return Option{Value: o.Value, Label: or(label, o.Label), Help: or(t.OptionHelp[o.Value], o.Help)}
	})
	return &out
}

// checkTranslation finds texts that are missing and names that the original does
// not have.
func (p *Policy) checkTranslation(original *Policy, t translation, c *collector) {
	bad := func(line int, format string, args ...any) {
		c.add(p.file, line, fmt.Sprintf(format, args...), "translate every text of the original under the same name")
	}
	if t.Title == "" || t.Summary == "" {
		bad(1, "title or summary is missing")
	}
	for key, n := range map[string][2]int{
		"audience": {len(t.Audience), len(original.Audience)}, "gives": {len(t.Gives), len(original.Gives)},
		"confirm": {len(t.Confirm), len(original.Confirm)}, "outcomes": {len(t.Outcomes), len(original.Outcomes)},
		"steps": {len(t.Steps), len(original.Decides.Steps)}, "faq": {len(t.FAQ), len(original.FAQ)},
	} {
		if n[0] != n[1] {
			bad(p.src.line(key), "%s has %d entries, the original %d", key, n[0], n[1])
		}
	}
	for _, s := range original.Sections {
		if _, ok := p.Section(s.ID); !ok {
			bad(1, "section %q is missing", s.ID)
		}
	}
	for _, cond := range original.Eligibility {
		if x := t.Eligibility[cond.Name]; x.Yes == "" || x.No == "" || x.Unknown == "" {
			bad(p.src.line("eligibility"), "condition %q is not translated", cond.Name)
		}
	}
	for _, d := range original.Documents {
		if t.Documents[d.Name].Title == "" {
			bad(p.src.line("documents"), "document %q is not translated", d.Name)
		}
	}
	for name := range t.Questions {
		if original.questions[name] == nil {
			bad(p.src.line("questions", name), "no question %q in the original", name)
		}
	}
}

// checkTranslations reports translations that are missing or older than their
// original. Only the six policies that were written first have to be translated.
func (l *Library) checkTranslations(p *Policy, c *lint) {
	t, ok := p.translations["en"]
	if !ok {
		return
	}
	if t.translates != p.digest {
		c.add(t.file, t.src.line("translates"), fmt.Sprintf("the original has changed since: %q is now %q", t.translates, p.digest),
			"translate what changed, then write translates: "+p.digest)
	}
}

// loadQuestionTexts reads questions.<lang>.yaml: the shared questions' texts.
func loadQuestionTexts(fsys fs.FS, lang string, shared map[string]*Question, facts *Facts, c *collector) map[string]questionTexts {
	name := "questions." + lang + ".yaml"
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil
	}
	var doc struct {
		Questions map[string]questionTexts `yaml:"questions"`
	}
	src := parseYAML(name, b, facts.in(lang), &doc, c)
	if src == nil {
		return nil
	}
	for _, q := range sortedKeys(shared) {
		if doc.Questions[q].Label == "" {
			c.add(name, 1, fmt.Sprintf("question %q is not translated", q), "give its label, and options by value")
		}
	}
	for _, q := range sortedKeys(doc.Questions) {
		if shared[q] == nil {
			c.add(name, src.line("questions", q), fmt.Sprintf("no shared question %q", q), "use a name of questions.yaml")
		}
	}
	return doc.Questions
}

// isTranslation reports whether a file of policies/ is a translation of another.
func isTranslation(name string) bool { return path.Ext(strings.TrimSuffix(name, ".md")) != "" }

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func at[T any](list []T, i int) T {
	var zero T
	if i >= len(list) {
		return zero
	}
	return list[i]
}

func each[T any](list []T, f func(int, T) T) []T {
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = f(i, x)
	}
	return out
}
