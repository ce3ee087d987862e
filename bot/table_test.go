package bot

import (
	"math/rand/v2"
	"testing"
)

// TestTable numbers the same names with a table and a map.
func TestTable(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	numbers, want := newTable(), map[uint64]uint32{}
	for range 5000 {
		name := random.Uint64N(3000) << (8 * random.Uint64N(8)) // alike in their low or high bits, and often there already
		if _, ok := want[name]; !ok {
			want[name] = uint32(len(want))
		}
		if got := numbers.add(name); got != want[name] {
			t.Fatalf("add(%x) = %d, want %d", name, got, want[name])
		}
	}
	for name := range uint64(6000) {
		got, ok := numbers.find(name)
		if n, known := want[name]; ok != known || known && got != n {
			t.Errorf("find(%x) = %d, %v, want %d, %v", name, got, ok, n, known)
		}
	}
}

// TestIndex wants an index to know what its tables do.
func TestIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var all [tables]*table
	for i := range all {
		all[i] = newTable()
		for range 700 * (i + 1) {
			all[i].add(random.Uint64N(4000))
		}
	}
	x := newIndex(all)
	for name := range uint64(5000) {
		for i, single := range all {
			got := x.row(name).places[i]
			want, ok := single.find(name)
			if ok && got != want+1 || !ok && got != 0 {
				t.Fatalf("place of %d in table %d is %d, want %d, %v", name, i, got, want+1, ok)
			}
		}
		if known := x.row(name).places != [tables]uint32{}; known && name != 0 && !x.glance([]sign{{name: name}}) {
			t.Errorf("nothing seen where %d is", name)
		}
	}
}
