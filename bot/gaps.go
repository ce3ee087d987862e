package bot

import "context"

// Which two words stand in a sentence in this order, with others between them, tells "he
// beat me and ran" from "he ran and I beat him". A classifier of those pairs alone looks a
// second time at what the first one takes for possible danger: each is wrong about other
// sentences, so that both together raise a fifth fewer false alarms and miss no more.

// gapReach is how many words a pair may lie apart.
const gapReach = 9

// gapSigns lists the signs of tokens, the pairs apart, and how the sentence begins and ends.
func gapSigns(t []string) []sign { return gapSignsIn(nil, t) }

// gapSignsIn does so in the memory of out.
func gapSignsIn(out []sign, t []string) []sign {
	t = asSpoken(t)
	out = signsOf(out, t, nil)
	for i, token := range t {
		for gap := 2; gap <= gapReach && gap <= i; gap++ {
			out = append(out, sign{nameOf("_", t[i-gap], token), 1})
		}
	}
	if len(t) > 0 {
		out = append(out, sign{nameOf("<", t[0]), 1}, sign{nameOf(t[len(t)-1], ">"), 1})
	}
	return distinct(out)
}

// trainGaps fits the second classifier. A sign of one sentence alone tells nothing of others
// and is left out: there are a million.
func trainGaps(ctx context.Context, examples []example) *classifier {
	c := &classifier{classes: 2, width: 1, ids: newTable(), bias: make([]float32, 1)}
	said := make([][]sign, len(examples))
	var once, again sieve
	for i, e := range examples {
		said[i] = gapSigns(tokens(e.text))
		for _, s := range said[i] {
			if once.add(s.name) {
				again.add(s.name)
			}
		}
	}
	samples := make([]sample, len(examples))
	for i, e := range examples {
		for _, s := range said[i] {
			if again.has(s.name) {
				c.ids.add(s.name)
			}
		}
		samples[i] = sample{c.read(said[i]), e.classes, e.weight, nameOf(e.text)}
		said[i] = nil
	}
	c.fit(ctx, samples)
	return c
}

// sieve remembers names, in few bits: it may take one for another, but forgets none.
type sieve [1 << 19]uint64

func (s *sieve) place(name uint64) (word uint64, bit uint64) {
	at := name * spread >> (64 - 25)
	return at >> 6, 1 << (at & 63)
}

func (s *sieve) has(name uint64) bool {
	word, bit := s.place(name)
	return s[word]&bit != 0
}

// add reports whether the name was there before.
func (s *sieve) add(name uint64) bool {
	word, bit := s.place(name)
	was := s[word]&bit != 0
	s[word] |= bit
	return was
}

// between is the mean, in logits, of how likely danger is by both classifiers.
func between(first, second float64) float64 { return logistic((logit(first) + logit(second)) / 2) }
