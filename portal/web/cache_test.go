package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
)

// fetched is one answer of the site.
type fetched struct {
	status int
	header http.Header
	body   []byte
}

func fetchRaw(t *testing.T, s *Server, path string, header map[string]string) fetched {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	resp, err := s.App().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fetched{resp.StatusCode, resp.Header, body}
}

// TestKeptPages asks for the same page in each encoding, twice, and expects the
// same text, an ETag that turns into 304, and one page for each mode.
func TestKeptPages(t *testing.T) {
	s := newTestServer(t, func(*Config) {})
	const path = "/policies"
	plain := fetchRaw(t, s, path, nil)
	readers := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	}
	for encoding, reader := range readers {
		got := fetchRaw(t, s, path, map[string]string{"Accept-Encoding": encoding})
		if got.header.Get("Content-Encoding") != encoding {
			t.Fatalf("%s: Content-Encoding = %q", encoding, got.header.Get("Content-Encoding"))
		}
		r, err := reader(bytes.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(body, plain.body) {
			t.Errorf("%s: another text than uncompressed (%v)", encoding, err)
		}
		again := fetchRaw(t, s, path, map[string]string{"Accept-Encoding": encoding, "If-None-Match": got.header.Get("ETag")})
		if again.status != http.StatusNotModified || len(again.body) > 0 {
			t.Errorf("%s: with its ETag: %d, %d bytes; want 304 without body", encoding, again.status, len(again.body))
		}
	}
	elder := fetchRaw(t, s, path, map[string]string{"Cookie": "mode=elder"})
	if bytes.Equal(elder.body, plain.body) || elder.header.Get("ETag") == plain.header.Get("ETag") {
		t.Error("elder mode is served the standard page")
	}
	if vary := plain.header.Values("Vary"); len(vary) == 0 {
		t.Error("no Vary")
	}
	if again := fetchRaw(t, s, path, nil); !bytes.Equal(again.body, plain.body) {
		t.Error("the standard page has changed")
	}
	if first := fetchRaw(t, s, path+"?mode=elder", nil); first.header.Get("Cache-Control") != "no-store" || first.header.Get("Set-Cookie") == "" {
		t.Errorf("the first choice of a mode: %v; want its cookie, and not to be kept", first.header)
	}
}

// TestPrivatePagesAreNeverKept looks at the pages that show something personal or
// carry a token.
func TestPrivatePagesAreNeverKept(t *testing.T) {
	s := newTestServer(t, func(*Config) {})
	for _, r := range s.routes() {
		if r.guard&kept != 0 && r.guard&(private|guarded|returned) != 0 {
			t.Errorf("%s is kept and private", r.path)
		}
	}
	if got := fetchRaw(t, s, "/track", nil).header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("/track: Cache-Control = %q; want no-store", got)
	}
}

// TestKeptAnswerIsTheSame compares the answer that renders a page with the next one,
// which comes from the store before Fiber sees it, and looks at what is logged of it.
func TestKeptAnswerIsTheSame(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for _, path := range []string{"/policies/basic-living-allowance", "/zh-Hant", "/sitemap.xml", "/sw.js"} {
		for _, cookie := range []string{"", "mode=elder"} {
			header := map[string]string{"Accept-Encoding": "gzip", "Cookie": cookie}
			first := fetchRaw(t, s, path, header)
			log.Reset()
			second := fetchRaw(t, s, path, header)
			if first.header.Get("X-Request-Id") == second.header.Get("X-Request-Id") {
				t.Errorf("%s: two requests have the same number", path)
			}
			for _, h := range []http.Header{first.header, second.header} {
				h.Del("X-Request-Id")
				h.Del("Date")
			}
			if diff := cmp.Diff(first, second, cmp.AllowUnexported(fetched{})); diff != "" {
				t.Errorf("%s %s: kept otherwise than rendered:\n%s", path, cookie, diff)
			}
			if strings.Count(log.String(), "\n") != 1 || strings.Contains(log.String(), "basic-living") {
				t.Errorf("%s: log %q; want one line with the route", path, &log)
			}
		}
	}
}

// TestStoreIsBounded keeps pages in a store with room for two.
func TestStoreIsBounded(t *testing.T) {
	content := &Content{}
	p := pages{limit: 400}
	page := func(n int) *keptPage { return &keptPage{plain: &form{body: make([]byte, n)}} }
	for i, size := range []int{100, 100, 100, 300} {
		p.put(content, pageKey{path: strconv.Itoa(i)}, page(size))
	}
	for path, want := range map[string]bool{"0": false, "1": false, "2": true, "3": false} {
		if got := p.get(content, pageKey{path: path}) != nil; got != want {
			t.Errorf("page %s kept: %v; want %v", path, got, want)
		}
	}
	if p.get(&Content{}, pageKey{path: "2"}) != nil {
		t.Error("a page of old content is shown with new content")
	}
}
