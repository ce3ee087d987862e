package search

// posting is one unit that has a term, and how often; in a collection one document.
type posting struct{ unit, n int32 }

// A list is the postings of a term, by unit: first how many units and documents,
// then for each posting twice the units passed, plus one when the number of
// occurrences less two follows. Numbers take one byte for each seven bits. A zero,
// which is no number of units, says that the list goes on on the page whose number
// follows.
//
// address says where a list begins: its page and the place there.
type address uint32

const (
	listRoom    = pageSize - 1 - linkSize - 2*5 // a head or a posting always ends before the link
	blockLength = 128                           // postings that are read at a time
)

func (a address) at() (page uint32, offset int) { return uint32(a) / pageSize, int(a % pageSize) }

// listWriter writes lists, one behind the other.
type listWriter struct {
	book   *book
	page   *page
	number uint32
	at     int
	unit   int32
}

// begin opens a list of a term that so many units of some documents have.
func (w *listWriter) begin(n, docs int32) address {
	if w.page == nil {
		w.number, w.page = w.book.take()
	}
	if w.at > listRoom {
		w.turn()
	}
	a := w.here()
	w.unit = -1
	if n == docs {
		w.at = w.page.varint(w.at, uint32(n)<<1)
		return a
	}
	w.at = w.page.varint(w.page.varint(w.at, uint32(n)<<1|1), uint32(n-docs))
	return a
}

func (w *listWriter) here() address { return address(w.number*pageSize + uint32(w.at)) }

// add enters a posting. Units come in order.
func (w *listWriter) add(unit, n int32) {
	if w.at > listRoom {
		w.turn()
	}
	passed := uint32(unit-w.unit) << 1
	w.unit = unit
	switch {
	case n > 1:
		w.at = w.page.varint(w.page.varint(w.at, passed|1), uint32(n-2))
	case passed < 0x80:
		w.page[w.at] = byte(passed)
		w.at++
	default:
		w.at = w.page.varint(w.at, passed)
	}
}

// addAll enters a posting for each of the units, which come in order and may repeat. It
// does what add does, with what that looks up each time at hand.
func (w *listWriter) addAll(units []int32) {
	p, at, last := w.page, w.at, w.unit
	for i := 0; i < len(units); {
		unit, first := units[i], i
		for i++; i < len(units) && units[i] == unit; i++ {
		}
		if at > listRoom {
			w.at = at
			w.turn()
			p, at = w.page, w.at
		}
		passed := uint32(unit-last) << 1
		last = unit
		switch n := i - first; {
		case n > 1:
			at = p.varint(p.varint(at, passed|1), uint32(n-2))
		case passed < 1<<7:
			p[at] = byte(passed)
			at++
		case passed < 1<<14:
			p[at], p[at+1] = byte(passed)|0x80, byte(passed>>7)
			at += 2
		default:
			at = p.varint(at, passed)
		}
	}
	w.at, w.unit = at, last
}

// turn goes on on a new page.
func (w *listWriter) turn() {
	n, p := w.book.take()
	w.page[w.at] = 0
	w.page.setLink(w.at+1, n)
	w.number, w.page, w.at = n, p, 0
}

// head returns the number of units and of documents of a list.
func head(pages []*page, a address) (n, docs int32) {
	number, at := a.at()
	v, at := pages[number].readVarint(at)
	if n = int32(v >> 1); v&1 == 0 {
		return n, n
	}
	more, _ := pages[number].readVarint(at)
	return n, n - int32(more)
}

// cursor reads a list.
type cursor struct {
	posting // the last that was read
	pages   []*page
	page    *page
	at      int
	total   int32 // units that have the term
	left    int32 // postings
}

func (s *snapshot) cursor(a address) cursor {
	number, at := a.at()
	c := cursor{posting: posting{unit: -1}, pages: s.memory, page: s.memory[number]}
	v, at := c.page.readVarint(at)
	c.total, c.left = int32(v>>1), int32(v>>1)
	if v&1 != 0 {
		v, at = c.page.readVarint(at)
		if s.weights.together {
			c.left -= int32(v)
		}
	}
	c.at = at
	return c
}

// read returns the next postings, in dst; none at the end. How many bytes a posting has
// nobody can foresee, so nothing branches on it but where a number has more than usual.
func (c *cursor) read(dst *[blockLength]posting) []posting {
	n := min(c.left, blockLength)
	c.left -= n
	p, at, unit := c.page, c.at, c.unit
	for i := range dst[:n] {
		if p[at] == 0 {
			p, at = c.pages[p.link(at+1)], 0
		}
		low, high := uint32(p[at]), uint32(p[at+1])
		two := low >> 7
		v, next := low&0x7f|high<<7&-two, at+1+int(two)
		if two&(high>>7) != 0 {
			v, next = p.readVarint(at)
		}
		more := v & 1
		count := (uint32(p[next]) + 1) & -more
		at = next + int(more)
		if more&uint32(p[next]>>7) != 0 {
			count, at = p.readVarint(next)
			count++
		}
		unit += int32(v >> 1)
		dst[i] = posting{unit, int32(count) + 1}
	}
	c.page, c.at, c.unit = p, at, unit
	return dst[:n]
}
