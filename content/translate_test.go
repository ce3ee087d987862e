package content

import (
	"strings"
	"testing"
	"time"
)

const sampleTranslation = `---
translates: DIGEST
title: Sample in English
summary: Each month ${rate}
eligibility:
  age: {yes: Young enough, no: Too old, unknown: "Age?"}
  father: {yes: Counts, no: Does not count, unknown: Find out}
confirm: [Please check]
outcomes: [Orphan]
faq:
  - {q: How much, a: "${rate}"}
---

## How much {#amount}

Each month ${rate}, call ${phone-12345}.
`

const sampleQuestionsEN = `questions:
  child_id: {label: ID number}
  child_age: {label: Age}
  father: {label: Father, options: {dead: died, prison: in prison, other: other}}
  school: {label: At school}
`

// translated returns the sample with its English translation, changed by the pairs
// of old and new text.
func translatedTree(t *testing.T, pairs ...string) map[string]string {
	t.Helper()
	text := strings.Replace(sampleTranslation, "DIGEST", digest([]byte(samplePolicy)), 1)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("translation has no %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return map[string]string{"policies/sample.en.md": text, "questions.en.yaml": sampleQuestionsEN}
}

func TestTranslation(t *testing.T) {
	lib, err := Load(tree(translatedTree(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Policies) != 1 {
		t.Fatalf("%d policies; a translation is none of its own", len(lib.Policies))
	}
	original := lib.Policies[0]
	p, ok := original.In("en")
	if !ok {
		t.Fatal("no English")
	}
	if want := "Each month 100元/人/月 (2021 rate)"; p.Summary != want {
		t.Errorf("summary = %q; want %q", p.Summary, want)
	}
	if q, _ := p.Question("father"); q.OptionLabel("prison") != "in prison" || q.OptionLabel(UnknownAnswer) != "Not sure" {
		t.Errorf("options = %v", q.Options)
	}
	answers := Answers{"child_age": "10", "father": "prison"}
	want, got := original.Assess(answers), p.Assess(answers)
	if got.Result != want.Result || got.Conditions[1].Text != "Counts" || got.Confirm[0] != "Please check" {
		t.Errorf("verdict = %+v; want that of the original in English", got)
	}
	if q, _ := original.Question("father"); q.Label != "爸爸" {
		t.Errorf("the original is changed: %q", q.Label)
	}
	if _, ok := original.In("fr"); ok {
		t.Error("there is French")
	}
	if problems := lib.Check(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); len(problems) > 0 {
		t.Errorf("Check = %v", problems)
	}
}

func TestTranslationProblems(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"section missing", "{#amount}", "{#other}", `section "amount" is missing`},
		{"fewer FAQs", "  - {q: How much, a: \"${rate}\"}\n", "", "faq has 0 entries, the original 1"},
		{"condition missing", "  age: {", "  agee: {", `condition "age" is not translated`},
		{"no summary", "summary: Each month ${rate}", "summary: ''", "title or summary is missing"},
		{"unknown question", "faq:", "questions: {nobody: {label: x}}\nfaq:", `no question "nobody" in the original`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(tree(translatedTree(t, c.old, c.new)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v; want %q in it", err, c.want)
			}
		})
	}
	lib, err := Load(tree(translatedTree(t, digest([]byte(samplePolicy)), "000000000000")))
	if err != nil {
		t.Fatal(err)
	}
	problems := lib.Check(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	if len(problems) != 1 || problems[0].Line != 2 || !strings.Contains(problems[0].What, "the original has changed since") {
		t.Errorf("Check = %v; want the stale translation at line 2", problems)
	}
}
