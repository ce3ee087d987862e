package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// TestManyAtOnce has writes of every kind share transactions: what is wrong with
// some is nothing to the others.
func TestManyAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		const each = 16
		good, incomplete, old := make([]*apply.Application, each), make([]*apply.Application, each), make([]*apply.Application, each)
		for i := range each {
			good[i], _ = f.draft(t)
			old[i], _ = f.draft(t)
			var err error
			if incomplete[i], _, err = f.CreateDraft(ctx, "sample", "en"); err != nil {
				t.Fatal(err)
			}
		}
		errs := make(map[string][]error)
		var mu sync.Mutex
		var wg sync.WaitGroup
		do := func(kind string, fn func() error) {
			wg.Go(func() {
				err := fn()
				mu.Lock()
				defer mu.Unlock()
				errs[kind] = append(errs[kind], err)
			})
		}
		submit := func(a *apply.Application, version int) func() error {
			return func() error {
				sub := f.submission(a, "key")
				sub.Version = version
				_, err := f.Submit(ctx, sub)
				return err
			}
		}
		for i := range each {
			do("good", submit(good[i], good[i].Version))
			do("again", submit(good[i], good[i].Version))
			do("incomplete", submit(incomplete[i], incomplete[i].Version))
			do("old", submit(old[i], old[i].Version-1))
			do("unknown", func() error {
				_, err := f.Change(ctx, "260100000000", 1, func(*apply.Application, time.Time) error { return nil })
				return err
			})
			do("guess", func() error {
				_, err := f.OpenWithCode(ctx, "260100000000", "00000000", fmt.Sprint("c", i))
				return err
			})
			do("unsealed", func() error { // PostgreSQL takes no such text, SQLite does
				_, err := f.SaveAnswers(ctx, old[i].Reference, old[i].Version, apply.Answers{"town": "a\x00b"})
				return err
			})
			do("access", func() error {
				return f.RecordAccess(ctx, casework.AuditEntry{Action: casework.ReadAudit})
			})
		}
		wg.Wait()
		if err := errors.Join(slices.Concat(errs["good"], errs["again"], errs["access"])...); err != nil {
			t.Error(err)
		}
		for _, err := range slices.Concat(errs["incomplete"]) {
			if !errors.As(err, &apply.Invalid{}) {
				t.Errorf("incomplete: %v; want Invalid", err)
			}
		}
		for _, err := range errs["old"] {
			if !errors.Is(err, apply.ErrConflict) {
				t.Errorf("old version: %v; want ErrConflict", err)
			}
		}
		for _, err := range errs["unknown"] {
			if !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("unknown: %v; want ErrNotFound", err)
			}
		}
		for _, err := range errs["unsealed"] {
			if (err != nil) != (f.config.URL != "") {
				t.Errorf("a text that only SQLite takes: %v", err)
			}
		}
		for _, a := range good {
			got, err := f.ApplicationByReference(ctx, a.Reference)
			if err != nil || got.State != apply.Submitted || len(got.Events) != 1 {
				t.Errorf("submitted among others: %v, %v", got, err)
			}
		}
		f.sound(t)
	})
}

// sound checks what must hold of the whole database at any time: the audit has no
// gaps and is a chain, and each application's history is gapless, ends in its state and stands in
// the audit.
func (f *fixture) sound(tb testing.TB) {
	tb.Helper()
	for _, rule := range []struct{ name, statement string }{
		{"the audit has gaps", `SELECT COUNT(*) FROM audit_head WHERE number <> (SELECT COUNT(*) FROM audit) OR number <> (SELECT COALESCE(MAX(number), 0) FROM audit)`},
		{"a history has gaps", `SELECT COUNT(*) FROM (SELECT reference FROM events GROUP BY reference HAVING MAX(number) <> COUNT(*) OR MIN(number) <> 1) AS h`},
		{"a state without the move to it", `SELECT COUNT(*) FROM applications a WHERE state <> COALESCE(
			(SELECT state FROM events e WHERE e.reference = a.reference ORDER BY number DESC LIMIT 1), 'draft')`},
		{"a history without an application", `SELECT COUNT(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM applications a WHERE a.reference = e.reference)`},
		{"moves and audit differ", `SELECT COUNT(*) FROM (SELECT reference, move, COUNT(*) AS n FROM events GROUP BY reference, move) AS h
			WHERE n <> (SELECT COUNT(*) FROM audit l WHERE l.reference = h.reference AND l.action = h.move)`},
		{"audited moves that were not made", `SELECT COUNT(*) FROM audit l WHERE action = 'submit' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.reference = l.reference AND e.move = 'submit')`},
		{"key and state differ", `SELECT COUNT(*) FROM applications WHERE (submit_key <> '') <> (submitted_at > 0)`},
		{"waiting and state differ", `SELECT COUNT(*) FROM applications WHERE (waiting = 1) <> (state IN ('submitted', 'accepted'))`},
	} {
		var n int
		if err := f.raw.QueryRow(rule.statement).Scan(&n); err != nil || n != 0 {
			tb.Errorf("%s: %d times, %v", rule.name, n, err)
		}
	}
	if report, err := f.VerifyAudit(context.Background()); err != nil || len(report.Faults) > 0 {
		tb.Errorf("the audit's chain: %v, %v", report.Faults, err)
	}
}

func TestPanicStaysWithItsCaller(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		func() {
			defer func() {
				if r := recover(); r != "bad move" {
					t.Errorf("recovered %v; want the move's panic", r)
				}
			}()
			_, err := f.Change(t.Context(), a.Reference, a.Version, func(*apply.Application, time.Time) error { panic("bad move") })
			t.Errorf("Change = %v; want a panic", err)
		}()
		if _, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) }); err != nil {
			t.Errorf("after a panic: %v", err)
		}
		f.sound(t)
	})
}

func TestMoveThatFailsHalfWay(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		stop := errors.New("second thoughts")
		_, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
			return errors.Join(a.Withdraw("", now), stop)
		})
		got, loadErr := f.ApplicationByReference(t.Context(), a.Reference)
		if !errors.Is(err, stop) || loadErr != nil || got.State != apply.Submitted || len(got.Events) != 1 {
			t.Errorf("%v, then %v, %v; want it as it was", err, got, loadErr)
		}
	})
}

// TestCallersThatLeave cancels while others hold the lane: who had not been taken
// has written nothing, who was taken is told the truth.
func TestCallersThatLeave(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		const clients = 64
		drafts := f.asRead(t, f.drafts(t, clients))
		errs := make([]error, clients)
		var wg sync.WaitGroup
		for i, a := range drafts {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			sub := f.submission(a, "key")
			if i%4 < 2 { // decided before it is taken
				sub.Draft = a
			}
			wg.Go(func() { _, errs[i] = f.Submit(ctx, sub) })
			if i%2 == 1 {
				leave()
			}
		}
		wg.Wait()
		for i, err := range errs {
			a, loadErr := f.ApplicationByReference(t.Context(), drafts[i].Reference)
			if loadErr != nil {
				t.Fatal(loadErr)
			}
			if submitted := a.State == apply.Submitted; submitted != (err == nil) {
				t.Errorf("client %d was told %v; submitted: %v", i, err, submitted)
			}
			if err != nil && (i%2 == 0 || !errors.Is(err, context.Canceled)) {
				t.Errorf("client %d: %v", i, err)
			}
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := f.RecordAccess(gone, casework.AuditEntry{Action: casework.ReadAudit}); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that is gone: %v", err)
		}
		f.sound(t)
	})
}

// TestCommitThatFails keeps the disk's fullness to the commit itself: nobody may be
// told that it went well.
func TestCommitThatFails(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		statement := `CREATE TABLE parent_rows (id INTEGER PRIMARY KEY);
			CREATE TABLE child_rows (parent INTEGER REFERENCES parent_rows (id) DEFERRABLE INITIALLY DEFERRED);`
		if f.config.URL == "" {
			statement += `CREATE TRIGGER orphans AFTER INSERT ON events BEGIN INSERT INTO child_rows VALUES (1); END`
		} else {
			statement += `CREATE FUNCTION orphan() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO child_rows VALUES (1); RETURN NEW; END; $$;
				CREATE TRIGGER orphans AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION orphan()`
		}
		if _, err := f.raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
		const clients = 32
		drafts := f.asRead(t, f.drafts(t, clients))
		var wg sync.WaitGroup
		for i, a := range drafts {
			sub := f.submission(a, "key")
			if i%2 == 0 {
				sub.Draft = a
			}
			wg.Go(func() {
				if _, err := f.Submit(t.Context(), sub); err == nil || !strings.Contains(strings.ToLower(err.Error()), "foreign key") {
					t.Errorf("Submit = %v; want the commit's error", err)
				}
			})
		}
		wg.Wait()
		for _, a := range drafts {
			if got, err := f.ApplicationByReference(t.Context(), a.Reference); err != nil || got.State != apply.Draft {
				t.Errorf("after a commit that failed: %v, %v", got, err)
			}
		}
		if _, err := f.raw.Exec(`DROP TABLE children` + map[bool]string{true: ` CASCADE`}[f.config.URL != ""]); err != nil {
			t.Fatal(err)
		}
		drop := `DROP TRIGGER orphans`
		if f.config.URL != "" {
			drop += ` ON events`
		}
		if _, err := f.raw.Exec(drop); err != nil {
			t.Fatal(err)
		}
		for _, a := range drafts[:2] {
			sub := f.submission(a, "key")
			sub.Draft = a
			if _, err := f.Submit(t.Context(), sub); err != nil {
				t.Errorf("once it can commit again: %v", err)
			}
		}
		f.sound(t)
	})
}

func TestClosedStoreTakesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		other, err := store.Open(t.Context(), f.config)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Close(); err != nil {
			t.Fatal(err)
		}
		if err := other.RecordAccess(t.Context(), casework.AuditEntry{Action: casework.ReadAudit}); err == nil {
			t.Error("a closed store took a write")
		}
		a, _ := f.draft(t)
		if _, err := other.Submit(t.Context(), f.submission(a, "key")); err == nil {
			t.Error("a closed store took a submission")
		}
	})
}

// TestOneOfManyMoves is 64 people at one application: exactly one gets each move
// through, and each move leaves one event and one line.
func TestOneOfManyMoves(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
		moves := []func(*apply.Application, time.Time) error{
			func(a *apply.Application, now time.Time) error { return a.Accept(by, now) },
			func(a *apply.Application, now time.Time) error { return a.AskMore(by, "请补户口本", now) },
			func(a *apply.Application, now time.Time) error { return a.Supply("补了", now) },
			func(a *apply.Application, now time.Time) error { return a.Approve(by, "符合条件", now) },
			func(a *apply.Application, now time.Time) error {
				return a.Refuse(by, onGrounds, "不符合条件", now)
			},
			func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) },
		}
		for version := a.Version; !a.State.Final(); version++ {
			var mu sync.Mutex
			var wg sync.WaitGroup
			won := 0
			for i := range 64 {
				wg.Go(func() {
					_, err := f.Change(ctx, a.Reference, version, moves[i%len(moves)])
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						won++
					case !errors.Is(err, apply.ErrConflict):
						t.Errorf("loser: %v; want ErrConflict", err)
					}
				})
			}
			wg.Wait()
			var err error
			if a, err = f.ApplicationByReference(ctx, a.Reference); err != nil || won != 1 || a.Version != version+1 {
				t.Fatalf("version %d: %d of 64 moves won, then %v, %v; want one", version, won, a, err)
			}
		}
		if !legal(a.Events) {
			t.Errorf("a history that the rules do not know: %v", a.Events)
		}
		f.sound(t)
	})
}

// legal plays the history again by the rules.
func legal(events []apply.Event) bool {
	a := apply.Application{State: apply.Draft}
	for _, e := range events {
		if !a.Can(e.Move, e.Actor.Kind) {
			return false
		}
		a.State = e.State
	}
	return a.State.Final()
}
