package bot

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDistinct wants each name once, in order, however many there are.
func TestDistinct(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 100, usualSigns, 5 * usualSigns} {
		for _, names := range []uint64{1, 50, 1 << 40} {
			said := make([]sign, n)
			var want []sign
			seen := map[uint64]bool{}
			for i := range said {
				said[i] = sign{random.Uint64N(names), 1}
				if !seen[said[i].name] {
					want = append(want, said[i])
				}
				seen[said[i].name] = true
			}
			if got := distinct(said); !slices.Equal(got, want) {
				t.Errorf("%d signs of %d names: %d are left; want %d", n, names, len(got), len(want))
			}
		}
	}
}

// TestSecond wants the second of two classes to be as likely as by a vector.
func TestSecond(t *testing.T) {
	b := testBot(t)
	if err := b.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	scope := b.learnt.Load().scope
	for _, q := range []string{"孤儿每个月可以领多少钱", "今天天气怎么样", "qwertz", ""} {
		said := signs(q, nil)
		got, want := scope.second(said), scope.probabilities(scope.read(said))[1]
		if math.Abs(got-want) > 1e-5 {
			t.Errorf("%q: %v; want %v", q, got, want)
		}
	}
}

// TestSignsAreShared wants what a question is read by to be the same, whether the
// classifier of danger has read it before or not.
func TestSignsAreShared(t *testing.T) {
	b := testBot(t)
	for _, q := range []string{"孤儿每个月可以领多少钱", "爸爸打我", "不想打扰老师，打电话问", "gu er bu tie", "how much money", "冇人理嘅细路仔", ""} {
		said := b.hear(q)
		marked(said.plain, b.lexicon.marks(said.words)) // whose room the others take
		marks := b.lexicon.subjects(said.words)
		if got, want := said.signs(marks), signs(said.normal, marks); !slices.Equal(got, want) {
			t.Errorf("%q: other features than when it is read alone", q)
		}
		if got, want := paired(said.signs(marks), marks), signs(said.normal, b.lexicon.topics(said.words)); !slices.Equal(got, want) {
			t.Errorf("%q: other pairs than those that are learnt", q)
		}
	}
}
