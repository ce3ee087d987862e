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

// What the parts of the score count; they add up to 1.
const (
	matchPart = 0.36 // weighted terms in common
	titlePart = 0.18 // how much of the title the query is
	textPart  = 0.12 // how much of the text
	leadPart  = 0.06 // the query at the beginning of the text
	coverPart = 0.17 // the query anywhere
	nearPart  = 0.11 // its characters, in other order or with something between
)

// initialsBonus is what matching pinyin initials count, in the idf of a word
// in no document.
const initialsBonus = 1.5

// What bounds the work of a search, whatever is asked of however much text.
const (
	rerankDepth = 48   // documents that are read with the whole query in view
	readShare   = 0.25 // of the best score by what was read to find them; what is below is not read
	seedBudget  = 1000 // postings read to find them, and those of one more term
	seedTenths  = 3    // of these, after which no term is read that has more than all of them
)

// scratch is the working memory of one search, reused by the next.
type scratch struct {
	budget int32 // postings to read
	plan   plan
	wants  []want
	cells  []cell   // by unit; zero between searches
	marks  []uint64 // a bit for each unit with a score; zero between searches
	found  []candidate
	pages  []evidence // by page; zero between searches
	reader reader
	looks  []look      // of the documents read
	rest   []candidate // that have not been read
	least  float32     // the score from which those are hits
	behind int         // such hits that are not among those found
	topics topicTable
	fours  int       // of topics
	common []float32 // of the candidates: what they have of what the query is about
	most   float32   // of common
	block  [blockLength]posting

	touched uint32 // of no use: see touchLists
}

// cell is what a unit has in common with the query.
type cell struct {
	topics uint64
	score  float32
}

// tally is the same of a document.
type tally struct {
	doc        int32
	topics     uint64
	head, body float32 // of the best title or name, and the text
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
	w.plan.prepare(s, x.norm, q.Text)
	if len(w.plan.clues) == 0 || len(s.docs) == 0 {
		return Result{}, nil
	}
	w.accumulate(s)
	w.collect(s, q)
	limit, offset := q.page()
	w.complete(s, offset+limit)
	w.rerank(s, offset+limit)
	total := len(w.found) + w.behind
	page := w.found[min(offset, total):min(offset+limit, total)]
	if len(page) == 0 {
		return Result{Total: total}, nil
	}
	hits := make([]Hit, len(page))
	for i, c := range page {
		hits[i] = Hit{Document: s.docs[c.doc], Score: float64(c.score), Coverage: float64(w.coverage(c))}
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

// merge lists the terms that find documents, each once: those that the query is about, or
// all where it says nothing. What else such a term counts for is counted in.
func (w *scratch) merge(s *snapshot) {
	all := w.plan.topics == 0 || w.plan.initials != ""
	w.wants = w.wants[:0]
	for _, c := range w.plan.clues {
		if c.topic == 0 && !all {
			continue
		}
		for _, a := range w.plan.alts[c.first:c.last] {
			w.wants = append(w.wants, want{term: a.term, weight: c.weight * a.share, topics: c.topic})
		}
	}
	slices.SortFunc(w.wants, func(a, b want) int { return int(a.term - b.term) })
	out := w.wants[:0]
	for _, t := range w.wants {
		if n := len(out) - 1; n >= 0 && out[n].term == t.term {
			out[n].weight += t.weight
			out[n].topics |= t.topics
			continue
		}
		t.docs = s.frequency(t.term)
		out = append(out, t)
	}
	if w.wants = out; all {
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

// accumulate adds up, by unit, what the terms count that find documents: the rarest
// first, until enough is read.
func (w *scratch) accumulate(s *snapshot) {
	w.cells, w.marks = grow(w.cells, len(s.units)), grow(w.marks, len(s.units)/64+1)
	w.merge(s)
	seeds := w.wants
	slices.SortFunc(seeds, func(a, b want) int {
		if a.docs != b.docs {
			return int(a.docs - b.docs)
		}
		return int(a.term - b.term)
	})
	w.touched += s.touchLists(seeds, w.budget)
	read := int32(0)
	for i := range seeds {
		if enough(read, seeds[i].docs, w.budget) {
			break
		}
		read += w.add(s, &seeds[i])
	}
	w.matchInitials(s)
}

// worthReading moves those of the candidates behind the others that are so far below the
// best that they will hardly be among the first, and returns the others, but at least so
// many.
func worthReading(top []candidate, least int) []candidate {
	if len(top) <= least {
		return top
	}
	var most float32
	for i := range top {
		most = max(most, top[i].score)
	}
	n := 0
	for i := range top {
		if top[i].score >= readShare*most {
			top[i], top[n] = top[n], top[i]
			n++
		}
	}
	if n < least {
		return choose(top, least)
	}
	return top[:n]
}

// enough reports whether so many postings have been read that a term is not, which that
// many documents have.
func enough(read, docs, budget int32) bool {
	return read > budget || read > budget/10*seedTenths && docs > budget
}

// touchLists finds the lists of the terms that so many postings are to be read of. They lie
// all over memory: looked for and read one after the other each would be waited for, this
// way they come together. What it returns is of no use but to have been read.
func (s *snapshot) touchLists(seeds []want, budget int32) (touched uint32) {
	read := int32(0)
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

// add adds what a term counts to all units that have it.
func (w *scratch) add(s *snapshot, t *want) (read int32) {
	list := s.cursor(t.list)
	for block := list.read(&w.block); len(block) > 0; block = list.read(&w.block) {
		for _, p := range block {
			w.mark(p.unit)
			c := &w.cells[p.unit]
			c.score += t.weight * s.worth(p.unit, p.n)
			c.topics |= t.topics
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
			w.mark(int32(i))
			w.cells[i].score += initialsBonus * s.unseen
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
	t := tally{doc: -1}
	for k, set := range w.marks {
		for w.marks[k] = 0; set != 0; set &= set - 1 {
			unit := k<<6 | bits.TrailingZeros64(set)
			doc, field := s.owners[unit].at()
			if doc != t.doc {
				if t.doc >= 0 && s.passes(&f, t.doc) {
					w.enter(&t)
				}
				t = tally{doc: doc}
			}
			t.count(w.cells[unit], field, s.fieldWeight(field))
			w.cells[unit] = cell{}
		}
	}
	if t.doc >= 0 && s.passes(&f, t.doc) {
		w.enter(&t)
	}
	w.dropStrangers()
}

// enter makes a document a candidate.
func (w *scratch) enter(t *tally) {
	common := w.topics.worth(t.topics, w.fours)
	w.found = append(w.found, candidate{doc: t.doc, score: t.head + t.body})
	w.common, w.most = append(w.common, common), max(w.most, common)
}

// count enters a unit.
func (t *tally) count(c cell, field uint8, weight float32) {
	t.topics |= c.topics
	if v := c.score * weight; field == fieldText {
		t.body = v
	} else {
		t.head = max(t.head, v)
	}
}

// complete reads the best candidates for the whole query and puts them in order. What
// is far below the best is no hit.
func (w *scratch) complete(s *snapshot, wanted int) {
	w.reader.prepare(&w.plan)
	top := worthReading(best(w.found, rerankDepth), wanted+wanted/5)
	w.rest = w.found[len(top):]
	w.touched += s.touchDocuments(top)
	w.looks = w.looks[:0]
	var seeds float32 // the best score by what was read of the lists
	for i := range top {
		seeds = max(seeds, top[i].score)
		l := w.reader.read(&w.plan, top[i].doc)
		l.match = max(l.match, top[i].score) // which may have pinyin initials in it
		w.looks = append(w.looks, l)
		top[i].score, top[i].look = l.match, int32(len(w.looks))
	}
	order(top)
	read := len(top)
	for read > 0 && top[read-1].score < cutShare*top[0].score {
		read--
	}
	w.found, w.least = w.found[:read], cutShare*seeds
}

// touchDocuments does for documents what touchLists does for lists.
func (s *snapshot) touchDocuments(top []candidate) (touched uint32) {
	for i := range top {
		unit := s.first[top[i].doc]
		at := s.starts[unit]
		touched += uint32(s.units[unit].from) + math.Float32bits(s.once[unit]) + uint32(s.signs[at])
		if at += lineSigns; int(at) < len(s.signs) {
			touched += uint32(s.signs[at])
		}
	}
	return touched
}

// lineSigns is how many signs a processor gets from memory at a time.
const lineSigns = 32

// compare puts the better candidate first; equal ones keep the order of indexing.
func (c candidate) compare(other candidate) int {
	switch { // not by package cmp, which asks of every number whether it is one
	case c.score > other.score:
		return -1
	case c.score < other.score:
		return 1
	}
	return int(c.doc - other.doc)
}

// byScore puts the better candidate first, and of equal ones none.
func (c candidate) byScore(other candidate) int {
	switch {
	case c.score > other.score:
		return -1
	case c.score < other.score:
		return 1
	}
	return 0
}

func order(list []candidate) { slices.SortFunc(list, candidate.compare) }

// best moves the n best candidates to the front, in no order, and returns them.
func best(list []candidate, n int) []candidate {
	if n >= len(list) {
		return list
	}
	return choose(list[:promising(list, n)], n)
}

// levels are steps from no score to the best one.
const levels = 256

// promising moves those candidates to the front that may be among the n best, and returns
// how many these are: all whose score is of the level of the n-th or above. To count how
// many are of each level needs no comparison whose outcome a processor cannot foresee.
func promising(list []candidate, n int) int {
	var top float32
	for i := range list {
		top = max(top, list[i].score)
	}
	if top <= 0 {
		return len(list)
	}
	var counts [levels]int32
	step := (levels - 1) / top
	for i := range list {
		counts[uint8(list[i].score*step)]++
	}
	level := levels - 1
	for left := int32(n); level > 0; level-- {
		if left -= counts[level]; left <= 0 {
			break
		}
	}
	m := 0
	for i := range list {
		if uint8(list[i].score*step) >= uint8(level) {
			list[i], list[m] = list[m], list[i]
			m++
		}
	}
	return m
}

// choose is best by comparing candidates with each other.
func choose(list []candidate, n int) []candidate {
	low, high := 0, len(list)
	for n < high && high-low > 1 {
		pivot, i := list[low+(high-low)/2], low
		list[low+(high-low)/2], list[high-1] = list[high-1], pivot
		for j := low; j < high-1; j++ {
			if list[j].compare(pivot) < 0 {
				list[i], list[j] = list[j], list[i]
				i++
			}
		}
		list[i], list[high-1] = pivot, list[i]
		switch {
		case i == n:
			return list[:n]
		case i < n:
			low = i + 1
		default:
			high = i
		}
	}
	return list[:min(n, len(list))]
}

// rerank turns scores into shares of what the query could reach and compares
// the best candidates with the query as a whole and with each other. Those that have not
// been read follow only if so many are wanted; otherwise they are counted.
func (w *scratch) rerank(s *snapshot, wanted int) {
	w.behind = 0
	if len(w.found) == 0 {
		return
	}
	for i := range w.found {
		c := &w.found[i]
		l := &w.looks[c.look-1]
		c.score = w.plan.share(l.match) + titlePart*l.title + textPart*l.text +
			leadPart*l.lead + coverPart*l.cover + nearPart*l.near
	}
	w.support(s, w.found)
	least, floor := w.settle()
	if least < floor {
		return // what has not been read is no better than the least
	}
	enough := max(w.least, w.plan.reaches(floor))
	if wanted <= len(w.found) {
		for i := range w.rest {
			if w.rest[i].score >= enough {
				w.behind++
			}
		}
		return
	}
	read := len(w.found)
	for _, c := range w.rest { // which lie behind those found, in the same list
		if c.score >= enough {
			c.score = min(w.plan.share(c.score), least)
			w.found = append(w.found, c)
		}
	}
	order(w.found[read:])
}

// share returns the share of the score that a query could reach.
func (p *plan) share(score float32) float32 {
	return matchPart * float32(1-math.Exp(-saturation*float64(score/p.ideal)))
}

// reaches returns the score whose share is the one given; more than any where there is
// none.
func (p *plan) reaches(share float32) float32 {
	if share >= matchPart {
		return math.MaxFloat32
	}
	return float32(-math.Log(1-float64(share)/matchPart)/saturation) * p.ideal
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
