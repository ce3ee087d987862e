package store_test

import (
	"errors"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestHostileText sends what no keyboard types where it would reach a column as it
// is. PostgreSQL refuses such text; that must not be our fault.
func TestHostileText(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.officer(t)
		a, _ := f.draft(t)
		for _, text := range []string{"a\x00b", "a\xff\xfeb", "\xed\xa0\x80"} {
			invited, err := f.Invite(ctx, apply.Actor{}, casework.Invite{Post: casework.Post{Role: casework.Officer}})
			if err != nil {
				t.Fatal(err)
			}
			tries := map[string]func() error{
				"sign in":        func() error { _, _, err := f.signIn(ctx, text, text, text); return err },
				"submission key": func() error { _, err := f.Submit(ctx, f.submission(a, text)); return err },
				"invite": func() error {
					_, err := f.Invite(ctx, apply.Actor{}, casework.Invite{Post: casework.Post{Role: casework.Supervisor, Area: text}, Name: text})
					return err
				},
				"accept": func() error {
					_, err := f.AcceptInvite(ctx, invited, "l"+text, text, "correct horse battery")
					return err
				},
				"pause":    func() error { return f.Pause(ctx, u.Actor(), casework.Chat, text) },
				"question": func() error { return f.KeepUnanswered(ctx, casework.Unanswered{Text: text, Place: casework.InChat}) },
				"session":  func() error { _, err := f.UserBySession(ctx, apply.Token(text)); return err },
				"child":    func() error { _, err := f.ApplicationsOfChild(ctx, u.Actor(), text); return err },
			}
			for name, try := range tries {
				err := try()
				if err != nil && !errors.Is(err, apply.ErrNotFound) && !errors.Is(err, apply.ErrConflict) && !errors.As(err, &apply.Invalid{}) {
					t.Errorf("%s of %q: %v", name, text, err)
				}
			}
		}
	})
}
