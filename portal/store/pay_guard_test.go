package store_test

import (
	"path/filepath"
	"testing"

	"huitong/portal/casework"
	"huitong/portal/store"
)

// TestConfirmedPayListsStay has somebody who owns the database change a list: before it is
// confirmed that works, afterwards nothing does, but for keys that rotate and a restored
// backup.
func TestConfirmedPayListsStay(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		who, second, _ := f.payFixture(t)
		f.granted(t, who.officer, 157800)
		if _, err := f.raw.Exec(`UPDATE applications SET child_index = reference`); err != nil { // two children
			t.Fatal(err)
		}
		id := f.pays(t, who.officer, payTerms("2026-12", "", 157800), casework.PayLate)
		const columns = `id, list, month, reference, town, amount, basis, began, months, body`
		tampering := map[string]string{
			"the amount of a row": `UPDATE pay_entries SET amount = amount + 1 WHERE list = $1`,
			"a row for another":   `UPDATE pay_entries SET reference = 'x' WHERE list = $1`,
			"a row less":          `DELETE FROM pay_entries WHERE list = $1`,
			"a row more":          `INSERT INTO pay_entries (` + columns + `) SELECT 'more', list, month, 'more', town, amount, basis, began, months, body FROM pay_entries WHERE list = $1 LIMIT 1`,
			"the sum":             `UPDATE pay_lists SET total = 1 WHERE id = $1`,
			"who confirmed":       `UPDATE pay_lists SET decided_by = 'x' WHERE id = $1`,
			"back to be closed":   `UPDATE pay_lists SET state = 'closed' WHERE id = $1`,
			"a list less":         `DELETE FROM pay_lists WHERE id = $1`,
		}
		if err := f.ConfirmPayList(ctx, second, id); err != nil {
			t.Fatal(err)
		}
		before := f.dump(t, "pay_entries") + f.dump(t, "pay_lists")
		for name, statement := range tampering {
			if _, err := f.raw.Exec(statement, id); err == nil {
				t.Errorf("%s: nothing keeps it from being changed", name)
			}
		}
		if f.config.URL == "" {
			if _, err := f.raw.Exec(`INSERT OR REPLACE INTO pay_lists SELECT id, page_key, month, policy, town, choice, state, grants, 1, closed_by, closed_at, decided_by, decided_at FROM pay_lists WHERE id = $1`, id); err == nil {
				t.Error("a list is replaced")
			}
		} else if _, err := f.raw.Exec(`TRUNCATE pay_entries`); err == nil {
			t.Error("all rows are gone")
		}
		if after := f.dump(t, "pay_entries") + f.dump(t, "pay_lists"); after != before {
			t.Error("something has changed")
		}
		f.paysOn(t, who, id)
	})
}

// paysOn expects that the desk goes on as before: a list that is not confirmed is given
// back, keys rotate, and a backup is restored whole, and guarded again.
func (f *fixture) paysOn(t *testing.T, who helpers, confirmed string) {
	t.Helper()
	ctx := t.Context()
	if err := f.ReturnPayList(ctx, who.officer, f.pays(t, who.officer, payTerms("2027-01", "", 157800), casework.PayLate)); err != nil {
		t.Errorf("given back: %v", err)
	}
	beside, keys := f.beside(t)
	if err := keys.Rotate(); err != nil {
		t.Fatal(err)
	}
	if err := beside.ResealAll(ctx, func(store.Reseal) {}); err != nil {
		t.Errorf("sealed anew: %v", err)
	}
	rows := 0
	if _, err := beside.ExportPayList(ctx, who.officer, confirmed, "csv", func(casework.PayRow) error { rows++; return nil }); err != nil || rows != 2 {
		t.Errorf("%d rows open under the new key, %v; want 2", rows, err)
	}
	var version int64
	var parts []*store.Part
	err := store.Dump(ctx, f.config, func(v int64) error { version = v; return nil }, func(p store.Part) error { parts = append(parts, &p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	c := store.Config{Path: filepath.Join(t.TempDir(), "new.db"), Vault: keys, Now: f.config.Now}
	if f.config.URL != "" {
		c.Path, c.URL = "", quick.Bare(t)
	}
	err = store.Restore(ctx, c, version, func() (p *store.Part, err error) {
		if len(parts) > 0 {
			p, parts = parts[0], parts[1:]
		}
		return p, nil
	})
	if err != nil {
		t.Fatalf("restored: %v", err)
	}
	restored, err := store.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = restored.Close() }()
	if page, err := restored.PayList(ctx, who.officer, confirmed, "", 10); err != nil || len(page.Rows) != 2 || page.State != casework.PayConfirmed {
		t.Errorf("restored: %d rows, %v", len(page.Rows), err)
	}
	if err := restored.ReturnPayList(ctx, who.officer, confirmed); err == nil {
		t.Error("restored, the confirmed list is given back")
	}
}
