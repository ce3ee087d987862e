package vault

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
)

func TestBox(t *testing.T) {
	private, public, err := NewBoxKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	box, err := CloseBox(rand.Reader, public, []byte("secret"), []byte("entry:1"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenBox(private, box, []byte("entry:1")); err != nil || string(got) != "secret" {
		t.Errorf("OpenBox = %q, %v; want what was put in", got, err)
	}
	other, _, _ := NewBoxKey(rand.Reader)
	for name, open := range map[string]func() ([]byte, error){
		"for another entry":     func() ([]byte, error) { return OpenBox(private, box, []byte("entry:2")) },
		"with another key":      func() ([]byte, error) { return OpenBox(other, box, []byte("entry:1")) },
		"cut short":             func() ([]byte, error) { return OpenBox(private, box[:40], []byte("entry:1")) },
		"with no point of P256": func() ([]byte, error) { return OpenBox(private, make([]byte, len(box)), []byte("entry:1")) },
	} {
		if got, err := open(); !errors.Is(err, ErrTampered) {
			t.Errorf("%s: %q, %v; want %v", name, got, err, ErrTampered)
		}
	}
	for i := range box {
		changed := slices.Clone(box)
		changed[i] ^= 1
		if got, err := OpenBox(private, changed, []byte("entry:1")); err == nil {
			t.Fatalf("with byte %d changed it opens: %q", i, got)
		}
	}
}
