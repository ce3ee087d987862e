package vault_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"huitong/portal/vault"
)

func TestSecretsFileIsCreated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "secrets.json")
	k, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got != 0o600 {
		t.Errorf("mode = %v; want -rw-------", got)
	}
	if names := list(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("directory holds %v; want the secrets file alone", names)
	}
	sealed := seal(t, k, "text", "ad")
	before := readFile(t, path)
	again, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealed, []byte("ad")); string(got) != "text" || err != nil {
		t.Errorf("Open after a restart = %q, %v; want the text", got, err)
	}
	if !bytes.Equal(k.Blind("l", "v"), again.Blind("l", "v")) || !again.Verify("l", nil, k.Sign("l", nil)) {
		t.Error("indexes or codes differ after a restart")
	}
	if !bytes.Equal(before, readFile(t, path)) {
		t.Error("opening an existing secrets file changed it")
	}
}

func TestFirstStartsTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	rings := make([]*vault.Keyring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			k, err := vault.Open(path, rand.Reader)
			if err != nil {
				t.Error(err)
			}
			rings[i] = k
		})
	}
	wg.Wait()
	for _, k := range rings {
		if got, want := k.Current(), rings[0].Current(); got != want {
			t.Errorf("current key = %s; want %s in each", got, want)
		}
	}
}

func TestSecretsFileModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	if _, err := vault.Open(path, rand.Reader); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{
		0o600: true, 0o400: true,
		0o644: false, 0o640: false, 0o620: false, 0o604: false, 0o601: false, 0o700: false, 0o666: false,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Open(path, rand.Reader)
		if ok && err != nil {
			t.Errorf("mode %v: %v; want it opened", mode, err)
		}
		if !ok && (err == nil || !strings.Contains(err.Error(), "run chmod 600 "+path)) {
			t.Errorf("mode %v: %v; want a refusal with the fix", mode, err)
		}
	}
}

func TestDamagedSecretsFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "secrets.json")
	if _, err := vault.Open(path, rand.Reader); err != nil {
		t.Fatal(err)
	}
	good := string(readFile(t, path))
	var s struct {
		Current string `json:"current"`
	}
	if err := json.Unmarshal([]byte(good), &s); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"cut", good[:len(good)/2]},
		{"not JSON", "key = 1"},
		{"two objects", good + good},
		{"other version", strings.Replace(good, `"version": 1`, `"version": 2`, 1)},
		{"unknown setting", strings.Replace(good, `"version": 1`, `"version": 1, "extra": 1`, 1)},
		{"no current", strings.Replace(good, `"current": "`+s.Current, `"current": "00000000`, 1)},
		{"empty current", strings.Replace(good, `"current": "`+s.Current, `"current": "`, 1)},
		{"long id", strings.ReplaceAll(good, s.Current, s.Current+"00")},
		{"upper-case id", strings.ReplaceAll(good, s.Current, "ABCDEF01")},
		{"short data key", strings.Replace(good, `"key": "`, `"key": "AAAA", "key": "AAAA`, 1)},
		{"key twice", strings.Replace(good, `"data_keys": [`, `"data_keys": [{"id": "`+s.Current+`", "key": "AAAAAAAAAAAAAAAAAAAAAA=="},`, 1)},
		{"no index key", strings.Replace(good, `"index_key"`, `"token_key"`, 1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secrets.json")
			if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := vault.Open(path, rand.Reader)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "restore it from the backup") {
				t.Errorf("Open = %v; want a refusal that names the file and the fix", err)
			}
			if string(readFile(t, path)) != test.text {
				t.Error("the damaged file was changed")
			}
		})
	}
	if _, err := vault.Open(dir, rand.Reader); err == nil {
		t.Error("Open takes a directory for a secrets file")
	}
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	k, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serving, err := vault.Open(path, rand.Reader) // as another process
	if err != nil {
		t.Fatal(err)
	}
	first, index := k.Current(), k.Blind("l", "v")
	old := seal(t, k, "old", "ad")
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	if k.Current() == first {
		t.Error("Rotate keeps the current key")
	}
	fresh := seal(t, k, "new", "ad")
	if id, err := vault.KeyID(fresh); id != k.Current() || err != nil {
		t.Errorf("KeyID(new) = %s, %v; want %s", id, err, k.Current())
	}
	if id, err := vault.KeyID(old); id != first || err != nil {
		t.Errorf("KeyID(old) = %s, %v; want %s", id, err, first)
	}
	restarted, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, ring := range map[string]*vault.Keyring{"rotated": k, "restarted": restarted, "serving": serving} {
		for want, sealed := range map[string][]byte{"old": old, "new": fresh} {
			if got, err := ring.Open(sealed, []byte("ad")); string(got) != want || err != nil {
				t.Errorf("%s: Open = %q, %v; want %q", name, got, err, want)
			}
		}
		if !bytes.Equal(ring.Blind("l", "v"), index) {
			t.Errorf("%s: blind index changed by rotation", name)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("secrets file after Rotate: %v, %v; want mode 0600", info, err)
	}
}

func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	serving, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old := seal(t, serving, "text", "ad")
	if err := other.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := serving.Reload(); err != nil || serving.Current() != other.Current() {
		t.Errorf("Reload: %v, current %s; want %s", err, serving.Current(), other.Current())
	}
	fresh, err := serving.Reseal(old, []byte("ad"))
	if id, _ := vault.KeyID(fresh); err != nil || id != other.Current() {
		t.Errorf("Reseal: key %s, %v; want %s", id, err, other.Current())
	}
	if got, err := serving.Open(fresh, []byte("ad")); string(got) != "text" || err != nil {
		t.Errorf("Open = %q, %v; want the text", got, err)
	}
	if same, err := serving.Reseal(fresh, []byte("ad")); !bytes.Equal(same, fresh) || err != nil {
		t.Errorf("Reseal under the current key = %v, or another value", err)
	}
	if _, err := serving.Reseal(old, []byte("elsewhere")); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("Reseal for another place = %v; want %v", err, vault.ErrTampered)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := serving.Reload(); err == nil || serving.Current() != other.Current() {
		t.Errorf("Reload of a damaged file = %v; want an error, and the keys as they were", err)
	}
}

// Keys added by two processes in turn are all kept.
func TestRotateKeepsKeysOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	var sealed [][]byte
	a, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []*vault.Keyring{a, b, a} {
		if err := k.Rotate(); err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, seal(t, k, "text", "ad"))
	}
	for i, s := range sealed {
		if got, err := a.Open(s, []byte("ad")); string(got) != "text" || err != nil {
			t.Errorf("field %d: Open = %q, %v; want the text", i, got, err)
		}
	}
}

func TestRotateRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	k, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	before, current := readFile(t, path), k.Current()
	if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err == nil || !strings.Contains(err.Error(), "remove that file") {
		t.Errorf("Rotate during another = %v; want a refusal with the fix", err)
	}
	if _, err := os.Stat(path + ".new"); err != nil {
		t.Errorf("the other rotation's file is gone: %v", err)
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err == nil {
		t.Error("Rotate writes over a damaged secrets file")
	}
	if k.Current() != current {
		t.Error("a failed Rotate changed the current key")
	}
	if names := list(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("a failed Rotate left %v", names)
	}
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err != nil {
		t.Errorf("Rotate after the repair: %v", err)
	}
}

func TestRotateThroughLink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "secrets.json")
	if err := os.Symlink(filepath.Join(dir, "mounted.json"), link); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(filepath.Join(dir, "mounted.json"), rand.Reader); err != nil {
		t.Fatal(err)
	}
	k, err := vault.Open(link, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v; want a link", info.Mode(), err)
	}
}

func TestKeyringTogether(t *testing.T) {
	k := openKeyring(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				got, err := k.Open(seal(t, k, "text", "ad"), []byte("ad"))
				if string(got) != "text" || err != nil {
					t.Errorf("Open = %q, %v; want the text", got, err)
				}
			}
		})
	}
	for range 5 {
		if err := k.Rotate(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if _, err := k.Open([]byte("no such thing at all, but long enough"), nil); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("Open = %v; want %v", err, vault.ErrTampered)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func list(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
