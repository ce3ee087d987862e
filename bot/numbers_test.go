package bot

import (
	"strings"
	"testing"
)

// TestWhose asks whose each number of the facts is that a section tells: what the facts say
// of it is said first, and the section is quoted.
func TestWhose(t *testing.T) {
	b := testBot(t)
	if len(b.numbers) < 5 {
		t.Fatalf("%d numbers are told in sections; want the hotlines", len(b.numbers))
	}
	for _, n := range b.numbers {
		for lang, text := range map[string]string{
			"zh-Hans": n.Value + "是什么电话？", "zh-Hant": "呢個號碼" + n.Value + "係邊個嘅", "en": "What is " + n.Value + "?",
		} {
			r, err := b.Ask(t.Context(), Question{Text: text, Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			what := n.What
			if lang == "en" {
				what = n.WhatEN
			}
			if r.Outcome != Answer || len(r.Notes) == 0 || !strings.Contains(r.Notes[0], what) || !strings.Contains(r.Notes[0], n.Value) {
				t.Errorf("%q: %s %q with the notes %q; want an answer after %q", text, r.Outcome, r.Answer, r.Notes, what)
			}
		}
	}
	for _, text := range []string{"88201125是什么电话", "1124是什么电话", "88201124打不通怎么办"} {
		if r, ok := b.whose(turn{Question: Question{Text: text}, utterance: b.hear(text)}); ok {
			t.Errorf("%q is taken as a question whose number it is: %q", text, r.Answer)
		}
	}
}
