package search

import (
	"math"
	"slices"
)

// worthReading moves those of the candidates behind the others whose score is less than
// that share of the best, so that they will hardly be among the first, and returns the
// others, but at least so many. All of them may have as much again as unread says.
func worthReading(top []candidate, share, unread float32, least int) []candidate {
	if len(top) <= least {
		return top
	}
	var most float32
	for i := range top {
		if top[i].score > most {
			most = top[i].score
		}
	}
	n, enough := 0, share*(most+unread)-unread
	for i := range top {
		if top[i].score >= enough {
			top[i], top[n] = top[n], top[i]
			n++
		}
	}
	if n < least {
		return choose(top, least)
	}
	return top[:n]
}

// How many documents are read of the page that is likely, at most and where they are there at
// least, and of all others together: enough for the order of its passages, and to see
// whether another page has a better one.
const (
	likelyDepth = 20
	likelyLeast = 8
	otherDepth  = 4
)

// mostlyOf moves the best candidates of a page to the front, and few of others behind them,
// and returns both.
func (s *snapshot) mostlyOf(page int32, list []candidate) []candidate {
	own := 0
	for i := range list {
		if s.page[list[i].doc] == page {
			list[i], list[own] = list[own], list[i]
			own++
		}
	}
	n := len(worthReading(best(list[:own], likelyDepth), s.weights.read, 0, likelyLeast))
	for i := range best(list[own:], otherDepth) {
		list[n], list[own+i] = list[own+i], list[n]
		n++
	}
	return list[:n]
}

// compare puts the better candidate first; equal ones keep the order of indexing.
func (c candidate) compare(other candidate) int {
	switch { // not by package cmp, which asks of every number whether it is one
	case c.score > other.score:
		return -1
	case c.score < other.score:
		return 1
	}
	return int(c.doc - other.doc)
}

// byScore puts the better candidate first, and of equal ones none.
func (c candidate) byScore(other candidate) int {
	switch {
	case c.score > other.score:
		return -1
	case c.score < other.score:
		return 1
	}
	return 0
}

func order(list []candidate) { slices.SortFunc(list, candidate.compare) }

// orderByKeys is order of the candidates found by numbers, which are compared several times as
// fast as what they stand for.
func (w *scratch) orderByKeys() {
	w.keys, w.ordered = w.keys[:0], append(w.ordered[:0], w.found...)
	for i := range w.found {
		score := math.Float32bits(w.found[i].score)
		up := score ^ uint32(^int32(score)>>31)>>1 // what scores more has a smaller one
		w.keys = append(w.keys, uint64(up)<<32|uint64(i))
	}
	slices.Sort(w.keys)
	for i, key := range w.keys {
		c := w.ordered[uint32(key)]
		k := i
		for ; k > 0 && w.found[k-1].score == c.score && w.found[k-1].doc > c.doc; k-- {
			w.found[k] = w.found[k-1]
		}
		w.found[k] = c
	}
}

// best moves the n best candidates to the front, in no order, and returns them.
func best(list []candidate, n int) []candidate {
	if n >= len(list) {
		return list
	}
	return choose(list[:promising(list, n)], n)
}

// levels are steps from no score to the best one.
const levels = 256

// promising moves those candidates to the front that may be among the n best, and returns
// how many these are: all whose score is of the level of the n-th or above. To count how
// many are of each level needs no comparison whose outcome a processor cannot foresee.
func promising(list []candidate, n int) int {
	var top float32
	for i := range list {
		if list[i].score > top {
			top = list[i].score
		}
	}
	if top <= 0 {
		return len(list)
	}
	var counts [levels]int32
	step := (levels - 1) / top
	for i := range list {
		counts[uint8(list[i].score*step)]++
	}
	level := levels - 1
	for left := int32(n); level > 0; level-- {
		if left -= counts[level]; left <= 0 {
			break
		}
	}
	m := 0
	for i := range list {
		if uint8(list[i].score*step) >= uint8(level) {
			list[i], list[m] = list[m], list[i]
			m++
		}
	}
	return m
}

// choose is best by comparing candidates with each other.
func choose(list []candidate, n int) []candidate {
	low, high := 0, len(list)
	for n < high && high-low > 1 {
		pivot, i := list[low+(high-low)/2], low
		list[low+(high-low)/2], list[high-1] = list[high-1], pivot
		for j := low; j < high-1; j++ {
			if list[j].compare(pivot) < 0 {
				list[i], list[j] = list[j], list[i]
				i++
			}
		}
		list[i], list[high-1] = pivot, list[i]
		switch {
		case i == n:
			return list[:n]
		case i < n:
			low = i + 1
		default:
			high = i
		}
	}
	return list[:min(n, len(list))]
}
