package search

import (
	"bytes"
	"context"
	"iter"
	"math"
	"math/bits"
	"slices"
	"sort"
)

const (
	cutShare   = 0.15 // of the best score; what is below is no hit
	saturation = 1.1  // how fast the score nears 1
)

// initialsBonus is what matching pinyin initials count, in the idf of a word
// in no document.
const initialsBonus = 1.5

// What bounds the work of a search, whatever is asked of however much text.
const (
	seedTenths = 3 // of these, after which no term is read that has more than all of them
)

// scratch is the working memory of one search, reused by the next.
type scratch struct {
	budget  int32   // postings to read; 0: as many as the weights say
	unread  float32 // what the terms count whose postings have not been read
	plan    plan
	wants   []want
	merged  []want   // the same, each term once
	keys    []uint64 // of either, or of candidates, to put them in order
	ordered []candidate
	cells   []cell    // by unit; zero between searches
	tallies []tally   // by the order of documents; zero between searches
	marks   []uint64  // a bit for each unit with a score; zero between searches
	sums    sums      // the same of a collection, by document
	top     candidate // … the best so far
	found   []candidate
	pages   []evidence // by page; zero between searches
	reader  reader
	looks   []look      // of the documents read
	rest    []candidate // that have not been read
	least   float32     // the score from which those are hits
	behind  int         // such hits that are not among those found
	topics  topicTable
	fours   int       // of topics
	enough  []int32   // of the sums
	common  []float32 // of the candidates: what they have of what the query is about
	most    float32   // of common
	near    []float32 // of the candidates in order: what the best near them scores
	block   [blockLength]posting

	touched uint32 // of no use: see touchLists
}

// cell is what a unit has in common with the query.
type cell struct {
	topics uint64
	score  float32
}

// tally is the same of a document.
type tally struct {
	topics uint64
	doc    int32
	parts  [2]uint32 // bits of the best title or name, and of the text
}

// want is a term of the query, with what it counts in all clues together.
type want struct {
	term   int32
	docs   int32 // that have it
	list   address
	weight float32
	topics uint64
}

// candidate is a document with a score.
type candidate struct {
	doc   int32
	score float32
	look  int32 // in the scratch, plus one; 0 when the document has not been read
}

// Search returns the documents that match, best first. Of a query that says what it
// is about, only documents that have a word of that count, and only the best of them
// are ranked by all its words; the others follow. The only error is that of the
// context.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	s := x.current.Load()
	w := x.scratch.Get().(*scratch)
	defer x.scratch.Put(w)
	w.plan.prepare(s, x.norm, q.Text, q.Normal)
	if len(w.plan.clues) == 0 || len(s.docs) == 0 {
		return Result{}, nil
	}
	w.accumulate(s)
	w.collect(s, q)
	limit, offset := q.page()
	w.complete(s, &q, offset+limit)
	w.rerank(s, offset+limit)
	total := len(w.found) + w.behind
	page := w.found[min(offset, total):min(offset+limit, total)]
	if len(page) == 0 {
		return Result{Total: total}, nil
	}
	hits := slices.Grow(q.Into[:0], len(page))[:len(page)]
	for i, c := range page {
		hits[i] = Hit{Document: &s.docs[c.doc], Place: int(c.doc), Score: float64(c.score), Coverage: float64(w.coverage(c))}
	}
	if !q.Bare {
		w.plan.excerpts(x.norm, hits)
	}
	return Result{Hits: hits, Total: total}, nil
}

// coverage returns the share of the content clues that a document meets.
func (w *scratch) coverage(c candidate) float32 {
	if c.look > 0 {
		return w.looks[c.look-1].content
	}
	return w.reader.read(&w.plan, c.doc).content
}

// brings returns to what part a clue brings up texts: of a long question characters do so
// less, which are in many of them.
func (p *plan) brings(c *clue) float32 {
	if c.kind != aCharacter {
		return 1
	}
	return 1 - p.s.weights.copiedChars*p.lengthy()
}

// merge lists the terms that find documents, each once: those that the query is about, or
// all where it says nothing. What else such a term counts for is counted in.
func (w *scratch) merge(s *snapshot) {
	all := w.plan.topics == 0 || w.plan.initials != ""
	w.wants = w.wants[:0]
	for _, c := range w.plan.clues {
		if c.topic == 0 && !all {
			continue
		}
		c.weight *= w.plan.brings(&c)
		for _, a := range w.plan.alts[c.first:c.last] {
			w.wants = append(w.wants, want{term: a.term, weight: c.weight * a.share, topics: c.topic})
		}
	}
	w.keys = w.keys[:0]
	for i := range w.wants {
		w.keys = append(w.keys, uint64(w.wants[i].term)<<32|uint64(i))
	}
	slices.Sort(w.keys) // numbers: several times as fast as what they stand for
	out := w.merged[:0]
	for _, key := range w.keys {
		t := &w.wants[uint32(key)]
		if n := len(out) - 1; n >= 0 && out[n].term == t.term {
			out[n].weight += t.weight
			out[n].topics |= t.topics
			continue
		}
		t.docs = s.frequency(t.term)
		out = append(out, *t)
	}
	if w.merged = out; all {
		return
	}
	for _, c := range w.plan.clues {
		if c.topic != 0 {
			continue
		}
		for _, a := range w.plan.alts[c.first:c.last] {
			i, ok := slices.BinarySearchFunc(out, a.term, func(t want, term int32) int { return int(t.term - term) })
			if ok {
				out[i].weight += c.weight * a.share
			}
		}
	}
}

// accumulate adds up, by unit, in a collection by document, what the terms count that find
// documents: the rarest first, until enough is read.
func (w *scratch) accumulate(s *snapshot) {
	if s.weights.together {
		w.sums.begin(len(s.docs))
	} else {
		w.cells, w.marks = grow(w.cells, len(s.units)), grow(w.marks, len(s.units)/64+1)
	}
	w.top = candidate{}
	w.merge(s)
	seeds := w.rarestFirst()
	budget, read, i := w.budget, int32(0), 0
	if budget == 0 {
		budget = s.weights.budget(len(seeds))
	}
	w.touched += s.touchLists(seeds, 0, budget)
	for ; i < len(seeds); i++ {
		if enough(read, seeds[i].docs, budget) {
			if w.settled(s, seeds[i:]) {
				break
			}
			if budget = s.weights.raise(budget, read, seeds[i].docs); enough(read, seeds[i].docs, budget) {
				break
			}
			w.touched += s.touchLists(seeds[i:], read, budget)
		}
		read += w.add(s, &seeds[i])
	}
	w.unread = worthOf(seeds[i:])
	w.matchInitials(s)
}

// rarestFirst puts the terms that find documents in order.
func (w *scratch) rarestFirst() []want {
	w.keys, w.wants = w.keys[:0], w.wants[:0]
	for i := range w.merged { // in the order of their terms
		w.keys = append(w.keys, uint64(w.merged[i].docs)<<32|uint64(i))
	}
	slices.Sort(w.keys)
	for _, key := range w.keys {
		w.wants = append(w.wants, w.merged[uint32(key)])
	}
	return w.wants
}

// enough reports whether so many postings have been read that a term is not, which that
// many documents have.
func enough(read, docs, budget int32) bool {
	return read > budget || read > budget/10*seedTenths && docs > budget
}

// touchLists finds the lists of the terms that so many postings are to be read of. They lie
// all over memory: looked for and read one after the other each would be waited for, this
// way they come together. What it returns is of no use but to have been read.
func (s *snapshot) touchLists(seeds []want, read, budget int32) (touched uint32) {
	for i := range seeds {
		t := &seeds[i]
		if enough(read, t.docs, budget) {
			break
		}
		t.list = s.lex.list(t.term)
		number, at := t.list.at()
		touched += uint32(s.memory[number][at])
		read += t.docs // at most as many as postings
	}
	return touched
}

// add adds what a term counts to all units that have it, in a collection to all documents.
func (w *scratch) add(s *snapshot, t *want) (read int32) {
	if s.weights.together {
		return w.addTogether(s, t)
	}
	list, once, weight, topics := s.cursor(t.list), s.once, t.weight, t.topics
	cells, marks := w.cells, w.marks
	for block := list.read(&w.block); len(block) > 0; block = list.read(&w.block) {
		for i := range block {
			unit, value := block[i].unit, once[block[i].unit]
			if n := block[i].n; n > 1 {
				value = s.timesOf(value, n)
			}
			marks[unit>>6] |= 1 << (unit & 63)
			c := &cells[unit]
			c.score += weight * value
			c.topics |= topics
		}
	}
	return list.total
}

func (w *scratch) mark(unit int32) { w.marks[unit>>6] |= 1 << (unit & 63) }

// matchInitials adds the bonus for titles spelled by their first letters.
func (w *scratch) matchInitials(s *snapshot) {
	letters := []byte(w.plan.initials)
	for at := 0; len(letters) > 0; {
		next := bytes.Index(s.initials[at:], letters)
		if next < 0 {
			return
		}
		at += next
		i := sort.Search(len(s.units), func(i int) bool { return int(s.units[i].to) > at })
		if end := int(s.units[i].to); at+len(letters) > end { // begins in one title and ends in another
			at++
		} else {
			if s.weights.together {
				w.sums.of(s.units[i].doc).score += initialsBonus * s.unseen
			} else {
				w.mark(int32(i))
				w.cells[i].score += initialsBonus * s.unseen
			}
			at = end
		}
	}
}

// grow returns a slice of length n whose elements are zero, given that those
// of s are.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// collect turns units, in order, into candidates that pass the filters, and leaves
// the accumulators empty for the next search.
func (w *scratch) collect(s *snapshot, q Query) {
	w.found, w.common, w.most = w.found[:0], w.common[:0], 0
	f := s.filter(&q)
	w.fours = w.plan.weighTopics(&w.topics)
	if s.weights.together {
		w.collectTogether(s, &q, &f)
		return
	}
	w.keep(s, &f, w.tallyUp(s))
	w.dropStrangers()
}

// tallyUp adds up by document what its units have, from the second tally on, and returns how
// many documents there are. Which unit is the first of another document, and which is a title,
// nobody can foresee, so nothing branches on it: numbers that are not negative have the order
// of their bits.
func (w *scratch) tallyUp(s *snapshot) (n int) {
	weights := [1 << 2]float32{s.fieldWeight(fieldTitle), s.fieldWeight(fieldName), s.fieldWeight(fieldText)}
	parts := [1 << 2]uint8{fieldText: 1}
	last := int32(-1)
	for k, set := range w.marks {
		if most := n + 1 + bits.OnesCount64(set); most > len(w.tallies) {
			w.tallies = append(w.tallies, make([]tally, most)...)
		}
		for w.marks[k] = 0; set != 0; set &= set - 1 {
			unit := k<<6 | bits.TrailingZeros64(set)
			doc, field := s.owners[unit].at()
			next := n
			if doc != last {
				next = n + 1
			}
			n, last = next, doc
			t, c := &w.tallies[n], &w.cells[unit]
			t.doc = doc
			t.topics |= c.topics
			part := &t.parts[parts[field]&1]
			*part = max(*part, math.Float32bits(c.score*weights[field]))
			*c = cell{}
		}
	}
	return n
}

// keep makes candidates of the documents that pass, and leaves their tallies empty.
func (w *scratch) keep(s *snapshot, f *filter, documents int) {
	if documents == 0 {
		return
	}
	if cap(w.found) <= documents || cap(w.common) <= documents {
		w.found, w.common = make([]candidate, 2*documents+1), make([]float32, 2*documents+1)
	}
	found, common, n := w.found[:documents+1], w.common[:documents+1], 0
	for i := range w.tallies[1 : documents+1] {
		t := &w.tallies[1+i]
		worth, next := w.topics.worth(t.topics, w.fours), n+1
		found[n] = candidate{doc: t.doc, score: math.Float32frombits(t.parts[0]) + math.Float32frombits(t.parts[1])}
		common[n] = worth
		if s.foreign[t.doc] {
			next = n
		}
		if !f.all {
			if next = n; s.passes(f, t.doc) {
				next = n + 1
			}
		}
		if worth > w.most && next > n {
			w.most = worth
		}
		n = next
		*t = tally{}
	}
	w.found, w.common = found[:n], common[:n]
}

// collectTogether is collect where there are sums. What a document is left out for nobody can
// foresee, so nothing branches on it where there is no filter.
func (w *scratch) collectTogether(s *snapshot, q *Query, f *filter) {
	if !f.all || s.translated {
		w.collectFiltered(s, f)
		return
	}
	least := w.strange()
	limit, offset := q.page()
	if len(w.sums.all()) > manyFound && w.plan.topics > 0 && w.plan.initials == "" {
		w.gather(s, least, cutShare*w.top.score)
	}
	if wanted := offset + limit; len(w.found) < wanted+wanted/5 {
		w.gather(s, least, 0)
	}
	w.sums.end()
}

// manyFound is how many documents have to come up for it to be worth it to look first for
// those alone whose score is no less than that of the least of hits.
const manyFound = 400

// gather makes those documents candidates that score so much, in what a term counts once and
// altogether.
func (w *scratch) gather(s *snapshot, once, whole float32) {
	all, n := w.sums.all(), 0
	if len(all) > len(w.enough) {
		w.enough = make([]int32, 2*len(all))
	}
	enough := w.enough[:len(all)]
	for i := range all {
		c := &all[i]
		enough[n] = int32(i)
		less := math.Float32bits(c.score-once*s.whole[c.doc]) | math.Float32bits(c.score-whole)
		n += 1 - int(less>>31)
	}
	w.found, w.common, w.most = w.found[:0], w.common[:0], 0
	for _, i := range enough[:n] {
		c := &all[i]
		w.found = append(w.found, candidate{doc: c.doc, score: c.score})
		w.share(c.topics)
	}
	w.dropStrangers()
}

// collectFiltered is the same for those that pass a filter.
func (w *scratch) collectFiltered(s *snapshot, f *filter) {
	for _, c := range w.sums.all() {
		if s.passes(f, c.doc) {
			w.found = append(w.found, candidate{doc: c.doc, score: c.score})
			w.share(c.topics)
		}
	}
	w.sums.end()
	w.dropStrangers()
}

// share notes what a candidate has in common with the query.
func (w *scratch) share(topics uint64) {
	common := w.topics.worth(topics, w.fours)
	w.common = append(w.common, common)
	if common > w.most { // not by max, which asks whether it is a number
		w.most = common
	}
}

// terms yields the pairs and words of a text, -1 for unknown ones; a
// character that stands alone counts as a word.
func (s *snapshot) terms(tokens []token) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i, t := range tokens {
			var id int32
			switch {
			case !t.han:
				id = s.lex.word(string(t.runes))
			case i+1 < len(tokens) && tokens[i+1].joined:
				id = s.lex.bigram(t.runes[0], tokens[i+1].runes[0])
			case t.joined:
				continue
			default:
				id = s.lex.unigram(t.runes[0])
			}
			if !yield(id) {
				return
			}
		}
	}
}
