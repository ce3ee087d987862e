package casework

import (
	"errors"
	"regexp"
	"time"
)

// ErrKeyUsed says that something else was sent under a key before.
var ErrKeyUsed = errors.New("the key was used for something else")

// OnceLasts is how long it is remembered what came of a key.
const OnceLasts = 60 * 24 * time.Hour

// Once names something that is done once however often it is sent: by a key that its
// sender made up, and by what was sent.
type Once struct {
	Key  string
	Body []byte
}

var onceKey = regexp.MustCompile(`^[0-9a-f-]{16,64}$`)

// Valid reports whether the key is one.
func (o Once) Valid() bool { return onceKey.MatchString(o.Key) }
