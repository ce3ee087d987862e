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

const newPassword = "quite another battery staple"

// linkFor asks for a link and returns what is sent; "" for nothing.
func (f *fixture) linkFor(t *testing.T, login string) string {
	t.Helper()
	if err := f.ForgotPassword(t.Context(), login, "client"); err != nil {
		t.Fatal(err)
	}
	notes, err := f.TakeNotes(t.Context(), 10)
	if err != nil || len(notes) > 1 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	if len(notes) == 0 {
		return ""
	}
	if err := f.SettleNote(t.Context(), notes[0], true, false); err != nil || notes[0].Kind != store.NoteForgotten {
		t.Fatalf("sent %v, %v", notes[0].Kind, err)
	}
	return notes[0].Token
}

// TestForgottenPassword: a link goes to the address on record, works once and for a short
// while, ends all sessions and leaves the second factor alone.
func TestForgottenPassword(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.user(t, "lin", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		if token := f.linkFor(t, u.Login); token != "" {
			t.Error("without an address something is sent")
		}
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: "lin@example.org"}); err != nil {
			t.Fatal(err)
		}
		for _, login := range []string{"nobody", "", "\x00", strings.Repeat("长", 500)} {
			if token := f.linkFor(t, login); token != "" {
				t.Errorf("for %q something is sent", login)
			}
		}
		old, token := f.linkFor(t, u.Login), ""
		f.clock.advance(time.Minute)
		if token = f.linkFor(t, " LIN "); token == "" || token == old {
			t.Fatalf("asked again: %q", token)
		}
		_, session, err := f.SignIn(ctx, casework.Attempt{Login: u.Login, Password: password, Client: "c"})
		if err != nil {
			t.Fatal(err)
		}
		var invalid apply.Invalid
		for _, weak := range []string{"", "short", password} {
			if err := f.ResetPassword(ctx, token, weak); !errors.As(err, &invalid) {
				t.Errorf("password %q: %v; want what is wrong with it", weak, err)
			}
		}
		for _, bad := range []string{"", ".", "..", u.ID, u.ID + ".0.", strings.Replace(token, u.ID, "x", 1), token + "0", "\x00.1.x"} {
			if err := f.ResetPassword(ctx, bad, newPassword); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("link %q: %v; want not found", bad, err)
			}
		}
		if err := f.ResetPassword(ctx, token, newPassword); err != nil {
			t.Fatal(err)
		}
		for name, used := range map[string]string{"the same": token, "an earlier": old} {
			if err := f.ResetPassword(ctx, used, "a third battery staple"); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s link afterwards: %v; want not found", name, err)
			}
		}
		if _, err := f.UserBySession(ctx, session); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a session from before: %v; want it ended", err)
		}
		if _, _, err := f.SignIn(ctx, casework.Attempt{Login: u.Login, Password: newPassword, Client: "c"}); err != nil {
			t.Errorf("with the new password: %v", err)
		}
		if notes, err := f.TakeNotes(ctx, 10); err != nil || len(notes) != 1 || notes[0].Kind != store.NotePasswordSet {
			t.Errorf("told afterwards: %v, %v; want that it was set", notes, err)
		}
		if n, m := len(f.auditOf(t, casework.ForgotPassword)), len(f.auditOf(t, casework.ResetPassword)); n != 7 || m != 1 {
			t.Errorf("%d lines of links asked for, %d of passwords set; want 7 and 1", n, m)
		}
	})
}

// TestForgottenPasswordEnds: a link ends with its time and with the account, is not sent
// once it works no more, and nobody is sent many.
func TestForgottenPasswordEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.user(t, "lin", casework.Post{Role: casework.Supervisor, Area: "shiqi"})
		if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: "lin@example.org"}); err != nil {
			t.Fatal(err)
		}
		token := f.linkFor(t, u.Login)
		f.clock.advance(casework.ResetLasts - time.Second)
		if err := f.CheckReset(ctx, token); err != nil {
			t.Errorf("just before its end: %v", err)
		}
		f.clock.advance(time.Second)
		if err := f.ResetPassword(ctx, token, newPassword); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("after its end: %v; want not found", err)
		}
		if err := f.ForgotPassword(ctx, u.Login, "client"); err != nil {
			t.Fatal(err)
		}
		f.clock.advance(casework.ResetLasts)
		if notes, err := f.TakeNotes(ctx, 10); err != nil || len(notes) != 0 {
			t.Errorf("a message that waited too long: %v, %v; want it left", notes, err)
		}
		f.clock.advance(2 * time.Hour)
		sent := 0
		for range 10 {
			if f.linkFor(t, u.Login) != "" {
				sent++
			}
		}
		if sent == 0 || sent > 4 {
			t.Errorf("asked ten times %d are sent; want a few", sent)
		}
		f.clock.advance(25 * time.Hour)
		token = f.linkFor(t, u.Login)
		if err := f.DisableUser(ctx, apply.Actor{}, u.ID); err != nil {
			t.Fatal(err)
		}
		if err := f.CheckReset(ctx, token); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("of a closed account: %v; want not found", err)
		}
		f.clock.advance(25 * time.Hour)
		if f.linkFor(t, u.Login) != "" {
			t.Error("a link is sent for a closed account")
		}
	})
}
