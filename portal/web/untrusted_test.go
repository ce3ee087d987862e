package web

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// untrusted is what would be markup, were it not text.
const untrusted = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`

// TestWhatIsTypedStaysText types markup where a page shows again what was typed, and looks
// for it as such: in no language, no mode and no address it may be any.
func TestWhatIsTypedStaysText(t *testing.T) {
	s := newTestServer(t, nil)
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		for _, mode := range modes {
			for _, address := range []string{"/search?q=", "/ask?q=", "/feedback?path=", "/policies/", "/help/", "/glossary/", "/s/", "/apply/"} {
				req := httptest.NewRequest("GET", prefix+address+url.QueryEscape(untrusted), nil)
				req.Header.Set("Cookie", "mode="+mode)
				_, body := send(t, s, req)
				if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
					t.Errorf("GET %s%s in %s mode shows markup that was typed", prefix, address, mode)
				}
			}
			req := httptest.NewRequest("POST", prefix+"/ask", strings.NewReader("question="+url.QueryEscape(untrusted)))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Cookie", "mode="+mode)
			_, body := send(t, s, req)
			if strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;alert") {
				t.Errorf("POST %s/ask in %s mode: want the question as text", prefix, mode)
			}
		}
	}
}

// TestNoOriginIsAllowed asks from another site, also whether it may: no answer lets a
// browser read it there.
func TestNoOriginIsAllowed(t *testing.T) {
	s := newTestServer(t, nil)
	for _, method := range []string{"GET", "POST", "OPTIONS"} {
		for _, address := range []string{"/", "/policies", "/ask", "/api/v1/ask", "/api/v1/suggest?q=a", "/track", "/staff/sign-in", "/nowhere"} {
			req := httptest.NewRequest(method, address, nil)
			req.Header.Set("Origin", "https://evil.example.com")
			req.Header.Set("Access-Control-Request-Method", "POST")
			req.Header.Set("Access-Control-Request-Headers", "content-type")
			resp, _ := send(t, s, req)
			for name := range resp.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s from another site answers %s: %s", method, address, name, resp.Header.Get(name))
				}
			}
		}
	}
}

// loaded are the attributes by which a page has a browser load something.
var loaded = map[string][]string{
	"script": {"src"}, "img": {"src", "srcset"}, "link": {"href"}, "iframe": {"src"}, "audio": {"src"}, "video": {"src", "poster"}, "source": {"src", "srcset"}, "object": {"data"}, "embed": {"src"},
}

// notLoaded are the links that only name another page.
var notLoaded = []string{"canonical", "alternate", "author", "license"}

// TestNothingFromElsewhere looks at what pages and style sheets load: all of it is ours.
func TestNothingFromElsewhere(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range []string{"/", "/policies", "/policies/basic-living-allowance", "/ask", "/check", "/search?q=a", "/track", "/feedback", "/styleguide", "/nowhere"} {
		for _, mode := range modes {
			_, doc := fetch(t, s, mode, address)
			for n := range doc.Descendants() {
				if n.Type != html.ElementNode || n.Data == "link" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" && slices.Contains(notLoaded, a.Val) }) {
					continue
				}
				for _, a := range n.Attr {
					ours := strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "data:")
					if slices.Contains(loaded[n.Data], a.Key) && !ours {
						t.Errorf("%s in %s mode loads %s", address, mode, a.Val)
					}
				}
			}
		}
	}
	for _, name := range slices.Concat(glob(t, "../../static/css/*.css"), glob(t, "../../static/css/*/*.css")) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if hit := regexp.MustCompile(`(?i)(url\(\s*["']?|@import\s+["'])(https?:)?//`).Find(b); hit != nil {
			t.Errorf("%s loads from elsewhere: %s", name, hit)
		}
	}
}

// TestRequestsForgeNoLogLine writes what ends a line, and what a terminal obeys, wherever a
// request has room for it: each request is one line of the log, and says nothing else.
func TestRequestsForgeNoLogLine(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	const forged = "x%0d%0atime=2026-11-29 level=ERROR msg=forged%1b[31m"
	plain := strings.NewReplacer("%0d", "\r", "%0a", "\n", "%1b", "\x1b").Replace(forged)
	ways := 0
	ask := func(method, address, body string, header map[string]string) {
		ways++
		req := httptest.NewRequest(method, "/", strings.NewReader(body))
		req.URL.Opaque = address
		for k, v := range header {
			req.Header[k] = []string{v}
		}
		send(t, s, req)
	}
	escaped := strings.ReplaceAll(forged, " ", "%20")
	ask("GET", "/policies/"+escaped, "", nil)
	ask("GET", "/nowhere/"+escaped, "", nil)
	ask("GET", "/search?q="+escaped, "", nil)
	ask("POST", "/ask", "question="+escaped, map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	ask("POST", "/staff/sign-in", "login="+escaped+"&password=x", map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	ask("POST", "/api/v1/ask", `{"question":`+plain, map[string]string{"Content-Type": "application/json"})
	for _, name := range []string{"User-Agent", "X-Request-Id", "X-Forwarded-For", "Referer", "Cookie", "Accept-Language"} {
		ask("GET", "/policies", "", map[string]string{name: strings.NewReplacer("\r", "", "\n", "\t").Replace(plain)})
	}
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, "forged") || strings.ContainsAny(line, "\x1b\r") {
			t.Errorf("line of the log: %q", line)
		}
	}
	if len(lines) > ways || len(lines) == 0 {
		t.Errorf("%d requests made %d lines; want one each at most, and some", ways, len(lines))
	}
}
