package search

import "hash/fnv"

// A sign is one character or word of a text, kept in order so that a document can be
// read again: two bytes, where a list of postings says only how often a term occurs.
// Characters of the common block are their distance from its first; others, and words,
// share what is left of the numbers.
const (
	signGap   = 0x7fff // something between words
	signOther = 0x8000 // a word, or a character beyond the common block
)

// rareSign says which character stands at a sign that does not tell it.
type rareSign struct {
	at   int32
	code uint16
}

// signOf returns the sign of a character.
func signOf(r rune) uint16 {
	if isPlainHan(r) {
		return uint16(r - hanFirst)
	}
	return signOfWord(string(r))
}

// signOfWord returns the sign of a word. Two words in some thousands share one: too
// few to matter where the best documents are compared.
func signOfWord(word string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(stem(word)))
	sum := h.Sum32()
	return uint16(sum^sum>>15) | signOther
}
