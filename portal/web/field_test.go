package web

import (
	"slices"
	"testing"

	"huitong/content"
)

// byChoice are the types of questions that are answered by a choice.
var byChoice = []string{"relation", "choice", "yesno"}

// TestEveryTypeIsAsked finds types of questions that no page knows how to have typed.
func TestEveryTypeIsAsked(t *testing.T) {
	for _, name := range content.QuestionTypes() {
		if _, typed := inputs[name]; typed == slices.Contains(byChoice, name) {
			t.Errorf("type %s is typed: %t; want a row of inputs for what has no options, and for nothing else", name, typed)
		}
	}
}

// TestEveryLanguageHasItsNames finds languages without the names that pages show or tell.
func TestEveryLanguageHasItsNames(t *testing.T) {
	for _, l := range languages {
		if l.Short == "" || l.Locale() == "" {
			t.Errorf("%s: short name %q, Open Graph %q; want both", l.Code, l.Short, l.Locale())
		}
	}
}
