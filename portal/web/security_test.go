package web

import (
	"bytes"
	"io"
	"io/fs"
	"net"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// ofNobody are the parameters of addresses whose values name what is published.
var ofNobody = []string{"slug", "category", "part", "section", "question", "number", "leaf", "page", "letter", "policy", "document", "town", "village", "code"}

// guardedBy says for each other parameter outside the desk which test has strangers ask
// for what is another family's. The desk's addresses are in deskMatrix, every one.
var guardedBy = map[string]string{"file": "TestFilesStayWithTheirFamily", "member": "TestOneChildKeepsToItsPage", "ref": "TestOthersStayOut", "id": "TestOthersStayOut"}

// TestStrangersGetNothing has somebody without a cookie ask every address that takes a
// name or number, for what a family has there: each page is the same as for something
// that is not there, and holds nothing of the family's. A new parameter fails until it is
// said what it names.
func TestStrangersGetNothing(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, code := family.pass()
	family.submit()
	for _, r := range d.server.App().GetRoutes(true) {
		address := withoutLanguage(r.Path)
		params := regexp.MustCompile(`:([a-z]+)`).FindAllStringSubmatch(address, -1)
		if r.Method != fiber.MethodGet || len(params) == 0 || strings.HasPrefix(address, "/static") || strings.HasPrefix(address, "/speech") || strings.HasPrefix(address, "/feeds") {
			continue
		}
		if !strings.HasPrefix(address, "/staff") {
			for _, p := range params {
				if !slices.Contains(ofNobody, p[1]) && guardedBy[p[1]] == "" {
					t.Errorf("%s: nobody says what :%s names", address, p[1])
				}
			}
		}
		asked := strings.NewReplacer(":slug", strings.TrimPrefix(applied, "/apply/"), ":section", "child", ":ref", ungrouped(number), ":number", ungrouped(number), ":id", ungrouped(number)).Replace(address)
		asked = regexp.MustCompile(`:[a-z]+`).ReplaceAllString(asked, "1")
		stranger := d.browser("stranger")
		stranger.do(fiber.MethodGet, asked, nil)
		stranger.lacks(append([]string{code}, secrets...)...)
		if stranger.status >= 500 {
			t.Errorf("GET %s = %d", asked, stranger.status)
		}
	}
}

// TestSlowClients cuts off who never ends a request's head, and refuses a head beyond all
// measure, while others are served.
func TestSlowClients(t *testing.T) {
	s := newTestServer(t, nil)
	if got := s.app.Config().ReadTimeout; got <= 0 || got > time.Minute {
		t.Errorf("ReadTimeout = %v; want a bound", got)
	}
	server := s.app.Server()
	server.ReadTimeout = 100 * time.Millisecond // of the real half minute
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Shutdown() })
	for name, head := range map[string]string{
		"half a head":    "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
		"nothing":        "",
		"an endless one": "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, head) // it may be cut off while it writes
		if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // ends when the server hangs up
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			t.Errorf("%s: the connection stays open", name)
		}
		if bytes.HasPrefix(answer, []byte("HTTP/1.1 200")) {
			t.Errorf("%s: answered with %.60s", name, answer)
		}
		_ = conn.Close()
	}
	dripping(t, l.Addr().String())
}

// dripping sends a head that never ends, drop by drop, so that there is always something
// to read: it is cut off all the same.
func dripping(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	cut := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(conn)
		cut <- err
	}()
	drop := time.NewTicker(5 * time.Millisecond)
	defer drop.Stop()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case err := <-cut:
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Error("a head by drops: the connection stays open")
			}
			return
		case <-drop.C:
			_, _ = io.WriteString(conn, "x") // until it is cut off
		}
	}
}

var inline = []*regexp.Regexp{
	regexp.MustCompile(`\sstyle\s*=`), regexp.MustCompile(`<style`), regexp.MustCompile(`\son[a-z]+\s*=\s*["']`),
	regexp.MustCompile(`(?i)javascript:`), regexp.MustCompile(`<script(\s+type="(application/ld\+json|text/template)")?>`),
}

// TestNothingInline keeps the pages within the policy that forbids what stands in them:
// but for linked data, which is no script.
func TestNothingInline(t *testing.T) {
	err := fs.WalkDir(os.DirFS("."), "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		for _, pattern := range inline {
			for _, hit := range pattern.FindAllString(string(b), -1) {
				if !strings.Contains(hit, "ld+json") {
					t.Errorf("%s: %q stands in the page", name, hit)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCookieFlags looks at each cookie of a site reached by TLS.
func TestCookieFlags(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BaseURL = "https://a.example.cn" })
	seen := 0
	for _, address := range []string{"/feedback", "/?mode=elder", "/staff", "/track"} {
		resp, _ := send(t, s, httptest.NewRequest("GET", address, nil))
		for _, c := range resp.Cookies() {
			seen++
			if !c.Secure || c.SameSite == 0 || c.Path != "/" || c.Domain != "" {
				t.Errorf("%s: cookie %s is Secure %v, SameSite %v, Path %q, Domain %q", address, c.Name, c.Secure, c.SameSite, c.Path, c.Domain)
			}
			if c.Name != modeCookie && (!c.HttpOnly || !strings.HasPrefix(c.Name, "__Host-")) {
				t.Errorf("%s: cookie %s can be read by scripts, or set by another host", address, c.Name)
			}
		}
	}
	if seen == 0 {
		t.Error("no cookie was set: the test shows nothing")
	}
}

// TestNoRequestOut keeps visitors from having the site ask other servers: the handlers
// know no client of HTTP. Who does is set up by whoever runs the portal.
func TestNoRequestOut(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() || path.Ext(f.Name()) != ".go" || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, client := range []string{`"net/http"`, "fasthttp.Client", "fasthttp.Get", "fasthttp.Do", "fiber.AcquireClient", "net.Dial"} {
			if bytes.Contains(b, []byte(client)) {
				t.Errorf("%s knows %s", f.Name(), client)
			}
		}
	}
}

// TestRedirectsStayHere sends nobody to another site, whatever stands in the address.
func TestRedirectsStayHere(t *testing.T) {
	for _, said := range []string{"//evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example", "/staff"} {
		if got := rooted(said); !strings.HasPrefix(got, "/") || len(got) > 1 && (got[1] == '/' || got[1] == '\\') {
			t.Errorf("rooted(%q) = %q", said, got)
		}
	}
	s := newTestServer(t, nil)
	for _, address := range []string{"/static/..%2f..%2fgo.mod", "/static/....//go.mod", "/help/..%2f..%2fetc%2fpasswd", "/policies/%2e%2e%2f%2e%2e%2fsecrets.json", "/%2e%2e/secrets.json", "/static/%00"} {
		if resp, body := send(t, s, httptest.NewRequest("GET", address, nil)); resp.StatusCode < 300 || strings.Contains(body, "module huitong") || strings.Contains(body, "root:") {
			t.Errorf("GET %s = %d", address, resp.StatusCode)
		}
	}
}
