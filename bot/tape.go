package bot

import (
	"encoding/binary"
)

// tape writes values down one after the other, or reads them back in the same order, by
// the same code. What does not fit leaves it bad.
type tape struct {
	data    []byte // written so far, or left to read
	reading bool
	bad     bool
}

// number writes n, or returns what is read.
func (t *tape) number(n int) int {
	if !t.reading {
		t.data = binary.LittleEndian.AppendUint32(t.data, uint32(n))
		return n
	}
	if len(t.data) < 4 {
		t.data, t.bad = nil, true
		return 0
	}
	n = int(binary.LittleEndian.Uint32(t.data))
	t.data = t.data[4:]
	return n
}

// length is number for how many follow, each of which has a byte at least.
func (t *tape) length(n int) int {
	n = t.number(n)
	if t.reading && n > len(t.data) {
		t.data, t.bad = nil, true
		return 0
	}
	return n
}

func (t *tape) text(s *string) {
	n := t.length(len(*s))
	if !t.reading {
		t.data = append(t.data, *s...)
		return
	}
	*s, t.data = string(t.data[:n]), t.data[n:]
}

func (t *tape) texts(list *[]string) {
	n := t.length(len(*list))
	if t.reading {
		*list = make([]string, n)
	}
	for i := range *list {
		t.text(&(*list)[i])
	}
}

// run writes or reads a list of numbers.
func run[T uint32 | uint64 | float32](t *tape, list *[]T) {
	n := t.length(len(*list))
	if !t.reading {
		t.data, _ = binary.Append(t.data, binary.LittleEndian, *list) // numbers always can be
		return
	}
	var one T
	if n*binary.Size(one) > len(t.data) {
		t.data, t.bad = nil, true
		return
	}
	*list = make([]T, n)
	used, _ := binary.Decode(t.data, binary.LittleEndian, *list) // there is enough
	t.data = t.data[used:]
}

// columns writes or reads a list of structures, the same field of all of them together.
func columns[S any](t *tape, list []S, fields func(*S) (*uint32, *float32)) []S {
	counts, values := make([]uint32, len(list)), make([]float32, len(list))
	for i := range list {
		a, b := fields(&list[i])
		counts[i], values[i] = *a, *b
	}
	run(t, &counts)
	run(t, &values)
	if !t.reading {
		return list
	}
	if len(counts) != len(values) {
		t.bad = true
		return nil
	}
	list = make([]S, len(counts))
	for i := range list {
		a, b := fields(&list[i])
		*a, *b = counts[i], values[i]
	}
	return list
}
