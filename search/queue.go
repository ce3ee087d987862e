package search

// A queue holds occurrences of characters until each stream can be given several at a
// time: streams lie far from each other in memory, and to get there takes longer than
// to write there.
type queue struct {
	waiting []occurrence
	ends    []queueEnds // by number of the stream
}

// occurrence is one of a stream, chained with those of the same stream.
type occurrence struct {
	unit int32
	next uint16 // see stream.add
	then uint16 // number of the one after it, from 1; 0: there is none yet
}

// queueEnds are the numbers, from 1, of the occurrences of a stream that came first
// and last.
type queueEnds struct{ first, last uint16 }

const queueLength = 1 << 15 // a quarter of a megabyte, which processors keep at hand

func (q *queue) full() bool { return len(q.waiting) == queueLength }

// grow makes room for one more stream.
func (q *queue) grow() {
	if q.waiting == nil {
		q.waiting = make([]occurrence, 0, queueLength)
	}
	q.ends = append(q.ends, queueEnds{})
}

// add puts an occurrence into the queue, which must not be full.
func (q *queue) add(number uint16, unit int32, next uint16) {
	q.waiting = append(q.waiting, occurrence{unit: unit, next: next})
	at, ends := uint16(len(q.waiting)), &q.ends[number]
	if ends.first == 0 {
		ends.first = at
	} else {
		q.waiting[ends.last-1].then = at
	}
	ends.last = at
}

// empty gives all occurrences to their streams.
func (q *queue) empty(b *book, streams []stream) {
	for number, ends := range q.ends {
		s := &streams[number]
		for at := ends.first; at != 0; {
			o := q.waiting[at-1]
			s.add(b, o.unit, o.next)
			at = o.then
		}
	}
	q.waiting = q.waiting[:0]
	clear(q.ends)
}
