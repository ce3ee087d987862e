package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// granted is an application that was approved at this amount.
func (f *fixture) granted(t *testing.T, by apply.Actor, amount int64) *apply.Application {
	t.Helper()
	a, _ := f.draft(t)
	a, err := f.Submit(t.Context(), f.submission(a, "key"+string(a.Reference)))
	for _, move := range []func(*apply.Application, time.Time) error{
		func(a *apply.Application, now time.Time) error { return a.Accept(by, now) },
		func(a *apply.Application, now time.Time) error {
			return errors.Join(a.Approve(by, "好", now), a.Pay(apply.Grant{Fact: "rate", Amount: amount, Unit: "元/人/月"}))
		},
	} {
		if err == nil {
			a, err = f.Change(t.Context(), a.Reference, a.Version, move)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLinkedStandard keeps the amount of the day of the decision, and changes it when
// somebody has looked at what would change, and never by itself.
func TestLinkedStandard(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who := t.Context(), f.helpers(t)
		for range 3 {
			f.granted(t, who.officer, 157800)
		}
		f.granted(t, who.officer, 160000)
		now := casework.Standard{Policy: "sample", Grant: apply.Grant{Fact: "rate-2027", Amount: 160000, Unit: "元/人/月"}, From: f.clock.now()}
		for range 2 { // looking changes nothing
			all, err := f.Standards(ctx, who.officer, []casework.Standard{now})
			if err != nil || all[0].Differing != 3 || all[0].Difference != 3*2200 || all[0].Same != 1 {
				t.Fatalf("Standards = %+v, %v; want 3 that differ by 66 yuan together", all, err)
			}
		}
		var seen []apply.Reference
		for after := ""; ; {
			list, next, err := f.DifferingGrants(ctx, who.officer, now, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range list {
				if seen = append(seen, g.Reference); g.Amount != 157800 || g.Town != "shiqi" || g.Since.IsZero() {
					t.Errorf("listed %+v", g)
				}
			}
			if after = next; after == "" {
				break
			}
		}
		if len(seen) != 3 {
			t.Errorf("%d grants are listed; want 3", len(seen))
		}
		for _, by := range []apply.Actor{who.own, who.health, who.director, who.auditor} {
			if err := f.AdjustGrants(ctx, by, now, 3); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("adjusted by %s: %v; want ErrForbidden", by.ID, err)
			}
			if _, err := f.Standards(ctx, by, nil); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("seen by %s: %v; want ErrForbidden", by.ID, err)
			}
		}
		if err := f.AdjustGrants(ctx, who.officer, now, 2); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("adjusted after looking at 2 of 3: %v; want ErrConflict", err)
		}
		if err := f.AdjustGrants(ctx, who.officer, now, 3); err != nil {
			t.Fatal(err)
		}
		if err := f.AdjustGrants(ctx, who.officer, now, 3); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("the page sent twice: %v; want ErrConflict", err)
		}
		var lines, sum int64
		if err := f.raw.QueryRow(`SELECT COUNT(*), SUM(amount) FROM grant_changes`).Scan(&lines, &sum); err != nil || lines != 3 || sum != 3*157800 {
			t.Errorf("%d changes are kept, of %d fen, %v; want 3 at the amounts before", lines, sum, err)
		}
		if all, err := f.Standards(ctx, who.officer, []casework.Standard{now}); err != nil || all[0].Differing != 0 || all[0].Same != 4 {
			t.Errorf("afterwards %+v, %v", all, err)
		}
	})
}
