package speech

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huitong/portal/whole"
)

// minutes goes on by a minute each time it is looked at.
func minutes() func() time.Time {
	now := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Minute); return now }
}

func newShelf(t *testing.T, dir string, limit int64, now func() time.Time) *shelf {
	t.Helper()
	s, err := openShelf(dir, limit, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// on lists the files of a shelf.
func on(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func fileOf(letter string) string { return "cmn-" + strings.Repeat(letter, 24) + soundFile }

// TestShelfHasALimit wants what was not asked for longest to go first, also after a
// restart, and never more on disk than there may be.
func TestShelfHasALimit(t *testing.T) {
	dir, now := t.TempDir(), minutes()
	s := newShelf(t, dir, 3*132, now)
	put := func(letter string) {
		t.Helper()
		if err := s.put(fileOf(letter), bytes.Repeat([]byte(letter), 100)); err != nil {
			t.Fatal(err)
		}
	}
	get := func(letter string, want bool) {
		t.Helper()
		body, err := s.get(fileOf(letter))
		if (err == nil) != want || want && string(body) != strings.Repeat(letter, 100) {
			t.Errorf("%s: %.10q, %v; want it there: %v", letter, body, err, want)
		}
	}
	put("a")
	put("b")
	put("c")
	get("b", true)
	get("c", true)
	get("a", true)
	put("d") // b was not asked for longest
	get("b", false)
	get("c", true)
	get("d", true)
	get("a", true)
	s = newShelf(t, dir, 2*132, now) // c goes
	get("c", false)
	get("d", true)
	get("a", true)
	if files := on(t, dir); len(files) != 2 || s.size != 2*132 || s.recent.Len() != len(s.files) {
		t.Errorf("%v, %d bytes", files, s.size)
	}
	if err := s.put(fileOf("e"), make([]byte, 1000)); err != nil || len(on(t, dir)) != 2 {
		t.Errorf("what is too large pushed others out: %v", on(t, dir))
	}
	put("a") // again: it counts once
	if s.size != 2*132 {
		t.Errorf("%d bytes; want %d", s.size, 2*132)
	}
}

// TestShelfDamaged harms a file in each way a disk can; none may come out as sound.
func TestShelfDamaged(t *testing.T) {
	name, body := fileOf("a"), bytes.Repeat([]byte("sound"), 20)
	for what, harm := range map[string]func(b []byte) []byte{
		"half written": func(b []byte) []byte { return b[:len(b)/2] },
		"empty":        func([]byte) []byte { return nil },
		"a checksum":   func(b []byte) []byte { return b[len(b)-sha256.Size:] },
		"one bit":      func(b []byte) []byte { b[3] ^= 1; return b },
		"zeros":        func(b []byte) []byte { return make([]byte, len(b)) },
		"longer":       func(b []byte) []byte { return append(b, 0) },
	} {
		dir := t.TempDir()
		s := newShelf(t, dir, 1<<20, minutes())
		if err := s.put(name, body); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), harm(file), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*shelf{s, newShelf(t, dir, 1<<20, minutes())} {
			if got, err := s.get(name); err == nil {
				t.Errorf("%s: %d bytes of sound", what, len(got))
			}
		}
		if files := on(t, dir); len(files) != 0 || s.size != 0 {
			t.Errorf("%s: %v stays, %d bytes", what, files, s.size)
		}
	}
}

// TestShelfTakesItsOwn wants files of others left alone, and what a process that ended
// was writing cleared away.
func TestShelfTakesItsOwn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"123" + whole.Half, "notes.txt", "cmn-xyz.sound", fileOf("A")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newShelf(t, dir, 1, minutes())
	if files := on(t, dir); len(files) != 3 || s.size != 0 {
		t.Errorf("%v, %d bytes", files, s.size)
	}
	if _, err := s.get(fileOf("b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is not there: %v", err)
	}
}

// TestSoundsOutliveARestart wants a second speaker to run no program for what the first
// has made, to make anew what was damaged, and to go on where nothing can be written.
func TestSoundsOutliveARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sounds")
	count := filepath.Join(t.TempDir(), "count")
	script := program(t, "echo >> "+count+"\n"+tone(t))
	log := &bytes.Buffer{}
	start := func() *Speaker {
		t.Helper()
		s, err := Open(t.Context(), Config{Program: script, Dir: dir, Keep: 1 << 20, Now: minutes(), Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(count, 0); err != nil {
			t.Fatal(err)
		}
		return s
	}
	speak := func(s *Speaker, want int) []byte {
		t.Helper()
		sound, err := s.Speak(t.Context(), "cmn", "孤儿补贴", "每月")
		if err != nil {
			t.Fatal(err)
		}
		if made, err := os.ReadFile(count); err != nil || len(made) != want {
			t.Errorf("%d programs ran, %v; want %d", len(made), err, want)
		}
		return sound
	}
	first := speak(start(), 2)
	if second := speak(start(), 0); !bytes.Equal(first, second) {
		t.Error("the kept sound is another")
	}
	files := on(t, dir)
	for _, name := range files {
		if !shelfName.MatchString(name) || !strings.HasPrefix(name, "cmn-") {
			t.Errorf("a file is called %s", name)
		}
	}
	if err := os.Truncate(filepath.Join(dir, files[0]), 99); err != nil {
		t.Fatal(err)
	}
	if third := speak(start(), 1); !bytes.Equal(first, third) || !strings.Contains(log.String(), "made anew") {
		t.Errorf("the damaged sound is another; log %s", log)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(blocked, "sounds")
	speak(start(), 2)
	if !strings.Contains(log.String(), "not kept over a restart") {
		t.Errorf("the log does not tell that nothing is kept: %s", log)
	}
}

// TestEspeakIsKept has the real program read, and its sound outlive a restart.
func TestEspeakIsKept(t *testing.T) {
	if _, missing := exec.LookPath("espeak-ng"); missing != nil {
		return // TestEspeak tells
	}
	cfg := Config{Dir: t.TempDir(), Keep: 1 << 20, Now: minutes()}
	var sounds [][]byte
	for range 2 {
		s, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if s.release == "" {
			t.Error("the program does not say which one it is")
		}
		sound, err := s.Speak(t.Context(), "yue", "请拨12345。")
		if err != nil {
			t.Fatal(err)
		}
		sounds = append(sounds, sound)
	}
	if files := on(t, cfg.Dir); len(files) != 1 || !bytes.Equal(sounds[0], sounds[1]) {
		t.Errorf("%v; equal: %v", files, bytes.Equal(sounds[0], sounds[1]))
	}
}
