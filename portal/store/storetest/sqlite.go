// Package storetest gives tests a database with all tables and nothing in them, as
// httptest gives them a server: on SQLite a file, on PostgreSQL a database of a server of
// the tests' own. It is made once for a process: a copy is there sooner than an empty one
// has gone through every migration.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"huitong/portal/store"
)

// WriteEmpty writes the database to path, for a store that is to open it there.
func WriteEmpty(path string) error {
	body, err := empty()
	if err == nil {
		err = os.WriteFile(path, body, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write an empty database: %w", err)
	}
	return nil
}

var empty = sync.OnceValues(func() (body []byte, err error) {
	dir, err := os.MkdirTemp("", "storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "empty.db")
	s, err := store.Open(context.Background(), store.Config{Path: path})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // which leaves one file
		return nil, err
	}
	return os.ReadFile(path)
})
