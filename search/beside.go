package search

import "slices"

// lean lets documents that stand near each other in a collection speak for each other, as the
// articles of one chapter do, and the answers to one matter: what the best of those near it
// scores counts for a document, too, to that share, and less the further that stands, up to
// so many documents away. Where the order means nothing, hardly any two that are read stand
// beside each other.
func (w *scratch) lean(share float32, reach int32) {
	if share == 0 {
		return
	}
	w.keys = w.keys[:0]
	for i := range w.found {
		w.keys = append(w.keys, uint64(w.found[i].doc)<<32|uint64(i))
	}
	slices.Sort(w.keys)
	w.near = grow(w.near, len(w.keys))[:len(w.keys)]
	clear(w.near)
	for k, key := range w.keys {
		c := &w.found[uint32(key)]
		for j := k + 1; j < len(w.keys); j++ {
			other := &w.found[uint32(w.keys[j])]
			away := other.doc - c.doc
			if away > reach {
				break
			}
			part := 1 - float32(away-1)/float32(reach)
			w.near[k] = max(w.near[k], part*other.score)
			w.near[j] = max(w.near[j], part*c.score)
		}
	}
	for k, key := range w.keys {
		w.found[uint32(key)].score += share * w.near[k]
	}
}

// What is compared to find out whether the order of a collection means anything.
const (
	orderSamples = 128 // documents
	orderSigns   = 160 // … the beginning of each
	// How much more two that follow each other have in common than two that stand far apart:
	// by chance, and surely.
	orderChance, orderSure = 0.2, 0.5
)

// orders is how far the order of the documents means anything, 0..1: whether those that
// follow each other have more pairs of characters in common than those far apart.
func (s *snapshot) orders() float32 {
	n := len(s.docs)
	if n < 4 {
		return 0
	}
	var pairs [3][]uint32
	var next, far float32
	samples := min(orderSamples, n-1)
	for i := range samples {
		doc := i * (n - 1) / samples
		for k, d := range [3]int{doc, doc + 1, (doc + n/2) % n} {
			pairs[k] = s.pairsOf(pairs[k][:0], int32(d))
		}
		next += inCommon(pairs[0], pairs[1])
		far += inCommon(pairs[0], pairs[2])
	}
	if next <= far {
		return 0
	}
	return within(1-far/next, orderChance, orderSure)
}

// pairsOf appends the different pairs of characters and words that a document begins with,
// in the order of their numbers.
func (s *snapshot) pairsOf(dst []uint32, doc int32) []uint32 {
	signs := s.signsOf(doc)
	for i := 1; i < min(len(signs), orderSigns); i++ {
		dst = append(dst, uint32(signs[i-1])<<16|uint32(signs[i]))
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}

// inCommon returns how much of the shorter of two lists, which are in order, is in the other.
func inCommon(a, b []uint32) float32 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	both, j := 0, 0
	for _, v := range a {
		for j < len(b) && b[j] < v {
			j++
		}
		if j < len(b) && b[j] == v {
			both++
		}
	}
	return float32(both) / float32(len(a))
}

// reachOf returns how far documents speak for each other, in a collection whose order means so much.
func (w *weights) reachOf(orders float32) int32 {
	return 1 + int32(orders*float32(w.reach))
}
