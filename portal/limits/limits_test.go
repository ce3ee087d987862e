package limits

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"huitong/portal/servers"
)

// clock is a time that the test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

func open(t *testing.T, address string) (*Shared, *clock, *servers.Output) {
	t.Helper()
	c, w := &clock{at: time.Now()}, &servers.Output{}
	s, err := Open("redis://"+address, slog.New(slog.NewTextHandler(w, nil)), c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, c, w
}

// TestTogether counts the same name in two portals.
func TestTogether(t *testing.T) {
	address := servers.FreeAddress(t)
	servers.Redis(t, address)
	one, _, _ := open(t, address)
	two, _, _ := open(t, address)
	for i, s := range []*Shared{one, two, one, two} {
		n, left, err := s.Add(t.Context(), "posts:x", time.Minute)
		if err != nil || n != i+1 || left <= 0 || left > time.Minute {
			t.Errorf("count %d: %d, %s, %v; want %d, at most a minute", i, n, left, err, i+1)
		}
	}
	if n, _, err := two.Add(t.Context(), "posts:y", time.Minute); err != nil || n != 1 {
		t.Errorf("another name: %d, %v; want 1", n, err)
	}
	if n, err := one.client.DBSize(t.Context()).Result(); err != nil || n != 2 {
		t.Errorf("%d keys, %v; want one for each name", n, err)
	}
	if left := one.client.PTTL(t.Context(), prefix+"posts:x").Val(); left <= 0 {
		t.Errorf("the key has no end: %s", left)
	}
}

// TestAway kills the server: it is said once, and asked again only after a pause.
func TestAway(t *testing.T) {
	address := servers.FreeAddress(t)
	server := servers.Redis(t, address)
	s, clock, log := open(t, address)
	if _, _, err := s.Add(t.Context(), "x", time.Minute); err != nil {
		t.Fatal(err)
	}
	server.Stop(syscall.SIGKILL)
	for range 3 {
		if _, _, err := s.Add(t.Context(), "x", time.Minute); !errors.Is(err, ErrAway) {
			t.Errorf("count without a server: %v; want ErrAway", err)
		}
	}
	if got := strings.Count(log.String(), "is away"); got != 1 {
		t.Errorf("said %d times that it is away; want once:\n%s", got, log)
	}
	servers.Redis(t, address)
	if _, _, err := s.Add(t.Context(), "x", time.Minute); !errors.Is(err, ErrAway) {
		t.Errorf("count within the pause: %v; want ErrAway", err)
	}
	clock.pass(pause)
	if n, _, err := s.Add(t.Context(), "x", time.Minute); err != nil || n != 1 {
		t.Errorf("count after the pause: %d, %v; want 1", n, err)
	}
	if !strings.Contains(log.String(), "together again") {
		t.Errorf("not said that it is back:\n%s", log)
	}
}

// TestCheckTellsNoPassword gives addresses that are wrong.
func TestCheckTellsNoPassword(t *testing.T) {
	for _, address := range []string{"http://user:geheim@host", "redis://:geheim@host:port", "geheim"} {
		if err := Check(address); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("Check(%q) = %v; want an error without what it was given", address, err)
		}
	}
	if err := Check("rediss://user:geheim@cache.example.cn:6380/2"); err != nil {
		t.Error(err)
	}
}
