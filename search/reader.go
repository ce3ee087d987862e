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
	asked   [1 << 10]uint64 // a bit for signs with an entry: what is needed to list them, small enough to stay at hand
	entry   [1 << 16]int16  // sign to its term, plus one; zero between searches
	used    []uint16        // signs with an entry
	singles []int16         // their terms
	terms   []readTerm
	ties    []tie
	table   [1 << tieBits]int16 // to the first of the ties that belong there, plus one
	entries []int16             // alternative of the plan to its term
	close   []nearPair          // of the query
	loose   []int32             // clues that have not just one alternative
	length  float32             // characters and words of the query
	runs    runs
	inRow   bool // runs count

	// Of the document read last:
	signs   []uint16
	places  []int32 // where a character or word stands that is asked for
	before  []int32 // place to the one before it of the same term, plus one
	room    []int32 // of both
	done    int     // places counted
	apart   int32   // added to the places of a unit, so that none is near one of another
	open    int16   // the term counted last …
	after   int32   // … and what follows it
	touched []int16 // terms of the current unit
	seen    []int16 // terms of the document

	// … in a collection:
	ends   []int32  // where its units end
	times  []int32  // how often each term stands there
	begun  []int32  // where it does first
	there  []uint64 // a bit for each term that does, while they are counted
	here   []uint64 // … afterwards
	whose  []int16  // places to the terms there
	rows   []uint64 // where in the query the signs stand that are asked for, 0 between those not side by side
	lists  []uint16 // of a document whose signs are listed; see spots
	begins []uint16 // where the list of a sign begins there
	listed bool     // it is such a document
}

// readTerm is a character, pair or word that the query asks for.
type readTerm struct {
	worth float32 // what the query gives for it
	value float32 // what it is worth in a title or text
	met   float32 // what of the query it is alone the answer to
	asked float32 // what of its content
	pairs float32 // … of its pairs and words
	char  float32 // 1 for a character that the query has
	last  int32   // the last of its places, plus one
	n     int32   // in the current unit
	sign  uint16  // of a character or word
	seen  bool    // in the document

	common   float32 // what it is worth in a title, where the query gives something for it,
	entitled float32 // … and no more than that is

	follows uint64 // a bit for each term that closes a pair with it, shared by some
	stands  uint64 // a bit for each of its places in the query; see runs
}

// nearPair is a pair of characters of the query.
type nearPair struct {
	clue          int32
	first, second int16 // terms of the characters
	pair          int16 // the term that is the clue's only alternative; -1 where it has none or several
}

// look is what a document has of a query.
type look struct {
	match float32 // as the lists of postings would have it
	chars float32 // what of it single characters count
	title float32 // how much of the best title is the query, and of the query that title
	text  float32 // the same of the text
	lead  float32 // how much of the query is at the beginning of the text
	cover float32 // how much of the query is anywhere
	near  float32 // how much of the rest is nearly there
	run   float32 // what of the query stands there in a row, each pair as often as in a run

	pairs   float32 // how much of the query's pairs and words is anywhere, by how rare they are
	content float32 // how much of what the query is about is anywhere: see Hit.Coverage
}

// prepare takes up a query.
func (r *reader) prepare(p *plan) {
	r.release()
	r.inRow = p.s.weights.together
	r.length = float32(max(1, len(p.tokens)))
	for i := range p.clues {
		c := &p.clues[i]
		for _, a := range p.alts[c.first:c.last] {
			t := r.term(p.s, a)
			r.entries = append(r.entries, t)
			r.terms[t].worth += c.weight * a.share
		}
		switch c.last - c.first {
		case 0:
		case 1:
			t := &r.terms[r.entries[c.first]]
			all, content := c.met(p.alts[c.first].share)
			t.met, t.asked = t.met+all, t.asked+content
			switch c.kind {
			case aPair:
				t.pairs += all
			case aCharacter:
				t.char = 1
			}
		default:
			r.loose = append(r.loose, int32(i))
		}
	}
	for i := range p.near {
		r.watch(p, &p.near[i])
	}
	if r.inRow {
		r.line(p)
		r.makeRoom()
	}
}

// release forgets the query.
func (r *reader) release() {
	for _, sign := range r.used {
		r.entry[sign], r.asked[sign>>6] = 0, 0
	}
	for i := range r.ties {
		r.table[r.ties[i].place()] = 0
	}
	r.used, r.singles, r.terms, r.ties = r.used[:0], r.singles[:0], r.terms[:0], r.ties[:0]
	r.entries, r.close, r.loose = r.entries[:0], r.close[:0], r.loose[:0]
	r.touched, r.seen = r.touched[:0], r.seen[:0]
}

// term enters a term of the index; a pair brings its characters along.
func (r *reader) term(s *snapshot, one alternative) int16 {
	a, b, term, pair := one.first, one.second, one.term, one.first != 0
	if b == 0 {
		a, b, pair = splitKey(s.lex.key(term))
	}
	if !pair {
		sign := signOf(b)
		if b == 0 {
			sign = signOfWord(s.lex.spelling(term))
		}
		return r.single(sign, s.value(term)*s.termWeight(term))
	}
	bond := r.tie(r.character(s, a), r.character(s, b))
	if bond.term < 0 {
		bond.term = r.enter(s.value(term))
		r.terms[bond.first].follows |= 1 << (bond.second & 63)
	}
	return bond.term
}

// character enters a character, which most do that are part of several pairs: what it is
// worth is looked up but once.
func (r *reader) character(s *snapshot, c rune) int16 {
	sign := signOf(c)
	if t := r.entry[sign]; t > 0 {
		return t - 1
	}
	return r.single(sign, s.value(s.lex.unigram(c))*s.weights.character)
}

// pair returns the term of two characters side by side, or -1.
func (r *reader) pair(first, second int16) int16 {
	if bond := r.tied(first, second); bond != nil {
		return bond.term
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
	r.used, r.singles = append(r.used, sign), append(r.singles, t)
	r.terms[t].sign = sign
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
	c := nearPair{clue: n.clue, first: r.character(p.s, n.a), second: r.character(p.s, n.b), pair: -1}
	if only := &p.clues[n.clue]; only.last == only.first+1 {
		c.pair = r.entries[only.first]
	}
	if c.first == c.second { // two rare characters can share a sign
		return
	}
	r.close = append(r.close, c)
}

// read reads a document.
func (r *reader) read(p *plan, doc int32) look {
	r.forget()
	s := p.s
	if s.weights.together {
		return r.readTogether(p, doc)
	}
	first, last := s.first[doc], s.first[doc+1]
	r.find(s, doc)
	var l look
	var head, body float32
	for u := first; u < last; u++ {
		from, to := s.starts[u]-s.starts[first], s.starts[u+1]-s.starts[first]
		if s.units[u].field == fieldText {
			r.run(min(to, from+leadSigns))
			l.lead = r.distinct() / p.ideal
			r.run(to)
			score, common := r.score(s, u)
			body += s.fieldWeight(fieldText) * score
			common = min(common, p.ideal)
			l.text = max(l.text, common/(p.ideal*(1+textLength*float32(to-from)/r.length)))
		} else if r.done < len(r.places) && r.places[r.done] < to {
			r.run(to)
			score, common := r.titled(s, u)
			head = max(head, s.fieldWeight(s.units[u].field)*score)
			common = min(common, p.ideal, s.units[u].mass)
			l.title = max(l.title, common/(p.ideal+s.units[u].mass-common))
		}
		r.next()
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
	r.seen, r.done, r.apart, r.after = r.seen[:0], 0, 0, -1
	r.runs.short, r.runs.long = 0, 0
}

// next clears what is known of a unit.
func (r *reader) next() {
	for _, t := range r.touched {
		r.terms[t].n = 0
	}
	r.touched = r.touched[:0]
	r.apart, r.after = r.apart+unitSigns, -1
}

// find lists the places of the signs that are asked for. A processor cannot foresee
// which they are, so nothing branches on it.
func (r *reader) find(s *snapshot, doc int32) {
	signs := s.signsOf(doc)
	if len(r.room) < 2*len(signs) {
		r.room = make([]int32, 4*len(signs))
	}
	places, n := r.room[:len(signs)], 0
	for i, sign := range signs {
		places[n] = int32(i)
		n += int(r.asked[sign>>6] >> (sign & 63) & 1)
	}
	r.signs, r.places, r.before = signs, places[:n], r.room[len(signs):][:n]
	if len(r.whose) < n {
		r.whose, r.rows = make([]int16, 2*n), make([]uint64, 2*2*n)
	}
}

// run counts the terms that stand before end and have not been counted.
func (r *reader) run(end int32) {
	i, places, before := r.done, r.places, r.before
	open, after := r.open, r.after
	for ; i < len(places) && places[i] < end; i++ {
		at := places[i]
		t := r.entry[r.signs[at]] - 1
		term := r.count(t)
		before[i], term.last = term.last, int32(i+1)
		places[i] = at + r.apart
		if at == after && r.terms[open].follows>>(t&63)&1 != 0 {
			if pair := r.pair(open, t); pair >= 0 {
				r.count(pair)
			}
		}
		open, after = t, at+1
	}
	r.done, r.open, r.after = i, open, after
}

func (r *reader) count(t int16) *readTerm {
	term := &r.terms[t]
	if term.n++; term.n == 1 {
		r.touched = append(r.touched, t)
		if !term.seen {
			term.seen = true
			r.seen = append(r.seen, t)
		}
	}
	return term
}

// score is what a text scores by its terms, as often as they occur, and what those are
// worth that it shares with the query, each time.
func (r *reader) score(s *snapshot, unit int32) (sum, common float32) {
	once := s.once[unit]
	for _, t := range r.touched {
		if term := &r.terms[t]; term.worth > 0 {
			sum += term.worth * s.timesOf(once, term.n)
			common += term.value * float32(term.n)
		}
	}
	return sum, common
}

// titled is the same of a title, which shares a term but once.
func (r *reader) titled(s *snapshot, unit int32) (sum, common float32) {
	once := s.once[unit]
	for _, t := range r.touched {
		if term := &r.terms[t]; term.worth > 0 {
			sum += term.worth * s.timesOf(once, term.n)
			common += term.value
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

// cover is what of the query the document has, and what of its content.
func (r *reader) cover(p *plan) (all, content float32) {
	for _, t := range r.seen {
		all, content = all+r.terms[t].met, content+r.terms[t].asked
	}
	for _, i := range r.loose {
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
		if r.has(r.entries[i]) {
			best = max(best, p.alts[i].share)
		}
	}
	return best
}

// nearly is what of the query the document has in other order or with something between.
func (r *reader) nearly(p *plan) (sum float32) {
	for i := range r.close {
		n := &r.close[i]
		if !r.has(n.first) || !r.has(n.second) {
			continue
		}
		if n.pair >= 0 {
			if r.has(n.pair) {
				continue
			}
		} else if r.share(p, &p.clues[n.clue]) != 0 {
			continue
		}
		if gap := r.gap(n); gap <= nearSigns {
			sum += p.clues[n.clue].weight / float32(gap)
		}
	}
	return sum
}

// has reports whether the document has a term.
func (r *reader) has(t int16) bool {
	if r.inRow {
		return r.here[t>>6]>>(t&63)&1 != 0
	}
	return r.terms[t].seen
}

// gap returns the smallest distance of the characters of a pair, which both are there,
// or more than matters.
func (r *reader) gap(n *nearPair) int32 {
	switch {
	case r.listed:
		return r.lookUpGap(n)
	case r.inRow:
		return r.followGap(n)
	}
	least := int32(nearSigns + 1)
	i, j := r.terms[n.first].last, r.terms[n.second].last
	for i > 0 && j > 0 {
		apart := r.places[i-1] - r.places[j-1]
		if apart > 0 {
			i = r.before[i-1]
		} else {
			j, apart = r.before[j-1], -apart
		}
		least = min(least, apart)
	}
	return least
}
