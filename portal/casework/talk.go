package casework

import (
	"maps"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// Mark is what came of one policy when a family was visited and told of all of them.
type Mark string

// The marks. A policy that was not spoken of has none.
const (
	Knows      Mark = "knows"        // the family knew it already
	Told       Mark = "told"         // it was told now
	Wants      Mark = "wants"        // it wants to apply
	NotForThem Mark = "not-for-them" // nobody in the family could have it
)

// Marks lists all marks.
func Marks() []Mark { return []Mark{Knows, Told, Wants, NotForThem} }

// Talk is one visit at home on which a director went through all policies. Without the
// family's consent nothing of it is kept but counts by village, month and policy.
type Talk struct {
	Town, Village string
	Marks         map[string]Mark // by policy
	Consent       *AssistConsent  // nil: it is counted and no more
	With          Case            // to which the record belongs, where there is consent
}

// Recorded reports whether the talk is kept as a record of a case.
func (t Talk) Recorded() bool { return t.Consent != nil }

// Clean returns the talk without what is no mark of a policy, or [apply.Invalid] for
// what has to be mended; policy and relation tell what there is.
func (t Talk) Clean(u User, policy, relation func(string) bool) (Talk, error) {
	var out apply.Invalid
	t.Town = u.Area
	if !slices.Contains(u.Villages(), t.Village) {
		out = append(out, apply.Problem{Field: "village", Key: apply.KeyChoose})
	}
	t.Marks = maps.Clone(t.Marks)
	maps.DeleteFunc(t.Marks, func(slug string, m Mark) bool { return !policy(slug) || !slices.Contains(Marks(), m) })
	if len(t.Marks) == 0 {
		out = append(out, apply.Problem{Field: "marks", Key: KeyNoMarks})
	}
	if t.Consent != nil {
		if invalid, bad := t.Consent.Check(relation).(apply.Invalid); bad {
			out = append(out, invalid...)
		}
		if t.With.Kind != ChildCase && t.With.Kind != ApplicationCase || t.With.ID == "" {
			out = append(out, apply.Problem{Field: "with", Key: apply.KeyChoose})
		}
	}
	return t, out.Err()
}

// Of lists the policies with that mark, in the order of their names.
func (t Talk) Of(m Mark) []string {
	var out []string
	for slug, mark := range t.Marks {
		if mark == m {
			out = append(out, slug)
		}
	}
	slices.Sort(out)
	return out
}

// TalkRecord is a talk that was kept with the family's consent.
type TalkRecord struct {
	ID      string
	By      string // name of the user
	At      time.Time
	Marks   map[string]Mark
	Consent AssistConsent
}

// TalkQuery asks for counts of talks.
type TalkQuery struct {
	Town  string // empty: all that the user may see
	Month string // 2006-01; empty: all
}

// TalkCount is how often a policy got a mark in a village. An empty policy counts the
// talks themselves.
type TalkCount struct {
	Town, Village, Policy string
	Mark                  Mark
	Number                int
}

// TalkTable is how many talks there were, and what came of them, by village and by
// policy.
type TalkTable struct {
	Villages []TalkRow
	Policies []TalkRow
	Talks    int
}

// TalkRow is one line: of a village, where Town is set, or of a policy.
type TalkRow struct {
	Town, Name string
	Talks      int // of a village
	Marks      map[Mark]int
}

// TalksTable adds counts up: villages with the most talks first, policies by name.
func TalksTable(counts []TalkCount) TalkTable {
	var out TalkTable
	villages, policies := map[[2]string]*TalkRow{}, map[string]*TalkRow{}
	for _, c := range counts {
		v := villages[[2]string{c.Town, c.Village}]
		if v == nil {
			v = &TalkRow{Town: c.Town, Name: c.Village, Marks: map[Mark]int{}}
			villages[[2]string{c.Town, c.Village}] = v
		}
		if c.Policy == "" {
			v.Talks += c.Number
			out.Talks += c.Number
			continue
		}
		p := policies[c.Policy]
		if p == nil {
			p = &TalkRow{Name: c.Policy, Marks: map[Mark]int{}}
			policies[c.Policy] = p
		}
		v.Marks[c.Mark] += c.Number
		p.Marks[c.Mark] += c.Number
	}
	out.Villages, out.Policies = rowsOf(villages), rowsOf(policies)
	return out
}

func rowsOf[K comparable](m map[K]*TalkRow) []TalkRow {
	var out []TalkRow
	for _, r := range m {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b TalkRow) int {
		if a.Talks != b.Talks {
			return b.Talks - a.Talks
		}
		return strings.Compare(a.Town+" "+a.Name, b.Town+" "+b.Name)
	})
	return out
}
