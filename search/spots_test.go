package search

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestSpotted compares what is looked up in lists of places with what is found by following
// the signs of documents of many lengths, some with titles.
func TestSpotted(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	letters := []rune("儿童孤残补贴的申请条件是什么需要哪些材料多久年龄ab1 ")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	docs := []Document{{ID: "empty"}}
	for i, n := range []int{1, 40, leastSpots - 1, leastSpots, 600, 1500, 4000, 20000, mostSpots + 100} {
		docs = append(docs, Document{ID: text(1) + string(rune('A'+i)), Title: text(i), Text: text(n)})
	}
	var distinct []rune // so that the last list begins as far behind as one can
	for i := range mostSpots + 1 {
		distinct = append(distinct, rune(0x4e00+i%20_000))
	}
	for n := mostSpots - 1; n <= mostSpots+1; n++ {
		docs = append(docs, Document{ID: strconv.Itoa(n), Text: string(distinct[:n])})
	}
	docs = append(docs, Document{ID: "one sign", Text: strings.Repeat("儿", leastSpots)})
	norm, err := NewNormalizer(nil)
	if err != nil {
		t.Fatal(err)
	}
	x := NewIndex(norm)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	s, looked := x.current.Load(), 0
	for _, query := range []string{"补贴", "残疾儿童的材料", "a1", "什么什么年龄", "儿童孤残补贴的申请 a1条件", "鼍", string(distinct[12_760:12_768]), string(distinct[19_990:20_010])} {
		var p plan
		p.prepare(s, norm, query, "")
		var listed, followed reader
		listed.prepare(&p)
		followed.prepare(&p)
		for doc := range docs {
			got := listed.read(&p, int32(doc))
			if !listed.listed {
				continue
			}
			looked++
			of := s.spots.of[doc]
			s.spots.of[doc] = shelf{}
			if want := followed.read(&p, int32(doc)); got != want {
				t.Errorf("%q in document %d: %+v; want %+v", query, doc, got, want)
			}
			s.spots.of[doc] = of
		}
	}
	if r, err := x.Search(t.Context(), Query{Text: "儿鼍"}); err != nil || r.Total == 0 {
		t.Errorf("a sign that is all of a document, and one of none: %d hits, %v", r.Total, err)
	}
	if looked < 20 {
		t.Errorf("only %d documents were looked up", looked)
	}
}
