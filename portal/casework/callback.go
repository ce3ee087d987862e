package casework

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// CallState is how far a request to be called back is.
type CallState string

// The states.
const (
	CallOpen  CallState = "open"  // somebody has to call
	CallDone  CallState = "done"  // the family was spoken to
	CallEnded CallState = "ended" // it could not be reached, and nobody tries any more
)

// CallLevel says whose turn it is. Each level above has the request as well once the one
// below was late.
type CallLevel int

// The levels.
const (
	CallVillage CallLevel = iota
	CallTown
	CallCity
)

// CallTimes lists when a family may want to be called.
func CallTimes() []string { return []string{"any", "morning", "afternoon", "evening"} }

// Limits of a request.
const (
	CallNameLong  = 20
	CallAboutLong = 200
	CallTryLong   = 200
	CallTriesFew  = 3 // tries after which a request may be ended without having reached anybody
)

// Keys of the messages about a request.
const (
	KeyCallName    = "error.call.name"    // Max
	KeyCallWhen    = "error.call.when"    //
	KeyCallConsent = "error.call.consent" //
	KeyCallStep    = "error.call.step"    //
	KeyCallTries   = "error.call.tries"   // Least
)

// CallWords is what a family says that wants to be called back.
type CallWords struct {
	Name  string `json:"name"` // by which it wants to be called
	Phone string `json:"phone"`
	When  string `json:"when"`
	About string `json:"about,omitempty"`
}

// CallBack is a family's request to be called back by the director of its village.
type CallBack struct {
	ID       string
	Version  int
	Town     string
	Village  string
	Level    CallLevel
	State    CallState
	Asked    CallWords
	Notice   string // version of the words that were agreed to
	Received time.Time
	Due      time.Time
	Closed   time.Time // zero while it is open
	Tries    []CallTry
}

// CallTry is a call that was made, as who made it writes it down.
type CallTry struct {
	Number int
	At     time.Time
	By     string // ID of the user
	Step   CallStep
	Words  string
}

// CallStep is what comes of a call.
type CallStep string

// The steps.
const (
	CallReached  CallStep = "reached"
	CallNoAnswer CallStep = "no-answer"
	CallGiveUp   CallStep = "give-up"
)

// CallSteps lists them.
func CallSteps() []CallStep { return []CallStep{CallReached, CallNoAnswer, CallGiveUp} }

// CallAct is a step and the words about it.
type CallAct struct {
	Step  CallStep
	Words string
}

// Scope is what the request belongs to.
func (b CallBack) Scope() Scope { return Scope{Town: b.Town, Village: b.Village} }

// Late reports whether nobody has called in time.
func (b CallBack) Late(now time.Time) bool { return b.State == CallOpen && now.After(b.Due) }

// LogValue implements slog.LogValuer: nothing of what the family said.
func (b CallBack) LogValue() slog.Value { return slog.StringValue(b.String()) }

// String keeps %v from showing what the family said.
func (b CallBack) String() string { return fmt.Sprintf("request for a call, %s", b.State) }

// GoString keeps %#v from showing what the family said.
func (b CallBack) GoString() string { return b.String() }

// Clean returns the request as it is kept, or what is wrong with it, in the order of the
// form. The separate consent follows the Personal Information Protection Law
// (个人信息保护法), articles 13 and 14.
func (b CallBack) Clean(now time.Time) (CallBack, error) {
	var out apply.Invalid
	a := &b.Asked
	a.Name, a.About = sheet.Line(a.Name), FirstWords(a.About, CallAboutLong)
	if n := utf8.RuneCountInString(a.Name); n < 1 || n > CallNameLong {
		out = append(out, apply.Problem{Field: "name", Key: KeyCallName, Args: map[string]any{"Max": CallNameLong}})
	}
	number, p := apply.CheckTyped("phone", a.Phone, now)
	if p.Key == "" && number == "" {
		p.Key = apply.KeyRequired
	}
	if a.Phone = number; p.Key != "" {
		p.Field = "phone"
		out = append(out, p)
	}
	if !slices.Contains(CallTimes(), a.When) {
		out = append(out, apply.Problem{Field: "when", Key: KeyCallWhen})
	}
	if b.Notice == "" {
		out = append(out, apply.Problem{Field: "consent", Key: KeyCallConsent})
	}
	return b, out.Err()
}

// Do carries out a step: who was reached is done; who was not stays open, and after some
// tries may be ended.
func (b *CallBack) Do(act CallAct, by string, now time.Time) error {
	act.Words = FirstWords(act.Words, CallTryLong)
	if !slices.Contains(CallSteps(), act.Step) {
		return apply.Invalid{{Field: "step", Key: KeyCallStep}}
	}
	if b.State != CallOpen {
		return apply.ErrConflict
	}
	missed := 0
	for _, t := range b.Tries {
		if t.Step == CallNoAnswer {
			missed++
		}
	}
	if act.Step == CallGiveUp && missed < CallTriesFew {
		return apply.Invalid{{Field: "step", Key: KeyCallTries, Args: map[string]any{"Least": CallTriesFew}}}
	}
	b.Tries = append(b.Tries, CallTry{Number: len(b.Tries) + 1, At: now, By: by, Step: act.Step, Words: strings.TrimSpace(act.Words)})
	switch act.Step {
	case CallReached:
		b.State, b.Closed = CallDone, now
	case CallGiveUp:
		b.State, b.Closed = CallEnded, now
	}
	return nil
}

// Raise gives a late request to the next level, with as much time again; false at the
// last one.
func (b *CallBack) Raise(due, now time.Time) bool {
	if !b.Late(now) || b.Level == CallCity {
		return false
	}
	b.Level++
	b.Due = due
	return true
}

// FirstLevel is the lowest level at which one of the staff has a village's requests.
func FirstLevel(staff []User, at Scope) CallLevel {
	level := CallCity
	for _, u := range staff {
		switch {
		case !u.May(HandleCall, at):
		case u.Role == Director:
			return CallVillage
		case u.Role == Supervisor:
			level = CallTown
		}
	}
	return level
}

// ErrTooMany says that a number has more open requests than anybody needs.
var ErrTooMany = errors.New("too many requests")

// CallTerms is when a request is due that comes or is raised at a time, and how long one
// is kept: after it was settled, and after it was asked for at most.
type CallTerms struct {
	Due            func(from time.Time) time.Time
	Keep, KeepOpen time.Duration
}

// CallQuery asks for a part of the requests.
type CallQuery struct {
	Closed bool   // those that are settled
	After  string // Next of the page before; empty: from the start
	Limit  int    // 0: 50
}

// CallPage is a part of the requests that are the user's, what is due first in front.
type CallPage struct {
	Calls []CallBack // without what the families said
	Next  string
}

// CallFile is a request for who handles it.
type CallFile struct {
	CallBack
	Names map[string]string // of those who called, by ID
}
