package web

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huitong/portal/meter"
)

const requestIDKey = "request-id"

// identify gives each request a number that the visitor can quote and that our
// log carries, also where the store or another part writes a line about it. A number
// sent by a client is not trusted, but for one of a proxy of ours.
func (s *Server) identify(c *fiber.Ctx) error {
	id := s.numberOf(c.Context())
	c.Locals(requestIDKey, id)
	c.SetUserContext(WithRequest(c.UserContext(), id))
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
	s.meter.Begin()
	defer s.meter.End()
	err := c.Next()
	if err != nil {
		if failed := s.fail(c, err); failed != nil {
			return failed
		}
	}
	route := c.Route()
	name := routeName(route.Path)
	if c.Response().StatusCode() == fiber.StatusNotFound && name == "/" {
		name = noRoute
	}
	s.account(c.Context(), route.Path, s.meter.Route(c.Method(), name), requestID(c), start)
	return nil
}

// noRoute is what requests for what is not there are counted under.
const noRoute = "(none)"

// routeName is a route's pattern without the language before it: a page is one route to
// whoever looks after it.
func routeName(pattern string) string {
	_, name := splitLanguage(pattern)
	return name
}

// account counts a request that was answered and logs it.
func (s *Server) account(c *fasthttp.RequestCtx, route string, count *meter.Route, id string, start time.Time) {
	took := time.Since(start)
	count.Done(c.Response.StatusCode(), took)
	if !s.log.Enabled(c, slog.LevelInfo) {
		return
	}
	s.log.LogAttrs(c, slog.LevelInfo, "request",
		slog.String("method", string(c.Method())), slog.String("route", route),
		slog.Int("status", c.Response.StatusCode()), slog.Int("bytes", len(c.Response.Body())),
		slog.Duration("took", took), slog.String("request", id))
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

// strictTransport has browsers come by TLS for two years, once they have.
const strictTransport = "max-age=63072000; includeSubDomains"

// securely returns what stands in the header of every answer, with room for the number of
// the request at its top.
func securely(tls bool) *fasthttp.ResponseHeader {
	h := &fasthttp.ResponseHeader{}
	h.Set(fiber.HeaderXRequestID, "")
	if tls {
		h.Set(fiber.HeaderStrictTransportSecurity, strictTransport)
	}
	h.Set(fiber.HeaderContentSecurityPolicy, policyHeader)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set(fiber.HeaderReferrerPolicy, "same-origin")
	h.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	return h
}

// secureHeaders comes first: it puts the whole header in the place of an empty one.
func (s *Server) secureHeaders(c *fiber.Ctx) error {
	s.header.CopyTo(&c.Response().Header)
	return c.Next()
}

func neverStored(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}
