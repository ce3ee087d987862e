package casework

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huitong/portal/apply"
)

// Nobody stands in [Query.Assignee] for applications that nobody handles yet.
const Nobody = "nobody"

// SoonDays is within how many working days something is due soon.
const SoonDays = 2

// Limits of the queue.
const (
	AssignLimit = 100 // applications that are assigned at once
	CountLimit  = 100 // a count goes no further: that many, or more
	ViewLimit   = 12  // views that one user keeps
)

// Span is a time from which and before which something is due; zero for all times.
type Span struct{ From, To time.Time }

// IsZero reports whether the span is all times.
func (s Span) IsZero() bool { return s.From.IsZero() && s.To.IsZero() }

// Counts says how much waits, each up to CountLimit.
type Counts struct {
	Mine       int
	Late       int // in the user's area, whoever handles it
	Unassigned int // in the user's area
}

// Hindrance says why an application was not assigned.
type Hindrance string

// What hinders.
const (
	NotThere   Hindrance = "not-there"  // no such application, or not yet submitted
	NotYours   Hindrance = "not-yours"  // beyond the area of who assigns
	NotTheirs  Hindrance = "not-theirs" // beyond what the colleague may see
	NotWaiting Hindrance = "not-waiting"
	RefusedIt  Hindrance = "refused-it" // the colleague refused what the family objects to
)

// Unassigned is an application that was not assigned, and why.
type Unassigned struct {
	Reference apply.Reference
	Why       Hindrance
}

// MayTake reports whether work on a case of that scope can be given to the user.
func (u User) MayTake(p Scope) bool { return u.Role != Liaison && u.May(OpenApplication, p) }

// Tick says that somebody at the desk has looked at a document.
type Tick struct {
	Name string // of who did
	At   time.Time
}

// View is a set of filters that somebody keeps under a name.
type View struct {
	ID      string
	Name    string
	Filters string // as in the list's address
}

// Keys of what may be wrong with a view.
const (
	KeyViewName = "error.view.name"
	KeyViewMany = "error.view.many"
)

// Clean returns the view with its name as it is kept, or says what is wrong with it.
func (v View) Clean() (View, error) {
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	n := utf8.RuneCountInString(v.Name)
	if n < 1 || n > 20 || !utf8.ValidString(v.Name) || strings.ContainsFunc(v.Name, unicode.IsControl) {
		return v, apply.Invalid{{Field: "name", Key: KeyViewName}}
	}
	return v, nil
}

// WaitingStates are those in which the office has to act.
func WaitingStates() []apply.State {
	return slices.DeleteFunc(apply.States(), func(s apply.State) bool { return !s.Waiting() })
}

// Wanted lists the states that a query asks for: what is due waits for the office.
func (q Query) Wanted() []apply.State {
	states := apply.States()[1:] // drafts are nobody's business
	if !q.Due.IsZero() {
		states = WaitingStates()
	}
	if q.State != "" {
		states = slices.DeleteFunc(states, func(s apply.State) bool { return s != q.State })
	}
	return states
}

// Fits reports whether an application is among those that the query asks for, whoever
// handles it.
func (q Query) Fits(l Listed) bool {
	return (q.State == "" || l.State == q.State) && (q.Policy == "" || l.Policy == q.Policy) && (q.Town == "" || l.Town == q.Town) &&
		(q.Due.From.IsZero() || !l.Due.Before(q.Due.From)) && (q.Due.To.IsZero() || !l.Due.IsZero() && l.Due.Before(q.Due.To))
}
