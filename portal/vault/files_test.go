package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"gocloud.dev/blob/memblob"

	"huitong/portal/vault"
)

const (
	testLimit = 300 << 10
	chunk     = 64<<10 + 16 // sealed
	header    = 21
)

type fileStore struct {
	*vault.Files
	dir  string
	keys *vault.Keyring
}

func openFiles(t testing.TB) fileStore {
	t.Helper()
	dir, keys := filepath.Join(t.TempDir(), "uploads"), openKeyring(t)
	bucket, err := vault.OpenDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	return fileStore{vault.OpenFiles(bucket, keys, testLimit), dir, keys}
}

func (f fileStore) put(t testing.TB, content []byte) string {
	t.Helper()
	id, err := f.NewID()
	if err != nil {
		t.Fatal(err)
	}
	size, err := f.Put(context.Background(), id, bytes.NewReader(content))
	if err != nil || size != int64(len(content)) {
		t.Fatalf("Put(%d bytes) = %d, %v", len(content), size, err)
	}
	return id
}

func (f fileStore) read(id string) ([]byte, error) {
	r, err := f.Open(context.Background(), id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func photo(size int) []byte {
	b := make([]byte, size)
	rand.Read(b)
	return b
}

func TestFilesRoundTrip(t *testing.T) {
	f := openFiles(t)
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 128 << 10, 200_000, testLimit} {
		content := photo(size)
		id := f.put(t, content)
		if got, err := f.read(id); !bytes.Equal(got, content) || err != nil {
			t.Errorf("%d bytes: read %d, %v; want them back", size, len(got), err)
		}
		info, err := os.Stat(filepath.Join(f.dir, id))
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("stored file: %v, %v; want mode 0600", info, err)
		}
		if stored := readFile(t, filepath.Join(f.dir, id)); size > 64 && bytes.Contains(stored, content[:64]) {
			t.Errorf("%d bytes: stored in the clear", size)
		}
	}
}

func TestFilesReaderKeepsToItsContract(t *testing.T) {
	f := openFiles(t)
	content := photo(150_000)
	r, err := f.Open(context.Background(), f.put(t, content))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := iotest.TestReader(r, content); err != nil {
		t.Error(err)
	}
}

func TestFilesRefusals(t *testing.T) {
	f := openFiles(t)
	id := f.put(t, []byte("first"))
	stopped, stop := context.WithCancel(context.Background())
	stop()
	tests := []struct {
		name string
		ctx  context.Context
		id   string
		r    io.Reader
		want error
	}{
		{"too large by one byte", context.Background(), id, bytes.NewReader(photo(testLimit + 1)), vault.ErrTooLarge},
		{"endless", context.Background(), id, rand.Reader, vault.ErrTooLarge},
		{"broken off", context.Background(), id, io.MultiReader(bytes.NewReader(photo(100_000)), iotest.ErrReader(io.ErrClosedPipe)), io.ErrClosedPipe},
		{"cancelled", stopped, id, bytes.NewReader(photo(10)), context.Canceled},
		{"climbing id", context.Background(), "../../../../../../../../etc/hosts", bytes.NewReader(nil), vault.ErrFileID},
		{"id of right length that climbs", context.Background(), "../01234567890123456789012345678", bytes.NewReader(nil), vault.ErrFileID},
		{"empty id", context.Background(), "", bytes.NewReader(nil), vault.ErrFileID},
		{"upper-case id", context.Background(), "ABCDEF01234567890123456789012345", bytes.NewReader(nil), vault.ErrFileID},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := f.Put(test.ctx, test.id, test.r); !errors.Is(err, test.want) {
				t.Errorf("Put = %v; want %v", err, test.want)
			}
			if names := list(t, f.dir); len(names) != 1 || names[0] != id {
				t.Errorf("directory holds %v; want the first file alone", names)
			}
			if got, err := f.read(id); string(got) != "first" || err != nil {
				t.Errorf("first file = %q, %v; want it untouched", got, err)
			}
			if test.want != vault.ErrFileID {
				return
			}
			if _, err := f.Open(test.ctx, test.id); !errors.Is(err, vault.ErrFileID) {
				t.Errorf("Open = %v; want %v", err, vault.ErrFileID)
			}
			if err := f.Delete(test.ctx, test.id); !errors.Is(err, vault.ErrFileID) {
				t.Errorf("Delete = %v; want %v", err, vault.ErrFileID)
			}
		})
	}
}

func TestFilesTampered(t *testing.T) {
	f := openFiles(t)
	id := f.put(t, photo(3*64<<10))
	path := filepath.Join(f.dir, id)
	good := readFile(t, path)
	piece := func(n int) []byte { return good[header+n*chunk : header+(n+1)*chunk] }
	other := readFile(t, filepath.Join(f.dir, f.put(t, photo(3*64<<10))))
	tests := map[string][]byte{
		"empty":              {},
		"half a header":      good[:10],
		"header only":        good[:header],
		"last chunk cut off": good[:header+2*chunk],
		"cut in a chunk":     good[:header+chunk+100],
		"one byte short":     good[:len(good)-1],
		"one byte more":      append(bytes.Clone(good), 0),
		"chunks swapped":     join(good[:header], piece(1), piece(0), piece(2)),
		"chunk left out":     join(good[:header], piece(0), piece(2)),
		"chunk repeated":     join(good[:header], piece(0), piece(0), piece(1), piece(2)),
		"chunk after last":   join(good, piece(2)),
		"chunk of another":   join(good[:header], piece(0), other[header+chunk:header+2*chunk], piece(2)),
		"another file":       other,
	}
	for name, stored := range tests {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, stored, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := f.read(id); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("read = %v; want %v", err, vault.ErrTampered)
			}
		})
	}
}

func TestFilesEveryByteIsGuarded(t *testing.T) {
	f := openFiles(t)
	id := f.put(t, []byte("a small photo"))
	path := filepath.Join(f.dir, id)
	good := readFile(t, path)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		want := vault.ErrTampered
		if i >= 1 && i < 5 { // the key id
			want = vault.ErrUnknownKey
		}
		if got, err := f.read(id); len(got) != 0 || !errors.Is(err, want) {
			t.Errorf("byte %d changed: read = %q, %v; want %v", i, got, err, want)
		}
	}
}

func TestFilesSurviveRotation(t *testing.T) {
	f := openFiles(t)
	old := f.put(t, []byte("old"))
	if err := f.keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	fresh := f.put(t, []byte("new"))
	for id, want := range map[string]string{old: "old", fresh: "new"} {
		if got, err := f.read(id); string(got) != want || err != nil {
			t.Errorf("read = %q, %v; want %q", got, err, want)
		}
	}
}

func TestResealFile(t *testing.T) {
	f := openFiles(t)
	content := photo(150_000)
	id := f.put(t, content)
	path := filepath.Join(f.dir, id)
	before := readFile(t, path)
	if done, err := f.Reseal(t.Context(), id); done || err != nil || !bytes.Equal(readFile(t, path), before) {
		t.Errorf("Reseal under the current key = %v, %v; want nothing done", done, err)
	}
	if err := f.keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if done, err := f.Reseal(stopped, id); done || !errors.Is(err, context.Canceled) || !bytes.Equal(readFile(t, path), before) {
		t.Errorf("Reseal that was broken off = %v, %v; want the file as it was", done, err)
	}
	if done, err := f.Reseal(t.Context(), id); !done || err != nil || bytes.Equal(readFile(t, path)[1:5], before[1:5]) {
		t.Errorf("Reseal = %v, %v; want the file under the new key", done, err)
	}
	if got, err := f.read(id); !bytes.Equal(got, content) || err != nil {
		t.Errorf("read %d bytes, %v; want them back", len(got), err)
	}
	cut := readFile(t, path)[:chunk]
	if err := os.WriteFile(path, cut, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	if done, err := f.Reseal(t.Context(), id); done || !errors.Is(err, vault.ErrTampered) || !bytes.Equal(readFile(t, path), cut) {
		t.Errorf("Reseal of a cut file = %v, %v; want %v and the file as it was", done, err, vault.ErrTampered)
	}
}

func TestFilesReplaceAndDelete(t *testing.T) {
	f := openFiles(t)
	ctx := context.Background()
	id := f.put(t, []byte("first"))
	if _, err := f.Put(ctx, id, bytes.NewReader([]byte("second"))); err != nil {
		t.Fatal(err)
	}
	if got, err := f.read(id); string(got) != "second" || err != nil {
		t.Errorf("read = %q, %v; want the second", got, err)
	}
	for range 2 {
		if err := f.Delete(ctx, id); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if _, err := f.read(id); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read after Delete = %v; want %v", err, fs.ErrNotExist)
	}
}

func TestOpenFilesClearsRemains(t *testing.T) {
	f := openFiles(t)
	id := f.put(t, []byte("kept"))
	for name, age := range map[string]time.Duration{id + "-1.tmp": 48 * time.Hour, id + "-2.tmp": time.Minute} {
		path, then := filepath.Join(f.dir, name), time.Now().Add(-age)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	bucket, err := vault.OpenDirectory(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer bucket.Close()
	if got := list(t, f.dir); len(got) != 2 || got[0] != id || got[1] != id+"-2.tmp" {
		t.Errorf("directory holds %v; want the file and the write under way", got)
	}
}

// TestFilesElsewhere keeps files in a bucket that is no directory: what leaves the
// process is sealed, under a name that says nothing.
func TestFilesElsewhere(t *testing.T) {
	bucket := memblob.OpenBucket(nil)
	defer bucket.Close()
	f := fileStore{vault.OpenFiles(bucket, openKeyring(t), testLimit), "", nil}
	content := photo(150_000)
	id := f.put(t, content)
	if got, err := f.read(id); !bytes.Equal(got, content) || err != nil {
		t.Errorf("read %d bytes, %v; want them back", len(got), err)
	}
	stored, err := bucket.ReadAll(t.Context(), id)
	if err != nil || bytes.Contains(stored, content[:64]) {
		t.Errorf("the bucket holds the file in the clear, or %v", err)
	}
	if _, err := f.Put(t.Context(), id, bytes.NewReader(photo(testLimit+1))); !errors.Is(err, vault.ErrTooLarge) {
		t.Errorf("Put of too much = %v; want %v", err, vault.ErrTooLarge)
	}
	if got, err := f.read(id); !bytes.Equal(got, content) || err != nil {
		t.Errorf("after a write that failed: read %d bytes, %v; want the first file", len(got), err)
	}
	if err := errors.Join(f.Delete(t.Context(), id), f.Delete(t.Context(), id)); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := f.read(id); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read after Delete = %v; want %v", err, fs.ErrNotExist)
	}
}

func FuzzFiles(f *testing.F) {
	files := openFiles(f)
	id := files.put(f, []byte("a small photo"))
	path := filepath.Join(files.dir, id)
	good := readFile(f, path)
	f.Add(good)
	f.Add(good[:header])
	f.Fuzz(func(t *testing.T, stored []byte) {
		if err := os.WriteFile(path, stored, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := files.read(id)
		if genuine := bytes.Equal(stored, good); genuine != (err == nil) {
			t.Errorf("read = %q, %v", got, err)
		}
	})
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
