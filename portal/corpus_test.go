package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestNormalizerTakenOver saves files one after the other: only synonyms that changed
// may cost a new normalizer, and then search has to know them.
func TestNormalizerTakenOver(t *testing.T) {
	dir := lean(t)
	first, err := loadCorpus(t.Context(), dir, wiring{})
	if err != nil {
		t.Fatal(err)
	}
	first.bot.GiveUp()
	for _, c := range []struct {
		file, text string
		same       bool
	}{
		{"help/application-help.md", "\n家长也可以打电话问。\n", true},
		{"synonyms.txt", "\n丙丁戊钱 = 甲乙丙款\n", false},
	} {
		t.Run(c.file, func(t *testing.T) {
			appendTo(t, filepath.Join(dir, c.file), c.text)
			lib, err := first.published.Reload(contentFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			next, err := buildCorpus(t.Context(), lib, first, wiring{})
			if err != nil {
				t.Fatal(err)
			}
			next.bot.GiveUp()
			if lib.Version == first.published.Version {
				t.Fatal("the save changed nothing")
			}
			if got := next.normalizer == first.normalizer; got != c.same {
				t.Errorf("normalizer taken over: %v; want %v", got, c.same)
			}
			known := next.normalizer.Normalize("甲乙丙款") == next.normalizer.Normalize("丙丁戊钱")
			if known == c.same {
				t.Errorf("the new synonym is known: %v; want %v", known, !c.same)
			}
		})
	}
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
