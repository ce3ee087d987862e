package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// Limits of a conference.
const (
	MaxInvited     = 20   // staff, and departments besides
	MaxDecisions   = 30   // of one conference
	MaxMinutes     = 5000 // characters
	conferenceLine = 200  // characters of a place or of what was decided
)

// ConferenceState is where a case conference (联席会议, 个案会商) stands.
type ConferenceState string

// The states of a conference.
const (
	ConferencePlanned   ConferenceState = "planned"
	ConferenceHeld      ConferenceState = "held"
	ConferenceCancelled ConferenceState = "cancelled"
)

// ConferenceStates lists the states.
func ConferenceStates() []ConferenceState {
	return []ConferenceState{ConferencePlanned, ConferenceHeld, ConferenceCancelled}
}

// Conference is several offices talking one case over.
type Conference struct {
	ID      string
	Case    Case
	Town    string // of the case
	State   ConferenceState
	Version int
	Caller  string // user who called it
	At      time.Time
	Updated time.Time

	Departments []Department
	Users       []string // invited by their ids
	Fields      []string // that the invited see until it is held
	Documents   []string
	ConferenceText
	Decisions []Agreed
	Excluded  []string // users who must not see the case, and so not this
}

// ConferenceText is all that people wrote of a conference.
type ConferenceText struct {
	Place   string `json:"place"` // or that it is by phone
	Agenda  string `json:"agenda"`
	Others  string `json:"others"`  // who else takes part, by name
	Minutes string `json:"minutes"` // empty until it was held
}

// String tells where the conference stands and nothing of its words.
func (c Conference) String() string { return fmt.Sprintf("conference (%s)", c.State) }

// GoString keeps %#v from showing the words.
func (c Conference) GoString() string { return c.String() }

// Scope returns what the conference belongs to for who takes part.
func (c Conference) Scope() Scope {
	return Scope{Town: c.Town, Referred: c.Departments, Invited: c.Users, Excluded: c.Excluded}
}

// Reveals reports whether the invited see what was ticked for them: until it is held.
func (c Conference) Reveals() bool { return c.State == ConferencePlanned }

// Owner is who sees to what was agreed: the case's own office, a department, or a
// member of staff who was invited.
type Owner string

// OwnOffice is the office of the case itself.
const OwnOffice Owner = "office"

const userOwner = "user:"

// OwnedBy returns the owner that a member of staff is.
func OwnedBy(user string) Owner { return Owner(userOwner + user) }

// User returns the id of a member of staff; false for an office.
func (o Owner) User() (string, bool) { return strings.CutPrefix(string(o), userOwner) }

// Owners lists who can see to something: whoever takes part.
func (c Conference) Owners() []Owner {
	out := []Owner{OwnOffice}
	for _, d := range c.Departments {
		out = append(out, Owner(d))
	}
	for _, u := range c.Users {
		out = append(out, OwnedBy(u))
	}
	return out
}

// Agreed is one thing that was decided: what, who sees to it, by when.
type Agreed struct {
	Number int
	What   string
	Owner  Owner
	Due    time.Time
	Told   bool      // the family reads it
	Done   time.Time // zero until then
	DoneBy string    // user
}

// Owns reports whether it is a user's to see to: that of the own office belongs to who
// may hold the conference.
func (c Conference) Owns(u User, a Agreed) bool {
	switch id, ok := a.Owner.User(); {
	case ok:
		return id == u.ID
	case a.Owner == OwnOffice:
		return u.May(HoldConference, Scope{Town: c.Town})
	}
	return u.Role == Liaison && Owner(u.Department) == a.Owner
}

// Call makes a conference of what was filled in. The error is [apply.Invalid] for what
// has to be mended.
func (c Conference) Call(by apply.Actor, now time.Time) (Conference, error) {
	c.Place, c.Agenda, c.Others, c.Minutes = oneLine(c.Place), CleanWords(c.Agenda), CleanWords(c.Others), ""
	c.Users, c.Fields, c.Documents = unique(c.Users), unique(c.Fields), unique(c.Documents)
	var out apply.Invalid
	add := func(bad bool, field, key string) {
		if bad {
			out = append(out, apply.Problem{Field: field, Key: key})
		}
	}
	add(!c.At.After(now.AddDate(0, 0, -1)), "day", KeyConferenceDay) // today counts
	add(c.Place == "" || long(c.Place, conferenceLine), "place", KeyConferencePlace)
	add(c.Agenda == "" || long(c.Agenda, MaxReferralWords), "agenda", KeyConferenceAgenda)
	add(long(c.Others, MaxReferralWords), "others", KeyConferenceOthers)
	unknown := slices.ContainsFunc(c.Departments, func(d Department) bool { return !d.Known() })
	add(unknown || len(c.Departments)+len(c.Users) == 0 && c.Others == "" || len(c.Users) > MaxInvited, "departments", KeyConferenceWho)
	if err := out.Err(); err != nil {
		return c, err
	}
	c.State, c.Version, c.Caller, c.Updated = ConferencePlanned, 1, by.ID, now
	return c, nil
}

// Hold records what was said. Minutes can be mended later: each writing is kept.
func (c Conference) Hold(minutes string, now time.Time) (Conference, error) {
	if c.State == ConferenceCancelled {
		return c, fmt.Errorf("hold a conference that is %s: %w", c.State, apply.ErrConflict)
	}
	minutes = CleanWords(minutes)
	if minutes == "" || long(minutes, MaxMinutes) {
		return c, apply.Invalid{{Field: "minutes", Key: KeyConferenceMinutes, Args: map[string]any{"Max": MaxMinutes}}}
	}
	c.Minutes, c.State, c.Updated, c.Version = minutes, ConferenceHeld, now, c.Version+1
	return c, nil
}

// Cancel calls a conference off that was not held yet.
func (c Conference) Cancel(now time.Time) (Conference, error) {
	if c.State != ConferencePlanned {
		return c, fmt.Errorf("cancel a conference that is %s: %w", c.State, apply.ErrConflict)
	}
	c.State, c.Updated, c.Version = ConferenceCancelled, now, c.Version+1
	return c, nil
}

// Agree adds what was decided, to be done within so many working days.
func (c Conference) Agree(a Agreed, days int, calendar apply.Calendar, now time.Time) (Conference, error) {
	if c.State != ConferenceHeld || len(c.Decisions) >= MaxDecisions {
		return c, fmt.Errorf("decide in a conference that is %s: %w", c.State, apply.ErrConflict)
	}
	var out apply.Invalid
	if a.What = oneLine(a.What); a.What == "" || long(a.What, conferenceLine) {
		out = append(out, apply.Problem{Field: "what", Key: KeyConferenceWhat, Args: map[string]any{"Max": conferenceLine}})
	}
	if !slices.Contains(c.Owners(), a.Owner) {
		out = append(out, apply.Problem{Field: "owner", Key: KeyConferenceOwner})
	}
	if days < 1 || days > MaxReferralDays {
		out = append(out, apply.Problem{Field: "days", Key: KeyReferralDays, Args: map[string]any{"Max": MaxReferralDays}})
	}
	if err := out.Err(); err != nil {
		return c, err
	}
	a.Number, a.Due, a.Done, a.DoneBy = len(c.Decisions)+1, apply.Due(now, days, calendar), time.Time{}, ""
	c.Decisions = append(c.Decisions[:len(c.Decisions):len(c.Decisions)], a)
	c.Updated, c.Version = now, c.Version+1
	return c, nil
}

// Finish marks a decision as done. One that is done stays as it was.
func (c Conference) Finish(number int, by apply.Actor, now time.Time) (Conference, error) {
	i := slices.IndexFunc(c.Decisions, func(a Agreed) bool { return a.Number == number })
	if i < 0 {
		return c, apply.ErrNotFound
	}
	if !c.Decisions[i].Done.IsZero() {
		return c, nil
	}
	c.Decisions = slices.Clone(c.Decisions)
	c.Decisions[i].Done, c.Decisions[i].DoneBy = now, by.ID
	c.Updated, c.Version = now, c.Version+1
	return c, nil
}

// ForInvited returns what somebody sees who takes part and does not hold it: before, the
// agenda; afterwards what is theirs to see to.
func (c Conference) ForInvited(u User) Conference {
	c.Minutes = ""
	if !c.Reveals() {
		c.Agenda, c.Others = "", ""
	}
	c.Decisions = slices.DeleteFunc(slices.Clone(c.Decisions), func(a Agreed) bool { return !c.Owns(u, a) })
	return c
}

// OpenedConference is a conference with what may be seen of its case at this moment.
type OpenedConference struct {
	Conference
	Names   map[string]string // of the staff who take part, by their ids
	Policy  string            // of an application
	Answers map[string]string // what was ticked, for the invited alone
	Holds   bool              // who looks may hold it
}

// FollowUp is what was agreed and is still to be done.
type FollowUp struct {
	Conference string
	Case       Case
	Agreed
}

// ConferenceList is what concerns somebody: conferences to come, and what is theirs to
// see to, the earliest first.
type ConferenceList struct {
	Coming []Conference // without their texts
	Open   []FollowUp
}

func oneLine(s string) string { return strings.Join(strings.Fields(CleanWords(s)), " ") }

func long(s string, most int) bool { return len([]rune(s)) > most }
