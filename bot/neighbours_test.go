package bot

import (
	"context"
	"math"
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

// TestNearest wants the most alike, in order, and the poll to be empty then.
func TestNearest(t *testing.T) {
	const examples = 3 * voters
	p := newPoll(examples)
	value := func(i uint32) float32 { return float32((i * 7) % examples) }
	for i := range uint32(examples) {
		p.add([]posting{{i, value(i)}}, 1)
	}
	got := p.nearest(nil)
	if len(got) != voters {
		t.Fatalf("%d voters; want %d", len(got), voters)
	}
	for k, one := range got {
		if want := float32(examples - 1 - k); one.value != want || value(one.example) != want {
			t.Errorf("voter %d is example %d with %v; want %v", k, one.example, one.value, want)
		}
	}
	if again := p.nearest(nil); len(again) > 0 {
		t.Errorf("%d voters of an empty poll; want none", len(again))
	}
}

// TestVotesForegone wants nobody to be spared a vote that could make another class likelier,
// and what takes the place of votes to be probabilities.
func TestVotesForegone(t *testing.T) {
	against, with := math.Pow(noVote, voteExponent), math.Pow(1+noVote, voteExponent)
	if foregone*against <= (1-foregone)*with {
		t.Errorf("all votes for another class make it likelier than one of %v", foregone)
	}
	for _, p := range [][]float64{{1, 0}, {0.02, foregone, 0.03}} {
		top := max(p[0], p[1])
		sum := 0.0
		for _, x := range surer(p, top) {
			sum += x
		}
		if math.Abs(sum-1) > 1e-9 || max(p[0], p[1]) < top {
			t.Errorf("%v, which sum to %v, of %v", p, sum, top)
		}
	}
}
