package web

import (
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// limiter counts the posts of each client in windows of one minute. All counts
// are forgotten with the window, so that nothing grows and no address is kept.
type limiter struct {
	perMinute int // 0: no limit
	now       func() time.Time

	mu     sync.Mutex
	window time.Time
	counts map[string]int
}

func newLimiter(perMinute int, now func() time.Time) *limiter {
	return &limiter{perMinute: perMinute, now: now, counts: map[string]int{}}
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

// refused reports whether a client has sent too many of one kind, and says so.
func refused(c *fiber.Ctx, l *limiter) bool {
	if l.perMinute <= 0 {
		return false
	}
	wait := l.take(c.IP())
	if wait <= 0 {
		return false
	}
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wait.Seconds())+1))
	c.Status(fiber.StatusTooManyRequests)
	return true
}
