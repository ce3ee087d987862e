package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"huitong/bot"
	"huitong/portal/whole"
)

// Training takes some seconds of all cores, and depends on nothing but the content and
// the program. What it comes to is therefore kept in files, each named by a hash of all
// that it was made of.
const (
	shelfEnding = ".learnt"
	shelfFiles  = 3       // the content that is served, and what an editor tried last
	shelfSize   = 1 << 29 // bytes of a file that is taken for one of ours
)

// shelf keeps what bots have learnt in a directory.
type shelf struct {
	dir     string
	program string // hash of its code
	log     *slog.Logger
}

// openShelf returns the shelf in the data directory; nil where there is no such directory
// or none is wanted. The site is whole without it.
func openShelf(env *environment) bot.Shelf {
	dir := env.cfg.Learnt
	if dir == "" && env.cfg.Data == "" {
		return nil
	}
	if dir == "" {
		dir = filepath.Join(env.cfg.Data, "learnt")
	}
	if _, err := os.Stat(filepath.Dir(dir)); dir == learntOff || err != nil {
		return nil
	}
	program, err := programHash()
	if err != nil {
		env.log.Warn("what the bot learns is not kept", "error", err)
		return nil
	}
	return &shelf{dir: dir, program: program, log: env.log}
}

// programHash returns a hash of the code that runs.
func programHash() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program: %w", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("open the program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read the program: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// file returns where what belongs to a key is.
func (s *shelf) file(key string) string {
	sum := sha256.Sum256([]byte(s.program + "\n" + key))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:])+shelfEnding)
}

// Take returns what was put under the key; a file that is damaged is deleted.
func (s *shelf) Take(key string) []byte {
	name := s.file(key)
	data, err := readShelved(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		s.log.Warn("what the bot has learnt is not usable; it learns anew", "error", err)
		_ = os.Remove(name) // it would be written over anyway
		return nil
	}
	return data
}

func readShelved(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > shelfSize {
		return nil, fmt.Errorf("%s: %w", name, whole.ErrDamaged)
	}
	return whole.Read(name)
}

// Put keeps data under the key. Nothing is lost where that fails.
func (s *shelf) Put(key string, data []byte) {
	if err := s.write(s.file(key), data); err != nil {
		s.log.Warn("what the bot has learnt is not kept", "error", err)
		return
	}
	s.tidy()
}

func (s *shelf) write(name string, data []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	return whole.Write(name, data)
}

// tidy deletes all files but the newest, among them what a start that was cut short has
// left.
func (s *shelf) tidy() {
	var names []string
	for _, ending := range []string{shelfEnding, whole.Half} {
		found, _ := filepath.Glob(filepath.Join(s.dir, "*"+ending)) // fails for a bad pattern only
		names = append(names, found...)
	}
	if len(names) <= shelfFiles {
		return
	}
	age := map[string]int64{}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil {
			age[name] = info.ModTime().UnixNano()
		}
	}
	slices.SortFunc(names, func(a, b string) int { return int(min(1, max(-1, age[b]-age[a]))) })
	for _, name := range names[shelfFiles:] {
		_ = os.Remove(name) // another process may have done so
	}
}
