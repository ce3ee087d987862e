package search

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/search/meilitest"
)

// engine is what both engines offer.
type engine interface {
	Search(ctx context.Context, q Query) (Result, error)
	Index(ctx context.Context, docs []Document) error
}

// engines returns every engine at hand, without documents: the embedded one,
// Meilisearch on the stand-in, and on the server of HUITONG_TEST_MEILI_URL when
// that is set. Its key, HUITONG_TEST_MEILI_KEY, may do everything.
func engines(t *testing.T) map[string]engine {
	t.Helper()
	n := testNormalizer(t)
	all := map[string]engine{"embedded": NewIndex(n)}
	for name, m := range servers(t) {
		all[name] = m.Over(NewIndex(n))
	}
	return all
}

// servers returns Meilisearch on every server at hand, each under an index of its own.
func servers(t *testing.T) map[string]*Meili {
	t.Helper()
	all := map[string]*Meili{"stand-in": onStandIn(t, meilitest.New(t))}
	switch url := os.Getenv("HUITONG_TEST_MEILI_URL"); {
	case url != "":
		all["server"] = onServer(t, url)
	case os.Getenv("HUITONG_TEST_MEILI_KEY") != "":
		t.Fatal("HUITONG_TEST_MEILI_KEY is set, HUITONG_TEST_MEILI_URL is not: no server is tested")
	}
	return all
}

// onStandIn returns Meilisearch on a stand-in, with keys that may only index and
// only search, that looks at tasks without waiting.
func onStandIn(t testing.TB, s *meilitest.Server) *Meili {
	t.Helper()
	m, err := NewMeili(MeiliConfig{
		URL: s.URL, SearchKey: meilitest.SearchKey, AdminKey: meilitest.IndexKey, Transport: s.Client().Transport, Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.interval = time.Millisecond
	return m
}

func onServer(t *testing.T, url string) *Meili {
	t.Helper()
	m, err := NewMeili(MeiliConfig{
		URL: url, AdminKey: os.Getenv("HUITONG_TEST_MEILI_KEY"), Timeout: 10 * time.Second,
		Index: fmt.Sprintf("test-%d", time.Now().UnixNano()),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.discard(m.cfg.Index) })
	return m
}

// eachEngine runs a test on every engine, filled with the sample documents.
func eachEngine(t *testing.T, test func(t *testing.T, e engine)) {
	for name, e := range engines(t) {
		t.Run(name, func(t *testing.T) {
			if err := e.Index(t.Context(), sampleDocuments()); err != nil {
				t.Fatalf("Index: %v", err)
			}
			test(t, e)
		})
	}
}

func TestConformanceQueries(t *testing.T) {
	long := strings.Repeat("我想请问一下孤儿补贴每月多少钱到底是什么情况呢", 14)
	tests := []struct {
		name, query string
		want        string // among the first three; empty: no hits
	}{
		{"simplified", "孤儿补贴每月多少钱", "orphan-faq-amount"},
		{"traditional", "孤兒補貼每月多少錢", "orphan-faq-amount"},
		{"title of a policy", "困境儿童医疗救助", "medical"},
		{"another name", "看病报销", "medical"},
		{"body only", "户口簿", "orphan-apply"},
		{"pinyin", "guer butie", "basic"},
		{"pinyin in syllables", "gu er bu tie", "basic"},
		{"characters and pinyin", "孤儿butie", "basic"},
		{"alias of the data file", "细路仔被打", "hotline"},
		{"alias that is in a document", "事实孤儿", "basic"},
		{"related term", "坐牢", "basic"},
		{"full width", "１１０", "hotline"},
		{"case", "ORPHAN Allowance", "basic-en"},
		{"number in characters", "一千五百七十八元", "orphan-faq-amount"},
		{"number with a comma", "1,578元", "orphan-faq-amount"},
		{"number in the document in characters", "10000元", "dream"},
		{"empty", "", ""},
		{"spaces", " \t\n　", ""},
		{"punctuation", "？！。，、…—\"'-", ""},
		{"quotes", `"孤儿补贴" 「多少钱」`, "orphan-faq-amount"},
		{"leading minus", "-孤儿补贴 -多少钱", "orphan-faq-amount"},
		{"minus before every word", "-医疗 -救助", "medical"},
		{"over 300 runes", long, "orphan-faq-amount"},
		{"invalid bytes", "\xff孤儿补贴\xfe", "basic"},
		{"operators of a filter", `孤儿补贴" OR kind = "x`, "basic"},
		{"unknown to all", "zzzzqqqq", ""},
	}
	eachEngine(t, func(t *testing.T, e engine) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				r, err := e.Search(t.Context(), Query{Text: tt.query, Limit: 3})
				if err != nil {
					t.Fatalf("Search: %v", err)
				}
				got := ids(r)
				if tt.want == "" && len(got) > 0 || tt.want != "" && !slices.Contains(got, tt.want) {
					t.Errorf("Search(%q) = %v; want %q", tt.query, got, tt.want)
				}
			})
		}
	})
}

func ids(r Result) []string {
	var out []string
	for _, h := range r.Hits {
		out = append(out, h.ID)
	}
	return out
}

func TestConformanceHits(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		r, err := e.Search(t.Context(), Query{Text: "孤兒補貼每月多少錢", Limit: 1})
		if err != nil || len(r.Hits) != 1 {
			t.Fatalf("Search = %v, %v; want one hit", r, err)
		}
		h, want := r.Hits[0], sampleDocuments()[0]
		if h.ID != want.ID || h.Title != want.Title || h.Text != want.Text || h.URL != want.URL ||
			h.Policy != want.Policy || h.Section != want.Section || !slices.Equal(h.Names, want.Names) {
			t.Errorf("document = %+v; want %+v", *h.Document, want)
		}
		if h.Score <= 0.3 || h.Score > 1 || h.Coverage < 0.9 || h.Coverage > 1 {
			t.Errorf("score %.2f, coverage %.2f; want high ones", h.Score, h.Coverage)
		}
		if h.Snippet != want.Text || len(h.Marks) == 0 {
			t.Errorf("snippet %q, marks %v; want the text with marks", h.Snippet, h.Marks)
		}
		if r.Total < 1 {
			t.Errorf("total = %d; want at least 1", r.Total)
		}
	})
}

func TestConformanceFilters(t *testing.T) {
	tests := []struct {
		name string
		q    Query
		ok   func(d Document) bool
	}{
		{"category", Query{Category: "school"}, func(d Document) bool { return d.Category == "school" }},
		{"kind", Query{Kinds: []string{"faq"}}, func(d Document) bool { return d.Kind == "faq" }},
		{"kinds", Query{Kinds: []string{"faq", "section"}}, func(d Document) bool { return d.Kind != "policy" }},
		{"policy", Query{Policy: "basic"}, func(d Document) bool { return d.Policy == "basic" }},
		{"language", Query{Lang: "zh"}, func(d Document) bool { return d.Lang == "zh" }},
		{"all three", Query{Lang: "zh", Category: "living", Kinds: []string{"policy"}}, func(d Document) bool { return d.ID == "basic" }},
	}
	eachEngine(t, func(t *testing.T, e engine) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				tt.q.Text = "孤儿补贴"
				r, err := e.Search(t.Context(), tt.q)
				if err != nil || len(r.Hits) == 0 {
					t.Fatalf("Search = %v, %v; want hits", r, err)
				}
				for _, h := range r.Hits {
					if !tt.ok(*h.Document) {
						t.Errorf("hit %s does not pass the filter", h.ID)
					}
				}
			})
		}
		r, err := e.Search(t.Context(), Query{Text: "孤儿补贴", Category: `x" OR kind = "faq`})
		if err != nil || len(r.Hits) != 0 {
			t.Errorf("a filter value with quotes: %v, %v; want no hits", ids(r), err)
		}
	})
}

// TestConformanceTranslations finds a translation by its language only.
func TestConformanceTranslations(t *testing.T) {
	docs := []Document{
		{ID: "a", Lang: "zh", Title: "孤儿补贴 orphan", Text: "内容"},
		{ID: "a.en", Lang: "en", Translates: "a", Title: "orphan allowance", Text: "text"},
	}
	for name, e := range engines(t) {
		if err := e.Index(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
		for lang, want := range map[string]string{"": "a", "zh": "a", "en": "a.en"} {
			r, err := e.Search(t.Context(), Query{Text: "orphan", Lang: lang})
			if err != nil || !slices.Equal(ids(r), []string{want}) {
				t.Errorf("%s: Search in %q = %v, %v; want %s", name, lang, ids(r), err, want)
			}
		}
	}
}

func TestConformancePaging(t *testing.T) {
	docs := make([]Document, 25)
	for i := range docs {
		docs[i] = Document{ID: fmt.Sprint("d", i), Title: fmt.Sprintf("孤儿补贴第%d篇", i), Text: "别的内容"}
	}
	for name, e := range engines(t) {
		t.Run(name, func(t *testing.T) {
			if err := e.Index(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			for offset := 0; offset < 30; offset += 7 {
				r, err := e.Search(t.Context(), Query{Text: "孤儿补贴", Limit: 7, Offset: offset})
				if err != nil {
					t.Fatal(err)
				}
				if want := max(0, min(7, 25-offset)); len(r.Hits) != want || r.Total != 25 {
					t.Errorf("offset %d: %d hits of %d; want %d of 25", offset, len(r.Hits), r.Total, want)
				}
				for _, h := range r.Hits {
					if seen[h.ID] {
						t.Errorf("offset %d: %s was on an earlier page", offset, h.ID)
					}
					seen[h.ID] = true
				}
			}
			r, err := e.Search(t.Context(), Query{Text: "孤儿补贴"})
			if err != nil || len(r.Hits) != DefaultLimit {
				t.Errorf("no limit: %d hits, %v; want %d", len(r.Hits), err, DefaultLimit)
			}
		})
	}
}

func TestConformanceReindexDeletes(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		kept := slices.DeleteFunc(sampleDocuments(), func(d Document) bool { return d.ID == "medical" })
		if err := e.Index(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
		r, err := e.Search(t.Context(), Query{Text: "困境儿童医疗救助"})
		if err != nil || slices.Contains(ids(r), "medical") {
			t.Errorf("Search = %v, %v; want no deleted document", ids(r), err)
		}
	})
}

func TestConformanceRefusesBadIDs(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		if err := e.Index(t.Context(), []Document{{ID: "a"}, {ID: "a"}}); err == nil {
			t.Error("Index with an id used twice: no error")
		}
		r, err := e.Search(t.Context(), Query{Text: "孤儿补贴"})
		if err != nil || len(r.Hits) == 0 {
			t.Errorf("Search = %v, %v; want the documents of before", r, err)
		}
	})
}

// TestConformanceReindexWhileReading gives each generation of documents its
// own number: a reader that sees none or two has seen a half-built index.
func TestConformanceReindexWhileReading(t *testing.T) {
	generation := func(n int) []Document {
		docs := make([]Document, 12)
		for i := range docs {
			docs[i] = Document{ID: fmt.Sprint("d", i), Policy: fmt.Sprint(n), Title: "孤儿补贴", Text: "内容"}
		}
		return docs
	}
	for name, e := range engines(t) {
		t.Run(name, func(t *testing.T) {
			if err := e.Index(t.Context(), generation(0)); err != nil {
				t.Fatal(err)
			}
			stop := make(chan struct{})
			var readers sync.WaitGroup
			for range 3 {
				readers.Go(func() { readUntil(t, e, stop) })
			}
			for n := range 5 {
				if err := e.Index(t.Context(), generation(n+1)); err != nil {
					t.Errorf("Index: %v", err)
				}
			}
			close(stop)
			readers.Wait()
		})
	}
}

func readUntil(t *testing.T, e engine, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		r, err := e.Search(t.Context(), Query{Text: "孤儿补贴", Limit: 20})
		if err != nil || len(r.Hits) != 12 {
			t.Errorf("Search during Index: %d hits, %v; want 12", len(r.Hits), err)
			return
		}
		for _, h := range r.Hits {
			if h.Policy != r.Hits[0].Policy {
				t.Errorf("Search during Index mixes generations %s and %s", r.Hits[0].Policy, h.Policy)
				return
			}
		}
	}
}
