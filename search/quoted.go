package search

// asked is what parts of the score count for one query.
type asked struct{ title, lead, cover float32 }

// asked returns what the title, the beginning of a text and what is there at all count. Who
// quotes a text may quote any part of it; a question that stands in no text is put in its
// asker's own words. Such a question is like a title, and a text that answers it tells in its
// beginning what it is about.
func (w *scratch) asked(s *snapshot) asked {
	by := &s.weights
	a := asked{title: by.titleShare, lead: by.lead, cover: by.cover}
	if by.quoted == 0 {
		return a
	}
	var most, pieces float32
	for i := range w.found {
		l := &w.looks[w.found[i].look-1]
		most, pieces = max(most, l.run), max(pieces, l.pieces())
	}
	own := max(0, 1-most/by.quoted) * (1 - pieces*w.plan.worded())
	a.title += own * by.ownTitle
	a.lead += own * by.ownLead * s.beginning
	a.cover -= own * by.cover
	return a
}

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
