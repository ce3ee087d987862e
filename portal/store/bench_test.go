package store_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/store"
)

// The sizes of a benchmark's run; smaller ones are for a first look.
var (
	clients     = flag.Int("clients", 64, "clients that submit at once")
	submissions = flag.Int("submissions", 8192, "submissions in a round")
	rounds      = flag.Int("rounds", 5, "rounds, of which the median counts")
)

// BenchmarkSubmit measures acknowledged submissions through Store.Submit, with
// sealing, history and audit, against the least that a commit can do: one row, no
// index but its key, a commit each. Both have the same clients, the same disk and the
// same settings, and take turns. submit/bare is how many times more submissions than
// such commits a second makes, submit/alone than those of one client that waits for each.
func BenchmarkSubmit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkSubmit(b, openDurable(b, "sqlite")) })
	b.Run("postgres", func(b *testing.B) { benchmarkSubmit(b, openDurable(b, "postgres")) })
}

// openDurable opens a store whose commits wait for the disk.
func openDurable(tb testing.TB, on string) *fixture {
	tb.Helper()
	if on == "postgres" {
		address := durable.Empty(tb)
		return open(tb, store.Config{URL: address}, "pgx", address)
	}
	path := filepath.Join(tb.TempDir(), "huitong.db")
	f := open(tb, store.Config{Path: path}, "sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(4000)")
	f.raw.SetMaxOpenConns(1) // waiting in line is faster than trying again and again
	return f
}

func benchmarkSubmit(b *testing.B, f *fixture) {
	key := `INTEGER` // to SQLite the row's own place: another type has an index beside the table
	if f.config.URL != "" {
		key = `BIGINT`
		f.raw.SetMaxOpenConns(*clients)
		f.raw.SetMaxIdleConns(*clients)
	}
	if _, err := f.raw.Exec(`CREATE TABLE bare (id ` + key + ` PRIMARY KEY, words TEXT NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	insert, err := f.raw.Prepare(`INSERT INTO bare (id, words) VALUES ($1, $2)`)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = insert.Close() }()
	var id atomic.Int64
	bare := func(int) error {
		_, err := insert.Exec(id.Add(1), "a row of no more than this")
		return err
	}
	var ours, theirs, alone, oursCPU, theirsCPU, oursServer, theirsServer []float64
	for b.Loop() {
		for range *rounds {
			drafts := f.asRead(b, f.drafts(b, *submissions))
			serverBefore := f.serverTime(b) // which takes time of its own to find out
			before := ownTime(b)
			theirs = append(theirs, perSecond(b, *clients, len(drafts), bare))
			spent := ownTime(b) - before
			serverBetween := f.serverTime(b)
			alone = append(alone, perSecond(b, 1, len(drafts)/8, bare))
			serverFrom := f.serverTime(b)
			between := ownTime(b)
			ours = append(ours, perSecond(b, *clients, len(drafts), func(i int) error {
				sub := f.submission(drafts[i], "key")
				sub.Draft = drafts[i]
				_, err := f.Submit(context.Background(), sub)
				return err
			}))
			n := time.Duration(len(drafts))
			after, serverAfter := ownTime(b), f.serverTime(b)
			theirsCPU = append(theirsCPU, float64(spent/n))
			oursCPU = append(oursCPU, float64((after-between)/n))
			theirsServer = append(theirsServer, float64((serverBetween-serverBefore)/n))
			oursServer = append(oursServer, float64((serverAfter-serverFrom)/n))
		}
	}
	b.ReportMetric(median(theirs), "bare/s")
	b.ReportMetric(median(ours), "submit/s")
	b.ReportMetric(median(ours)/median(theirs), "submit/bare")
	b.ReportMetric(median(alone), "alone/s")
	b.ReportMetric(median(ours)/median(alone), "submit/alone")
	b.ReportMetric(median(theirsCPU)/1000, "bare-portal-µs")
	b.ReportMetric(median(oursCPU)/1000, "submit-portal-µs")
	if f.config.URL != "" {
		b.ReportMetric(median(theirsServer)/1000, "bare-server-µs")
		b.ReportMetric(median(oursServer)/1000, "submit-server-µs")
	}
	b.ReportMetric(0, "ns/op") // making the drafts is in it
}

// ownTime is the processor time that this process has used: on a busy machine it tells
// more than a clock.
func ownTime(tb testing.TB) time.Duration {
	tb.Helper()
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(own.Utime.Nano() + own.Stime.Nano())
}

// serverTime is what the processes of the database have used; 0 where it is a file.
func (f *fixture) serverTime(tb testing.TB) time.Duration {
	tb.Helper()
	if f.config.URL == "" {
		return 0
	}
	return durable.Server(tb).Used()
}

// perSecond does n things with so many clients and returns how many a second.
func perSecond(tb testing.TB, clients, n int, do func(i int) error) float64 {
	tb.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for range clients {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := do(int(i)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(n) / time.Since(start).Seconds()
}

// drafts makes n complete drafts, each for a child of its own.
func (f *fixture) drafts(tb testing.TB, n int) []*apply.Application {
	tb.Helper()
	first := f.drawn
	all := f.blank(tb, f.numbers(tb, n))
	for i, a := range all {
		a.Answers[apply.FieldChildID] = numberOf(first + i)
	}
	if err := f.Fill(tb.Context(), all); err != nil {
		tb.Fatal(err)
	}
	runtime.GC()
	return all
}

// numberOf is the ID number of one of ten million children born on the day of the others.
func numberOf(child int) string {
	for _, last := range "0123456789X" {
		number := fmt.Sprintf("44%04d%s%03d%c", child/1000, childID[6:14], child%1000, last)
		if _, ok := apply.ParseResidentID(number); ok {
			return number
		}
	}
	return ""
}

// asRead are the drafts as the requests that hand them in have read them, for the page
// that they answer with if anything is missing.
func (f *fixture) asRead(tb testing.TB, drafts []*apply.Application) []*apply.Application {
	tb.Helper()
	out := make([]*apply.Application, len(drafts))
	perSecond(tb, *clients, len(drafts), func(i int) (err error) {
		out[i], err = f.ApplicationByReference(tb.Context(), drafts[i].Reference)
		return err
	})
	runtime.GC()
	return out
}

// numbers are for n applications, none taken before.
func (f *fixture) numbers(tb testing.TB, n int) []apply.Reference {
	tb.Helper()
	var out []apply.Reference
	for len(out) < n {
		month := time.Duration(len(f.taken)%24) * 30 * 24 * time.Hour // few of a month's numbers are taken
		ref, err := apply.NewReference(rand.Reader, f.clock.now().Add(-month))
		if err != nil {
			tb.Fatal(err)
		}
		if !f.taken[ref] {
			f.taken[ref] = true
			out = append(out, ref)
		}
	}
	return out
}

// blank are drafts with these numbers that are not stored yet.
func (f *fixture) blank(tb testing.TB, numbers []apply.Reference) []*apply.Application {
	tb.Helper()
	var all []*apply.Application
	for _, ref := range numbers {
		code, err := apply.NewCode(rand.Reader)
		if err != nil {
			tb.Fatal(err)
		}
		own := maps.Clone(answers)
		f.drawn++
		own["phone"] = fmt.Sprintf("138%08d", f.drawn)
		own = f.form.Derive(own, f.clock.now()) // as the form's last page has saved it
		all = append(all, &apply.Application{
			Reference: ref, Code: code, Policy: "sample", Lang: "zh-Hans", State: apply.Draft, Version: 2,
			Answers: own, Created: f.clock.now(), Updated: f.clock.now(),
		})
	}
	return all
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
