package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// TestFewerIndexesKeepEverything brings a database up to date that was filled before
// the lists had fewer indexes: the same applications are listed, and an erased one
// still takes its history along.
func TestFewerIndexesKeepEverything(t *testing.T) {
	for name, config := range map[string]func() (c store.Config, driver, source string){
		"sqlite": func() (store.Config, string, string) {
			path := filepath.Join(t.TempDir(), "huitong.db")
			return store.Config{Path: path}, "sqlite", "file:" + path
		},
		"postgres": func() (store.Config, string, string) {
			address := quick.Bare(t)
			return store.Config{URL: address}, "pgx", address
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, driver, source := config()
			early := openBy(t, func(ctx context.Context, c store.Config) (*store.Store, error) { return store.OpenAt(ctx, c, 13) }, c, driver, source)
			all := (&city{fixture: early}).invent(t, early.numbers(t, 200))
			if err := early.FillUnchained(t.Context(), all); err != nil {
				t.Fatal(err)
			}
			f := *early
			var err error
			if f.Store, err = store.Open(t.Context(), f.config); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			by, listed := f.officer(t).Actor(), 0
			for after := ""; ; {
				page, err := f.Applications(t.Context(), by, casework.Query{After: after, Limit: 30})
				if err != nil {
					t.Fatal(err)
				}
				listed += len(page.Applications)
				if after = page.Next; after == "" {
					break
				}
			}
			want, withdrawn := 0, (*apply.Application)(nil)
			for _, a := range all {
				if a.State != apply.Draft {
					want++
				}
				if a.State == apply.Withdrawn {
					withdrawn = a
				}
			}
			if listed != want {
				t.Errorf("%d applications are listed; want %d", listed, want)
			}
			f.sound(t)
			if f.config.URL == "" { // whose tables are partly changed where they are written down
				var found string
				if err := f.raw.QueryRow(`PRAGMA integrity_check`).Scan(&found); err != nil || found != "ok" {
					t.Errorf("SQLite finds: %s, %v", found, err)
				}
			}
			f.refusedWithoutGrounds(t, by, all)
			got, err := f.ApplicationByReference(t.Context(), withdrawn.Reference)
			if err != nil || len(got.Events) != len(withdrawn.Events) {
				t.Errorf("opened: %v, %v; want %d events", got, err, len(withdrawn.Events))
			}
			if err := f.Erase(t.Context(), withdrawn.Reference, withdrawn.Version); err != nil {
				t.Fatal(err)
			}
			if rows, _ := f.left(t, withdrawn.Reference); rows != 0 {
				t.Errorf("%d rows of the erased one are left", rows)
			}
		})
	}
}

// TestOnlyKnownStates: the table takes every state that there is and no other, and SQLite
// makes no table of its own to find that out.
func TestOnlyKnownStates(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		set := func(state apply.State) error {
			_, err := f.raw.Exec(`UPDATE applications SET state = $1 WHERE reference = $2`, string(state), string(a.Reference))
			return err
		}
		for _, state := range []apply.State{apply.Submitted, apply.Accepted, apply.MoreNeeded, apply.Proposed, apply.Objected, apply.Approved, apply.Refused, apply.Withdrawn, apply.Draft} {
			if err := set(state); err != nil {
				t.Errorf("%s: %v", state, err)
			}
		}
		for _, state := range []apply.State{"", "lost", "Draft"} {
			if set(state) == nil {
				t.Errorf("the table takes the state %q", state)
			}
		}
		if f.config.URL != "" {
			return
		}
		steps, err := f.raw.Query(`EXPLAIN UPDATE applications SET state = 'submitted' WHERE rowid = 1`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = steps.Close() }()
		for steps.Next() {
			var step string
			var rest any
			if err := steps.Scan(&rest, &step, &rest, &rest, &rest, &rest, &rest, &rest); err != nil {
				t.Fatal(err)
			}
			if step == "OpenEphemeral" {
				t.Error("SQLite makes a table of the states for each row")
			}
		}
		if err := steps.Err(); err != nil {
			t.Fatal(err)
		}
	})
}

// refusedWithoutGrounds: what was refused before grounds were recorded is counted as such.
func (f *fixture) refusedWithoutGrounds(t *testing.T, by apply.Actor, all []*apply.Application) {
	t.Helper()
	span, want, got := casework.ThisYear.Span(f.clock.now()), 0, 0
	for _, a := range all {
		if e, ok := a.Last(apply.Refuse); ok && !e.At.Before(span.From) && e.At.Before(span.To) {
			want++
		}
	}
	counts, err := f.CaseFigures(t.Context(), by, casework.FiguresQuery{Period: casework.ThisYear})
	for _, d := range counts.Decided {
		if d.Refused && d.Grounds == "" {
			got += d.N
		}
	}
	if err != nil || want == 0 || got != want {
		t.Errorf("%d refusals without a ground, %v; want %d", got, err, want)
	}
}
