// Package limits counts together what several portals let through: the posts of one
// client within a minute, in a Redis or Valkey server.
//
// A [Shared] adds one to a name that its caller has hashed, so that the server holds
// nothing about anybody, and forgets it with the window. While the server is away it says
// so with [ErrAway] at once, without asking each time: whoever counts then counts for
// itself. It is told to the log when the server goes and when it is back.
//
// The package knows neither what is counted nor how much is allowed.
package limits

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ErrAway says that the server did not answer, now or a moment ago.
var ErrAway = errors.New("the server that counts is away")

// patience is how long one count may take: a post waits for it.
const patience = 150 * time.Millisecond

// pause is how long the server is left alone after it did not answer.
const pause = 5 * time.Second

// prefix begins every key, so that the server can have other uses.
const prefix = "huitong:limit:"

// addOne counts and starts the window in one step: a client's key can never stay behind
// without an end.
var addOne = redis.NewScript(`
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}`)

// Shared counts in a server. It is safe for concurrent use.
type Shared struct {
	client *redis.Client
	log    *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	away  bool
	until time.Time // before which it is not asked again
}

// quiet is the library's own log: what it says stands in the errors that it returns.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// Check says what is wrong with the address of a server, and never repeats it: it may
// hold a password.
func Check(address string) error {
	if _, err := redis.ParseURL(address); err != nil {
		return errors.New("is no address of a Redis server")
	}
	return nil
}

// Open returns what counts in the server at redis://user:password@host:port/number, or
// rediss:// for TLS. It does not wait for the server.
func Open(address string, log *slog.Logger, now func() time.Time) (*Shared, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, Check(address)
	}
	redis.SetLogger(quiet{})
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = patience, patience, patience, patience
	options.MaxRetries, options.DialerRetries = -1, 1
	options.ContextTimeoutEnabled, options.DisableIdentity = true, true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return &Shared{client: redis.NewClient(options), log: log, now: now}, nil
}

// Close ends the connections.
func (s *Shared) Close() error { return s.client.Close() }

// Add counts one more of a name, and returns how many there are in its window and how
// much of that is left. The error is [ErrAway].
func (s *Shared) Add(ctx context.Context, name string, window time.Duration) (n int, left time.Duration, err error) {
	if s.resting() {
		return 0, 0, ErrAway
	}
	// The client who goes away must not look like a server that does.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	got, err := addOne.Run(ctx, s.client, []string{prefix + name}, window.Milliseconds()).Int64Slice()
	if err == nil && len(got) != 2 {
		err = fmt.Errorf("answered %d numbers", len(got))
	}
	s.note(err)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %w", ErrAway, err)
	}
	return int(got[0]), time.Duration(got[1]) * time.Millisecond, nil
}

// Ping asks whether the server answers.
func (s *Shared) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := s.client.Ping(ctx).Err()
	s.note(err)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	return nil
}

func (s *Shared) resting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away && s.now().Before(s.until)
}

// note keeps whether the server answered, and says so where that has changed.
func (s *Shared) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.away
	if s.away = err != nil; s.away {
		s.until = s.now().Add(pause)
	}
	switch {
	case s.away && !was:
		s.log.Warn("limits are counted by each portal for itself: the server that counts is away", "error", err)
	case was && !s.away:
		s.log.Info("limits are counted together again")
	}
}
