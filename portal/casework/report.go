package casework

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
)

// Reporter is who reports a child at risk without an account. Nothing tells who it is.
var Reporter = apply.Actor{Kind: "reporter"}

// Danger is whether the child is in danger at this moment.
type Danger string

// The dangers.
const (
	DangerNow    Danger = "now"
	DangerUnsure Danger = "unsure"
	DangerNot    Danger = "no"
)

// Dangers lists the dangers, the greatest first.
func Dangers() []Danger { return []Danger{DangerNow, DangerUnsure, DangerNot} }

// ReportState is how far a report is.
type ReportState string

// The states.
const (
	ReportNew     ReportState = "new"     // nobody has taken it on yet
	ReportHandled ReportState = "handled" // somebody has
	ReportClosed  ReportState = "closed"
)

// ReportStates lists the states in their order.
func ReportStates() []ReportState { return []ReportState{ReportNew, ReportHandled, ReportClosed} }

// ReportLasts is how long a closed report is kept. No rule states it: it is a default of
// the site. What is still open is never deleted.
const ReportLasts = 2 * 365 * 24 * time.Hour

// Said is what somebody has reported, in their own words. It is sealed wherever it is kept.
type Said struct {
	Kind     string `json:"kind"`
	Village  string `json:"village,omitempty"`
	Place    string `json:"place,omitempty"` // in words
	Child    string `json:"child,omitempty"` // as far as known
	Words    string `json:"words,omitempty"`
	Contact  string `json:"contact,omitempty"`  // of who reports
	Reporter string `json:"reporter,omitempty"` // name of the member of staff
}

// Limits of what is typed, in characters.
const (
	ReportShort = 100
	ReportLong  = 2000
)

// LogValue implements slog.LogValuer and shows nothing.
func (s Said) LogValue() slog.Value { return slog.StringValue("····") }

// String keeps %v from showing what was said.
func (s Said) String() string { return "····" }

// GoString keeps %#v from showing what was said.
func (s Said) GoString() string { return s.String() }

// Clean returns what was said without what is no character and within the limits, so
// that a report is never refused for its length.
func (s Said) Clean() Said {
	for _, one := range []struct {
		text *string
		most int
	}{{&s.Kind, 40}, {&s.Village, 40}, {&s.Place, 4 * ReportShort}, {&s.Child, 4 * ReportShort}, {&s.Words, ReportLong}, {&s.Contact, ReportShort}, {&s.Reporter, ReportShort}} {
		*one.text = FirstWords(*one.text, one.most)
	}
	return s
}

// FirstWords are [CleanWords], at most so many characters of them.
func FirstWords(s string, most int) string {
	s = CleanWords(s)
	if utf8.RuneCountInString(s) > most {
		s = strings.TrimSpace(string([]rune(s)[:most]))
	}
	return s
}

// names reports whether somebody's name stands in what was said: who may be involved
// does not handle the report.
func (s Said) names(name string) bool {
	all := strings.Join(strings.Fields(s.Place+"\n"+s.Child+"\n"+s.Words), "")
	name = strings.Join(strings.Fields(name), "")
	return utf8.RuneCountInString(name) >= 2 && strings.Contains(all, name)
}

// Report says that a child may be in danger.
type Report struct {
	Number   apply.Reference
	Key      apply.Token // of the page that sent it: sent twice, it is one
	Code     apply.Code  // opens its state together with the number, for who reported it
	Town     string      // "" where it is not known: the city's
	City     bool        // staff of the place are said to be involved: it is the city's alone
	Danger   Danger
	Said     Said
	Sender   string // user who reported it; "" for anybody else
	Link     Case   // application that it has to do with; the zero Case for none
	State    ReportState
	Level    int       // how often nobody had taken it on in time
	Due      time.Time // by when somebody has to
	Received time.Time
	Taken    time.Time
	Closed   time.Time
	Assigned string   // user; "" for the town's supervisors
	Excluded []string // users who must not see it
	Version  int
	Events   []ReportEvent
}

// LogValue implements slog.LogValuer and shows neither number nor words.
func (r Report) LogValue() slog.Value { return slog.StringValue(string(r.State)) }

// String keeps %v from showing what was said.
func (r Report) String() string { return fmt.Sprintf("report %s", r.State) }

// GoString keeps %#v from showing what was said.
func (r Report) GoString() string { return r.String() }

// Scope is who may handle the report.
func (r *Report) Scope() Scope {
	at := Scope{Town: r.Town, Assigned: r.Assigned, Excluded: r.Excluded}
	if r.City {
		at.Town = ""
	}
	return at
}

// Check says what a report lacks; known tells whether there is such a kind.
func (r *Report) Check(known func(kind string) bool) error {
	var out apply.Invalid
	if !known(r.Said.Kind) {
		out = append(out, apply.Problem{Field: "kind", Key: KeyReportKind})
	}
	if r.Town == "" && r.Said.Place == "" && r.Said.Village == "" {
		out = append(out, apply.Problem{Field: "town", Key: KeyReportPlace})
	}
	return out.Err()
}

// in reports whether a village is where it happened. Who is asked for village and road in
// one writes both into one line; a part of the village's name there could be a road's.
func (s Said) in(village string) bool {
	return s.Village == village || s.Village == "" && strings.Contains(strings.Join(strings.Fields(s.Place), ""), village)
}

// LevelTown is the level of a report that was never late: the town has to take it on.
const LevelTown = 0

// Alert says who is told of a new report, and notes who must not see it: whose name
// stands in what was said, as long as an officer is left. A director of the village has
// it in hand together with the town's supervisors.
func (r *Report) Alert(staff []User) []User {
	left := slices.ContainsFunc(staff, func(u User) bool { return u.Role == Officer && !r.Said.names(u.Name) })
	var out []User
	for _, u := range staff {
		if r.Said.names(u.Name) && (left || u.Role != Officer) {
			if !slices.Contains(r.Excluded, u.ID) {
				r.Excluded = append(r.Excluded, u.ID)
			}
			continue
		}
		village := u.Role == Director && !r.City && r.Town != "" && u.Area == r.Town && slices.ContainsFunc(u.Villages(), r.Said.in)
		if village && r.Assigned == "" {
			r.Assigned = u.ID
		}
		if village && r.Assigned == u.ID || u.Role != Director && u.May(OpenReport, r.Scope()) {
			out = append(out, u)
		}
	}
	return out
}

// ReportQuery asks for a page of the reports that somebody may see.
type ReportQuery struct {
	State ReportState // empty: all
	After string      // Next of the page before; empty: from the start
	Limit int         // 0: 50
}

// ReportPage is a part of the reports: those that wait first, the longest overdue first
// among them. Nothing of them is what was said.
type ReportPage struct {
	Reports []Report
	Next    string // for ReportQuery.After; empty at the end
}

// ReportFile is a report as it is shown to who handles it.
type ReportFile struct {
	Report
	Names    map[string]string // of users who stand in it, by ID
	Hands    []User            // to whom it can be given
	Children []Child           // of the register that it is about and the user may open, by name alone
}
