package apply

import (
	"testing"

	"huitong/content"
)

// TestEveryTypeHasItsCheck finds types of questions whose answers would be taken for any
// text.
func TestEveryTypeHasItsCheck(t *testing.T) {
	for _, name := range content.QuestionTypes() {
		if checks[name] == nil {
			t.Errorf("nothing checks an answer of type %s", name)
		}
	}
	if got := len(content.QuestionTypes()); got != len(checks) {
		t.Errorf("%d types, %d checks", got, len(checks))
	}
}
