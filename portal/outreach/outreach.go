// Package outreach is how policies reach the villages: short links that can be shared,
// and who came by them.
//
// A [Target] is what a link leads to, named so that it stays the same when pages move.
// A [Code] is what stands in the link, on posters and in chats: few letters, none that
// look alike, and a mistyped one is known as such. A [Counter] adds up visits without
// knowing anything of the visitors; [Counts] says which requests are none.
//
// The package is pure: it knows no database, no web and no words; time and randomness
// are passed in.
package outreach

import (
	"regexp"
	"strings"
	"time"
)

// Kind is what a link leads to.
type Kind string

// The kinds.
const (
	Policy   Kind = "policy"
	Form     Kind = "form"  // of a policy, to apply
	Check    Kind = "check" // of a policy, whether it fits
	Question Kind = "question"
	Help     Kind = "help"
)

// Target is what a link leads to: never an address, which may change.
type Target struct {
	Kind Kind
	Slug string // of the policy or the help page
	Key  string // of the question
}

// String is the target as it is kept and as addresses have it.
func (t Target) String() string {
	out := string(t.Kind) + "." + t.Slug
	if t.Key != "" {
		out += "." + t.Key
	}
	return out
}

var targetForm = regexp.MustCompile(`^(?:(?:policy|form|check|help)\.[a-z][a-z0-9-]{0,63}|question\.[a-z][a-z0-9-]{0,63}\.[0-9a-f]{8})$`)

// ParseTarget reads what [Target.String] wrote.
func ParseTarget(s string) (Target, bool) {
	if !targetForm.MatchString(s) {
		return Target{}, false
	}
	kind, rest, _ := strings.Cut(s, ".")
	slug, key, _ := strings.Cut(rest, ".")
	return Target{Kind(kind), slug, key}, true
}

// Place is where somebody shares: a village, a whole town, or the city where both are
// empty. A link belongs to the place, so that it outlives who made it.
type Place struct{ Town, Village string }

// Link is a code with what it leads to and whose it is.
type Link struct {
	Code Code
	Target
	Place
	Made time.Time
}
