package apply

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Reference is an application number: year and month in four digits, seven random
// digits and a Luhn check digit.
type Reference string

// NewReference draws a number for the month that it is in China.
func NewReference(random io.Reader, now time.Time) (Reference, error) {
	tail, err := randomDigits(random, 7)
	if err != nil {
		return "", fmt.Errorf("draw a reference: %w", err)
	}
	s := now.In(China).Format("0601") + tail
	return Reference(s + string(luhnDigit(s))), nil
}

// ParseReference reads a number as people type it: full-width digits, spaces and
// dashes do not matter. It is false if digits are missing or the check digit
// shows a slip.
func ParseReference(s string) (Reference, bool) {
	s = compact(visible(s))
	if len(s) != 12 || !digits(s) || !luhnValid(s) {
		return "", false
	}
	return Reference(s), true
}

// ReferenceLength reports whether a number as typed has as many digits as each has. It
// tells a family what to look at, and nobody which numbers there are.
func ReferenceLength(s string) bool {
	s = compact(visible(s))
	return len(s) == 12 && digits(s)
}

// Grouped returns the number as it is shown, 4-4-4.
func (r Reference) Grouped() string {
	if len(r) != 12 {
		return string(r)
	}
	return string(r[:4] + "-" + r[4:8] + "-" + r[8:])
}

// LogValue implements slog.LogValuer and shows only year and month.
func (r Reference) LogValue() slog.Value {
	if len(r) != 12 {
		return slog.StringValue("?")
	}
	return slog.StringValue(string(r[:4]) + "-…")
}

// Code is an access code: eight random digits that open an application together
// with its number. It prints as dots; use Grouped to show it to its holder.
type Code string

// NewCode draws a code.
func NewCode(random io.Reader) (Code, error) {
	s, err := randomDigits(random, 8)
	if err != nil {
		return "", fmt.Errorf("draw an access code: %w", err)
	}
	return Code(s), nil
}

// ParseCode reads a code as people type it.
func ParseCode(s string) (Code, bool) {
	s = compact(visible(s))
	return Code(s), len(s) == 8 && digits(s)
}

// Equal compares in constant time.
func (c Code) Equal(d Code) bool {
	return subtle.ConstantTimeCompare([]byte(c), []byte(d)) == 1
}

// Grouped returns the digits as they are shown, 4-4.
func (c Code) Grouped() string {
	if len(c) != 8 {
		return string(c)
	}
	return string(c[:4] + "-" + c[4:])
}

// String hides the code.
func (c Code) String() string { return "····" }

// GoString hides the code.
func (c Code) GoString() string { return c.String() }

// LogValue implements slog.LogValuer and hides the code.
func (c Code) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Token is a secret that a browser holds in a cookie or a link carries once: 256
// random bits. Only its hash is stored.
type Token string

// NewToken draws a token.
func NewToken(random io.Reader) (Token, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("draw a token: %w", err)
	}
	return Token(base64.RawURLEncoding.EncodeToString(b)), nil
}

// Hash returns what is stored of the token.
func (t Token) Hash() string {
	h := sha256.Sum256([]byte(t))
	return hex.EncodeToString(h[:])
}

// String hides the token; convert it to string to hand it out.
func (t Token) String() string { return "····" }

// GoString hides the token.
func (t Token) GoString() string { return t.String() }

// LogValue implements slog.LogValuer and hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// randomDigits draws n digits that are all equally likely.
func randomDigits(random io.Reader, n int) (string, error) {
	out := make([]byte, 0, n)
	b := make([]byte, 1)
	for len(out) < n {
		if _, err := io.ReadFull(random, b); err != nil {
			return "", err
		}
		// 250 is the last multiple of ten: what lies above would favour low digits.
		if b[0] < 250 {
			out = append(out, '0'+b[0]%10)
		}
	}
	return string(out), nil
}
