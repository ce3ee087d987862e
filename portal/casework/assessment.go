package casework

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/content"
	"huitong/portal/apply"
)

// ErrOwnWork says that somebody would confirm what they signed themselves.
var ErrOwnWork = errors.New("nobody confirms their own work")

// AssessmentState is how far an assessment is.
type AssessmentState string

// The states.
const (
	BeingFilled  AssessmentState = "filling"
	WasSigned    AssessmentState = "signed"    // by the assessor
	WasConfirmed AssessmentState = "confirmed" // by another one; only then it counts
)

// Assessment is a form that was filled in for a child.
type Assessment struct {
	ID, Child string
	Number    int // of the child's, from 1
	Form      string
	State     AssessmentState
	Version   int
	Assessor  string // user
	Answers   map[string]string
	Opinion   string
	Sheet     Sheet  // since it was signed
	Corrects  string // ID of the assessment whose result it replaces; empty: none
	Reason    string // for that

	Started, Updated, Signed, Confirmed time.Time
	ConfirmedBy                         string
}

// Sheet is an assessment as it was signed: what was asked and answered, in the words
// and with the points of that day, whatever becomes of the form.
type Sheet struct {
	Title   string       `json:"title"`
	Version int          `json:"version"`
	Lines   []SheetLine  `json:"lines"`
	Points  int          `json:"points"`
	Max     int          `json:"max"`
	Percent int          `json:"percent"`
	Band    content.Band `json:"band"`
}

// SheetLine is one indicator or veto.
type SheetLine struct {
	Part   string `json:"part"` // title of the dimension; empty for a veto
	Ask    string `json:"ask"`
	Answer string `json:"answer"`
	Points int    `json:"points"`
	Danger bool   `json:"danger,omitempty"`
}

// MaxOpinion is how long an assessor's words may be.
const MaxOpinion = 1000

// Level is the role's level as forms name who fills them in.
func (r Role) Level() string {
	return map[Role]string{Director: "village", Supervisor: "town", Officer: "city"}[r]
}

// MayFill reports whether the user's role fills in this form.
func (u User) MayFill(f *content.AssessmentForm) bool {
	return u.Role.Level() != "" && slices.Contains(f.FilledBy, u.Role.Level())
}

// Correct makes a an assessment that replaces the result of another one, which counts
// already: with its answers to begin with, and the reason.
func (a *Assessment) Correct(all []Assessment, id, reason string) error {
	i := slices.IndexFunc(all, func(old Assessment) bool { return old.ID == id })
	if i < 0 || all[i].State != WasConfirmed || all[i].Form != a.Form {
		return apply.ErrConflict
	}
	reason = strings.TrimSpace(reason)
	if err := checkWords("reason", reason).Err(); err != nil {
		return err
	}
	a.Corrects, a.Reason, a.Answers = id, reason, maps.Clone(all[i].Answers)
	return nil
}

// Save takes the answers of one page of the form; what is no choice of it is left out.
// Nothing need be complete.
func (a *Assessment) Save(f *content.AssessmentForm, page string, posted map[string]string, now time.Time) error {
	if a.State != BeingFilled || a.Form != f.Slug {
		return apply.ErrConflict
	}
	answers := maps.Clone(a.Answers)
	if answers == nil {
		answers = map[string]string{}
	}
	take := func(name string, known bool) {
		delete(answers, name)
		if known {
			answers[name] = posted[name]
		}
	}
	d, _ := f.Dimension(page)
	for _, i := range d.Indicators {
		_, known := i.Choice(posted[i.Name])
		take(i.Name, known)
	}
	if page == content.VetoPage {
		for _, v := range f.Vetoes {
			take(v.Name, posted[v.Name] == content.VetoYes || posted[v.Name] == content.VetoNo)
		}
	}
	a.Answers, a.Updated = answers, now
	return nil
}

// Sign ends the filling in: by its assessor, complete, with an opinion. Problems name
// the indicators that were not answered.
func (a *Assessment) Sign(f *content.AssessmentForm, by string, opinion string, now time.Time) error {
	if a.State != BeingFilled || a.Form != f.Slug {
		return apply.ErrConflict
	}
	if a.Assessor != by {
		return ErrForbidden
	}
	opinion = strings.TrimSpace(opinion)
	var out apply.Invalid
	for _, name := range f.Score(a.Answers).Missing {
		out = append(out, apply.Problem{Field: name, Key: apply.KeyChoose})
	}
	out = append(out, checkWords("opinion", opinion)...)
	if err := out.Err(); err != nil {
		return err
	}
	a.Opinion, a.Sheet = opinion, NewSheet(f, a.Answers)
	a.State, a.Signed, a.Updated = WasSigned, now, now
	return nil
}

// Confirm makes the assessment count: by another user than the one who signed.
func (a *Assessment) Confirm(by string, now time.Time) error {
	switch {
	case a.State != WasSigned:
		return apply.ErrConflict
	case a.Assessor == by:
		return ErrOwnWork
	}
	a.State, a.Confirmed, a.ConfirmedBy, a.Updated = WasConfirmed, now, by, now
	return nil
}

// NewSheet writes down what complete answers say and come to.
func NewSheet(f *content.AssessmentForm, answers map[string]string) Sheet {
	score := f.Score(answers)
	s := Sheet{Title: f.Title, Version: f.Version, Points: score.Points, Max: score.Max, Percent: score.Percent, Band: score.Band}
	for _, d := range f.Dimensions {
		for _, i := range d.Indicators {
			c, _ := i.Choice(answers[i.Name])
			s.Lines = append(s.Lines, SheetLine{Part: d.Title, Ask: i.Ask, Answer: c.Label, Points: c.Points})
		}
	}
	for _, v := range f.Vetoes {
		s.Lines = append(s.Lines, SheetLine{Ask: v.Ask, Answer: answers[v.Name], Danger: answers[v.Name] == content.VetoYes})
	}
	return s
}

// Take makes a confirmed assessment the child's standing, unless a later one counts
// already.
func (c *Child) Take(a Assessment) {
	if a.State != WasConfirmed || a.Signed.Before(c.Assessed) {
		return
	}
	b := a.Sheet.Band
	c.Band, c.VisitDays, c.Assessed, c.Again = b.Name, b.VisitDays, a.Signed, a.Signed.AddDate(0, b.AgainAfter, 0)
}

// checkWords says what is wrong with words that have to be given.
func checkWords(field, text string) apply.Invalid {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return apply.Invalid{{Field: field, Key: apply.KeyRequired}}
	case n > MaxOpinion:
		return apply.Invalid{{Field: field, Key: apply.KeyTextLong, Args: map[string]any{"Max": MaxOpinion, "Count": n}}}
	}
	return nil
}
