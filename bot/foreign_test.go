package bot

import (
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

// TestForeignIsSaid wants an English visitor to be told why an answer is in Chinese, and others
// not.
func TestForeignIsSaid(t *testing.T) {
	b := learnedBot(t)
	for _, question := range []string{"Who has to report child abuse by law?", "how much is the orphan allowance"} {
		for _, lang := range []string{"en", "zh-Hans", "zh-Hant"} {
			r, err := b.Ask(t.Context(), Question{Text: question, Lang: lang})
			if err != nil || r.Outcome != Answer {
				t.Fatalf("Ask(%q) = %v, %v; want an answer", question, r.Outcome, err)
			}
			said := slices.Contains(r.Notes, b.words.Say(content.SayForeign, lang))
			if want := lang == "en" && strings.ContainsFunc(r.Answer, isHan); said != want {
				t.Errorf("%q in %s answers %q; says that it is not translated: %v, want %v", question, lang, r.Answer, said, want)
			}
		}
	}
}
