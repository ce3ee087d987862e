package search

import "strings"

// maxAlike bounds the words of one sound that a query is widened with.
const maxAlike = 6

// token is one unit of a normalised text: a character, or a word of other
// letters or digits.
type token struct {
	runes  []rune // the word; one rune for a character
	han    bool
	joined bool // a character that directly follows another one
	at     int  // offset of its first rune
}

// tokenize splits normalised runes and appends to dst, which may be reused.
func tokenize(dst []token, runes []rune) []token {
	for i := 0; i < len(runes); {
		class := wordClass(runes[i])
		j := i + 1
		switch {
		case runes[i] == ' ':
			i++
			continue
		case class == 0:
			joined := i > 0 && isHan(runes[i-1])
			dst = append(dst, token{runes: runes[i:j], han: true, joined: joined, at: i})
		default:
			for j < len(runes) && wordClass(runes[j]) == class {
				j++
			}
			dst = append(dst, token{runes: runes[i:j], at: i})
		}
		i = j
	}
	return dst
}

// stem drops the plural of an English word.
func stem(word string) string {
	switch {
	case len(word) > 4 && strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return word[:len(word)-1]
	}
	return word
}

// lexicon numbers the terms of an index: characters and pairs of characters
// by a packed key, words by their spelling.
type lexicon struct {
	han   keys
	words map[string]int32
	docs  []int32  // term to the number of documents that contain it
	keys  []uint64 // term to its key; 0 for a word
}

func newLexicon() *lexicon {
	return &lexicon{words: map[string]int32{}}
}

func unigramKey(r rune) uint64   { return uint64(r) }
func bigramKey(a, b rune) uint64 { return uint64(a)<<32 | uint64(b) }

// splitKey returns the characters of a pair.
func splitKey(key uint64) (a, b rune, ok bool) {
	return rune(key >> 32), rune(key & 0xffffffff), key>>32 != 0
}

func (l *lexicon) addHan(key uint64) int32 {
	at, ok := l.han.find(key, l.keys)
	if ok {
		return l.han.terms[at]
	}
	id := l.next(key)
	l.han.put(at, id, l.keys)
	return id
}

// keys finds terms by their key: open addressing over term numbers. Every pair of a
// text is looked up, and a map would repeat the keys and take longer.
type keys struct {
	terms []int32 // -1 is none; a power of two of them, at most half in use
	used  int
}

// place is where the search for a key begins.
func (k *keys) place(key uint64) int {
	return int(key * 0x9e3779b97f4a7c15 >> 32 & uint64(len(k.terms)-1))
}

// find returns the place of a key, or the one where it belongs.
func (k *keys) find(key uint64, of []uint64) (at int, ok bool) {
	if len(k.terms) == 0 {
		return 0, false
	}
	for at = k.place(key); k.terms[at] >= 0; at = (at + 1) & (len(k.terms) - 1) {
		if of[k.terms[at]] == key {
			return at, true
		}
	}
	return at, false
}

// put enters a new term, whose key is in of already, at the place that find gave.
func (k *keys) put(at int, term int32, of []uint64) {
	if k.used++; 2*k.used <= len(k.terms) {
		k.terms[at] = term
		return
	}
	old := k.terms
	k.terms = make([]int32, max(1024, 2*len(old)))
	for i := range k.terms {
		k.terms[i] = -1
	}
	for _, t := range append(old, term) {
		if t >= 0 {
			at, _ := k.find(of[t], of)
			k.terms[at] = t
		}
	}
}

func (l *lexicon) addWord(word string) int32 {
	word = stem(word)
	id, ok := l.words[word]
	if !ok {
		id = l.next(0)
		l.words[strings.Clone(word)] = id
	}
	return id
}

func (l *lexicon) next(key uint64) int32 {
	l.docs = append(l.docs, 0)
	l.keys = append(l.keys, key)
	return int32(len(l.docs) - 1)
}

// unigram, bigram and word return the number of a term, or -1.
func (l *lexicon) unigram(r rune) int32   { return l.lookup(unigramKey(r)) }
func (l *lexicon) bigram(a, b rune) int32 { return l.lookup(bigramKey(a, b)) }

func (l *lexicon) lookup(key uint64) int32 {
	if at, ok := l.han.find(key, l.keys); ok {
		return l.han.terms[at]
	}
	return -1
}

func (l *lexicon) word(word string) int32 {
	if id, ok := l.words[stem(word)]; ok {
		return id
	}
	return -1
}
