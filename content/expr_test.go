package content

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestAnyAll asks for any or for all members of the household. Who is not known
// never makes a no of what he could still turn, nor holds up what he cannot.
func TestAnyAll(t *testing.T) {
	const (
		anyDead  = `any([father, carer], # == "dead")`
		allDead  = `all([father, carer], # == "dead")`
		allMinor = `all([child_age, sibling_age], # < 18)`
		minorAny = `not any([child_age, sibling_age], # >= 18)`
		student  = `all([school, sibling_school], # == "yes")` // school is asked of adults alone
	)
	cases := []struct {
		name, expr string
		answers    Answers
		want       Truth
	}{
		{"one is enough for any", anyDead, Answers{"father": "dead", "carer": "other"}, True},
		{"one is enough, whoever the other is", anyDead, Answers{"father": "dead"}, True},
		{"one is enough, the other not known", anyDead, Answers{"father": "unknown", "carer": "dead"}, True},
		{"none of them", anyDead, Answers{"father": "other", "carer": "other"}, False},
		{"none so far", anyDead, Answers{"father": "other"}, Unknown},
		{"nothing is known for any", anyDead, nil, Unknown},
		{"all of them", allDead, Answers{"father": "dead", "carer": "dead"}, True},
		{"all so far", allDead, Answers{"father": "dead", "carer": "unknown"}, Unknown},
		{"one spoils all, whoever the other is", allDead, Answers{"carer": "other"}, False},
		{"nothing is known for all", allDead, nil, Unknown},
		{"numbers, all", allMinor, Answers{"child_age": "8", "sibling_age": "17"}, True},
		{"numbers, one is too old", allMinor, Answers{"sibling_age": "18"}, False},
		{"numbers, one is missing", allMinor, Answers{"child_age": "8"}, Unknown},
		{"not any is the same as all not", minorAny, Answers{"child_age": "8"}, Unknown},
		{"not any, one is too old", minorAny, Answers{"child_age": "18"}, False},
		{"who is never asked does not count as yes", student, Answers{"child_age": "8", "sibling_school": "yes"}, False},
		{"who may be asked is not known", student, Answers{"sibling_school": "yes"}, Unknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := anyAllPolicy(t, c.expr)
			if got := p.Eval(p.Eligibility[0].Expr, c.answers); got != c.want {
				t.Errorf("%s after %v is %s; want %s", c.expr, c.answers, got, c.want)
			}
		})
	}
}

// TestAnyAllIsAsked wants the checker to ask for each member while it matters.
func TestAnyAllIsAsked(t *testing.T) {
	p := anyAllPolicy(t, `any([father, carer], # == "dead")`)
	cases := []struct {
		name    string
		answers Answers
		want    string
	}{
		{"nobody yet", nil, "father carer"},
		{"one no leaves the other", Answers{"father": "other"}, "carer"},
		{"one yes settles it", Answers{"father": "dead"}, ""},
	}
	for _, c := range cases {
		var got []string
		for _, q := range p.Open(c.answers) {
			got = append(got, q.Name)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: asks %q; want %q", c.name, g, c.want)
		}
	}
}

// TestAnyAllProblems wants every slip found at the load: later it would be a no to
// everybody.
func TestAnyAllProblems(t *testing.T) {
	cases := []struct{ name, expr, want string }{
		{"no option", `any([father, carer], # in ["dead", "deaf"])`, `question father has no option "deaf"`},
		{"an option of one only", `all([father, carer], {# == "prison"})`, `question carer has no option "prison"`},
		{"the option first", `any([father], "deaf" == #)`, `question father has no option "deaf"`},
		{"nobody", `any([], # == "dead")`, "any needs a list of questions"},
		{"a text among them", `all([father, "dead"], # == "dead")`, "all needs a list of questions"},
		{"no list", `any(father, # == "dead")`, "any needs a list of questions"},
		{"not a question", `any([father, uncle], # == "dead")`, "names no question: uncle"},
		{"a text and a number", `any([father, child_age], # == "dead")`, "any needs questions of one kind"},
		{"one within another", `any([father], any([carer], # == "dead"))`, "any cannot stand within another"},
		{"a count", `count([father, carer], # == "deaf") > 0`, "rules cannot use count"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(anyAllTree(c.expr))
			if err == nil {
				t.Fatalf("%s is loaded; want an error", c.expr)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "policies/sample.md:12") {
				t.Errorf("error = %v; want %q at policies/sample.md:12", err, c.want)
			}
		})
	}
}

// anyAllTree is the sample with one condition in place of its rules.
func anyAllTree(rule string) fstest.MapFS {
	head, rest, _ := strings.Cut(samplePolicy, "eligibility:\n")
	_, rest, _ = strings.Cut(rest, "questions:\n")
	return tree(map[string]string{
		"policies/sample.md": head + "eligibility:\n  - {name: a, title: 甲, section: amount, expr: '" + rule + "', yes: 是, no: 否, unknown: 查}\nquestions:\n" +
			strings.Replace(rest, "school, father]", "school, father, carer, sibling_age, sibling_school]", 1),
		"questions.yaml": sampleQuestions + `  carer: {type: choice, label: 谁照顾, unknown: true, options: [{value: dead, label: 去世}, {value: other, label: 其他}]}
  sibling_age: {type: number, label: 弟妹几岁}
  sibling_school: {type: yesno, label: 弟妹在读}
`,
	})
}

func anyAllPolicy(t *testing.T, rule string) *Policy {
	t.Helper()
	lib, err := Load(anyAllTree(rule))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lib.Policy("sample")
	return p
}
