package demo

import (
	"container/heap"
	"context"
	"sync/atomic"
	"time"

	"huitong/portal/apply"
)

// Clock is the time of the story. It is safe for concurrent use: the store asks it from
// goroutines of its own.
type Clock struct{ at atomic.Int64 }

// NewClock is a clock that stands at a moment until the story begins.
func NewClock(at time.Time) *Clock {
	c := &Clock{}
	c.set(at)
	return c
}

// Now is the moment of the story.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.at.Load()).UTC() }

func (c *Clock) set(t time.Time) { c.at.Store(t.UnixMicro()) }

// entry is something that is going to be done.
type entry struct {
	at     time.Time
	number int // of two at one moment, the one that was planned first comes first
	what   string
	do     func(context.Context) error
}

// diary is what is going to be done. The zero diary is empty.
type diary struct {
	entries heaped
	planned int
}

func (d *diary) plan(at time.Time, what string, do func(context.Context) error) {
	d.planned++
	heap.Push(&d.entries, entry{at, d.planned, what, do})
}

// next takes out what comes first; false if that lies behind the end of the story.
func (d *diary) next(end time.Time) (entry, bool) {
	if len(d.entries) == 0 || d.entries[0].at.After(end) {
		return entry{}, false
	}
	return heap.Pop(&d.entries).(entry), true
}

type heaped []entry

func (h heaped) Len() int      { return len(h) }
func (h heaped) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h heaped) Less(i, j int) bool {
	return h[i].at.Before(h[j].at) || h[i].at.Equal(h[j].at) && h[i].number < h[j].number
}
func (h *heaped) Push(x any) { *h = append(*h, x.(entry)) }
func (h *heaped) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

// later plans what a family does: at any hour that people are awake, on any day.
func (t *city) later(after time.Duration, what string, do func(context.Context) error) {
	at := t.Clock.Now().Add(after).In(apply.China)
	at = time.Date(at.Year(), at.Month(), at.Day(), 7+t.random.IntN(15), t.random.IntN(60), t.random.IntN(60), 0, apply.China)
	if !at.After(t.Clock.Now()) {
		at = t.Clock.Now().Add(time.Duration(1+t.random.IntN(90)) * time.Minute)
	}
	t.days.plan(at, what, do)
}

// atOffice plans what staff do: so many working days on, between nine and half past five.
func (t *city) atOffice(workdays int, what string, do func(context.Context) error) {
	day := apply.Due(t.Clock.Now(), max(workdays, 1), t.Library.Holidays).In(apply.China)
	at := time.Date(day.Year(), day.Month(), day.Day(), 9, 0, 0, 0, apply.China)
	t.days.plan(at.Add(time.Duration(t.random.IntN(int(8*time.Hour+30*time.Minute)))), what, do)
}

// sometime is a moment of the story, rather a late one than an early one: the portal
// becomes known.
func (t *city) sometime() time.Duration {
	f := max(t.random.Float64(), t.random.Float64())
	return time.Duration(f * float64(span-48*time.Hour))
}

// chance is true so often in a hundred.
func (t *city) chance(percent int) bool { return t.random.IntN(100) < percent }

// pick is one of some.
func pick[T any](t *city, all []T) T { return all[t.random.IntN(len(all))] }
