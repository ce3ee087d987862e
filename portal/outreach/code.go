package outreach

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// letters are those of codes: no 0 and o, no 1, i and l. Their number is a prime, so
// that the sum over their places finds every wrong letter and every two that changed
// places.
const letters = "23456789abcdefghjkmnpqrstuvwxyz"

// Lengths of codes, the letter that checks the others included.
const (
	ownLength    = 6 // of a place's link: drawn, and kept
	publicLength = 7 // of a link that belongs to nobody: made of the target, and kept nowhere
)

// Code is what stands in a link, in lower case.
type Code string

// ErrMistyped says that a code was copied wrongly: no link ever had it.
var ErrMistyped = errors.New("no code is written like this")

// NewCode draws a code for a place's link.
func NewCode(random io.Reader) (Code, error) {
	out := make([]byte, 0, ownLength)
	for one := make([]byte, 1); len(out) < ownLength-1; {
		if _, err := io.ReadFull(random, one); err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		if n := int(one[0]); n < 256/len(letters)*len(letters) { // each letter as likely
			out = append(out, letters[n%len(letters)])
		}
	}
	return sealed(out), nil
}

// PublicCode is the code by which anybody shares the target.
func (t Target) PublicCode() Code {
	sum := sha256.Sum256([]byte(t.String()))
	n := binary.BigEndian.Uint64(sum[:])
	out := make([]byte, 0, publicLength)
	for range publicLength - 1 {
		out = append(out, letters[n%uint64(len(letters))])
		n /= uint64(len(letters))
	}
	return sealed(out)
}

func sealed(body []byte) Code { return Code(append(body, letters[check(string(body))])) }

// check is the number of the letter that follows the others, by their places.
func check(body string) int {
	sum := 0
	for i := range len(body) {
		sum += (i + 2) * strings.IndexByte(letters, body[i])
	}
	return sum % len(letters)
}

// ParseCode reads a code as people type it: in any case, full width or not, with
// spaces and hyphens.
func ParseCode(typed string) (Code, error) {
	var out []byte
	for _, r := range typed {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r == ' ' || r == '-' || r == '\u3000':
			continue
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		}
		if r > 'z' || !strings.ContainsRune(letters, r) || len(out) == publicLength {
			return "", ErrMistyped
		}
		out = append(out, byte(r))
	}
	last := len(out) - 1
	if len(out) != ownLength && len(out) != publicLength || check(string(out[:last])) != strings.IndexByte(letters, out[last]) {
		return "", ErrMistyped
	}
	return Code(out), nil
}

// Public reports whether the code belongs to nobody.
func (c Code) Public() bool { return len(c) == publicLength }
