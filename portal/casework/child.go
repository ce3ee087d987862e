package casework

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// Ground is why the desk may keep a record of a child.
type Ground string

// The grounds. Village committees keep files of left-behind children and children in
// difficulty (未成年人保护法第43条), local governments of their families
// (家庭教育促进法第30条).
const (
	GuardianAgreed Ground = "agreed" // the guardian was told what is kept, and agreed
	VillageFile    Ground = "village-file"
	FamilyFile     Ground = "family-file"
)

// Grounds lists the grounds.
func Grounds() []Ground { return []Ground{GuardianAgreed, VillageFile, FamilyFile} }

// Closing is why a child's record is closed.
type Closing string

// The reasons to close a record.
const (
	GrownUp  Closing = "grown-up"
	Moved    Closing = "moved"   // out of the city
	NoNeed   Closing = "no-need" // is no left-behind child and not in difficulty any more
	Mistaken Closing = "mistaken"
)

// Closings lists the reasons.
func Closings() []Closing { return []Closing{GrownUp, Moved, NoNeed, Mistaken} }

// ChildLasts is how long a record is kept after it was closed, or after the year in
// which the child turned 18: the portal's proposal, no rule says it, see doc/0022.
const ChildLasts = 2 * 365 * 24 * time.Hour

// Child is a child that the desk looks after. What is personal is in Details.
type Child struct {
	ID            string
	Version       int
	Town, Village string
	Details       ChildDetails
	Standing
	Created, Updated time.Time
	Closed           time.Time // zero while it is looked after
	Why              Closing
}

// ChildDetails is what names a child and its family.
type ChildDetails struct {
	Name       string `json:"name"`
	ResidentID string `json:"resident_id,omitempty"` // empty where it has none yet
	Born       string `json:"born"`                  // 2006-01-02
	Guardian   string `json:"guardian"`
	Relation   string `json:"relation"`
	Phone      string `json:"phone,omitempty"`
	Ground     Ground `json:"ground"`
}

// LogValue implements slog.LogValuer: nothing personal.
func (c Child) LogValue() slog.Value { return slog.StringValue(c.ID) }

// String keeps %v from showing who the child is.
func (c Child) String() string { return "child " + c.ID }

// GoString keeps %#v from showing who the child is.
func (c Child) GoString() string { return c.String() }

// Case names the child among the cases of the desk.
func (c Child) Case() Case { return Case{Kind: ChildCase, ID: c.ID} }

// Scope is what the child belongs to.
func (c Child) Scope() Scope { return Scope{Town: c.Town, Village: c.Village} }

// NewChild is what somebody types to register a child, or to mend its record.
type NewChild struct {
	Town, Village string
	Details       ChildDetails
	From          Case // the application or report that told of it; zero: none
}

// Clean returns what was typed as it is kept, or [apply.Invalid]. A birth date that
// the ID number tells need not be typed.
func (n NewChild) Clean(today time.Time) (NewChild, error) {
	var out apply.Invalid
	take := func(field, kind string, value *string, missing string) { // missing: what to say of nothing, if it is needed
		cleaned, p := apply.CheckTyped(kind, *value, today)
		*value = cleaned
		switch {
		case p.Key != "":
			p.Field = field
			out = append(out, p)
		case missing != "" && cleaned == "":
			out = append(out, apply.Problem{Field: field, Key: missing})
		}
	}
	d := &n.Details
	take("name", "name", &d.Name, apply.KeyRequired)
	take("resident_id", "resident-id", &d.ResidentID, "")
	if id, ok := apply.ParseResidentID(d.ResidentID); ok {
		d.Born = id.Born().Format(time.DateOnly)
	}
	take("born", "date", &d.Born, KeyBornOrID)
	if d.Born > today.In(apply.China).Format(time.DateOnly) {
		out = append(out, apply.Problem{Field: "born", Key: KeyDayAhead})
	}
	take("village", "text", &n.Village, apply.KeyRequired)
	take("guardian", "name", &d.Guardian, apply.KeyRequired)
	take("phone", "phone", &d.Phone, "")
	for field, chosen := range map[string]bool{"town": n.Town != "", "relation": d.Relation != "", "ground": slices.Contains(Grounds(), d.Ground)} {
		if !chosen {
			out = append(out, apply.Problem{Field: field, Key: apply.KeyChoose})
		}
	}
	return n, out.Err()
}

// Ends is the day on which the record is deleted, unless it is closed before: so long
// after the year in which the child turns 18, which says no more than the year.
func (d ChildDetails) Ends() time.Time {
	born, err := time.Parse(time.DateOnly, d.Born)
	if err != nil {
		return time.Time{}
	}
	return time.Date(born.Year()+19, 1, 1, 0, 0, 0, 0, time.UTC).Add(ChildLasts)
}

// Close ends the record.
func (c *Child) Close(why Closing, now time.Time) error {
	switch {
	case !c.Closed.IsZero():
		return apply.ErrConflict
	case !slices.Contains(Closings(), why):
		return apply.Invalid{{Field: "why", Key: apply.KeyChoose}}
	case !c.InCustody.IsZero():
		return apply.Invalid{{Field: "why", Key: KeyInCustody}}
	}
	c.Closed, c.Why, c.Updated = now, why, now
	return nil
}

// Standing is what a child's records come to at present.
type Standing struct {
	Band      string // of the last confirmed assessment; empty: there is none
	VisitDays int    // within which the band wants a helper to visit; 0: it wants none
	Assessed  time.Time
	Again     time.Time // when to assess again
	Paired    time.Time // since when the helper of today helps; zero: there is none
	HelperID  string    // where that is a user
	Visited   time.Time // last time
	Unsafe    bool      // what the last visit said
	InCustody time.Time // since when the protection centre has it; zero: it has not
	Review    time.Time // when that is looked at again
}

// NeedsHelper reports whether the band wants a helper that the child lacks.
func (s Standing) NeedsHelper() bool { return s.VisitDays > 0 && s.Paired.IsZero() }

// VisitDue is the time by which the helper has to visit again; zero: no visit is due.
func (s Standing) VisitDue() time.Time {
	if s.VisitDays == 0 || s.Paired.IsZero() {
		return time.Time{}
	}
	from := s.Paired
	if s.Visited.After(from) {
		from = s.Visited
	}
	return from.AddDate(0, 0, s.VisitDays)
}

// Due is when the next thing has to be done for the child: by it the list is ordered.
// A child that nobody has assessed has waited since it was registered.
func (c Child) Due() time.Time {
	switch {
	case c.Unsafe:
		return c.Visited
	case c.Band == "":
		return c.Created
	case c.NeedsHelper():
		return c.Assessed
	}
	if visit := c.VisitDue(); !visit.IsZero() && visit.Before(c.Again) {
		return visit
	}
	return c.Again
}

// Late reports whether something should have been done already.
func (c Child) Late(now time.Time) bool { return c.Closed.IsZero() && !now.Before(c.Due()) }

// ChildFilter names a part of the list.
type ChildFilter string

// The parts, beside the bands.
const (
	LateVisits   ChildFilter = "visits"
	LateAgain    ChildFilter = "again"
	NoAssessment ChildFilter = "none"
	NoHelper     ChildFilter = "no-helper"
)

// ChildFilters lists the parts.
func ChildFilters() []ChildFilter {
	return []ChildFilter{LateVisits, LateAgain, NoAssessment, NoHelper}
}

// ChildQuery asks for a page of the register: who is to be seen first comes first.
type ChildQuery struct {
	Town    string // empty: all that the user may see
	Village string
	Band    string
	Filter  ChildFilter
	After   string // Next of the page before; empty: from the start
	Limit   int    // 0: 50
}

// Describe says in a few words what is looked for, for the audit.
func (q ChildQuery) Describe() string {
	return strings.TrimSpace(strings.Join([]string{q.Town, q.Band, string(q.Filter)}, " "))
}

// ChildPage is a part of the register.
type ChildPage struct {
	Children []Child // with the name alone of their details
	Next     string  // for ChildQuery.After; empty at the end
}

// ChildFile is everything that the desk has of a child, the latest first.
type ChildFile struct {
	Child       Child
	Assessments []Assessment
	Pairings    []Pairing
	Visits      []Visit
	Episodes    []Episode         // empty for who may not see them
	Cases       []Case            // with which it is linked
	Staff       map[string]string // names of the users that appear, by ID
}

// Helper returns the helper of today.
func (f ChildFile) Helper() (Pairing, bool) {
	i := slices.IndexFunc(f.Pairings, func(p Pairing) bool { return p.Ended.IsZero() })
	if i < 0 {
		return Pairing{}, false
	}
	return f.Pairings[i], true
}
