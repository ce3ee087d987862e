package search

// asked is what parts of the score count for one query.
type asked struct {
	title, lead, cover float32
	whole              float32 // how much more the terms in common count where all of the query is there
	chars              float32 // what is taken from its single characters
	pairs              float32 // how much more all counts where all pairs and words of the query are there
	beside             float32 // what the best of the documents near one has
}

// asked returns what the title, the beginning of a text and what is there at all count. Who
// quotes a text may quote any part of it; a question that stands in no text is put in its
// asker's own words. Such a question is like a title, and a text that answers it tells in its
// beginning what it is about. A question that is put together from pieces of a text has its
// pairs of characters, though not in a row: then those count, and how many of them a text
// has, more than single characters, which are in many texts.
func (w *scratch) asked(s *snapshot) asked {
	by := &s.weights
	a := asked{title: by.titleShare, lead: by.lead, cover: by.cover}
	a.whole, a.beside = by.whole*w.plan.lengthy(), by.beside*w.plan.lengthy()
	if by.quoted == 0 {
		return a
	}
	var most, pieces, pairs float32
	for i := range w.found {
		l := &w.looks[w.found[i].look-1]
		most, pieces = max(most, l.run), max(pieces, l.pieces())
		pairs = max(pairs, l.pairs)
	}
	own := max(0, 1-most/by.quoted) * (1 - pieces*w.plan.worded())
	a.title += own * by.ownTitle
	a.lead += own * by.ownLead * s.beginning
	a.cover -= own * by.cover
	a.beside += own * by.ownBeside * s.ordered
	copied := within(pairs, copiedFrom, copiedTo) * within(pairs*float32(len(w.plan.tokens)), copiedFew, copiedMany)
	a.whole *= 1 - copied
	a.chars = copied * by.copiedChars
	a.pairs = copied * by.copiedPairs * s.short
	return a
}

// A question is copied, if in pieces, of whose pairs and words one text has so much.
const (
	copiedFrom, copiedTo  = 0.25, 0.46
	copiedFew, copiedMany = 6, 8 // characters and words that this is: fewer a text has by chance
	shortSigns            = 320
)

// within is 0 up to from, 1 from to on, and in between by degrees.
func within(v, from, to float32) float32 { return max(0, min(1, (v-from)/(to-from))) }

// A question may be quoted in pieces, none of them long: one text has most of what it is
// about, and some of that in a row.
const (
	piecesFrom, piecesTo = 0.5, 0.8 // of what it is about: not at all, and surely
	piecesRun            = 0.03     // what stands in a row, as a share of the whole
)

// pieces is how far a text is one that the question quotes in pieces, up to 1.
func (l *look) pieces() float32 {
	most := max(0, min(1, (l.content-piecesFrom)/(piecesTo-piecesFrom)))
	return most * min(1, l.run/piecesRun)
}

// Of a question of so few characters and words a text has most by chance; of so many it has not.
const fewWords, manyWords = 8, 12

// worded is 0 for a question of few words and 1 for one of many.
func (p *plan) worded() float32 {
	return max(0, min(1, float32(len(p.tokens)-fewWords)/(manyWords-fewWords)))
}

// beginnings is how far the beginnings of texts tell anything, from not at all, where most
// texts are no longer than that, to 1.
func (s *snapshot) beginnings() float32 {
	length := float32(len(s.signs)) / float32(max(1, len(s.docs)))
	return max(0, min(1, length/leadSigns-1))
}

// shortness is how far texts are so short that what of a question is there is no accident: 1
// for the shortest, half for those of shortSigns.
func (s *snapshot) shortness() float32 {
	length := float32(len(s.signs)) / float32(max(1, len(s.docs))) / shortSigns
	return 1 / (1 + length*length)
}
