package web

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// sharedCount is a count that several servers share, and that can go away.
type sharedCount struct {
	names map[string]int
	away  bool
}

func (c *sharedCount) Add(_ context.Context, name string, window time.Duration) (int, time.Duration, error) {
	if c.away {
		return 0, 0, errors.New("away")
	}
	c.names[name]++
	return c.names[name], window / 2, nil
}

// TestLimitsAreShared lets one client go from portal to portal: the limit is one, the
// names that leave the portal tell no address, and without the others each portal still
// has its limit.
func TestLimitsAreShared(t *testing.T) {
	all := &sharedCount{names: map[string]int{}}
	now := time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC)
	portals := make([]*Server, 2)
	for i := range portals {
		portals[i] = newTestServer(t, func(c *Config) { c.RateLimit, c.Shared, c.Now = 3, all, func() time.Time { return now } })
	}
	ask := func(portal int) (int, string) {
		req := httptest.NewRequest("POST", "/ask", strings.NewReader("question=hi"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, _ := send(t, portals[portal], req)
		return resp.StatusCode, resp.Header.Get("Retry-After")
	}
	for i, want := range []int{200, 200, 200, 429, 429} {
		got, after := ask(i % 2)
		if got != want || (got == 429) != (after == "31") {
			t.Errorf("post %d = %d, again after %q; want %d, after the rest of the window", i+1, got, after, want)
		}
	}
	for name := range all.names {
		if !strings.HasPrefix(name, "posts:") || strings.Contains(name, "0.0.0.0") || len(name) < len("posts:")+32 {
			t.Errorf("the client is counted as %q; want nothing that tells an address", name)
		}
	}
	if len(all.names) != 1 {
		t.Errorf("one client is counted under %d names", len(all.names))
	}
	all.away = true
	for portal := range portals {
		for i, want := range []int{200, 200, 200, 429} {
			if got, _ := ask(portal); got != want {
				t.Errorf("post %d to portal %d alone = %d; want %d", i+1, portal, got, want)
			}
		}
	}
	all.away = false
	if got, _ := ask(0); got != 429 {
		t.Errorf("after all count together again = %d; want 429", got)
	}
}
