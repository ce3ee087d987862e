package search

// A stream says where one character or word stands, in the order of the text: for
// each occurrence the character that directly follows, and the unit when it is not
// that of the occurrence before. All streams of a collection together are smaller
// than its text.
type stream struct {
	first, last uint32 // pages
	page        *page
	at          int32 // where the next occurrence goes
	unit        int32 // of the last occurrence
	n           int32 // occurrences
}

const (
	noCode     = 1<<15 - 1 // no character follows
	newUnit    = 1 << 15   // set where the number of units passed follows
	streamRoom = pageSize - linkSize - 2 - 5
)

// add enters an occurrence that is followed by the character with the code next.
func (s *stream) add(b *book, unit int32, next uint16) {
	if s.n == 0 {
		s.first, s.page = b.take()
		s.last, s.unit = s.first, -1
	} else if s.at > streamRoom {
		n, p := b.take()
		s.page.setLink(pageSize-linkSize, n)
		s.last, s.page, s.at = n, p, 0
	}
	s.n++
	p, at := s.page, s.at
	if s.unit == unit {
		p[at], p[at+1] = byte(next), byte(next>>8)
		s.at += 2
		return
	}
	p[at], p[at+1] = byte(next), byte(next>>8)|newUnit>>8
	s.at = int32(p.varint(int(at)+2, uint32(unit-s.unit)))
	s.unit = unit
}

// read appends the unit of every occurrence and what follows it, in order; base is
// added to the units.
func (s *stream) read(b *book, base int32, units []int32, nexts []uint16) ([]int32, []uint16) {
	if s.n == 0 {
		return units, nexts
	}
	p, at, unit := b.at(s.first), 0, base-1
	for range s.n {
		if at > streamRoom {
			p, at = b.at(p.link(pageSize-linkSize)), 0
		}
		next := uint16(p[at]) | uint16(p[at+1])<<8
		if at += 2; next >= newUnit {
			passed := uint32(p[at])
			if at++; passed >= 0x80 {
				passed, at = p.readVarint(at - 1)
			}
			unit += int32(passed)
		}
		units, nexts = append(units, unit), append(nexts, next&^newUnit)
	}
	return units, nexts
}

// release gives the pages back.
func (s *stream) release(b *book) {
	if s.n == 0 {
		return
	}
	for n := s.first; ; {
		next := b.at(n).link(pageSize - linkSize)
		b.give(n)
		if n == s.last {
			return
		}
		n = next
	}
}
