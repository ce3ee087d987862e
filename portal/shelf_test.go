package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

func testShelf(t *testing.T) *shelf {
	t.Helper()
	return &shelf{dir: filepath.Join(t.TempDir(), "learnt"), program: "p", log: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// TestShelf puts data and takes it, as another process with the same program would.
func TestShelf(t *testing.T) {
	s := testShelf(t)
	if got := s.Take("key"); got != nil {
		t.Fatalf("an empty shelf gives %q", got)
	}
	want := []byte("what was learnt")
	s.Put("key", want)
	again := *s
	if got := again.Take("key"); !bytes.Equal(got, want) {
		t.Errorf("Take() = %q; want %q", got, want)
	}
	if got := s.Take("other"); got != nil {
		t.Errorf("another key gives %q", got)
	}
	other := *s
	other.program = "q"
	if got := other.Take("key"); got != nil {
		t.Errorf("another program takes %q", got)
	}
}

// TestShelfDamaged changes one byte, or cuts some off: the file is deleted and nothing is
// given.
func TestShelfDamaged(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"changed": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"cut":     func(b []byte) []byte { return b[:len(b)-1] },
		"short":   func(b []byte) []byte { return b[:3] },
		"empty":   func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			s := testShelf(t)
			s.Put("key", []byte("what was learnt"))
			all, err := os.ReadFile(s.file("key"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(s.file("key"), damage(all), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := s.Take("key"); got != nil {
				t.Errorf("Take() = %q; want nothing", got)
			}
			if _, err := os.Stat(s.file("key")); err == nil {
				t.Error("the damaged file is still there")
			}
		})
	}
}

// TestShelfBounded puts more than is kept.
func TestShelfBounded(t *testing.T) {
	s := testShelf(t)
	for i := range 3 * shelfFiles {
		s.Put(fmt.Sprint(i), []byte("what was learnt"))
	}
	left, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != shelfFiles {
		t.Errorf("%d files; want %d", len(left), shelfFiles)
	}
}

// TestNoShelf wants none without a data directory, or where it is turned off.
func TestNoShelf(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		data, learnt string
		want         bool
	}{
		{"", "", false}, {dir, "", true}, {dir, learntOff, false}, {filepath.Join(dir, "none"), "", false}, {filepath.Join(dir, "none"), filepath.Join(dir, "learnt"), true},
	} {
		env := &environment{cfg: &Config{Data: c.data, Learnt: c.learnt}, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		if got := openShelf(env) != nil; got != c.want {
			t.Errorf("data %q, learnt %q: shelf is %v; want %v", c.data, c.learnt, got, c.want)
		}
	}
}
