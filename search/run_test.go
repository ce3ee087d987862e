package search

import (
	"math/rand/v2"
	"testing"
)

// TestCommonRun compares the longest run in common with one found by trying all places.
func TestCommonRun(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	terms := func(unknown int) []int32 {
		out := make([]int32, r.IntN(12))
		for i := range out {
			out[i] = int32(r.IntN(4+unknown) - unknown)
		}
		return out
	}
	longest := func(a, b []int32) (most int) {
		for i := range a {
			for j := range b {
				n := 0
				for i+n < len(a) && j+n < len(b) && a[i+n] == b[j+n] {
					n++
				}
				most = max(most, n)
			}
		}
		return most
	}
	var c commonRun
	for range 300 {
		query := terms(1)
		c.of(query, 4)
		for range 5 {
			title := terms(0)
			if got, want := c.with(title), longest(query, title); got != want {
				t.Fatalf("longest run of %v in %v = %d; want %d", query, title, got, want)
			}
		}
		c.forget()
	}
}
