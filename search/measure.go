package search

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// Engine is what [Measure] measures.
type Engine interface {
	Index(ctx context.Context, docs []Document) error
	Search(ctx context.Context, q Query) (Result, error)
}

// Figures tell how well and how fast an engine finds what is relevant. Ratios
// are 0..1.
type Figures struct {
	Documents, Queries int

	Recall1  float64 // queries whose first hit is relevant
	Recall10 float64 // share of the relevant documents among the first ten, mean over queries
	MRR10    float64 // mean reciprocal rank of the first relevant document, of the first ten
	Empty    int     // queries without a hit

	Build    time.Duration
	P50, P99 time.Duration // of one query
	Heap     uint64        // bytes that the index holds
}

// measureDepth is how far down the hits are looked at.
const measureDepth = 10

// Measure indexes the documents and asks every query once to warm up and once
// for the clock, one after the other.
func Measure(ctx context.Context, e Engine, docs []Document, queries []Judged) (Figures, error) {
	f := Figures{Documents: len(docs), Queries: len(queries)}
	before, start := heap(), time.Now()
	if err := e.Index(ctx, docs); err != nil {
		return f, fmt.Errorf("index: %w", err)
	}
	f.Build = time.Since(start)
	if after := heap(); after > before {
		f.Heap = after - before
	}
	took := make([]time.Duration, 0, len(queries))
	for _, q := range queries {
		if _, err := e.Search(ctx, Query{Text: q.Text, Limit: measureDepth, Bare: true}); err != nil {
			return f, fmt.Errorf("query %s: %w", q.ID, err)
		}
	}
	for _, q := range queries {
		start := time.Now()
		r, err := e.Search(ctx, Query{Text: q.Text, Limit: measureDepth, Bare: true})
		took = append(took, time.Since(start))
		if err != nil {
			return f, fmt.Errorf("query %s: %w", q.ID, err)
		}
		f.count(r.Hits, q.Relevant)
	}
	if n := float64(len(queries)); n > 0 {
		f.Recall1, f.Recall10, f.MRR10 = f.Recall1/n, f.Recall10/n, f.MRR10/n
	}
	f.P50, f.P99 = percentile(took, 0.5), percentile(took, 0.99)
	runtime.KeepAlive(e)
	return f, nil
}

// count adds up what one query found.
func (f *Figures) count(hits []Hit, relevant []string) {
	if len(hits) == 0 {
		f.Empty++
	}
	found := 0
	for i, h := range hits[:min(len(hits), measureDepth)] {
		if !slices.Contains(relevant, h.ID) {
			continue
		}
		if found++; found == 1 {
			f.MRR10 += 1 / float64(i+1)
		}
		if i == 0 {
			f.Recall1++
		}
	}
	f.Recall10 += float64(found) / float64(min(len(relevant), measureDepth))
}

// percentile returns the smallest value that the share p of all do not exceed; 0
// of none.
func percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[max(0, int(math.Ceil(p*float64(len(d))))-1)]
}

// heap returns the bytes in use after a collection; two of them, since pools give
// up what they hold only at the second.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
