package bench

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

// The sizes of a run of BenchmarkSoak.
var (
	soakLength = flag.Duration("soak", 30*time.Minute, "length of the soak")
	soakRate   = flag.Int("rate", 50, "requests a second of the soak, about")
)

const (
	sampled   = 10 * time.Second
	shortSoak = 60   // samples at least: a shorter soak takes them more often
	unsettled = 10   // the first of so many parts of a soak does not count
	heapPart  = 0.05 // of what is in memory may come and go
	fewMB     = 4    // and so much of it always may
	few       = 8    // handles and goroutines, likewise
	width     = 10   // of a column of samples
)

// gauge is one figure that a portal must keep. The heap in use goes up until the collector
// comes; what stays then is told by the size at which it comes next.
type gauge struct {
	name, short, unit string
	metric            string  // of the private listener; "" is the memory as the system sees it
	scale             float64 // by which it is divided
	part, few         float64 // that may come and go, see trend.grows; 0: it is only shown
}

var gauges = []gauge{
	{"resident memory", "resident", "MB", "", 1 << 20, heapPart, fewMB},
	{"heap in use", "heap", "MB", "go_memstats_heap_alloc_bytes", 1 << 20, 0, 0},
	{"heap at the next collection", "next", "MB", "go_memstats_next_gc_bytes", 1 << 20, heapPart, fewMB},
	{"goroutines", "goroutines", "", "go_goroutines", 1, heapPart, few},
	{"file descriptors", "files", "", "process_open_fds", 1, heapPart, few},
}

// sample is every gauge at one moment.
func (s *stand) sample(tb testing.TB) []float64 {
	tb.Helper()
	var names []string
	for _, g := range gauges {
		if g.metric != "" {
			names = append(names, g.metric)
		}
	}
	told := s.metrics(tb, names...)
	out := make([]float64, len(gauges))
	for i, g := range gauges {
		value := told[g.metric]
		if g.metric == "" {
			value = float64(s.resident())
		}
		out[i] = value / g.scale
	}
	return out
}

// BenchmarkSoak lets a moderate number of clients visit a portal for long, and fails if
// its memory or its handles grow.
func BenchmarkSoak(b *testing.B) {
	printMachine()
	printLoad("before")
	for range b.N {
		soak(b, *soakLength, *soakRate)
	}
	printLoad("after")
}

func soak(tb testing.TB, length time.Duration, rate int) {
	tb.Helper()
	s := startStand(tb, *onPostgres)
	s.warm(tb)
	f := newFamilies(open)
	c := s.crowd(f)
	c.clients, c.pause = rate, thinking
	every := min(sampled, length/shortSoak)
	fmt.Printf("\n%v of some %d requests a second of the mix; %s; a sample each %v\n", length, rate, s.storage(), every)
	ctx, stop := context.WithTimeout(tb.Context(), length)
	defer stop()
	all := newTally()
	var wait sync.WaitGroup
	for n := range c.clients {
		wait.Go(func() {
			c.visit(ctx, n, func(_ kind, took time.Duration, err error) { all.note(took, err) })
		})
	}
	samples := s.watch(ctx, tb, every)
	wait.Wait()
	f.stop()
	all.mu.Lock()
	defer all.mu.Unlock()
	fmt.Printf("%d requests answered, %d failed; p50 %s, p99 %s, p99.9 %s; applications: %d submitted, %d with a photo, %d left unfinished\n",
		all.took.TotalCount(), all.failed, short(all.at(50)), short(all.at(99)), short(all.at(99.9)), f.done.submitted, f.done.photos, f.done.left)
	if all.failed > 0 {
		tb.Errorf("%d requests failed, such as: %v", all.failed, all.first)
	}
	judge(tb, samples[len(samples)/unsettled:], every, float64(all.took.TotalCount())/length.Seconds())
}

// watch takes samples until ctx ends, and prints the middle of each tenth of a run.
func (s *stand) watch(ctx context.Context, tb testing.TB, every time.Duration) [][]float64 {
	tb.Helper()
	head := fmt.Sprintf("%8s", "after")
	for _, g := range gauges {
		head += fmt.Sprintf("  %*s", width, g.short)
	}
	fmt.Println(head)
	tick := time.NewTicker(every)
	defer tick.Stop()
	began := time.Now()
	var out [][]float64
	for {
		select {
		case <-ctx.Done():
			return out
		case <-tick.C:
			one := s.sample(tb)
			out = append(out, one)
			cells := fmt.Sprintf("%8v", time.Since(began).Round(time.Second))
			for i, g := range gauges {
				cells += fmt.Sprintf("  %*s", width, g.text(one[i]))
			}
			fmt.Println(cells)
		}
	}
}

func (g gauge) text(value float64) string {
	if g.unit == "" {
		return strconv.Itoa(int(value))
	}
	return fmt.Sprintf("%.1f %s", value, g.unit)
}

// judge prints how each gauge went, and fails for those that grow.
func judge(tb testing.TB, samples [][]float64, every time.Duration, rate float64) {
	tb.Helper()
	fmt.Printf("\n%d samples, without the first %d %% of the time\n", len(samples), 100/unsettled)
	t := newTable("figure", "first third", "last third", "line, an hour", "line, a request", "verdict")
	for i, g := range gauges {
		var series []float64
		for _, one := range samples {
			series = append(series, one[i])
		}
		went := trendOf(series)
		verdict := "flat"
		switch {
		case g.part == 0:
			verdict = "a saw"
		case went.grows(g.part, g.few):
			verdict = "GROWS"
			tb.Errorf("%s grows: %s in the first third, %s in the last", g.name, g.text(went.first), g.text(went.last))
		}
		hour := went.slope * float64(time.Hour) / float64(every)
		t.row(g.name, g.text(went.first), g.text(went.last), fmt.Sprintf("%+.1f %s", hour, g.unit), fmt.Sprintf("%+.5f", hour*g.scale/3600/rate), verdict)
	}
	t.print()
}
