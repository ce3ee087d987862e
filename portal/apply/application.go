package apply

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// State is where an application stands.
type State string

// The states of an application.
const (
	Draft      State = "draft"
	Submitted  State = "submitted"   // waits for the office to look at it
	Accepted   State = "accepted"    // complete; waits for the decision
	MoreNeeded State = "more-needed" // waits for the family (补正)
	Proposed   State = "proposed"    // one officer approves; waits for a second one to confirm
	Objected   State = "objected"    // refused, and the family asks for a second look
	Approved   State = "approved"
	Refused    State = "refused"
	Withdrawn  State = "withdrawn"
)

// States lists all states in the order of an application's life.
func States() []State {
	return []State{Draft, Submitted, Accepted, MoreNeeded, Proposed, Objected, Approved, Refused, Withdrawn}
}

// Public is the state as the family sees it: what the office has not settled among
// itself is still being decided.
func (s State) Public() State {
	if s == Proposed {
		return Accepted
	}
	return s
}

// Waiting reports whether the office has to act.
func (s State) Waiting() bool {
	return s == Submitted || s == Accepted || s == Proposed || s == Objected
}

// Final reports whether the office has nothing more to do; the family may still object.
func (s State) Final() bool { return s == Approved || s == Refused || s == Withdrawn }

// ActorKind says on whose side somebody acts.
type ActorKind string

// The sides that act on an application.
const (
	FamilyActor ActorKind = "family"
	StaffActor  ActorKind = "staff"
)

// Actor is who did something. A family has no ID: it is known by the application.
type Actor struct {
	Kind ActorKind
	ID   string // of the staff user
}

// Family is the actor of everything the family does.
var Family = Actor{Kind: FamilyActor}

// Move is a step from one state to another.
type Move string

// The moves of an application.
const (
	Submit   Move = "submit"
	Accept   Move = "accept"
	AskMore  Move = "ask-more"
	Supply   Move = "supply"
	Approve  Move = "approve"
	Refuse   Move = "refuse"
	Withdraw Move = "withdraw"

	Verify    Move = "verify"         // went and looked; the state stays
	Recommend Move = "recommend"      // advises the officer to approve; the state stays
	Against   Move = "advise-against" // or not to
	Propose   Move = "propose"        // approves, where a second officer has to confirm
	Return    Move = "return"         // does not confirm
	Object    Move = "object"         // the family asks for a second look
)

// Quiet reports whether the move is the office's own affair: the family is not told of
// it, and does not read its words.
func (m Move) Quiet() bool {
	return m == Verify || m == Recommend || m == Against || m == Propose || m == Return
}

type rule struct {
	move Move
	from []State
	to   State // empty: the same
	by   ActorKind
	says speech
}

// speech is what whoever moves an application has to say.
type speech int

const (
	sayNothing speech = iota
	sayWhy
	sayGround // why, and at least one of the grounds
)

// rules is the whole life of an application; what does not stand here is impossible.
var rules = []rule{
	{Submit, []State{Draft}, Submitted, FamilyActor, sayNothing},
	{Accept, []State{Submitted}, Accepted, StaffActor, sayNothing},
	{AskMore, []State{Submitted, Accepted}, MoreNeeded, StaffActor, sayWhy},
	{Supply, []State{MoreNeeded}, Submitted, FamilyActor, sayNothing},
	{Verify, []State{Submitted, Accepted, Objected}, "", StaffActor, sayNothing},
	{Recommend, []State{Accepted, Objected}, "", StaffActor, sayWhy},
	{Against, []State{Accepted, Objected}, "", StaffActor, sayGround},
	{Propose, []State{Accepted, Objected}, Proposed, StaffActor, sayWhy},
	{Return, []State{Proposed}, Accepted, StaffActor, sayWhy},
	{Approve, []State{Accepted, Proposed, Objected}, Approved, StaffActor, sayWhy},
	{Refuse, []State{Submitted, Accepted, MoreNeeded, Objected}, Refused, StaffActor, sayGround},
	{Object, []State{Refused}, Objected, FamilyActor, sayNothing},
	{Withdraw, []State{Draft, Submitted, Accepted, MoreNeeded, Proposed, Objected}, Withdrawn, FamilyActor, sayNothing},
}

// TransitionError says that a move is not allowed in a state or for an actor.
type TransitionError struct {
	From State
	Move Move
	By   ActorKind
}

// Error names state, move and side.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("%s cannot %s an application that is %s", e.By, e.Move, e.From)
}

// Is makes an impossible move a conflict: the application is no longer where the
// one who moves it thought.
func (e *TransitionError) Is(target error) bool { return target == ErrConflict }

// Event is one entry of an application's history; it is never changed.
type Event struct {
	Number int // 1, 2, … within the application
	At     time.Time
	Actor  Actor
	Move   Move
	State  State  // the state it led to
	Text   string // what the family wrote: what it supplied, why it withdrew
	Reason string // what the office gave as its reason; the family reads it unless the move is quiet
	Visit  *Visit // of Verify

	Grounds []Ground // of what does not approve; none where it was decided before there were any
}

// LogValue implements slog.LogValuer and leaves the written words out.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("number", e.Number), slog.Time("at", e.At), slog.String("move", string(e.Move)))
}

// Consent records that a guardian agreed to the handling of the child's data.
type Consent struct {
	Guardian string // name as typed
	Relation string // to the child: an option of the question guardian_relation
	Notice   string // version of the notice that was shown
	Recorder string // staff user who read it out and wrote the consent down; empty: the guardian ticked it
	At       time.Time
}

// LogValue implements slog.LogValuer and leaves the name out.
func (c Consent) LogValue() slog.Value {
	return slog.GroupValue(slog.String("notice", c.Notice), slog.Time("at", c.At))
}

// Application is one application by a family for one policy.
type Application struct {
	Reference Reference
	Code      Code
	Policy    string // slug
	Lang      string // the family's language
	State     State
	Version   int // grows with every change; a change needs the version it was made on
	Answers   Answers
	Consent   Consent // zero until submitted
	Created   time.Time
	Updated   time.Time
	Submitted time.Time // first submission; zero for a draft
	Events    []Event   // oldest first
	Files     []File    // oldest first
	Papers    []string  // documents that the family brings on paper
	Granted   *Grant    // what the approval pays; only while that is made

	Household Reference // number that opens all that the family applies for together; empty: it stands alone
	Child     int       // which child of the household, from 1; 0 without one

	Writing Writing // which writing of it was read; zero where that is not known
}

// Writing is the store's mark of one state of an application.
type Writing string

// Equal lets applications be compared by what they are, not by when they were read.
func (Writing) Equal(Writing) bool { return true }

// LogValue implements slog.LogValuer: what the application is, not whose.
func (a *Application) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Any("reference", a.Reference),
		slog.String("policy", a.Policy),
		slog.String("state", string(a.State)),
		slog.Int("version", a.Version),
		slog.Any("answers", a.Answers),
	)
}

// String keeps %v from showing what the application holds.
func (a *Application) String() string {
	return fmt.Sprintf("application for %s (%s, version %d)", a.Policy, a.State, a.Version)
}

// GoString keeps %#v from showing what the application holds.
func (a *Application) GoString() string { return a.String() }

// Can reports whether the table of moves allows this move now.
func (a *Application) Can(m Move, by ActorKind) bool {
	_, ok := a.rule(m, by)
	return ok
}

// Moves lists what the given side can do now.
func (a *Application) Moves(by ActorKind) []Move {
	var out []Move
	for _, r := range rules {
		if a.Can(r.move, by) {
			out = append(out, r.move)
		}
	}
	return out
}

func (a *Application) rule(m Move, by ActorKind) (rule, bool) {
	for _, r := range rules {
		if r.move != m || r.by != by {
			continue
		}
		if _, again := a.Last(Object); again && m == Object {
			continue // a second look is had once
		}
		for _, s := range r.from {
			if s == a.State {
				return r, true
			}
		}
	}
	return rule{}, false
}

// Last returns the latest event of the given move.
func (a *Application) Last(m Move) (Event, bool) {
	for i := len(a.Events) - 1; i >= 0; i-- {
		if a.Events[i].Move == m {
			return a.Events[i], true
		}
	}
	return Event{}, false
}

// Erasable reports whether the family may have all of it deleted: nothing has been
// decided on it, and nothing is about to be.
func (a *Application) Erasable() bool { return a.State == Draft || a.State == Withdrawn }

// Erase says whether the application may be deleted now; what deletes it is the store.
func (a *Application) Erase() error {
	if !a.Erasable() {
		return &TransitionError{From: a.State, Move: "erase", By: FamilyActor}
	}
	return nil
}

// SaveAnswers replaces the answers of a draft. It does not check them: a draft
// may be incomplete, only [Application.Submit] insists.
func (a *Application) SaveAnswers(answers Answers, now time.Time) error {
	if a.State != Draft {
		return &TransitionError{From: a.State, Move: "change", By: FamilyActor}
	}
	a.Answers, a.Updated = answers.clone(), now
	return nil
}

// Submit hands a draft in. The whole form and the documents are checked again, and
// the consent must name a guardian and a notice; what is missing comes back as
// [Invalid].
func (a *Application) Submit(f Form, c Consent, now time.Time) error {
	if !a.Can(Submit, FamilyActor) {
		return &TransitionError{From: a.State, Move: Submit, By: FamilyActor}
	}
	answers, invalid := a.Missing(f, now)
	c, consent := c.check()
	if err := append(invalid, consent...).Err(); err != nil {
		return err
	}
	a.Answers = answers
	c.At = now
	a.Consent, a.Submitted = c, now
	return a.move(Submit, Family, Event{}, now)
}

// check cleans the consent. It is separate from all answers and never ticked
// beforehand: Personal Information Protection Law (个人信息保护法), articles 29 and 31.
func (c Consent) check() (Consent, Invalid) {
	var out Invalid
	name, p := checkName(visible(c.Guardian))
	switch {
	case strings.TrimSpace(c.Guardian) == "":
		out = append(out, Problem{Field: "consent_name", Key: KeyConsentName})
	case p.Key != "":
		p.Field = "consent_name"
		out = append(out, p)
	}
	c.Guardian = name
	if c.Relation = line(visible(c.Relation)); c.Relation == "" {
		out = append(out, Problem{Field: "consent_relation", Key: KeyConsentRelation})
	}
	if c.Notice == "" {
		out = append(out, Problem{Field: "consent", Key: KeyConsentAgree})
	}
	return c, out
}

// Accept records that the office finds the application complete.
func (a *Application) Accept(by Actor, now time.Time) error {
	return a.move(Accept, by, Event{}, now)
}

// AskMore asks the family for something; reason says for what, in plain words.
func (a *Application) AskMore(by Actor, reason string, now time.Time) error {
	return a.move(AskMore, by, Event{Reason: reason}, now)
}

// Supply gives what the office asked for, in words or in files attached since; the
// office then looks at the whole again.
func (a *Application) Supply(text string, now time.Time) error {
	if a.Can(Supply, FamilyActor) && !a.supplied(text) {
		return Invalid{{Field: "text", Key: KeyMessageRequired}}
	}
	return a.move(Supply, Family, Event{Text: text}, now)
}

// Approve decides for the family.
func (a *Application) Approve(by Actor, reason string, now time.Time) error {
	return a.move(Approve, by, Event{Reason: reason}, now)
}

// Refuse decides against the application, on at least one ground.
func (a *Application) Refuse(by Actor, grounds []Ground, reason string, now time.Time) error {
	return a.move(Refuse, by, Event{Grounds: grounds, Reason: reason}, now)
}

// Withdraw ends the application at the family's wish; text may be empty.
func (a *Application) Withdraw(text string, now time.Time) error {
	return a.move(Withdraw, Family, Event{Text: text}, now)
}

// move is the only place where a state changes.
func (a *Application) move(m Move, by Actor, e Event, now time.Time) error {
	r, ok := a.rule(m, by.Kind)
	if !ok {
		return &TransitionError{From: a.State, Move: m, By: by.Kind}
	}
	if a.barred(m, by) {
		return Invalid{{Field: "reason", Key: KeyOtherOfficer}}
	}
	if r.to == "" {
		r.to = a.State
	}
	e.Text, e.Reason = paragraphs(visible(e.Text)), paragraphs(visible(e.Reason))
	if r.says != sayGround {
		e.Grounds = nil
	}
	if err := e.check(r.says); err != nil {
		return err
	}
	e.Number, e.At, e.Actor, e.Move, e.State = len(a.Events)+1, now, by, m, r.to
	a.State, a.Updated = r.to, now
	// The full slice expression keeps a copy of the application from sharing the new event.
	a.Events = append(a.Events[:len(a.Events):len(a.Events)], e)
	return nil
}

func (e Event) check(w speech) error {
	var out Invalid
	if w == sayGround && len(e.Grounds) == 0 {
		out = append(out, Problem{Field: "ground", Key: KeyGroundRequired})
	}
	if w >= sayWhy && e.Reason == "" {
		out = append(out, Problem{Field: "reason", Key: KeyReasonRequired})
	}
	for field, s := range map[string]string{"reason": e.Reason, "text": e.Text} {
		if n := utf8.RuneCountInString(s); n > maxLong {
			out = append(out, Problem{Field: field, Key: KeyMessageLong, Args: map[string]any{"Max": maxLong, "Count": n}})
		}
	}
	return out.Err()
}

// Grounded reports whether the move needs a ground.
func (m Move) Grounded() bool {
	return slices.ContainsFunc(rules, func(r rule) bool { return r.move == m && r.says == sayGround })
}
