package casework

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
)

// How long a request waits for the second administrator, and how long the link counts
// that comes of it.
const (
	AccessAskLasts  = 72 * time.Hour
	AccessLinkLasts = 24 * time.Hour
)

// maxAccessReason is the length of the longest reason.
const maxAccessReason = 500

// Proof is how somebody was recognised, in person.
type Proof string

// The proofs.
const (
	ByIDCard   Proof = "id-card"
	ByWorkCard Proof = "work-card"
	BySuperior Proof = "superior" // who knows the person and was there
)

// Proofs lists them.
func Proofs() []Proof { return []Proof{ByIDCard, ByWorkCard, BySuperior} }

// AccessRequest asks that somebody who has lost password and second factor may set both
// anew. One administrator has seen the person and asks, another one agrees and hands
// out the link: neither gets into an account alone.
type AccessRequest struct {
	ID     string
	User   string    // whose account it is
	By     string    // who asked
	Asked  time.Time //
	Given  time.Time // when the second one agreed; zero until then
	Proof  Proof
	Reason string
}

// Clean returns the request without what is no word.
func (r AccessRequest) Clean() AccessRequest {
	r.Reason = strings.TrimSpace(CleanWords(r.Reason))
	return r
}

// Check says what is wrong with a clean request.
func (r AccessRequest) Check() error {
	var out apply.Invalid
	if !slices.Contains(Proofs(), r.Proof) {
		out = append(out, apply.Problem{Field: "proof", Key: KeyAccessProof})
	}
	if n := utf8.RuneCountInString(r.Reason); n < 4 || n > maxAccessReason {
		out = append(out, apply.Problem{Field: "reason", Key: KeyAccessReason, Args: map[string]any{"Max": maxAccessReason}})
	}
	return out.Err()
}

// Open reports whether the request still leads to something: to a link, or to what the
// link does.
func (r AccessRequest) Open(now time.Time) bool {
	if r.Given.IsZero() {
		return now.Before(r.Asked.Add(AccessAskLasts))
	}
	return now.Before(r.Given.Add(AccessLinkLasts))
}
