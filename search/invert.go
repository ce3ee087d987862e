package search

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
)

// task is a character or word whose streams, one for each shard, become lists.
type task struct {
	term    int32
	n       int32 // occurrences
	streams []*stream
}

// invert turns the streams into lists, the longest first, so that no core has to
// wait long for another one at the end.
func (b *builder) invert(ctx context.Context) error {
	tasks := b.tasks()
	slices.SortFunc(tasks, func(a, b task) int { return cmp.Compare(b.n, a.n) })
	var next atomic.Int64
	err := parallel(len(b.shards), func(int) error {
		inv := newInverter(b)
		for n := next.Add(1) - 1; n < int64(len(tasks)); n = next.Add(1) - 1 {
			if err := ctx.Err(); err != nil {
				return err
			}
			inv.do(tasks[n])
		}
		return nil
	})
	for _, sh := range b.shards {
		sh.chars, sh.spoken = nil, nil
	}
	b.s.lex.number()
	return err
}

func (b *builder) tasks() []task {
	tasks := make([]task, len(b.s.lex.lists))
	for term := range tasks {
		tasks[term] = task{term: int32(term), streams: make([]*stream, len(b.shards))}
	}
	for i, sh := range b.shards {
		enter := func(term int32, s *stream) {
			tasks[term].streams[i] = s
			tasks[term].n += s.n
		}
		for code, at := range sh.codes {
			if at > 0 {
				enter(int32(b.terms[code]), &sh.chars[at-1])
			}
		}
		for number, term := range sh.wordTerms(b.s.lex) {
			enter(term, &sh.spoken[number])
		}
	}
	return tasks
}

// wordTerms returns the terms of the words of a shard, by their number there.
func (sh *shard) wordTerms(l *lexicon) []int32 {
	out := make([]int32, len(sh.words.spelled))
	for i, w := range sh.words.spelled {
		out[i] = l.words[w]
	}
	return out
}

// inverter makes the lists of one character or word after the other.
type inverter struct {
	b      *builder
	lists  listWriter
	unitOf []int32 // units of one term, in order
	starts []int32 // by following character: where its units begin in followed
	second []uint16
	follow []int32
}

func newInverter(b *builder) *inverter {
	return &inverter{b: b, lists: listWriter{book: b.book}, starts: make([]int32, len(b.s.lex.chars)+1)}
}

func (v *inverter) do(t task) {
	v.unitOf = slices.Grow(v.unitOf[:0], int(t.n))
	clear(v.starts)
	v.second = slices.Grow(v.second[:0], int(t.n))
	for i, s := range t.streams {
		if s == nil {
			continue
		}
		v.unitOf, v.second = s.read(v.b.book, v.b.shards[i].firstUnit, v.unitOf, v.second)
		s.release(v.b.book)
	}
	lex := v.b.s.lex
	lex.lists[t.term], lex.docs[t.term] = v.write(v.unitOf)
	if int(t.term) < len(lex.chars) {
		lex.pairs[t.term] = v.pairs()
	}
}

// pairs writes the lists of the pairs that a character opens.
func (v *inverter) pairs() pairs {
	for _, code := range v.second {
		if code != noCode {
			v.starts[v.b.terms[code]+1]++
		}
	}
	n, kinds := int32(0), 0
	for i, m := range v.starts[1:] {
		if m > 0 {
			kinds++
		}
		v.starts[i+1], n = n, n+m
	}
	v.follow = slices.Grow(v.follow[:0], int(n))[:n]
	for i, code := range v.second {
		if code != noCode {
			at := &v.starts[v.b.terms[code]+1]
			v.follow[*at] = v.unitOf[i]
			*at++
		}
	}
	p := pairs{second: make([]uint16, 0, kinds), lists: make([]address, 0, kinds), docs: make([]uint16, 0, kinds)}
	for i, from := range v.starts[:len(v.starts)-1] {
		if to := v.starts[i+1]; to > from {
			list, docs := v.write(v.follow[from:to])
			p.second, p.lists, p.docs = append(p.second, uint16(i)), append(p.lists, list), append(p.docs, docs)
		}
	}
	return p
}

// write writes the list of a term that stands in the units, which may repeat, and
// returns how many documents these are, as far as the number goes.
func (v *inverter) write(units []int32) (address, uint16) {
	if len(units) == 1 { // as most pairs
		a := v.lists.begin(1, 1)
		v.lists.add(units[0], 1)
		return a, 1
	}
	n, docs, lastUnit, lastDoc := int32(0), int32(0), int32(-1), int32(-1)
	for _, u := range units {
		if u == lastUnit {
			continue
		}
		n, lastUnit = n+1, u
		if doc, _ := v.b.s.owners[u].at(); doc != lastDoc {
			docs, lastDoc = docs+1, doc
		}
	}
	a := v.lists.begin(n, docs)
	for i := 0; i < len(units); {
		j := i + 1
		for j < len(units) && units[j] == units[i] {
			j++
		}
		v.lists.add(units[i], int32(j-i))
		i = j
	}
	return a, uint16(min(docs, manyDocs))
}
