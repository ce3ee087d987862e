package search

import (
	"maps"
	"math"
	"strings"
	"testing"
)

func TestTelling(t *testing.T) {
	related := [][]string{{"租房", "租赁", "承租"}, {"打工", "务工"}, {"房东", "出租人"}, {"一个人"}, nil}
	got := telling(related)
	// Two are shared by all of a line, 租 and 工; all are in 2, 2 and 2.5 words of one.
	mean := 2 / 6.5
	for r, want := range map[rune]float64{
		'租': (1/mean + doubt) / (1.5 + doubt),
		'工': (1/mean + doubt) / (1 + doubt),
		'房': doubt / (1/3.0 + 0.5 + doubt),
	} {
		if math.Abs(got[r]-want) > 1e-9 {
			t.Errorf("%c tells %v; want %v", r, got[r], want)
		}
	}
	if _, ok := got['个']; ok || len(telling(nil)) != 0 {
		t.Error("something is known of what stands beside nothing")
	}
}

// TestTellingIsTheSame learns again and again: equals are told apart by the last bit.
func TestTellingIsTheSame(t *testing.T) {
	var related [][]string
	for n := 3; n < 40; n += 4 {
		words := make([]string, n)
		for i := range words {
			for k := range i + 1 {
				words[i] += string(rune('一' + 40*n + k))
			}
		}
		related = append(related, words)
	}
	want := telling(related)
	for range 100 {
		if got := telling(related); !maps.Equal(got, want) {
			t.Fatal("what characters tell differs from one time to the next")
		}
	}
}

// TestCharacterTells asks with a word that no document has for the one with the character of
// it that tells something.
func TestCharacterTells(t *testing.T) {
	docs := []Document{
		{ID: "other", Text: "经营者有义务交付商品。"}, {ID: "answer", Text: "承租人有义务交付商品。"},
	}
	n, err := NewNormalizer(strings.NewReader("租房 ~ 租赁, 承租, 租住\n经营者 ~ 商家, 老板\n学者 ~ 专家\n老者 ~ 长辈"))
	if err != nil {
		t.Fatal(err)
	}
	x := NewIndex(n)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	s := x.current.Load()
	if a, b := s.tells(s.lex.unigram('租')), s.tells(s.lex.unigram('者')); a <= 1 || b >= 1 {
		t.Errorf("租 tells %v, 者 %v; want more and less than 1", a, b)
	}
	r, err := x.Search(t.Context(), Query{Text: "租 者", Bare: true})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != "answer" {
		t.Errorf("found %v, %v; want the one with 租", r.Hits, err)
	}
}
