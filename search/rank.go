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

// scratch is the working memory of one search, reused by the next.
type scratch struct {
	plan   plan
	score  []float32 // by unit; zero between searches
	units  []int32   // units with a score
	topics []uint64  // by unit: topics met; zero between searches
	met    []uint64  // the same by document
	head   []float32 // by document: best title or name; zero between searches
	body   []float32
	docs   []int32
	found  []candidate
	pages  []evidence // by page; zero between searches
	cells  []int32    // for the longest common run
	block  [blockLength]posting
}

// candidate is a document with a score.
type candidate struct {
	doc   int32
	score float32
}

// Search returns the documents that match, best first. The only error is that
// of the context.
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
	w.order()
	w.rerank(s)
	total := len(w.found)
	w.release()
	page := w.found[min(offset, total):min(offset+limit, total)]
	if len(page) == 0 {
		return Result{Total: total}, nil
	}
	hits := make([]Hit, len(page))
	for i, c := range page {
		hits[i] = Hit{Document: s.docs[c.doc], Score: float64(c.score), Coverage: w.plan.coverage(c.doc)}
	}
	if !q.Bare {
		w.plan.excerpts(x.norm, hits)
	}
	return Result{Hits: hits, Total: total}, nil
}

// accumulate adds up the impacts of all clues, by unit.
func (w *scratch) accumulate(s *snapshot) {
	w.score = grow(w.score, len(s.units))
	w.topics, w.met = grow(w.topics, len(s.units)), grow(w.met, len(s.docs))
	w.head, w.body = grow(w.head, len(s.docs)), grow(w.body, len(s.docs))
	w.units, w.docs, w.found = w.units[:0], w.docs[:0], w.found[:0]
	for _, c := range w.plan.clues {
		for _, a := range w.plan.alts[c.first:c.last] {
			w.add(s, a.term, c.weight*a.share, c.topic)
		}
	}
	w.matchInitials(s)
}

// add adds what a term counts to all units that have it.
func (w *scratch) add(s *snapshot, term int32, weight float32, topic uint64) {
	list := s.list(term)
	for block := list.read(&w.block); len(block) > 0; block = list.read(&w.block) {
		for _, p := range block {
			if w.score[p.unit] == 0 {
				w.units = append(w.units, p.unit)
			}
			w.score[p.unit] += weight * s.worth(p.unit, p.n)
			w.topics[p.unit] |= topic
		}
	}
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
		if w.score[i] == 0 {
			w.units = append(w.units, int32(i))
		}
		w.score[i] += initialsBonus * s.unseen
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

// collect turns unit scores into candidates that pass the filters.
func (w *scratch) collect(s *snapshot, q Query) {
	for _, i := range w.units {
		u, v := &s.units[i], w.score[i]
		if w.head[u.doc] == 0 && w.body[u.doc] == 0 {
			w.docs = append(w.docs, u.doc)
		}
		w.met[u.doc] |= w.topics[i]
		v *= fieldWeight[u.field]
		if u.field == fieldText {
			w.body[u.doc] += v
		} else {
			w.head[u.doc] = max(w.head[u.doc], v)
		}
	}
	var best float32
	for _, doc := range w.docs {
		if !q.admits(&s.docs[doc]) {
			continue
		}
		v := w.head[doc] + w.body[doc]
		best = max(best, v)
		w.found = append(w.found, candidate{doc, v})
	}
	w.found = slices.DeleteFunc(w.found, func(c candidate) bool { return c.score < cutShare*best })
	w.dropStrangers()
}

// admits reports whether the document passes the filters.
func (q *Query) admits(d *Document) bool {
	return (d.Lang == q.Lang || q.Lang == "" && d.Translates == "") &&
		(q.Category == "" || d.Category == q.Category) &&
		(q.Policy == "" || d.Policy == q.Policy) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, d.Kind))
}

// release clears the accumulators for the next search.
func (w *scratch) release() {
	for _, u := range w.units {
		w.score[u], w.topics[u] = 0, 0
	}
	for _, d := range w.docs {
		w.head[d], w.body[d], w.met[d] = 0, 0, 0
	}
}

// order sorts the candidates; equal ones keep the order of indexing.
func (w *scratch) order() {
	slices.SortFunc(w.found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc))
	})
}

// rerank turns scores into shares of what the query could reach and compares
// the best candidates with the query as a whole and with each other.
func (w *scratch) rerank(s *snapshot) {
	p := &w.plan
	for i := range w.found {
		c := &w.found[i]
		c.score = matchPart * float32(1-math.Exp(-saturation*float64(c.score/p.ideal)))
	}
	top := w.found[:min(len(w.found), rerankDepth)]
	for i := range top {
		top[i].score += w.likeness(s, top[i].doc)
	}
	w.support(s, top)
	w.settle(top)
}

// likeness compares the query with each title and name of a document and
// returns the best.
func (w *scratch) likeness(s *snapshot, doc int32) float32 {
	var best float32
	p := &w.plan
	for i := s.first[doc]; i < s.first[doc+1]; i++ {
		u := &s.units[i]
		if u.field == fieldText || w.score[i] == 0 {
			continue
		}
		run := w.commonRun(p.sequence, s.sequence[u.from:u.to])
		v := phrasePart * float32(run) / float32(max(len(p.tokens), 1))
		common := min(w.score[i], p.ideal, u.mass)
		v += sharePart * common / (p.ideal + u.mass - common)
		best = max(best, v)
	}
	return best
}

// commonRun returns the length of the longest run of terms that a and b have
// in common.
func (w *scratch) commonRun(a, b []int32) int {
	if cap(w.cells) < len(b)+1 {
		w.cells = make([]int32, len(b)+1)
	}
	cells := w.cells[:len(b)+1]
	clear(cells)
	var longest int32
	for _, x := range a {
		if x < 0 {
			clear(cells)
			continue
		}
		for j := len(b); j > 0; j-- {
			if b[j-1] != x {
				cells[j] = 0
				continue
			}
			cells[j] = cells[j-1] + 1
			longest = max(longest, cells[j])
		}
	}
	return int(longest)
}

// coverage returns the share of the content clues that a document meets.
func (p *plan) coverage(doc int32) float64 {
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
			if a.share > share && p.s.contains(doc, a.term) {
				share = a.share
			}
		}
		sum += c.weight * share
	}
	return min(1, float64(sum/p.mass))
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
