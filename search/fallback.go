package search

import (
	"context"
	"errors"
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
}

// Fallback answers from a Meilisearch server and, whenever that fails, from
// the embedded engine, which holds the same documents. It goes back by itself
// once the server is well and has the current documents.
type Fallback struct {
	primary *Meili
	reserve *Index
	log     *slog.Logger
	opts    FallbackOptions
	stop    context.CancelFunc
	done    chan struct{}
	wake    chan struct{} // buffered: something changed for the background

	mu      sync.Mutex
	status  Status
	docs    []Document
	version int // of docs; 0 before the first Index call
	sent    int // version that the server has
}

// NewFallback starts in reserve and looks after the server in the background
// until Close.
func NewFallback(primary *Meili, reserve *Index, logger *slog.Logger, opts FallbackOptions) *Fallback {
	if opts.MinWait <= 0 {
		opts.MinWait = defaultMinWait
	}
	if opts.MaxWait <= 0 {
		opts.MaxWait = defaultMaxWait
	}
	ctx, stop := context.WithCancel(context.Background())
	f := &Fallback{
		primary: primary, reserve: reserve, log: logger, opts: opts, stop: stop,
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

// Index replaces the content: of the embedded engine before it returns, of the
// server in the background. Until the server has it too, the embedded engine
// answers. The error is that of the embedded engine.
func (f *Fallback) Index(ctx context.Context, docs []Document) error {
	if err := f.reserve.Index(ctx, docs); err != nil {
		return err
	}
	f.mu.Lock()
	f.docs = docs
	f.version++
	f.set(ServingEmbedded, "sending documents to meilisearch")
	f.mu.Unlock()
	f.nudge()
	return nil
}

// Search asks the server when it is well, the embedded engine otherwise. A
// failure of the server costs the visitor at most its time-out, once.
func (f *Fallback) Search(ctx context.Context, q Query) (Result, error) {
	if f.Status().Serving == ServingEmbedded {
		return f.reserve.Search(ctx, q)
	}
	r, err := f.primary.Search(ctx, q)
	if err == nil || ctx.Err() != nil {
		return r, err
	}
	if errors.Is(err, ErrUnavailable) {
		f.fail(err)
	} else {
		f.log.Error("search refused", "error", err)
	}
	return f.reserve.Search(ctx, q)
}

// fail turns to the reserve and has the background look at the server. Of many
// searches that fail at once only the first has an effect.
func (f *Fallback) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.status.Serving == ServingMeili {
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
			f.sleep(ctx, nil)
			if time.Since(up) > f.opts.MaxWait {
				wait = f.opts.MinWait
			}
			if f.current() && f.Status().Serving == ServingEmbedded {
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

// sleep returns when there is something to do or the time has come.
func (f *Fallback) sleep(ctx context.Context, alarm <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-f.wake:
	case <-alarm:
	}
}

// current reports whether the server has been sent the newest documents.
func (f *Fallback) current() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent == f.version
}

// attempt brings the server up to date and turns to it; false when that cannot
// be done now.
func (f *Fallback) attempt(ctx context.Context) bool {
	f.mu.Lock()
	docs, version, sent := f.docs, f.version, f.sent
	f.mu.Unlock()
	if version == 0 {
		return false
	}
	var err error
	if sent != version {
		err = f.primary.Index(ctx, docs)
	} else if err = f.primary.Probe(ctx); err != nil && ctx.Err() == nil {
		err = f.restore(ctx, docs, err)
	}
	if ctx.Err() != nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.set(ServingEmbedded, err.Error())
		return false
	}
	f.sent = version
	if f.version != version { // new documents came meanwhile
		return true
	}
	f.set(ServingMeili, "")
	return true
}

// restore sends the documents again when the server is well but has lost them,
// as after a restart without its disk.
func (f *Fallback) restore(ctx context.Context, docs []Document, probe error) error {
	if !f.primary.healthy(ctx) {
		return probe
	}
	return f.primary.Index(ctx, docs)
}
