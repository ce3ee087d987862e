package bot

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func isEnglish(s string) bool {
	han, letters := 0, 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters > 4*han // a name in brackets may be Chinese
}

// TestEnglishVisitor asks as a visitor of the English pages: the answer is that of
// the translation, and so are its title and what to ask next.
func TestEnglishVisitor(t *testing.T) {
	b := testBot(t)
	tests := []struct{ question, policy, section string }{
		{"How much is the orphan allowance each month?", "basic-living-allowance", "amount"},
		{"What papers do I need for the orphan allowance?", "basic-living-allowance", "documents"},
		{"孤儿补贴一个月多少钱", "basic-living-allowance", "amount"},
		{"Who can get the Dream Scholarship?", "dream-scholarship", ""},
		{"I work away from home. Can I leave my child with grandma?", "guardianship-education", ""},
		{"I forgot my access code", "application-help", "number"},
	}
	for _, tt := range tests {
		r := ask(t, b, Question{Text: tt.question, Lang: "en"})
		if r.Outcome != Answer || r.Citations[0].Policy != tt.policy || tt.section != "" && r.Citations[0].Section != tt.section {
			t.Errorf("%s: %s of %v; want an answer of %s#%s", tt.question, r.Outcome, r.Citations, tt.policy, tt.section)
			continue
		}
		for _, s := range append([]string{r.Answer, r.Citations[0].Title}, r.Suggestions...) {
			if !isEnglish(s) {
				t.Errorf("%s: %q is not English", tt.question, s)
			}
		}
		for _, s := range r.Suggestions {
			leadsTo(t, b, tt.question, r.Conversation, s)
		}
		if r = ask(t, b, Question{Text: tt.question, Lang: "zh-Hant"}); isEnglish(r.Answer) {
			t.Errorf("%s: %q to a visitor of the Chinese pages", tt.question, r.Answer)
		}
	}
}

// TestEnglishClarifies asks back in English, with questions that are answered in
// English.
func TestEnglishClarifies(t *testing.T) {
	b := testBot(t)
	for _, text := range []string{"how much money", "how do i apply", "what documents do i need", "how long does it take"} {
		r := ask(t, b, Question{Text: text, Lang: "en"})
		if r.Outcome != Clarify || len(r.Suggestions) < 3 {
			t.Errorf("%s: %s with %q; want clarify with 3 or 4", text, r.Outcome, r.Suggestions)
		}
		for _, s := range r.Suggestions {
			if !isEnglish(s) || strings.Contains(b.norm.Normalize(s), b.norm.Normalize(text)) {
				t.Errorf("%s: suggestion %q", text, s)
			}
			leadsTo(t, b, text, r.Conversation, s)
			if next := ask(t, b, Question{Text: s, Lang: "en", Conversation: r.Conversation}); !isEnglish(next.Answer) {
				t.Errorf("%s: %q answers %q", text, s, next.Answer)
			}
		}
	}
}

// TestEnglishFAQ asks every question of the translations: nearly all are answered
// from the policy that publishes them, in words that it publishes. Those of children
// in danger are urgent, as they have to be.
func TestEnglishFAQ(t *testing.T) {
	b := testBot(t)
	right, all := 0, 0
	texts := map[string]string{}
	for _, e := range b.entries {
		texts[e.Policy] += e.Text + "\n"
	}
	for _, e := range b.entries {
		if e.Lang != "en" || e.Question == "" {
			continue
		}
		all++
		r := ask(t, b, Question{Text: e.Question, Lang: "en"})
		if r.Outcome != Answer {
			t.Logf("%s: %s", e.Question, r.Outcome)
			continue
		}
		if !strings.Contains(texts[r.Citations[0].Policy], strings.TrimSuffix(r.Answer, "……")) {
			t.Errorf("%s: answer is not in %s: %s", e.Question, r.Citations[0].Policy, r.Answer)
		}
		if slices.Contains(policiesOf(b, e.Question), r.Citations[0].Policy) {
			right++
		}
	}
	atLeast(t, "answered by their policy", ratio(right, all), 0.92)
}

// TestAgeAloneInEnglish wants what was meant to be asked again where only an age is said,
// and an alarm all the same where more is.
func TestAgeAloneInEnglish(t *testing.T) {
	b := learnedBot(t)
	for text, want := range map[string]Outcome{
		"she is seven": Clarify, "My son is ten": Clarify, "she is twelve years old": Clarify,
		"he is 7 and alone": Urgent,
	} {
		if got := ask(t, b, Question{Text: text, Lang: "en"}); got.Outcome != want || got.Danger {
			t.Errorf("%q is %s, danger %v; want %s", text, got.Outcome, got.Danger, want)
		}
	}
}

// TestFamilyInEnglish wants no alarm where only a relative's age, or a death in the past, is told.
func TestFamilyInEnglish(t *testing.T) {
	b := learnedBot(t)
	for text, alarm := range map[string]bool{
		"and my sister, 16?": false, "My niece is 12, her father died. Can she get help?": false,
		"my nephew is 9 and his mother died, is there any help": false,
		"my sister, 16, is missing":                             true, "what about my sister, she is hurt": true,
		"her mother died and her uncle hits her, she is 12, can she get help": true,
	} {
		if got := ask(t, b, Question{Text: text, Lang: "en"}); (got.Outcome == Urgent) != alarm {
			t.Errorf("%q is %s; want an alarm: %v", text, got.Outcome, alarm)
		}
	}
}

// TestHowMuchInEnglish wants the amount, not the case that has the same words.
func TestHowMuchInEnglish(t *testing.T) {
	b := testBot(t)
	told := ask(t, b, Question{Text: "what is an orphan allowance", Lang: "en"})
	if got := ask(t, b, Question{Text: "How much?", Lang: "en", Conversation: told.Conversation}); !strings.Contains(got.Answer, "1,578 yuan") {
		t.Errorf("how much: %q; want the amount", got.Answer)
	}
}
