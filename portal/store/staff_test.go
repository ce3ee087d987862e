package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const password = "correct horse battery"

func TestFirstInvite(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		old, _, err := f.FirstInvite(ctx)
		if err != nil {
			t.Fatal(err)
		}
		token, ok, err := f.FirstInvite(ctx)
		if !ok || err != nil {
			t.Fatalf("second start: %v, %v", ok, err)
		}
		if _, err := f.AcceptInvite(ctx, old, "chen", "陈一", password); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the link of an earlier start: %v; want ErrNotFound", err)
		}
		var invalid apply.Invalid
		if _, err := f.AcceptInvite(ctx, token, "chen", "陈一", "short"); !errors.As(err, &invalid) {
			t.Errorf("short password: %v; want Invalid", err)
		}
		u, err := f.AcceptInvite(ctx, token, "chen", "陈一", password)
		if err != nil || u.Role != casework.Officer {
			t.Fatalf("AcceptInvite = %v, %v", u, err)
		}
		if _, err := f.AcceptInvite(ctx, token, "wong", "黄二", password); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("used twice: %v; want ErrNotFound", err)
		}
		if _, ok, err := f.FirstInvite(ctx); ok || err != nil {
			t.Errorf("with users there: %v, %v; want none", ok, err)
		}
	})
}

func TestInvite(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.officer(t)
		var invalid apply.Invalid
		if _, err := f.Invite(ctx, u.Actor(), casework.Invite{Role: "king"}); !errors.As(err, &invalid) {
			t.Errorf("unknown role: %v; want Invalid", err)
		}
		token, err := f.Invite(ctx, u.Actor(), casework.Invite{Login: "Wong", Role: casework.Supervisor, Area: "shiqi"})
		if err != nil {
			t.Fatal(err)
		}
		if i, err := f.InviteByToken(ctx, token); err != nil || i.Login != "wong" || i.Area != "shiqi" {
			t.Errorf("InviteByToken = %+v, %v", i, err)
		}
		if _, err := f.AcceptInvite(ctx, token, "chen", "黄二", password); !errors.As(err, &invalid) || invalid[0].Key != casework.KeyLoginTaken {
			t.Errorf("taken login: %v; want Invalid, and the invitation still open", err)
		}
		if _, err := f.AcceptInvite(ctx, token, "wong", "黄二", password); err != nil {
			t.Errorf("after choosing another login: %v", err)
		}
		late, err := f.Invite(ctx, u.Actor(), casework.Invite{Role: casework.Auditor})
		if err != nil {
			t.Fatal(err)
		}
		f.clock.advance(casework.InviteLasts)
		if _, err := f.InviteByToken(ctx, late); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("after three days: %v; want ErrNotFound", err)
		}
		if users, err := f.Users(ctx); err != nil || len(users) != 2 || users[1].Login != "wong" {
			t.Errorf("Users = %v, %v", users, err)
		}
	})
}

func TestSession(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		want := f.officer(t)
		u, token, err := f.SignIn(ctx, " CHEN ", password, "c1")
		if err != nil || u.ID != want.ID {
			t.Fatalf("SignIn = %v, %v", u, err)
		}
		for range 5 {
			f.clock.advance(29 * time.Minute)
			if _, err := f.UserBySession(ctx, token); err != nil {
				t.Fatalf("in use: %v", err)
			}
		}
		f.clock.advance(30 * time.Minute)
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("idle for 30 minutes: %v; want ErrNotFound", err)
		}
		_, token, err = f.SignIn(ctx, "chen", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("signed out: %v; want ErrNotFound", err)
		}
		_, token, err = f.SignIn(ctx, "chen", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.DisableUser(ctx, apply.Actor{}, want.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("account closed: %v; want ErrNotFound", err)
		}
		if _, _, err := f.SignIn(ctx, "chen", password, "c1"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("sign-in to a closed account: %v; want ErrNotFound", err)
		}
	})
}

func TestSignInLocksOut(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.officer(t)
		var locked *apply.LockedError
		for _, login := range []string{"chen", "nobody"} {
			for range 5 {
				if _, _, err := f.SignIn(ctx, login, "wrong password", "c1"); !errors.Is(err, apply.ErrNotFound) {
					t.Fatalf("%s: %v; want ErrNotFound", login, err)
				}
			}
			if _, _, err := f.SignIn(ctx, login, password, "c2"); !errors.As(err, &locked) {
				t.Fatalf("%s after five: %v; want locked", login, err)
			}
		}
		f.clock.advance(15 * time.Minute)
		if _, _, err := f.SignIn(ctx, "chen", password, "c1"); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		if lines := f.audited(t); !slices.Contains(lines, "2 staff sign-in-failed") {
			t.Errorf("audit = %v; want the failures in it", lines)
		}
	})
}
