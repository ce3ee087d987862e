package search

import "math/bits"

// spots tell where the signs of a document of a collection stand, so that of a long one only
// those need be looked at that a query asks for.
type spots struct {
	slots []uint32 // of each document a table of its signs: the sign, and where its list begins
	lists []uint16 // of each document its lists: how many places, and the places in order
	of    []shelf  // by document
}

// shelf says where the slots and lists of a document begin, and how many bits the number of a
// slot has; 0 where it has none.
type shelf struct {
	slots, lists int32
	bits         uint8
}

const (
	leastSpots = 200       // signs of a document from which there are lists
	mostSpots  = 1<<15 - 1 // … and up to which: where a list begins has two bytes
)

// spotDocuments lists the places of all signs. Documents are divided among so many
// goroutines.
func (s *snapshot) spotDocuments(goroutines int) error {
	if !s.weights.together {
		return nil
	}
	p := &s.spots
	p.of = make([]shelf, len(s.docs))
	distinct := make([]int32, len(s.docs))
	each := func(do func(sorter *signSorter, doc int32)) error {
		return parallel(goroutines, func(i int) error {
			var sorter signSorter
			for doc := len(s.docs) * i / goroutines; doc < len(s.docs)*(i+1)/goroutines; doc++ {
				if n := len(s.signsOf(int32(doc))); n >= leastSpots && n <= mostSpots {
					do(&sorter, int32(doc))
				}
			}
			return nil
		})
	}
	err := each(func(sorter *signSorter, doc int32) {
		distinct[doc] = int32(len(sorter.count(s.signsOf(doc))))
	})
	slots, lists := int32(0), int32(0)
	for doc, n := range distinct {
		if n == 0 {
			continue
		}
		of := shelf{slots: slots, lists: lists, bits: uint8(bits.Len(uint(n + n/2)))}
		p.of[doc] = of
		slots += 1 << of.bits
		lists += 2 + n + int32(len(s.signsOf(int32(doc))))
	}
	if slots == 0 || err != nil {
		return err
	}
	p.slots, p.lists = make([]uint32, slots), make([]uint16, lists)
	return each(func(sorter *signSorter, doc int32) { sorter.file(s, doc) })
}

// signsOf returns the signs of a document, of all its units.
func (s *snapshot) signsOf(doc int32) []uint16 {
	return s.signs[s.starts[s.first[doc]]:s.starts[s.first[doc+1]]]
}

// signSorter sorts the places of documents by counting.
type signSorter struct {
	counts [1 << 16]uint16 // zero between documents
	signs  []uint16
}

// count returns the signs of a document, each once.
func (o *signSorter) count(signs []uint16) []uint16 {
	o.signs = o.signs[:0]
	for _, sign := range signs {
		if o.counts[sign] == 0 {
			o.signs = append(o.signs, sign)
		}
		o.counts[sign]++
	}
	for _, sign := range o.signs {
		o.counts[sign] = 0
	}
	return o.signs
}

// file makes the lists of a document. The first is empty and that of all signs that are not
// there, so that whether one is need not be asked; a place behind it can be looked at.
func (o *signSorter) file(s *snapshot, doc int32) {
	signs := s.signsOf(doc)
	slots, lists := s.shelf(doc)
	for _, sign := range signs {
		o.counts[sign]++
	}
	begin := uint16(2)
	for at, sign := range signs {
		slot, ok := slotOf(slots, sign)
		if !ok {
			*slot = uint32(sign)<<16 | uint32(begin)
			begin += 1 + o.counts[sign]
			o.counts[sign] = 0
		}
		list := lists[uint16(*slot):]
		list[0]++
		list[list[0]] = uint16(at)
	}
}

// touchSpots has the lists of these signs of a document at hand, or of others with which they
// share a place, and the first of their places.
func (s *snapshot) touchSpots(doc int32, signs []uint16) (touched uint32) {
	if !s.weights.together || s.spots.of[doc].bits == 0 {
		return 0
	}
	slots, lists := s.shelf(doc)
	text := s.signsOf(doc)
	for _, sign := range signs {
		list := lists[uint16(slots[slotStart(sign)&uint32(len(slots)-1)]):]
		touched += uint32(list[0]) + uint32(text[list[1]])
	}
	return touched
}

// shelf returns the slots and lists of a document that has them.
func (s *snapshot) shelf(doc int32) (slots []uint32, lists []uint16) {
	of := s.spots.of[doc]
	return s.spots.slots[of.slots:][:1<<of.bits], s.spots.lists[of.lists:]
}

// slotStart says where to begin to look for a sign, by more bits than any table has.
func slotStart(sign uint16) uint32 { return uint32(sign) * 0x9e3779b1 >> 16 }

// slotOf returns the slot of a sign, and whether it is there.
func slotOf(slots []uint32, sign uint16) (slot *uint32, ok bool) {
	at := slotStart(sign)
	for {
		slot = &slots[at&uint32(len(slots)-1)]
		if *slot == 0 || *slot>>16 == uint32(sign) {
			return slot, *slot != 0
		}
		at++
	}
}

// lookUp counts the terms of a document whose signs are listed; false where they are not. It
// does what follow does without a look at the places between.
func (r *reader) lookUp(s *snapshot, doc int32) bool {
	if s.spots.of[doc].bits == 0 {
		return false
	}
	slots, lists := s.shelf(doc)
	r.signs, r.lists = s.signsOf(doc), lists
	for i, sign := range r.used {
		t := r.singles[i]
		slot, _ := slotOf(slots, sign)
		begin := uint16(*slot)
		r.begins[t] = begin
		n := r.lists[begin]
		r.times[t] = int32(n)
		r.there[t>>6] |= uint64(n|-n) >> 15 << (t & 63)
		r.begun[t] = int32(r.lists[begin+1]) // of none what is there says nothing
	}
	for i := range r.ties {
		if b := &r.ties[i]; b.term >= 0 || b.places != 0 {
			r.lookUpTie(b)
		}
	}
	return true
}

// list returns where a sign stands in a document whose signs are listed.
func (r *reader) list(t int16) []uint16 {
	list := r.lists[r.begins[t]:]
	return list[1 : 1+list[0]]
}

// lookUpTie counts where two signs stand side by side, by the places of the rarer.
func (r *reader) lookUpTie(b *tie) {
	first, second := r.list(b.first), r.list(b.second)
	if len(first) <= len(second) {
		other := r.terms[b.second].sign
		for _, at := range first {
			if next := int(at) + 1; next < len(r.signs) && r.signs[next] == other {
				r.side(b, int32(next))
			}
		}
		return
	}
	other := r.terms[b.first].sign
	for _, at := range second {
		if at > 0 && r.signs[at-1] == other {
			r.side(b, int32(at))
		}
	}
}

// side notes that two signs stand side by side, the second at that place, and what they are
// of a run.
func (r *reader) side(b *tie, at int32) {
	_, end := r.unit(at - 1)
	if at >= end {
		return
	}
	if b.term >= 0 {
		r.tick(b.term, at)
	}
	run := b.places
	for length := 3; run != 0 && length <= longRun; length++ {
		if at++; at >= end {
			return
		}
		t := r.entry[r.signs[at]]
		if t == 0 {
			return
		}
		run = run << 1 & r.terms[t-1].stands
		switch length {
		case shortRun:
			r.runs.short |= run
		case longRun:
			r.runs.long |= run
		}
	}
}

// lookUpGap returns how close two signs come, by the places of the rarer; more than matters
// where they do not.
func (r *reader) lookUpGap(n *nearPair) int32 {
	list, other := r.list(n.first), n.second
	if more := r.list(n.second); len(more) < len(list) {
		list, other = more, n.first
	}
	sign, least := r.terms[other].sign, int32(nearSigns+1)
	for _, at := range list {
		at := int32(at)
		from, to := r.unit(at)
		for apart := int32(1); apart < least; apart++ {
			if at-apart >= from && r.signs[at-apart] == sign || at+apart < to && r.signs[at+apart] == sign {
				least = apart
			}
		}
	}
	return least
}
