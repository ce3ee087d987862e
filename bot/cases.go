package bot

import (
	"slices"
	"strings"
)

// fileCases files the words of special cases; the lexicon's first has the number 1.
func (b *Bot) fileCases(l *lexicon) {
	for i, words := range l.cases {
		for _, w := range words {
			b.cases.add(strings.ReplaceAll(w, "_", " "), i+1)
		}
	}
}

// casesOf returns the numbers of the special cases that a published question names.
func (b *Bot) casesOf(e *Entry) []int {
	if e.Question == "" || e.Lang != original {
		return nil
	}
	named := b.cases.apart(spell(b.norm.Fold(e.Question)))
	var out []int
	for n := range named.end() {
		if named.has(n) {
			out = append(out, n)
		}
	}
	return out
}

// caseSet is the set of special cases that a message names. Where it is not heard, as in a
// follow-up and in pinyin, it lacks none.
type caseSet struct {
	numberSet
	heard bool
}

// namedCases returns the special cases that folded text names, if any of the entries is of
// one.
func (b *Bot) namedCases(folded string, entries []*Entry) caseSet {
	if !slices.ContainsFunc(entries, func(e *Entry) bool { return len(b.known[e.ID].cases) > 0 }) {
		return caseSet{}
	}
	named := b.cases.apart(spell(folded))
	return caseSet{named, folded != "" && (len(named) > 0 || strings.ContainsFunc(folded, isHan))}
}

// lacks returns how many of the cases are not in the set.
func (s caseSet) lacks(cases []int) int {
	n := 0
	for _, c := range cases {
		if s.heard && !s.has(c) {
			n++
		}
	}
	return n
}
