package bot

import (
	"slices"
	"testing"
)

// TestPhraseIndex wants every phrase where it stands, at the very end of the text too.
func TestPhraseIndex(t *testing.T) {
	var x phraseIndex
	for group, phrase := range []string{"甲", "甲乙", "甲乙丙", "甲丁", "乙", "丙 id"} {
		x.add(tokens(phrase), group)
	}
	x.settle()
	for text, want := range map[string][]found{
		"":      nil,
		"戊":     nil,
		"甲":     {{0, 0, 1}},
		"甲乙":    {{0, 0, 1}, {1, 0, 2}, {4, 1, 1}},
		"甲乙丙":   {{0, 0, 1}, {1, 0, 2}, {2, 0, 3}, {4, 1, 1}},
		"戊甲丁甲":  {{0, 1, 1}, {3, 1, 2}, {0, 3, 1}},
		"丙id 甲": {{5, 0, 2}, {0, 2, 1}},
	} {
		if got := x.scan(tokens(text), nil); !slices.Equal(got, want) {
			t.Errorf("in %q stand %v; want %v", text, got, want)
		}
	}
}
