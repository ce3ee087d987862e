package bot

import (
	"encoding/json"
	"testing"
)

// TestMemoryIsJSON wants the short way to write down a conversation to write what the
// long one does.
func TestMemoryIsJSON(t *testing.T) {
	for _, m := range []memory{
		{},
		{Policy: "dream-scholarship"},
		{Policy: "dream-scholarship", Section: "law", Asked: asked{"0a1b2c", "ffffff"}, Offer: "minor-supplement"},
		{Asked: asked{"0a1b2c"}},
		{Offer: "minor-supplement"},
		{Policy: "dream-scholarship", Offer: "minor-supplement", Told: []string{"0a1b2c", "ffffff"}},
		{Policy: `quoted"<name>`, Section: "节"},
		{Policy: "a", Choices: []string{"a.section.b"}, Clarified: true},
		{Policy: "a", Check: &checking{Policy: "a", Asks: "q"}},
	} {
		want, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.String(); got != string(want) {
			t.Errorf("%+v is %s; want %s", m, got, want)
		}
	}
}

// TestHashOf wants the hashes that conversations under way have.
func TestHashOf(t *testing.T) {
	for id, want := range map[string]string{"": "1c9dc5", "a": "0c292c", "foobar": "9cf968"} {
		if got := hashOf(id); got != want {
			t.Errorf("hash of %q is %s; want %s", id, got, want)
		}
	}
}
