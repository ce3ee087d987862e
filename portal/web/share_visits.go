package web

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/outreach"
)

// Visits counts how often links were opened.
type Visits interface {
	outreach.Ledger
	Visits(ctx context.Context, by apply.Actor, since int64) (outreach.Tally, error)
}

// visitWaits is how long somebody waits for a visit to be saved before being led on.
const visitWaits = 250 * time.Millisecond

// countVisit counts that somebody opened the link, and keeps nothing of who. That it
// could not be saved at once is no matter of the visitor's.
func (s *Server) countVisit(c *fiber.Ctx, code outreach.Code) {
	r := outreach.Request{
		Method: c.Method(), Agent: c.Get(fiber.HeaderUserAgent), Mode: c.Get("Sec-Fetch-Mode"),
		Purpose: strings.Join([]string{c.Get("Sec-Purpose"), c.Get("Purpose"), c.Get("X-Purpose"), c.Get("X-Moz")}, " "),
		Staff:   c.Cookies(s.cookieName(sessionCookie)) != "",
	}
	if s.counter == nil || !r.Counts() {
		return
	}
	ctx, stop := context.WithTimeout(c.UserContext(), visitWaits)
	defer stop()
	if err := s.counter.Count(ctx, outreach.Visit{Code: code, Day: dayNumber(s.now())}); err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelWarn, "visit not saved yet", slog.String("request", requestID(c)), slog.Any("error", err))
	}
}

// dayNumber counts the days since 1970 in China.
func dayNumber(t time.Time) int64 {
	return (t.Unix() + int64(8*time.Hour/time.Second)) / int64(24*time.Hour/time.Second)
}
