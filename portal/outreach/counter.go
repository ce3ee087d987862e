package outreach

import (
	"context"
	"errors"
	"sync"
	"time"
)

// HeldAtMost is how many visits a [Counter] holds that are not saved: the most that a
// kill loses while the database does not answer. While it does, a visit is answered once
// it is saved, and nothing is lost.
const HeldAtMost = 10_000

// ErrFull says that a visit is not counted, since too many wait to be saved.
var ErrFull = errors.New("too many visits wait to be counted")

// saveLasts is how long one attempt to save may take.
const saveLasts = 10 * time.Second

// Visit is the link that somebody opened, and the day. Nothing else is known of it.
type Visit struct {
	Code Code
	Day  int64 // since 1970
}

// Batch is visits that are saved together. Saving the same batch twice counts once.
type Batch struct {
	ID     string
	Visits map[Visit]int64
}

// Ledger saves visits.
type Ledger interface {
	NewBatchID() (string, error)
	CountVisits(ctx context.Context, b Batch) error
}

// Counter adds up visits that come at the same time and saves them together.
type Counter struct {
	ledger Ledger

	mu     sync.Mutex
	held   int
	busy   bool
	next   *waiting // gathers
	saving *waiting // is on its way, or failed and goes again
}

type waiting struct {
	Batch
	done chan struct{}
}

// NewCounter returns a Counter that saves in the ledger.
func NewCounter(l Ledger) *Counter { return &Counter{ledger: l} }

// Count returns nil once the visit is saved. When ctx ends before, the visit is held and
// saved as soon as can be.
func (c *Counter) Count(ctx context.Context, v Visit) error {
	mine, err := c.take(v)
	if err != nil {
		return err
	}
	select {
	case <-mine.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Counter) take(v Visit) (*waiting, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.busy { // also when this one is let go: what waits is tried again
		c.busy = true
		go c.save()
	}
	if c.held >= HeldAtMost {
		return nil, ErrFull
	}
	c.held++
	if c.next == nil {
		c.next = &waiting{Batch{Visits: map[Visit]int64{}}, make(chan struct{})}
	}
	c.next.Visits[v]++
	return c.next, nil
}

// save saves until nothing waits, or until it fails; the next visit tries again.
func (c *Counter) save() {
	for {
		c.mu.Lock()
		if c.saving == nil {
			c.saving, c.next = c.next, nil
		}
		now := c.saving
		if now == nil {
			c.busy = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		err := c.send(now)
		c.mu.Lock()
		if err != nil {
			c.busy = false
			c.mu.Unlock()
			return
		}
		c.saving = nil
		for _, n := range now.Visits {
			c.held -= int(n)
		}
		c.mu.Unlock()
		close(now.done)
	}
}

func (c *Counter) send(b *waiting) (err error) {
	if b.ID == "" {
		if b.ID, err = c.ledger.NewBatchID(); err != nil {
			return err
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), saveLasts)
	defer stop()
	return c.ledger.CountVisits(ctx, b.Batch)
}
