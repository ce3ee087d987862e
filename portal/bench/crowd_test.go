package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	callPatience = 30 * time.Second
	settles      = 2 * time.Second // of each step, in which nothing is counted
	digits       = 3               // to which times are kept
)

// tally is what came of the requests of one kind.
type tally struct {
	mu     sync.Mutex
	took   *hdrhistogram.Histogram // microseconds
	failed int
	first  error
}

func newTally() *tally {
	return &tally{took: hdrhistogram.New(1, (2 * callPatience).Microseconds(), digits)}
}

func (t *tally) note(took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.failed++
		if t.first == nil {
			t.first = err
		}
		return
	}
	_ = t.took.RecordValue(max(1, min(took, 2*callPatience).Microseconds())) // in its range
}

// at is the time within which so many of a hundred requests were answered.
func (t *tally) at(percent float64) time.Duration {
	return time.Duration(t.took.ValueAtQuantile(percent)) * time.Microsecond
}

// crowd is a number of clients that ask one server at a time.
type crowd struct {
	caller   caller
	material *material
	families *families
	shares   [kinds]int
	only     string        // one page and no other
	clients  int           // at a time
	pause    time.Duration // of each client between an answer and its next request, on average
}

// outcome is what came of a crowd in the counted time.
type outcome struct {
	clients   int
	length    time.Duration
	kinds     [kinds]*tally
	all       *tally
	portal    usage // what the server took
	database  time.Duration
	generator time.Duration
}

func (o outcome) rate() float64 { return float64(o.all.took.TotalCount()) / o.length.Seconds() }

// cost is the processor time of the server for one request.
func (o outcome) cost() time.Duration {
	return o.portal.processor / time.Duration(max(o.all.took.TotalCount(), 1))
}

// usage is what a server has taken of its machine.
type usage struct {
	processor time.Duration
	resident  int64 // bytes
}

// watched tells what the server and its database have used so far.
type watched func() (server usage, database time.Duration)

// run lets the crowd go on for the time that it settles, and for length, which counts.
func (c crowd) run(tb testing.TB, length, settling time.Duration, now watched) outcome {
	tb.Helper()
	o := outcome{clients: c.clients, all: newTally()}
	for k := range o.kinds {
		o.kinds[k] = newTally()
	}
	var counting atomic.Bool
	ctx, stop := context.WithCancel(tb.Context())
	defer stop()
	var wait sync.WaitGroup
	for n := range c.clients {
		wait.Go(func() {
			c.visit(ctx, n, func(k kind, took time.Duration, err error) {
				if counting.Load() {
					o.kinds[k].note(took, err)
					o.all.note(took, err)
				}
			})
		})
	}
	time.Sleep(settling)
	before, stored := now()
	own, from := processorTime(tb), time.Now()
	counting.Store(true)
	time.Sleep(length)
	counting.Store(false)
	after, storedThen := now()
	o.length, o.generator = time.Since(from), processorTime(tb)-own
	o.portal = usage{after.processor - before.processor, after.resident}
	o.database = storedThen - stored
	stop()
	wait.Wait()
	return o
}

// visit is one client, until ctx ends. A request counts from the moment that it was due,
// so that a generator that comes late shows as time, not as fewer requests.
func (c crowd) visit(ctx context.Context, n int, note func(kind, time.Duration, error)) {
	v := newVisitor(n, c.material, c.shares, c.families)
	v.onlyAddress = c.only
	due := time.Now().Add(time.Duration(v.r.Float64() * float64(min(2*c.pause, settles))))
	for {
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		if ctx.Err() != nil {
			return
		}
		one, done := v.next()
		err := c.caller.do(one)
		done(one)
		end := time.Now()
		note(one.kind, end.Sub(due), err)
		due = end.Add(time.Duration(v.r.ExpFloat64() * float64(c.pause)))
	}
}

// problem is the first failure of an outcome, with the number of all; nil for none.
func (o outcome) problem() error {
	var errs []error
	for k, t := range o.kinds {
		if t.failed > 0 {
			errs = append(errs, fmt.Errorf("%d requests of kind %v failed, such as: %w", t.failed, kind(k), t.first))
		}
	}
	return errors.Join(errs...)
}

// The rule of when a number of clients is too much.
const (
	tooSlow  = 500 * time.Millisecond // p99 of all requests
	noFaster = 1.05                   // times the requests a second of the step before
)

// broken says why a step did not hold; "" where it did. Before is the step before, which
// has fewer clients.
func (o outcome) broken(before *outcome) string {
	switch p99 := o.all.at(99); {
	case o.all.failed > 0:
		return fmt.Sprintf("%d requests failed", o.all.failed)
	case p99 > tooSlow:
		return fmt.Sprintf("p99 over %v", tooSlow)
	case before != nil && o.rate() < noFaster*before.rate():
		return "no more requests a second than before"
	}
	return ""
}

// TestBroken holds outcomes to the rule.
func TestBroken(t *testing.T) {
	made := func(requests int, took time.Duration, failed int) *outcome {
		o := &outcome{length: time.Second, all: newTally()}
		for range requests {
			o.all.note(took, nil)
		}
		for range failed {
			o.all.note(took, errors.New("status 500"))
		}
		return o
	}
	for name, test := range map[string]struct {
		now, before *outcome
		want        string
	}{
		"the first":        {made(100, time.Millisecond, 0), nil, ""},
		"more than":        {made(150, 400*time.Millisecond, 0), made(100, time.Millisecond, 0), ""},
		"slow":             {made(150, 600*time.Millisecond, 0), made(100, time.Millisecond, 0), "p99 over 500ms"},
		"no more":          {made(104, time.Millisecond, 0), made(100, time.Millisecond, 0), "no more requests a second than before"},
		"one has failed":   {made(150, time.Millisecond, 1), made(100, time.Millisecond, 0), "1 requests failed"},
		"one in a hundred": {made(99, time.Millisecond, 0), nil, ""},
	} {
		if got := test.now.broken(test.before); got != test.want {
			t.Errorf("%s: %q; want %q", name, got, test.want)
		}
	}
}
