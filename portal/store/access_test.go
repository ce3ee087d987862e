package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// lost is what happened, as an administrator writes it down.
const lost = "今天在镇上见到本人，手机掉进河涌，密码记在手机里。"

// TestLostAccess: who has lost password and second factor is let in again by two
// administrators, and by neither of them alone; the link works once and for a while.
func TestLostAccess(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u, _, _, session := f.enrolled(t)
		ask, agree := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor(), f.user(t, "deputy", casework.Post{Role: casework.Administrator}).Actor()
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: "lin@example.org"}); err != nil {
			t.Fatal(err)
		}
		request := casework.AccessRequest{User: u.ID, Proof: casework.ByIDCard, Reason: lost}

		var invalid apply.Invalid
		for name, r := range map[string]casework.AccessRequest{
			"no proof": {User: u.ID, Reason: lost}, "another proof": {User: u.ID, Proof: "by-telephone", Reason: lost},
			"no reason": {User: u.ID, Proof: casework.ByIDCard, Reason: " \n"}, "a long one": {User: u.ID, Proof: casework.ByIDCard, Reason: strings.Repeat("长", 501)},
		} {
			if err := f.AskAccess(ctx, ask, r); !errors.As(err, &invalid) {
				t.Errorf("%s: %v; want what is wrong", name, err)
			}
		}
		for name, by := range map[string]apply.Actor{"by the owner": u.Actor(), "by nobody": {Kind: apply.StaffActor, ID: "x"}} {
			if err := f.AskAccess(ctx, by, request); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want ErrForbidden", name, err)
			}
		}
		own := request
		if own.User = ask.ID; !errors.Is(f.AskAccess(ctx, ask, own), casework.ErrForbidden) {
			t.Error("an administrator asks for themselves")
		}
		if _, err := f.UserBySession(ctx, session); err != nil {
			t.Fatalf("what was refused ended a session: %v", err)
		}
		if err := f.AskAccess(ctx, ask, request); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, session); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a session from before: %v; want it ended", err)
		}
		f.hides(t, "access_requests", "河涌")
		if notes, err := f.TakeNotes(ctx, 10); err != nil || len(notes) != 1 || notes[0].Kind != store.NoteAccess {
			t.Errorf("told: %v, %v; want that somebody asked", notes, err)
		}
		open, err := f.AccessRequests(ctx, agree, "")
		if err != nil || len(open) != 1 || open[0].Reason != lost || open[0].By != ask.ID || open[0].User != u.ID {
			t.Fatalf("waiting: %+v, %v", open, err)
		}
		id := open[0].ID
		for name, tt := range map[string]struct {
			by   apply.Actor
			id   string
			want error
		}{
			"who asked":       {ask, id, casework.ErrForbidden},
			"the owner":       {u.Actor(), id, casework.ErrForbidden},
			"another request": {agree, "x", apply.ErrNotFound},
		} {
			if _, err := f.GiveAccess(ctx, tt.by, u.ID, tt.id); !errors.Is(err, tt.want) {
				t.Errorf("given by %s: %v; want %v", name, err, tt.want)
			}
		}
		token, err := f.GiveAccess(ctx, agree, u.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.GiveAccess(ctx, agree, u.ID, id); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("given twice: %v; want ErrNotFound", err)
		}
		if err := f.CheckReset(ctx, string(token)); err != nil {
			t.Errorf("the link: %v", err)
		}
		if err := f.ResetPassword(ctx, string(token), "short"); !errors.As(err, &invalid) {
			t.Errorf("a weak password: %v", err)
		}
		if err := f.ResetPassword(ctx, string(token), newPassword); err != nil {
			t.Fatal(err)
		}
		if err := f.ResetPassword(ctx, string(token), "a third battery staple"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("used again: %v; want ErrNotFound", err)
		}
		if step, _, err := f.SignIn(ctx, casework.Attempt{Login: u.Login, Password: newPassword, Client: "c"}); err != nil || step != casework.NeedsApp {
			t.Errorf("signing in afterwards: %q, %v; want the second factor to be set up anew", step, err)
		}
		for _, a := range []casework.Action{casework.AskAccess, casework.GiveAccess, casework.UseAccess, casework.ResetPassword} {
			if n := len(f.auditOf(t, a)); n != 1 {
				t.Errorf("%d lines of %s; want 1", n, a)
			}
		}
		f.sound(t)
	})
}

// TestLostAccessEnds: a request and its link end by themselves, by being taken back, by a
// newer one, and with the account.
func TestLostAccessEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		ask, agree := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor(), f.user(t, "deputy", casework.Post{Role: casework.Administrator}).Actor()
		u := f.user(t, "lin", casework.Post{Role: casework.Auditor})
		asked := func() string {
			t.Helper()
			if err := f.AskAccess(ctx, ask, casework.AccessRequest{User: u.ID, Proof: casework.BySuperior, Reason: lost}); err != nil {
				t.Fatal(err)
			}
			open, err := f.AccessRequests(ctx, ask, u.ID)
			if err != nil || len(open) != 1 {
				t.Fatalf("%d requests, %v; want the last one alone", len(open), err)
			}
			return open[0].ID
		}
		given := func() string {
			t.Helper()
			token, err := f.GiveAccess(ctx, agree, u.ID, asked())
			if err != nil {
				t.Fatal(err)
			}
			return string(token)
		}
		gone := func(why, token string) {
			t.Helper()
			if err := f.ResetPassword(ctx, token, newPassword); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s: %v; want ErrNotFound", why, err)
			}
		}
		id := asked()
		f.clock.advance(casework.AccessAskLasts)
		if _, err := f.GiveAccess(ctx, agree, u.ID, id); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("agreed to after three days: %v", err)
		}
		token := given()
		f.clock.advance(casework.AccessLinkLasts)
		gone("after a day", token)
		first := given()
		token = given()
		gone("after another one", first)
		if err := f.RecallAccess(ctx, ask, u.ID); err != nil {
			t.Fatal(err)
		}
		gone("taken back", token)
		token = given()
		if err := f.DisableUser(ctx, ask, u.ID); err != nil {
			t.Fatal(err)
		}
		gone("with a closed account", token)
		if err := f.AskAccess(ctx, ask, casework.AccessRequest{User: u.ID, Proof: casework.ByIDCard, Reason: lost}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("asked for a closed account: %v; want ErrConflict", err)
		}
		f.clock.advance(4 * 365 * 24 * time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := f.raw.QueryRow(`SELECT COUNT(*) FROM access_requests`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d requests are left after years, %v", left, err)
		}
	})
}
