package casework

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ChainHash is what the audit's next line carries of the one before, and so of all
// before: none can be changed, taken out or put in between without it being seen.
type ChainHash [sha256.Size]byte

// String is the hash in hexadecimal digits.
func (h ChainHash) String() string { return hex.EncodeToString(h[:]) }

// Digest is the hash of what the line says, without its number: that is given when the
// line is written.
func (e AuditEntry) Digest() ChainHash {
	line := make([]byte, 0, 256)
	for _, s := range [...]string{
		strconv.FormatInt(e.At.UnixMicro(), 10), string(e.Actor.Kind), e.Actor.ID, e.Login, string(e.Action), string(e.Reference), e.Detail,
	} {
		// With its length before each part no two lines are written the same way.
		line = append(strconv.AppendInt(line, int64(len(s)), 10), ':')
		line = append(line, s...)
	}
	return sha256.Sum256(line)
}

// Link is the hash of a line with this number and digest behind the line whose hash is
// before. PostgreSQL makes the same one, see the function audit_take.
func Link(before ChainHash, number int64, digest ChainHash) ChainHash {
	b := append(before[:], binary.BigEndian.AppendUint64(nil, uint64(number))...)
	return sha256.Sum256(append(b, digest[:]...))
}

// AuditHead is how far the audit has come: the number and the hash of its last line.
// Whoever has written down one of them can show later that nothing up to there was
// changed, even by somebody who had the database and the keys.
type AuditHead struct {
	Number int64
	Hash   ChainHash
}

// String is the head as people write it down, 1234:5f0c….
func (h AuditHead) String() string { return strconv.FormatInt(h.Number, 10) + ":" + h.Hash.String() }

var errHead = errors.New("not NUMBER:HASH with 64 hexadecimal digits")

// ParseAuditHead reads what [AuditHead.String] has written.
func ParseAuditHead(s string) (AuditHead, error) {
	number, digits, _ := strings.Cut(strings.TrimSpace(s), ":")
	n, err := strconv.ParseInt(number, 10, 64)
	hash, bad := hex.DecodeString(digits)
	if err != nil || bad != nil || n < 0 || len(hash) != sha256.Size {
		return AuditHead{}, fmt.Errorf("%q: %w", s, errHead)
	}
	return AuditHead{n, ChainHash(hash)}, nil
}

// AuditSeal is a head with a code that only who has the keys can make: whoever has no
// more than the database cannot write a new chain up to there.
type AuditSeal struct {
	AuditHead
	At   time.Time
	Code []byte
}

// Signed is what the code is made of.
func (s AuditSeal) Signed() []byte {
	return fmt.Appendf(nil, "%s %d", s.AuditHead, s.At.UnixMicro())
}

// AuditFault is a place at which the audit is not what was written.
type AuditFault struct {
	Kind     AuditFaultKind
	From, To int64 // numbers of lines, the same for a single one
}

// AuditFaultKind says what is wrong.
type AuditFaultKind string

// The kinds of faults.
const (
	LineChanged  AuditFaultKind = "changed"  // does not have the hash that the next line carries
	LinesMissing AuditFaultKind = "missing"  // a gap in the numbers
	LinesBeyond  AuditFaultKind = "beyond"   // behind what the head knows
	SealBroken   AuditFaultKind = "seal"     // not made with the keys of this portal
	Rewritten    AuditFaultKind = "replaced" // not the line that was sealed or written down
)

// ChainCheck goes through the audit line by line. Its zero value stands before the
// first line.
type ChainCheck struct {
	AuditHead              // of the last line seen
	Faults    []AuditFault // in the order found
	known     map[int64]ChainHash
}

// Expect says what hash the line of a number has; Next looks whether it does.
func (c *ChainCheck) Expect(h AuditHead) {
	if c.known == nil {
		c.known = map[int64]ChainHash{}
	}
	if have, twice := c.known[h.Number]; twice && have != h.Hash {
		c.found(Rewritten, h.Number, h.Number)
	}
	c.known[h.Number] = h.Hash
}

// Next takes the line that follows, with what it carries of the one before.
func (c *ChainCheck) Next(e AuditEntry, before []byte) {
	if e.Number != c.Number+1 {
		c.found(LinesMissing, c.Number+1, e.Number-1)
	} else if !bytes.Equal(before, c.Hash[:]) {
		c.found(LineChanged, c.Number, c.Number)
	}
	// What follows a fault is judged by what the line itself carries, so that one
	// change is one fault.
	var carried ChainHash
	copy(carried[:], before)
	c.AuditHead = AuditHead{e.Number, Link(carried, e.Number, e.Digest())}
	if want, ok := c.known[e.Number]; ok {
		if want != c.Hash {
			c.found(Rewritten, e.Number, e.Number)
		}
		delete(c.known, e.Number)
	}
}

// End says where the audit should have come to.
func (c *ChainCheck) End(head AuditHead) {
	switch {
	case c.Number < head.Number:
		c.found(LinesMissing, c.Number+1, head.Number)
	case c.Number > head.Number:
		c.found(LinesBeyond, head.Number+1, c.Number)
	case c.Hash != head.Hash:
		c.found(LineChanged, c.Number, c.Number)
	}
	for _, number := range slices.Sorted(maps.Keys(c.known)) {
		if number > head.Number { // what lies before was met or is missing
			c.found(LinesMissing, number, number)
		}
	}
}

func (c *ChainCheck) found(kind AuditFaultKind, from, to int64) {
	f := AuditFault{kind, from, to}
	for _, known := range c.Faults {
		if known == f {
			return
		}
	}
	c.Faults = append(c.Faults, f)
}
