package search

// A stream says in which units one word stands, in the order of the text: for each
// occurrence how many units it is from the one before.
type stream struct {
	first, last uint32 // pages
	page        *page
	at          int32 // where the next occurrence goes
	unit        int32 // of the last occurrence
	n           int32 // occurrences
}

const streamRoom = pageSize - linkSize - 5 // a number always ends before the link

// add enters an occurrence.
func (s *stream) add(b *book, unit int32) {
	if s.n == 0 {
		s.first, s.page = b.take()
		s.last, s.unit = s.first, 0
	} else if s.at > streamRoom {
		n, p := b.take()
		s.page.setLink(pageSize-linkSize, n)
		s.last, s.page, s.at = n, p, 0
	}
	s.n++
	s.at = int32(s.page.varint(int(s.at), uint32(unit-s.unit)))
	s.unit = unit
}

// read appends the unit of every occurrence, in order; base is added to the units.
func (s *stream) read(b *book, base int32, units []int32) []int32 {
	if s.n == 0 {
		return units
	}
	p, at, unit := b.at(s.first), 0, base
	for range s.n {
		if at > streamRoom {
			p, at = b.at(p.link(pageSize-linkSize)), 0
		}
		var passed uint32
		passed, at = p.readVarint(at)
		unit += int32(passed)
		units = append(units, unit)
	}
	return units
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
