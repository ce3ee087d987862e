package contenttest

import (
	"os"
	"strings"
	"testing"

	"huitong/content"
)

func TestLean(t *testing.T) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	all, kept := examples(lib), examples(Lean(lib))
	if kept == 0 || kept > all/step || all != examples(lib) {
		t.Errorf("%d of %d examples kept, the library has %d now; want at most a tenth of them and the library as it was", kept, all, examples(lib))
	}
	dir := t.TempDir()
	if err := WriteLean(dir); err != nil {
		t.Fatal(err)
	}
	written, err := content.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got := examples(written); got != kept {
		t.Errorf("%d examples written; want %d", got, kept)
	}
	if err := WriteLean("/dev/null/content"); err == nil || !strings.Contains(err.Error(), "copy the content") {
		t.Errorf("into no directory: %v", err)
	}
}

func examples(lib *content.Library) int {
	n := 0
	for _, e := range lib.Examples {
		n += strings.Count(e.Text, "\n")
	}
	return n
}
