package search

import "testing"

// TestLexicon wants the terms of a text to be found by their characters, and their
// characters by the terms; words and what was never seen have none.
func TestLexicon(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), []Document{{ID: "a", Title: "孤儿补贴 orphans", Text: "孤儿𠀀的𠀀𠀁"}}); err != nil {
		t.Fatal(err)
	}
	l := x.current.Load().lex
	for _, pair := range []string{"孤儿", "儿补", "儿𠀀", "𠀀𠀁"} {
		r := []rune(pair)
		id := l.bigram(r[0], r[1])
		if got := l.key(id); id < 0 || got != bigramKey(r[0], r[1]) {
			t.Errorf("pair %s is term %d with key %x; want key %x", pair, id, got, bigramKey(r[0], r[1]))
		}
	}
	for _, r := range "孤的𠀀𠀁" {
		if id := l.unigram(r); id < 0 || l.key(id) != unigramKey(r) {
			t.Errorf("character %c is term %d with key %x", r, id, l.key(id))
		}
	}
	if id := l.word("orphan"); id < 0 || l.key(id) != 0 {
		t.Errorf("word is term %d with key %x; want one without key", id, l.key(id))
	}
	for _, pair := range []string{"贴孤", "孤𠀁", "孤没"} {
		r := []rune(pair)
		if id := l.bigram(r[0], r[1]); id >= 0 {
			t.Errorf("pair %s is term %d; want none", pair, id)
		}
	}
	if l.unigram('没') >= 0 || l.unigram('𠀂') >= 0 || l.word("没") >= 0 {
		t.Error("a character never seen has a term")
	}
}
