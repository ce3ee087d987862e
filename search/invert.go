package search

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
)

// A group is some characters whose lists are made together: one look at all signs finds
// every place of each of them.
type group struct {
	codes []uint16
	n     int // occurrences
}

// groupRoom is how many occurrences all cores together have at hand at a time. With more
// the signs would be looked at less often, but there would be more than is worth it in
// memory at once: 32 MB.
const groupRoom = 1 << 23

// spokenTask is a word whose streams, one for each shard, become a list.
type spokenTask struct {
	term    int32
	n       int32 // occurrences
	streams []*stream
}

// invert makes the lists of all characters and words, the longest first, so that no core
// has to wait long for another one at the end.
func (b *builder) invert(ctx context.Context) error {
	groups, words := b.groups(), b.spokenTasks()
	slices.SortFunc(words, func(a, b spokenTask) int { return cmp.Compare(b.n, a.n) })
	var next atomic.Int64
	err := parallel(len(b.shards), func(int) error {
		inv := newInverter(b)
		for n := int(next.Add(1) - 1); n < len(groups)+len(words); n = int(next.Add(1) - 1) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if n < len(groups) {
				inv.doGroup(groups[n])
			} else {
				inv.doWord(words[n-len(groups)])
			}
		}
		return nil
	})
	for _, sh := range b.shards {
		sh.counts, sh.spoken, sh.rare = nil, nil, nil
	}
	b.s.lex.number()
	return err
}

// groups divides the characters into groups of about the same size.
func (b *builder) groups() []group {
	counts, total := make([]int, noCode), 0
	for _, sh := range b.shards {
		for code, n := range sh.counts {
			counts[code] += int(n)
			total += int(n)
		}
	}
	most := min(groupRoom, total)/max(1, len(b.shards)) + 1 // no shard: no document
	var out []group
	var g group
	for code, n := range counts {
		if n == 0 {
			continue
		}
		if g.n > 0 && g.n+n > most {
			out, g = append(out, g), group{}
		}
		g.codes, g.n = append(g.codes, uint16(code)), g.n+n
	}
	if g.n > 0 {
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b group) int { return cmp.Compare(b.n, a.n) })
	return out
}

func (b *builder) spokenTasks() []spokenTask {
	lex := b.s.lex
	tasks := make([]spokenTask, len(lex.spelled))
	for i := range tasks {
		tasks[i] = spokenTask{term: int32(len(lex.chars) + i), streams: make([]*stream, len(b.shards))}
	}
	for i, sh := range b.shards {
		for number, term := range sh.wordTerms(lex) {
			t, s := &tasks[int(term)-len(lex.chars)], &sh.spoken[number]
			t.streams[i] = s
			t.n += s.n
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
	first  uint16   // of the codes of the group: it has all that occur from there …
	span   uint16   // … on to its last, so much further on
	slot   []uint16 // code of a character to its place in the group, plus one
	ends   []int    // by that place: where its next occurrence goes in found
	turns  [][]int  // ends, after each stretch but the last
	places []int32  // in a unit, of characters of the group
	found  []occurrence
	unitOf []int32 // units of one term, in order
	starts []int32 // by following character: where its units begin in followed
	follow []int32
}

// occurrence is the unit that has a character, counted from the beginning of a stretch of
// units, and the code of what follows there.
type occurrence uint32

const (
	codeBits = 15
	stretch  = 1 << (32 - codeBits) // units
)

func occurrenceOf(unit int, next uint16) occurrence {
	return occurrence(unit%stretch)<<codeBits | occurrence(next)
}

func (o occurrence) unit() int32  { return int32(o >> codeBits) }
func (o occurrence) next() uint16 { return uint16(o & (1<<codeBits - 1)) }

func newInverter(b *builder) *inverter {
	longest := int32(0)
	for i := range b.s.units {
		longest = max(longest, b.s.starts[i+1]-b.s.starts[i])
	}
	return &inverter{
		b: b, lists: listWriter{book: b.book}, slot: make([]uint16, noCode+1), starts: make([]int32, len(b.s.lex.chars)+1),
		places: make([]int32, longest+1),
	}
}

// doGroup finds the characters of a group, each in the order of the text, and writes
// their lists.
func (v *inverter) doGroup(g group) {
	v.found, v.ends, v.turns = slices.Grow(v.found[:0], g.n)[:g.n], v.ends[:0], v.turns[:0]
	at := 0
	for i, code := range g.codes {
		v.slot[code] = uint16(i + 1)
		v.ends = append(v.ends, at)
		for _, sh := range v.b.shards {
			at += int(sh.counts[code])
		}
	}
	v.first, v.span = g.codes[0], g.codes[len(g.codes)-1]-g.codes[0]
	v.findAll()
	from := 0
	for i, code := range g.codes {
		v.slot[code] = 0
		v.doCharacter(int32(v.b.terms[code]), i, from)
		from = v.ends[i]
	}
}

// findAll enters the characters of the group in the order of the text.
func (v *inverter) findAll() {
	rare := v.b.rare
	for unit := range v.b.s.units {
		if unit > 0 && unit%stretch == 0 {
			v.turns = append(v.turns, slices.Clone(v.ends))
		}
		if len(rare) > 0 && rare[0].at < v.b.s.starts[unit+1] {
			rare = v.findRare(unit, rare)
		} else {
			v.find(unit)
		}
	}
}

// find enters the characters of the group that a unit without rare ones has. First their
// places are listed: a processor cannot foresee which they are, so nothing branches on it.
// What is rare, a word or a gap has a sign that is no code of any group.
func (v *inverter) find(unit int) {
	signs := v.b.s.signs[v.b.s.starts[unit]:v.b.s.starts[unit+1]]
	places, n := v.places[:len(signs)+1], 0
	first, span := v.first, v.span
	for i, sign := range signs {
		places[n] = int32(i)
		next := n + 1
		if sign-first > span {
			next = n
		}
		n = next
	}
	for _, i := range places[:n] {
		next := uint16(noCode) // of a word, and at the end
		if int(i)+1 < len(signs) {
			next = min(next, signs[i+1])
		}
		v.enter(signs[i], unit, next)
	}
}

// enter enters one occurrence of a character of the group.
func (v *inverter) enter(code uint16, unit int, next uint16) {
	at := &v.ends[v.slot[code]-1]
	v.found[*at] = occurrenceOf(unit, next)
	*at++
}

// findRare is find for a unit with characters that signs do not tell. Rare are those of
// this unit and those after it; it returns the latter.
func (v *inverter) findRare(unit int, rare []rareSign) []rareSign {
	from, to := v.b.s.starts[unit], v.b.s.starts[unit+1]
	open := uint16(noCode) // what stands last is entered once it is known what follows
	for i, sign := range v.b.s.signs[from:to] {
		if sign >= signOther {
			sign = noCode // of a word
			if len(rare) > 0 && rare[0].at == from+int32(i) {
				sign, rare = rare[0].code, rare[1:]
			}
		}
		if v.slot[open] > 0 {
			v.enter(open, unit, sign)
		}
		open = sign
	}
	if v.slot[open] > 0 {
		v.enter(open, unit, noCode)
	}
	return rare
}

// doCharacter writes the lists of a character and of the pairs that it opens, by its place
// in the group and where its occurrences begin.
func (v *inverter) doCharacter(term int32, place, from int) {
	found := v.found[from:v.ends[place]]
	v.unitOf = slices.Grow(v.unitOf[:0], len(found))
	for i := range len(v.turns) + 1 {
		to := v.ends[place]
		if i < len(v.turns) {
			to = v.turns[i][place]
		}
		for _, o := range v.found[from:to] {
			v.unitOf = append(v.unitOf, int32(i*stretch)+o.unit())
		}
		from = to
	}
	lex := v.b.s.lex
	lex.pairs[term] = v.pairs(found)
	lex.lists[term], lex.docs[term] = v.write(v.unitOf)
}

// doWord writes the list of a word.
func (v *inverter) doWord(t spokenTask) {
	v.unitOf = slices.Grow(v.unitOf[:0], int(t.n))
	for i, s := range t.streams {
		if s == nil {
			continue
		}
		v.unitOf = s.read(v.b.book, v.b.shards[i].firstUnit, v.unitOf)
		s.release(v.b.book)
	}
	lex := v.b.s.lex
	lex.lists[t.term], lex.docs[t.term] = v.write(v.unitOf)
}

// pairs writes the lists of the pairs that a character opens, whose units are at hand.
func (v *inverter) pairs(found []occurrence) pairs {
	clear(v.starts)
	terms := v.b.terms
	for _, o := range found {
		if code := o.next(); code != noCode {
			v.starts[terms[code]+1]++
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
	for i, o := range found {
		if code := o.next(); code != noCode {
			at := &v.starts[terms[code]+1]
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
// returns how many documents these are, as far as the number goes. In a collection, where a
// document is one text, it puts documents in the place of their units.
func (v *inverter) write(units []int32) (address, uint16) {
	together, owners := v.b.s.weights.together, v.b.s.owners
	if len(units) == 1 { // as most pairs
		if together {
			units[0], _ = owners[units[0]].at()
		}
		a := v.lists.begin(1, 1)
		v.lists.add(units[0], 1)
		return a, 1
	}
	n, docs, lastUnit, lastDoc := int32(0), int32(0), int32(-1), int32(-1)
	for i, u := range units {
		if u == lastUnit {
			if together {
				units[i] = lastDoc
			}
			continue
		}
		n, lastUnit = n+1, u
		doc, _ := owners[u].at()
		if doc != lastDoc {
			docs, lastDoc = docs+1, doc
		}
		if together {
			units[i] = doc
		}
	}
	a := v.lists.begin(n, docs)
	v.lists.addAll(units)
	return a, uint16(min(docs, manyDocs))
}
