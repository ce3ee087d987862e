package demo

import (
	"context"
	"time"

	"huitong/content"
	"huitong/portal/casework"
)

// planMoney lets two officers make the pay list of each month, for each policy that pays
// one amount.
func (t *city) planMoney() {
	for m := casework.MonthOf(t.Clock.Now()).Plus(1); m <= casework.MonthOf(t.Until); m = m.Plus(1) {
		for _, p := range t.Library.Policies {
			if _, ok := t.Library.StandardOf(p); !ok {
				continue
			}
			t.days.plan(m.Begins(), "month", func(context.Context) error {
				t.atOffice(4, "pay list", func(ctx context.Context) error { return t.pay(ctx, p, m) })
				return nil
			})
		}
	}
}

func (t *city) pay(ctx context.Context, p *content.Policy, m casework.Month) error {
	f, _ := t.Library.StandardOf(p)
	grant, _ := t.grant(p.Slug)
	terms := casework.PayTerms{
		Month: m, Policy: p.Slug, SameMonth: p.Pays == content.PaysSameMonth,
		Standard: casework.Standard{Policy: p.Slug, Grant: grant, From: f.InForce.Time},
		Basis: func(string) string {
			return "《" + f.Source.Title + "》，" + f.InForce.Format("2006年1月2日") + "起"
		},
	}
	by := pick(t, t.staff.officers)
	due, _, _, err := t.Store.PayPreview(ctx, by.Actor(), terms, "", 1)
	if err != nil || due.Grants == 0 {
		return err
	}
	id, err := t.Store.ClosePayList(ctx, by.Actor(), casework.PayOrder{PayTerms: terms, Seen: due, Choice: casework.PayLate, Aware: true, Key: t.key()})
	if err != nil {
		return err
	}
	t.days.plan(t.Clock.Now().Add(90*time.Minute), "pay list", func(ctx context.Context) error {
		return t.Store.ConfirmPayList(ctx, t.officer(by.Actor()).Actor(), id)
	})
	return nil
}
