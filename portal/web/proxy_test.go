package web

import (
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// peer is a connection from an address.
type peer struct {
	net.Conn
	from string
}

// RemoteAddr implements net.Conn.
func (p peer) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(p.from), 5000))
}

// TestClientAddress says who a client is, whatever it says itself.
func TestClientAddress(t *testing.T) {
	s := newTestServer(t, func(c *Config) {
		c.Trusted = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	})
	for _, test := range []struct {
		name, from string
		forwarded  []string
		want       string
	}{
		{"no proxy", "203.0.113.5", nil, "203.0.113.5"},
		{"no proxy, with a lie", "203.0.113.5", []string{"198.51.100.1"}, "203.0.113.5"},
		{"a proxy that says nothing", "127.0.0.1", nil, "127.0.0.1"},
		{"a proxy", "127.0.0.1", []string{"203.0.113.5"}, "203.0.113.5"},
		{"a lie before what the proxy added", "127.0.0.1", []string{"198.51.100.1, 203.0.113.5"}, "203.0.113.5"},
		{"a lie that names a proxy", "127.0.0.1", []string{"10.1.1.1, 203.0.113.5"}, "203.0.113.5"},
		{"a lie in a header of its own", "127.0.0.1", []string{"198.51.100.1", "203.0.113.5"}, "203.0.113.5"},
		{"two proxies", "127.0.0.1", []string{"198.51.100.1, 203.0.113.5, 10.1.1.1"}, "203.0.113.5"},
		{"IPv6", "127.0.0.1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"no address", "127.0.0.1", []string{"203.0.113.5, unknown"}, "127.0.0.1"},
		{"nothing but proxies", "127.0.0.1", []string{"10.1.1.1"}, "127.0.0.1"},
		{"endless", "127.0.0.1", []string{strings.Repeat("10.1.1.1,", 9000) + "10.1.1.1"}, "127.0.0.1"},
	} {
		var c fasthttp.RequestCtx
		c.Init2(peer{from: test.from}, nil, false)
		for _, line := range test.forwarded {
			c.Request.Header.Add(fiber.HeaderXForwardedFor, line)
		}
		got := ""
		s.fromProxy(func(c *fasthttp.RequestCtx) { got = c.RemoteIP().String() })(&c)
		if got != test.want {
			t.Errorf("%s: client = %s; want %s", test.name, got, test.want)
		}
		if after := c.RemoteIP().String(); after != test.from {
			t.Errorf("%s: the next request of the connection comes from %s; want %s", test.name, after, test.from)
		}
	}
}

// TestRequestNumber takes a number from our proxy alone, and only one that cannot be
// taken for anything else in a log.
func TestRequestNumber(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Trusted = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	for _, test := range []struct {
		from, said string
		taken      bool
	}{
		{"127.0.0.1", "0123456789abcdef", true},
		{"127.0.0.1", "8f0c-4e1d-A", true},
		{"203.0.113.5", "0123456789abcdef", false},
		{"127.0.0.1", "", false},
		{"127.0.0.1", "short", false},
		{"127.0.0.1", "12345678\" level=ERROR", false},
		{"127.0.0.1", "12345678\nsecond line", false},
		{"127.0.0.1", strings.Repeat("a", 65), false},
	} {
		var c fasthttp.RequestCtx
		c.Init2(peer{from: test.from}, nil, false)
		c.Request.Header.Set(fiber.HeaderXRequestID, test.said)
		if got := s.numberOf(&c); (got == test.said) != test.taken || !isNumber([]byte(got)) {
			t.Errorf("from %s, %q: number = %q; taken should be %v", test.from, test.said, got, test.taken)
		}
	}
}

// TestTransport has browsers come by TLS where the site is reached by it, and nowhere
// else: a portal for trying out has none.
func TestTransport(t *testing.T) {
	for base, want := range map[string]string{"https://a.example.cn": strictTransport, "http://localhost:8080": ""} {
		s := newTestServer(t, func(c *Config) { c.BaseURL = base })
		for range 2 { // the second comes from the store of kept pages
			resp, _ := send(t, s, httptest.NewRequest("GET", "/", nil))
			if got := resp.Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s: Strict-Transport-Security = %q; want %q", base, got, want)
			}
		}
	}
}

func TestRouteName(t *testing.T) {
	for pattern, want := range map[string]string{"/": "/", "/en/": "/", "/en": "/", "/en/policies/:slug": "/policies/:slug", "/policies/:slug": "/policies/:slug", "/entry": "/entry"} {
		if got := routeName(pattern); got != want {
			t.Errorf("routeName(%q) = %q; want %q", pattern, got, want)
		}
	}
}
