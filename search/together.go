package search

import (
	"math"
	"math/bits"
)

// readTogether reads a document as one text: its title is where it begins. What the title has
// counts once more, by how much of the query and of the title it is: a word in it is no
// accident.
func (r *reader) readTogether(p *plan, doc int32) (l look) {
	s := p.s
	first, last := s.first[doc], s.first[doc+1]
	r.ends = r.ends[:0]
	for u := first; u < last; u++ {
		r.ends = append(r.ends, s.starts[u+1]-s.starts[first])
	}
	if r.listed = r.lookUp(s, doc); !r.listed {
		r.find(s, doc)
		for _, end := range r.ends {
			r.follow(end)
		}
	}
	from := int32(0)
	for i, end := range r.ends {
		if s.units[first+int32(i)].field != fieldText {
			l.title = max(l.title, r.entitled(p, first+int32(i), end))
		}
		if i == len(r.ends)-1 {
			l.lead = r.given(min(end, from+leadSigns)) / p.ideal
		}
		from = end
	}
	cover, content := r.total(&l, s, doc)
	for _, i := range r.loose {
		a, c := p.clues[i].met(r.share(p, &p.clues[i]))
		cover, content = cover+a, content+c
	}
	l.cover, l.near, l.run = cover/p.ideal, r.nearly(p)/p.ideal, r.runs.worth(&s.weights)/p.ideal
	if p.pairs > 0 {
		l.pairs /= p.pairs
	}
	if p.mass > 0 {
		l.content = min(1, content/p.mass)
	}
	return l
}

// unit returns where the unit begins and ends that has a place.
func (r *reader) unit(at int32) (from, to int32) {
	for _, to = range r.ends {
		if at < to {
			break
		}
		from = to
	}
	return from, to
}

// total adds up what the document scores by its terms, as often as they occur, and what of
// that are pairs and characters, and returns what of the query the document has, and what of
// its content, but for what may be there in several forms. It forgets how often terms occur,
// and keeps which do.
func (r *reader) total(l *look, s *snapshot, doc int32) (cover, content float32) {
	once, most := s.whole[doc], float32(s.weights.k1+1)
	for k, set := range r.there {
		r.there[k], r.here[k] = 0, set
		for ; set != 0; set &= set - 1 {
			t := k<<6 | bits.TrailingZeros64(set)
			term := &r.terms[t]
			worth := term.worth * several(once, most, uint32(r.times[t]-1))
			r.times[t] = 0
			l.match += worth
			l.pairs += term.pairs
			l.chars += worth * term.char
			cover, content = cover+term.met, content+term.asked
		}
	}
	return cover, content
}

// given is what the query gives for the terms that stand before end, each once.
func (r *reader) given(end int32) (sum float32) {
	for k, set := range r.there {
		for ; set != 0; set &= set - 1 {
			t := k<<6 | bits.TrailingZeros64(set)
			sum += before(r.begun[t], end, r.terms[t].worth)
		}
	}
	return sum
}

// before returns the number where a place is before an end, and else 0. Where terms begin
// nobody can foresee, so nothing branches on it.
func before(at, end int32, number float32) float32 {
	return math.Float32frombits(math.Float32bits(number) & uint32((at-end)>>31))
}

// entitled returns how much of a title, which stands before end, and of the query together is
// in both. What is light in the query makes no title fit: many ask 怎么办.
func (r *reader) entitled(p *plan, unit, end int32) float32 {
	mass := p.s.units[unit].mass
	var common, asked float32
	for k, set := range r.there {
		for ; set != 0; set &= set - 1 {
			t := k<<6 | bits.TrailingZeros64(set)
			term, begun := &r.terms[t], r.begun[t]
			common += before(begun, end, term.common)
			asked += before(begun, end, term.entitled)
		}
	}
	return min(asked, p.ideal, mass) / (p.ideal + mass - min(common, p.ideal, mass))
}
