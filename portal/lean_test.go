package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lean copies the content with every tenth example sentence: training on all of them
// takes a minute under the race detector, and what the bot knows is tested elsewhere.
func lean(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, contentFS("")); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "examples", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, file := range files {
		all, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var kept strings.Builder
		n := 0
		for line := range strings.Lines(string(all)) {
			if n++; n%10 == 0 {
				kept.WriteString(line)
			}
		}
		if err := os.WriteFile(file, []byte(kept.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
