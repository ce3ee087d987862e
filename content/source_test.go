package content

import (
	"testing"
	"time"
)

// TestCheckAsksForFewLines wants files that have no problem to stay text: as trees they
// take ten times the room, and most of the time of a check.
func TestCheckAsksForFewLines(t *testing.T) {
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	first := lib.Policies[0]
	wrong := map[string]bool{}
	for _, p := range lib.Check(first.ReviewBy.Add(-2 * remindAhead)) {
		wrong[p.File] = true
	}
	for _, p := range lib.Policies {
		if p.src.root != nil && !wrong[p.file] {
			t.Errorf("%s was made a tree; want that only where a line is to be told", p.file)
		}
	}
	if wrong[first.file] {
		t.Fatalf("%s has problems; want one without", first.file)
	}
	lib.Check(first.ReviewBy.Add(24 * time.Hour))
	if first.src.root == nil {
		t.Errorf("%s is still text when it is due; want its line to be told", first.file)
	}
}
