package casework

import "time"

// DutyKind is a sort of thing that is done for a child by a day.
type DutyKind string

// The kinds, the most urgent first.
const (
	DutyUnsafe DutyKind = "unsafe" // the last visit found the child not safe
	DutyReview DutyKind = "review" // of temporary guardianship
	DutyVisit  DutyKind = "visit"
	DutyHelper DutyKind = "helper" // the band wants one
	DutyAgain  DutyKind = "again"  // to assess
	DutyAssess DutyKind = "assess" // for the first time
)

// DutyKinds lists the kinds.
func DutyKinds() []DutyKind {
	return []DutyKind{DutyUnsafe, DutyReview, DutyVisit, DutyHelper, DutyAgain, DutyAssess}
}

// DutySoon is how long before its day a duty is on the list: the portal's own choice.
const DutySoon = 7 * 24 * time.Hour

// Duty is one thing that is to be done for a child. One child may have several.
type Duty struct {
	Child Child // with the name alone of its details
	Kind  DutyKind
	Due   time.Time
}

// DutyQuery asks for a page of what is over time or soon is, the earliest day first.
type DutyQuery struct {
	Kind  DutyKind // empty: all that the user may see
	Town  string   // empty: all that the user may see
	After string   // Next of the page before; empty: from the start
	Limit int      // 0: 50
}

// DutyPage is a part of that list.
type DutyPage struct {
	Duties []Duty
	Next   string // for DutyQuery.After; empty at the end
}
