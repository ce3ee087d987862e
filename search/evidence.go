package search

import (
	"cmp"
	"math/bits"
	"slices"
)

const (
	topicShare = 0.25 // of the most that any hit has in common with the query; what has less is no hit
	floorShare = 0.35 // of the best final score; what is below is no hit
	pagePart   = 0.5  // what the page that a passage belongs to counts
	witnesses  = 3    // the best passages of a page, which speak for it
)

// evidence is what the best passages of one page say.
type evidence struct {
	sum float32
	n   int
}

// dropStrangers removes what has hardly a word in common with the query but stop
// and asking words and single characters of other words.
func (w *scratch) dropStrangers() {
	if w.plan.topics == 0 || w.plan.initials != "" {
		return
	}
	kept := w.found[:0]
	for i, c := range w.found {
		if w.common[i] > 0 && w.common[i] >= topicShare*w.most {
			kept = append(kept, c)
		}
	}
	w.found = kept
}

// topicWeights returns what the clues are worth that share a topic.
func (p *plan) topicWeights() (weights [64]float32) {
	for _, c := range p.clues {
		if c.topic != 0 {
			weights[bits.TrailingZeros64(c.topic)] += c.weight
		}
	}
	return weights
}

// support lets passages of the same page speak for each other: a lucky match of
// one passage is worth less than one whose page has several.
func (w *scratch) support(s *snapshot, top []candidate) {
	if len(s.pages) == 0 {
		return
	}
	w.pages = grow(w.pages, len(s.pages))
	slices.SortStableFunc(top, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, c := range top {
		if page := s.page[c.doc]; page >= 0 && w.pages[page].n < witnesses {
			w.pages[page].n++
			w.pages[page].sum += c.score
		}
	}
	for i := range top {
		if page := s.page[top[i].doc]; page >= 0 {
			speaks := w.pages[page].sum / float32(min(witnesses, s.passages[page]))
			top[i].score = (1-pagePart)*top[i].score + pagePart*speaks
		}
	}
	clear(w.pages)
}

// settle puts the best candidates in their final order, keeps the rest behind them
// and drops what is far below the best.
func (w *scratch) settle(top []candidate) {
	if len(top) == 0 {
		return
	}
	slices.SortStableFunc(top, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	least, floor := top[len(top)-1].score, floorShare*top[0].score
	for i := len(top); i < len(w.found); i++ {
		w.found[i].score = min(w.found[i].score, least)
	}
	w.found = slices.DeleteFunc(w.found, func(c candidate) bool { return c.score < floor })
}
