package search

import (
	"math"
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
	n, least, found := 0, max(topicShare*w.most, math.SmallestNonzeroFloat32), w.found
	for i, c := range found {
		found[n] = c // which of them stay nobody can foresee, so nothing branches on it
		if w.common[i] >= least {
			n++
		}
	}
	w.found = found[:n]
}

// strange returns a score below which, in what a term counts once, a document of a collection
// has too little in common with the query to stay, so that what it has need not be looked at:
// what it has in common counts in its score at least as often as a term does that it has once,
// of a long question in characters to a part only.
func (w *scratch) strange() float32 {
	p := &w.plan
	if p.topics == 0 || p.topics > 64 || p.initials != "" {
		return 0
	}
	trust := float32(1)
	for _, c := range p.clues {
		for _, a := range p.alts[c.first:c.last] {
			trust = min(trust, p.brings(&c)*a.share)
		}
	}
	const rounding = 0.99
	return rounding * trust * topicShare * w.topics.worth(w.sums.of(w.top.doc).topics, w.fours)
}

// topicTable tells what several topics together are worth, four at a time: by the number
// of the four and which of them there are.
type topicTable [16][16]float32

// weighTopics returns what the clues are worth that share a topic, and how many fours of
// topics there are.
func (p *plan) weighTopics(t *topicTable) (fours int) {
	var weights [64]float32
	for _, c := range p.clues {
		if c.topic != 0 {
			weights[bits.TrailingZeros64(c.topic)] += c.weight
		}
	}
	fours = (min(p.topics, 64) + 3) / 4
	for i := range fours {
		for set := 1; set < 16; set++ {
			t[i][set] = t[i][set&(set-1)] + weights[4*i+bits.TrailingZeros(uint(set))]
		}
	}
	return fours
}

// worth returns what topics are worth together. Which a document has nobody can foresee,
// so nothing branches on it.
func (t *topicTable) worth(topics uint64, fours int) (sum float32) {
	for i := range t[:fours] {
		sum += t[i][topics&15]
		topics >>= 4
	}
	return sum
}

// support lets passages of the same page speak for each other: a lucky match of
// one passage is worth less than one whose page has several.
func (w *scratch) support(s *snapshot, top []candidate) {
	if len(s.pages) == 0 {
		return
	}
	w.pages = grow(w.pages, len(s.pages))
	slices.SortStableFunc(top, candidate.byScore)
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

// settle puts the candidates that have been read in their final order and drops what is
// below that share of the best. It returns the least score of all of them, and that from which they
// stay.
func (w *scratch) settle(s *snapshot, share float32) (least, floor float32) {
	if s.weights.together {
		w.orderByKeys()
	} else {
		slices.SortStableFunc(w.found, candidate.byScore)
	}
	least, floor = w.found[len(w.found)-1].score, share*w.found[0].score
	for w.found[len(w.found)-1].score < floor {
		w.found = w.found[:len(w.found)-1]
	}
	return least, floor
}
