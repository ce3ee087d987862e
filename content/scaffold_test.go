package content

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestScaffold puts a new policy into the real content: it must load, and Check
// must list what to fill in and nothing else.
func TestScaffold(t *testing.T) {
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	text, err := Scaffold("winter-coats", "过冬棉衣", today)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, Embedded()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "policies", "winter-coats.md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lib, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	problems := lib.Check(today)
	if len(problems) == 0 {
		t.Error("nothing to fill in")
	}
	for _, p := range problems {
		if p.File != "policies/winter-coats.md" || p.Line == 0 {
			t.Errorf("unexpected: %v", p)
		}
	}
	for _, bad := range [][2]string{{"Winter", "棉衣"}, {"winter-coats", " "}, {"winter-coats", "a: b"}, {"../x", "棉衣"}} {
		if _, err := Scaffold(bad[0], bad[1], today); err == nil || !strings.Contains(err.Error(), "use lower-case") && !strings.Contains(err.Error(), "Chinese name") {
			t.Errorf("Scaffold(%q, %q) error = %v", bad[0], bad[1], err)
		}
	}
}

// TestFormsReachSomebody takes out of a form what an application is dealt with by.
func TestFormsReachSomebody(t *testing.T) {
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	text, err := Scaffold("winter-coats", "过冬棉衣", today)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"child_name": "which child", "guardian_phone": "call the family", "town": "no town sees"} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, Embedded()); err != nil {
			t.Fatal(err)
		}
		without := strings.NewReplacer("["+name+", ", "[", ", "+name+"]", "]").Replace(text)
		if err := os.WriteFile(filepath.Join(dir, "policies", "winter-coats.md"), []byte(without), 0o600); err != nil {
			t.Fatal(err)
		}
		lib, err := Load(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(lib.Check(today), func(p Problem) bool { return p.Line > 0 && strings.Contains(p.What, want) }) {
			t.Errorf("nobody says that the form does not ask %s", name)
		}
	}
}
