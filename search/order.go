package search

import "math"

// complete reads the best candidates for the whole query and puts them in order. What
// is far below the best is no hit.
func (w *scratch) complete(s *snapshot, q *Query, wanted int) {
	w.reader.prepare(&w.plan)
	top := w.toRead(s, q, wanted)
	if w.rest = w.found[len(top):]; q.Likely != "" {
		w.rest = nil // what is not worth reading is not wanted
	}
	w.touched += s.touchDocuments(top, w.reader.used)
	w.looks = w.looks[:0]
	var seeds float32 // the best score by what was read of the lists
	for i := range top {
		seeds = max(seeds, top[i].score)
		l := w.reader.read(&w.plan, top[i].doc)
		if !s.weights.together || w.plan.initials != "" {
			l.match = max(l.match, top[i].score) // which may have pinyin initials in it
		}
		w.looks = append(w.looks, l)
		top[i].score, top[i].look = l.match, int32(len(w.looks))
	}
	if !s.weights.together { // where equal ones will be in the order of indexing
		order(top)
	}
	w.found, w.least = hits(top), cutShare*seeds
}

// hits drops those that are far below the best.
func hits(list []candidate) []candidate {
	var best float32
	for i := range list {
		best = max(best, list[i].score)
	}
	n := 0
	for _, c := range list {
		if c.score >= cutShare*best {
			list[n] = c
			n++
		}
	}
	return list[:n]
}

// toRead moves those of the candidates to the front that are to be read, and returns
// them.
func (w *scratch) toRead(s *snapshot, q *Query, wanted int) []candidate {
	if page, ok := s.pages[q.Likely]; ok {
		return s.mostlyOf(page, w.found)
	}
	top := best(w.found, s.weights.depth(len(w.plan.clues)))
	return worthReading(top, s.weights.read, s.weights.unread*w.unread, wanted+wanted/5)
}

// touchDocuments does for documents, and the signs that are asked for, what touchLists does
// for lists.
func (s *snapshot) touchDocuments(top []candidate, signs []uint16) (touched uint32) {
	for i := range top {
		unit := s.first[top[i].doc]
		at := s.starts[unit]
		touched += uint32(s.units[unit].from) + uint32(s.signs[at])
		if at += lineSigns; int(at) < len(s.signs) {
			touched += uint32(s.signs[at])
		}
		if s.weights.together {
			touched += s.touchSpots(top[i].doc, signs)
		} else {
			touched += math.Float32bits(s.once[unit])
		}
	}
	return touched
}

// lineSigns is how many signs a processor gets from memory at a time.
const lineSigns = 32

// rerank turns scores into shares of what the query could reach and compares
// the best candidates with the query as a whole and with each other. Those that have not
// been read follow only if so many are wanted; otherwise they are counted.
func (w *scratch) rerank(s *snapshot, wanted int) {
	w.behind = 0
	if len(w.found) == 0 {
		return
	}
	by, a := &s.weights, w.asked(s)
	for i := range w.found {
		c := &w.found[i]
		l := &w.looks[c.look-1]
		c.score = w.plan.share(l.match-a.chars*l.chars)*(1+a.whole*l.cover) + a.title*l.title + by.textShare*l.text +
			a.lead*l.lead + a.cover*l.cover + by.near*l.near + by.run*l.run
		c.score *= 1 + a.pairs*l.pairs*l.pairs
	}
	w.lean(a.beside, by.reachOf(s.ordered))
	w.support(s, w.found)
	least, floor := w.settle(s, floorShare/(1+a.pairs))
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

// Between these lengths, in characters and words, a question becomes a long one.
const shortQuestion, longQuestion = 14, 30

// lengthy is 0 for a short question and 1 for a long one. What a text has of three words is
// all or chance; of a long question a text that answers it has something of each part.
func (p *plan) lengthy() float32 {
	return max(0, min(1, float32(len(p.tokens)-shortQuestion)/(longQuestion-shortQuestion)))
}

// share returns the share of the score that a query could reach.
func (p *plan) share(score float32) float32 {
	if p.s.weights.together {
		return p.s.weights.match * score / p.ideal
	}
	return p.s.weights.match * float32(1-math.Exp(-saturation*float64(score/p.ideal)))
}

// reaches returns the score whose share is the one given; more than any where there is
// none.
func (p *plan) reaches(share float32) float32 {
	if share >= p.s.weights.match {
		return math.MaxFloat32
	}
	if p.s.weights.together {
		return share / p.s.weights.match * p.ideal
	}
	return float32(-math.Log(1-float64(share/p.s.weights.match))/saturation) * p.ideal
}
