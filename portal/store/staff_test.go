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

func TestFirstInvites(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		old, err := f.FirstInvites(ctx, casework.Officer, casework.Administrator)
		if err != nil || len(old) != 2 {
			t.Fatalf("first start: %d, %v", len(old), err)
		}
		tokens, err := f.FirstInvites(ctx, casework.Officer, casework.Administrator)
		if err != nil || len(tokens) != 2 {
			t.Fatalf("second start: %d, %v", len(tokens), err)
		}
		if _, err := f.AcceptInvite(ctx, old[0], "chen", "陈一", password); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the link of an earlier start: %v; want ErrNotFound", err)
		}
		var invalid apply.Invalid
		if _, err := f.AcceptInvite(ctx, tokens[0], "chen", "陈一", "short"); !errors.As(err, &invalid) {
			t.Errorf("short password: %v; want Invalid", err)
		}
		u, err := f.AcceptInvite(ctx, tokens[0], "chen", "陈一", password)
		if err != nil || u.Role != casework.Officer {
			t.Fatalf("AcceptInvite = %v, %v", u, err)
		}
		if _, err := f.AcceptInvite(ctx, tokens[0], "wong", "黄二", password); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("used twice: %v; want ErrNotFound", err)
		}
		if u, err := f.AcceptInvite(ctx, tokens[1], "wong", "黄二", password); err != nil || u.Role != casework.Administrator {
			t.Errorf("the second = %v, %v", u, err)
		}
		if tokens, err := f.FirstInvites(ctx, casework.Officer); len(tokens) > 0 || err != nil {
			t.Errorf("with users there: %d, %v; want none", len(tokens), err)
		}
	})
}

// TestStoreAsksForPermission has each method that reads or changes for staff refuse
// who may not, whatever the pages in front of it believe.
func TestStoreAsksForPermission(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		f.officer(t)
		post := func(role casework.Role, town string) casework.Post {
			return casework.Post{Role: role, Area: town, Village: "迎阳社区", Department: casework.Police}
		}
		own := f.user(t, "own", post(casework.Supervisor, "shiqi").Clean()).Actor()
		other := f.user(t, "other", post(casework.Supervisor, "xiaolan").Clean()).Actor()
		auditor := f.user(t, "auditor", post(casework.Auditor, "").Clean()).Actor()
		liaison := f.user(t, "liaison", post(casework.Liaison, "").Clean()).Actor()
		admin := f.user(t, "boss", post(casework.Administrator, "").Clean())
		calls := []struct {
			name   string
			allow  []apply.Actor
			refuse []apply.Actor
			call   func(by apply.Actor) error
		}{
			{"list of a town", []apply.Actor{own}, []apply.Actor{other, auditor, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.Applications(ctx, by, casework.Query{Town: "shiqi"})
				return err
			}},
			{"list of all", nil, []apply.Actor{own, auditor, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.Applications(ctx, by, casework.Query{})
				return err
			}},
			{"open", []apply.Actor{own}, []apply.Actor{other, auditor, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.OpenForStaff(ctx, by, a.Reference)
				return err
			}},
			{"twins", []apply.Actor{own}, []apply.Actor{other, auditor, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.TwinsForStaff(ctx, by, a)
				return err
			}},
			{"audit", []apply.Actor{auditor}, []apply.Actor{own, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.Audit(ctx, by, casework.AuditQuery{})
				return err
			}},
			{"invite", []apply.Actor{admin.Actor()}, []apply.Actor{own, auditor, liaison}, func(by apply.Actor) error {
				_, err := f.Invite(ctx, by, casework.Invite{Post: post(casework.Auditor, "")})
				return err
			}},
			{"pause", nil, []apply.Actor{own, auditor, liaison, admin.Actor()}, func(by apply.Actor) error { return f.Pause(ctx, by, casework.Chat, "x") }},
			{"feedback", []apply.Actor{own}, []apply.Actor{auditor, liaison, admin.Actor()}, func(by apply.Actor) error {
				_, err := f.Feedback(ctx, by)
				return err
			}},
			{"assist", nil, []apply.Actor{own, auditor, liaison, admin.Actor(), {Kind: apply.StaffActor, ID: "nobody"}}, func(by apply.Actor) error {
				_, err := f.BeginAssist(ctx, by, agreed, "zh-Hans", f.forms, []apply.Wish{{Form: f.form, Child: 1}})
				return err
			}},
		}
		for _, tt := range calls {
			for _, by := range tt.allow {
				if err := tt.call(by); err != nil {
					t.Errorf("%s: %v; want it allowed", tt.name, err)
				}
			}
			for _, by := range tt.refuse {
				if err := tt.call(by); !errors.Is(err, casework.ErrForbidden) {
					t.Errorf("%s by %s: %v; want ErrForbidden", tt.name, by.ID, err)
				}
			}
		}
		if err := f.DisableUser(ctx, admin.Actor(), own.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.OpenForStaff(ctx, own, a.Reference); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("a closed account opens: %v; want ErrForbidden", err)
		}
	})
}

func TestInvite(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.officer(t)
		u := f.user(t, "boss", casework.Post{Role: casework.Administrator})
		var invalid apply.Invalid
		if _, err := f.Invite(ctx, u.Actor(), casework.Invite{Post: casework.Post{Role: "king"}}); !errors.As(err, &invalid) {
			t.Errorf("unknown role: %v; want Invalid", err)
		}
		token, err := f.Invite(ctx, u.Actor(), casework.Invite{Login: "Wong", Post: casework.Post{Role: casework.Supervisor, Area: "shiqi"}})
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
		late, err := f.Invite(ctx, u.Actor(), casework.Invite{Post: casework.Post{Role: casework.Auditor}})
		if err != nil {
			t.Fatal(err)
		}
		f.clock.advance(casework.InviteLasts)
		if _, err := f.InviteByToken(ctx, late); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("after three days: %v; want ErrNotFound", err)
		}
		if users, err := f.Users(ctx); err != nil || len(users) != 3 || users[2].Login != "wong" {
			t.Errorf("Users = %v, %v", users, err)
		}
	})
}

func TestSession(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		want := f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		step, token, err := f.signIn(ctx, " CHEN ", password, "c1")
		if err != nil || step != casework.SignedIn {
			t.Fatalf("SignIn = %q, %v", step, err)
		}
		if u, err := f.UserBySession(ctx, token); err != nil || u.ID != want.ID {
			t.Fatalf("UserBySession = %v, %v", u, err)
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
		_, token, err = f.signIn(ctx, "chen", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("signed out: %v; want ErrNotFound", err)
		}
		_, token, err = f.signIn(ctx, "chen", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.DisableUser(ctx, apply.Actor{}, want.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("account closed: %v; want ErrNotFound", err)
		}
		if _, _, err := f.signIn(ctx, "chen", password, "c1"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("sign-in to a closed account: %v; want ErrNotFound", err)
		}
	})
}

func TestSignInLocksOut(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		var locked *apply.LockedError
		for _, login := range []string{"chen", "nobody"} {
			for range 5 {
				if _, _, err := f.signIn(ctx, login, "wrong password", "c1"); !errors.Is(err, apply.ErrNotFound) {
					t.Fatalf("%s: %v; want ErrNotFound", login, err)
				}
			}
			if _, _, err := f.signIn(ctx, login, password, "c2"); !errors.As(err, &locked) {
				t.Fatalf("%s after five: %v; want locked", login, err)
			}
		}
		f.clock.advance(15 * time.Minute)
		if _, _, err := f.signIn(ctx, "chen", password, "c1"); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		if lines := f.audited(t); !slices.Contains(lines, "3 staff sign-in-failed") {
			t.Errorf("audit = %v; want the failures in it", lines)
		}
	})
}
