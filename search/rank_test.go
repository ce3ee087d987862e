package search

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// reference scores every document for the terms that a query asks for, by counting, and
// leaves out strangers.
func (x *naive) reference(s *snapshot, p *plan, spell map[int32]string) []candidate {
	wants := map[int32]want{}
	for _, c := range p.clues {
		for _, a := range p.alts[c.first:c.last] {
			t := wants[a.term]
			wants[a.term] = want{term: a.term, weight: t.weight + c.weight*a.share, topics: t.topics | c.topic}
		}
	}
	heads, bodies := make([]float64, len(x.docs)), make([]float64, len(x.docs))
	topics := make([]uint64, len(x.docs))
	sums := map[[2]int]float64{}
	for _, t := range wants {
		for at, worth := range x.worth(spell[t.term]) {
			sums[at] += float64(t.weight) * worth
			topics[at[0]] |= t.topics
		}
	}
	for at, sum := range sums {
		field := x.values[at[0]][at[1]].field
		if sum *= float64(s.fieldWeight(uint8(field))); field == fieldText {
			bodies[at[0]] = sum
		} else {
			heads[at[0]] = max(heads[at[0]], sum)
		}
	}
	var out []candidate
	common, most := make([]float32, len(x.docs)), float32(0)
	for doc, met := range topics {
		for _, c := range p.clues {
			if c.topic&met != 0 {
				common[doc] += c.weight
			}
		}
		most = max(most, common[doc])
	}
	for doc, sum := range common {
		if sum > 0 && sum >= topicShare*most {
			out = append(out, candidate{doc: int32(doc), score: float32(heads[doc] + bodies[doc])})
		}
	}
	slices.SortFunc(out, candidate.compare)
	return out
}

// TestScoredAsCounted compares the scores of the best documents with a reference that
// looks at all documents and stores nothing. Further down the words that say what the
// query is about decide which documents are read at all.
func TestScoredAsCounted(t *testing.T) {
	n, docs := testNormalizer(t), mixedDocuments(600)
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	s, want := x.current.Load(), newNaive(n, docs)
	spell := map[int32]string{}
	for _, values := range want.values {
		for _, v := range values {
			for term := range v.counts {
				spell[s.termOf(term)] = term
			}
		}
	}
	r := rand.New(rand.NewPCG(7, 8))
	w := &scratch{budget: math.MaxInt32}
	for range 25 {
		runes := []rune(docs[r.IntN(len(docs))].Title + "，" + docs[r.IntN(len(docs))].Title)
		q := Query{Text: string(runes[:min(len(runes), 12)])}
		w.plan.prepare(s, n, q.Text, "")
		w.accumulate(s)
		w.collect(s, q)
		w.complete(s, &Query{}, 48)
		compareBest(t, q.Text, w.found, want.reference(s, &w.plan, spell))
	}
}

func compareBest(t *testing.T, query string, got, want []candidate) {
	t.Helper()
	for i, c := range want[:min(len(want), 3)] {
		if c.score < cutShare*want[0].score {
			return
		}
		at := slices.IndexFunc(got, func(g candidate) bool { return g.doc == c.doc })
		if at < 0 {
			t.Errorf("%q: document %d, number %d of the reference, is not found", query, c.doc, i)
			continue
		}
		if diff := math.Abs(float64(got[at].score - c.score)); diff > 1e-3*float64(c.score) {
			t.Errorf("%q: document %d scores %f; want %f", query, c.doc, got[at].score, c.score)
		}
	}
}

// TestLikely wants the best passages of a page that is likely to be found as if no other
// page were asked of, and few of other pages beside them.
func TestLikely(t *testing.T) {
	n, docs := testNormalizer(t), mixedDocuments(600)
	for i := range docs {
		docs[i].Policy = []string{"a", "b", "c", "d"}[i%4]
	}
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		text := []rune(docs[i].Text)
		q := Query{Text: docs[i].Title + string(text[:min(len(text), 12)]), Limit: likelyDepth + otherDepth, Policy: docs[i].Policy}
		own := find(t, x, q)
		q.Policy, q.Likely = "", q.Policy
		hits, others := find(t, x, q), 0
		for _, h := range hits {
			if h.Policy != q.Likely {
				others++
			}
		}
		if others > otherDepth {
			t.Errorf("%q: %d passages of other pages; want %d at most", q.Text, others, otherDepth)
		}
		hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Policy != q.Likely })
		if len(own) > 0 && (len(hits) == 0 || hits[0].ID != own[0].ID) {
			t.Errorf("%q: %v first of %s; want %s", q.Text, hits, q.Likely, own[0].ID)
		}
	}
}

// TestNormal wants a query that comes normalised to find what it finds otherwise.
func TestNormal(t *testing.T) {
	n, docs := testNormalizer(t), mixedDocuments(100)
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		q := Query{Text: docs[i].Title + "，" + docs[i+1].Title}
		want := find(t, x, q)
		find(t, x, Query{Text: "甲"}) // which the next is not to be taken for
		q.Normal = n.Normalize(q.Text)
		if got := find(t, x, q); !reflect.DeepEqual(got, want) {
			t.Errorf("%q finds %v; want %v", q.Text, got, want)
		}
	}
}

func find(t *testing.T, x *Index, q Query) []Hit {
	t.Helper()
	r, err := x.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r.Hits
}

// TestReadList wants lists of all lengths, on one page and on several, to be read as
// they were written.
func TestReadList(t *testing.T) {
	book := &book{}
	w := listWriter{book: book}
	r := rand.New(rand.NewPCG(9, 10))
	for _, length := range []int{1, 2, 63, blockLength, blockLength + 1, 5000} {
		var want, got []posting
		unit := int32(-1)
		for range length {
			unit += 1 + int32(r.IntN(9))*int32(r.IntN(900))
			want = append(want, posting{unit, 1 + unit%4})
		}
		a := w.begin(int32(length), int32(length))
		for _, p := range want {
			w.add(p.unit, p.n)
		}
		s := &snapshot{memory: book.pages}
		list, block := s.cursor(a), [blockLength]posting{}
		for part := list.read(&block); len(part) > 0; part = list.read(&block) {
			got = append(got, part...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("a list of %d is read as %v; want %v", length, got, want)
		}
	}
}

// TestBest wants the same candidates in front as sorting would bring there.
func TestBest(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		list := make([]candidate, r.IntN(60))
		for i := range list {
			list[i] = candidate{doc: int32(i), score: float32(r.IntN(12))}
		}
		sorted := slices.Clone(list)
		order(sorted)
		n := r.IntN(70)
		got := best(list, n)
		order(got)
		if want := sorted[:min(n, len(sorted))]; !slices.Equal(got, want) {
			t.Fatalf("best %d = %v; want %v", n, got, want)
		}
	}
}

// TestWorthReading wants those that come near the best to be read, and as many as are asked
// for, whatever they score.
func TestWorthReading(t *testing.T) {
	const share = 0.25
	scores := []float32{0.1, 1, share - 0.01, share + 0.01, 0.2, 0.9, 0.15}
	for least, want := range map[int][]int32{
		0: {1, 5, 3}, 3: {1, 5, 3}, 5: {1, 5, 3, 2, 4}, 7: {1, 5, 3, 2, 4, 6, 0}, 9: {1, 5, 3, 2, 4, 6, 0},
	} {
		list := make([]candidate, len(scores))
		for i, score := range scores {
			list[i] = candidate{doc: int32(i), score: score}
		}
		read := worthReading(list, share, 0, least)
		order(read)
		var got []int32
		for _, c := range read {
			got = append(got, c.doc)
		}
		if !slices.Equal(got, want) {
			t.Errorf("of at least %d, %v are read; want %v", least, got, want)
		}
		slices.SortFunc(list, func(a, b candidate) int { return int(a.doc - b.doc) })
		for i, c := range list {
			if c.doc != int32(i) {
				t.Fatalf("candidate %d is lost", i)
			}
		}
	}
}

// TestOrderByKeys wants the same order as by comparing, of scores below nothing too.
func TestOrderByKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for range 50 {
		var w scratch
		for doc := range int32(40) {
			w.found = append(w.found, candidate{doc: doc, score: float32(r.IntN(12)-3) / 4})
		}
		r.Shuffle(len(w.found), func(i, k int) { w.found[i], w.found[k] = w.found[k], w.found[i] })
		want := slices.Clone(w.found)
		order(want)
		if w.orderByKeys(); !slices.Equal(w.found, want) {
			t.Fatalf("ordered are %v; want %v", w.found, want)
		}
	}
}
