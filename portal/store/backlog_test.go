package store_test

import (
	"testing"
	"time"
)

func TestBacklog(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		if b, err := f.Backlog(ctx); err != nil || b.Queues["applications"].N != 0 || !b.Queues["applications"].Earliest.IsZero() {
			t.Fatalf("of an empty portal: %+v, %v", b, err)
		}
		a, _ := f.draft(t)
		f.contact(t, a.Reference, byEmail, false)
		a, err := f.Submit(ctx, f.submission(a, "key"))
		if err != nil {
			t.Fatal(err)
		}
		f.accept(t, a)
		f.meddle(t, `UPDATE applications SET turn = 1000000, waiting = 1, assignee = ''`)
		b, err := f.Backlog(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Queues["applications"]; got.N != 1 || got.Late != 1 || !got.Earliest.Equal(time.Unix(1, 0)) {
			t.Errorf("applications = %+v; want one, late since 1970", got)
		}
		if got := b.Outbox["families"]; got.N == 0 || got.Earliest.After(f.clock.now()) {
			t.Errorf("messages to families = %+v; want one that could go", got)
		}
		f.meddle(t, `UPDATE outbox SET state = 'failed'`)
		if b, err := f.Backlog(ctx); err != nil || b.Failed == 0 || b.Outbox["families"].N != 0 {
			t.Errorf("after it was given up: %+v, %v", b, err)
		}
	})
}

func TestJobs(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		first := f.clock.now()
		for _, well := range []bool{true, false} {
			if err := f.NoteJob(t.Context(), "prune", well); err != nil {
				t.Fatal(err)
			}
			f.clock.advance(time.Hour)
		}
		jobs, err := f.Jobs(t.Context())
		if err != nil || len(jobs) != 1 || !jobs[0].OK.Equal(first) || !jobs[0].Ran.Equal(first.Add(time.Hour)) {
			t.Errorf("jobs = %+v, %v; want that the second run failed", jobs, err)
		}
	})
}
