package search

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
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

var (
	fieldWeight = [fields]float32{1, 0.95, 0.45}
	fieldB      = [fields]float64{0.4, 0.4, 0.7} // BM25 b: how much length counts
)

const bm25K1 = 1.2

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
	x.current.Store(&snapshot{lex: newLexicon(), sound: newSoundIndex(newLexicon())})
	return x
}

// Index replaces the whole content. Readers see the old documents until the
// new ones are ready; on an error the old ones stay.
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
	for id := range s.terms(x.norm.trace(word).runes) {
		known = (known || idf == 0) && id >= 0
		idf = max(idf, float64(s.rarity(id)))
	}
	return idf, known
}

// snapshot is one immutable state of the index.
type snapshot struct {
	docs     []Document
	units    []unit           // values of all documents, in order
	first    []int32          // document to its first unit; one more at the end
	page     []int32          // document to its page; -1 for none
	pages    map[string]int32 // what documents belong to, numbered
	passages []int            // of each page
	lex      *lexicon
	idf      []float32
	unseen   float32   // the idf of a word in no document
	starts   []int32   // term to its first posting; one more at the end
	postings []posting // by term, then by unit
	sequence []int32   // terms of title and name units, in order
	sound    *soundIndex
}

// unit is one value: a title, one name, or the text of a document.
type unit struct {
	doc      int32
	field    uint8
	mass     float32 // what the unit would score against itself
	from, to int32   // range in sequence
	initials string  // first letters of the pinyin of a title or name
}

// posting says how much one occurrence list is worth before query weights.
type posting struct {
	unit   int32
	impact float32
}

// rarity returns the idf of a term; -1 is a term in no document.
func (s *snapshot) rarity(term int32) float32 {
	if term < 0 {
		return s.unseen
	}
	return s.idf[term]
}

// list returns the postings of a term.
func (s *snapshot) list(term int32) []posting {
	return s.postings[s.starts[term]:s.starts[term+1]]
}

// contains reports whether any value of the document has the term.
func (s *snapshot) contains(doc, term int32) bool {
	list := s.list(term)
	i, _ := slices.BinarySearchFunc(list, s.first[doc], func(p posting, u int32) int { return int(p.unit - u) })
	return i < len(list) && list[i].unit < s.first[doc+1]
}

// count is one term of a unit while an index is built.
type count struct{ term, n int32 }

// seen says where a term was last while an index is built: its unit, plus one, its
// document, plus one, and the place of its count among those of the unit.
type seen struct{ unit, doc, at int32 }

// countBlock is how many counts are allotted at a time. A list that grows would be
// copied again and again, and stand in memory twice.
const countBlock = 1 << 16

// builder collects the terms of documents.
type builder struct {
	norm    *Normalizer
	s       *snapshot
	counts  [][]count // of all units, in order; a unit's are in one block
	sizes   []int32   // counts of each unit
	lengths []int32   // tokens of each unit
	lists   []int32   // term to its number of postings
	seen    []seen    // of each term
	tokens  []token
	terms   []int32
}

func buildSnapshot(ctx context.Context, n *Normalizer, docs []Document) (*snapshot, error) {
	b := builder{norm: n, s: &snapshot{lex: newLexicon(), docs: make([]Document, 0, len(docs)), pages: map[string]int32{}}}
	seen := make(map[string]bool, len(docs))
	for _, d := range docs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if d.ID == "" || seen[d.ID] {
			return nil, fmt.Errorf("document %q: id empty or used twice", d.ID)
		}
		seen[d.ID] = true
		b.addDocument(d)
	}
	b.finish()
	return b.s, nil
}

func (b *builder) addDocument(d Document) {
	d.Names = slices.Clone(d.Names)
	d.Title, d.Text = strings.ToValidUTF8(d.Title, ""), strings.ToValidUTF8(d.Text, "")
	b.s.docs = append(b.s.docs, d)
	b.s.first = append(b.s.first, int32(len(b.s.units)))
	b.s.page = append(b.s.page, b.pageOf(d.Policy))
	b.addUnit(fieldTitle, d.Title)
	for _, name := range d.Names {
		b.addUnit(fieldName, name)
	}
	b.addUnit(fieldText, d.Text)
}

// pageOf numbers what passages belong to.
func (b *builder) pageOf(policy string) int32 {
	if policy == "" {
		return -1
	}
	id, ok := b.s.pages[policy]
	if !ok {
		id = int32(len(b.s.pages))
		b.s.pages[policy] = id
		b.s.passages = append(b.s.passages, 0)
	}
	b.s.passages[id]++
	return id
}

// addUnit enters one value; one without letters leaves no trace.
func (b *builder) addUnit(field uint8, value string) {
	t := b.norm.trace(value)
	b.tokens = tokenize(b.tokens[:0], t.runes)
	if len(b.tokens) == 0 {
		return
	}
	u := unit{doc: int32(len(b.s.docs) - 1), field: field, from: int32(len(b.s.sequence))}
	b.terms = b.terms[:0]
	for i, tok := range b.tokens {
		id := b.addToken(i, tok)
		b.terms = append(b.terms, id)
		if field != fieldText {
			b.s.sequence = append(b.s.sequence, id)
		}
	}
	if u.to = int32(len(b.s.sequence)); field != fieldText {
		u.initials = initials(b.tokens)
	}
	b.lengths = append(b.lengths, int32(len(b.tokens)))
	b.s.units = append(b.s.units, u)
	b.countTerms()
}

// addToken numbers a token and, with it, the pair it forms with the one before.
func (b *builder) addToken(i int, t token) int32 {
	if !t.han {
		return b.s.lex.addWord(string(t.runes))
	}
	if t.joined {
		b.terms = append(b.terms, b.s.lex.addHan(bigramKey(b.tokens[i-1].runes[0], t.runes[0])))
	}
	return b.s.lex.addHan(unigramKey(t.runes[0]))
}

// countTerms turns the collected terms of the last unit into counts, in the order in
// which they come: nothing depends on it, and nothing has to be sorted.
func (b *builder) countTerms() {
	u, doc := int32(len(b.s.units)), int32(len(b.s.docs))
	if more := len(b.s.lex.docs) - len(b.seen); more > 0 {
		b.seen, b.lists = append(b.seen, make([]seen, more)...), append(b.lists, make([]int32, more)...)
	}
	block := b.block(len(b.terms))
	first := len(*block)
	for _, term := range b.terms {
		s := &b.seen[term]
		if s.unit == u {
			(*block)[s.at].n++
			continue
		}
		if s.doc != doc {
			s.doc = doc
			b.s.lex.docs[term]++
		}
		s.unit, s.at = u, int32(len(*block))
		*block = append(*block, count{term, 1})
		b.lists[term]++
	}
	b.sizes = append(b.sizes, int32(len(*block)-first))
}

// block returns a block with room for n more counts.
func (b *builder) block(n int) *[]count {
	last := len(b.counts) - 1
	if last < 0 || cap(b.counts[last])-len(b.counts[last]) < n {
		b.counts = append(b.counts, make([]count, 0, max(countBlock, n)))
		last++
	}
	return &b.counts[last]
}

// initials spells the first letters of the pinyin of all characters.
func initials(tokens []token) string {
	out, sounds := make([]byte, 0, len(tokens)), mandarin()
	for _, t := range tokens {
		if t.han {
			if c := sounds.initial(t.runes[0]); c != 0 {
				out = append(out, c)
			}
		}
	}
	return string(out)
}

// finish computes what depends on all documents.
func (b *builder) finish() {
	s := b.s
	s.first = append(s.first, int32(len(s.units)))
	n := float64(len(s.docs))
	s.unseen = idf(n, 0)
	s.idf = make([]float32, len(s.lex.docs))
	for term, df := range s.lex.docs {
		s.idf[term] = idf(n, float64(df))
	}
	b.layOut()
	s.sound = newSoundIndex(s.lex)
}

func idf(n, df float64) float32 { return float32(math.Log(1 + (n-df+0.5)/(df+0.5))) }

// layOut sorts the counts by term and turns them into impacts. It lets go of each
// block of counts that it has read.
func (b *builder) layOut() {
	s := b.s
	s.starts = make([]int32, len(s.idf)+1)
	for term, n := range b.lists {
		s.starts[term+1] = s.starts[term] + n
	}
	s.postings = make([]posting, s.starts[len(s.idf)])
	next := slices.Clone(s.starts)
	norms := b.lengthNorms()
	rest := []count(nil)
	for u, size := range b.sizes {
		if len(rest) == 0 {
			rest, b.counts = b.counts[0], b.counts[1:]
		}
		for _, c := range rest[:size] {
			tf := float64(c.n)
			impact := s.idf[c.term] * float32(tf*(bm25K1+1)/(tf+norms[u]))
			s.postings[next[c.term]] = posting{int32(u), impact}
			next[c.term]++
			s.units[u].mass += s.idf[c.term] * termWeight(s.lex.keys[c.term])
		}
		rest = rest[size:]
	}
}

// termWeight is what a term counts in a query: a character of a pair less
// than the pair.
func termWeight(key uint64) float32 {
	if _, _, pair := splitKey(key); pair || key == 0 {
		return 1
	}
	return characterWeight
}

// lengthNorms returns the BM25 length term of every unit, against the average
// of its field.
func (b *builder) lengthNorms() []float64 {
	var sum, n [fields]float64
	for i, u := range b.s.units {
		sum[u.field] += float64(b.lengths[i])
		n[u.field]++
	}
	out := make([]float64, len(b.lengths))
	for i, u := range b.s.units {
		f := u.field
		out[i] = bm25K1 * (1 - fieldB[f] + fieldB[f]*float64(b.lengths[i])*n[f]/sum[f])
	}
	return out
}
