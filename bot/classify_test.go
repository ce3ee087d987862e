package bot

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestByPlace wants features in order by place, as by comparing them, however many there
// are and whether there is room to spare or not.
func TestByPlace(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, fewSigns - 1, fewSigns, 100, 3 * usualSigns} {
		for _, places := range []uint32{1, 50, 1 << digitBits, 300000} {
			order := make([]uint64, n)
			for i := range order {
				order[i] = order64(random.Uint32N(places), random.Float32())
			}
			want := slices.Clone(order)
			slices.SortStableFunc(want, func(x, y uint64) int { return cmp.Compare(x>>placeShift, y>>placeShift) })
			got := byPlace(order, make([]uint64, usualSigns))
			byOf := func(list []uint64) (out []uint64) {
				for _, f := range list {
					out = append(out, f>>placeShift)
				}
				return out
			}
			if !slices.Equal(byOf(got), byOf(want)) {
				t.Errorf("%d features of %d places: not in order", n, places)
			}
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Errorf("%d features of %d places: others than before", n, places)
			}
		}
	}
}

// TestUnit wants each feature once, with its highest value.
func TestUnit(t *testing.T) {
	order := []uint64{order64(9, 0.5), order64(4, 0.7), order64(9, 1), order64(9, 0.7), order64(4, 0.5)}
	got := unit(order, nil)
	if len(got) != 2 || got[0].id != 4 || got[1].id != 9 {
		t.Fatalf("features %v; want 4 and 9", got)
	}
	if ratio := got[0].value / got[1].value; ratio < 0.699 || ratio > 0.701 {
		t.Errorf("values %v; want the highest, 0.7 and 1, in proportion", got)
	}
}

// TestSignsAreShared wants what a question is read by to be the same, whether the
// classifier of danger has read it before or not.
func TestSignsAreShared(t *testing.T) {
	b := testBot(t)
	for _, q := range []string{"孤儿每个月可以领多少钱", "爸爸打我", "不想打扰老师，打电话问", "gu er bu tie", "how much money", "冇人理嘅细路仔", ""} {
		said := b.hear(q)
		marks := b.lexicon.subjects(said.words)
		if got, want := said.signs(marks), signs(said.normal, marks); !slices.Equal(got, want) {
			t.Errorf("%q: other features than when it is read alone", q)
		}
	}
}
