package bot

import (
	"context"
	"testing"
)

// TestNeighbours asks with the only rare word of an example.
func TestNeighbours(t *testing.T) {
	var examples []example
	for _, s := range []string{"甲地有雨", "乙地有风", "丙地有雪", "丁地有雾"} {
		examples = append(examples, example{text: s, classes: []int{0}, weight: 1})
	}
	for range 60 {
		examples = append(examples, example{text: "今天吃什么", classes: []int{1}, weight: 1})
	}
	examples = append(examples, example{text: "今天买雪糕", classes: []int{2, 0}, weight: 1})
	c, vectors := train(context.Background(), examples, 3)
	n := newNeighbours(c, examples, vectors)
	votes := n.vote(c.read(signs("雪糕", nil)))
	if votes[2] <= votes[1] || votes[0] <= votes[1] {
		t.Errorf("votes %v; want them for the classes of the examples that hold the word", votes)
	}
	if votes := n.vote(c.read(signs("无人知晓", nil))); votes[0]+votes[1]+votes[2] > 1e-6 {
		t.Errorf("votes %v for a question unlike every example; want none", votes)
	}
}

// TestNearest wants the most alike, in order.
func TestNearest(t *testing.T) {
	alike := make([]float32, 3*voters)
	for i := range alike {
		alike[i] = float32((i * 7) % len(alike))
	}
	got := nearest(alike)
	if len(got) != voters {
		t.Fatalf("%d voters; want %d", len(got), voters)
	}
	for k, i := range got {
		if want := float32(len(alike) - 1 - k); alike[i] != want {
			t.Errorf("voter %d has %v; want %v", k, alike[i], want)
		}
	}
}
