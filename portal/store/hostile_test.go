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

// TestQuotesAreText puts what would go on in SQL where a question to the database takes
// what somebody typed: it finds what is called so, which is nothing, and changes nothing.
func TestQuotesAreText(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		by := f.officer(t).Actor()
		a, _ := f.draft(t)
		if err := f.AddToDirectory(ctx, by, entryID(t, f), casework.DirectoryEntry{Town: "shiqi", Village: "迎阳社区"}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{`' OR '1'='1`, `x'; DELETE FROM users; --`, `" OR 1=1 --`, `迎阳社区' UNION SELECT '1', '2'; --`, `%' OR village LIKE '%`} {
			finds := map[string]func() (int, error){
				"applications of a town": func() (int, error) {
					p, err := f.Applications(ctx, by, casework.Query{Town: text})
					return len(p.Applications), err
				},
				"applications of a child": func() (int, error) {
					l, err := f.ApplicationsOfChild(ctx, by, text)
					return len(l), err
				},
				"children of a village": func() (int, error) {
					p, err := f.Children(ctx, by, casework.ChildQuery{Town: text, Village: text})
					return len(p.Children), err
				},
				"directory": func() (int, error) {
					p, err := f.Directory(ctx, by, casework.DirectoryQuery{Village: text})
					return len(p.Entries), err
				},
				"published directory": func() (int, error) {
					l, err := f.PublicDirectory(ctx, text)
					return len(l), err
				},
				"session":     func() (int, error) { _, err := f.UserBySession(ctx, apply.Token(text)); return 0, err },
				"draft":       func() (int, error) { _, err := f.ApplicationByDraftToken(ctx, apply.Token(text)); return 0, err },
				"application": func() (int, error) { _, err := f.ApplicationByReference(ctx, apply.Reference(text)); return 0, err },
				"sign in":     func() (int, error) { _, _, err := f.signIn(ctx, text, text, text); return 0, err },
			}
			for name, find := range finds {
				n, err := find()
				if n != 0 || err != nil && !errors.Is(err, apply.ErrNotFound) {
					t.Errorf("%s by %q: %d, %v; want nothing", name, text, n, err)
				}
			}
		}
		if all, err := f.Users(ctx); err != nil || len(all) != 1 {
			t.Errorf("%d users, %v; want the one there was", len(all), err)
		}
		if _, err := f.ApplicationByReference(ctx, a.Reference); err != nil {
			t.Errorf("the draft is gone: %v", err)
		}
	})
}

func entryID(t *testing.T, f *fixture) string {
	t.Helper()
	id, err := f.NewDirectoryID()
	if err != nil {
		t.Fatal(err)
	}
	return id
}
