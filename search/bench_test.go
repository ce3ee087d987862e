package search

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// benchDocuments makes n documents of words that recur as unevenly as those of
// a language do.
func benchDocuments(n int) []Document {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 8, 1500)
	words := func(n int) string {
		var b strings.Builder
		for range n {
			k := zipf.Uint64()
			b.WriteRune(rune(0x4e00 + k*7%3000))
			b.WriteRune(rune(0x4e00 + k*13%3000))
		}
		return b.String()
	}
	docs := make([]Document, n)
	for i := range docs {
		docs[i] = Document{
			ID: fmt.Sprint(i), Title: words(6), Text: words(60),
			Names: []string{words(5), words(6), words(7)},
		}
	}
	return docs
}

func benchQueries(docs []Document) []string {
	var out []string
	for i := range 64 {
		d := docs[i*len(docs)/64]
		out = append(out, string([]rune(d.Names[i%3])[:8])+string([]rune(d.Title)[2:6]))
	}
	return out
}

func BenchmarkIndex(b *testing.B) {
	for _, n := range []int{200, 1000, 20000} {
		docs := benchDocuments(n)
		queries := benchQueries(docs)
		x := NewIndex(testNormalizer(b))
		if err := x.Index(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
		for _, bare := range []bool{true, false} {
			b.Run(fmt.Sprintf("docs=%d/bare=%v", n, bare), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if _, err := x.Search(b.Context(), Query{Text: queries[i%len(queries)], Bare: bare}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	docs := benchDocuments(1000)
	x := NewIndex(testNormalizer(b))
	for b.Loop() {
		if err := x.Index(b.Context(), docs); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	n := testNormalizer(b)
	b.ReportAllocs()
	for b.Loop() {
		n.Normalize("請問孤兒補貼每個月一千五百七十八元，點樣申請？")
	}
}

// BenchmarkLinearScan is the baseline: every title and text is looked through
// for the pairs of the query.
func BenchmarkLinearScan(b *testing.B) {
	for _, n := range []int{200, 1000, 20000} {
		docs := benchDocuments(n)
		queries := benchQueries(docs)
		b.Run(fmt.Sprintf("docs=%d", n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				scan(docs, queries[i%len(queries)])
			}
		})
	}
}

func scan(docs []Document, query string) []candidate {
	runes := []rune(query)
	var found []candidate
	for i, d := range docs {
		score := 0
		for k := range len(runes) - 1 {
			pair := string(runes[k : k+2])
			score += 2*strings.Count(d.Title, pair) + strings.Count(d.Text, pair)
			for _, name := range d.Names {
				score += 2 * strings.Count(name, pair)
			}
		}
		if score > 0 {
			found = append(found, candidate{doc: int32(i), score: float32(score)})
		}
	}
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return found[:min(len(found), DefaultLimit)]
}
