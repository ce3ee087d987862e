package main

import (
	"bytes"
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
)

// Training takes some seconds of all cores, and depends on nothing but the content and
// the program. What it comes to is therefore kept in files, each named by a hash of all
// that it was made of and begun by a hash of what follows.
const (
	shelfEnding = ".learnt"
	shelfTemp   = "writing-*" + shelfEnding
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

var errDamaged = errors.New("damaged")

func readShelved(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > shelfSize {
		return nil, fmt.Errorf("%s: %w", name, errDamaged)
	}
	all, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if len(all) < sha256.Size {
		return nil, fmt.Errorf("%s: %w", name, errDamaged)
	}
	data := all[sha256.Size:]
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], all[:sha256.Size]) {
		return nil, fmt.Errorf("%s: %w", name, errDamaged)
	}
	return data, nil
}

// Put keeps data under the key. Nothing is lost where that fails.
func (s *shelf) Put(key string, data []byte) {
	if err := s.write(s.file(key), data); err != nil {
		s.log.Warn("what the bot has learnt is not kept", "error", err)
		return
	}
	s.tidy()
}

// write writes a file under another name first, so that nobody ever sees half of it.
func (s *shelf) write(name string, data []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, shelfTemp)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	_, err = f.Write(sum[:])
	if err == nil {
		_, err = f.Write(data)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// tidy deletes all files but the newest, among them what a start that was cut short has
// left.
func (s *shelf) tidy() {
	names, err := filepath.Glob(filepath.Join(s.dir, "*"+shelfEnding))
	if err != nil || len(names) <= shelfFiles {
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
