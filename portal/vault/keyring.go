package vault

import (
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// Keyring holds the opened keys. It is safe for concurrent use, and prints as
// its name only, so that no log line can carry a key.
type Keyring struct {
	path     string
	randMu   sync.Mutex
	rand     io.Reader
	rotateMu sync.Mutex
	keys     atomic.Pointer[keys]
}

// keys is one reading of the secrets file, never changed afterwards.
type keys struct {
	current      [keyIDSize]byte
	data         map[[keyIDSize]byte]*openKey
	index, token *coder
}

type openKey struct {
	id    [keyIDSize]byte
	raw   []byte
	field cipher.AEAD
}

func (s *keys) currentKey() *openKey { return s.data[s.current] }

// Open reads the secrets file at path, or writes a new one with mode 0600 if
// there is none. It refuses a file that others may read and one that is
// damaged; it never replaces an existing file. Keys and nonces come from rand.
func Open(path string, rand io.Reader) (*Keyring, error) {
	k := &Keyring{path: path, rand: rand}
	s, err := readSecrets(path)
	if errors.Is(err, fs.ErrNotExist) {
		s, err = k.createSecrets()
	}
	if err != nil {
		return nil, err
	}
	return k, k.use(s)
}

// Current is the id of the data key under which new data is sealed.
func (k *Keyring) Current() string {
	id := k.keys.Load().current
	return hex.EncodeToString(id[:])
}

// Rotate adds a data key to the secrets file and makes it current. What was
// sealed under older keys still opens. Two rotations at once, from two
// processes, are refused.
func (k *Keyring) Rotate() error {
	k.rotateMu.Lock()
	defer k.rotateMu.Unlock()
	// A secrets file mounted as a link stays a link.
	path, err := filepath.EvalSymlinks(k.path)
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("rotate keys: another rotation holds %s: if none is running, remove that file", next)
	}
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	defer f.Close()
	if err := k.rotateInto(f, path); err != nil {
		os.Remove(next)
		return fmt.Errorf("rotate keys: %w", err)
	}
	return nil
}

// rotateInto writes the longer list of keys to f and puts it in place of path.
// It reads path again: another process may have added a key since our Open.
func (k *Keyring) rotateInto(f *os.File, path string) error {
	s, err := readSecrets(path)
	if err != nil {
		return err
	}
	if err := k.addDataKey(s); err != nil {
		return err
	}
	if err := writeSecrets(f, s); err != nil {
		return err
	}
	if err := replace(f.Name(), path); err != nil {
		return err
	}
	return k.use(s)
}

// Reload reads the secrets file again, so that a key that another process made
// current is used for new data. On an error the keys stay as they are.
func (k *Keyring) Reload() error {
	k.rotateMu.Lock()
	defer k.rotateMu.Unlock()
	s, err := readSecrets(k.path)
	if err != nil {
		return fmt.Errorf("read keys again: %w", err)
	}
	return k.use(s)
}

// Format writes the name of the type for every verb.
func (k *Keyring) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "vault.Keyring") }

// use makes s the keys in force.
func (k *Keyring) use(s *secrets) error {
	opened, err := s.open()
	if err != nil {
		return damaged(k.path, err)
	}
	k.keys.Store(opened)
	return nil
}

// key finds a data key. An unknown one makes it read the file again, because
// the keys may have been rotated by another process.
func (k *Keyring) key(id [keyIDSize]byte) (*openKey, error) {
	if key, ok := k.keys.Load().data[id]; ok {
		return key, nil
	}
	s, err := readSecrets(k.path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownKey, err)
	}
	opened, err := s.open()
	if err != nil || opened.data[id] == nil {
		return nil, ErrUnknownKey
	}
	k.keys.Store(opened)
	return opened.data[id], nil
}

func (k *Keyring) addDataKey(s *secrets) error {
	id, key := make([]byte, keyIDSize), make([]byte, sm4KeySize)
	if err := errors.Join(k.read(id), k.read(key)); err != nil {
		return err
	}
	s.Current = hex.EncodeToString(id)
	s.DataKeys = append(s.DataKeys, dataKey{ID: s.Current, Key: key})
	_, err := s.open() // an id drawn twice must not reach the file
	return err
}

func (k *Keyring) createSecrets() (*secrets, error) {
	s := &secrets{Version: secretsVersion, IndexKey: make([]byte, macKeySize), TokenKey: make([]byte, macKeySize)}
	if err := errors.Join(k.read(s.IndexKey), k.read(s.TokenKey), k.addDataKey(s)); err != nil {
		return nil, fmt.Errorf("create secrets file %s: %w", k.path, err)
	}
	err := createFile(k.path, s)
	if errors.Is(err, fs.ErrExist) {
		return readSecrets(k.path) // another process was first: its keys count
	}
	if err != nil {
		return nil, fmt.Errorf("create secrets file %s: %w", k.path, err)
	}
	return s, nil
}
