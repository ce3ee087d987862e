package content

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/expr-lang/expr"
)

// Condition is one thing that must hold, with the words for each outcome.
type Condition struct {
	Name    string   `yaml:"name"`
	Title   string   `yaml:"title"`   // what it is about, in a few words: for the desk and for who is refused
	Section string   `yaml:"section"` // ID of the section that says it
	Expr    Expr     `yaml:"expr"`
	Yes     string   `yaml:"yes"`
	No      string   `yaml:"no"`
	Unknown string   `yaml:"unknown"`
	Instead []string `yaml:"instead"` // policies to look at where it does not hold
}

// Remark is a text that is shown where its expression is true.
type Remark struct {
	Expr Expr   `yaml:"expr"`
	Text string `yaml:"text"`
}

// Answers are what was answered, by question name; values as in the form. A
// missing, empty or "unknown" answer means that it is not known.
type Answers map[string]string

// Truth is the value of an expression where some answers may be unknown.
type Truth int

// The zero Truth is Unknown, so that nothing is a no by accident.
const (
	Unknown Truth = iota
	False
	True
)

// String returns yes, no or unknown.
func (t Truth) String() string { return [...]string{"unknown", "no", "yes"}[t] }

// Verdict is what a policy says of a set of answers.
type Verdict struct {
	Result     Truth // Unknown: to be confirmed (待核实)
	Conditions []Reason
	Confirm    []string // why a yes still has to be confirmed by the office
	Outcome    string   // what kind of yes
	Instead    []string // slugs to look at after a no
}

// Reason is the outcome of one condition in plain words.
type Reason struct {
	Name   string
	Result Truth
	Text   string
}

// Assess judges answers by the policy's own rules. It never turns missing
// knowledge into a no: a condition is False only if it is false whatever the
// unknown answers may turn out to be.
func (p *Policy) Assess(a Answers) Verdict {
	v := Verdict{Result: True}
	for _, c := range p.Eligibility {
		t := p.Eval(c.Expr, a)
		v.Conditions = append(v.Conditions, Reason{c.Name, t, c.Text(t)})
		switch {
		case t == False:
			v.Result = False
			v.Instead = append(v.Instead, c.Instead...)
		case t == Unknown && v.Result == True:
			v.Result = Unknown
		}
	}
	if v.Result == False {
		return v
	}
	for _, r := range p.Confirm {
		if p.Eval(r.Expr, a) == True {
			v.Confirm = append(v.Confirm, r.Text)
			v.Result = Unknown
		}
	}
	for _, r := range p.Outcomes {
		if p.Eval(r.Expr, a) == True {
			v.Outcome = r.Text
			break
		}
	}
	return v
}

// Condition returns the condition with the given name.
func (p *Policy) Condition(name string) (Condition, bool) {
	i := slices.IndexFunc(p.Eligibility, func(c Condition) bool { return c.Name == name })
	if i < 0 {
		return Condition{}, false
	}
	return p.Eligibility[i], true
}

// Text returns the words for an outcome of the condition.
func (c Condition) Text(t Truth) string {
	switch t {
	case True:
		return c.Yes
	case False:
		return c.No
	}
	return c.Unknown
}

// Asked reports whether the form asks q after these answers: Unknown while the
// answers it depends on are missing.
func (p *Policy) Asked(q *Question, a Answers) Truth {
	if q.When.Empty() {
		return True
	}
	return p.Eval(q.When, a)
}

// DocumentsFor returns the documents that these answers call for; one that may
// or may not be needed is included.
func (p *Policy) DocumentsFor(a Answers) []Document {
	var out []Document
	for _, d := range p.Documents {
		if d.When.Empty() || p.Eval(d.When, a) != False {
			out = append(out, d)
		}
	}
	return out
}

// Screen returns the questions that the eligibility rules mention, in form order:
// those a checker asks.
func (p *Policy) Screen() []*Question { return p.screen }

// Open returns the checker's questions that still matter: asked after these
// answers, not yet answered, and able to change the verdict.
func (p *Policy) Open(a Answers) []*Question {
	if v := p.Assess(a); v.Result == False {
		return nil
	}
	var out []*Question
	for _, q := range p.screen {
		if a[q.Name] == "" && p.Asked(q, a) != False && p.matters(q, a) {
			out = append(out, q)
		}
	}
	return out
}

// matters reports whether an undecided rule mentions q, directly or through a
// question that is asked depending on q.
func (p *Policy) matters(q *Question, a Answers) bool {
	for _, e := range p.ruleExprs() {
		if p.Eval(*e, a) == Unknown && p.mentions(e.names, q.Name, a) {
			return true
		}
	}
	return false
}

func (p *Policy) mentions(names []string, name string, a Answers) bool {
	for _, n := range names {
		if n == name {
			return true
		}
		dep := p.questions[n]
		if a[n] == "" && !dep.When.Empty() && p.mentions(dep.When.names, name, a) {
			return true
		}
	}
	return false
}

// maxCases bounds the enumeration of unknown answers in Eval. Beyond it the
// result is Unknown, which is always safe.
const maxCases = 20000

// Eval evaluates e with three values. Every unknown answer is tried with every
// value it could have (numbers: around each number the expression compares
// with); if all cases agree the result is certain.
func (p *Policy) Eval(e Expr, a Answers) Truth {
	if e.program == nil {
		return True
	}
	env := make(map[string]any, len(e.names))
	var open []string
	cases := 1
	for _, name := range e.names {
		q := p.questions[name]
		value, known := typed(q, a[name])
		if !known && !q.When.Empty() && p.Eval(q.When, a) == False {
			known = true // never asked: it has the zero value
		}
		env[name] = value
		if !known {
			open = append(open, name)
			cases *= len(p.values(q, e))
		}
	}
	if cases > maxCases {
		return Unknown
	}
	return p.evalCases(e, env, open)
}

func (p *Policy) evalCases(e Expr, env map[string]any, open []string) Truth {
	if len(open) == 0 {
		out, err := expr.Run(e.program, env)
		if yes, ok := out.(bool); err == nil && ok {
			if yes {
				return True
			}
			return False
		}
		return Unknown
	}
	result := Unknown
	for i, v := range p.values(p.questions[open[0]], e) {
		env[open[0]] = v
		t := p.evalCases(e, env, open[1:])
		if t == Unknown || i > 0 && t != result {
			return Unknown
		}
		result = t
	}
	return result
}

// values lists what an unknown answer could be.
func (p *Policy) values(q *Question, e Expr) []any {
	if questionTypes[q.Type] == kindNumber {
		out := []any{0.0}
		for _, n := range e.points {
			out = append(out, n-1, n, n+1)
		}
		return out
	}
	var out []any
	for _, o := range q.Options {
		if o.Value != UnknownAnswer {
			out = append(out, o.Value)
		}
	}
	return out
}

// typed returns the answer as expressions see it, and whether it is known.
func typed(q *Question, s string) (any, bool) {
	if questionTypes[q.Type] == kindNumber {
		n, err := strconv.ParseFloat(s, 64)
		return n, err == nil
	}
	if s == UnknownAnswer || s == "" || !q.Accepts(s) {
		return "", false
	}
	return s, true
}

// ruleExprs lists the expressions that the verdict depends on.
func (p *Policy) ruleExprs() []*Expr {
	var out []*Expr
	for i := range p.Eligibility {
		out = append(out, &p.Eligibility[i].Expr)
	}
	for i := range p.Confirm {
		out = append(out, &p.Confirm[i].Expr)
	}
	for i := range p.Outcomes {
		out = append(out, &p.Outcomes[i].Expr)
	}
	return out
}

// checkRules compiles every expression and settles what the checker asks.
func (p *Policy) checkRules(c *collector) {
	compile := func(e *Expr, path ...any) {
		if err := e.compile(p.questions); err != nil {
			c.add(p.file, p.src.line(path...), fmt.Sprintf("expression %q: %v", e.Text, err), "use names and values of this policy's questions")
		}
	}
	for i := range p.Eligibility {
		cond := &p.Eligibility[i]
		compile(&cond.Expr, "eligibility", i, "expr")
		if cond.Title == "" || cond.Expr.Empty() || cond.Yes == "" || cond.No == "" || cond.Unknown == "" {
			c.add(p.file, p.src.line("eligibility", i), fmt.Sprintf("condition %q is not complete", cond.Name), "give title, section, expr, yes, no and unknown")
		}
		if _, ok := p.Section(cond.Section); !ok {
			c.add(p.file, p.src.line("eligibility", i), fmt.Sprintf("condition %q names no section: %q", cond.Name, cond.Section), "use the id of the heading under which it stands")
		}
		if twice := slices.ContainsFunc(p.Eligibility[:i], func(o Condition) bool { return o.Name == cond.Name }); twice || !slugForm.MatchString(cond.Name) {
			c.add(p.file, p.src.line("eligibility", i), fmt.Sprintf("condition %q is not a word or stands twice", cond.Name), "give it a name of lower-case letters")
		}
	}
	for i := range p.Confirm {
		compile(&p.Confirm[i].Expr, "confirm", i, "expr")
	}
	for i := range p.Outcomes {
		compile(&p.Outcomes[i].Expr, "outcomes", i, "expr")
	}
	for i := range p.Documents {
		compile(&p.Documents[i].When, "documents", i, "when")
	}
	for _, q := range p.own {
		compile(&q.When, "questions")
	}
	p.screen = p.screenQuestions()
}

// screenQuestions orders the questions that rules mention as the form does, then
// those the form does not ask (it derives them) by name, in front.
func (p *Policy) screenQuestions() []*Question {
	need := map[string]bool{}
	var mark func(names []string)
	mark = func(names []string) {
		for _, n := range names {
			if !need[n] {
				need[n] = true
				mark(p.questions[n].When.names)
			}
		}
	}
	for _, e := range p.ruleExprs() {
		mark(e.names)
	}
	var form, rest []*Question
	for _, s := range p.Questions {
		for _, a := range s.Ask {
			if need[a.Name] {
				form = append(form, a.Question)
				delete(need, a.Name)
			}
		}
	}
	for _, name := range sortedKeys(need) {
		rest = append(rest, p.questions[name])
	}
	return append(rest, form...)
}
