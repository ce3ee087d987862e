package demo

import (
	"context"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// ward is a child of the register on its way.
type ward struct {
	id       string
	director member
	town     string
}

// planChildren lets directors register children of their villages.
func (t *city) planChildren() {
	for i := range t.Cases * childrenOf / 100 {
		by := t.staff.directors[i%len(t.staff.directors)]
		t.days.plan(t.Clock.Now().Add(t.sometime()), "child", func(context.Context) error {
			t.atOffice(1, "child", func(ctx context.Context) error { return t.register(ctx, by) })
			return nil
		})
	}
}

func (t *city) register(ctx context.Context, by member) error {
	id, err := t.Store.NewChildID()
	if err != nil {
		return err
	}
	who := t.newFamily(by.place)
	err = t.Store.RegisterChild(ctx, by.Actor(), id, casework.NewChild{
		Town: by.place.town, Village: by.place.name,
		Details: casework.ChildDetails{
			Name: who.child, ResidentID: who.childID, Guardian: who.guardian, Phone: who.phone,
			Relation: pick(t, []string{"grandparent-paternal", "grandparent-maternal", "relative"}), Ground: pick(t, casework.Grounds()),
		},
	})
	if err != nil {
		return err
	}
	w := ward{id, by, by.place.town}
	if !t.chance(6) { // some wait for it
		t.atOffice(1+t.random.IntN(15), "assessment", func(ctx context.Context) error { return t.assess(ctx, w) })
	}
	if t.chance(3) {
		t.atOffice(10, "temporary guardianship", func(ctx context.Context) error { return t.shelter(ctx, w) })
	}
	return nil
}

// assess fills in the form, signs it and plans that the town confirms it.
func (t *city) assess(ctx context.Context, w ward) error {
	forms := t.Library.AssessmentsOn(t.Clock.Now())
	if len(forms) == 0 {
		forms = t.Library.Assessments
	}
	f := forms[0]
	by := w.director
	id, err := t.Store.BeginAssessment(ctx, by.Actor(), w.id, f.Slug, "", "")
	if err != nil {
		return err
	}
	edit := func(change func(*casework.Assessment, time.Time) error) error {
		return t.Store.ChangeAssessment(ctx, by.Actor(), casework.AssessChild, w.id, id, 0, change)
	}
	answers := t.score(f)
	for _, page := range f.Pages() {
		if err := edit(func(a *casework.Assessment, now time.Time) error { return a.Save(f, page, answers, now) }); err != nil {
			return err
		}
	}
	if t.chance(4) { // is still being filled in
		return nil
	}
	if err := edit(func(a *casework.Assessment, now time.Time) error { return a.Sign(f, by.ID, pick(t, opinions), now) }); err != nil {
		return err
	}
	t.atOffice(1+t.random.IntN(8), "confirmation", func(ctx context.Context) error { return t.confirm(ctx, w, id) })
	return nil
}

// score answers the form as for a home that is good, so-so or bad throughout.
func (t *city) score(f *content.AssessmentForm) map[string]string {
	out, care := map[string]string{}, 35+t.random.IntN(65)
	for _, d := range f.Dimensions {
		for _, i := range d.Indicators {
			best, worst := i.Choices[0], i.Choices[0]
			for _, c := range i.Choices {
				if c.Points > best.Points {
					best = c
				}
				if c.Points < worst.Points {
					worst = c
				}
			}
			out[i.Name] = worst.Value
			if t.chance(care) {
				out[i.Name] = best.Value
			}
		}
	}
	for _, v := range f.Vetoes {
		out[v.Name] = content.VetoNo
	}
	return out
}

func (t *city) confirm(ctx context.Context, w ward, assessment string) error {
	by := t.supervisor(w.town)
	err := t.Store.ChangeAssessment(ctx, by.Actor(), casework.ConfirmAssessment, w.id, assessment, 0, func(a *casework.Assessment, now time.Time) error {
		return a.Confirm(by.ID, now)
	})
	if err != nil {
		return err
	}
	file, err := t.Store.OpenChild(ctx, by.Actor(), w.id)
	if err != nil {
		return err
	}
	if c := file.Child; c.NeedsHelper() && !t.chance(8) {
		if err := t.Store.SetHelper(ctx, by.Actor(), w.id, c.Version, casework.HelperChange{UserID: w.director.ID}); err != nil {
			return err
		}
		t.atOffice(5, "visit", func(ctx context.Context) error { return t.visit(ctx, w) })
	}
	if t.chance(6) {
		t.atOffice(30+t.random.IntN(100), "closing of a record", func(ctx context.Context) error { return t.close(ctx, w) })
	}
	return nil
}

// visit is one of a series; now and then one is late.
func (t *city) visit(ctx context.Context, w ward) error {
	by := w.director
	file, err := t.Store.OpenChild(ctx, by.Actor(), w.id)
	if err != nil || !file.Child.Closed.IsZero() {
		return err
	}
	safe := "yes"
	if t.chance(2) {
		safe = "no"
	}
	err = t.Store.RecordVisit(ctx, by.Actor(), w.id, file.Child.Version, casework.NewVisit{
		Day: t.Clock.Now().In(apply.China).Format(time.DateOnly), Seen: pick(t, seenAtHome), Did: pick(t, visitDid), Safe: safe, Next: pick(t, visitNext),
	})
	if err != nil {
		return err
	}
	again := max(file.Child.VisitDays, 14)*5/7 - 3 + t.random.IntN(4)
	if t.chance(4) {
		again += 30
	}
	t.atOffice(again, "visit", func(ctx context.Context) error { return t.visit(ctx, w) })
	return nil
}

func (t *city) close(ctx context.Context, w ward) error {
	by := t.supervisor(w.town)
	file, err := t.Store.OpenChild(ctx, by.Actor(), w.id)
	if err != nil || !file.Child.InCustody.IsZero() {
		return err
	}
	return t.Store.CloseChild(ctx, by.Actor(), w.id, file.Child.Version, pick(t, casework.Closings()))
}

// shelter is temporary guardianship, with notes until it ends.
func (t *city) shelter(ctx context.Context, w ward) error {
	by := pick(t, t.staff.officers)
	file, err := t.Store.OpenChild(ctx, by.Actor(), w.id)
	if err != nil || !file.Child.Closed.IsZero() {
		return err
	}
	now := t.Clock.Now().In(apply.China)
	err = t.Store.BeginCustody(ctx, by.Actor(), w.id, file.Child.Version, casework.NewEpisode{
		Ground: pick(t, casework.CustodyGrounds()), Place: pick(t, casework.CustodyPlaces()), Note: pick(t, custodyNotes),
		Began: now.Format(time.DateOnly), Review: now.AddDate(0, 0, 14).Format(time.DateOnly),
	})
	if err == nil {
		t.atOffice(10, "temporary guardianship", func(ctx context.Context) error { return t.goOn(ctx, w, by, 1) })
	}
	return err
}

func (t *city) goOn(ctx context.Context, w ward, by member, round int) error {
	file, err := t.Store.OpenChild(ctx, by.Actor(), w.id)
	if err != nil {
		return err
	}
	step := casework.EpisodeStep{Place: pick(t, casework.CustodyPlaces()), Note: pick(t, custodyNotes), Review: t.Clock.Now().In(apply.China).AddDate(0, 0, 14).Format(time.DateOnly)}
	if round > 2 {
		step.End = pick(t, casework.CustodyEnds())
	}
	if err := t.Store.GoOnWithCustody(ctx, by.Actor(), w.id, file.Child.Version, step); err != nil || step.End != "" {
		return err
	}
	t.atOffice(9, "temporary guardianship", func(ctx context.Context) error { return t.goOn(ctx, w, by, round+1) })
	return nil
}
