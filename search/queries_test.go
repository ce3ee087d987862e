package search_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"huitong/bot"
	"huitong/content"
	"huitong/search"
)

// published returns the embedded engine over the real content.
func published(t testing.TB) *search.Index {
	t.Helper()
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		t.Fatal(err)
	}
	x := search.NewIndex(n)
	if err := x.Index(t.Context(), bot.Documents(lib)); err != nil {
		t.Fatal(err)
	}
	return x
}

// TestQueries plays testdata/queries.txt: nearly all first hits are right, and a hit
// far down the page still has something to do with the query.
func TestQueries(t *testing.T) {
	x := published(t)
	text, err := os.ReadFile("testdata/queries.txt")
	if err != nil {
		t.Fatal(err)
	}
	right, all := 0, 0
	for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		want, query, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := x.Search(t.Context(), search.Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		all++
		for _, h := range r.Hits {
			if h.Coverage < 0.1 || h.Score < 0.3*r.Hits[0].Score {
				t.Errorf("line %d: %s: hit %s has coverage %.2f, score %.2f", n+1, query, h.ID, h.Coverage, h.Score)
			}
		}
		if len(r.Hits) > 0 && slices.Contains(strings.Split(want, "|"), r.Hits[0].Policy) {
			right++
			continue
		}
		got := "nothing"
		if len(r.Hits) > 0 {
			got = r.Hits[0].ID + " " + r.Hits[0].Title
		}
		t.Logf("line %d: %s: first hit %s; want one of %s", n+1, query, got, want)
	}
	recall := float64(right) / float64(all)
	t.Logf("recall@1 %.3f of %d queries", recall, all)
	if recall < 0.95 {
		t.Errorf("recall@1 = %.3f; want at least 0.95", recall)
	}
}

// TestStrangers asks what nothing published is about.
func TestStrangers(t *testing.T) {
	x := published(t)
	for _, query := range []string{"今天天气怎么样", "怎么 股票"} {
		r, err := x.Search(t.Context(), search.Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			t.Errorf("%s: hit %s %s", query, h.ID, h.Title)
		}
	}
}
