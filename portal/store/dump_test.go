package store_test

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/store"
)

// TestDump takes a dump while others write, and restores it into an empty database of
// either kind: what was acknowledged before is there and opens, the audit's chain is
// whole, and nothing is restored over anything.
func TestDump(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		sealed := f.busy(t)
		a, _ := f.draft(t)
		file := f.attach(t, a.Reference, photo("household-register", 1))
		a, err := f.Submit(t.Context(), f.submission(a, "before"))
		if err != nil {
			t.Fatal(err)
		}
		var stop atomic.Bool
		written := make(chan struct{})
		go func() {
			defer close(written)
			for i := 0; !stop.Load(); i++ {
				if _, _, err := f.CreateDraft(t.Context(), "sample", "zh-Hans"); err != nil {
					t.Error(err)
					return
				}
			}
		}()
		var version int64
		var parts []*store.Part
		rows := map[string]int{}
		err = store.Dump(t.Context(), f.config, func(v int64) error { version = v; return nil }, func(p store.Part) error {
			parts = append(parts, &p)
			rows[p.Table] += len(p.Rows)
			return nil
		})
		stop.Store(true)
		<-written
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"applications", "audit", "audit_head", "audit_seals", "events", "files", "users"}; slices.ContainsFunc(want, func(n string) bool { return rows[n] == 0 }) {
			t.Errorf("rows of %v; want some of each of %v", slices.Sorted(maps.Keys(rows)), want)
		}
		next := func() func() (*store.Part, error) {
			left := parts
			return func() (*store.Part, error) {
				if len(left) == 0 {
					return nil, nil
				}
				p := left[0]
				left = left[1:]
				return p, nil
			}
		}
		if err := store.Restore(t.Context(), f.config, version, next()); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("restored over what is there: %v", err)
		}
		for name, c := range map[string]store.Config{"sqlite": {Path: filepath.Join(t.TempDir(), "new.db")}, "postgres": {URL: quick.Bare(t)}} {
			c.Vault, c.Now, c.Files = f.config.Vault, f.config.Now, f.config.Files
			if err := store.Restore(t.Context(), c, version, next()); err != nil {
				t.Fatalf("into %s: %v", name, err)
			}
			checkRestored(t, c, a, file.ID)
			s, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			report, err := s.VerifyAudit(t.Context(), sealed.AuditHead)
			if err != nil || len(report.Faults) > 0 {
				t.Errorf("into %s: the audit has faults: %+v, %v", name, report.Faults, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := store.Restore(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "x.db")}, version+1000, next()); err == nil {
			t.Error("a backup of a portal yet to come is restored")
		}
		foreign := []*store.Part{{Table: "users; DROP TABLE users", Columns: []string{"id"}, Rows: [][]any{{"x"}}}}
		parts = foreign
		if err := store.Restore(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "x.db")}, version, next()); err == nil {
			t.Error("a table that is none of ours is restored")
		}
	})
}

// checkRestored opens what is sealed, and writes on.
func checkRestored(t *testing.T, c store.Config, a *apply.Application, file string) {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	got, err := s.ApplicationByReference(t.Context(), a.Reference)
	if err != nil || got.State != a.State || got.Answers["child_name"] != childName || len(got.Events) != len(a.Events) {
		t.Errorf("restored: %+v, %v; want as it was", got, err)
		return
	}
	if _, err := s.ReadFile(t.Context(), a.Reference, file, false); err != nil {
		t.Errorf("its photo: %v", err)
	}
	if _, _, err := s.CreateDraft(t.Context(), "sample", "zh-Hans"); err != nil {
		t.Errorf("a new draft: %v", err)
	}
}
