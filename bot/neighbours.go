package bot

import (
	"math"
	"slices"
	"sync"
)

// neighbours finds the example sentences most like a question and lets them vote
// on its class. It corrects the classifier where a question is unlike most of its
// class but nearly the same as one example.
type neighbours struct {
	classes  int
	idf      []float32 // by feature; 0 of those too common to tell anything
	starts   []uint32  // by feature: where its postings begin; one more at the end
	postings []posting
	examples []example
	memory   sync.Pool // how alike each example is, of votes before
}

// posting says that an example holds a feature.
type posting struct {
	example uint32
	value   float32
}

const (
	voters       = 20   // examples that vote
	commonShare  = 0.04 // of the examples, from which a feature tells nothing
	noVote       = 0.02 // what a class without votes counts
	voteExponent = 0.7  // how much the votes count beside the classifier
	mostVotes    = 16   // times that the votes can make a class likelier: (1+noVote)/noVote to the voteExponent
)

// newNeighbours files the examples, whose vectors are given, under the features that the
// classifier knows.
func newNeighbours(c *classifier, examples []example, vectors []vector) *neighbours {
	n := &neighbours{classes: c.classes, idf: make([]float32, c.ids.n), starts: make([]uint32, c.ids.n+1), examples: examples}
	for _, v := range vectors {
		for _, f := range v {
			n.idf[f.id]++
		}
	}
	for i, count := range n.idf {
		n.idf[i], n.starts[i+1] = 0, n.starts[i]
		if share := float64(count) / float64(max(1, len(examples))); share <= commonShare {
			n.idf[i] = float32(math.Log(1 + float64(len(examples))/float64(count+1)))
			n.starts[i+1] += uint32(count)
		}
	}
	n.postings = make([]posting, n.starts[c.ids.n])
	next := slices.Clone(n.starts)
	for i, v := range vectors {
		for _, f := range n.weigh(v) {
			n.postings[next[f.id]] = posting{uint32(i), f.value}
			next[f.id]++
		}
	}
	return n
}

// weigh makes rare features count for more and scales the vector to length 1.
func (n *neighbours) weigh(v vector) vector {
	out := make(vector, 0, len(v))
	var norm float64
	for _, f := range v {
		if x := f.value * n.idf[f.id]; x > 0 {
			out = append(out, feature{f.id, x})
			norm += float64(x) * float64(x)
		}
	}
	for i := range out {
		out[i].value /= float32(math.Sqrt(norm))
	}
	return out
}

// vote returns the share of the votes that each class gets; an example has more
// votes the more alike it is.
func (n *neighbours) vote(v vector) []float64 {
	memory, _ := n.memory.Get().(*[]float32)
	if memory == nil {
		memory = new([]float32)
		*memory = make([]float32, len(n.examples))
	}
	defer n.memory.Put(memory)
	alike := *memory
	clear(alike)
	for _, f := range n.weigh(v) {
		n.add(alike, f)
	}
	out := make([]float64, n.classes)
	total := 1e-9
	for _, i := range nearest(alike) {
		e := &n.examples[i]
		votes := float64(alike[i]*alike[i]*alike[i]) * float64(min(1, e.weight))
		total += votes
		for _, class := range e.classes {
			out[class] += votes / float64(len(e.classes))
		}
	}
	for i := range out {
		out[i] /= total
	}
	return out
}

// add adds what a feature counts to all examples that have it.
func (n *neighbours) add(alike []float32, f feature) {
	for _, p := range n.postings[n.starts[f.id]:n.starts[f.id+1]] {
		alike[p.example] += f.value * p.value
	}
}

// nearest returns the places of the highest values above 0, highest first; of two that
// are equal the later one comes first.
func nearest(alike []float32) []int {
	best := make([]int, 0, voters)
	least := float32(0)
	for i, a := range alike {
		if a <= least {
			continue
		}
		if len(best) < voters {
			best = append(best, i)
		}
		at := len(best) - 1
		for ; at > 0 && alike[best[at-1]] <= a; at-- {
			best[at] = best[at-1]
		}
		best[at] = i
		if len(best) == voters {
			least = alike[best[voters-1]]
		}
	}
	return best
}

// agree turns the classifier's probabilities into those of both together.
func (n *neighbours) agree(probabilities []float64, v vector) []float64 {
	votes := n.vote(v)
	total := 0.0
	for i, p := range probabilities {
		probabilities[i] = p * math.Pow(votes[i]+noVote, voteExponent)
		total += probabilities[i]
	}
	for i := range probabilities {
		probabilities[i] /= total
	}
	return probabilities
}
