package search

import "slices"

// lean lets documents that stand side by side in a collection speak for each other, as the
// articles of one chapter do, and the answers to one matter: what the better of its two
// neighbours scores counts for a document, too, to that share. Where the order means nothing,
// hardly any two that are read are neighbours.
func (w *scratch) lean(share float32) {
	if share == 0 {
		return
	}
	w.keys = w.keys[:0]
	for i := range w.found {
		w.keys = append(w.keys, uint64(w.found[i].doc)<<32|uint64(i))
	}
	slices.Sort(w.keys)
	before := candidate{doc: -2} // as it scored by itself
	for k, key := range w.keys {
		c := &w.found[uint32(key)]
		alone, more := *c, float32(0)
		if before.doc == c.doc-1 {
			more = before.score
		}
		if k+1 < len(w.keys) {
			if next := &w.found[uint32(w.keys[k+1])]; next.doc == c.doc+1 {
				more = max(more, next.score)
			}
		}
		c.score += share * more
		before = alone
	}
}
