package bot

import (
	"math/bits"
	"slices"
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
func bitOf(start [2]rune) uint16 {
	return uint16((uint32(start[0])*0x9e3779b1 + uint32(start[1])*0x85ebca6b) >> 20)
}

// mayBegin reports whether some word may begin with what has the bit.
func (f *wordFinder) mayBegin(bit uint16) bool { return f.begins[bit/64]>>(bit%64)&1 != 0 }

// startOf returns the first two characters and the length of the first.
func startOf(word string) (start [2]rune, size int) {
	start[0], size = utf8.DecodeRuneInString(word)
	if size < len(word) {
		start[1], _ = utf8.DecodeRuneInString(word[size:])
	}
	return start, size
}

// spelling is a text as finders read it, made once for all of them.
type spelling struct {
	text  string
	spots []spot
}

// spot is a character of a text with the one behind it, 0 at the end.
type spot struct {
	start      [2]rune
	bit, alone uint16 // of both, and of the character itself
	at         int32
}

func spell(text string) *spelling {
	s := new(spelling)
	s.take(text)
	return s
}

// take spells another text.
func (s *spelling) take(text string) {
	s.text, s.spots = text, slices.Grow(s.spots[:0], len(text)/2)
	for at, r := range text {
		if n := len(s.spots); n > 0 {
			last := &s.spots[n-1]
			last.start[1] = r
			last.bit = bitOf(last.start)
		}
		alone := [2]rune{r}
		bit := bitOf(alone)
		s.spots = append(s.spots, spot{alone, bit, bit, int32(at)})
	}
}

// each calls use with every word that stands in the text, and where, until it returns
// false.
func (f *wordFinder) each(s *spelling, use func(w *foundWord, at int) bool) {
	if len(f.words) == 0 {
		return
	}
	for i := range s.spots {
		p := &s.spots[i]
		if f.mayBegin(p.bit) {
			for _, i := range f.starts[p.start] {
				if w := &f.words[i]; strings.HasPrefix(s.text[p.at:], w.text) && !use(w, int(p.at)) {
					return
				}
			}
		}
		if f.short && p.start[1] != 0 && f.mayBegin(p.alone) {
			for _, i := range f.starts[[2]rune{p.start[0]}] {
				if !use(&f.words[i], int(p.at)) {
					return
				}
			}
		}
	}
}

// in returns what the words mean that stand in the text.
func (f *wordFinder) in(s *spelling) numberSet {
	var out numberSet
	for _, meaning := range f.empty {
		out.add(meaning)
	}
	f.each(s, func(w *foundWord, _ int) bool {
		out.add(w.meaning)
		return true
	})
	return out
}

// apart returns what the words mean that stand in the text, those in Latin letters where
// no letter or digit touches them.
func (f *wordFinder) apart(s *spelling) numberSet {
	var out numberSet
	f.each(s, func(w *foundWord, at int) bool {
		if !w.latin || apart(s.text, at, at+len(w.text)) {
			out.add(w.meaning)
		}
		return true
	})
	return out
}

// runeSet has a bit for each rune in it, shared by some that are not.
type runeSet [16]uint64

func (s *runeSet) add(r rune)          { s[r>>6&15] |= 1 << (r & 63) }
func (s *runeSet) mayHave(r rune) bool { return s[r>>6&15]>>(r&63)&1 != 0 }

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
