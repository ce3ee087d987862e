package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"maps"
	"slices"
)

// Shelf keeps what bots have learnt from one start of the program to the next.
type Shelf interface {
	// Take returns what was put under the key, to the last bit; nil where it is not
	// there any more or is damaged.
	Take(key string) []byte
	Put(key string, data []byte)
}

// recipe adds up all that training depends on.
type recipe struct{ hash.Hash }

func newRecipe(c Config) recipe {
	r := recipe{sha256.New()}
	to := json.NewEncoder(r)
	for _, part := range []any{c.Version, c.Entries, c.Examples} {
		_ = to.Encode(part) // strings and lists always encode, and a hash takes everything
	}
	return r
}

// reads returns what is read from in, which is added.
func (r recipe) reads(in io.Reader) io.Reader { return io.TeeReader(in, r) }

func (r recipe) key() string { return hex.EncodeToString(r.Sum(nil)) }

// recall takes from the shelf what a bot made of the same has learnt; nil if there is
// nothing.
func (b *Bot) recall() *learnt {
	if b.shelf == nil {
		return nil
	}
	data := b.shelf.Take(b.key)
	if data == nil {
		return nil
	}
	t, out := tape{data: data, reading: true}, &learnt{}
	out.through(&t)
	if t.bad || len(t.data) > 0 || out.topic.classes != len(b.slugs) {
		return nil
	}
	return out
}

// packed returns what was learnt as the shelf keeps it; nil where there is no shelf.
func (b *Bot) packed(l *learnt) []byte {
	if b.shelf == nil {
		return nil
	}
	var t tape
	l.through(&t)
	return t.data
}

// through writes or reads all that training comes to.
func (l *learnt) through(t *tape) {
	if t.reading {
		l.topic, l.danger = newShelved(), newShelved()
		l.scope, l.gaps, l.passages = &classifier{}, &classifier{}, map[string]*passages{}
	}
	x := l.topic.index
	if t.reading {
		x = &index{}
	}
	x.through(t)
	for _, c := range []*classifier{l.topic.classifier, l.scope, l.danger.classifier} {
		c.through(t, x)
	}
	l.gaps.through(t, nil)
	l.topic.near.through(t)
	l.danger.near.through(t)
	slugs := slices.Sorted(maps.Keys(l.passages))
	for i := range t.length(len(slugs)) {
		var slug string
		p := &passages{judge: newShelved()}
		if !t.reading {
			slug, p = slugs[i], l.passages[slugs[i]]
		}
		t.text(&slug)
		p.classifier.through(t, nil)
		p.near.through(t)
		t.texts(&p.sections)
		l.passages[slug] = p
	}
}

func newShelved() judge { return judge{&classifier{}, &neighbours{}} }

// through writes or reads a classifier; x is the index that it shares, nil where it has a
// table of its own.
func (c *classifier) through(t *tape, x *index) {
	c.classes, c.width, c.column = t.number(c.classes), t.number(c.width), t.number(c.column)
	run(t, &c.weights)
	run(t, &c.bias)
	if c.index = x; x != nil {
		if t.reading && !t.bad && c.width == 1 && c.column >= 0 && c.column < tables {
			x.weigh(c.column, c.weights)
		}
		return
	}
	var names []uint64
	if !t.reading {
		names = make([]uint64, c.ids.n)
		for _, s := range c.ids.slots {
			if s.place > 0 {
				names[s.place-1] = s.name
			}
		}
	}
	if run(t, &names); t.reading {
		c.ids = newTable()
		for _, name := range names {
			c.ids.add(name)
		}
	}
}

// through writes or reads an index: the rows in use.
func (x *index) through(t *tape) {
	var names []uint64
	var places [tables][]uint32
	for _, r := range x.slots {
		if r.places == [tables]uint32{} {
			continue
		}
		names = append(names, r.name)
		for i, place := range r.places {
			places[i] = append(places[i], place)
		}
	}
	run(t, &names)
	for i := range places {
		if run(t, &places[i]); len(places[i]) != len(names) {
			t.bad = true
		}
	}
	if !t.reading || t.bad {
		return
	}
	x.slots, x.shift = make([]row, 1<<firstSlots), 64-firstSlots
	for 3*len(x.slots) < 4*len(names) {
		x.slots, x.shift = make([]row, 2*len(x.slots)), x.shift-1
	}
	for i, name := range names {
		r := x.row(name)
		r.name = name
		for column := range places {
			r.places[column] = places[column][i]
		}
	}
}

// through writes or reads neighbours; of the examples no more than a vote needs.
func (n *neighbours) through(t *tape) {
	n.classes = t.number(n.classes)
	n.files = columns(t, n.files, func(f *file) (*uint32, *float32) { return &f.last, &f.idf })
	for i := 1; i < len(n.files); i++ {
		n.files[i].first = n.files[i-1].last
	}
	n.postings = columns(t, n.postings, func(p *posting) (*uint32, *float32) { return &p.example, &p.value })
	sized := make([]sizedExample, len(n.ballots))
	var classes []uint32
	for i, b := range n.ballots {
		of := n.classesOf(b)
		sized[i] = sizedExample{uint32(len(of)), b.weight}
		for _, class := range of {
			classes = append(classes, uint32(class))
		}
	}
	sized = columns(t, sized, func(e *sizedExample) (*uint32, *float32) { return &e.classes, &e.weight })
	if run(t, &classes); t.reading {
		n.enrol(t.examples(sized, classes))
	}
}

// sizedExample is an example without its classes, of which it says how many there are.
type sizedExample struct {
	classes uint32
	weight  float32
}

// examples gives examples their classes, which lie one behind the other.
func (t *tape) examples(sized []sizedExample, classes []uint32) []example {
	out := make([]example, len(sized))
	for i, s := range sized {
		if int(s.classes) > len(classes) {
			t.bad = true
			return nil
		}
		out[i] = example{weight: s.weight, classes: make([]int, s.classes)}
		for k := range out[i].classes {
			out[i].classes[k] = int(classes[k])
		}
		classes = classes[s.classes:]
	}
	return out
}
