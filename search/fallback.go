package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Names of the engines in [Status].
const (
	ServingMeili    = "meilisearch"
	ServingEmbedded = "embedded"
)

// How long the fallback waits between attempts to reach the server.
const (
	defaultMinWait = 500 * time.Millisecond
	defaultMaxWait = 30 * time.Second
	defaultLook    = 10 * time.Second
)

// Status says which engine answers and, when it is the reserve, why.
type Status struct {
	Serving string    `json:"serving"`
	Reason  string    `json:"reason,omitempty"`
	Since   time.Time `json:"since"`
}

// FallbackOptions tunes a [Fallback]; the zero value is right for a site.
type FallbackOptions struct {
	MinWait, MaxWait time.Duration // between attempts, doubling from one to the other
	Look             time.Duration // how often a server that nobody finds fault with is asked how it is
}

// Fallback asks a Meilisearch server while it is well and holds what was published
// last, and does without it otherwise. It goes back by itself.
type Fallback struct {
	server *Meili
	log    *slog.Logger
	opts   FallbackOptions
	stop   context.CancelFunc
	done   chan struct{}
	wake   chan struct{} // buffered: something changed for the background

	mu        sync.Mutex
	status    Status
	published *Index // nil before the first Publish
	state     state  // of what was published; empty until computed
}

// NewFallback starts without the server and looks after it in the background until
// Close.
func NewFallback(server *Meili, logger *slog.Logger, opts FallbackOptions) *Fallback {
	if opts.MinWait <= 0 {
		opts.MinWait = defaultMinWait
	}
	if opts.MaxWait <= 0 {
		opts.MaxWait = defaultMaxWait
	}
	if opts.Look <= 0 {
		opts.Look = defaultLook
	}
	ctx, stop := context.WithCancel(context.Background())
	f := &Fallback{
		server: server, log: logger, opts: opts, stop: stop,
		done: make(chan struct{}), wake: make(chan struct{}, 1),
		status: Status{Serving: ServingEmbedded, Reason: "starting", Since: time.Now()},
	}
	go f.look(ctx)
	return f
}

// Close ends the background work. Searches go on.
func (f *Fallback) Close() {
	f.stop()
	<-f.done
}

// Status returns which engine answers now.
func (f *Fallback) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

// Publish has the server hold what the index does, in the background. Until it
// does, the index answers alone.
func (f *Fallback) Publish(x *Index) {
	f.mu.Lock()
	f.published, f.state = x, state{}
	f.set(ServingEmbedded, "sending documents to meilisearch")
	f.nudge()
	f.mu.Unlock()
}

// Backed is an embedded index with a server in front that may fail.
type Backed struct {
	*Assisted
	fallback *Fallback
}

// Over returns the engine that ranks the server's candidates, or else all documents,
// with x.
func (f *Fallback) Over(x *Index) *Backed { return &Backed{f.server.Over(x), f} }

// Search asks the server when it is well, the index alone otherwise. A failure of
// the server costs a visitor at most its time-out, once.
func (b *Backed) Search(ctx context.Context, q Query) (Result, error) {
	if b.fallback.Status().Serving == ServingEmbedded {
		return b.local.Search(ctx, q)
	}
	r, err := b.Assisted.Search(ctx, q)
	if err == nil || ctx.Err() != nil {
		return r, err
	}
	if errors.Is(err, ErrUnavailable) {
		b.fallback.fail(err)
	} else {
		b.fallback.log.Error("search refused", "error", err)
	}
	return b.local.Search(ctx, q)
}

// fail does without the server and has the background look at it. Of many searches
// that fail at once only the first has an effect. Connections that are kept may be
// dead, too, without saying so.
func (f *Fallback) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.status.Serving == ServingMeili {
		f.server.client.CloseIdleConnections()
		f.set(ServingEmbedded, err.Error())
		f.nudge()
	}
}

// set changes the status and logs the change; f.mu is held.
func (f *Fallback) set(serving, reason string) {
	if f.status.Serving == serving && f.status.Reason == reason {
		return
	}
	if f.status.Serving != serving {
		f.status.Since = time.Now()
	}
	f.status.Serving, f.status.Reason = serving, reason
	level := slog.LevelInfo
	if reason != "" {
		level = slog.LevelWarn
	}
	f.log.Log(context.Background(), level, "search engine", "serving", serving, "reason", reason)
}

// nudge wakes the background; f.mu is held.
func (f *Fallback) nudge() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// look is the background: it brings the server up to date and tries again with
// growing pauses while that fails. A server that is well when asked but fails
// those who search counts as failing, so that visitors do not pay for it again
// and again.
func (f *Fallback) look(ctx context.Context) {
	defer close(f.done)
	wait, up := f.opts.MinWait, time.Now()
	for ctx.Err() == nil {
		switch {
		case f.Status().Serving == ServingMeili:
			f.sleep(ctx, time.After(f.opts.Look))
			f.notice(ctx)
			if time.Since(up) > f.opts.MaxWait {
				wait = f.opts.MinWait
			}
			if f.failing() {
				f.sleep(ctx, time.After(wait))
				wait = min(2*wait, f.opts.MaxWait)
			}
		case f.attempt(ctx):
			up = time.Now()
		default:
			f.sleep(ctx, time.After(wait))
			wait = min(2*wait, f.opts.MaxWait)
		}
	}
}

// notice finds a server that has gone while nobody searched: whoever looks after the site
// is to know before a visitor waits for it.
func (f *Fallback) notice(ctx context.Context) {
	if f.Status().Serving == ServingMeili && !f.server.healthy(ctx) && ctx.Err() == nil {
		f.fail(fmt.Errorf("%w: does not say that it is well", ErrUnavailable))
	}
}

// sleep returns when there is something to do or the time has come.
func (f *Fallback) sleep(ctx context.Context, alarm <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-f.wake:
	case <-alarm:
	}
}

// failing reports that the server was left for what it did, not for something new
// to be sent.
func (f *Fallback) failing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status.Serving == ServingEmbedded && f.state != state{}
}

// attempt brings the server up to date and turns to it; false when that cannot
// be done now.
func (f *Fallback) attempt(ctx context.Context) bool {
	f.mu.Lock()
	select {
	case <-f.wake: // what it was about is seen now; nothing would be new afterwards
	default:
	}
	x, want := f.published, f.state
	f.mu.Unlock()
	if x == nil {
		return false
	}
	var err error
	if want == (state{}) {
		m, bad := mirrorOf(ctx, x)
		if bad != nil {
			return false // told to stop
		}
		want = m.state
	}
	if _, err = f.server.probe(ctx, want); err != nil && ctx.Err() == nil {
		err = f.restore(ctx, x, err)
	}
	if ctx.Err() != nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.published != x { // something new came meanwhile
		return true
	}
	f.state = want
	if err != nil {
		f.set(ServingEmbedded, err.Error())
		return false
	}
	f.set(ServingMeili, "")
	return true
}

// restore sends the documents when the server is well but holds others, or none, as
// after a restart without its disk. What may not write waits for somebody who does.
func (f *Fallback) restore(ctx context.Context, x *Index, probe error) error {
	if !f.server.healthy(ctx) {
		return probe
	}
	if !f.server.writes() {
		return fmt.Errorf("%w; no admin key: run portal index where there is one", probe)
	}
	did, err := f.server.Sync(ctx, x, SyncOptions{})
	if err == nil && (did.Sent > 0 || did.Deleted > 0 || did.Rebuilt) {
		f.log.Info("documents sent to meilisearch", "sent", did.Sent, "deleted", did.Deleted, "rebuilt", did.Rebuilt)
	}
	return err
}
