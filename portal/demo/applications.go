package demo

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// notice is the version of the words that families of the story agreed to.
const notice = "demo"

// Of a hundred cases, so many are children and reports, and the rest applications. More of
// these are begun: what was left unfinished or withdrawn is deleted in time.
const applicationsOf, childrenOf, reportsOf = 82, 18, 7

// objections is how many wait for a second look at the end, whatever the draws.
const objections = 3

// matter is an application on its way.
type matter struct {
	family
	form    apply.Form
	ref     apply.Reference
	version int
	answers apply.Answers
	clerk   member // of the town
	waits   bool   // is refused, objected to, and still so when the story ends
}

// planApplications lets families begin theirs, each policy in turn.
func (t *city) planApplications() {
	for i := range t.Cases * applicationsOf / 100 {
		form := t.forms.all[i%len(t.forms.all)]
		t.later(t.sometime(), "application", func(ctx context.Context) error { return t.begin(ctx, form, false) })
	}
	for i := range objections { // of which a small city might have none at its end
		t.later(span-90*24*time.Hour, "application", func(ctx context.Context) error { return t.begin(ctx, t.forms.all[i], true) })
	}
}

// begin opens a draft, answers it and plans what becomes of it.
func (t *city) begin(ctx context.Context, form apply.Form, waits bool) error {
	m := &matter{family: t.newFamily(pick(t, t.places)), form: form, waits: waits}
	var err error
	if m.answers, err = t.answers(form, m.family); err != nil {
		return err
	}
	a, _, err := t.Store.CreateDraft(ctx, form.Policy.Slug, pick(t, []string{"zh-Hans", "zh-Hans", "zh-Hans", "zh-Hant", "en"}))
	if err != nil {
		return err
	}
	m.ref, m.version = a.Reference, a.Version
	kept := m.answers
	unfinished := !waits && t.chance(12)
	if unfinished { // stays with the first page
		kept = t.firstPage(m)
	}
	if a, err = t.Store.SaveAnswers(ctx, m.ref, m.version, kept); err != nil {
		return err
	}
	m.version = a.Version
	if unfinished {
		return nil
	}
	if err := t.hand(ctx, m); err != nil {
		return err
	}
	t.later(time.Duration(10+t.random.IntN(4000))*time.Minute, "submission", func(ctx context.Context) error { return t.submit(ctx, m) })
	return nil
}

func (t *city) firstPage(m *matter) apply.Answers {
	out := apply.Answers{}
	for _, q := range m.form.Pages(m.answers)[0].Questions {
		if v := m.answers[q.Name]; v != "" {
			out[q.Name] = v
		}
	}
	return out
}

// hand attaches papers: photos of some, the others are brought to the office.
func (t *city) hand(ctx context.Context, m *matter) error {
	papers := map[string]bool{}
	for _, d := range m.form.Documents(m.answers) {
		switch {
		case t.chance(25):
			if err := t.attach(ctx, m.ref, d.Name); err != nil {
				return err
			}
		case d.Required || t.chance(30):
			papers[d.Name] = true
		}
	}
	if len(papers) == 0 {
		return nil
	}
	return t.Store.SetPapers(ctx, m.ref, papers)
}

func (t *city) submit(ctx context.Context, m *matter) error {
	a, err := t.Store.ApplicationByReference(ctx, m.ref)
	if err != nil {
		return err
	}
	relation := m.answers[apply.FieldRelation]
	if relation == "" {
		relation = "other"
	}
	a, err = t.Store.Submit(ctx, apply.Submission{
		Reference: m.ref, Version: a.Version, Key: t.key(), Form: m.form,
		Consent: apply.Consent{Guardian: m.guardian, Relation: relation, Notice: notice},
	})
	if err != nil {
		return err
	}
	m.version, m.clerk = a.Version, t.supervisor(m.answers[apply.FieldTown]) // of no town where the form asks none
	if !m.waits && t.chance(4) {
		t.later(t.hours(80), "withdrawal", func(ctx context.Context) error { return t.withdraw(ctx, m) })
	}
	t.atOffice(1+t.random.IntN(8), "acceptance", func(ctx context.Context) error { return t.look(ctx, m) })
	return nil
}

func (t *city) hours(most int) time.Duration { return time.Duration(1+t.random.IntN(most)) * time.Hour }

// move is one of the office's. What was withdrawn meanwhile stays as it is.
func (t *city) move(ctx context.Context, m *matter, by member, move apply.Move, needs casework.Action, e apply.Event) (bool, error) {
	a, err := t.Store.ChangeForStaff(ctx, by.Actor(), needs, m.ref, m.version, func(a *apply.Application, now time.Time) error {
		if err := a.Handle(move, by.Actor(), m.form.Policy.Decides, e, now); err != nil {
			return err
		}
		if g, ok := t.grant(a.Policy); ok && move == apply.Approve {
			return a.Pay(g)
		}
		return nil
	})
	if errors.Is(err, apply.ErrConflict) { // the family was quicker
		return false, nil
	}
	if err != nil {
		return false, err
	}
	m.version = a.Version
	return true, nil
}

// grant is what a policy pays; false if that is not one amount.
func (t *city) grant(slug string) (apply.Grant, bool) {
	p, ok := t.Library.Policy(slug)
	if !ok {
		return apply.Grant{}, false
	}
	f, ok := t.Library.StandardOf(p)
	return apply.Grant{Fact: f.Name, Amount: int64(math.Round(f.Number * 100)), Unit: f.Unit}, ok
}

// look is the town's first one: it takes the case and accepts it, or asks for more.
func (t *city) look(ctx context.Context, m *matter) error {
	by := m.clerk
	if _, err := t.Store.OpenForStaff(ctx, by.Actor(), m.ref); err != nil {
		return err
	}
	if _, err := t.Store.Assign(ctx, by.Actor(), []apply.Reference{m.ref}, by.ID); err != nil {
		return err
	}
	if !m.waits && t.chance(15) {
		ok, err := t.move(ctx, m, by, apply.AskMore, casework.AskMoreCase, apply.Event{Reason: pick(t, askedMore)})
		if ok && !t.chance(20) { // some never answer
			t.later(t.hours(400), "answer to the office", func(ctx context.Context) error { return t.supply(ctx, m) })
		}
		return err
	}
	ok, err := t.move(ctx, m, by, apply.Accept, casework.AcceptCase, apply.Event{})
	if ok {
		t.plan(m)
	}
	return err
}

// plan is what comes after a case was accepted.
func (t *city) plan(m *matter) {
	if t.chance(18) {
		t.atOffice(1+t.random.IntN(3), "referral", func(ctx context.Context) error { return t.refer(ctx, m) })
	}
	if t.chance(4) {
		t.atOffice(2, "conference", func(ctx context.Context) error { return t.confer(ctx, m) })
	}
	if m.answers[apply.FieldTown] == "" { // there is no town whose advice the city could have
		t.atOffice(3+t.random.IntN(20), "decision", func(ctx context.Context) error { return t.decide(ctx, m, t.officer(m.clerk.Actor())) })
		return
	}
	t.atOffice(1+t.random.IntN(10), "advice", func(ctx context.Context) error { return t.advise(ctx, m) })
}

func (t *city) supply(ctx context.Context, m *matter) error {
	a, err := t.Store.Change(ctx, m.ref, m.version, func(a *apply.Application, now time.Time) error { return a.Supply(pick(t, supplied), now) })
	if errors.Is(err, apply.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	m.version = a.Version
	t.atOffice(1+t.random.IntN(4), "acceptance", func(ctx context.Context) error {
		ok, err := t.move(ctx, m, m.clerk, apply.Accept, casework.AcceptCase, apply.Event{})
		if ok {
			t.plan(m)
		}
		return err
	})
	return nil
}

// advise is the town's word on it, after a visit or not.
func (t *city) advise(ctx context.Context, m *matter) error {
	if t.chance(45) {
		checks := map[string]string{}
		for _, c := range m.form.Policy.Decides.Visit {
			checks[c.Name] = pick(t, apply.VisitResults())
		}
		day := t.Clock.Now().In(apply.China).Format(time.DateOnly)
		e := apply.Event{Reason: pick(t, seenAtHome), Text: pick(t, seenAtHome), Visit: &apply.Visit{Day: day, Present: "演示：监护人、孩子", Checks: checks}}
		if ok, err := t.move(ctx, m, m.clerk, apply.Verify, casework.VerifyCase, e); !ok {
			return err
		}
	}
	move, e := apply.Recommend, apply.Event{Reason: pick(t, advised)}
	if m.waits { // of those that are refused, so many at least are advised against
		move, e = apply.Against, apply.Event{Reason: pick(t, advisedAgainst), Grounds: t.grounds(m)}
	}
	ok, err := t.move(ctx, m, m.clerk, move, casework.RecommendCase, e)
	if ok {
		t.atOffice(2+t.random.IntN(14), "decision", func(ctx context.Context) error { return t.decide(ctx, m, t.officer(m.clerk.Actor())) })
	}
	return err
}

// decide is the city's: two officers where the policy wants two.
func (t *city) decide(ctx context.Context, m *matter, by member) error {
	if _, err := t.Store.OpenForStaff(ctx, by.Actor(), m.ref); err != nil {
		return err
	}
	if m.waits || t.chance(17) {
		ok, err := t.move(ctx, m, by, apply.Refuse, casework.RefuseCase, apply.Event{Reason: pick(t, refusedWords), Grounds: t.grounds(m)})
		if ok && (m.waits || t.chance(30)) {
			t.later(t.hours(300), "objection", func(ctx context.Context) error { return t.object(ctx, m, by) })
		}
		return err
	}
	move := apply.Approve
	if m.form.Policy.Decides.FourEyes {
		move = apply.Propose
	}
	ok, err := t.move(ctx, m, by, move, casework.ApproveCase, apply.Event{Reason: pick(t, approvedWords)})
	if ok && move == apply.Propose {
		t.atOffice(1+t.random.IntN(4), "confirmation", func(ctx context.Context) error {
			_, err := t.move(ctx, m, t.officer(by.Actor()), apply.Approve, casework.ApproveCase, apply.Event{Reason: pick(t, approvedWords)})
			return err
		})
	}
	return err
}

// grounds are why something is refused: a condition that the rules find not to be met if
// there is one, or else one of the policy's or of the office's; of some two.
func (t *city) grounds(m *matter) []apply.Ground {
	all := apply.GroundsOf(m.form.Policy)
	found := map[string]bool{}
	for _, r := range m.form.Policy.Assess(content.Answers(m.answers)).Conditions {
		found[apply.ConditionGround(r.Name)] = r.Result == content.False
	}
	chosen := slices.DeleteFunc(slices.Clone(all), func(g apply.Ground) bool { return !found[g.ID] })
	if len(chosen) == 0 || t.chance(20) {
		if one := pick(t, all); !found[one.ID] {
			chosen = append(chosen, one)
		}
	}
	return chosen
}

// object asks for a second look, which another officer takes.
func (t *city) object(ctx context.Context, m *matter, refuser member) error {
	a, err := t.Store.Change(ctx, m.ref, m.version, func(a *apply.Application, now time.Time) error { return a.Object(pick(t, objected), now) })
	if errors.Is(err, apply.ErrConflict) { // one may object once
		return nil
	}
	if err != nil {
		return err
	}
	m.version = a.Version
	if m.waits {
		return nil
	}
	t.atOffice(5+t.random.IntN(20), "second look", func(ctx context.Context) error { return t.decide(ctx, m, t.officer(refuser.Actor())) })
	return nil
}

func (t *city) withdraw(ctx context.Context, m *matter) error {
	a, err := t.Store.ApplicationByReference(ctx, m.ref)
	if err != nil || !a.Can(apply.Withdraw, apply.FamilyActor) {
		return err
	}
	_, err = t.Store.Change(ctx, m.ref, a.Version, func(a *apply.Application, now time.Time) error { return a.Withdraw(pick(t, withdrawn), now) })
	return err
}
