package whole

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kept")
	if err := Write(path, []byte("all of it")); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path); err != nil || string(got) != "all of it" {
		t.Fatalf("Read = %q, %v", got, err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(file)) != Size(len("all of it")) {
		t.Errorf("the file has %d bytes; want %d", len(file), Size(len("all of it")))
	}
	for n := range len(file) {
		if err := os.WriteFile(path, file[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d of %d bytes: %v; want damaged", n, len(file), err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"+Half)); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := Write(filepath.Join(path, "below"), nil); err == nil {
		t.Error("written below a file")
	}
}
