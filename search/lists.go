package search

// posting is one unit that has a term, and how often.
type posting struct{ unit, n int32 }

// A list is the postings of a term, by unit: first how many postings and documents,
// then for each posting twice the units passed, plus one when the number of
// occurrences less two follows. Numbers take one byte for each seven bits. A zero,
// which is no number of units, says that the list goes on on the page whose number
// follows.
//
// address says where a list begins: its page and the place there.
type address uint32

const (
	jumpLength  = 64                            // postings between two jumps of a long list
	longList    = 256                           // postings of a list that has jumps
	listRoom    = pageSize - 1 - linkSize - 2*5 // a head or a posting always ends before the link
	blockLength = 128                           // postings that are read at a time
)

func (a address) at() (page uint32, offset int) { return uint32(a) / pageSize, int(a % pageSize) }

// A jump leads into a long list: the unit before a posting, and where that begins.
type jump struct {
	unit int32
	to   address
}

// listWriter writes lists, one behind the other.
type listWriter struct {
	book   *book
	page   *page
	number uint32
	at     int
	unit   int32
	since  int // postings since the last jump; negative in a short list
	into   []jump
	jumps  map[address][]jump // of long lists
}

// begin opens a list of n postings in some documents.
func (w *listWriter) begin(n, docs int32) address {
	if w.page == nil {
		w.number, w.page = w.book.take()
	}
	if w.at > listRoom {
		w.turn()
	}
	a := w.here()
	w.unit, w.since, w.into = -1, 0, nil
	if n < longList {
		w.since = -longList
	}
	if n == docs {
		w.at = w.page.varint(w.at, uint32(n)<<1)
		return a
	}
	w.at = w.page.varint(w.page.varint(w.at, uint32(n)<<1|1), uint32(n-docs))
	return a
}

func (w *listWriter) here() address { return address(w.number*pageSize + uint32(w.at)) }

// end closes the list that begins at a.
func (w *listWriter) end(a address) {
	if len(w.into) > 0 {
		w.jumps[a] = w.into
	}
}

// add enters a posting. Units come in order.
func (w *listWriter) add(unit, n int32) {
	if w.at > listRoom {
		w.turn()
	}
	if w.since == jumpLength {
		w.since, w.into = 0, append(w.into, jump{w.unit, w.here()})
	}
	w.since++
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

// turn goes on on a new page.
func (w *listWriter) turn() {
	n, p := w.book.take()
	w.page[w.at] = 0
	w.page.setLink(w.at+1, n)
	w.number, w.page, w.at = n, p, 0
}

// head returns the number of postings and of documents of a list.
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
	total   int32
	left    int32 // of total
	jumps   []jump
	jumped  int // jumps that lead to no unit sought any more
}

func (s *snapshot) cursor(a address) cursor {
	number, at := a.at()
	c := cursor{posting: posting{unit: -1}, pages: s.memory, page: s.memory[number], jumps: s.jumps[a]}
	v, at := c.page.readVarint(at)
	if v&1 != 0 {
		_, at = c.page.readVarint(at)
	}
	c.total, c.left, c.at = int32(v>>1), int32(v>>1), at
	return c
}

// read returns the next postings, in dst; none at the end.
func (c *cursor) read(dst *[blockLength]posting) []posting {
	n := min(c.left, blockLength)
	c.left -= n
	p, at, unit := c.page, c.at, c.unit
	for i := range dst[:n] {
		if p[at] == 0 {
			p, at = c.pages[p.link(at+1)], 0
		}
		v := uint32(p[at])
		if at++; v >= 0x80 {
			v, at = p.readVarint(at - 1)
		}
		unit += int32(v >> 1)
		count := int32(1)
		if v&1 != 0 {
			v, at = p.readVarint(at)
			count = int32(v) + 2
		}
		dst[i] = posting{unit, count}
	}
	c.page, c.at, c.unit = p, at, unit
	return dst[:n]
}

// seek goes to the first posting of a unit that is not before the one given, or
// reports that there is none. Units are sought in order.
func (c *cursor) seek(unit int32) bool {
	if c.unit >= unit {
		return true
	}
	k := c.jumped
	for k < len(c.jumps) && c.jumps[k].unit < unit {
		k++
	}
	if k > c.jumped && c.jumps[k-1].unit > c.unit {
		number, at := c.jumps[k-1].to.at()
		c.page, c.at, c.unit, c.left = c.pages[number], at, c.jumps[k-1].unit, c.total-int32(k)*jumpLength
	}
	c.jumped = k
	for c.unit < unit {
		if !c.next() {
			return false
		}
	}
	return true
}

// next reads one posting, or reports that there is none.
func (c *cursor) next() bool {
	if c.left == 0 {
		return false
	}
	c.left--
	if c.page[c.at] == 0 {
		c.page, c.at = c.pages[c.page.link(c.at+1)], 0
	}
	v, at := uint32(c.page[c.at]), c.at+1
	if v >= 0x80 {
		v, at = c.page.readVarint(c.at)
	}
	c.unit += int32(v >> 1)
	if c.n = 1; v&1 != 0 {
		v, at = c.page.readVarint(at)
		c.n = int32(v) + 2
	}
	c.at = at
	return true
}
