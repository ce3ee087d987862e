package web

import (
	"context"
	"encoding/hex"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// SharedCount counts for several portals together what each of them lets through.
type SharedCount interface {
	// Add counts one more of a name, and returns how many there are within the window that
	// its first one began, and how much of that is left. While it cannot count it returns
	// an error at once.
	Add(ctx context.Context, name string, window time.Duration) (n int, left time.Duration, err error)
}

// sharing is what a limiter has in common with those of other portals.
type sharing struct {
	count  SharedCount // nil: each portal counts for itself
	signer Signer
	kind   string // of what is limited
}

// limitLabel is what a client's name among the counts is signed for.
const limitLabel = "limit/client"

// name stands for a client among the counts. An address could be found out of a plain
// hash by trying all of them; without the keys of the portals nothing can be out of this.
func (s sharing) name(client string) string {
	return s.kind + ":" + hex.EncodeToString(s.signer.Sign(limitLabel, []byte(s.kind+"\x00"+client)))
}

// limiter counts the posts of each client in windows of one minute. All counts
// are forgotten with the window, so that nothing grows and no address is kept.
type limiter struct {
	perMinute int // 0: no limit
	now       func() time.Time
	shared    sharing

	mu     sync.Mutex
	window time.Time
	counts map[string]int
}

func newLimiter(perMinute int, now func() time.Time) *limiter {
	return &limiter{perMinute: perMinute, now: now, counts: map[string]int{}}
}

// limiter limits one kind of posts to so many a minute, or fewer where all are.
func (c Config) limiter(kind string, most int, now func() time.Time) *limiter {
	l := newLimiter(min(c.RateLimit, most), now)
	l.shared = sharing{c.Shared, c.Signer, kind}
	return l
}

// count refuses a post beyond the limit; pages may be read as often as one likes.
func (l *limiter) count(c *fiber.Ctx) error {
	if c.Method() == fiber.MethodPost && refused(c, l) {
		return fiber.ErrTooManyRequests
	}
	return c.Next()
}

// take counts one post of client and returns how long it has to wait; 0 if not.
func (l *limiter) take(client string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.window) >= time.Minute {
		l.window = now
		clear(l.counts)
	}
	if l.counts[client] >= l.perMinute {
		return time.Minute - now.Sub(l.window)
	}
	l.counts[client]++
	return 0
}

// wait counts one post of client, together with the other portals where they share, and
// returns how long it has to wait. While nobody can count together, this portal does it
// for itself: a limit that is too wide for a while is better than none, or than no posts.
func (l *limiter) wait(ctx context.Context, client string) time.Duration {
	if l.shared.count == nil {
		return l.take(client)
	}
	n, left, err := l.shared.count.Add(ctx, l.shared.name(client), time.Minute)
	switch {
	case err != nil:
		return l.take(client)
	case n > l.perMinute:
		return max(left, time.Second)
	}
	return 0
}

// refused reports whether a client has sent too many of one kind, and says so.
func refused(c *fiber.Ctx, l *limiter) bool {
	if l.perMinute <= 0 {
		return false
	}
	wait := l.wait(c.UserContext(), c.IP())
	if wait <= 0 {
		return false
	}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait.Seconds())+1))
	c.Status(fiber.StatusTooManyRequests)
	return true
}
