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
	begins [64]uint64        // a bit for what any of them begins with, shared by some
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
	start, _ := startOf(word)
	f.short = f.short || start[1] == 0
	bit := bitOf(start)
	f.begins[bit/64] |= 1 << (bit % 64)
	f.starts[start] = append(f.starts[start], len(f.words))
	f.words = append(f.words, foundWord{word, meaning, isLatin(word)})
}

// bitOf returns the bit of a beginning. Nearly all that no word begins with has one of its
// own, which is faster seen than looked up.
func bitOf(start [2]rune) uint32 {
	return (uint32(start[0])*0x9e3779b1 + uint32(start[1])*0x85ebca6b) >> 20
}

// mayBegin reports whether some word may begin so.
func (f *wordFinder) mayBegin(start [2]rune) bool {
	bit := bitOf(start)
	return f.begins[bit/64]>>(bit%64)&1 != 0
}

// startOf returns the first two characters and the length of the first.
func startOf(word string) (start [2]rune, size int) {
	start[0], size = utf8.DecodeRuneInString(word)
	if size < len(word) {
		start[1], _ = utf8.DecodeRuneInString(word[size:])
	}
	return start, size
}

// each calls use with every word that stands in the text, and where, until it returns
// false.
func (f *wordFinder) each(text string, use func(w *foundWord, at int) bool) {
	if len(f.words) == 0 {
		return
	}
	next, width := utf8.DecodeRuneInString(text)
	for at := 0; at < len(text); {
		start, size := [2]rune{next}, width
		if at+size < len(text) {
			next, width = utf8.DecodeRuneInString(text[at+size:])
			start[1] = next
		}
		if f.mayBegin(start) {
			for _, i := range f.starts[start] {
				if w := &f.words[i]; strings.HasPrefix(text[at:], w.text) && !use(w, at) {
					return
				}
			}
		}
		if alone := [2]rune{start[0]}; start[1] != 0 && f.short && f.mayBegin(alone) {
			for _, i := range f.starts[alone] {
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

// end is more than the highest number.
func (s numberSet) end() int { return 64 * len(s) }

// first returns the lowest number; -1 if there is none.
func (s numberSet) first() int {
	for i, set := range s {
		if set != 0 {
			return 64*i + bits.TrailingZeros64(set)
		}
	}
	return -1
}
