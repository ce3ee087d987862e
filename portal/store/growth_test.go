package store_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

var (
	applications = flag.Int("applications", 1_000_000, "applications of the large city in the benchmark of growth")
	lookups      = flag.Int("lookups", 2000, "look-ups of each kind in it")
)

// smallCity is what the large one is compared with.
const smallCity = 1000

// BenchmarkGrowth measures, in turns, how long staff and families wait in a city with
// a thousand applications and in one with a million. p99/p99 is how many times longer
// the slowest hundredth takes in the large one. What the database reads for the last of
// the look-ups is counted in both, as [TestListsReadWhatTheyShow] does: rows, or steps of
// SQLite's machine. A look-up that grows with the city fails, whatever the clock says.
func BenchmarkGrowth(b *testing.B) {
	for _, on := range []string{"sqlite", "postgres"} {
		b.Run(on, func(b *testing.B) {
			small, large := openCity(b, on, smallCity), openCity(b, on, *applications)
			for _, l := range lookupKinds {
				b.Run(l.name, func(b *testing.B) {
					var few, many rounded
					for b.Loop() {
						for range *rounds {
							few, many = append(few, nil), append(many, nil)
							for i := range *lookups / *rounds {
								if i%2 == 0 { // each of them comes first as often as the other
									few.add(small.took(b, l.do))
								}
								many.add(large.took(b, l.do))
								if i%2 == 1 {
									few.add(small.took(b, l.do))
								}
							}
						}
					}
					b.ReportMetric(few.slowest(50)/1000, "small-p50-µs")
					b.ReportMetric(few.slowest(99)/1000, "small-p99-µs")
					b.ReportMetric(many.slowest(50)/1000, "large-p50-µs")
					b.ReportMetric(many.slowest(99)/1000, "large-p99-µs")
					b.ReportMetric(many.slowest(50)/few.slowest(50), "p50/p50")
					b.ReportMetric(many.slowest(99)/few.slowest(99), "p99/p99")
					read, reads := small.readsFor(b, l.do), large.readsFor(b, l.do)
					b.ReportMetric(float64(read), "small-read")
					b.ReportMetric(float64(reads), "large-read")
					b.ReportMetric(0, "ns/op") // would count both
					// Where two filters have no index together, a small city has less than a
					// page may look at.
					if most := 3*read + large.allowance(); reads > most {
						b.Errorf("reads %d in the large city and %d in the small one; want no more than %d", reads, read, most)
					}
				})
			}
		})
	}
}

// TestLookups runs the benchmark's look-ups in a small city.
func TestLookups(t *testing.T) {
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			c := openCity(t, on, smallCity)
			for _, l := range lookupKinds {
				for range 5 {
					c.took(t, l.do)
				}
				if n := c.readsFor(t, l.do); n == 0 {
					t.Errorf("%s reads nothing", l.name)
				}
			}
			c.sound(t)
		})
	}
}

// city is a store full of applications.
type city struct {
	*fixture
	submitted []*apply.Application // a sample
	asked     int
}

// lookupKinds each return how many applications they found.
var lookupKinds = []struct {
	name string
	do   func(c *city, tb testing.TB, a *apply.Application) (found int, err error)
}{
	{"by number", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		_, err := c.ApplicationByReference(tb.Context(), a.Reference)
		return 1, err
	}},
	{"by number and code", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		c.asked++
		_, err := c.OpenWithCode(tb.Context(), a.Reference, a.Code, fmt.Sprint("client", c.asked))
		return 1, err
	}},
	{"by child", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		list, err := c.ApplicationsOfChild(tb.Context(), apply.Actor{}, a.Answers[apply.FieldChildID])
		return len(list), err
	}},
	{"others for the child", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		list, err := c.TwinsForStaff(tb.Context(), apply.Actor{}, a)
		return 1 + len(list), err
	}},
	{"list", func(c *city, tb testing.TB, _ *apply.Application) (int, error) { return c.page(tb, casework.Query{}) }},
	{"list of a state", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{State: apply.Approved})
	}},
	{"list of a town", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Town: "shiqi"})
	}},
	{"list of a town and a state", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Town: "shiqi", State: apply.Approved})
	}},
	{"list from somewhere", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		return c.page(tb, casework.Query{After: c.Place(a)})
	}},
	{"list of a state from somewhere", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		return c.page(tb, casework.Query{After: c.Place(a), State: apply.Approved})
	}},
	{"list of a town from somewhere", func(c *city, tb testing.TB, a *apply.Application) (int, error) {
		return c.page(tb, casework.Query{After: c.Place(a), Town: "shiqi"})
	}},
	{"list of a policy", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Policy: "sample"})
	}},
	{"list of a policy and a town", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Policy: "sample", Town: "shiqi"})
	}},
	{"list of what is late", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Due: casework.Span{To: c.clock.now()}})
	}},
	{"list of what is late in a town", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Town: "shiqi", Due: casework.Span{To: c.clock.now()}})
	}},
	{"list of a colleague", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Assignee: someHandler})
	}},
	{"queue of the city", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Queue: true})
	}},
	{"queue of a town", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		return c.page(tb, casework.Query{Queue: true, Town: "shiqi"})
	}},
	{"counts of the city", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		n, err := c.Counts(tb.Context(), apply.Actor{}, "")
		return n.Unassigned, err
	}},
	{"counts of a town", func(c *city, tb testing.TB, _ *apply.Application) (int, error) {
		n, err := c.Counts(tb.Context(), apply.Actor{}, "shiqi")
		return n.Unassigned, err
	}},
}

// someHandler is one of two who share half of what waits.
const someHandler = "handler-1"

// handOut gives every other application that waits to somebody, and makes half of what
// waits late.
func (c *city) handOut(tb testing.TB) {
	tb.Helper()
	now := c.clock.now().UnixMicro()
	const day = int64(24 * time.Hour / time.Microsecond)
	for _, statement := range []string{
		fmt.Sprintf(`UPDATE applications SET turn = %d + created_at %% %d WHERE waiting = 1`, now-100*day, 200*day),
		`UPDATE applications SET assignee = CASE WHEN created_at % 4 = 1 THEN 'handler-1' ELSE 'handler-2' END WHERE waiting = 1 AND created_at % 2 = 1`,
	} {
		if _, err := c.raw.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatal(err)
		}
	}
}

// desk is who looks things up.
var desk = apply.Actor{Kind: apply.StaffActor, ID: "nobody"}

func (c *city) page(tb testing.TB, q casework.Query) (int, error) {
	q.Limit = 20 // what a thousand applications fill with any filter
	page, err := c.Applications(tb.Context(), apply.Actor{}, q)
	return len(page.Applications), err
}

// took does one look-up for an application of the sample.
func (c *city) took(tb testing.TB, do func(*city, testing.TB, *apply.Application) (int, error)) time.Duration {
	tb.Helper()
	a := c.submitted[mathrand.IntN(len(c.submitted))]
	start := time.Now()
	found, err := do(c, tb, a)
	took := time.Since(start)
	if err != nil || found == 0 {
		tb.Fatalf("%d found, %v", found, err)
	}
	return took
}

// readsFor is how much the database reads for one look-up.
func (c *city) readsFor(tb testing.TB, do func(*city, testing.TB, *apply.Application) (int, error)) int {
	tb.Helper()
	a := c.submitted[mathrand.IntN(len(c.submitted))]
	return c.reads(tb, c.overheard(tb, func(_ context.Context, s *store.Store) error {
		heard := &city{fixture: &fixture{Store: s, clock: c.clock}, asked: *lookups + c.asked}
		_, err := do(heard, tb, a)
		return err
	}))
}

// rounded are the times of several rounds, so that one stall of the machine does not
// decide about all.
type rounded [][]time.Duration

func (r rounded) add(d time.Duration) { r[len(r)-1] = append(r[len(r)-1], d) }

// slowest returns the percentile of the median round, in nanoseconds.
func (r rounded) slowest(percent int) float64 {
	var each []float64
	for _, round := range r {
		each = append(each, float64(slices.Sorted(slices.Values(round))[len(round)*percent/100]))
	}
	return median(each)
}

// openCity makes n applications of two years: most are decided, one in twenty is a
// draft, and a third are of the largest town.
func openCity(tb testing.TB, on string, n int) *city {
	tb.Helper()
	c := &city{fixture: openDurable(tb, on)}
	const atOnce = 8192
	begun := time.Now()
	numbers := c.numbers(tb, n)
	slices.Sort(numbers) // so that the database goes on where it was
	err := c.WithoutIndexes(tb.Context(), func() error {
		for some := range slices.Chunk(numbers, atOnce) {
			all := c.invent(tb, some)
			for _, a := range all {
				// From where a list goes on there must be something left of it.
				if a.State == apply.Approved && a.Submitted.After(c.clock.now().AddDate(-1, 0, 0)) && len(c.submitted) < 10000 && mathrand.IntN(n) < 30000 {
					c.submitted = append(c.submitted, a)
				}
			}
			if err := c.Fill(tb.Context(), all); err != nil {
				return err
			}
		}
		c.handOut(tb)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.Analyze(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Logf("%s: %d applications made in %s", on, n, time.Since(begun).Round(time.Second))
	return c
}

// paths are how applications have gone, by how many of twenty.
var paths = []struct {
	of20  int
	moves []apply.Move
}{
	{1, nil},
	{1, []apply.Move{apply.Submit}},
	{1, []apply.Move{apply.Submit, apply.Accept}},
	{1, []apply.Move{apply.Submit, apply.AskMore}},
	{2, []apply.Move{apply.Submit, apply.Refuse}},
	{1, []apply.Move{apply.Submit, apply.Withdraw}},
	{13, []apply.Move{apply.Submit, apply.Accept, apply.Approve}},
}

var moveStates = map[apply.Move]apply.State{
	apply.Submit: apply.Submitted, apply.Accept: apply.Accepted, apply.AskMore: apply.MoreNeeded,
	apply.Refuse: apply.Refused, apply.Withdraw: apply.Withdrawn, apply.Approve: apply.Approved,
}

// invent makes applications that have been through something.
func (c *city) invent(tb testing.TB, numbers []apply.Reference) []*apply.Application {
	tb.Helper()
	all := c.blank(tb, numbers)
	for _, a := range all {
		a.Answers = maps.Clone(a.Answers)
		a.Answers[apply.FieldChildID] = fmt.Sprintf("4420002018%08d", mathrand.IntN(10_000_000))
		if mathrand.IntN(3) > 0 {
			a.Answers[apply.FieldTown] = fmt.Sprintf("town-%d", mathrand.IntN(23))
		}
		at := a.Created.Add(-time.Duration(mathrand.Int64N(int64(2 * 365 * 24 * time.Hour))))
		a.Created, a.Updated = at, at
		path, i := mathrand.IntN(20), 0
		for ; path >= paths[i].of20; i++ {
			path -= paths[i].of20
		}
		for _, m := range paths[i].moves {
			at = at.Add(24 * time.Hour)
			e := apply.Event{Number: len(a.Events) + 1, At: at, Actor: apply.Family, Move: m, State: moveStates[m]}
			if m != apply.Submit && m != apply.Withdraw {
				e.Actor, e.Reason = desk, "按规定办理。"
			}
			if m == apply.Submit {
				a.Submitted, a.Consent = at, apply.Consent{Guardian: guardian, Relation: "grandparent", Notice: "2026-11", At: at}
			}
			a.Events, a.State, a.Updated = append(a.Events, e), e.State, at
			a.Version++
		}
	}
	return all
}
