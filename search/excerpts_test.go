package search

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExcerpt wants of a bare search and Excerpt what one search gives.
func TestExcerpt(t *testing.T) {
	x := sampleIndex(t)
	f := NewFallback(nil, slog.New(slog.DiscardHandler), FallbackOptions{})
	defer f.Close()
	for name, engine := range map[string]interface {
		Excerpt(query string, hits []Hit)
	}{"index": x, "fallback": f.Over(x)} {
		for _, query := range []string{"孤儿补贴", "孤而补帖", "gu er", "no such words", "", "。"} {
			whole, err := x.Search(t.Context(), Query{Text: query})
			if err != nil {
				t.Fatal(err)
			}
			bare, err := x.Search(t.Context(), Query{Text: query, Bare: true})
			if err != nil {
				t.Fatal(err)
			}
			engine.Excerpt(query, bare.Hits)
			if diff := cmp.Diff(whole, bare); diff != "" {
				t.Errorf("%s: %q: %s", name, query, diff)
			}
		}
	}
}
