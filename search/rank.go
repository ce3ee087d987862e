package search

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"math"
	"slices"
)

const (
	rerankDepth = 32   // candidates whose titles are compared in full
	cutShare    = 0.15 // of the best score; what is below is no hit
	saturation  = 1.1  // how fast the score nears 1
)

// What the parts of the score count; they add up to 1.
const (
	matchPart  = 0.70 // weighted terms in common
	phrasePart = 0.15 // the longest run of the query that a title contains
	sharePart  = 0.15 // how much of the title the query is
)

// initialsBonus is what matching pinyin initials count, in the idf of a word
// in no document.
const initialsBonus = 1.5

// What bounds the work of a search, whatever is asked of however much text.
const (
	rankDepth  = 128     // documents that all terms of the query are looked for in
	seedBudget = 1 << 17 // postings read to find them, and those of one more term
)

// scratch is the working memory of one search, reused by the next.
type scratch struct {
	plan   plan
	wants  []want
	terms  []int32 // of the wants; a bit in cells for each of the first 64
	cells  []cell  // by unit; zero between searches
	units  []int32 // units with a score
	tally  []tally // by document; zero between searches
	docs   []int32
	found  []candidate
	pages  []evidence // by page; zero between searches
	common commonRun
	block  [blockLength]posting
}

// cell is what a unit has in common with the query.
type cell struct {
	topics uint64
	terms  uint64 // met: a bit for each of the first 64
	score  float32
}

// tally is the same of a document.
type tally struct {
	topics     uint64
	terms      uint64
	head, body float32 // of the best title or name, and the text
	ranked     bool    // all terms of the query were looked for
}

// want is a term of the query, with what it counts in all clues together.
type want struct {
	term   int32
	docs   int32 // that have it
	weight float32
	topics uint64
	bit    uint64 // of its own; 0 beyond 64 terms
}

// candidate is a document with a score.
type candidate struct {
	doc   int32
	score float32
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
	rest := w.accumulate(s)
	w.collect(s, q)
	w.complete(s, rest)
	limit, offset := q.page()
	w.rerank(s)
	total := len(w.found)
	if offset+limit > rerankDepth && total > rerankDepth {
		order(w.found[rerankDepth:])
	}
	page := w.found[min(offset, total):min(offset+limit, total)]
	hits := make([]Hit, len(page))
	for i, c := range page {
		hits[i] = Hit{Document: s.docs[c.doc], Score: float64(c.score)}
		hits[i].Coverage = w.plan.coverage(func(term int32) bool { return w.met(c.doc, term) })
	}
	w.release()
	if !q.Bare && len(hits) > 0 {
		w.plan.excerpts(x.norm, hits)
	}
	return Result{Hits: hits, Total: total}, nil
}

// merge lists the terms of all clues, each once, those first that the query is about.
// It returns how many these are: all, where it says nothing.
func (w *scratch) merge(s *snapshot) (topics int) {
	w.wants = w.wants[:0]
	for _, c := range w.plan.clues {
		for _, a := range w.plan.alts[c.first:c.last] {
			w.wants = append(w.wants, want{term: a.term, weight: c.weight * a.share, topics: c.topic})
		}
	}
	slices.SortStableFunc(w.wants, func(a, b want) int { return cmp.Compare(a.term, b.term) })
	out := w.wants[:0]
	for _, t := range w.wants {
		if n := len(out) - 1; n >= 0 && out[n].term == t.term {
			out[n].weight += t.weight
			out[n].topics |= t.topics
			continue
		}
		out = append(out, t)
	}
	w.wants, w.terms = out, w.terms[:0]
	for i := range out {
		out[i].docs, out[i].bit = s.frequency(out[i].term), 1<<i
		w.terms = append(w.terms, out[i].term)
	}
	if w.plan.topics == 0 || w.plan.initials != "" {
		return len(out)
	}
	for i, t := range out {
		if t.topics != 0 {
			out[i], out[topics] = out[topics], t
			topics++
		}
	}
	return topics
}

// accumulate adds up, by unit, what the terms count that find documents: the rarest
// first, until enough is read. It returns the terms that are left.
func (w *scratch) accumulate(s *snapshot) (rest []want) {
	w.cells, w.tally = grow(w.cells, len(s.units)), grow(w.tally, len(s.docs))
	w.units, w.docs, w.found = w.units[:0], w.docs[:0], w.found[:0]
	n := w.merge(s)
	seeds := w.wants[:n]
	if n > 1 {
		slices.SortFunc(seeds, func(a, b want) int { return cmp.Or(int(a.docs-b.docs), int(a.term-b.term)) })
	}
	read := int32(0)
	for i, t := range seeds {
		if read > seedBudget {
			n = i
			break
		}
		read += w.add(s, t)
	}
	w.matchInitials(s)
	return w.wants[n:]
}

// add adds what a term counts to all units that have it.
func (w *scratch) add(s *snapshot, t want) (read int32) {
	list := s.list(t.term)
	for block := list.read(&w.block); len(block) > 0; block = list.read(&w.block) {
		for _, p := range block {
			w.enter(s, p, t)
		}
	}
	return list.total
}

// enter adds what a term counts to one unit.
func (w *scratch) enter(s *snapshot, p posting, t want) {
	c := &w.cells[p.unit]
	if c.score == 0 {
		w.units = append(w.units, p.unit)
	}
	c.score += t.weight * s.worth(p.unit, p.n)
	c.topics |= t.topics
	c.terms |= t.bit
}

// matchInitials adds the bonus for titles spelled by their first letters.
func (w *scratch) matchInitials(s *snapshot) {
	letters := w.plan.initials
	if letters == "" {
		return
	}
	for i := range s.units {
		u := &s.units[i]
		if !bytes.Contains(s.initials[u.from:u.to], []byte(letters)) {
			continue
		}
		if w.cells[i].score == 0 {
			w.units = append(w.units, int32(i))
		}
		w.cells[i].score += initialsBonus * s.unseen
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

// collect turns units into candidates that pass the filters.
func (w *scratch) collect(s *snapshot, q Query) {
	for _, i := range w.units {
		doc := s.units[i].doc
		if t := &w.tally[doc]; t.head == 0 && t.body == 0 {
			w.docs = append(w.docs, doc)
		}
		w.count(s, i)
	}
	for _, doc := range w.docs {
		if q.admits(&s.docs[doc]) {
			w.found = append(w.found, candidate{doc, w.tally[doc].score()})
		}
	}
	w.dropStrangers()
}

// count enters a unit into the tally of its document.
func (w *scratch) count(s *snapshot, i int32) {
	u, c := &s.units[i], &w.cells[i]
	t := &w.tally[u.doc]
	t.topics |= c.topics
	t.terms |= c.terms
	if v := c.score * fieldWeight[u.field]; u.field == fieldText {
		t.body = v
	} else {
		t.head = max(t.head, v)
	}
}

func (t *tally) score() float32 { return t.head + t.body }

// complete looks for the remaining terms in the best candidates and puts these in
// order. What is far below the best is no hit.
func (w *scratch) complete(s *snapshot, rest []want) {
	top := best(w.found, rankDepth)
	slices.SortFunc(top, func(a, b candidate) int { return cmp.Compare(a.doc, b.doc) })
	for _, t := range rest {
		list := s.list(t.term)
		for _, c := range top {
			if !list.seek(s.first[c.doc]) {
				break
			}
			for more := true; more && list.unit < s.first[c.doc+1]; more = list.next() {
				w.enter(s, list.posting, t)
			}
		}
	}
	for i, c := range top {
		for u := s.first[c.doc]; u < s.first[c.doc+1]; u++ {
			w.count(s, u)
		}
		w.tally[c.doc].ranked = true
		top[i].score = w.tally[c.doc].score()
	}
	order(top)
	if len(top) > 0 {
		least := cutShare * top[0].score
		w.found = slices.DeleteFunc(w.found, func(c candidate) bool { return c.score < least })
	}
}

// admits reports whether the document passes the filters.
func (q *Query) admits(d *Document) bool {
	return (d.Lang == q.Lang || q.Lang == "" && d.Translates == "") &&
		(q.Category == "" || d.Category == q.Category) &&
		(q.Policy == "" || d.Policy == q.Policy) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, d.Kind)) &&
		(q.among == nil || q.among[d.ID])
}

// release clears the accumulators for the next search.
func (w *scratch) release() {
	for _, u := range w.units {
		w.cells[u] = cell{}
	}
	for _, d := range w.docs {
		w.tally[d] = tally{}
	}
}

// compare puts the better candidate first; equal ones keep the order of indexing.
func (c candidate) compare(other candidate) int {
	return cmp.Or(cmp.Compare(other.score, c.score), cmp.Compare(c.doc, other.doc))
}

func order(list []candidate) { slices.SortFunc(list, candidate.compare) }

// best moves the n best candidates to the front, in no order, and returns them.
func best(list []candidate, n int) []candidate {
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
// the best candidates with the query as a whole and with each other.
func (w *scratch) rerank(s *snapshot) {
	for i := range w.found {
		w.found[i].score = w.plan.share(w.found[i].score)
	}
	top := w.found[:min(len(w.found), rerankDepth)]
	w.common.of(w.plan.sequence, len(s.lex.lists))
	for i := range top {
		top[i].score += w.likeness(s, top[i].doc)
	}
	w.common.forget()
	w.support(s, top)
	w.settle(top)
}

// share returns the share of the score that a query could reach.
func (p *plan) share(score float32) float32 {
	return matchPart * float32(1-math.Exp(-saturation*float64(score/p.ideal)))
}

// likeness compares the query with each title and name of a document and
// returns the best.
func (w *scratch) likeness(s *snapshot, doc int32) float32 {
	var best float32
	p := &w.plan
	for i := s.first[doc]; i < s.first[doc+1]; i++ {
		u := &s.units[i]
		if u.field == fieldText || w.cells[i].score == 0 {
			continue
		}
		run := w.common.with(s.sequence[u.from:u.to])
		v := phrasePart * float32(run) / float32(max(len(p.tokens), 1))
		common := min(w.cells[i].score, p.ideal, u.mass)
		v += sharePart * common / (p.ideal + u.mass - common)
		best = max(best, v)
	}
	return best
}

// coverage returns the share of the content clues that a document meets, given the
// terms it has.
func (p *plan) coverage(has func(term int32) bool) float64 {
	if p.mass == 0 {
		return 0
	}
	var sum float32
	for _, c := range p.clues {
		if !c.content && !c.related {
			continue
		}
		var share float32
		for _, a := range p.alts[c.first:c.last] {
			if a.share > share && has(a.term) {
				share = a.share
			}
		}
		sum += c.weight * share
	}
	return min(1, float64(sum/p.mass))
}

// met reports whether a document has a term of the query. What is not known of those
// far down is looked up.
func (w *scratch) met(doc, term int32) bool {
	i, _ := slices.BinarySearch(w.terms, term)
	return w.tally[doc].terms>>i&1 != 0 || (i >= 64 || !w.tally[doc].ranked) && w.plan.s.contains(doc, term)
}

// terms yields the pairs and words of normalised text, -1 for unknown ones; a
// character that stands alone counts as a word.
func (s *snapshot) terms(runes []rune) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		tokens := tokenize(nil, runes)
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
