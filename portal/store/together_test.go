package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/store"
)

// TestChangedSinceRead has somebody write the row between the reading and the writing
// of a change, where PostgreSQL locks nothing: the change is decided again on what is
// there then, and written once.
func TestChangedSinceRead(t *testing.T) {
	address := quick.Empty(t)
	f := open(t, store.Config{URL: address}, "pgx", address)
	a := f.submitted(t)
	decided := 0
	got, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
		if decided++; decided == 1 {
			if _, err := f.raw.Exec(`UPDATE applications SET lang = 'en' WHERE reference = $1`, string(a.Reference)); err != nil {
				t.Error(err)
			}
		}
		return a.Withdraw("", now)
	})
	if err != nil || decided != 2 || got.State != apply.Withdrawn || got.Lang != "en" || len(got.Events) != 2 {
		t.Errorf("after %d decisions: %v, %v; want two decisions and one withdrawal of what was there then", decided, got, err)
	}
	f.sound(t)
}

// TestDeletedWhileHandedIn has an application handed in by somebody whose transaction is
// not over yet when it is to be deleted, by the family or because nothing happened to it
// for long: what was handed in stays.
func TestDeletedWhileHandedIn(t *testing.T) {
	for name, remove := range map[string]func(*fixture, *apply.Application) error{
		"erased": func(f *fixture, a *apply.Application) error {
			if err := f.Erase(t.Context(), a.Reference, a.Version); !errors.Is(err, apply.ErrConflict) {
				return errors.New("erasing ends without a conflict")
			}
			return nil
		},
		"expired": func(f *fixture, _ *apply.Application) error { return f.Prune(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			address := quick.Empty(t)
			f := open(t, store.Config{URL: address}, "pgx", address)
			a, _ := f.draft(t)
			f.clock.advance(apply.IdleLasts + time.Second)
			tx, err := f.raw.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(`UPDATE applications SET state = 'submitted', version = version + 1 WHERE reference = $1`, string(a.Reference)); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- remove(f, a) }()
			f.awaitLock(t, done)
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
			if got, err := f.ApplicationByReference(t.Context(), a.Reference); err != nil || got.State != apply.Submitted {
				t.Errorf("afterwards: %v, %v; want it handed in", got, err)
			}
		})
	}
}

// awaitLock waits until another statement waits for a lock, or done has something.
func (f *fixture) awaitLock(t *testing.T, done chan error) {
	t.Helper()
	for {
		var waiting int
		err := f.raw.QueryRow(`SELECT COUNT(*) FROM pg_locks WHERE NOT granted`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
		if waiting > 0 || len(done) > 0 {
			return
		}
	}
}
