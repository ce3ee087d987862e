package bot

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// wordFinder finds which of many words stand in a text by reading it once.
type wordFinder struct {
	words  []foundWord
	starts map[[2]rune][]int // by its first two characters; of a word that has but one, the second is 0
	firsts [256]bool         // what any of them begins with, by the last eight bits
	short  bool              // there are words of one character
	empty  []int             // what empty words mean: they stand everywhere
}

type foundWord struct {
	text    string
	meaning int
	latin   bool
}

// add adds a word and a number for what it means.
func (f *wordFinder) add(word string, meaning int) {
	if f.starts == nil {
		f.starts = map[[2]rune][]int{}
	}
	if word == "" {
		f.empty = append(f.empty, meaning)
		return
	}
	start := startOf(word)
	f.short = f.short || start[1] == 0
	f.firsts[uint8(start[0])] = true
	f.starts[start] = append(f.starts[start], len(f.words))
	f.words = append(f.words, foundWord{word, meaning, isLatin(word)})
}

func startOf(word string) (start [2]rune) {
	first, size := utf8.DecodeRuneInString(word)
	start[0] = first
	if size < len(word) {
		start[1], _ = utf8.DecodeRuneInString(word[size:])
	}
	return start
}

// each calls use with every word that stands in the text, and where, until it returns
// false.
func (f *wordFinder) each(text string, use func(w *foundWord, at int) bool) {
	for at := 0; at < len(text); {
		first, size := utf8.DecodeRuneInString(text[at:])
		if !f.firsts[uint8(first)] {
			at += size
			continue
		}
		start := startOf(text[at:])
		for _, i := range f.starts[start] {
			if w := &f.words[i]; strings.HasPrefix(text[at:], w.text) && !use(w, at) {
				return
			}
		}
		if start[1] != 0 && f.short {
			for _, i := range f.starts[[2]rune{start[0]}] {
				if !use(&f.words[i], at) {
					return
				}
			}
		}
		at += size
	}
}

// in returns what the words mean that stand in the text.
func (f *wordFinder) in(text string) numberSet {
	var out numberSet
	for _, meaning := range f.empty {
		out.add(meaning)
	}
	f.each(text, func(w *foundWord, _ int) bool {
		out.add(w.meaning)
		return true
	})
	return out
}

// apart returns what the words mean that stand in the text, those in Latin letters where
// no letter or digit touches them.
func (f *wordFinder) apart(text string) numberSet {
	var out numberSet
	f.each(text, func(w *foundWord, at int) bool {
		if !w.latin || apart(text, at, at+len(w.text)) {
			out.add(w.meaning)
		}
		return true
	})
	return out
}

// numberSet is a set of small numbers.
type numberSet []uint64

func (s *numberSet) add(n int) {
	for len(*s) <= n/64 {
		*s = append(*s, 0)
	}
	(*s)[n/64] |= 1 << (n % 64)
}

func (s numberSet) has(n int) bool { return n/64 < len(s) && s[n/64]>>(n%64)&1 != 0 }

// first returns the lowest number; -1 if there is none.
func (s numberSet) first() int {
	for i, set := range s {
		if set != 0 {
			return 64*i + bits.TrailingZeros64(set)
		}
	}
	return -1
}
