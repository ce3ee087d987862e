package store_test

import (
	"context"
	"errors"
	"sync"
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

// TestHandedInAsRead hands in drafts that the caller has read, half of them no longer
// what they were then: each is decided on what is there, and none spoils it for another.
func TestHandedInAsRead(t *testing.T) {
	submitted := func(lang string) func(*apply.Application, error) bool {
		return func(a *apply.Application, err error) bool {
			return err == nil && a.State == apply.Submitted && a.Lang == lang && len(a.Events) == 1
		}
	}
	fails := func(want error) func(*apply.Application, error) bool {
		return func(_ *apply.Application, err error) bool { return errors.Is(err, want) }
	}
	for name, one := range map[string]struct {
		meanwhile func(*fixture, *apply.Application) error
		want      func(*apply.Application, error) bool
	}{
		"nothing happened": {func(*fixture, *apply.Application) error { return nil }, submitted("zh-Hans")},
		"the row was written": {func(f *fixture, a *apply.Application) error {
			_, err := f.raw.Exec(`UPDATE applications SET lang = 'en' WHERE reference = $1`, string(a.Reference))
			return err
		}, submitted("en")},
		"other answers": {func(f *fixture, a *apply.Application) error {
			_, err := f.SaveAnswers(context.Background(), a.Reference, a.Version, apply.Answers{"town": "shiqi"})
			return err
		}, fails(apply.ErrConflict)},
		"a photo came, in the same microsecond": {func(f *fixture, a *apply.Application) error {
			_, err := f.AddFile(context.Background(), a.Reference, photo("photo", 1))
			return err
		}, func(a *apply.Application, err error) bool {
			return submitted("zh-Hans")(a, err) && len(a.Files) == 1
		}},
		"another code": {func(f *fixture, a *apply.Application) error {
			_, err := f.raw.Exec(`UPDATE applications SET code = $1 WHERE reference = $2`, []byte("sealed elsewhere"), string(a.Reference))
			return err
		}, func(_ *apply.Application, err error) bool { return err != nil && !errors.Is(err, apply.ErrConflict) }},
		"handed in by this key": {func(f *fixture, a *apply.Application) error {
			_, err := f.Submit(context.Background(), f.submission(a, "key"))
			return err
		}, submitted("zh-Hans")},
		"handed in by another key": {func(f *fixture, a *apply.Application) error {
			_, err := f.Submit(context.Background(), f.submission(a, "other"))
			return err
		}, fails(apply.ErrConflict)},
		"deleted": {func(f *fixture, a *apply.Application) error {
			return f.Erase(context.Background(), a.Reference, a.Version)
		}, fails(apply.ErrNotFound)},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, f *fixture) {
				drafts := f.asRead(t, f.drafts(t, 24))
				var wg sync.WaitGroup
				for i, a := range drafts {
					want := submitted("zh-Hans")
					if i%2 == 1 {
						want = one.want
						if err := one.meanwhile(f, a); err != nil {
							t.Fatal(err)
						}
					}
					wg.Go(func() {
						sub := f.submission(a, "key")
						sub.Draft = a
						got, err := f.Submit(t.Context(), sub)
						if !want(got, err) {
							t.Errorf("draft %d: %v, %v", i, got, err)
						}
						if a.State != apply.Draft || len(a.Events) > 0 {
							t.Errorf("draft %d is its caller's, and is now %v", i, a)
						}
					})
				}
				wg.Wait()
				f.sound(t)
			})
		})
	}
}

// TestHandedInTwiceAtOnce sends each draft twice at the same time, both as they were read:
// of two that were decided apart only one may be written.
func TestHandedInTwiceAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		drafts := f.asRead(t, f.drafts(t, 32))
		errs := make([][2]error, len(drafts))
		var wg sync.WaitGroup
		for i, a := range drafts {
			for n, key := range []string{"key", []string{"key", "other"}[i%2]} {
				sub := f.submission(a, key)
				sub.Draft = a
				wg.Go(func() { _, errs[i][n] = f.Submit(t.Context(), sub) })
			}
		}
		wg.Wait()
		for i, both := range errs {
			conflicts := 0
			for _, err := range both {
				if errors.Is(err, apply.ErrConflict) {
					conflicts++
				} else if err != nil {
					t.Errorf("draft %d: %v", i, err)
				}
			}
			if conflicts != i%2 {
				t.Errorf("draft %d: %d conflicts; want %d: %v", i, conflicts, i%2, both)
			}
			if a, err := f.ApplicationByReference(t.Context(), drafts[i].Reference); err != nil || a.State != apply.Submitted || len(a.Events) != 1 {
				t.Errorf("draft %d: %v, %v; want it handed in once", i, a, err)
			}
		}
		f.sound(t)
	})
}

// TestHandedInBesideBroken hands in a draft twice in one batch with a change of what cannot be
// read: who has handed in is told so, though the batch had to be carried out one by one.
func TestHandedInBesideBroken(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		broken := f.submitted(t)
		if _, err := f.raw.Exec(`INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
			VALUES ($1, 2, 1, 'family', '', 'withdraw', 'withdrawn', $2)`, string(broken.Reference), []byte("broken")); err != nil {
			t.Fatal(err)
		}
		draft := f.asRead(t, f.drafts(t, 1))[0]
		submit := func() {
			sub := f.submission(draft, "key")
			sub.Draft = draft
			if got, err := f.Submit(t.Context(), sub); err != nil || got.State != apply.Submitted {
				t.Errorf("handed in: %v, %v", got, err)
			}
		}
		f.InOneBatch(submit, submit, func() {
			if _, err := f.Change(t.Context(), broken.Reference, broken.Version, func(*apply.Application, time.Time) error { return nil }); err == nil {
				t.Error("what cannot be read was changed")
			}
		})
		if a, err := f.ApplicationByReference(t.Context(), draft.Reference); err != nil || a.State != apply.Submitted || len(a.Events) != 1 {
			t.Errorf("the draft is now %v, %v", a, err)
		}
	})
}

// TestHandedInBesideRefused hands in drafts in one batch with one whose history the database
// refuses: that one stays a draft, and what the connection keeps serves the others and those
// that come later.
func TestHandedInBesideRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		drafts := f.asRead(t, f.drafts(t, 5))
		if _, err := f.raw.Exec(`INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
			VALUES ($1, 1, 1, 'family', '', 'submit', 'submitted', $2)`, string(drafts[1].Reference), []byte("in the way")); err != nil {
			t.Fatal(err)
		}
		submit := func(i int) func() {
			return func() {
				sub := f.submission(drafts[i], "key")
				sub.Draft = drafts[i]
				got, err := f.Submit(t.Context(), sub)
				if refused := i == 1; refused != (err != nil) || !refused && got.State != apply.Submitted {
					t.Errorf("draft %d: %v, %v", i, got, err)
				}
			}
		}
		f.InOneBatch(submit(0), submit(1), submit(2))
		f.InOneBatch(submit(1))
		f.InOneBatch(submit(1), submit(3))
		submit(4)()
		var state apply.State
		var lines int
		err := f.raw.QueryRow(`SELECT state, (SELECT COUNT(*) FROM audit WHERE action = 'submit') FROM applications WHERE reference = $1`,
			string(drafts[1].Reference)).Scan(&state, &lines)
		if err != nil || state != apply.Draft || lines != 4 {
			t.Errorf("the refused one is %q, %d lines in the audit, %v; want a draft and 4", state, lines, err)
		}
		if report, err := f.VerifyAudit(t.Context()); err != nil || len(report.Faults) > 0 {
			t.Errorf("the audit's chain: %v, %v", report.Faults, err)
		}
	})
}

// TestHandedInAsAnother has a caller lend a draft that is another application's.
func TestHandedInAsAnother(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		drafts := f.asRead(t, f.drafts(t, 2))
		sub := f.submission(drafts[0], "key")
		sub.Draft = drafts[1]
		got, err := f.Submit(t.Context(), sub)
		other, loadErr := f.ApplicationByReference(t.Context(), drafts[1].Reference)
		if err != nil || got.Reference != drafts[0].Reference || got.Answers["phone"] != drafts[0].Answers["phone"] || loadErr != nil || other.State != apply.Draft {
			t.Errorf("%v, %v; the other is %v, %v", got, err, other, loadErr)
		}
		f.sound(t)
	})
}

// TestOnlyReadersMark: a transaction that writes may have seen a row half-way, under the same
// mark as what came of it in the end.
func TestOnlyReadersMark(t *testing.T) {
	address := quick.Empty(t)
	f := open(t, store.Config{URL: address}, "pgx", address)
	a, token := f.draft(t)
	read, err := f.ApplicationByReference(t.Context(), a.Reference)
	again, againErr := f.ApplicationByDraftToken(t.Context(), token)
	if err != nil || againErr != nil || read.Writing == "" || read.Writing != again.Writing {
		t.Errorf("read as %q, %v and %q, %v", read.Writing, err, again.Writing, againErr)
	}
	done, err := f.Submit(t.Context(), f.submission(a, "key"))
	if err != nil || done.Writing != "" {
		t.Errorf("handed in as %q, %v; want no mark", done.Writing, err)
	}
}
