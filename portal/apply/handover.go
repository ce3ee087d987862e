package apply

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

// ShortCode is a code of ten random digits that hands an application over, for phones
// without a camera. It counts once and for minutes, so that it needs no number beside
// it. It prints as dots; use Grouped to show it.
type ShortCode string

const shortDigits = 10

// NewShortCode draws a code.
func NewShortCode(random io.Reader) (ShortCode, error) {
	s, err := randomDigits(random, shortDigits)
	if err != nil {
		return "", fmt.Errorf("draw a code: %w", err)
	}
	return ShortCode(s), nil
}

// ParseShortCode reads a code as people type it.
func ParseShortCode(s string) (ShortCode, bool) {
	s = compact(visible(s))
	return ShortCode(s), len(s) == shortDigits && digits(s)
}

// Grouped returns the digits as they are shown, 3-3-4.
func (c ShortCode) Grouped() string {
	if len(c) != shortDigits {
		return string(c)
	}
	return string(c[:3] + "-" + c[3:6] + "-" + c[6:])
}

// String hides the code.
func (c ShortCode) String() string { return "····" }

// GoString hides the code.
func (c ShortCode) GoString() string { return c.String() }

// LogValue implements slog.LogValuer and hides the code.
func (c ShortCode) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ParseToken returns the token that an address carries; false if it cannot be one.
func ParseToken(s string) (Token, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return Token(s), err == nil && len(b) == 32 && len(s) == 43
}
