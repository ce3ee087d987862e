package bot

// table numbers features by their names, in the order in which they come. It does what
// a map would, but a question asks it for a hundred names that lie all over memory:
// here each costs one place to look at, and none waits for the one before.
type table struct {
	slots []slot
	n     int
	shift uint8 // that leaves of 64 bits the number of a slot
}

type slot struct {
	name  uint64
	place uint32 // plus one; 0 where the slot is free
}

const (
	firstSlots = 6                  // as a power of two
	spread     = 0x9e3779b97f4a7c15 // an odd number without a pattern
)

func newTable() *table {
	return &table{slots: make([]slot, 1<<firstSlots), shift: 64 - firstSlots}
}

// find returns the number of a name, if it has one.
func (t *table) find(name uint64) (uint32, bool) {
	s := t.slot(name)
	return s.place - 1, s.place != 0
}

// home returns the number of the slot where a name belongs.
func (t *table) home(name uint64) uint64 { return name * spread >> t.shift }

// slot returns the slot of a name: the one that it is in, or the free one for it.
func (t *table) slot(name uint64) *slot {
	last := uint64(len(t.slots) - 1)
	for i := t.home(name); ; i = (i + 1) & last {
		if s := &t.slots[i]; s.name == name || s.place == 0 {
			return s
		}
	}
}

// glance is what [index.glance] is.
func (t *table) glance(said []sign) (any bool) {
	var names uint64
	for i := range said {
		names |= t.slots[t.home(said[i].name)].name
	}
	return names != 0
}

// add numbers a name, unless it has a number.
func (t *table) add(name uint64) uint32 {
	s := t.slot(name)
	if s.place != 0 {
		return s.place - 1
	}
	if 2*t.n >= len(t.slots) {
		t.grow()
		s = t.slot(name)
	}
	t.n++
	s.name, s.place = name, uint32(t.n)
	return s.place - 1
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	t.shift--
	for _, s := range old {
		if s.place != 0 {
			*t.slot(s.name) = s
		}
	}
}

// index is several tables in one, for what is asked of all of them: what they have of a
// name comes from memory together.
type index struct {
	slots []row
	shift uint8
}

// row is what the tables have of a name.
type row struct {
	name    uint64
	places  [tables]uint32  // plus one; 0 where the table does not have it
	weights [tables]float32 // what it counts for the second of two classes
}

// The tables of an index.
const (
	topicTable = iota
	scopeTable
	dangerTable
	tables
)

// newIndex puts tables together.
func newIndex(all [tables]*table) *index {
	n := 0
	for _, t := range all {
		n = max(n, t.n)
	}
	x := &index{slots: make([]row, 1<<firstSlots), shift: 64 - firstSlots}
	for len(x.slots) < 2*n {
		x.slots, x.shift = make([]row, 2*len(x.slots)), x.shift-1
	}
	used := 0
	for i, t := range all {
		for _, s := range t.slots {
			if s.place == 0 {
				continue
			}
			r := x.row(s.name)
			if r.places == [tables]uint32{} {
				if used++; 4*used > 3*len(x.slots) {
					x.grow()
					r = x.row(s.name)
				}
				r.name = s.name
			}
			r.places[i] = s.place
		}
	}
	return x
}

// row returns the row of a name: the one that it is in, or the free one for it.
func (x *index) row(name uint64) *row {
	last := uint64(len(x.slots) - 1)
	for i := x.home(name); ; i = (i + 1) & last {
		if r := &x.slots[i]; r.name == name || r.places == [tables]uint32{} {
			return r
		}
	}
}

// home returns the number of the row where a name belongs.
func (x *index) home(name uint64) uint64 { return name * spread >> x.shift }

func (x *index) grow() {
	old := x.slots
	x.slots, x.shift = make([]row, 2*len(old)), x.shift-1
	for _, r := range old {
		if r.places != [tables]uint32{} {
			*x.row(r.name) = r
		}
	}
}

// glance looks where the names belong, and at nothing else, so that all these places
// come from memory at the same time: to be called before many of them are looked for.
func (x *index) glance(said []sign) (any bool) {
	var names uint64
	for i := range said {
		names |= x.slots[x.home(said[i].name)].name
	}
	return names != 0
}

// weigh brings the weights of a classifier of two classes to the names: to look for them
// elsewhere would be one more wait for memory for each.
func (x *index) weigh(column int, weights []float32) {
	for i := range x.slots {
		r := &x.slots[i]
		if place := int(r.places[column]); place > 0 && place <= len(weights) {
			r.weights[column] = weights[place-1]
		}
	}
}

// sum adds up what a table weighs of the names, and the squares of their values.
func (x *index) sum(said []sign, column int) (sum, norm float32) {
	for _, s := range said {
		if r := x.row(s.name); r.places[column] > 0 {
			sum += s.value * r.weights[column]
			norm += s.value * s.value
		}
	}
	return sum, norm
}
