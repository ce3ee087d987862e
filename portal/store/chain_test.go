package store_test

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/casework"
	"huitong/portal/store"
	"huitong/portal/vault"
)

// unguard does what only somebody can do who owns the database: it takes the guards off.
func (f *fixture) unguard(t *testing.T, statements ...string) {
	t.Helper()
	off := []string{`DROP TRIGGER audit_no_update`, `DROP TRIGGER audit_no_delete`, `DROP TRIGGER audit_seals_no_update`, `DROP TRIGGER audit_seals_no_delete`}
	if f.config.URL != "" {
		off = []string{`ALTER TABLE audit DISABLE TRIGGER USER`, `ALTER TABLE audit_seals DISABLE TRIGGER USER`}
	}
	for _, s := range append(off, statements...) {
		if _, err := f.raw.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// rechain makes the whole chain anew, as one can who has read how it is made.
func (f *fixture) rechain(t *testing.T) {
	t.Helper()
	if err := f.ChainAnew(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// busy fills the audit with lines of several kinds, seals it and adds some more.
func (f *fixture) busy(t *testing.T) (sealed casework.AuditSeal) {
	t.Helper()
	officer := f.officer(t)
	var wait sync.WaitGroup
	for range 8 {
		a, _ := f.draft(t)
		wait.Go(func() {
			if _, err := f.Submit(t.Context(), f.submission(a, "key")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if _, err := f.Applications(t.Context(), officer.Actor(), casework.Query{}); err != nil {
		t.Fatal(err)
	}
	sealed, err := f.SealAudit(t.Context())
	if err != nil || sealed.Number < 10 {
		t.Fatalf("sealed %+v, %v", sealed, err)
	}
	for range 3 {
		if err := f.RecordAccess(t.Context(), casework.AuditEntry{Actor: officer.Actor(), Action: casework.Denied, Detail: "儿童"}); err != nil {
			t.Fatal(err)
		}
	}
	return sealed
}

func TestVerifyAudit(t *testing.T) {
	for name, tt := range map[string]struct {
		meddle []string
		anew   bool // and the chain is made anew
		want   []casework.AuditFault
	}{
		"as written":       {},
		"a line changed":   {[]string{`UPDATE audit SET login = 'wu' WHERE number = 5`}, false, []casework.AuditFault{{Kind: casework.LineChanged, From: 5, To: 5}}},
		"the last changed": {[]string{`UPDATE audit SET detail = '' WHERE number = (SELECT number FROM audit_head)`}, false, []casework.AuditFault{{Kind: casework.LineChanged, From: 13, To: 13}}},
		"a line gone":      {[]string{`DELETE FROM audit WHERE number = 4`}, false, []casework.AuditFault{{Kind: casework.LinesMissing, From: 4, To: 4}}},
		"the end gone":     {[]string{`DELETE FROM audit WHERE number > 12`}, false, []casework.AuditFault{{Kind: casework.LinesMissing, From: 13, To: 13}}},
		"all gone":         {[]string{`DELETE FROM audit`}, false, []casework.AuditFault{{Kind: casework.LinesMissing, From: 1, To: 13}}},
		"one put behind":   {[]string{`INSERT INTO audit SELECT 14, at, actor_kind, actor_id, login, action, reference, detail, before FROM audit WHERE number = 13`}, false, []casework.AuditFault{{Kind: casework.LineChanged, From: 13, To: 13}, {Kind: casework.LinesBeyond, From: 14, To: 14}}},
		"made anew":        {[]string{`UPDATE audit SET login = 'wu' WHERE number = 5`}, true, []casework.AuditFault{{Kind: casework.Rewritten, From: 10, To: 10}}},
		"a seal forged":    {[]string{`UPDATE audit_seals SET at = at + 1`}, false, []casework.AuditFault{{Kind: casework.SealBroken, From: 10, To: 10}}},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, f *fixture) {
				sealed := f.busy(t)
				if len(tt.meddle) > 0 {
					f.unguard(t, tt.meddle...)
				}
				if tt.anew {
					f.rechain(t)
				}
				got, err := f.VerifyAudit(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got.Faults); diff != "" {
					t.Errorf("faults: %s", diff)
				}
				if tt.meddle == nil && (got.Number != sealed.Number+3 || got.Seals != 1 || !got.Sealed.Equal(sealed.At)) {
					t.Errorf("report %+v; want three lines behind %+v", got, sealed)
				}
			})
		})
	}
}

// TestNotedHead finds a chain that was made anew as a whole, seals and all, by a head
// that somebody had written down.
func TestNotedHead(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		sealed := f.busy(t)
		if got, err := f.VerifyAudit(t.Context(), sealed.AuditHead); err != nil || len(got.Faults) > 0 {
			t.Fatalf("untouched: %v, %v", got.Faults, err)
		}
		f.unguard(t, `DELETE FROM audit_seals`, `UPDATE audit SET login = 'wu' WHERE number = 5`)
		f.rechain(t)
		if got, err := f.VerifyAudit(t.Context()); err != nil || len(got.Faults) > 0 {
			t.Errorf("without a noted head: %v, %v; want none, nobody can know", got.Faults, err)
		}
		got, err := f.VerifyAudit(t.Context(), sealed.AuditHead)
		if want := []casework.AuditFault{{Kind: casework.Rewritten, From: sealed.Number, To: sealed.Number}}; err != nil || !cmp.Equal(got.Faults, want) {
			t.Errorf("with one: %v, %v; want %v", got.Faults, err, want)
		}
	})
}

// TestSealAudit seals what is new once, with keys that nobody else has.
func TestSealAudit(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		first := f.busy(t)
		f.clock.advance(time.Hour)
		second, err := f.SealAudit(t.Context())
		if err != nil || second.Number != first.Number+3 || !second.At.Equal(first.At.Add(time.Hour)) {
			t.Fatalf("second seal %+v, %v", second, err)
		}
		if again, err := f.SealAudit(t.Context()); err != nil || again.Number != 0 {
			t.Errorf("nothing new sealed: %+v, %v", again, err)
		}
		for _, statement := range []string{`UPDATE audit_seals SET at = 0`, `DELETE FROM audit_seals`} {
			if _, err := f.raw.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v; want it refused", statement, err)
			}
		}
		other := f.config
		if other.Vault, err = vault.Open(filepath.Join(t.TempDir(), "secrets.json"), rand.Reader); err != nil {
			t.Fatal(err)
		}
		stranger, err := store.Open(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stranger.Close() }()
		got, err := stranger.VerifyAudit(t.Context())
		if err != nil || len(got.Faults) != 2 || got.Faults[0].Kind != casework.SealBroken || got.Seals != 0 {
			t.Errorf("with other keys: %+v, %v; want two broken seals", got, err)
		}
	})
}
