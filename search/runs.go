package search

import "math/bits"

// How many characters and words in a row are a run: so many that the same ones hardly stand
// so by chance, and so few that a word between still leaves some. A long run is a quotation.
const (
	shortRun = 3
	runSize  = 4
	longRun  = 6
)

// runs tells which runs of the query stand in a document. A place in the query is a bit, so
// that all runs that a character could go on with are followed at once; of a query longer
// than 64 places the rest is left out.
type runs struct {
	worth [64]float32         // place to what the run is worth that ends there
	all   float32             // of them
	seams [64]float32         // place to what it is worth to stand right after the one before
	ends  [longRun - 1]uint64 // where runs of one, two … end that the last signs are
	met   uint64              // where those of runSize end that the document has
	short uint64              // … of shortRun
	long  uint64              // … of longRun
}

// line takes up the places of the query's characters and words.
func (r *reader) line(p *plan) {
	r.runs = runs{}
	seams := &r.runs.seams
	length := 0 // of the unbroken row so far
	place := 0
	for i := range p.tokens {
		t := &p.tokens[i]
		if i > 0 && t.at > p.tokens[i-1].at+len(p.tokens[i-1].runes) {
			place, length = place+1, 0 // nothing goes on across a gap
		}
		if place >= len(seams) {
			return
		}
		if e := r.entry[t.sign()]; e > 0 {
			r.terms[e-1].stands |= 1 << place
		}
		if length++; length > 1 {
			seams[place] = p.seam(i)
		}
		if length >= runSize {
			for _, worth := range seams[place-runSize+2 : place+1] {
				r.runs.worth[place] += worth
			}
			r.runs.all += r.runs.worth[place]
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
// characters how rare the pair is, else how rare the rarer one.
func (p *plan) seam(i int) float32 {
	a, b, lex := &p.tokens[i-1], &p.tokens[i], p.s.lex
	if a.han && b.han {
		return p.s.rarity(lex.bigram(a.runes[0], b.runes[0]))
	}
	return max(p.s.rarity(lex.single(a)), p.s.rarity(lex.single(b)))
}

// single returns the term of a token by itself.
func (l *lexicon) single(t *token) int32 {
	if t.han {
		return l.unigram(t.runes[0])
	}
	return l.word(string(t.runes))
}

// cut ends what runs there are.
func (r *runs) cut() { r.ends = [longRun - 1]uint64{} }

// extend goes on with a sign that stands at these places of the query.
func (r *runs) extend(places uint64) {
	r.long |= r.ends[4] << 1 & places
	r.ends[4] = r.ends[3] << 1 & places
	r.ends[3] = r.ends[2] << 1 & places
	r.ends[2] = r.ends[1] << 1 & places
	r.ends[1] = r.ends[0] << 1 & places
	r.ends[0] = places
	r.met |= r.ends[3]
	r.short |= r.ends[2]
}

// share returns the share of the query's runs that the document has.
func (r *runs) share() (sum float32) {
	if r.all == 0 {
		return 0
	}
	for met := r.met; met != 0; met &= met - 1 {
		sum += r.worth[bits.TrailingZeros64(met)]
	}
	return sum / r.all
}

// inRow returns what the seams within those runs of so many are worth that the document has.
func (r *runs) inRow(met uint64, size int) (sum float32) {
	for ; met != 0; met &= met - 1 {
		end := bits.TrailingZeros64(met)
		for _, seam := range r.seams[end-size+2 : end+1] {
			sum += seam
		}
	}
	return sum
}
