package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
)

// left counts the rows that speak of an application.
func (f *fixture) left(t *testing.T, ref apply.Reference) (rows, audited int) {
	t.Helper()
	err := f.raw.QueryRow(`SELECT (SELECT COUNT(*) FROM applications WHERE reference = $1) + (SELECT COUNT(*) FROM events WHERE reference = $1)
		+ (SELECT COUNT(*) FROM draft_tokens WHERE reference = $1), (SELECT COUNT(*) FROM audit WHERE reference = $1 AND action IN ('erase', 'expire'))`, string(ref)).Scan(&rows, &audited)
	if err != nil {
		t.Fatal(err)
	}
	return rows, audited
}

func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		draft, token := f.draft(t)
		if err := f.Erase(ctx, draft.Reference, draft.Version+1); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("another version: %v; want a conflict", err)
		}
		if err := f.Erase(ctx, draft.Reference, draft.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := f.ApplicationByDraftToken(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the browser still opens it: %v", err)
		}
		if rows, audited := f.left(t, draft.Reference); rows != 0 || audited != 1 {
			t.Errorf("%d rows and %d audit lines are left; want 0 and 1", rows, audited)
		}

		sent := f.submitted(t)
		if err := f.Erase(ctx, sent.Reference, sent.Version); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("what the office works on: %v; want a conflict", err)
		}
		sent, err := f.Change(ctx, sent.Reference, sent.Version, func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) })
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Erase(ctx, sent.Reference, sent.Version); err != nil {
			t.Errorf("withdrawn: %v", err)
		}
		if rows, _ := f.left(t, sent.Reference); rows != 0 {
			t.Errorf("%d rows of the withdrawn one are left", rows)
		}
	})
}

func TestIdleApplicationsExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		draft, _ := f.draft(t)
		sent := f.submitted(t)
		f.clock.advance(apply.IdleLasts)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if rows, _ := f.left(t, draft.Reference); rows == 0 {
			t.Error("a draft is deleted before its time")
		}
		f.clock.advance(time.Second)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if rows, audited := f.left(t, draft.Reference); rows != 0 || audited != 1 {
			t.Errorf("the idle draft: %d rows, %d audit lines; want 0 and 1", rows, audited)
		}
		if rows, _ := f.left(t, sent.Reference); rows == 0 {
			t.Error("what was handed in is deleted")
		}
	})
}
