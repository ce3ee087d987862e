package search

import "testing"

func TestLengthy(t *testing.T) {
	for n, want := range map[int]float32{0: 0, 14: 0, 22: 0.5, 30: 1, 60: 1} {
		if got := (&plan{tokens: make([]token, n)}).lengthy(); got != want {
			t.Errorf("a question of %d is long to %v; want %v", n, got, want)
		}
	}
}
