// Package contenttest gives tests the real content with little for the bot to learn, as
// httptest gives them a server. Training on every example takes a minute and a half under
// the race detector; what the bot knows is tested where it is made.
package contenttest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"huitong/content"
)

// step thins the examples out: one sentence in step is kept.
const step = 10

// Lean is the library with one example in ten; the library itself stays as it is.
func Lean(lib *content.Library) *content.Library {
	out := *lib
	out.Examples = slices.Clone(lib.Examples)
	for i := range out.Examples {
		out.Examples[i].Text = thin(out.Examples[i].Text)
	}
	return &out
}

// WriteLean writes the embedded content into dir, with one example in ten, for a portal
// that is to read its content from a directory.
func WriteLean(dir string) error {
	if err := os.CopyFS(dir, content.Embedded()); err != nil {
		return fmt.Errorf("copy the content: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "examples", "*.txt"))
	if err == nil && len(files) == 0 {
		err = fs.ErrNotExist
	}
	if err != nil {
		return fmt.Errorf("examples in %s: %w", dir, err)
	}
	for _, file := range files {
		all, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read examples: %w", err)
		}
		if err := os.WriteFile(file, []byte(thin(string(all))), 0o600); err != nil {
			return fmt.Errorf("write examples: %w", err)
		}
	}
	return nil
}

func thin(text string) string {
	var kept strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		if n++; n%step == 0 {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
