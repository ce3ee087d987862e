package casework

import "time"

// TellingKind says what a family is told of what the offices do.
type TellingKind string

// The kinds.
const (
	ToldReferred TellingKind = "referred"
	ToldAnswered TellingKind = "answered"
	ToldRecalled TellingKind = "recalled" // no answer is needed any more
	ToldResult   TellingKind = "result"   // of a referral, in words for the family
	ToldHeld     TellingKind = "held"     // a conference
	ToldDecided  TellingKind = "decided"
)

// TellingKinds lists them.
func TellingKinds() []TellingKind {
	return []TellingKind{ToldReferred, ToldAnswered, ToldRecalled, ToldResult, ToldHeld, ToldDecided}
}

// Telling is one line of what a family reads of what the offices do between themselves.
// Nothing gets into it but what a member of the family's own office decided to tell.
type Telling struct {
	At         time.Time
	Kind       TellingKind
	Department Department // of a referral
	Task       string     // of a referral
	Due        time.Time  // zero without one
	Words      string     // written for the family
}

// Tells returns what the family is told of a move that was just made.
func (r Referral) Tells(m ReferralMove, family string) []Telling {
	line := Telling{At: r.Updated, Department: r.Department, Task: r.Task}
	switch {
	case m == SendReferral && r.Told, m == ResendReferral && r.Told:
		line.Kind, line.Due = ToldReferred, r.Due
	case m == AnswerTheCase && r.Told:
		line.Kind = ToldAnswered
	case m == WithdrawReferral && r.Told:
		line.Kind = ToldRecalled
	case m == CloseReferral && CleanWords(family) != "":
		line.Kind, line.Words = ToldResult, CleanWords(family)
	default:
		return nil
	}
	return []Telling{line}
}
