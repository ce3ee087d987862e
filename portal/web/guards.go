package web

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

const requestIDKey = "request-id"

// identify gives each request a number that the visitor can quote and that our
// log carries. A number sent by a client is not trusted.
func (s *Server) identify(c *fiber.Ctx) error {
	id := newRequestID()
	c.Locals(requestIDKey, id)
	c.Set(fiber.HeaderXRequestID, id)
	return c.Next()
}

// newRequestID returns a number that is no secret but does not recur in a log.
func newRequestID() string {
	id := strconv.FormatUint(rand.Uint64()|1<<63, 16)
	return id[:8] + "-" + id[8:12]
}

func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey).(string)
	return id
}

// logAccess logs one line a request: the route's pattern, never the path itself,
// a query, an address or a name, since a path may hold a reference number.
func (s *Server) logAccess(c *fiber.Ctx) error {
	start := time.Now()
	err := c.Next()
	if err != nil {
		if failed := s.fail(c, err); failed != nil {
			return failed
		}
	}
	s.logRequest(c.Context(), c.Route().Path, requestID(c), start)
	return nil
}

func (s *Server) logRequest(c *fasthttp.RequestCtx, route, id string, start time.Time) {
	if !s.log.Enabled(c, slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(c, slog.LevelInfo, "request",
		slog.String("method", string(c.Method())), slog.String("route", route),
		slog.Int("status", c.Response.StatusCode()), slog.Int("bytes", len(c.Response.Body())),
		slog.Duration("took", time.Since(start)), slog.String("request", id))
}

// recoverPanic turns a panic into an error of ours.
func (s *Server) recoverPanic(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return c.Next()
}

// policyHeader allows this site alone: no script, style or frame from elsewhere,
// and none inside the page.
const policyHeader = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

func secureHeaders(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, policyHeader)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	return c.Next()
}

func neverStored(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}
