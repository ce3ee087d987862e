package bot

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
)

// lines returns the lines of a file of testdata, without comments.
func lines(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), func(line string) bool {
		return line == "" || strings.HasPrefix(line, "#")
	})
}

func ask(t testing.TB, b *Bot, q Question) Reply {
	t.Helper()
	r, err := b.Ask(context.Background(), q)
	if err != nil {
		t.Fatalf("%s: %v", q.Text, err)
	}
	return r
}

// policiesOf returns the policies that publish the question.
func policiesOf(b *Bot, question string) []string {
	var out []string
	for _, e := range b.entries {
		if e.Question == question {
			out = append(out, e.Policy)
		}
	}
	return out
}

// TestClarifyLeadsOn asks what names no policy and then each of the questions that
// the bot offers to choose from.
func TestClarifyLeadsOn(t *testing.T) {
	b := testBot(t)
	vague := lines(t, "vague.txt")
	for _, c := range labelled(t, "questions.txt") {
		if c[0] == "clarify" {
			vague = append(vague, c[2])
		}
	}
	for _, text := range vague {
		r := ask(t, b, Question{Text: text})
		if r.Outcome != Clarify || len(r.Suggestions) < 3 {
			t.Errorf("%s: %s with %d suggestions; want clarify with 3 or 4", text, r.Outcome, len(r.Suggestions))
			continue
		}
		var chosen []string
		for _, s := range r.Suggestions {
			if strings.Contains(b.norm.Normalize(s), b.norm.Normalize(text)) {
				t.Errorf("%s: suggestion %q repeats the question", text, s)
			}
			chosen = append(chosen, leadsTo(t, b, text, r.Conversation, s))
		}
		if slices.Sort(chosen); len(slices.Compact(chosen)) != len(r.Suggestions) {
			t.Errorf("%s: two suggestions of one policy: %q", text, r.Suggestions)
		}
	}
}

// leadsTo asks a suggestion and returns the policy that answers, which must be one
// that publishes the question.
func leadsTo(t testing.TB, b *Bot, text, conversation, suggestion string) string {
	t.Helper()
	r := ask(t, b, Question{Text: suggestion, Conversation: conversation})
	if r.Outcome != Answer || !slices.Contains(policiesOf(b, suggestion), r.Citations[0].Policy) {
		t.Errorf("%s: suggestion %q: %s of %v; want an answer of %q", text, suggestion, r.Outcome, r.Citations, policiesOf(b, suggestion))
		return ""
	}
	return r.Citations[0].Policy
}

// TestAnswerLeadsOn looks at what is offered under an answer: of the same policy, or
// of one that the answer's section links to; not what was just asked.
func TestAnswerLeadsOn(t *testing.T) {
	b := testBot(t)
	few := 0
	for _, c := range labelled(t, "questions.txt") {
		r := ask(t, b, Question{Text: c[2]})
		if r.Outcome != Answer {
			continue
		}
		if len(r.Suggestions) < 2 {
			few++
		}
		cited := r.Citations[0]
		for _, s := range r.Suggestions {
			policy := leadsTo(t, b, c[2], r.Conversation, s)
			if policy != cited.Policy && !slices.Contains(b.links[cited.Policy+"#"+cited.Section], policy) {
				t.Errorf("%s: suggestion %q is of %s, which %s does not link to", c[2], s, policy, cited.URL)
			}
			if b.norm.Normalize(s) == b.norm.Normalize(c[2]) {
				t.Errorf("%s: suggested again", c[2])
			}
		}
	}
	if few > 5 {
		t.Errorf("%d answers have fewer than 2 suggestions; want at most 5", few)
	}
}

// TestSuggestionsDoNotRepeat follows the suggestions for as long as there are any:
// no question comes twice.
func TestSuggestionsDoNotRepeat(t *testing.T) {
	b := testBot(t)
	for _, p := range []string{"孤儿补贴一个月多少钱？", "明天计划是什么", "孩子没人带可以找谁"} {
		asked, q := []string{}, Question{Text: p}
		for range 12 {
			asked = append(asked, q.Text)
			r := ask(t, b, q)
			if r.Outcome != Answer {
				t.Fatalf("%q: outcome %s; want an answer", asked, r.Outcome)
			}
			for _, s := range r.Suggestions {
				if slices.Contains(asked, s) {
					t.Errorf("%q is suggested after %q", s, asked)
				}
			}
			if len(r.Suggestions) == 0 {
				break
			}
			q = Question{Text: r.Suggestions[0], Conversation: r.Conversation}
		}
		if len(asked) < 4 {
			t.Errorf("the suggestions end after %q", asked)
		}
	}
}

// TestPopularQuestions asks what the bot offers when it has no answer.
func TestPopularQuestions(t *testing.T) {
	b := testBot(t)
	for _, s := range b.words.Popular {
		if r := ask(t, b, Question{Text: s}); r.Outcome != Answer {
			t.Errorf("%s: %s; want an answer", s, r.Outcome)
		}
	}
}

// TestMemory reads back what a conversation was, and nothing that the content does
// not know.
func TestMemory(t *testing.T) {
	b := testBot(t)
	m := memory{Policy: "tomorrow-plan", Section: "how", Offer: "tomorrow-plan", Choices: []string{"tomorrow-plan.faq.0", checkPrefix + "tomorrow-plan"}}
	for i := range maxAsked + 3 {
		m.Asked = m.Asked.with(string(rune('a' + i)))
	}
	m.Check = &checking{Policy: "basic-living-allowance", Given: []given{{"child_age", "8"}, {"father", "dead"}}, Asks: "mother", Narrow: []string{"lost", "other"}}
	back := b.remember(m.String())
	if back.String() != m.String() {
		t.Errorf("remember(%s) = %s", m, back)
	}
	if len(back.Asked) != maxAsked || back.Asked.has("a") || !back.Asked.has(string(rune('a'+maxAsked))) {
		t.Errorf("asked = %v; want the last %d", back.Asked, maxAsked)
	}
	for _, bad := range []string{
		"", "about:tomorrow-plan", "{", `{"p":"../etc"}`, `{"a":["zzzzzz","12"]}`, `{"c":["x"]}`, `{"o":"x"}`,
		`{"k":{"p":"x","q":"mother"}}`, `{"k":{"p":"basic-living-allowance","g":[["father","张三"],["child_name","dead"]],"q":"child_id"}}`,
		`{"p":"` + strings.Repeat("a", maxMemory) + `"}`,
	} {
		if got := b.remember(bad).String(); got != (memory{}).String() {
			t.Errorf("remember(%.60s) = %s; want nothing", bad, got)
		}
	}
}

// TestNoGroundsNext wants no question about documents or figures among what is offered next,
// unless that is what was asked.
func TestNoGroundsNext(t *testing.T) {
	b := learnedBot(t)
	for _, line := range labelled(t, "questions.txt") {
		r := ask(t, b, Question{Text: line[2]})
		if r.Outcome != Answer || r.Citations[0].Section == groundsSection {
			continue
		}
		for _, q := range r.Suggestions {
			if e := b.entry(b.published[b.norm.Normalize(q)] + ".zh-Hans"); e.Section == groundsSection {
				t.Errorf("%s: offers %s", line[2], q)
			}
		}
	}
}
