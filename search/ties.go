package search

// A tie is two signs of the query that have to do with each other where they stand side by
// side: as a pair that counts as a term, or as they do in the query.
type tie struct {
	first, second int16  // terms of the signs
	term          int16  // of the pair; -1 for none
	next          int16  // tie at the same place of the table, plus one
	places        uint64 // a bit for each place of the query where the second stands beside the first; see runs
}

const tieBits = 10

// place returns where in the table a tie belongs.
func (t *tie) place() uint32 { return tiePlace(t.first, t.second) }

func tiePlace(first, second int16) uint32 {
	return (uint32(first)*37 + uint32(second)) & (1<<tieBits - 1)
}

// tied returns the tie of two signs in that order; nil where there is none.
func (r *reader) tied(first, second int16) *tie {
	for at := r.table[tiePlace(first, second)]; at > 0; at = r.ties[at-1].next {
		if t := &r.ties[at-1]; t.first == first && t.second == second {
			return t
		}
	}
	return nil
}

// tie returns the tie of two signs in that order, a new one where there was none. It may be
// written to until the next is asked for.
func (r *reader) tie(first, second int16) *tie {
	if t := r.tied(first, second); t != nil {
		return t
	}
	head := &r.table[tiePlace(first, second)]
	r.ties = append(r.ties, tie{first: first, second: second, term: -1, next: *head})
	*head = int16(len(r.ties))
	return &r.ties[len(r.ties)-1]
}

// makeRoom has room for what is counted of a document of a collection.
func (r *reader) makeRoom() {
	for i := range r.terms {
		if t := &r.terms[i]; t.worth > 0 {
			t.common, t.entitled = t.value, min(t.value, t.worth)
		}
	}
	n := len(r.terms)
	r.times, r.begun, r.begins = grow(r.times, n), grow(r.begun, n), grow(r.begins, n)
	r.there, r.here = grow(r.there, n/64+1), grow(r.here, n/64+1)
}

// follow counts the terms of a unit that ends there.
func (r *reader) follow(end int32) {
	i, places, whose, rows, n := r.done, r.places, r.whose[:len(r.places)], r.rows, 0
	open, after, follows := int16(0), int32(-1), uint64(0) // the term counted last, and what comes behind it
	for ; i < len(places) && places[i] < end; i++ {
		at := places[i]
		t := r.entry[r.signs[at]] - 1
		r.tick(t, at)
		gap := 1
		if at == after {
			gap = 0
		}
		rows[n] = 0
		n += gap
		term := &r.terms[t]
		rows[n] = term.stands
		n++
		if follows>>(t&63)&uint64(1-gap) != 0 {
			if pair := r.pair(open, t); pair >= 0 {
				r.tick(pair, at)
			}
		}
		places[i], whose[i] = at+r.apart, t
		open, after, follows = t, at+1, term.follows
	}
	r.runs.follow(rows[:n])
	r.done, r.apart = i, r.apart+unitSigns
}

// tick counts a term, the last sign of which is at that place.
func (r *reader) tick(t int16, at int32) {
	if r.times[t] == 0 {
		r.begun[t] = at
		r.there[t>>6] |= 1 << (t & 63)
	}
	r.times[t]++
}

// followGap returns how close two signs come that both are there.
func (r *reader) followGap(n *nearPair) int32 {
	least := int32(nearSigns + 1)
	first, second := -least, -2*least // where they stood last
	whose := r.whose[:len(r.places)]
	for i, at := range r.places { // which of them it is nobody can foresee, so nothing branches on it
		t := whose[i]
		if t == n.first {
			first = at
		}
		if t == n.second {
			second = at
		}
		least = min(least, max(first-second, second-first))
	}
	return least
}
