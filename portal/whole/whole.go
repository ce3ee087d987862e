// Package whole keeps files that can be made anew: whoever reads one gets all of it or an
// error. Nothing is synced; what the disk had not written when the power went fails its
// checksum.
package whole

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Half ends the names of files that are being written, or were left so.
const Half = ".half"

// ErrDamaged says that a file is not as it was written.
var ErrDamaged = errors.New("the file is damaged")

// Size is what a file with so many bytes takes on disk.
func Size(body int) int64 { return int64(body) + sha256.Size }

// Read returns what was written to a file.
func Read(path string) ([]byte, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	at := len(file) - sha256.Size
	if at <= 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	if sum := sha256.Sum256(file[:at]); !bytes.Equal(sum[:], file[at:]) {
		return nil, fmt.Errorf("%s: %w", path, ErrDamaged)
	}
	return file[:at:at], nil
}

// Write writes a file with its checksum, under another name first.
func Write(path string, body []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "*"+Half)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	_, err = f.Write(slices.Concat(body, sum[:]))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
