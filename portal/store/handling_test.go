package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestStaffMovesAreJudgedInside takes an account away between page and move: the store
// goes by the account as it is then, and by the case's own town.
func TestStaffMovesAreJudgedInside(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		lin, chen, zhang := f.handler(t, casework.Supervisor, "shiqi", "lin"), f.handler(t, casework.Supervisor, "xiaolan", "chen"), f.handler(t, casework.Officer, "", "zhang")
		a := f.submitted(t)
		accept := func(by casework.User) error {
			_, err := f.ChangeForStaff(t.Context(), by.Actor(), casework.AcceptCase, a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
				return a.Handle(apply.Accept, by.Actor(), content.Decision{}, apply.Event{}, now)
			})
			return err
		}
		for name, by := range map[string]casework.User{"of another town": chen, "of nobody": {ID: "nobody"}} {
			if err := accept(by); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want it forbidden", name, err)
			}
			if _, err := f.Reveal(t.Context(), by.Actor(), a.Reference, "child_id"); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s reveals: %v; want it forbidden", name, err)
			}
		}
		if err := f.ChangePost(t.Context(), apply.Actor{}, lin.ID, casework.Post{Role: casework.Supervisor, Area: "xiaolan"}); err != nil {
			t.Fatal(err)
		}
		if err := accept(lin); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("after the area was taken away: %v; want it forbidden", err)
		}
		if got := f.again(t, a.Reference); got.State != apply.Submitted || len(got.Events) != 1 {
			t.Errorf("now %s with %d events; want nothing changed", got.State, len(got.Events))
		}
		if err := accept(zhang); err != nil {
			t.Fatal(err)
		}
		if err := accept(zhang); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("sent twice: %v; want a conflict", err)
		}
		if n := len(f.auditOf(t, casework.AcceptCase)); n != 1 {
			t.Errorf("%d lines in the audit; want 1", n)
		}
	})
}

// TestObjection reaches another officer than the one who refused.
func TestObjection(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		zhang, huang := f.handler(t, casework.Officer, "", "zhang"), f.handler(t, casework.Officer, "", "huang")
		a := f.submitted(t)
		if _, err := f.Assign(t.Context(), zhang.Actor(), []apply.Reference{a.Reference}, zhang.ID); err != nil {
			t.Fatal(err)
		}
		visit := apply.Event{Text: "看到孩子在家", Visit: &apply.Visit{Day: "2020-01-02", Present: "奶奶"}}
		for _, m := range []struct {
			move apply.Move
			e    apply.Event
		}{{apply.Verify, visit}, {apply.Refuse, apply.Event{Reason: "不符合", Grounds: onGrounds}}} {
			var err error
			if a, err = f.ChangeForStaff(t.Context(), zhang.Actor(), casework.RefuseCase, a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
				return a.Handle(m.move, zhang.Actor(), content.Decision{}, m.e, now)
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.again(t, a.Reference).Events[1]; got.Visit == nil || got.Visit.Present != "奶奶" || got.State != apply.Submitted {
			t.Errorf("the visit is kept as %+v in %s", got.Visit, got.State)
		}
		a, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Object("请再看", now) })
		if err != nil {
			t.Fatal(err)
		}
		if who, err := f.Assignee(t.Context(), a.Reference); err != nil || who.ID != "" {
			t.Errorf("handled by %s, %v; want nobody", who.Login, err)
		}
		if _, err := f.TakeNext(t.Context(), zhang.Actor(), ""); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("who refused takes it: %v", err)
		}
		if refused, err := f.Assign(t.Context(), huang.Actor(), []apply.Reference{a.Reference}, zhang.ID); err != nil || len(refused) != 1 || refused[0].Why != casework.RefusedIt {
			t.Errorf("given to who refused: %v, %v", refused, err)
		}
		if ref, err := f.TakeNext(t.Context(), huang.Actor(), ""); err != nil || ref != a.Reference {
			t.Errorf("another officer took %s, %v", ref, err)
		}
		if names, err := f.Handlers(t.Context(), huang.Actor(), a.Reference); err != nil || names[zhang.ID] != zhang.Name {
			t.Errorf("handlers %v, %v", names, err)
		}
	})
}
