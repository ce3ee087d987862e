package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

func TestAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		boss := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor()
		for i := range 5 {
			f.user(t, fmt.Sprintf("town%d", i), casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		}
		var got []string
		q := casework.AccountQuery{Limit: 2}
		for pages := 1; ; pages++ {
			page, err := f.Accounts(ctx, boss, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				got = append(got, u.Login)
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
			if pages > 3 {
				t.Fatal("the list does not end")
			}
		}
		if want := "boss town0 town1 town2 town3 town4"; strings.Join(got, " ") != want {
			t.Errorf("pages of two: %v; want %s", got, want)
		}
		if page, err := f.Accounts(ctx, boss, casework.AccountQuery{Role: casework.Administrator}); err != nil || len(page.Users) != 1 {
			t.Errorf("administrators: %v, %v", page, err)
		}
	})
}

// TestAccountChanges has each change end the sessions of the account, stand in the audit
// and be refused to the account itself.
func TestAccountChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		boss := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor()
		u := f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: "chen@example.org"}); err != nil {
			t.Fatal(err)
		}
		changes := []struct {
			action casework.Action
			change func(by apply.Actor, id string) error
		}{
			{casework.ResetFactor, func(by apply.Actor, id string) error { return f.ResetFactor(ctx, by, id) }},
			{casework.ChangePost, func(by apply.Actor, id string) error {
				return f.ChangePost(ctx, by, id, casework.Post{Role: casework.Supervisor, Area: "xiaolan", Village: "x"})
			}},
			{casework.DisableUser, func(by apply.Actor, id string) error { return f.DisableUser(ctx, by, id) }},
		}
		for _, tt := range changes {
			_, token, err := f.signIn(ctx, "chen", password, "c1")
			if err != nil {
				t.Fatalf("before %s: %v", tt.action, err)
			}
			if err := tt.change(u.Actor(), u.ID); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s by a supervisor: %v; want ErrForbidden", tt.action, err)
			}
			if err := tt.change(boss, boss.ID); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s of one's own: %v; want ErrForbidden", tt.action, err)
			}
			if err := tt.change(boss, "nobody"); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s of nobody: %v; want ErrNotFound", tt.action, err)
			}
			if err := tt.change(boss, u.ID); err != nil {
				t.Fatalf("%s: %v", tt.action, err)
			}
			if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("after %s still signed in: %v", tt.action, err)
			}
			if lines := f.audited(t); !strings.HasSuffix(lines[len(lines)-1], "staff "+string(tt.action)) {
				t.Errorf("audit ends with %q; want %s", lines[len(lines)-1], tt.action)
			}
		}
		if got, err := f.Account(ctx, boss, u.ID); err != nil || got.Area != "xiaolan" || got.Village != "" || got.Disabled.IsZero() {
			t.Errorf("after all: %+v, %v", got.Post, err)
		}
		if _, _, err := f.signIn(ctx, "chen", password, "c1"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("sign-in to a closed account: %v", err)
		}
		if err := f.EnableUser(ctx, boss, u.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.signIn(ctx, "chen", password, "c1"); err != nil {
			t.Errorf("opened again: %v", err)
		}
		var invalid apply.Invalid
		if err := f.ChangePost(ctx, boss, u.ID, casework.Post{Role: casework.Director, Area: "shiqi"}); !errors.As(err, &invalid) {
			t.Errorf("a director without a village: %v; want Invalid", err)
		}
		notes, err := f.TakeNotes(ctx, 10)
		if err != nil || len(notes) != 2 || notes[0].Contact.Address != "chen@example.org" {
			t.Fatalf("told: %d, %v; want of the second factor and of the post", len(notes), err)
		}
		kinds := map[store.NoteKind]bool{notes[0].Kind: true, notes[1].Kind: true}
		if !kinds[store.NoteFactorReset] || !kinds[store.NotePost] {
			t.Errorf("told of %v", kinds)
		}
		for _, n := range notes {
			if err := f.SettleNote(ctx, n, true, false); err != nil {
				t.Fatal(err)
			}
		}
		f.clock.advance(time.Hour)
		if again, err := f.TakeNotes(ctx, 10); err != nil || len(again) != 0 {
			t.Errorf("told again: %d, %v", len(again), err)
		}
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: "no address"}); !errors.As(err, &invalid) {
			t.Errorf("an address that is none: %v; want Invalid", err)
		}
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{}); err != nil {
			t.Fatal(err)
		}
		if c, err := f.StaffContact(ctx, u.Actor()); err != nil || c.Address != "" {
			t.Errorf("forgotten: %v, %v", c, err)
		}
	})
}

// TestResetFactor: who has lost phone and codes signs in with the password and sets up
// anew; codes from before count no longer.
func TestResetFactor(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u, _, codes, full := f.enrolled(t)
		boss := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor()
		if err := f.ResetFactor(ctx, boss, u.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, full); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("still signed in: %v", err)
		}
		step, halfway, err := f.signIn(ctx, "chen", password, "c1")
		if err != nil || step != casework.NeedsApp {
			t.Fatalf("SignIn = %q, %v; want to set up anew", step, err)
		}
		if _, err := f.PassFactor(ctx, halfway, string(codes[0])); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a code from before: %v; want ErrNotFound", err)
		}
	})
}

func TestSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		boss := f.user(t, "boss", casework.Post{Role: casework.Administrator}).Actor()
		u := f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		other := f.user(t, "wong", casework.Post{Role: casework.Supervisor, Area: "shiqi"}).Actor()
		for range 3 {
			if _, _, err := f.signIn(ctx, "chen", password, "c1"); err != nil {
				t.Fatal(err)
			}
			f.clock.advance(time.Minute)
		}
		list := func(by apply.Actor) []casework.Session {
			t.Helper()
			all, err := f.Sessions(ctx, by, u.ID)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		all := list(u.Actor())
		if len(all) != 3 || all[0].Device != "Test" || !all[0].Seen.After(all[2].Seen) {
			t.Fatalf("sessions = %+v; want three, the last used first", all)
		}
		if _, err := f.Sessions(ctx, other, u.ID); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("another's: %v; want ErrForbidden", err)
		}
		if err := f.EndSession(ctx, other, u.ID, all[0].ID, ""); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("end another's: %v; want ErrForbidden", err)
		}
		if err := f.EndSession(ctx, other, other.ID, all[0].ID, ""); err != nil || len(list(boss)) != 3 {
			t.Errorf("end another's as one's own: %v, %d left", err, len(list(boss)))
		}
		if err := f.EndSession(ctx, u.Actor(), u.ID, all[0].ID, ""); err != nil || len(list(boss)) != 2 {
			t.Errorf("end one: %v, %d left", err, len(list(boss)))
		}
		if err := f.EndSession(ctx, u.Actor(), u.ID, "", all[1].ID); err != nil || len(list(boss)) != 1 || list(boss)[0].ID != all[1].ID {
			t.Errorf("end all others: %v, %d left", err, len(list(boss)))
		}
		if err := f.EndSession(ctx, boss, u.ID, "", ""); err != nil || len(list(boss)) != 0 {
			t.Errorf("by the administrator: %v, %d left", err, len(list(boss)))
		}
	})
}

func TestChangePassword(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		_, token, err := f.signIn(ctx, "chen", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		const fresh = "staple battery horse"
		var invalid apply.Invalid
		for name, try := range map[string][2]string{"wrong": {"wrong", fresh}, "short": {password, "short"}, "same": {password, password}} {
			if err := f.ChangePassword(ctx, u.Actor(), try[0], try[1]); !errors.As(err, &invalid) {
				t.Errorf("%s: %v; want Invalid", name, err)
			}
		}
		if err := f.ChangePassword(ctx, u.Actor(), password, fresh); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("still signed in: %v", err)
		}
		if _, _, err := f.signIn(ctx, "chen", fresh, "c1"); err != nil {
			t.Errorf("with the new one: %v", err)
		}
		var locked *apply.LockedError
		for range 5 {
			_ = f.ChangePassword(ctx, u.Actor(), "guess", fresh)
		}
		if err := f.ChangePassword(ctx, u.Actor(), fresh, password); !errors.As(err, &locked) {
			t.Errorf("after five guesses: %v; want locked", err)
		}
	})
}

func TestAuditIsSearched(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		auditor := f.user(t, "audit", casework.Post{Role: casework.Auditor}).Actor() // 2 lines on 23 November
		chen := f.user(t, "chen", casework.Post{Role: casework.Supervisor, Area: "shiqi"}).Actor()
		midnight := func(day int) time.Time { return time.Date(2026, 11, day, 0, 0, 0, 0, apply.China) }
		for day := 24; day <= 26; day++ {
			// The last moment before midnight, and the first after it.
			for _, at := range []time.Time{midnight(day).Add(-time.Microsecond), midnight(day)} {
				f.clock.advance(at.Sub(f.clock.now()))
				if _, err := f.Applications(ctx, chen, casework.Query{Town: "shiqi"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		f.clock.advance(time.Hour)
		tests := []struct {
			name string
			q    casework.AuditQuery
			want int
		}{
			{"one person", casework.AuditQuery{Login: "chen"}, 7},
			{"nobody", casework.AuditQuery{Login: "wong"}, 0},
			{"action", casework.AuditQuery{Action: casework.ListApplications}, 6},
			{"person and action", casework.AuditQuery{Login: "chen", Action: casework.TakeInvite}, 1},
			{"first day", casework.AuditQuery{Day: midnight(23)}, 5},
			{"a day between", casework.AuditQuery{Day: midnight(24)}, 2},
			{"day and person", casework.AuditQuery{Day: midnight(25), Login: "chen"}, 2},
			{"a day before all", casework.AuditQuery{Day: midnight(20)}, 0},
			{"a day after all", casework.AuditQuery{Day: midnight(28)}, 0},
			{"further", casework.AuditQuery{Login: "chen", Before: 6}, 2},
		}
		for _, tt := range tests {
			got, err := f.Audit(ctx, auditor, tt.q)
			if err != nil || len(got) != tt.want {
				t.Errorf("%s: %d lines, %v; want %d", tt.name, len(got), err, tt.want)
			}
			last, err := f.Audit(ctx, apply.Actor{}, casework.AuditQuery{Limit: 2})
			if err != nil || last[0].Action != casework.ReadAudit || last[0].Detail != tt.q.Describe() {
				t.Errorf("%s: the look is not in the audit: %+v, %v", tt.name, last, err)
			}
		}
	})
}
