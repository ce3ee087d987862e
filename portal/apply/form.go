// Package apply holds applications by families: the form with its checks, and the
// life of an application from draft to decision.
//
// A [Form] is built from a policy's questions: it says which pages and questions
// come after given answers, and checks what was posted. An [Application] moves
// between its states only by its methods, each of which appends an [Event] and
// refuses what the table of moves does not allow. A [Reference] and a [Code] open
// an application without an account.
//
// The package is pure: it knows no database, no web and no words. What is wrong
// is a message key with its arguments ([Invalid]); time and randomness are passed
// in. Answers and applications hide what they hold when logged.
package apply

import (
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/content"
)

// China is the time zone in which days begin for every rule of this package.
var China = time.FixedZone("CST", 8*60*60)

// Questions whose answers the portal itself uses, beside the policy's rules.
const (
	FieldChildName    = "child_name"
	FieldChildID      = "child_id"
	FieldChildAge     = "child_age"
	FieldGuardianName = "guardian_name"
	FieldRelation     = "guardian_relation"
	FieldTown         = "town"
	FieldBankHolder   = "bank_holder"
	FieldBankAccount  = "bank_account"
)

// Answers are what a family has answered, by question name. Printed or logged
// they show only how many there are.
type Answers content.Answers

// LogValue implements slog.LogValuer.
func (a Answers) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String tells the number of answers and nothing of them.
func (a Answers) String() string { return strconv.Itoa(len(a)) + " answers" }

// GoString keeps %#v from showing the answers.
func (a Answers) GoString() string { return a.String() }

func (a Answers) clone() Answers {
	if a == nil {
		return Answers{}
	}
	return maps.Clone(a)
}

// Form is the application form of one policy.
type Form struct{ Policy *content.Policy }

// Page is one section of the form as it stands after given answers.
type Page struct {
	Name           string // permanent, stands in the address
	Title, Intro   string
	Questions      []*content.Question
	Number, Total  int    // place among the pages
	Previous, Next string // names of the neighbours; empty at the ends
}

// Pages lists the pages that have something to ask after these answers. While it
// is not known whether a question will be asked it stands there, so that nobody
// needs scripts; it is not required then.
func (f Form) Pages(a Answers) []Page {
	var out []Page
	for i := range f.Policy.Questions {
		s := &f.Policy.Questions[i]
		page := Page{Name: s.Section, Title: s.Title, Intro: s.Intro}
		for _, e := range s.Ask {
			if f.asked(e.Question, a) != content.False {
				page.Questions = append(page.Questions, e.Question)
			}
		}
		if len(page.Questions) > 0 {
			out = append(out, page)
		}
	}
	for i := range out {
		out[i].Number, out[i].Total = i+1, len(out)
		if i > 0 {
			out[i].Previous = out[i-1].Name
			out[i-1].Next = out[i].Name
		}
	}
	return out
}

// Page returns the page with this name; false if the form has none or it asks
// nothing after these answers.
func (f Form) Page(name string, a Answers) (Page, bool) {
	for _, p := range f.Pages(a) {
		if p.Name == name {
			return p, true
		}
	}
	return Page{}, false
}

func (f Form) asked(q *content.Question, a Answers) content.Truth {
	return f.Policy.Asked(q, content.Answers(a))
}

// Check cleans and checks what was posted for one section. It returns all the
// answers known so far: those before, with the posted ones of this section in
// their place, derived ones computed for the given day, and answers to questions
// that are no longer asked left out. A field with a problem stays as it was
// typed, so that the page shows it again; use [Invalid.Except] to save the rest.
func (f Form) Check(section string, before, posted Answers, today time.Time) (Answers, Invalid) {
	return f.check(func(name string, _ *content.Question) bool { return name == section }, before, posted, today)
}

// CheckQuestion is Check for a page that asks a single question. Answers to the others
// stay as they are.
func (f Form) CheckQuestion(name string, before, posted Answers, today time.Time) (Answers, Invalid) {
	return f.check(func(_ string, q *content.Question) bool { return q.Name == name }, before, posted, today)
}

// posting says which questions a page asks.
type posting func(section string, q *content.Question) bool

func (f Form) check(on posting, before, posted Answers, today time.Time) (Answers, Invalid) {
	after := before.clone()
	found := map[string]Problem{}
	f.each(func(name string, q *content.Question) {
		if on(name, q) {
			if p, bad := checkInto(after, q, posted, today); bad {
				found[q.Name] = p
			}
		}
	})
	f.derive(after, today)
	return after, f.problems(on, after, found, f.prune(after))
}

// Complete checks every section: what the review page shows and what submitting
// requires. The answers come back as in [Form.Check].
func (f Form) Complete(a Answers, today time.Time) (Answers, Invalid) {
	after := a.clone()
	var found map[string]Problem
	f.each(func(_ string, q *content.Question) {
		if p, bad := checkInto(after, q, a, today); bad {
			if found == nil { // most have none
				found = map[string]Problem{}
			}
			found[q.Name] = p
		}
	})
	f.derive(after, today)
	return after, f.problems(func(string, *content.Question) bool { return true }, after, found, f.prune(after))
}

// checkInto puts the cleaned answer to q into the answers.
func checkInto(answers Answers, q *content.Question, posted Answers, today time.Time) (Problem, bool) {
	delete(answers, CheckedField(q.Name))
	value := posted[q.Name]
	cleaned, p, bad := checkValue(q, value, today)
	if bad && p.Confirm && cleaned == posted[CheckedField(q.Name)] {
		answers[CheckedField(q.Name)] = cleaned
		bad = false
	}
	switch {
	case bad && !p.Confirm:
		cleaned = value
	case cleaned == "":
		delete(answers, q.Name)
		return p, bad
	}
	if answers[q.Name] != cleaned { // most were cleaned before
		answers[q.Name] = cleaned
	}
	return p, bad
}

// CheckedField names the input by which somebody confirms an answer that looks
// wrong but may be right (a bank account that fails the usual check digit). Its
// value is the cleaned answer, so that it counts for exactly this answer.
func CheckedField(name string) string { return name + ".checked" }

// problems lists what is wrong on a page in form order, and what is required but missing.
// asked says for each question in turn whether it is.
func (f Form) problems(on posting, a Answers, found map[string]Problem, asked []content.Truth) Invalid {
	var out Invalid
	i := -1
	f.each(func(name string, q *content.Question) {
		i++
		asked := asked[i]
		if !on(name, q) || asked == content.False {
			return
		}
		p, bad := found[q.Name]
		if !bad && q.Required && asked == content.True && a[q.Name] == "" {
			p, bad = Problem{Field: q.Name, Key: missingKey(q)}, true
		}
		if bad {
			p.Section = name
			out = append(out, p)
		}
	})
	return out
}

func missingKey(q *content.Question) string {
	if len(q.Options) > 0 {
		return KeyChoose
	}
	return KeyRequired
}

// each calls fn for every question of the form in order.
func (f Form) each(fn func(section string, q *content.Question)) {
	for i := range f.Policy.Questions {
		for _, e := range f.Policy.Questions[i].Ask {
			fn(f.Policy.Questions[i].Section, e.Question)
		}
	}
}

// Derive returns a copy of the answers with the derived ones (an age from an ID
// number or date of birth) as they are on the given day.
func (f Form) Derive(a Answers, today time.Time) Answers {
	out := a.clone()
	f.derive(out, today)
	return out
}

// Grown returns the answers as they would be derived today, and whether the rules make
// something else of them: a child has had a birthday since the application was handed in
// from which on they differ.
func (f Form) Grown(a Answers, today time.Time) (Answers, bool) {
	now := f.Derive(a, today)
	if now[FieldChildAge] == a[FieldChildAge] {
		return now, false
	}
	before, after := f.Policy.Assess(content.Answers(a)), f.Policy.Assess(content.Answers(now))
	return now, before.Result != after.Result || !slices.EqualFunc(before.Conditions, after.Conditions, func(x, y content.Reason) bool { return x.Result == y.Result })
}

func (f Form) derive(a Answers, today time.Time) {
	today = day(today)
	f.each(func(_ string, q *content.Question) {
		if len(q.Derives) == 0 { // to look for none in the map takes longer
			return
		}
		for name := range q.Derives {
			born, ok := birth(q, a[q.Name])
			if !ok || born.After(today) {
				delete(a, name)
				continue
			}
			if years := strconv.Itoa(age(born, today)); a[name] != years { // a map that is just full grows even so
				a[name] = years
			}
		}
	})
}

func birth(q *content.Question, value string) (time.Time, bool) {
	if q.Type == "resident-id" {
		id, ok := ParseResidentID(value)
		return id.Born(), ok
	}
	t, err := time.Parse(time.DateOnly, value)
	return t, err == nil
}

// day returns midnight UTC of the calendar day that t is in China.
func day(t time.Time) time.Time {
	y, m, d := t.In(China).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// age returns completed years; who is born on 29 February has birthday on 1 March
// in other years.
func age(born, today time.Time) int {
	years := today.Year() - born.Year()
	if today.Month() < born.Month() || today.Month() == born.Month() && today.Day() < born.Day() {
		years--
	}
	return years
}

// prune removes answers to questions that are not asked, until none is left:
// one removed answer may settle that another question is not asked either. It says for
// each question in turn whether it is asked in the end.
func (f Form) prune(a Answers) []content.Truth {
	var asked []content.Truth
	for removed := true; removed; {
		removed, asked = false, asked[:0]
		f.each(func(_ string, q *content.Question) {
			is := f.asked(q, a)
			asked = append(asked, is)
			if _, there := a[q.Name]; there && is == content.False {
				delete(a, q.Name)
				delete(a, CheckedField(q.Name))
				removed = true
			}
		})
	}
	return asked
}

// Mask hides the middle of numbers that identify somebody, for pages where they
// are shown only to recognise them. Other answers come back unchanged.
func Mask(q *content.Question, value string) string {
	switch q.Type {
	case "phone":
		return mask(value, 3)
	case "resident-id", "bank-account":
		return MaskNumber(value)
	}
	return value
}

// MaskNumber hides all but the end of an ID or account number.
func MaskNumber(value string) string { return mask(value, 0) }

func mask(value string, head int) string {
	const tail = 4
	if len(value) <= head+tail {
		return strings.Repeat("*", len(value))
	}
	return value[:head] + strings.Repeat("*", len(value)-head-tail) + value[len(value)-tail:]
}
