package store_test

import (
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/store"
)

// TestChangedSinceRead has somebody write the row between the reading and the writing
// of a change, where PostgreSQL locks nothing: the change is decided again on what is
// there then, and written once.
func TestChangedSinceRead(t *testing.T) {
	address := postgresURL(t)
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
