package bench

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
)

// line is a connection over which a client sends the same requests again and again, one after
// the other, and throws the answers away. Nothing of it is the system's, so that what is measured
// is the path of a request through the server alone.
type line struct {
	net.Conn // its addresses are asked for
	requests [][]byte
	next     int // of requests
	left     int // to be sent
	rest     []byte
	sent     int // bytes of answers
}

// Read sends at most one request: the next begins when the last was answered.
func (l *line) Read(b []byte) (int, error) {
	if len(l.rest) == 0 {
		if l.left == 0 {
			return 0, io.EOF
		}
		l.left--
		l.rest = l.requests[l.next%len(l.requests)]
		l.next++
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func (l *line) Write(b []byte) (int, error)      { l.sent += len(b); return len(b), nil }
func (l *line) Close() error                     { return nil }
func (l *line) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (l *line) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2} }
func (l *line) SetDeadline(time.Time) error      { return nil }
func (l *line) SetReadDeadline(time.Time) error  { return nil }
func (l *line) SetWriteDeadline(time.Time) error { return nil }

// run measures the path of requests through a server.
func (l *line) run(b *testing.B, app *fiber.App) {
	b.Helper()
	b.ReportAllocs()
	app.Handler() // the routes are put in order
	l.left = len(l.requests)
	if err := app.Server().ServeConn(l); err != nil { // what is kept after the first time is kept
		b.Fatal(err)
	}
	l.left, l.sent = b.N, 0
	b.ResetTimer()
	used := processorTime(b)
	if err := app.Server().ServeConn(l); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(processorTime(b)-used)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(l.sent)/float64(b.N), "sent-B/op")
}

// BenchmarkPath measures what a request costs in the server without the system's share and the
// client's: an answer that the bot remembers over the API and as a page, pages that are kept, and
// a bare Fiber handler.
func BenchmarkPath(b *testing.B) {
	a := openAsked(b, 0)
	keeper := bot.NewKeeper(a.bot, keptReplies)
	var api, page [][]byte
	for _, q := range a.questions[:min(len(a.questions), keptReplies/2)] {
		api = append(api, appendAsking(nil, q))
		form := url.Values{"question": {q}}.Encode()
		page = append(page, fmt.Appendf(nil, "POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form))
	}
	get := func(path string) [][]byte {
		return [][]byte{fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)}
	}
	policy := a.lib.Policies[0].Slug
	site := a.site(b, keeper).App()
	plain := fiber.New(fiber.Config{DisableStartupMessage: true})
	plain.Post("/api/v1/ask", func(c *fiber.Ctx) error { return c.JSON([]string{"one", "two"}) })
	for _, p := range []struct {
		name     string
		app      *fiber.App
		requests [][]byte
	}{
		{"bare", plain, api}, {"api", site, api}, {"page", site, page},
		{"home", site, get("/")}, {"policy", site, get("/policies/" + policy)}, {"check", site, get("/check/" + policy)},
		{"health", site, get("/healthz")}, {"search", site, get("/search?q=" + url.QueryEscape("孤儿"))},
	} {
		b.Run(p.name, func(b *testing.B) { (&line{requests: p.requests}).run(b, p.app) })
	}
}
