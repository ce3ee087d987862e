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
	var most float32
	for i := range w.found {
		most = max(most, w.looks[w.found[i].look-1].run)
	}
	own := max(0, 1-most/by.quoted)
	a.title += own * by.ownTitle
	a.lead += own * by.ownLead * s.beginning
	a.cover -= own * by.cover
	return a
}

// beginnings is how far the beginnings of texts tell anything, from not at all, where most
// texts are no longer than that, to 1.
func (s *snapshot) beginnings() float32 {
	length := float32(len(s.signs)) / float32(max(1, len(s.docs)))
	return max(0, min(1, length/leadSigns-1))
}
