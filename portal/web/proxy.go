package web

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Limits count by address, so that an address must not be what a client says it is.
// Behind proxies of ours each adds the address that it saw to X-Forwarded-For: read from
// its end, the first that is no proxy of ours is the client, and what stands before that
// is the client's own word. From anybody else the header means nothing.

// maxForwarded is how many addresses are looked at: more proxies nobody has.
const maxForwarded = 16

// fromProxy lets requests that a trusted proxy hands on appear to come from the client.
func (s *Server) fromProxy(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	if len(s.trusted) == 0 {
		return next
	}
	return func(c *fasthttp.RequestCtx) {
		if s.fromTrusted(c) {
			if client := s.forwardedFor(c); client.IsValid() {
				c.SetRemoteAddr(net.TCPAddrFromAddrPort(netip.AddrPortFrom(client, 0)))
				defer c.SetRemoteAddr(nil) // the next request of the connection is another one's
			}
		}
		next(c)
	}
}

// fromTrusted reports whether the connection itself is that of a proxy of ours.
func (s *Server) fromTrusted(c *fasthttp.RequestCtx) bool {
	if len(s.trusted) == 0 {
		return false
	}
	peer, ok := c.Conn().RemoteAddr().(*net.TCPAddr)
	return ok && s.trusts(peer.AddrPort().Addr())
}

func (s *Server) trusts(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range s.trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// forwardedFor returns the client's address; none where the header names no other than
// proxies, or something that is no address.
func (s *Server) forwardedFor(c *fasthttp.RequestCtx) netip.Addr {
	var lines []string
	for _, line := range c.Request.Header.PeekAll(fiber.HeaderXForwardedFor) {
		lines = append(lines, string(line))
	}
	rest := strings.Join(lines, ",")
	for range maxForwarded {
		i := strings.LastIndexByte(rest, ',')
		a, err := netip.ParseAddr(strings.TrimSpace(rest[i+1:]))
		if err != nil {
			return netip.Addr{}
		}
		if !s.trusts(a) {
			return a.Unmap()
		}
		if i < 0 {
			return netip.Addr{}
		}
		rest = rest[:i]
	}
	return netip.Addr{}
}

// maxGiven is how long the number that a proxy gives a request may be.
const maxGiven = 64

// numberOf returns the number of a request: that of a trusted proxy, or a new one.
func (s *Server) numberOf(c *fasthttp.RequestCtx) string {
	if s.fromTrusted(c) {
		if id := c.Request.Header.Peek(fiber.HeaderXRequestID); isNumber(id) {
			return string(id)
		}
	}
	return newRequestID()
}

// isNumber allows what no log and no header could take for anything else.
func isNumber(id []byte) bool {
	for _, b := range id {
		if (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && b != '-' {
			return false
		}
	}
	return len(id) >= 8 && len(id) <= maxGiven
}

type requestOf struct{}

// WithRequest returns a context of the request with this number.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestOf{}, id)
}

// RequestOf returns the number of the request that ctx belongs to; "" for none. A log
// writes it into every line about the request, whoever writes the line.
func RequestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestOf{}).(string)
	return id
}
