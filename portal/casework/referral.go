package casework

import (
	"fmt"
	"slices"
	"time"

	"huitong/portal/apply"
)

// Limits of a referral.
const (
	MaxReferralDays  = 60   // working days that a department is given at most
	MaxReferralWords = 1000 // characters
	ManyReferrals    = 100  // from so many on they are not counted
	soonDays         = 2    // working days before its end from which a deadline is near
)

// ReferralState is where a referral stands.
type ReferralState string

// The states of a referral.
const (
	ReferralSent      ReferralState = "sent"
	ReferralTaken     ReferralState = "taken"    // somebody in the department is at it
	ReferralReturned  ReferralState = "returned" // the department needs more
	ReferralAnswered  ReferralState = "answered"
	ReferralClosed    ReferralState = "closed"    // the answer is in the case
	ReferralWithdrawn ReferralState = "withdrawn" // no answer is needed any more
)

// ReferralStates lists the states in the order of a referral's life.
func ReferralStates() []ReferralState {
	return []ReferralState{ReferralSent, ReferralTaken, ReferralReturned, ReferralAnswered, ReferralClosed, ReferralWithdrawn}
}

// Side is who has to act.
type Side string

// The sides of a referral.
const (
	NobodySide     Side = ""
	DepartmentSide Side = "department"
	SenderSide     Side = "sender"
)

// Waits returns whose turn it is in the state.
func (s ReferralState) Waits() Side {
	switch s {
	case ReferralSent, ReferralTaken:
		return DepartmentSide
	case ReferralReturned, ReferralAnswered:
		return SenderSide
	}
	return NobodySide
}

// ReferralMove is a step from one state to another.
type ReferralMove string

// The moves of a referral.
const (
	SendReferral     ReferralMove = "send"
	TakeReferral     ReferralMove = "take"
	AnswerTheCase    ReferralMove = "answer"
	ReturnReferral   ReferralMove = "return"
	ResendReferral   ReferralMove = "resend"
	CloseReferral    ReferralMove = "close"
	WithdrawReferral ReferralMove = "withdraw"
)

type referralRule struct {
	move  ReferralMove
	from  []ReferralState
	to    ReferralState
	needs Action
	words bool // must be given
}

// referralRules is the whole life of a referral; what does not stand here is impossible.
var referralRules = []referralRule{
	{TakeReferral, []ReferralState{ReferralSent}, ReferralTaken, AnswerReferral, false},
	{AnswerTheCase, []ReferralState{ReferralSent, ReferralTaken}, ReferralAnswered, AnswerReferral, false},
	{ReturnReferral, []ReferralState{ReferralSent, ReferralTaken}, ReferralReturned, AnswerReferral, true},
	{ResendReferral, []ReferralState{ReferralReturned}, ReferralSent, ReferCase, true},
	{CloseReferral, []ReferralState{ReferralAnswered}, ReferralClosed, ReferCase, false},
	{WithdrawReferral, []ReferralState{ReferralSent, ReferralTaken, ReferralReturned}, ReferralWithdrawn, ReferCase, false},
}

// ReferralMoves lists the moves that follow the first.
func ReferralMoves() []ReferralMove {
	var out []ReferralMove
	for _, r := range referralRules {
		out = append(out, r.move)
	}
	return out
}

// Needs returns the action that a move needs; one that nobody is allowed if there is no
// such move.
func (m ReferralMove) Needs() Action {
	for _, r := range referralRules {
		if r.move == m {
			return r.needs
		}
	}
	return ""
}

// Referral asks another department for one thing that a case needs. It holds names of
// fields, never what stands in them: that is read from the case when somebody looks.
type Referral struct {
	ID         string
	Case       Case
	Town       string // of the case
	Department Department
	Task       string // name of a task of the content
	Told       bool   // the family reads that it was sent and answered
	Fields     []string
	Documents  []string
	State      ReferralState
	Outcome    string // of the answer
	Version    int
	Sender     string // user
	Taker      string // user; empty until somebody has taken it
	Sent       time.Time
	Due        time.Time
	Updated    time.Time
	Events     []ReferralEvent // oldest first
	Excluded   []string        // users who must not see the case, and so not this
}

// ReferralEvent is one entry of a referral's history; it is never changed.
type ReferralEvent struct {
	Number int
	At     time.Time
	Actor  string // user
	Name   string // of the user, as the store knows it
	Move   ReferralMove
	Words  string
}

// String tells where the referral stands and nothing of its words.
func (r Referral) String() string { return fmt.Sprintf("referral to %s (%s)", r.Department, r.State) }

// GoString keeps %#v from showing the words.
func (r Referral) GoString() string { return r.String() }

// Scope returns what the referral belongs to.
func (r Referral) Scope() Scope {
	return Scope{Town: r.Town, Referred: []Department{r.Department}, Excluded: r.Excluded}
}

// Reveals reports whether the department sees what was ticked for it: while it is its
// turn, and not longer.
func (r Referral) Reveals() bool { return r.State.Waits() == DepartmentSide }

// ForDepartment returns what the department sees of the referral: all that was said
// while it is its turn, afterwards its own words alone.
func (r Referral) ForDepartment() Referral {
	if r.Reveals() {
		return r
	}
	r.Events = slices.DeleteFunc(slices.Clone(r.Events), func(e ReferralEvent) bool { return e.Move.Needs() != AnswerReferral })
	return r
}

// Can reports whether a move is possible now.
func (r Referral) Can(m ReferralMove) bool {
	_, ok := r.rule(m)
	return ok
}

func (r Referral) rule(m ReferralMove) (referralRule, bool) {
	i := slices.IndexFunc(referralRules, func(rule referralRule) bool { return rule.move == m && slices.Contains(rule.from, r.State) })
	if i < 0 {
		return referralRule{}, false
	}
	return referralRules[i], true
}

// Urgency says how near a deadline is.
type Urgency string

// The urgencies.
const (
	InTime Urgency = "in-time"
	Soon   Urgency = "soon" // two working days or fewer
	Late   Urgency = "late"
)

// UrgencyOf says how near a deadline is.
func UrgencyOf(due, now time.Time, days apply.Calendar) Urgency {
	switch {
	case now.After(due):
		return Late
	case !due.After(apply.Due(now, soonDays, days)):
		return Soon
	}
	return InTime
}

// ReferralStep is what somebody gives with a move.
type ReferralStep struct {
	Words   string   // to the other side
	Outcome string   // of an answer
	Known   []string // outcomes that the task allows
	Family  string   // what the family is told on closing; empty: nothing
	Days    int      // working days, of one that is sent or sent again
	Fields  []string // ticked, of one that is sent again
	Papers  []string // documents, likewise
}

// Send makes a referral of what the sender filled in. The error is [apply.Invalid] for
// what has to be mended.
func (r Referral) Send(step ReferralStep, by apply.Actor, days apply.Calendar, now time.Time) (Referral, error) {
	var out apply.Invalid
	if !r.Department.Known() || r.Task == "" {
		out = append(out, apply.Problem{Field: "task", Key: KeyReferralTask})
	}
	r.Events, r.State = nil, ReferralSent
	r, problems := r.ask(step, days, now)
	if p, bad := wordsProblem(step.Words, false); bad {
		problems = append(problems, p)
	}
	if err := append(out, problems...).Err(); err != nil {
		return r, err
	}
	r.Sender, r.Sent, r.Updated, r.Version = by.ID, now, now, 1
	r.note(SendReferral, by, step.Words, now)
	return r, nil
}

// ask takes over what is ticked and until when.
func (r Referral) ask(step ReferralStep, days apply.Calendar, now time.Time) (Referral, apply.Invalid) {
	var out apply.Invalid
	if step.Days < 1 || step.Days > MaxReferralDays {
		out = append(out, apply.Problem{Field: "days", Key: KeyReferralDays, Args: map[string]any{"Max": MaxReferralDays}})
	} else {
		r.Due = apply.Due(now, step.Days, days)
	}
	r.Fields, r.Documents = unique(step.Fields), unique(step.Papers)
	if len(r.Fields)+len(r.Documents) == 0 {
		out = append(out, apply.Problem{Field: "fields", Key: KeyReferralFields})
	}
	return r, out
}

// Move carries out a move; the referral that it was made on stays as it is. The error
// is [apply.ErrConflict] where it is not possible any more, or [apply.Invalid].
func (r Referral) Move(m ReferralMove, step ReferralStep, by apply.Actor, days apply.Calendar, now time.Time) (Referral, error) {
	rule, ok := r.rule(m)
	if !ok {
		return r, fmt.Errorf("%s a referral that is %s: %w", m, r.State, apply.ErrConflict)
	}
	r, out := r.fill(m, step, days, now)
	if p, bad := wordsProblem(step.Words, rule.words); bad {
		out = append(out, p)
	}
	if p, bad := wordsProblem(step.Family, false); bad {
		p.Field = "family"
		out = append(out, p)
	}
	if err := out.Err(); err != nil {
		return r, err
	}
	if rule.needs == AnswerReferral {
		r.Taker = by.ID
	}
	r.State, r.Updated, r.Version = rule.to, now, r.Version+1
	r.note(m, by, step.Words, now)
	return r, nil
}

// fill takes over what belongs to the one move alone.
func (r Referral) fill(m ReferralMove, step ReferralStep, days apply.Calendar, now time.Time) (Referral, apply.Invalid) {
	switch m {
	case AnswerTheCase:
		if !slices.Contains(step.Known, step.Outcome) {
			return r, apply.Invalid{{Field: "outcome", Key: KeyReferralOutcome}}
		}
		r.Outcome = step.Outcome
	case ResendReferral:
		r.Taker = ""
		return r.ask(step, days, now)
	}
	return r, nil
}

// note appends to the history. The full slice expression keeps the referral that the
// move was made on from sharing the new event.
func (r *Referral) note(m ReferralMove, by apply.Actor, words string, now time.Time) {
	e := ReferralEvent{Number: len(r.Events) + 1, At: now, Actor: by.ID, Move: m, Words: CleanWords(words)}
	r.Events = append(r.Events[:len(r.Events):len(r.Events)], e)
}

// ReferralQuery asks for a page of the referrals that concern somebody: those to a
// liaison's department, those of a supervisor's town, all for an officer.
type ReferralQuery struct {
	Waits Side // whose turn it is
	Mine  bool // sent or taken by who asks
	After string
	Limit int // 0: 50
}

// ReferralPage is a part of the list, the earliest deadline first.
type ReferralPage struct {
	Referrals []Referral
	Next      string       // for ReferralQuery.After; empty at the end
	Counts    map[Side]int // how many there are of each turn that is somebody's, up to ManyReferrals
}

// OpenedReferral is a referral with what may be seen of its case at this moment.
type OpenedReferral struct {
	Referral
	Policy  string // of an application
	Answers map[string]string
	Files   []apply.File // for the documents that were ticked
	Given   []apply.File // with the answer
	Over    bool         // the case has ended, so that nobody needs the answer
}
