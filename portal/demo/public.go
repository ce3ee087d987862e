package demo

import (
	"context"
	"errors"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// week is how often visits of links are counted here.
const week = 7 * 24 * time.Hour

// planPublic is what readers do: they open short links, say what they think of a page,
// ask what finds no answer, and want to be called back.
func (t *city) planPublic() {
	var links []outreach.Code
	for _, d := range t.staff.directors {
		t.later(t.sometime()/2, "short link", func(ctx context.Context) error {
			policy := pick(t, t.Library.Policies)
			l, err := t.Store.ShareLink(ctx, d.Actor(), outreach.Target{Kind: outreach.Policy, Slug: policy.Slug}, outreach.Place{Town: d.place.town, Village: d.place.name})
			links = append(links, l.Code)
			return err
		})
	}
	for at := t.Clock.Now().Add(week); at.Before(t.Until); at = at.Add(week) {
		t.days.plan(at, "visits of links", func(ctx context.Context) error { return t.visits(ctx, links) })
	}
	for range t.Cases / 10 {
		t.later(t.sometime(), "remark", t.remark)
		t.later(t.sometime(), "question", t.question)
	}
	for range t.Cases / 25 {
		t.later(t.sometime(), "call", t.askForCall)
	}
}

func (t *city) visits(ctx context.Context, links []outreach.Code) error {
	if len(links) == 0 {
		return nil
	}
	id, err := t.Store.NewBatchID()
	if err != nil {
		return err
	}
	b := outreach.Batch{ID: id, Visits: map[outreach.Visit]int64{}}
	today := t.Clock.Now().In(apply.China).Unix() / int64(24*time.Hour/time.Second)
	for range 1 + len(links)/3 {
		b.Visits[outreach.Visit{Code: pick(t, links), Day: today - int64(t.random.IntN(7))}] += int64(1 + t.random.IntN(6))
	}
	return t.Store.CountVisits(ctx, b)
}

func (t *city) remark(ctx context.Context) error {
	return t.Store.KeepFeedback(ctx, casework.Feedback{
		Path: "/policies/" + pick(t, t.Library.Policies).Slug, Lang: "zh-Hans",
		Verdict: pick(t, []casework.Verdict{casework.Useful, casework.Useful, casework.Useful, casework.Useless, casework.Wrong}), Text: pick(t, remarks),
	})
}

func (t *city) question(ctx context.Context) error {
	return t.Store.KeepUnanswered(ctx, casework.Unanswered{Text: pick(t, questions), Lang: "zh-Hans", Place: pick(t, []casework.Place{casework.InSearch, casework.InChat})})
}

// askForCall is a family's wish, which the director sees to in most cases.
func (t *city) askForCall(ctx context.Context) error {
	i := t.random.IntN(len(t.places))
	at := t.places[i]
	terms := t.callTerms()
	b, err := t.Store.AskForCall(ctx, t.token(), casework.CallBack{
		Town: at.town, Village: at.name, Notice: notice,
		Asked: casework.CallWords{Name: t.name(""), Phone: t.mobile(), When: pick(t, casework.CallTimes()), About: pick(t, questions)},
	}, terms)
	if err != nil || t.chance(20) {
		return err
	}
	t.atOffice(1, "call", func(ctx context.Context) error {
		err := t.Store.ActOnCall(ctx, t.staff.directors[i].Actor(), b.ID, b.Version, casework.CallAct{Step: casework.CallReached, Words: pick(t, visitDid)}, terms)
		if errors.Is(err, apply.ErrConflict) {
			return nil
		}
		return err
	})
	return nil
}

func (t *city) callTerms() casework.CallTerms {
	c := t.Library.CallBack
	return casework.CallTerms{
		Due:  func(from time.Time) time.Time { return apply.Due(from, c.Days, t.Library.Holidays) },
		Keep: time.Duration(c.KeepDays) * 24 * time.Hour, KeepOpen: time.Duration(c.KeepOpen) * 24 * time.Hour,
	}
}
