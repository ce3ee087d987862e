package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// errNotUTF8 says that a text has to be mended.
var errNotUTF8 = errors.New("not UTF-8")

// shardBytes is the text that is worth a goroutine of its own.
const shardBytes = 1 << 19

// builder turns documents into a snapshot, in steps that each use all cores: shards
// of documents are read into signs, the characters of these signs and the words become
// lists, and what depends on all of it is computed.
type builder struct {
	s        *snapshot
	norm     *Normalizer
	book     *book
	alphabet *alphabet
	shards   []*shard
	terms    []uint16 // code to term
	rare     []rareSign
}

func buildSnapshot(ctx context.Context, n *Normalizer, docs []Document) (*snapshot, error) {
	if err := distinct(docs); err != nil {
		return nil, err
	}
	b := builder{
		s: &snapshot{docs: docs, pages: map[string]int32{}}, norm: n,
		book: &book{}, alphabet: &alphabet{rare: map[rune]uint16{}},
	}
	b.cut()
	err := b.makeRoom()
	if errors.Is(err, errNotUTF8) {
		b.s.docs, b.shards = mended(docs), nil
		b.cut()
		err = b.makeRoom()
	}
	if err != nil {
		return nil, err
	}
	if err := parallel(len(b.shards), func(i int) error { return b.shards[i].read(ctx) }); err != nil {
		return nil, err
	}
	b.join()
	b.spell()
	if err := b.invert(ctx); err != nil {
		return nil, err
	}
	return b.s, b.finish()
}

// distinct refuses documents without an ID of their own.
func distinct(docs []Document) error {
	seen := make(map[string]struct{}, len(docs))
	for i := range docs {
		id := docs[i].ID
		if _, again := seen[id]; again || id == "" {
			return fmt.Errorf("document %q: id empty or used twice", id)
		}
		seen[id] = struct{}{}
	}
	return nil
}

// mended returns the documents without what is not UTF-8 in titles and texts.
func mended(docs []Document) []Document {
	docs = slices.Clone(docs)
	for i, d := range docs {
		docs[i].Title, docs[i].Text = strings.ToValidUTF8(d.Title, ""), strings.ToValidUTF8(d.Text, "")
	}
	return docs
}

// cut divides the documents into shards of about the same length.
func (b *builder) cut() {
	docs, total := b.s.docs, 0
	for i := range docs {
		total += len(docs[i].Title) + len(docs[i].Text)
	}
	n := min(max(1, total/shardBytes), runtime.GOMAXPROCS(0))
	first, length := 0, 0
	for i := range docs {
		length += len(docs[i].Title) + len(docs[i].Text)
		full := length >= total/n*(len(b.shards)+1) && len(b.shards)+1 < n
		if full || i == len(docs)-1 {
			b.shards = append(b.shards, newShard(b, docs[first:i+1]))
			first = i + 1
		}
	}
}

// makeRoom gives the shards one array for what is read of all documents, each as much
// of it as its texts have characters. That is nearly always enough; a shard whose
// characters unfold into more goes on in an array of its own. A text that is not UTF-8
// is refused.
func (b *builder) makeRoom() error {
	if err := parallel(len(b.shards), func(i int) error { return b.shards[i].measure() }); err != nil {
		return err
	}
	total := 0
	for _, sh := range b.shards {
		total += sh.room
	}
	b.s.signs = make([]uint16, total)
	from := 0
	for _, sh := range b.shards {
		sh.signs = b.s.signs[from : from : from+sh.room]
		from += sh.room
	}
	return nil
}

// joinSigns moves together what was read, within its array if every shard stayed there.
func (b *builder) joinSigns() {
	all, total := b.s.signs[:0], 0
	for _, sh := range b.shards {
		if total += len(sh.signs); len(sh.signs) > sh.room {
			all = nil
		}
	}
	all = slices.Grow(all, total)
	for _, sh := range b.shards {
		for _, start := range sh.starts {
			b.s.starts = append(b.s.starts, start+int32(len(all)))
		}
		for _, r := range sh.rare {
			b.rare = append(b.rare, rareSign{at: r.at + int32(len(all)), code: r.code})
		}
		all = append(all, sh.signs...)
		sh.signs, sh.starts = nil, nil
	}
	b.s.signs, b.s.starts = all, append(b.s.starts, int32(len(all)))
}

// join puts together what the shards say of documents and units.
func (b *builder) join() {
	s := b.s
	s.page = make([]int32, 0, len(s.docs))
	for i := range s.docs {
		s.page = append(s.page, s.pageOf(s.docs[i].Policy))
	}
	units, titles := 0, 0
	for _, sh := range b.shards {
		units, titles = units+len(sh.units), titles+len(sh.sequence)
	}
	s.units, s.first, s.sequence = make([]unit, 0, units), make([]int32, 0, len(s.docs)+1), make([]int32, 0, titles)
	s.owners, s.starts = make([]owner, 0, units), make([]int32, 0, units+1)
	b.joinSigns()
	for _, sh := range b.shards {
		sh.firstUnit, sh.firstSign = int32(len(s.units)), int32(len(s.sequence))
		for _, u := range sh.units {
			u.doc += int32(len(s.first))
			u.from, u.to = u.from+sh.firstSign, u.to+sh.firstSign
			s.units, s.owners = append(s.units, u), append(s.owners, ownerOf(u))
		}
		for _, first := range sh.first {
			s.first = append(s.first, first+sh.firstUnit)
		}
		s.sequence = append(s.sequence, sh.sequence...)
		sh.first, sh.sequence = nil, nil
	}
	s.first = append(s.first, int32(len(s.units)))
	if s.weights = forPages(); len(s.pages) == 0 {
		s.weights = forCollections()
	}
}

// pageOf numbers what passages belong to and counts them.
func (s *snapshot) pageOf(policy string) int32 {
	if policy == "" {
		return -1
	}
	id, ok := s.pages[policy]
	if !ok {
		id = int32(len(s.pages))
		s.pages[policy] = id
		s.passages = append(s.passages, 0)
	}
	s.passages[id]++
	return id
}

// parallel calls do for 0 to n-1, each in a goroutine of its own.
func parallel(n int, do func(i int) error) error {
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wait.Go(func() { errs[i] = do(i) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// spell numbers the characters and words.
func (b *builder) spell() {
	var words []string
	for _, sh := range b.shards {
		words = append(words, sh.words.spelled...)
	}
	slices.Sort(words)
	used := func(code uint16) bool {
		return slices.ContainsFunc(b.shards, func(sh *shard) bool { return sh.counts[code] > 0 })
	}
	b.s.lex, b.terms = newSpelling(b.alphabet, used, slices.Compact(words))
}

// finish computes what depends on all documents.
func (b *builder) finish() error {
	s := b.s
	s.memory = b.book.pages
	s.bond = math.Exp(min(looseBond, math.Log(float64(len(s.docs)))/2))
	for docs := range min(len(s.docs)+1, fewDocs) {
		s.rare = append(s.rare, idf(float64(len(s.docs)), float64(docs)))
		s.values = append(s.values, s.temper(s.rare[docs]))
	}
	s.unseen = s.rare[0]
	s.relate(b.norm)
	s.tell(b.norm)
	s.textWeight = s.weighText()
	s.beginning, s.short = s.beginnings(), s.shortness()
	if s.weights.reach > 0 {
		s.ordered = s.orders()
	}
	s.foreign = make([]bool, len(s.docs))
	for i := range s.docs {
		s.foreign[i] = s.docs[i].Lang != "" && s.docs[i].Translates != ""
		s.translated = s.translated || s.foreign[i]
	}
	if s.weights.together {
		b.wholes()
	} else {
		s.once = b.onces()
	}
	s.initials = make([]byte, len(s.sequence))
	letters := make([]byte, len(s.lex.chars))
	for i, r := range s.lex.chars {
		letters[i] = mandarin().initial(r)
	}
	if err := s.spotDocuments(len(b.shards)); err != nil {
		return err
	}
	return parallel(len(b.shards)+1, func(i int) error {
		if i == len(b.shards) {
			s.sound = newSoundIndex(s.lex, s.memory)
			return nil
		}
		t := titler{b: b, s: s, letters: letters, words: b.shards[i].wordTerms(s.lex)}
		for u := range b.shards[i].units {
			t.finish(&s.units[int(b.shards[i].firstUnit)+u])
		}
		return nil
	})
}

// onces returns for every unit what a term counts that it has once: BM25, with the
// length of the unit against the average of its field.
func (b *builder) onces() []float32 {
	var sum, n [fields]float64
	for _, sh := range b.shards {
		for i, u := range sh.units {
			sum[u.field] += float64(sh.lengths[i])
			n[u.field]++
		}
	}
	out := make([]float32, 0, len(b.s.units))
	for _, sh := range b.shards {
		for i, u := range sh.units {
			f := u.field
			out = append(out, once(b.s.weights.k1, fieldB[f], float64(sh.lengths[i])*n[f]/sum[f]))
		}
	}
	return out
}

// wholes does the same for the documents of a collection, with their length against the
// average of all.
func (b *builder) wholes() {
	s := b.s
	lengths, all := make([]float64, len(s.docs)), 0.0
	s.whole = make([]float32, 0, len(s.docs))
	for _, sh := range b.shards {
		for i, n := range sh.lengths {
			doc, _ := s.owners[int(sh.firstUnit)+i].at()
			lengths[doc] += float64(n)
			all += float64(n)
		}
	}
	mean, long := all/float64(len(s.docs)), s.longness()
	for _, length := range lengths {
		one := once(s.weights.k1, s.weights.length, length/mean)
		s.whole = append(s.whole, min(one*s.weights.lengthen(length/mean, long), float32(s.weights.k1+1)))
	}
}

// once returns what a term counts that stands once in a text so many times as long as
// others.
func once(k1, b, length float64) float32 {
	return float32((k1 + 1) / (1 + k1*(1-b+b*length)))
}

// titler brings titles and names from signs to terms and weighs them.
type titler struct {
	b       *builder
	s       *snapshot
	letters []byte  // by term
	words   []int32 // number of a word in the shard to its term
	terms   []int32
	pairs   [1 << pairBits]numberedPair
}

// numberedPair is a pair of characters that was asked for. The documents of a page nearly
// have one title, so that most pairs come again at once.
type numberedPair struct{ first, second, term int32 }

const pairBits = 10

// pair is lexicon.pair.
func (t *titler) pair(first, second int32) int32 {
	at := &t.pairs[uint32(first<<15^second)*0x9e3779b1>>(32-pairBits)]
	if at.first != first+1 || at.second != second {
		*at = numberedPair{first + 1, second, t.s.lex.pair(first, second)}
	}
	return at.term
}

func (t *titler) finish(u *unit) {
	sequence, initials := t.s.sequence[u.from:u.to], t.s.initials[u.from:u.from]
	t.terms = t.terms[:0]
	for i, sign := range sequence {
		if sign < 0 {
			sequence[i] = t.words[-sign-1]
			t.terms = append(t.terms, sequence[i])
			continue
		}
		term := int32(t.b.terms[sign>>1])
		if sequence[i] = term; sign&1 != 0 {
			t.terms = append(t.terms, t.pair(sequence[i-1], term))
		}
		if c := t.letters[term]; c != 0 {
			initials = append(initials, c)
		}
		t.terms = append(t.terms, term)
	}
	slices.Sort(t.terms)
	for _, term := range slices.Compact(t.terms) {
		u.mass += t.s.value(term) * t.s.termWeight(term)
	}
}
