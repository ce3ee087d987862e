package content

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Question is one thing a form or the checker asks. Its name is the name that
// expressions use.
type Question struct {
	Name         string            `yaml:"name"`
	Type         string            `yaml:"type"` // see questionTypes
	Label        string            `yaml:"label"`
	Help         string            `yaml:"help"`
	Why          string            `yaml:"why"` // what the answer is for, as it is published
	Required     bool              `yaml:"required"`
	Unknown      bool              `yaml:"unknown"` // a choice may be answered “不清楚”
	Options      []Option          `yaml:"options"`
	When         Expr              `yaml:"when"` // asked only where true; empty: always
	Derives      map[string]string `yaml:"derives"`
	Autocomplete string            `yaml:"autocomplete"` // HTML autofill token
	Private      bool              `yaml:"private"`      // masked wherever it is shown
	Min          int               `yaml:"min"`          // of a number
	Max          int               `yaml:"max"`          // of a number; 0: no bound
	Reuse        string            `yaml:"reuse"`        // see the reuses; empty: for the same child
	Danger       []string          `yaml:"danger"`       // answers after which telephone numbers come before all else
}

// How far an answer is taken over when a family applies for several things. An
// answer to a question without one of these counts wherever the same child's forms
// ask it.
const (
	ReuseFamily = "family" // the same for all children
	ReuseOften  = "often"  // offered for the other children as well, each may differ
	ReuseNever  = "never"  // belongs to one application
)

// Option is one choice of a choice question.
type Option struct {
	Value string `yaml:"value"`
	Label string `yaml:"label"`
	Help  string `yaml:"help"`
}

// UnknownAnswer is the value of a choice that was answered “不清楚”.
const UnknownAnswer = "unknown"

// questionTypes says of each type whether expressions may use it, and how.
var questionTypes = map[string]exprKind{
	"text": kindNone, "long-text": kindNone, "name": kindNone, "resident-id": kindNone,
	"date": kindNone, "phone": kindNone, "address": kindNone, "bank-account": kindNone,
	"relation": kindText, "choice": kindText, "yesno": kindText,
	"number": kindNumber, "amount": kindNumber,
}

// QuestionTypes lists the types of questions by name.
func QuestionTypes() []string { return slices.Sorted(maps.Keys(questionTypes)) }

// OptionLabel returns the label of the option with this value, or the value.
func (q *Question) OptionLabel(value string) string {
	for _, o := range q.Options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// Accepts reports whether value is one of the question's options; questions
// without options accept anything.
func (q *Question) Accepts(value string) bool {
	for _, o := range q.Options {
		if o.Value == value {
			return true
		}
	}
	return len(q.Options) == 0
}

// Alarms reports whether value says that the child may be in danger.
func (q *Question) Alarms(value string) bool { return slices.Contains(q.Danger, value) }

// Section is one page of the application form.
type FormSection struct {
	Section string      `yaml:"section"`
	Title   string      `yaml:"title"`
	Intro   string      `yaml:"intro"`
	Ask     []*AskEntry `yaml:"ask"`
}

// AskEntry is a question in a form: the name of a shared one, or its own.
type AskEntry struct{ *Question }

// UnmarshalYAML reads either form.
func (a *AskEntry) UnmarshalYAML(n *yaml.Node) error {
	a.Question = &Question{}
	if n.Kind == yaml.ScalarNode {
		a.Name = n.Value
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; !questionKeys[key.Value] {
			return fmt.Errorf("line %d: field %s not found in a question", key.Line, key.Value)
		}
	}
	return n.Decode(a.Question)
}

var questionKeys = map[string]bool{
	"name": true, "type": true, "label": true, "help": true, "why": true, "required": true, "unknown": true,
	"options": true, "when": true, "derives": true, "autocomplete": true, "private": true, "min": true, "max": true, "reuse": true, "danger": true,
}

// shared reports whether the entry only names a shared question.
func (a *AskEntry) shared() bool { return a.Type == "" }

func loadQuestions(fsys fs.FS, facts *Facts, c *collector) map[string]*Question {
	const file = "questions.yaml"
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		c.add(file, 0, "cannot be read: "+err.Error(), "create the file")
		return map[string]*Question{}
	}
	var doc struct {
		Questions map[string]*Question `yaml:"questions"`
	}
	src := parseYAML(file, b, facts, &doc, c)
	if src == nil {
		return map[string]*Question{}
	}
	for _, name := range sortedKeys(doc.Questions) {
		q := doc.Questions[name]
		q.Name = name
		q.check(file, func() int { return src.line("questions", name) }, c)
	}
	for _, name := range sortedKeys(doc.Questions) {
		if err := doc.Questions[name].When.compile(doc.Questions); err != nil {
			c.add(file, src.line("questions", name, "when"), fmt.Sprintf("question %q is asked when: %v", name, err), "use names and values of questions of this file")
		}
	}
	return doc.Questions
}

// check finds what is wrong with one question by itself, and completes it.
func (q *Question) check(file string, line func() int, c *collector) {
	bad := func(what, fix string) { c.add(file, line(), fmt.Sprintf("question %q %s", q.Name, what), fix) }
	if _, ok := questionTypes[q.Type]; !ok {
		bad(fmt.Sprintf("has the unknown type %q", q.Type), "use one of "+strings.Join(QuestionTypes(), ", "))
	}
	if q.Label == "" {
		bad("has no label", "say what is asked")
	}
	if q.Type == "yesno" && len(q.Options) == 0 {
		q.Options = []Option{{Value: "yes", Label: "是"}, {Value: "no", Label: "否"}}
	}
	if (q.Type == "choice" || q.Type == "relation") && len(q.Options) < 2 {
		bad("offers no choice", "give at least two options")
	}
	seen := map[string]bool{UnknownAnswer: true}
	for _, o := range q.Options {
		if o.Value == "" || o.Label == "" || seen[o.Value] {
			bad(fmt.Sprintf("has an empty, reserved or repeated option %q", o.Value), "give each option its own value and a label")
		}
		seen[o.Value] = true
	}
	if q.Unknown && len(q.Options) > 0 {
		q.Options = append(q.Options, Option{Value: UnknownAnswer, Label: "不清楚"})
	}
	if !slices.Contains([]string{"", ReuseFamily, ReuseOften, ReuseNever}, q.Reuse) {
		bad(fmt.Sprintf("is reused in the unknown way %q", q.Reuse), "family, often or never; leave it out for the same child")
	}
	for _, value := range q.Danger {
		if len(q.Options) == 0 || !q.Accepts(value) {
			bad(fmt.Sprintf("has no option %q that could tell of danger", value), "name a value of its options")
		}
	}
	for name, kind := range q.Derives {
		if kind != "age" || q.Type != "resident-id" && q.Type != "date" {
			bad(fmt.Sprintf("cannot derive %q as %q", name, kind), "only an age from a resident-id or date")
		}
	}
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
