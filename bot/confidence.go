package bot

import (
	"math"

	"huitong/search"
)

// signals are what speaks for and against answering.
type signals struct {
	inside   float64 // probability that the question is about the site's field
	score    float64 // of the best entry
	coverage float64 // share of the question that the best entry holds
	outside  float64 // share of the question in words of other fields
}

func (b *Bot) signals(hits []search.Hit, words []reading, normal string, m match) signals {
	s := signals{inside: b.learnt.Load().scope.probabilities(normal)[inside]}
	for _, h := range hits {
		if h.ID == m.entries[0].ID {
			s.score, s.coverage = h.Score, h.Coverage
		}
	}
	s.outside = b.lexicon.share(words, refuseGroup)
	return s
}

// confidence is a logistic regression over the signals, fitted by cross-validation
// on the example sentences, inside and outside weighing the same.
func (s signals) confidence() float64 {
	x := -3.43 + 1.08*logit(s.inside) - 2.59*s.score + 4.92*s.coverage - 4.47*s.outside
	return 1 / (1 + math.Exp(-x))
}

// logit is the inverse of the logistic function, kept within ±5.
func logit(p float64) float64 {
	return max(-5, min(5, math.Log((p+1e-9)/(1-p+1e-9))))
}
