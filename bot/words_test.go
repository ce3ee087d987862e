package bot

import (
	"slices"
	"strings"
	"testing"
)

// TestWordFinder wants what looking for one word after the other finds.
func TestWordFinder(t *testing.T) {
	words := []string{"孤儿", "孤儿院", "儿", "id card", "id", "中山市", "山", "a", "𠀀的"}
	var f wordFinder
	for i, w := range words {
		f.add(w, i)
	}
	for _, text := range []string{"", "孤", "孤儿院在中山", "idle id card", "拿id来", "中山市的儿", "a𠀀的a", "cda"} {
		in, apart := f.in(spell(text)), f.apart(spell(text))
		for i, w := range words {
			if got, want := in.has(i), strings.Contains(text, w); got != want {
				t.Errorf("%q in %q: got %v, want %v", w, text, got, want)
			}
			if got, want := apart.has(i), place(text, w, 0) >= 0; got != want {
				t.Errorf("%q apart in %q: got %v, want %v", w, text, got, want)
			}
		}
		want := slices.IndexFunc(words, func(w string) bool { return place(text, w, 0) >= 0 })
		if got := apart.first(); got != want {
			t.Errorf("first word in %q is %d, want %d", text, got, want)
		}
	}
	f.add("", 70)
	if got := f.in(spell("x")); !got.has(70) {
		t.Error("an empty word stands nowhere, want everywhere")
	}
}
