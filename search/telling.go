package search

import (
	"maps"
	"math"
	"slices"
)

// doubt is how many words a character must stand in to be believed half.
const doubt = 3

// telling learns from the related words which characters tell what a word means: the more
// often those that mean nearly the same share one, like 租 in 租房 and 租赁, the more; 者 and
// 所 are in words of any meaning. It is 1 for a character that is shared like others, and for
// one that is in none.
func telling(related [][]string) map[rune]float64 {
	in, shared := map[rune]float64{}, map[rune]float64{}
	var allIn, allShared float64
	for _, words := range related {
		n := float64(len(words))
		if n < 2 {
			continue
		}
		words := charactersOf(words)
		for _, r := range slices.Sorted(maps.Keys(words)) { // sums of floats depend on the order
			k := words[r]
			some, both := k/n, k*(k-1)/(n*(n-1)) // of the words, and of two of them
			in[r] += some
			shared[r] += both
			allIn += some
			allShared += both
		}
	}
	out := make(map[rune]float64, len(in))
	if allShared == 0 {
		return out
	}
	mean := allShared / allIn
	for r := range in {
		out[r] = (shared[r]/mean + doubt) / (in[r] + doubt)
	}
	return out
}

// charactersOf counts in how many of the words each character is.
func charactersOf(words []string) map[rune]float64 {
	out := map[rune]float64{}
	for _, word := range words {
		seen := map[rune]bool{}
		for _, r := range word {
			if isHan(r) && !seen[r] {
				seen[r] = true
				out[r]++
			}
		}
	}
	return out
}

// tell notes what each character counts by what it tells; nothing where that counts nothing.
func (s *snapshot) tell(n *Normalizer) {
	if s.weights.telling == 0 {
		return
	}
	known := telling(n.synonyms.lists)
	s.telling = make([]float32, len(s.lex.chars))
	for i, r := range s.lex.chars {
		s.telling[i] = 1
		if v, ok := known[r]; ok {
			s.telling[i] = float32(math.Pow(v, s.weights.telling))
		}
	}
}

// tells returns what a character counts by what it tells.
func (s *snapshot) tells(term int32) float32 {
	if term < 0 || int(term) >= len(s.telling) {
		return 1
	}
	return s.telling[term]
}
