package search

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// The values of a document that are matched one by one. The answer to "which
// title is this?" and "is it mentioned?" have different length habits, hence
// different normalisation.
const (
	fieldTitle = iota
	fieldName
	fieldText
	fields
)

// nameShare is what a name counts of what a title does.
const nameShare = 0.95

var fieldB = [fields]float64{0.4, 0.4, 0.7} // BM25 b: how much length counts

// Index is the embedded engine: BM25 over characters and pairs of characters,
// with every phrasing of a title scored by itself. Readers work on an
// immutable snapshot, so Search never waits for Index. The zero value is not
// usable; see [NewIndex].
type Index struct {
	norm    *Normalizer
	writing sync.Mutex
	current atomic.Pointer[snapshot]
	scratch sync.Pool
}

// NewIndex returns an empty index.
func NewIndex(n *Normalizer) *Index {
	x := &Index{norm: n}
	x.scratch.New = func() any { return new(scratch) }
	x.current.Store(&snapshot{lex: newLexicon(), sound: newSoundIndex(newLexicon(), nil)})
	return x
}

// Index replaces the whole content. Readers see the old documents until the
// new ones are ready; on an error the old ones stay. The index keeps the slice: its
// documents must not be changed any more.
func (x *Index) Index(ctx context.Context, docs []Document) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	s, err := buildSnapshot(ctx, x.norm, docs)
	if err != nil {
		return fmt.Errorf("build search index: %w", err)
	}
	x.current.Store(s)
	return nil
}

// Len returns the number of documents.
func (x *Index) Len() int { return len(x.current.Load().docs) }

// IDF returns how rare a word is in the indexed documents, and whether all of
// it occurs there. For more than one token it is the rarest that counts.
func (x *Index) IDF(word string) (idf float64, known bool) {
	s := x.current.Load()
	for id := range s.terms(tokenize(nil, x.norm.trace(word).runes)) {
		known = (known || idf == 0) && id >= 0
		idf = max(idf, float64(s.rarity(id)))
	}
	return idf, known
}

// snapshot is one immutable state of the index.
type snapshot struct {
	docs     []Document
	units    []unit           // values of all documents, in order
	owners   []owner          // of all units
	first    []int32          // document to its first unit; one more at the end
	page     []int32          // document to its page; -1 for none
	pages    map[string]int32 // what documents belong to, numbered
	passages []int            // of each page
	lex      *lexicon
	unseen   float32   // the idf of a word in no document
	rare     []float32 // the idf of terms by their number of documents, while that is small
	values   []float32 // the same, tempered
	memory   []*page   // the lists of postings
	once     []float32 // unit to what a term counts that it has once; idf is for the query
	whole    []float32 // … in a collection: document to the same
	signs    []uint16  // of all units, in order
	starts   []int32   // unit to its first sign; one more at the end
	spots    spots
	sequence []int32 // terms of title and name units, in order
	initials []byte  // of the same, the first letters of their pinyin; zero fills up
	sound    *soundIndex
	related  []phraseTerms // by number of the related term
	telling  []float32     // character to what it counts by what it tells; see tell

	weights    weights
	bond       float64 // how much more often than by chance the characters of a word stand side by side
	textWeight float32 // what a text counts beside a title
	beginning  float32 // see beginnings
	short      float32 // see shortness
	ordered    float32 // see orders
	foreign    []bool  // document to whether only who asks for its language finds it
	translated bool    // there are such documents
}

// fewDocs bounds the numbers of documents whose idf is kept.
const fewDocs = 1 << 16

// unit is one value: a title, one name, or the text of a document. One without
// letters has no terms.
type unit struct {
	doc      int32
	field    uint8
	mass     float32 // what a title or name would score against itself
	from, to int32   // range in sequence
}

// owner is the document and field of a unit: small, as a search looks at those of
// all units that it finds.
type owner int32

func ownerOf(u unit) owner { return owner(u.doc<<2 | int32(u.field)) }

func (o owner) at() (doc int32, field uint8) { return int32(o >> 2), uint8(o & 3) }

// rarity returns the idf of a term; -1 is a term in no document.
func (s *snapshot) rarity(term int32) float32 {
	if term < 0 {
		return s.unseen
	}
	docs := s.frequency(term)
	if int(docs) < len(s.rare) {
		return s.rare[docs]
	}
	return idf(float64(len(s.docs)), float64(docs))
}

// value returns what a term is worth: its idf, tempered.
func (s *snapshot) value(term int32) float32 {
	docs := int32(0)
	if term >= 0 {
		docs = s.frequency(term)
	}
	if int(docs) < len(s.values) {
		return s.values[docs]
	}
	return s.temper(idf(float64(len(s.docs)), float64(docs)))
}

// temper returns what a term of that idf is worth: rare terms are rare by chance as often as
// by meaning.
func (s *snapshot) temper(idf float32) float32 {
	return float32(math.Pow(float64(idf), s.weights.power))
}

// fieldWeight returns what a field counts.
func (s *snapshot) fieldWeight(field uint8) float32 {
	switch field {
	case fieldTitle:
		return s.weights.title
	case fieldName:
		return s.weights.title * nameShare
	}
	return s.textWeight
}

// weighText returns the weight of texts; a collection without titles has but these.
func (s *snapshot) weighText() float32 {
	if slices.ContainsFunc(s.units, func(u unit) bool { return u.field != fieldText }) {
		return s.weights.text
	}
	return 1
}

// frequency returns the number of documents that have a term.
func (s *snapshot) frequency(term int32) int32 {
	return s.lex.frequency(s.memory, term)
}

// worth returns what a term counts in a unit that has it n times, without its idf.
func (s *snapshot) worth(unit, n int32) float32 { return s.timesOf(s.once[unit], n) }

// timesOf returns what a term counts n times that counts so much once.
func (s *snapshot) timesOf(once float32, n int32) float32 {
	if n == 1 {
		return once
	}
	// once is (k+1)/(1+norm), where norm is k and the length of the unit.
	most := float32(s.weights.k1 + 1)
	norm := most/once - 1
	return float32(n) * most / (float32(n) + norm)
}

func idf(n, df float64) float32 { return float32(math.Log(1 + (n-df+0.5)/(df+0.5))) }

// termWeight is what a term counts in a query: a character of a pair less
// than the pair.
func (s *snapshot) termWeight(term int32) float32 {
	if int(term) < len(s.lex.chars) {
		return s.weights.character
	}
	return 1
}
