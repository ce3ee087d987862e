package search

import (
	"context"
	"slices"
	"testing"
)

// TestUnmetWordIsRelated wants that a word no document has is looked for in its related
// words before what else was said.
func TestUnmetWordIsRelated(t *testing.T) {
	docs := []Document{
		{ID: "answer", Text: "对判处有期徒刑的人，监狱应当在服刑期间安排教育。"},
		{ID: "stray", Text: "合同到期，应当在三十日内缴清。"},
	}
	for _, n := range []string{"三", "四", "五", "六", "七", "八", "九", "十"} {
		docs = append(docs, Document{ID: n, Text: "第" + n + "种船舶应当登记，船舶的登记费用由所有人承担。"})
	}
	r, err := generalIndexOf(t, docs).Search(context.Background(), Query{Text: "坐牢，缴", Bare: true})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != "answer" {
		t.Fatalf("found %v, %v", r.Hits, err)
	}
}

// TestMet wants that a word counts as met by how many documents may have all of it.
func TestMet(t *testing.T) {
	docs := []Document{{ID: "1", Text: "船舶登记"}, {ID: "2", Text: "船舶"}, {ID: "3", Text: "税款"}, {ID: "4", Text: "契税"}}
	s := generalIndexOf(t, docs).current.Load()
	for word, want := range map[string]float32{"坐牢": 0, "船舶": 1, "船舶登记": 0.5, "税": 1, "登记船舶": 0} {
		if got := s.met(slices.Collect(s.terms(tokenize(nil, []rune(word))))); got != want {
			t.Errorf("%s: met %v; want %v", word, got, want)
		}
	}
}
