package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const (
	secretsVersion = 1
	macKeySize     = 32
)

// secrets is the secrets file: JSON, keys in base64.
//
//	{
//	  "version": 1,
//	  "current": "5f0c91aa",
//	  "data_keys": [{"id": "5f0c91aa", "key": "…16 bytes…"}],
//	  "index_key": "…32 bytes…",
//	  "token_key": "…32 bytes…"
//	}
//
// data_keys seal fields and files (SM4); those that are not current only read.
// index_key makes blind indexes and token_key codes of tokens (HMAC-SM3).
// Whoever loses this file loses the sealed data: it belongs in the backup, and
// apart from the database.
type secrets struct {
	Version  int       `json:"version"`
	Current  string    `json:"current"`
	DataKeys []dataKey `json:"data_keys"`
	IndexKey []byte    `json:"index_key"`
	TokenKey []byte    `json:"token_key"`
}

type dataKey struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

// createFile writes s to a file that did not exist; a link, unlike a rename,
// fails when another process has made one meanwhile.
func createFile(path string, s *secrets) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".secrets-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := writeSecrets(f, s); err != nil {
		return err
	}
	err = os.Link(f.Name(), path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return replace(f.Name(), path) // a file system without links
	}
	return errors.Join(err, syncDir(dir))
}

func writeSecrets(f *os.File, s *secrets) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func readSecrets(path string) (*secrets, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open secrets file: %w", err)
	}
	defer f.Close()
	if err := checkMode(f); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read secrets file %s: %w", path, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	s := new(secrets)
	if err := dec.Decode(s); err != nil {
		return nil, damaged(path, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, damaged(path, errors.New("text after the last brace"))
	}
	if _, err := s.open(); err != nil {
		return nil, damaged(path, err)
	}
	return s, nil
}

func checkMode(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read secrets file %s: %w", f.Name(), err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("secrets file %s is not a regular file: move it away or name another", f.Name())
	}
	// Windows reports no owner-only modes; its access lists are outside our sight.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&^0o600 != 0 {
		return fmt.Errorf("secrets file %s has mode %04o, so others may use it: run chmod 600 %[1]s", f.Name(), mode)
	}
	return nil
}

// damaged never quotes the file, only what is wrong with it.
func damaged(path string, why error) error {
	return fmt.Errorf("secrets file %s is damaged (%w): restore it from the backup, because without it the sealed data cannot be read", path, why)
}

// open checks s whole and prepares its keys.
func (s *secrets) open() (*keys, error) {
	if s.Version != secretsVersion {
		return nil, fmt.Errorf("version %d instead of %d", s.Version, secretsVersion)
	}
	if len(s.IndexKey) != macKeySize || len(s.TokenKey) != macKeySize {
		return nil, fmt.Errorf("index_key and token_key must have %d bytes", macKeySize)
	}
	out := &keys{index: newCoder(s.IndexKey), token: newCoder(s.TokenKey), data: make(map[[keyIDSize]byte]*openKey, len(s.DataKeys))}
	for i, d := range s.DataKeys {
		key, err := d.open()
		if err != nil {
			return nil, fmt.Errorf("data key %d: %w", i+1, err)
		}
		if out.data[key.id] != nil {
			return nil, fmt.Errorf("data key %d: id %s stands twice", i+1, d.ID)
		}
		out.data[key.id] = key
		if d.ID == s.Current {
			out.current = key.id
		}
	}
	if out.currentKey() == nil || hex.EncodeToString(out.current[:]) != s.Current {
		return nil, errors.New("current names no data key")
	}
	return out, nil
}

func (d dataKey) open() (*openKey, error) {
	id, err := hex.DecodeString(d.ID)
	if err != nil || len(id) != keyIDSize || hex.EncodeToString(id) != d.ID {
		return nil, fmt.Errorf("id must be %d lower-case hexadecimal digits", 2*keyIDSize)
	}
	if len(d.Key) != sm4KeySize {
		return nil, fmt.Errorf("key must have %d bytes", sm4KeySize)
	}
	field, err := newGCM(derive(d.Key, "field", nil))
	if err != nil {
		return nil, err
	}
	return &openKey{id: [keyIDSize]byte(id), raw: d.Key, field: field}, nil
}

// replace renames a written and synced file over path and makes that last.
func replace(from, path string) error {
	if err := os.Rename(from, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // has no such call for directories
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
