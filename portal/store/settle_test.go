package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/servers"
	"huitong/portal/store"
)

// TestToldWhenSettled has a server whose commits wait for a standby that is not there.
// What was handed in stands in the tables by then, and others can hand in; but nobody is
// told, not who handed it in, not who presses the button again, and not who looks.
func TestToldWhenSettled(t *testing.T) {
	for name, setting := range map[string]string{
		"default":                  "synchronous_commit=on",
		"commits that do not wait": "synchronous_commit=off",
	} {
		t.Run(name, func(t *testing.T) {
			p := servers.StartPostgres(t, servers.NoSync, setting)
			address := p.URL()
			f := open(t, store.Config{URL: address, Patience: time.Hour}, "pgx", address)
			f.toldLate(t, func(first, _ *apply.Application) apply.Submission { return f.submission(first, "key") })
			f.toldLate(t, func(_, other *apply.Application) apply.Submission { // the first does not hold the audit's head
				sub := f.submission(other, "key")
				sub.Draft = other
				return sub
			})
			f.sound(t)
		})
	}
}

// toldLate hands in a draft, and then something else.
func (f *fixture) toldLate(t *testing.T, next func(first, other *apply.Application) apply.Submission) {
	t.Helper()
	drafts := f.asRead(t, f.drafts(t, 2))
	first := f.submission(drafts[0], "key")
	first.Draft = drafts[0]
	arrive := f.withoutStandby(t)
	t.Cleanup(arrive) // else nothing would end
	told := make(chan error, 2)
	for i, sub := range []apply.Submission{first, next(drafts[0], drafts[1])} {
		go func() {
			got, err := f.Submit(context.Background(), sub)
			if err == nil && got.State != apply.Submitted {
				err = errors.New("it is " + string(got.State))
			}
			told <- err
		}()
		f.awaitWaiting(t, 2+i)
	}
	looks, leave := context.WithTimeout(context.Background(), 100*time.Millisecond) // a slow machine only makes it easier
	defer leave()
	if a, err := f.ApplicationByReference(looks, drafts[0].Reference); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who looked saw %v, %v", a, err)
	}
	if len(told) > 0 {
		t.Errorf("%d were told before the standby had it", len(told))
	}
	arrive()
	for range cap(told) {
		if err := <-told; err != nil {
			t.Error(err)
		}
	}
	if a, err := f.ApplicationByReference(t.Context(), drafts[0].Reference); err != nil || a.State != apply.Submitted || len(a.Events) != 1 {
		t.Errorf("who looks then sees %v, %v", a, err)
	}
}

// withoutStandby has all commits wait for a standby, of which one more does already, until
// it is called for.
func (f *fixture) withoutStandby(tb testing.TB) (arrive func()) {
	tb.Helper()
	settle := func(statement string) {
		for _, one := range []string{statement, `SELECT pg_reload_conf()`} {
			if _, err := f.raw.Exec(one); err != nil {
				tb.Fatal(err)
			}
		}
	}
	settle(`ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
	waits, stop := make(chan struct{}), make(chan struct{})
	go func() { // until the server has read its settings, such a commit comes back
		defer close(waits)
		for {
			if _, err := f.raw.Exec(`SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, '', '')`); err != nil {
				tb.Error(err)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	f.awaitWaiting(tb, 1)
	close(stop)
	return func() {
		settle(`ALTER SYSTEM RESET synchronous_standby_names`)
		<-waits
	}
}

// awaitWaiting returns when so many commits wait for the standby.
func (f *fixture) awaitWaiting(tb testing.TB, n int) {
	tb.Helper()
	servers.Await(tb, "commits wait for the standby", func() bool {
		var waiting int
		err := f.raw.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`).Scan(&waiting)
		return err == nil && waiting >= n
	})
}
