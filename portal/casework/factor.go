package casework

import (
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Parameters of the second factor: what every authenticator app takes (RFC 6238 with
// SHA-1, six digits, half a minute). A code of the step before or after counts too, for
// clocks that differ.
const (
	codeStep   = 30 * time.Second
	codeSkew   = 1
	codeDigits = otp.DigitsSix
	secretSize = 20

	RecoveryCodes = 10 // how many one gets for the day on which the phone is lost
)

// HalfwayLasts is how long somebody whose password was right has for the second factor.
const HalfwayLasts = 10 * time.Minute

// Step is what a session still waits for.
type Step string

// The steps.
const (
	SignedIn  Step = ""
	NeedsCode Step = "code"  // of the second factor
	NeedsApp  Step = "enrol" // the second factor has to be set up first
)

// Secret is what an authenticator app and the portal share: base32 as it is typed.
type Secret string

// NewSecret draws a secret.
func NewSecret(random io.Reader) (Secret, error) {
	b := make([]byte, secretSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return Secret(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)), nil
}

// Grouped returns the secret in fours, for who types it into the app.
func (s Secret) Grouped() string {
	var out strings.Builder
	for i, r := range string(s) {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// URL is the address that an app reads from the QR code.
func (s Secret) URL(issuer, login string) string {
	q := url.Values{"secret": {string(s)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// Match returns the time step that a code belongs to, if it is one of those around now
// and none up to after: each code counts once. An after that is yet to come is of a clock that
// was ahead and has been put right: it would keep its owner out until then.
func (s Secret) Match(code string, now time.Time, after int64) (step int64, ok bool) {
	code = CleanCode(code)
	if len(code) != codeDigits.Length() {
		return 0, false
	}
	opts := hotp.ValidateOpts{Digits: codeDigits, Algorithm: otp.AlgorithmSHA1}
	at := now.Unix() / int64(codeStep/time.Second)
	if after > at+2*codeSkew { // one more for portals whose clocks differ
		after = 0
	}
	for try := at - codeSkew; try <= at+codeSkew; try++ {
		valid, err := hotp.ValidateCustom(code, uint64(try), string(s), opts)
		if err == nil && valid && try > after {
			step, ok = try, true
		}
	}
	return step, ok
}

// CleanCode returns a code as it is compared: digits alone, of any width.
func CleanCode(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case unicode.IsSpace(r) || r == '-' || r == '－':
			return -1
		}
		return r
	}, code)
}

// String hides the secret.
func (s Secret) String() string { return "····" }

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer and hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Factor is what is known of somebody's second factor.
type Factor struct {
	Since time.Time // zero: none is set up
	Codes int       // recovery codes that are left
}
