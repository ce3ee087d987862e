package apply

import (
	"cmp"
	"maps"
	"time"

	"huitong/content"
)

// MaxHousehold is how many applications a household can have.
const MaxHousehold = 24

// Wish is a draft that a household asks for: a policy for one of its children.
type Wish struct {
	Form  Form
	Child int // 1, 2, … within the household
	Carry Answers
	Again bool // also where one was approved
}

// Share returns the answers of to, a draft of the same household, after what the
// family has just changed in from. For the same child an answer counts in every form
// that asks the question; for another child only where the question is about the
// family, and one that is often the same only fills a gap.
func (f Form) Share(before Answers, from *Application, g Form, to *Application, today time.Time) Answers {
	out := to.Answers.clone()
	asks := map[string]*content.Question{}
	f.each(func(_ string, q *content.Question) { asks[q.Name] = q })
	g.each(func(_ string, q *content.Question) {
		own, check := asks[q.Name], CheckedField(q.Name)
		same := before[q.Name] == from.Answers[q.Name] && before[check] == from.Answers[check]
		if own == nil || own.Type != q.Type || same || !reaches(q, from.Child == to.Child, out[q.Name]) {
			return
		}
		value := from.Answers[q.Name]
		switch {
		case value == "" && f.asked(own, from.Answers) == content.True: // the family has emptied it
			delete(out, q.Name)
			delete(out, check)
		case value != "" && q.Accepts(value):
			out[q.Name] = value
			if delete(out, check); from.Answers[check] != "" {
				out[check] = from.Answers[check]
			}
		}
	})
	g.derive(out, today)
	g.prune(out)
	return out
}

// reaches reports whether an answer counts for another application, where there
// stands the given one.
func reaches(q *content.Question, sameChild bool, there string) bool {
	switch q.Reuse {
	case content.ReuseNever:
		return false
	case content.ReuseFamily:
		return true
	case content.ReuseOften:
		return sameChild || there == ""
	}
	return sameChild
}

// Lends reports whether what from has attached for a document can be used in to, a draft
// of the same household: both forms ask for it, for the same child or for any, and there
// is nothing for it in to yet.
func (f Form) Lends(document string, from *Application, g Form, to *Application) bool {
	d, given := f.document(document, from)
	e, asked := g.document(document, to)
	switch {
	case !given || !asked || from == to || !from.hasUsable(document) || len(to.FilesOf(document)) > 0:
		return false
	case d.Reuse == content.ReuseNever || e.Reuse == content.ReuseNever:
		return false
	}
	return from.Child == to.Child || d.Reuse == content.ReuseFamily && e.Reuse == content.ReuseFamily
}

func (f Form) document(name string, a *Application) (content.Document, bool) {
	for _, d := range f.Documents(a.Answers) {
		if d.Name == name {
			return d, true
		}
	}
	return content.Document{}, false
}

// InHousehold orders applications as they are shown: by child, then as they were
// begun; the one that the household is named by comes first.
func InHousehold(a, b *Application) int {
	return cmp.Or(cmp.Compare(a.Child, b.Child), cmp.Compare(b.heads(), a.heads()), a.Created.Compare(b.Created), cmp.Compare(a.Reference, b.Reference))
}

func (a *Application) heads() int {
	if a.Household == a.Reference {
		return 1
	}
	return 0
}

// First returns the draft, still without a number, that a family's first wish begins.
func First(w Wish, code Code, lang string, now time.Time) *Application {
	return &Application{
		Code: code, Policy: w.Form.Policy.Slug, Lang: lang, State: Draft, Version: 1, Created: now, Updated: now, Answers: w.Carry.clone(),
	}
}

// Join returns a new draft, still without a number, that belongs to the household of
// head and holds what its applications have answered; nil if one of them is already
// open for the same child and policy.
func Join(house []*Application, head *Application, w Wish, form func(policy string) (Form, bool), now time.Time) *Application {
	a := &Application{
		Code: head.Code, Policy: w.Form.Policy.Slug, Lang: head.Lang, State: Draft, Version: 1, Created: now, Updated: now,
		Household: head.Household, Child: w.Child, Answers: w.Carry.clone(),
	}
	for _, other := range house {
		ended := other.State == Withdrawn || other.State == Refused || w.Again && other.State == Approved
		if other.Policy == a.Policy && other.Child == a.Child && !ended {
			return nil
		}
		if f, ok := form(other.Policy); ok && other.State != Withdrawn {
			a.Answers = f.Share(nil, other, w.Form, a, now)
		}
	}
	return a
}

// Equal reports whether both hold the same answers.
func (a Answers) Equal(b Answers) bool { return maps.Equal(a, b) }
