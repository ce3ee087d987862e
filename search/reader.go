package search

const (
	leadSigns = 40  // of a text: its beginning, which tells what it is about
	nearSigns = 5   // characters of a pair further apart have nothing to do with each other
	unitSigns = 100 // put between the units of a document

	textLength = 1.4 // what a character of a text is worth, beside one of the query
)

// reader reads documents again with the whole query in view: which of its terms are
// there, how often, where, and how close characters stand that the query has side by
// side. It looks only at the best candidates, so it can see more than lists of postings
// tell.
type reader struct {
	asked   [1 << 10]uint64 // signs with an entry, a bit each: this much stays at hand
	entry   [1 << 16]int16  // sign to its term, plus one; zero between searches
	used    []uint16        // signs with an entry
	terms   []readTerm
	pairs   []readPair
	entries []int16    // alternative of the plan to its term
	close   []nearPair // of the query
	open    []int32    // clues that have not just one alternative
	length  float32    // characters and words of the query

	// Of the document read last:
	touched []int16 // terms of the current unit
	seen    []int16 // terms of the document
	last    int32   // where any character or word stood last
}

// readTerm is a character, pair or word that the query asks for.
type readTerm struct {
	worth float32 // what the query gives for it
	value float32 // what it is worth in a title or text
	met   float32 // what of the query it is alone the answer to
	asked float32 // what of its content
	last  int32   // where a character stood last; 0 for nowhere
	n     int32   // in the current unit
	close int16   // the first pair of the query that a character is part of, plus one
	opens int16   // the first pair that a character opens, plus one
	seen  bool    // in the document
}

// readPair is a pair of characters that counts as a term.
type readPair struct {
	second, term int16
	next         int16 // pair that opens with the same character, plus one
}

// nearPair is a pair of characters of the query.
type nearPair struct {
	clue          int32
	first, second int16 // terms of the characters
	next          [2]int16
	gap           int32 // the smallest distance seen; 0 for none
}

// look is what a document has of a query.
type look struct {
	match float32 // as the lists of postings would have it
	title float32 // how much of the best title is the query, and of the query that title
	text  float32 // the same of the text
	lead  float32 // how much of the query is at the beginning of the text
	cover float32 // how much of the query is anywhere
	near  float32 // how much of the rest is nearly there

	content float32 // how much of what the query is about is anywhere: see Hit.Coverage
}

// prepare takes up a query.
func (r *reader) prepare(p *plan) {
	r.release()
	r.length = float32(max(1, len(p.tokens)))
	for i := range p.clues {
		c := &p.clues[i]
		for _, a := range p.alts[c.first:c.last] {
			t := r.term(p.s, a.term)
			r.entries = append(r.entries, t)
			r.terms[t].worth += c.weight * a.share
		}
		switch c.last - c.first {
		case 0:
		case 1:
			t := &r.terms[r.entries[c.first]]
			all, content := c.met(p.alts[c.first].share)
			t.met, t.asked = t.met+all, t.asked+content
		default:
			r.open = append(r.open, int32(i))
		}
	}
	for i := range p.near {
		r.watch(p, &p.near[i])
	}
}

// release forgets the query.
func (r *reader) release() {
	for _, sign := range r.used {
		r.entry[sign], r.asked[sign>>6] = 0, 0
	}
	r.used, r.terms, r.pairs = r.used[:0], r.terms[:0], r.pairs[:0]
	r.entries, r.close, r.open = r.entries[:0], r.close[:0], r.open[:0]
	r.touched, r.seen = r.touched[:0], r.seen[:0]
}

// term enters a term of the index; a pair brings its characters along.
func (r *reader) term(s *snapshot, term int32) int16 {
	a, b, pair := splitKey(s.lex.key(term))
	if !pair {
		sign := signOf(b)
		if b == 0 {
			sign = signOfWord(s.lex.spelling(term))
		}
		return r.single(sign, s.value(term)*s.lex.termWeight(term))
	}
	first := r.single(signOf(a), s.value(s.lex.unigram(a))*characterWeight)
	second := r.single(signOf(b), s.value(s.lex.unigram(b))*characterWeight)
	if t := r.pair(first, second); t >= 0 {
		return t
	}
	t := r.enter(s.value(term))
	r.pairs = append(r.pairs, readPair{second: second, term: t, next: r.terms[first].opens})
	r.terms[first].opens = int16(len(r.pairs))
	return t
}

// pair returns the term of two characters side by side, or -1.
func (r *reader) pair(first, second int16) int16 {
	for at := r.terms[first].opens; at > 0; at = r.pairs[at-1].next {
		if p := &r.pairs[at-1]; p.second == second {
			return p.term
		}
	}
	return -1
}

// single enters the term of one sign.
func (r *reader) single(sign uint16, value float32) int16 {
	if t := r.entry[sign]; t > 0 {
		return t - 1
	}
	t := r.enter(value)
	r.entry[sign] = t + 1
	r.asked[sign>>6] |= 1 << (sign & 63)
	r.used = append(r.used, sign)
	return t
}

func (r *reader) enter(value float32) int16 {
	r.terms = append(r.terms, readTerm{value: value})
	return int16(len(r.terms) - 1)
}

// watch looks out for the characters of a pair.
func (r *reader) watch(p *plan, n *queryPair) {
	a, b := p.s.lex.unigram(n.a), p.s.lex.unigram(n.b)
	if a < 0 || b < 0 || a == b {
		return
	}
	c := nearPair{clue: n.clue, first: r.term(p.s, a), second: r.term(p.s, b)}
	for side, t := range [...]int16{c.first, c.second} {
		c.next[side] = r.terms[t].close
		r.terms[t].close = int16(len(r.close) + 1)
	}
	r.close = append(r.close, c)
}

// read reads a document.
func (r *reader) read(p *plan, doc int32) look {
	r.forget()
	s := p.s
	var l look
	var head, body float32
	at := int32(1)
	for u := s.first[doc]; u < s.first[doc+1]; u++ {
		signs := s.reads(u)
		if s.units[u].field == fieldText {
			lead := min(len(signs), leadSigns)
			r.run(signs[:lead], 0, at)
			l.lead = r.distinct() / p.ideal
			r.run(signs, lead, at)
			score, common := r.score(s, u)
			body += s.fieldWeight(fieldText) * score
			common = min(common, p.ideal)
			l.text = max(l.text, common/(p.ideal*(1+textLength*float32(len(signs))/r.length)))
		} else {
			r.run(signs, 0, at)
			score, _ := r.score(s, u)
			head = max(head, s.fieldWeight(s.units[u].field)*score)
			common := min(r.titled(), p.ideal, s.units[u].mass)
			l.title = max(l.title, common/(p.ideal+s.units[u].mass-common))
		}
		r.next()
		at += int32(len(signs)) + unitSigns
	}
	l.match = head + body
	cover, content := r.cover(p)
	l.cover, l.near = cover/p.ideal, r.nearly(p)/p.ideal
	if p.mass > 0 {
		l.content = min(1, content/p.mass)
	}
	return l
}

// forget clears what is known of the document read before.
func (r *reader) forget() {
	for _, t := range r.seen {
		r.terms[t].seen, r.terms[t].last = false, 0
	}
	for i := range r.close {
		r.close[i].gap = 0
	}
	r.seen, r.last = r.seen[:0], -nearSigns
}

// next clears what is known of a unit.
func (r *reader) next() {
	for _, t := range r.touched {
		r.terms[t].n = 0
	}
	r.touched = r.touched[:0]
}

// run counts the terms that end at from or later.
func (r *reader) run(signs []uint16, from int, at int32) {
	open := int16(-1) // the term of the sign before
	if from > 0 && from < len(signs) {
		open = r.entry[signs[from-1]] - 1
	}
	for i := from; i < len(signs); i++ {
		sign := signs[i]
		if r.asked[sign>>6]&(1<<(sign&63)) == 0 {
			open = -1
			continue
		}
		t := r.entry[sign] - 1
		r.see(t, at+int32(i))
		if open >= 0 {
			if pair := r.pair(open, t); pair >= 0 {
				r.count(pair)
			}
		}
		open = t
	}
}

// see counts a character or word and measures how far those are that belong to it, when
// anything of the query is close.
func (r *reader) see(t int16, at int32) {
	r.count(t)
	term := &r.terms[t]
	term.last = at
	close := at-r.last <= nearSigns
	r.last = at
	for c := term.close; close && c > 0; {
		n := &r.close[c-1]
		other, side := n.second, 0
		if n.second == t {
			other, side = n.first, 1
		}
		if last := r.terms[other].last; last > 0 && (n.gap == 0 || at-last < n.gap) {
			n.gap = at - last
		}
		c = n.next[side]
	}
}

func (r *reader) count(t int16) {
	term := &r.terms[t]
	if term.n++; term.n == 1 {
		r.touched = append(r.touched, t)
	}
	if !term.seen {
		term.seen = true
		r.seen = append(r.seen, t)
	}
}

// score is what the unit scores by its terms, as often as they occur, and what those are
// worth that it shares with the query, each time.
func (r *reader) score(s *snapshot, unit int32) (sum, common float32) {
	for _, t := range r.touched {
		term := &r.terms[t]
		sum += term.worth * s.worth(unit, term.n)
		if term.worth > 0 {
			common += term.value * float32(term.n)
		}
	}
	return sum, common
}

// distinct is what the query gives for the terms of the unit.
func (r *reader) distinct() (sum float32) {
	for _, t := range r.touched {
		sum += r.terms[t].worth
	}
	return sum
}

// titled is what the terms that a title shares with the query are worth.
func (r *reader) titled() (sum float32) {
	for _, t := range r.touched {
		if r.terms[t].worth > 0 {
			sum += r.terms[t].value
		}
	}
	return sum
}

// cover is what of the query the document has, and what of its content.
func (r *reader) cover(p *plan) (all, content float32) {
	for _, t := range r.seen {
		all, content = all+r.terms[t].met, content+r.terms[t].asked
	}
	for _, i := range r.open {
		a, c := p.clues[i].met(r.share(p, &p.clues[i]))
		all, content = all+a, content+c
	}
	return all, content
}

// met returns what a clue counts of the whole query and of its content when the best
// alternative that is there has the share given.
func (c *clue) met(share float32) (all, content float32) {
	met := c.weight * share
	if !c.related {
		all = met
	}
	if c.content || c.related {
		content = met
	}
	return all, content
}

// share returns the trust in the best alternative of a clue that the document has.
func (r *reader) share(p *plan, c *clue) (best float32) {
	for i := c.first; i < c.last; i++ {
		if r.terms[r.entries[i]].seen {
			best = max(best, p.alts[i].share)
		}
	}
	return best
}

// nearly is what of the query the document has in other order or with something between.
func (r *reader) nearly(p *plan) (sum float32) {
	for i := range r.close {
		n := &r.close[i]
		if n.gap > 0 && n.gap <= nearSigns && r.share(p, &p.clues[n.clue]) == 0 {
			sum += p.clues[n.clue].weight / float32(n.gap)
		}
	}
	return sum
}
