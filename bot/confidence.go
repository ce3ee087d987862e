package bot

import (
	"math"
)

// signals are what speaks for and against answering.
type signals struct {
	inside   float64 // probability that the question is about the site's field
	policy   float64 // probability of the policy chosen, by the examples alone
	coverage float64 // share of the question that the best entry holds
	outside  float64 // share of the question in words of other fields
	agreed   bool    // the best entry of all is of that policy
}

func (b *Bot) signals(hits []hit, words []reading, said []sign, m match) signals {
	scope := b.learnt.Load().scope
	s := signals{inside: 1 - scope.second(said), outside: b.lexicon.share(words, refuseGroup)}
	best := m.entries[0]
	s.policy = m.topics[b.classes[best.Policy]]
	for i := range hits {
		h := &hits[i]
		if h.Entry == best {
			s.coverage = h.coverage
		}
		if i == 0 {
			s.agreed = h.Policy == best.Policy
		}
	}
	return s
}

// belongs returns how likely the question is one to answer at all, and confidence
// how likely the policy chosen is right then. Both are logistic regressions over the
// signals, fitted by cross-validation on the example sentences: in the first inside
// and outside weigh the same, in the second a question outside weighs a fifth, since
// few are asked. The constant of the second is 0.3 less than fitted: then 96 % of the
// answers of which it is sure are right by cross-validation, a margin for questions
// that are stranger than the examples.
func (s signals) belongs() float64 { return logistic(s.scope()) }

func (s signals) confidence() float64 {
	x := -1.86 + 0.62*logit(s.policy) + 0.38*s.scope()
	if s.agreed {
		x += 0.42
	}
	return logistic(x)
}

func (s signals) scope() float64 {
	return -3.99 + 1.00*logit(s.inside) + 1.74*s.policy + 1.83*s.coverage - 1.09*s.outside
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// logit is the inverse of the logistic function, kept within ±5.
func logit(p float64) float64 {
	return max(-5, min(5, math.Log((p+1e-9)/(1-p+1e-9))))
}
