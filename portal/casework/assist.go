package casework

import (
	"errors"
	"time"

	"huitong/portal/apply"
)

// Limits of helping a family with its application.
const (
	AssistLasts   = 2 * time.Hour      // the director can type and look for so long
	HandOverLasts = 30 * time.Minute   // a code to hand over counts for so long
	AssistKept    = 7 * 24 * time.Hour // what was not handed over can be for so long
	SlipLasts     = 10 * time.Minute   // number and code on paper can be looked at again for so long
)

// ErrAssistOver says that the director's part in an application has ended: nothing of
// its answers may be shown any more.
var ErrAssistOver = errors.New("the help with this application has ended")

// Means is how a family agreed to be helped.
type Means string

// The means.
const (
	InPerson Means = "in-person"
	ByPhone  Means = "by-phone"
)

// MeansKnown lists all means.
func MeansKnown() []Means { return []Means{InPerson, ByPhone} }

// AssistConsent records that a guardian agreed to be helped. It names nobody: who it
// was stands in the application, and is the family's to say.
type AssistConsent struct {
	Relation string // to the child: an option of the question guardian_relation
	Means    Means
	Notice   string // version of the words that were read out
	At       time.Time
}

// Check says what is missing; known tells whether there is such a relation.
func (c AssistConsent) Check(known func(relation string) bool) error {
	var out apply.Invalid
	if !known(c.Relation) {
		out = append(out, apply.Problem{Field: "relation", Key: KeyAssistRelation})
	}
	if c.Means != InPerson && c.Means != ByPhone {
		out = append(out, apply.Problem{Field: "means", Key: KeyAssistMeans})
	}
	if c.Notice == "" {
		out = append(out, apply.Problem{Field: "agreed", Key: KeyAssistAgree})
	}
	return out.Err()
}

// Ending is how the director's part ended.
type Ending string

// The endings. An assist whose time has run out has none: it can still be handed over.
const (
	NotEnded  Ending = ""
	Stopped   Ending = "stopped"   // by the director, or by signing out
	Handed    Ending = "handed"    // a phone has taken it, and the family has yet to say that it is theirs
	Confirmed Ending = "confirmed" // the family has said so
	Printed   Ending = "printed"   // number and access code were given on paper
	Sent      Ending = "sent"      // submitted in the family's presence
)

// Assist is a director's part in what one family applies for together.
type Assist struct {
	Reference apply.Reference // that opens all of it
	UserID    string
	Consent   AssistConsent
	Started   time.Time
	Ending    Ending
	CodeUntil time.Time // of what was handed over last, as a code or on paper
	Submitted bool      // it has been, in the family's presence or since
}

// Ends returns when the director's time is over at the latest.
func (a Assist) Ends() time.Time { return a.Started.Add(AssistLasts) }

// Open reports whether the director may look and type.
func (a Assist) Open(now time.Time) bool { return a.Ending == NotEnded && now.Before(a.Ends()) }

// Offerable reports whether it can be handed to a phone: nobody has taken it yet.
func (a Assist) Offerable(now time.Time) bool {
	return (a.Ending == NotEnded || a.Ending == Stopped) && now.Before(a.Started.Add(AssistKept))
}

// Printable reports whether number and access code can be given on paper. That is so
// once: after it the code is the family's alone.
func (a Assist) Printable(now time.Time) bool {
	return a.Offerable(now) || a.Ending == Sent && now.Before(a.Started.Add(AssistKept))
}

// PrintedNow reports whether they were given just now. The page may never have come, and with
// it the only code: it can be had again, as long as the family has not opened the application.
func (a Assist) PrintedNow(now time.Time) bool {
	return a.Ending == Printed && now.Before(a.CodeUntil)
}

// AssistState is what a director sees of an application afterwards.
type AssistState string

// The states.
const (
	AssistHelping   AssistState = "helping"
	AssistWaiting   AssistState = "waiting" // ended, and not yet with the family
	AssistHanded    AssistState = "handed"
	AssistPrinted   AssistState = "printed"
	AssistSubmitted AssistState = "submitted"
	AssistLapsed    AssistState = "lapsed" // nobody took it in time
)

// AssistStates lists all states.
func AssistStates() []AssistState {
	return []AssistState{AssistHelping, AssistWaiting, AssistHanded, AssistPrinted, AssistSubmitted, AssistLapsed}
}

// State says where it stands, for the director.
func (a Assist) State(submitted bool, now time.Time) AssistState {
	switch {
	case submitted || a.Ending == Sent:
		return AssistSubmitted
	case a.Ending == Handed, a.Ending == Confirmed:
		return AssistHanded
	case a.Ending == Printed:
		return AssistPrinted
	case a.Open(now):
		return AssistHelping
	case a.Offerable(now):
		return AssistWaiting
	}
	return AssistLapsed
}

// Assisted is a line of the list of those whom a director helped: nothing of it tells
// who they are.
type Assisted struct {
	Assist
	Application apply.Reference
	Policy      string
	Submitted   bool
	Now         apply.State // of the application: where it stands, and nothing else of it
}

// Offer is an application on its way to the family's phone.
type Offer struct {
	Token apply.Token     // in the QR code
	Code  apply.ShortCode // typed where there is no camera
	Until time.Time
}

// From is who hands an application over, as the family reads it.
type From struct{ Name, Area, Village string }
