package store_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

var grants = flag.Int("grants", 10_000, "grants of the town in the benchmark of pay lists")

// BenchmarkPayTown measures what an officer waits for who pays a town with ten thousand
// grants: to see what is due, to close the list, to look at it, to confirm it, to take it
// away, and to bring all grants to a new standard. largest-MB is the most that the heap
// held above what it held before, and wait-ms the longest that somebody waited meanwhile
// who saved a page of a form every few milliseconds.
func BenchmarkPayTown(b *testing.B) {
	for _, on := range []string{"sqlite", "postgres"} {
		b.Run(on, func(b *testing.B) {
			town := openTown(b, openDurable(b, on), *grants)
			for _, step := range town.steps() {
				b.Run(step.name, func(b *testing.B) {
					for b.Loop() {
						took := town.measure(b, step.do)
						b.ReportMetric(float64(took.Microseconds())/1000, "ms")
					}
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}

// TestPayTown takes the benchmark's steps with few grants.
func TestPayTown(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		town := openTown(t, f, 60)
		for _, step := range town.steps() {
			if err := step.do(t.Context()); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		}
		if town.exported != 60 {
			t.Errorf("%d rows were taken away; want 60", town.exported)
		}
	})
}

// paidTown is a town with grants that began a year ago; half of them had another amount
// until the last standard.
type paidTown struct {
	*fixture
	first, second apply.Actor
	terms         casework.PayTerms
	list          string
	exported      int
	saved         *apply.Application
}

func openTown(tb testing.TB, f *fixture, n int) *paidTown {
	tb.Helper()
	town := &paidTown{fixture: f, first: f.user(tb, "first", casework.Post{Role: casework.Officer}).Actor(), second: f.user(tb, "second", casework.Post{Role: casework.Officer}).Actor()}
	town.terms = payTerms("2026-11", "shiqi", 157800)
	for some := range slices.Chunk(f.numbers(tb, n), 2000) {
		all := f.blank(tb, some)
		for i, a := range all {
			at := f.clock.now().AddDate(-1, 0, 0)
			a.Answers[apply.FieldChildID] = fmt.Sprintf("4420002018%08d", f.drawn-i)
			a.State, a.Submitted, a.Updated = apply.Approved, at, at
			a.Consent = apply.Consent{Guardian: guardian, Relation: "grandparent", Notice: "2026-11", At: at}
			for number, m := range []apply.Move{apply.Submit, apply.Accept, apply.Approve} {
				e := apply.Event{Number: number + 1, At: at, Actor: apply.Family, Move: m, State: moveStates[m]}
				if m != apply.Submit {
					e.Actor, e.Reason = town.first, "按规定办理。"
				}
				a.Events = append(a.Events, e)
			}
		}
		if err := f.Fill(tb.Context(), all); err != nil {
			tb.Fatal(err)
		}
	}
	began := f.clock.now().AddDate(-1, 0, 0).UnixMicro()
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO grants (reference, policy, town, fact, amount, unit, since, began) SELECT reference, policy, town, 'rate', 157800, '元/人/月', %d, %[1]d FROM applications WHERE state = 'approved'`, began),
		fmt.Sprintf(`INSERT INTO grant_changes (reference, at, actor, fact, amount, since, from_day) SELECT reference, %d, '', 'rate', 150000, %d, %d FROM grants WHERE reference < (SELECT reference FROM grants ORDER BY reference LIMIT 1 OFFSET %d)`,
			f.clock.now().AddDate(0, -2, 0).UnixMicro(), began, f.clock.now().AddDate(0, -2, 0).UnixMicro(), n/2),
	} {
		if _, err := f.raw.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
	if err := f.Analyze(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	town.saved, _ = f.draft(tb)
	return town
}

type payStep struct {
	name string
	do   func(context.Context) error
}

func (p *paidTown) steps() []payStep {
	export := func(context.Context) error {
		p.exported = 0
		_, err := p.ExportPayList(context.Background(), p.second, p.list, "csv", func(casework.PayRow) error {
			p.exported++
			return nil
		})
		return err
	}
	look := func(ctx context.Context) error {
		page, err := p.PayList(ctx, p.second, p.list, "", 50)
		if err == nil && (len(page.Rows) != 50 || len(page.Changes) > 0) {
			err = fmt.Errorf("%d rows, %d changes", len(page.Rows), len(page.Changes))
		}
		return err
	}
	return []payStep{
		{"towns", func(ctx context.Context) error { _, err := p.PayTowns(ctx, p.first, p.terms); return err }},
		{"preview", func(ctx context.Context) error {
			_, _, _, err := p.PayPreview(ctx, p.first, p.terms, "", 50)
			return err
		}},
		{"close", func(ctx context.Context) (err error) {
			due, _, _, err := p.PayPreview(ctx, p.first, p.terms, "", 50)
			if err == nil {
				p.list, err = p.ClosePayList(ctx, p.first, casework.PayOrder{PayTerms: p.terms, Seen: due, Aware: true, Key: "page"})
			}
			return err
		}},
		{"look", look},
		{"confirm", func(ctx context.Context) error { return p.ConfirmPayList(ctx, p.second, p.list) }},
		{"look at confirmed", look},
		{"rows to take away", export},
		{"standards", func(ctx context.Context) error {
			_, err := p.Standards(ctx, p.first, []casework.Standard{payTerms("2026-11", "", 160000).Standard})
			return err
		}},
		{"adjust", func(ctx context.Context) error {
			to := payTerms("2026-11", "", 160000).Standard
			to.From = p.clock.now()
			all, err := p.Standards(ctx, p.first, []casework.Standard{to})
			if err == nil {
				err = p.AdjustGrants(ctx, p.first, to, all[0].Differing)
			}
			return err
		}},
	}
}

// measure carries a step out, and tells what it held and whom it kept waiting.
func (p *paidTown) measure(b *testing.B, do func(context.Context) error) time.Duration {
	b.Helper()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most atomic.Uint64
	var longest atomic.Int64
	quit := make(chan struct{})
	var beside sync.WaitGroup
	every := func(pause time.Duration, do func()) {
		beside.Go(func() {
			for {
				select {
				case <-quit:
					return
				case <-time.After(pause):
					do()
				}
			}
		})
	}
	every(5*time.Millisecond, func() {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		most.Store(max(most.Load(), now.HeapAlloc))
	})
	every(5*time.Millisecond, func() {
		began := time.Now()
		saved, err := p.SaveAnswers(context.Background(), p.saved.Reference, p.saved.Version, p.saved.Answers)
		if err != nil {
			b.Error(err)
			return
		}
		p.saved = saved
		longest.Store(max(longest.Load(), int64(time.Since(began))))
	})
	began := time.Now()
	err := do(context.Background())
	took := time.Since(began)
	close(quit)
	beside.Wait()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(most.Load()-min(most.Load(), before.HeapAlloc))/(1<<20), "largest-MB")
	b.ReportMetric(float64(longest.Load())/1e6, "wait-ms")
	return took
}
