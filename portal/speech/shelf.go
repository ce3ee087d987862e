package speech

import (
	"container/list"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"huitong/portal/whole"
)

// shelf keeps sounds in a directory, up to a number of bytes, so that what was made is
// there after a restart. What was not asked for longest goes first. A file that is
// damaged is thrown away and made anew. File names are tags; nothing tells who listened.
type shelf struct {
	dir   string
	limit int64
	now   func() time.Time

	mu     sync.Mutex
	size   int64
	recent *list.List // of *shelved, the latest asked for in front
	files  map[string]*list.Element
}

type shelved struct {
	name string
	size int64
	used time.Time // only to begin with
}

const soundFile = ".sound"

var shelfName = regexp.MustCompile(`^[a-z]{2,3}-[0-9a-f]{24}\.sound$`)

// openShelf takes over what a shelf in this directory held before.
func openShelf(dir string, limit int64, now func() time.Time) (*shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep sounds: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("keep sounds: %w", err)
	}
	s := &shelf{dir: dir, limit: limit, now: now, recent: list.New(), files: map[string]*list.Element{}}
	var found []*shelved
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case filepath.Ext(e.Name()) == whole.Half:
			_ = os.Remove(filepath.Join(dir, e.Name())) // left by a process that ended
		case shelfName.MatchString(e.Name()):
			found = append(found, &shelved{e.Name(), info.Size(), info.ModTime()})
		}
	}
	slices.SortFunc(found, func(a, b *shelved) int { return a.used.Compare(b.used) })
	for _, one := range found {
		s.add(one)
	}
	s.makeRoom()
	return s, nil
}

func shelfFile(v Voice, tag string) string { return string(v) + "-" + tag + soundFile }

// get returns a sound, or [fs.ErrNotExist] where it has to be made.
func (s *shelf) get(name string) ([]byte, error) {
	path := filepath.Join(s.dir, name)
	body, err := whole.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.forget(name)
		return nil, err
	case errors.Is(err, whole.ErrDamaged):
		s.forget(name)
		return nil, errors.Join(err, os.Remove(path))
	case err != nil:
		return nil, err
	}
	s.mu.Lock()
	if e, ok := s.files[name]; ok {
		s.recent.MoveToFront(e)
	}
	s.mu.Unlock()
	now := s.now()
	_ = os.Chtimes(path, now, now) // the order after a restart; nothing depends on it
	return body, nil
}

// put keeps a sound.
func (s *shelf) put(name string, body []byte) error {
	size := whole.Size(len(body))
	if size > s.limit {
		return nil
	}
	if err := whole.Write(filepath.Join(s.dir, name), body); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(name)
	s.add(&shelved{name: name, size: size})
	s.makeRoom()
	return nil
}

func (s *shelf) forget(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(name)
}

// add, drop and makeRoom are called with the lock held.
func (s *shelf) add(one *shelved) {
	s.files[one.name] = s.recent.PushFront(one)
	s.size += one.size
}

func (s *shelf) drop(name string) {
	if e, ok := s.files[name]; ok {
		s.size -= s.recent.Remove(e).(*shelved).size
		delete(s.files, name)
	}
}

func (s *shelf) makeRoom() {
	for s.size > s.limit {
		name := s.recent.Back().Value.(*shelved).name
		s.drop(name)
		_ = os.Remove(filepath.Join(s.dir, name)) // one that stays is found at the next start
	}
}
