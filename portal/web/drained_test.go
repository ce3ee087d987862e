package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRefusedBodiesAreReadOn sends large bodies as a browser does, which reads no answer
// before all is sent: it gets a page that says what is wrong, never a broken connection.
func TestRefusedBodiesAreReadOn(t *testing.T) {
	d := newDesk(t)
	limited := newTestServer(t, func(c *Config) {
		c.Cases, c.Now, c.RateLimit = CasesOf(d.store), d.server.now, 1
	})
	const photos = "multipart/form-data; boundary=x"
	for _, test := range []struct {
		name, path, kind string
		server           *Server
		size             int
		status           int
		words            string
	}{
		{"words of 6 MB", "/track", "application/x-www-form-urlencoded", d.server, 6 << 20, 413, "内容太大了"},
		{"a photo of 6 MB where none is asked for", applied + "/child", photos, d.server, 6 << 20, 413, "内容太大了"},
		{"a photo of 25 MB where none is asked for", "/track/supply", photos, d.server, 25 << 20, 413, "内容太大了"},
		{"a photo of 25 MB at no page", "/no-such-page", photos, d.server, 25 << 20, 404, "没有找到"},
		{"one photo too many in a minute", papersAt, photos, limited, 25 << 20, 429, "请稍等一会儿"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _ = test.server.App().Listener(l) }()
			t.Cleanup(func() { _ = l.Close() })
			if test.server == limited { // which lets the first one through
				resp, err := http.Post("http://"+l.Addr().String()+papersAt, photos, strings.NewReader(""))
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
			}
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", test.path, test.kind, test.size)
			if _, err := io.WriteString(conn, head+strings.Repeat("x", test.size)); err != nil {
				t.Fatalf("the body is not read: %v", err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != test.status || !strings.Contains(string(body), test.words) {
				t.Errorf("%d, %v: %.200s; want %d and %q", resp.StatusCode, err, body, test.status, test.words)
			}
		})
	}
}

// TestRefusedBodiesAreBounded sends the beginning of bodies while as many are waited for
// as may be: they are answered and let go, and a page that has arrived whole is answered too.
func TestRefusedBodiesAreBounded(t *testing.T) {
	d := newDesk(t)
	if !d.server.unread.TryAcquire(maxUnread) {
		t.Fatal("bodies are read on before any was sent")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = d.server.App().Listener(l) }()
	t.Cleanup(func() { _ = l.Close() })
	begun := strings.Repeat("x", 16<<10) // what fasthttp reads before it asks us
	for _, test := range []struct {
		name, path, kind, body string
		size                   int
		status                 int
	}{
		{"begun, no page", "/no-such-page", "multipart/form-data; boundary=x", begun, 25 << 20, 404},
		{"begun, a page of photos", papersAt, "text/plain", begun, 25 << 20, 303},
		{"whole, no page", "/no-such-page", "multipart/form-data; boundary=x", strings.Repeat("x", 1<<20), 1 << 20, 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if err := conn.SetDeadline(time.Now().Add(bodyStalls / 2)); err != nil { // half of what is waited for otherwise
				t.Fatal(err)
			}
			head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", test.path, test.kind, test.size)
			if _, err := io.WriteString(conn, head+test.body); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != test.status || !resp.Close {
				t.Errorf("%d, closed %v; want %d and closed", resp.StatusCode, resp.Close, test.status)
			}
		})
	}
}
