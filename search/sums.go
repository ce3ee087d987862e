package search

import "math"

// sums are what the documents of a collection have in common with the query, one behind the
// other as they come up. That is a small part of memory which stays at hand, where an element
// for each document of the collection lies anywhere.
type sums struct {
	slots []uint32 // document to its sum; 0 where it has none, and between searches
	list  []sum    // from 1 on; what is not in use is zero
	next  uint32   // the first that is not
}

// sum is what one document has in common with the query.
type sum struct {
	topics uint64
	score  float32
	doc    int32
}

// begin has room for that many documents.
func (u *sums) begin(docs int) {
	u.slots, u.list, u.next = grow(u.slots, docs), grow(u.list, docs+1), 1
}

// of returns the sum of a document.
func (u *sums) of(doc int32) *sum {
	if u.slots[doc] == 0 {
		u.slots[doc] = u.next
		u.list[u.next].doc = doc
		u.next++
	}
	return &u.list[u.slots[doc]]
}

// all returns the sums; they are there until end.
func (u *sums) all() []sum { return u.list[1:u.next] }

// end forgets all.
func (u *sums) end() {
	for i := range u.all() {
		u.slots[u.list[i+1].doc] = 0
	}
	clear(u.all())
}

// addTogether is add for a collection: postings are read and added up in one go, so that the
// processor adds while it waits for where the next one begins. Whether a document has come up
// before, how often it has the term and how many bytes that takes nobody can foresee, so
// nothing branches on it.
func (w *scratch) addTogether(s *snapshot, t *want) (read int32) {
	c, best, free := s.cursor(t.list), w.top, w.sums.next
	p, at, doc := c.page, c.at, c.unit
	slots, whole, list := w.sums.slots, s.whole[:len(w.sums.slots)], w.sums.list
	const inPage = pageSize - 1 // what it is put to is a place that need not be checked
	most := float32(s.weights.k1 + 1)
	for range c.left {
		low, high := uint32(p[at&inPage]), uint32(p[(at+1)&inPage])
		if low == 0 {
			p, at = c.pages[p.link(at+1)], 0
			low, high = uint32(p[0]), uint32(p[1])
		}
		two := low >> 7
		passed, next := low&0x7f|high<<7&-two, at+1+int(two)
		if two&(high>>7) != 0 {
			passed, next = p.readVarint(at)
		}
		again := passed & 1
		more := uint32(p[next&inPage])
		at = next + int(again)
		if again&(more>>7) != 0 {
			more, at = p.readVarint(next)
		}
		more = (more + 1) & -again
		doc += int32(passed >> 1)
		slot := slots[doc]
		fresh := (slot - 1) >> 31 // 1 where there was none
		slot += free & -fresh
		free += fresh
		slots[doc] = slot
		has := &list[slot]
		has.doc = doc
		has.topics |= t.topics
		has.score += t.weight * several(whole[doc], most, more)
		if has.score > best.score {
			best = candidate{doc: doc, score: has.score}
		}
	}
	w.top, w.sums.next = best, free
	return c.total
}

// several returns what a term counts that counts so much once, at most so much, and that is
// there so many times more: see timesOf.
func several(once, most float32, more uint32) float32 {
	m := float32(more)
	times := (m + 1) * most * once / (m*once + most)
	some := uint32(int32(-more) >> 31) // all bits where it is there more than once
	return math.Float32frombits(math.Float32bits(times)&some | math.Float32bits(once)&^some)
}
