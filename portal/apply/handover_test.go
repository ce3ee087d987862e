package apply_test

import (
	"crypto/rand"
	"fmt"
	"testing"

	"huitong/portal/apply"
)

func TestShortCode(t *testing.T) {
	drawn, err := apply.NewShortCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := apply.ParseShortCode(drawn.Grouped()); !ok || got != drawn {
		t.Error("a code does not read back as it is shown")
	}
	if got := fmt.Sprintf("%v %s %#v", drawn, drawn, drawn); got != "···· ···· ····" {
		t.Errorf("printed as %s; want it hidden", got)
	}
	for _, tt := range []struct {
		typed string
		want  apply.ShortCode
		ok    bool
	}{
		{"１２３ 456－7890", "1234567890", true},
		{"123-456-789", "", false},
		{"123-456-78901", "", false},
		{"abcdefghij", "", false},
		{"", "", false},
	} {
		if got, ok := apply.ParseShortCode(tt.typed); ok != tt.ok || ok && got != tt.want {
			t.Errorf("ParseShortCode(%q) = %v", tt.typed, ok)
		}
	}
}

func TestParseToken(t *testing.T) {
	token, err := apply.NewToken(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		s  string
		ok bool
	}{
		{string(token), true},
		{string(token) + "A", false},
		{string(token[:42]), false},
		{string(token[:40]) + "\r\nA", false}, // would become a header
		{string(token) + "\n", false},
		{"", false},
	} {
		if _, ok := apply.ParseToken(tt.s); ok != tt.ok {
			t.Errorf("ParseToken(%q) = %v; want %v", tt.s, ok, tt.ok)
		}
	}
}

// FuzzShortCode reads whatever is typed where a code is asked for.
func FuzzShortCode(f *testing.F) {
	for _, s := range []string{"123-456-7890", "", "\x00\xff", "١٢٣٤٥٦٧٨٩٠", "１２３４５６７８９０"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := apply.ParseShortCode(s)
		if again, still := apply.ParseShortCode(code.Grouped()); ok && (!still || again != code) {
			t.Errorf("%q reads as %q, which reads as %q", s, string(code), string(again))
		}
	})
}
