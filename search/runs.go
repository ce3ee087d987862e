package search

import "math/bits"

// How many characters and words in a row are a run: a short one is a word or two that hardly
// stand so by chance, a long one a quotation.
const (
	shortRun = 3
	longRun  = 6
)

// runs tells which runs of the query stand in a document. A place in the query is a bit, so
// that all runs that a character could go on with are followed at once; of a query longer
// than 64 places the rest is left out.
type runs struct {
	seams       [64]float32 // place to what it is worth to stand right after the one before
	short, long uint64      // where those end that the document has
}

// line takes up the places of the query's characters and words.
func (r *reader) line(p *plan) {
	r.runs = runs{}
	place, before := 0, int16(0) // the entry of the token before
	for i := range p.tokens {
		t := &p.tokens[i]
		gap := i > 0 && t.at > p.tokens[i-1].at+len(p.tokens[i-1].runes)
		if gap {
			place++ // nothing goes on across it
		}
		if place >= len(r.runs.seams) {
			return
		}
		e := r.entry[t.sign()]
		if e > 0 {
			r.terms[e-1].stands |= 1 << place
			if before > 0 && !gap {
				r.tie(before-1, e-1).places |= 1 << place
			}
		}
		before = e
		if i > 0 && !gap {
			r.runs.seams[place] = p.seam(i)
		}
		place++
	}
}

// sign returns the sign of a token.
func (t *token) sign() uint16 {
	if t.han {
		return signOf(t.runes[0])
	}
	return signOfWord(string(t.runes))
}

// seam is what it is worth that token i stands right after the one before it: of two
// characters how rare the pair is, else how rare the rarer one. Half a pair of stop or
// asking words counts half, a whole one a quarter: many texts ask 需要什么手续, which says
// nothing of what they are about. Letters and digits side by side are a name, as N95, that is
// far rarer than they are.
func (p *plan) seam(i int) float32 {
	a, b := &p.tokens[i-1], &p.tokens[i]
	weight := p.s.weights.seams(p.light(a.at), p.light(b.at))
	if a.han && b.han {
		return weight * p.s.rarity(p.opens[i-1])
	}
	if !a.han && !b.han {
		weight *= p.s.weights.named
	}
	return weight * max(p.s.rarity(p.singles[i-1]), p.s.rarity(p.singles[i]))
}

// seams returns what a seam counts both sides of which, one or none is light.
func (w *weights) seams(before, after bool) float32 {
	switch {
	case before && after:
		return w.stop * w.edge
	case before || after:
		return w.edge
	}
	return 1
}

// single returns the term of a token by itself.
func (l *lexicon) single(t *token) int32 {
	if t.han {
		return l.unigram(t.runes[0])
	}
	return l.word(string(t.runes))
}

// follow goes through signs that stand at these places of the query, one behind the other; 0
// is one that stands at none.
func (r *runs) follow(signs []uint64) {
	var one, two, three, four, five, short, long uint64 // where runs of so many end that the last signs are
	for _, places := range signs {
		long |= five << 1 & places
		five, four, three, two = four<<1&places, three<<1&places, two<<1&places, one<<1&places
		one = places
		short |= three
	}
	r.short, r.long = r.short|short, r.long|long
}

// worth returns what the runs that the document has are worth together. A seam counts in
// each run that it is part of.
func (r *runs) worth(w *weights) float32 {
	return w.shortRun*r.inRow(r.short, shortRun) + w.longRun*r.inRow(r.long, longRun)
}

// inRow returns what the seams are worth within runs of so many that end there.
func (r *runs) inRow(ends uint64, size int) (sum float32) {
	for ; ends != 0; ends &= ends - 1 {
		end := bits.TrailingZeros64(ends)
		for _, seam := range r.seams[end-size+2 : end+1] {
			sum += seam
		}
	}
	return sum
}
