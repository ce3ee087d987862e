package search

import "testing"

// TestLexiconKeys wants each key to keep its number while the lexicon grows.
func TestLexiconKeys(t *testing.T) {
	const n = 5000
	l := newLexicon()
	l.addWord("word")
	for i := range rune(n) {
		if got := l.addHan(bigramKey(hanFirst+i, hanFirst)); got != i+1 {
			t.Fatalf("pair %d is number %d; want %d", i, got, i+1)
		}
	}
	for i := range rune(n) {
		if got := l.bigram(hanFirst+i, hanFirst); got != i+1 {
			t.Errorf("pair %d is number %d afterwards; want %d", i, got, i+1)
		}
	}
	if got := l.unigram(hanFirst + n); got != -1 {
		t.Errorf("a character never seen is number %d; want -1", got)
	}
}
