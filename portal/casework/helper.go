package casework

import (
	"strings"
	"time"

	"huitong/portal/apply"
)

// Pairing is a helper's time with a family.
type Pairing struct {
	ID, Child    string
	UserID       string // of a helper from the desk; empty: a volunteer
	Helper       Helper
	Began, Ended time.Time // Ended is zero for the helper of today
	Reason       string    // why it ended
}

// Helper is who is paired with a family.
type Helper struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
}

// HelperChange ends the pairing of today, begins another, or both.
type HelperChange struct {
	Reason string // of the end
	UserID string // the next helper: a user
	Next   Helper // or a volunteer
}

// named reports whether there is a next helper.
func (h HelperChange) named() bool { return h.UserID != "" || h.Next.Name != "" }

// Check returns the change as it is kept, or [apply.Invalid]: an end needs a reason,
// and a successor while the band wants a helper.
func (h HelperChange) Check(c Child, today time.Time) (HelperChange, error) {
	var out apply.Invalid
	h.Reason = strings.TrimSpace(h.Reason)
	if !c.Paired.IsZero() {
		out = append(out, checkWords("reason", h.Reason)...)
	}
	if h.UserID == "" {
		for field, typed := range map[string]struct {
			kind  string
			value *string
		}{"volunteer": {"name", &h.Next.Name}, "phone": {"phone", &h.Next.Phone}} {
			cleaned, p := apply.CheckTyped(typed.kind, *typed.value, today)
			if *typed.value = cleaned; p.Key != "" {
				p.Field = field
				out = append(out, p)
			}
		}
	}
	switch {
	case h.named() || len(out) > 0:
	case c.VisitDays > 0:
		out = append(out, apply.Problem{Field: "helper", Key: KeyHelperNext})
	case c.Paired.IsZero():
		out = append(out, apply.Problem{Field: "helper", Key: apply.KeyChoose})
	}
	return h, out.Err()
}

// Visit is what a helper, or somebody for the helper, saw of a child.
type Visit struct {
	ID, Child string
	By        string // user who wrote it down
	Day       string // 2006-01-02
	Told      VisitTold
	At        time.Time // written down
}

// VisitTold is what is written down.
type VisitTold struct {
	Seen string `json:"seen"` // whom
	Did  string `json:"did"`
	Safe bool   `json:"safe"`
	Next string `json:"next"`
}

// NewVisit is what somebody types of a visit.
type NewVisit struct {
	Day, Seen, Did, Safe, Next string
}

// Check returns the visit, or [apply.Invalid].
func (n NewVisit) Check(today time.Time) (Visit, error) {
	var out apply.Invalid
	day, wrong := pastDay("day", n.Day, today)
	out = append(out, wrong...)
	v := Visit{Day: day, Told: VisitTold{Seen: strings.TrimSpace(n.Seen), Did: strings.TrimSpace(n.Did), Safe: n.Safe == "yes", Next: strings.TrimSpace(n.Next)}}
	out = append(out, checkWords("seen", v.Told.Seen)...)
	out = append(out, checkWords("did", v.Told.Did)...)
	if n.Safe != "yes" && n.Safe != "no" {
		out = append(out, apply.Problem{Field: "safe", Key: apply.KeyChoose})
	}
	out = append(out, checkWords("next", v.Told.Next)...)
	return v, out.Err()
}

// See takes a visit into the child's standing, unless a later one is there already.
func (c *Child) See(v Visit) {
	day, err := time.ParseInLocation(time.DateOnly, v.Day, apply.China)
	if err != nil || day.Before(c.Visited) {
		return
	}
	c.Visited, c.Unsafe = day.UTC(), !v.Told.Safe
}
