package search

// settled reports whether what the terms left count, which the query asks for too, is too
// little beside the best document found to bring up another one. Of a question in common
// words nothing that is rare says what it is about, so that its lists are read on.
func (w *scratch) settled(s *snapshot, left []want) bool {
	return s.weights.further == 0 || worthOf(left) < s.weights.further*w.top.score
}

// worthOf returns what terms count together.
func worthOf(terms []want) (sum float32) {
	for i := range terms {
		sum += terms[i].weight
	}
	return sum
}

// raise doubles the budget until a term that so many documents have is read, as far as the
// budget may go.
func (w *weights) raise(budget, read, docs int32) int32 {
	for int(budget) < w.furthest && enough(read, docs, budget) {
		budget *= 2
	}
	return budget
}
