package search

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// naive is the reference for what the index stores: it reads every value again for
// each question and counts what is there.
type naive struct {
	norm    *Normalizer
	docs    []Document
	values  [][]value // by document
	lengths [fields]float64
}

type value struct {
	field  int
	length float64
	counts map[string]float64
}

func newNaive(n *Normalizer, docs []Document) *naive {
	x := &naive{norm: n, docs: docs, values: make([][]value, len(docs))}
	var sum, number [fields]float64
	for i, d := range docs {
		add := func(field int, s string) {
			v := value{field: field, counts: map[string]float64{}}
			tokens := tokenize(nil, n.trace(s).runes)
			for k, t := range tokens {
				v.length++
				if v.counts[naiveTerm(t)]++; t.joined {
					v.counts[string(tokens[k-1].runes)+string(t.runes)]++
				}
			}
			if v.length > 0 {
				x.values[i] = append(x.values[i], v)
				sum[field] += v.length
				number[field]++
			}
		}
		add(fieldTitle, d.Title)
		for _, name := range d.Names {
			add(fieldName, name)
		}
		add(fieldText, d.Text)
	}
	for f := range sum {
		x.lengths[f] = sum[f] / number[f]
	}
	return x
}

func naiveTerm(t token) string {
	if t.han {
		return string(t.runes)
	}
	return stem(string(t.runes))
}

// worth returns what a term counts in each value that has it.
func (x *naive) worth(term string) map[[2]int]float64 {
	out := map[[2]int]float64{}
	for doc, values := range x.values {
		for i, v := range values {
			if n := v.counts[term]; n > 0 {
				b, k1 := fieldB[v.field], forPages().k1
				out[[2]int{doc, i}] = n * (k1 + 1) / (n + k1*(1-b+b*v.length/x.lengths[v.field]))
			}
		}
	}
	return out
}

func (x *naive) frequency(term string) (docs int32) {
	for _, values := range x.values {
		if slices.ContainsFunc(values, func(v value) bool { return v.counts[term] > 0 }) {
			docs++
		}
	}
	return docs
}

// mixedDocuments are documents of some common and many rare characters, words,
// numbers and characters beyond the basic plane, of very different lengths.
func mixedDocuments(n int) []Document {
	r := rand.New(rand.NewPCG(3, 4))
	zipf := rand.NewZipf(r, 1.05, 2, 2500)
	text := func(length int) string {
		var b strings.Builder
		for range length {
			switch k := r.IntN(40); k {
			case 0:
				b.WriteString("，")
			case 1:
				fmt.Fprintf(&b, " word%ds ", r.IntN(30))
			case 2:
				fmt.Fprint(&b, 100+r.IntN(50))
			case 3:
				b.WriteRune(rune(0x20000 + r.IntN(40)))
			default:
				b.WriteRune(rune(0x4e00 + zipf.Uint64()))
			}
		}
		return b.String()
	}
	docs := make([]Document, n)
	for i := range docs {
		docs[i] = Document{ID: fmt.Sprint(i), Title: text(1 + r.IntN(12)), Text: text(r.IntN(600)), Policy: fmt.Sprint(i / 5)}
		for range r.IntN(3) {
			docs[i].Names = append(docs[i].Names, text(r.IntN(20)))
		}
	}
	return docs
}

// TestStoredAsCounted compares all postings of a collection that is built by several
// goroutines with a count of the text itself.
func TestStoredAsCounted(t *testing.T) {
	n, docs := testNormalizer(t), mixedDocuments(1500)
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	s, want := x.current.Load(), newNaive(n, docs)
	terms := map[string]int{} // to the number of values that have it
	for _, values := range want.values {
		for _, v := range values {
			for term := range v.counts {
				terms[term]++
			}
		}
	}
	if s.lex.len() != len(terms) {
		t.Errorf("%d terms; want %d", s.lex.len(), len(terms))
	}
	checked := slices.SortedFunc(func(yield func(string) bool) {
		for term := range terms {
			if !yield(term) {
				return
			}
		}
	}, func(a, b string) int { return cmp.Or(terms[b]-terms[a], cmp.Compare(a, b)) })
	for i, term := range checked {
		if i < 40 || i%500 == 0 {
			compareTerm(t, s, want, term)
		}
	}
}

func compareTerm(t *testing.T, s *snapshot, want *naive, term string) {
	t.Helper()
	id := s.termOf(term)
	if id < 0 {
		t.Errorf("term %q is not there", term)
		return
	}
	if got, docs := s.frequency(id), want.frequency(term); got != docs {
		t.Errorf("%q is in %d documents; want %d", term, got, docs)
	}
	worth := want.worth(term)
	var block [blockLength]posting
	list, last := s.cursor(s.lex.list(id)), int32(-1)
	for postings := list.read(&block); len(postings) > 0; postings = list.read(&block) {
		for _, p := range postings {
			if p.unit <= last {
				t.Fatalf("%q: unit %d comes after %d", term, p.unit, last)
			}
			last = p.unit
			doc := s.units[p.unit].doc
			at := [2]int{int(doc), int(p.unit - s.first[doc])}
			if got := float64(s.worth(p.unit, p.n)); math.Abs(got-worth[at]) > 1e-5 {
				t.Fatalf("%q counts %f in value %v; want %f", term, got, at, worth[at])
			}
			delete(worth, at)
		}
	}
	if len(worth) > 0 {
		t.Errorf("%q is missing in %d values", term, len(worth))
	}
}

// termOf returns the number of a term by its spelling.
func (s *snapshot) termOf(term string) int32 {
	r := []rune(term)
	switch {
	case !isHan(r[0]):
		return s.lex.word(term)
	case len(r) == 2:
		return s.lex.bigram(r[0], r[1])
	}
	return s.lex.unigram(r[0])
}

// TestStretches has more units than one occurrence can count, on a page, where each counts.
func TestStretches(t *testing.T) {
	names := make([]string, 2*stretch+10)
	for i := range names {
		names[i] = "甲乙"
	}
	names[0], names[stretch+5] = "丙", "丁丙"
	s, err := buildSnapshot(t.Context(), testNormalizer(t), []Document{{ID: "a", Policy: "页", Title: "题", Names: names, Text: "丙"}})
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string]struct{ n, last int32 }{
		"甲":  {int32(len(names) - 2), int32(len(names))},
		"甲乙": {int32(len(names) - 2), int32(len(names))},
		"丙":  {3, int32(len(names) + 1)},
		"丁丙": {1, stretch + 6},
	} {
		c, n, last := s.cursor(s.lex.list(s.termOf(term))), int32(0), int32(-1)
		var room [blockLength]posting
		for block := c.read(&room); len(block) > 0; block = c.read(&room) {
			for _, p := range block {
				if p.unit <= last {
					t.Fatalf("%s: unit %d stands behind %d", term, p.unit, last)
				}
				n, last = n+1, p.unit
			}
		}
		if n != want.n || last != want.last {
			t.Errorf("%s: %d units, the last %d; want %+v", term, n, last, want)
		}
	}
}
