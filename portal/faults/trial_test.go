package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huitong/portal/servers"
)

// trial is one harm done to a portal that is used.
type trial struct {
	portal *portal
	harm   func() (undo func())
	lasts  time.Duration
	try    func(context.Context, *family) error // what works again once all is well; nil: to begin an application
	also   func(*outcome)                       // what else visitors do meanwhile
}

const (
	familiesAtOnce = 8
	readersAtOnce  = 4
	enough         = 20 // acknowledged before the harm, and again after it
)

// pages are what people read; the last of them looks something up.
var pages = []string{
	"/", "/policies", "/policies/basic-living-allowance", "/policies/tomorrow-plan?mode=elder", "/en/policies", "/help", programme,
	"/search?q=%E5%AD%A4%E5%84%BF%E7%9C%8B%E7%97%85",
}

// crowd uses the portal: families apply, others read. What they meet is kept.
type crowd struct {
	world *world
	base  string
	stop  atomic.Bool // nobody begins any more
	gone  atomic.Bool // nobody presses again any more
	wait  sync.WaitGroup

	mu      sync.Mutex
	handed  []*family      // those whose application was acknowledged
	harmed  bool           // the harm is being done
	met     map[string]int // what was seen instead of a page, how often
	asked   int            // pages asked for during the harm
	read    int
	slowest time.Duration // answer to a reader during the harm
	longest time.Duration // that a family waited for an answer during the harm
	unkind  []string      // answers that help nobody
}

func (w *world) crowd(base string) *crowd {
	c := &crowd{world: w, base: base, met: map[string]int{}}
	for range familiesAtOnce {
		c.wait.Go(c.applyOn)
	}
	for i := range readersAtOnce {
		c.wait.Go(func() { c.readOn(i) })
	}
	return c
}

// applyOn has one family after the other apply. Who is not told what came of the last
// button presses it again.
func (c *crowd) applyOn() {
	for !c.stop.Load() {
		f := c.world.family(c.base)
		if err := c.timed(func() error { return f.fill(context.Background()) }, f); err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		for f.number == "" && !c.gone.Load() {
			err := c.timed(func() error { return f.submit(context.Background()) }, f)
			if errors.Is(err, errElsewhere) {
				break // the page says where to go on, which is a story of its own
			}
			if err != nil {
				time.Sleep(200 * time.Millisecond)
			}
		}
		if f.number != "" {
			c.mu.Lock()
			c.handed = append(c.handed, f)
			c.mu.Unlock()
		}
	}
}

// timed does what a family does and notes what it met.
func (c *crowd) timed(do func() error, f *family) error {
	last := time.Now()
	var longest time.Duration
	f.seen = func(page) {
		longest = max(longest, time.Since(last))
		last = time.Now()
	}
	err := do()
	longest = max(longest, time.Since(last))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.harmed {
		c.longest = max(c.longest, longest)
	}
	if err != nil {
		c.meet(f, err)
	}
	return err
}

// meet notes what a family met instead of what it asked for; c.mu is held.
func (c *crowd) meet(f *family, err error) {
	what := brokenConnection(err)
	if errors.Is(err, errRefused) {
		what = fmt.Sprintf("%d “%s” %s", f.page.status, f.page.heading(), f.page.lead())
		if f.page.heading() == "" || !strings.Contains(f.page.text, "12345") {
			c.unkind = append(c.unkind, what)
		}
	}
	c.met[what]++
}

// brokenConnection names an error without addresses and ports.
func brokenConnection(err error) string {
	var late net.Error
	switch {
	case errors.As(err, &late) && late.Timeout():
		return "no answer"
	case strings.Contains(err.Error(), "connection refused"):
		return "connection refused"
	case errors.Is(err, io.EOF), strings.Contains(err.Error(), "connection reset"):
		return "connection broken off"
	}
	return err.Error()
}

// readOn asks for one page after the other.
func (c *crowd) readOn(i int) {
	client := c.world.client(nil)
	for ; !c.stop.Load(); i++ {
		began := time.Now()
		resp, err := client.Get(c.base + pages[i%len(pages)])
		ok := false
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			ok = err == nil && resp.StatusCode == http.StatusOK
		}
		c.mu.Lock()
		if c.harmed {
			c.asked++
			if ok {
				c.read++
			}
			c.slowest = max(c.slowest, time.Since(began))
		}
		c.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *crowd) harm(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.harmed = on
}

func (c *crowd) acknowledged() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.handed)
}

// more waits until so many more families were acknowledged.
func (c *crowd) more(t *testing.T, n int) {
	t.Helper()
	from := c.acknowledged()
	defer func() {
		if c.acknowledged() < from+n {
			c.mu.Lock()
			defer c.mu.Unlock()
			t.Logf("families met: %v", c.met)
		}
	}()
	servers.Await(t, "families are acknowledged", func() bool { return c.acknowledged() >= from+n })
}

// run does the harm amid a crowd and looks afterwards for what was acknowledged.
func (tr trial) run(t *testing.T) outcome {
	t.Helper()
	p := tr.portal
	c := p.world.crowd(p.base)
	defer func() { c.gone.Store(true); c.leave() }()
	var o outcome
	c.more(t, enough)
	c.harm(true)
	undo := tr.harm()
	until := time.After(tr.lasts)
	if tr.also != nil {
		tr.also(&o)
	}
	<-until
	undo()
	ended := time.Now()
	o.healed = tr.heals(t).Sub(ended)
	c.harm(false)
	c.more(t, enough)
	c.leave()
	o.met, o.unkind, o.asked, o.read, o.slowest, o.longest = c.met, c.unkind, c.asked, c.read, c.slowest, c.longest
	o.acknowledged = len(c.handed)
	for _, f := range c.handed {
		if err := f.holds(context.Background()); err != nil {
			o.broke("lost: %v", err)
			continue
		}
		o.found++
	}
	if strings.Contains(p.Output.String(), "panic") {
		o.broke("the log tells of a panic: %s", p.Output.Tail())
	}
	if out, err := exec.Command(p.world.binary, append([]string{"audit", "verify"}, p.args...)...).CombinedOutput(); err != nil {
		o.broke("the audit is not whole: %s", out)
	}
	return o
}

// leave waits until all have ended what they had begun.
func (c *crowd) leave() {
	c.stop.Store(true)
	c.wait.Wait()
}

// heals tries until a write works again and returns when.
func (tr trial) heals(t *testing.T) time.Time {
	t.Helper()
	try := tr.try
	if try == nil {
		try = func(ctx context.Context, f *family) error { return f.begin(ctx) }
	}
	servers.Await(t, "writing works again", func() bool {
		return try(context.Background(), tr.portal.world.family(tr.portal.base)) == nil
	})
	return time.Now()
}

// outcome is a row of the table.
type outcome struct {
	name                string
	met                 map[string]int
	unkind              []string
	asked, read         int
	slowest, longest    time.Duration
	acknowledged, found int
	healed, took        time.Duration
	notes               []string
	broken              []string
	cutOff              bool // connections may break: the portal itself is killed
}

func (o *outcome) broke(format string, args ...any) {
	o.broken = append(o.broken, fmt.Sprintf(format, args...))
}

func (o *outcome) note(format string, args ...any) {
	o.notes = append(o.notes, fmt.Sprintf(format, args...))
}

// Bounds of the promises. A busy machine is slow; a visitor who waits longer leaves.
const (
	answeredWithin = 20 * time.Second
	healedWithin   = 30 * time.Second
)

// judge fails the test for each promise that was broken.
func (o *outcome) judge(t *testing.T) {
	t.Helper()
	if !o.cutOff {
		if o.read < o.asked {
			o.broke("%d of %d pages could not be read", o.asked-o.read, o.asked)
		}
		for _, what := range slices.Sorted(maps.Keys(o.met)) {
			if !strings.Contains(what, "“") {
				o.broke("met by families: %s (%d times)", what, o.met[what])
			}
		}
	}
	if o.longest > answeredWithin || o.slowest > answeredWithin {
		o.broke("somebody waited %s, a reader %s", o.longest, o.slowest)
	}
	if len(o.unkind) > 0 {
		o.broke("an answer that helps nobody: %s", o.unkind[0])
	}
	if o.found != o.acknowledged {
		o.broke("%d of %d acknowledged applications are lost", o.acknowledged-o.found, o.acknowledged)
	}
	if o.healed > healedWithin {
		o.broke("it healed after %s", o.healed)
	}
	for _, b := range o.broken {
		t.Error(b)
	}
}
