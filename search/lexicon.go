package search

import (
	"maps"
	"slices"
	"sync"
	"unicode/utf8"
)

// A code is a number for a character: where it stands among the common ones, or for
// others the order in which they come. The code of a common character is its sign.
const (
	commonCodes = hanLast - hanFirst + 1
	noCode      = 1<<15 - 1 // no character
)

// alphabet gives characters their codes. There are some five thousand for those beyond
// the common block, more than any text has; after that they share the last.
type alphabet struct {
	mu   sync.Mutex
	rare map[rune]uint16
}

func (a *alphabet) code(r rune) uint16 {
	if isPlainHan(r) {
		return uint16(r - hanFirst)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	code, ok := a.rare[r]
	if !ok {
		code = uint16(min(commonCodes+len(a.rare), noCode-1))
		a.rare[r] = code
	}
	return code
}

// lexicon numbers the terms of an index: first the characters, then the words, then
// the pairs of characters, each in the order of their spelling.
type lexicon struct {
	common  []uint16        // character from hanFirst to its term, plus one
	rare    map[rune]uint16 // the same for other characters
	chars   []rune          // of the first terms
	words   map[string]int32
	spelled []string  // of the words
	lists   []address // of characters and words
	pairs   []pairs   // by first character
	base    []int32   // by first character: the term of its first pair; one more at the end
	docs    []uint16  // by term: documents that have it, as far as the number goes
	hints   []uint16  // of every hintTerms-th pair: its first character
}

const (
	manyDocs  = 1<<16 - 1 // as many or more
	hintTerms = 1 << 5
)

// pairs are those that one character opens.
type pairs struct {
	second []uint16 // the term of the other character, in order
	lists  []address
	docs   []uint16 // until all terms are numbered
}

func newLexicon() *lexicon {
	return &lexicon{common: make([]uint16, commonCodes), base: make([]int32, 1)}
}

// newSpelling returns a lexicon of the characters and words given, without lists.
// The codes of characters are those of the alphabet.
func newSpelling(a *alphabet, used func(code uint16) bool, words []string) (l *lexicon, terms []uint16) {
	l = newLexicon()
	l.rare, l.words = make(map[rune]uint16, len(a.rare)), make(map[string]int32, len(words))
	terms = make([]uint16, noCode+1)
	for i := range l.common {
		if used(uint16(i)) {
			l.chars = append(l.chars, rune(hanFirst+i))
			l.common[i] = uint16(len(l.chars))
			terms[i] = uint16(len(l.chars) - 1)
		}
	}
	for _, r := range slices.Sorted(maps.Keys(a.rare)) {
		code := a.rare[r]
		if terms[code] == 0 {
			l.chars = append(l.chars, r)
			terms[code] = uint16(len(l.chars) - 1)
		}
		l.rare[r] = terms[code] + 1
	}
	for i, w := range words {
		l.words[w] = int32(len(l.chars) + i)
	}
	l.spelled = words
	l.lists = make([]address, len(l.chars)+len(words))
	l.docs = make([]uint16, len(l.lists))
	l.pairs = make([]pairs, len(l.chars))
	return l, terms
}

// number gives the pairs their terms, once all are there.
func (l *lexicon) number() {
	l.base = make([]int32, len(l.chars)+1)
	l.base[0] = int32(len(l.lists))
	for i, p := range l.pairs {
		l.base[i+1] = l.base[i] + int32(len(p.second))
	}
	l.docs = slices.Grow(l.docs, l.len()-len(l.docs))
	l.hints = make([]uint16, 0, (l.len()-len(l.lists))/hintTerms+1)
	for i := range l.pairs {
		l.docs = append(l.docs, l.pairs[i].docs...)
		l.pairs[i].docs = nil
		for len(l.lists)+len(l.hints)*hintTerms < int(l.base[i+1]) {
			l.hints = append(l.hints, uint16(i))
		}
	}
}

func (l *lexicon) len() int { return int(l.base[len(l.base)-1]) }

// unigram, bigram and word return the number of a term, or -1.
func (l *lexicon) unigram(r rune) int32 {
	if isPlainHan(r) {
		return int32(l.common[r-hanFirst]) - 1
	}
	return int32(l.rare[r]) - 1
}

func (l *lexicon) bigram(a, b rune) int32 {
	first, second := l.unigram(a), l.unigram(b)
	if first < 0 || second < 0 {
		return -1
	}
	return l.pair(first, second)
}

// pair returns the term of two characters given by theirs, or -1. Which half it is in nobody
// can foresee, so nothing branches on it.
func (l *lexicon) pair(first, second int32) int32 {
	list, at := l.pairs[first].second, 0
	for n := len(list); n > 1; {
		half := n / 2
		n -= half
		middle := at + half
		if list[middle] <= uint16(second) {
			at = middle
		}
	}
	if at == len(list) || list[at] != uint16(second) {
		return -1
	}
	return l.base[first] + int32(at)
}

// touchPairs does for the pairs of a query what touchLists does for lists.
func (l *lexicon) touchPairs(tokens []token) (touched uint32) {
	for i := 1; i < len(tokens); i++ {
		if !tokens[i].joined {
			continue
		}
		first := l.unigram(tokens[i-1].runes[0])
		if first < 0 {
			continue
		}
		if second := l.pairs[first].second; len(second) > 0 {
			touched += uint32(second[len(second)/2])
		}
	}
	return touched
}

func (l *lexicon) word(word string) int32 {
	if id, ok := l.words[stem(word)]; ok {
		return id
	}
	return -1
}

// place returns the first character of a pair and where it stands among those pairs.
func (l *lexicon) place(term int32) (first, at int) {
	first = int(l.hints[(int(term)-len(l.lists))/hintTerms])
	for l.base[first+1] <= term {
		first++
	}
	return first, int(term - l.base[first])
}

// list returns where the list of a term begins.
func (l *lexicon) list(term int32) address {
	if int(term) < len(l.lists) {
		return l.lists[term]
	}
	first, at := l.place(term)
	return l.pairs[first].lists[at]
}

// frequency returns the number of documents that have a term whose list is in memory.
func (l *lexicon) frequency(memory []*page, term int32) int32 {
	if n := l.docs[term]; n < manyDocs {
		return int32(n)
	}
	_, docs := head(memory, l.list(term))
	return docs
}

// key returns the characters of a term as a packed key; 0 for a word.
func (l *lexicon) key(term int32) uint64 {
	switch {
	case int(term) < len(l.chars):
		return unigramKey(l.chars[term])
	case int(term) < len(l.lists):
		return 0
	}
	first, at := l.place(term)
	return bigramKey(l.chars[first], l.chars[l.pairs[first].second[at]])
}

// spelling returns the word that is a term.
func (l *lexicon) spelling(term int32) string { return l.spelled[int(term)-len(l.chars)] }

func unigramKey(r rune) uint64   { return uint64(r) }
func bigramKey(a, b rune) uint64 { return uint64(a)<<32 | uint64(b) }

// splitKey returns the characters of a pair.
func splitKey(key uint64) (a, b rune, ok bool) {
	return rune(key >> 32), rune(key & 0xffffffff), key>>32 != 0
}

// vocabulary numbers words in the order in which they come.
type vocabulary struct {
	numbers map[string]int32 // also of forms of a word that have come
	spelled []string
	buf     []byte
}

func (v *vocabulary) number(word []rune) int32 {
	v.buf = v.buf[:0]
	for _, r := range word {
		v.buf = utf8.AppendRune(v.buf, r)
	}
	if id, ok := v.numbers[string(v.buf)]; ok {
		return id
	}
	form := string(v.buf)
	base := stem(form)
	id, ok := v.numbers[base]
	if !ok {
		id = int32(len(v.spelled))
		v.spelled = append(v.spelled, base)
		v.numbers[base] = id
	}
	v.numbers[form] = id
	return id
}
