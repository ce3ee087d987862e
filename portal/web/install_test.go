package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestManifest(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		got := fetchRaw(t, s, l.path("/manifest.webmanifest"), nil)
		var m manifest
		if err := json.Unmarshal(got.body, &m); err != nil {
			t.Fatalf("%s: %v: %s", l.Code, err, got.body)
		}
		if m.Lang != l.Code || m.Name == "" || m.Start != l.path("/") || got.header.Get("Content-Type") != "application/manifest+json" {
			t.Errorf("%s: %+v, %v", l.Code, m, got.header)
		}
		for _, icon := range m.Icons {
			if a := fetchRaw(t, s, icon.Src, nil); a.status != 200 || a.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(string(a.body), "\x89PNG") {
				t.Errorf("icon %s: %d %v", icon.Src, a.status, a.header)
			}
		}
		for _, short := range m.Shortcuts {
			if a := fetchRaw(t, s, short.URL, nil); a.status != 200 {
				t.Errorf("shortcut %s leads to %d", short.URL, a.status)
			}
		}
	}
}

// worker returns what the service worker is told of the site.
func worker(t *testing.T, s *Server) (workerSite, fetched) {
	t.Helper()
	got := fetchRaw(t, s, "/sw.js", nil)
	line, _, _ := strings.Cut(string(got.body), "\n")
	var w workerSite
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(line, "const site = "), ";")), &w); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	return w, got
}

// TestWorker wants all that is kept to be there and to be the same for everybody,
// all policies in it, and none of what shows somebody's own business.
func TestWorker(t *testing.T) {
	s := newTestServer(t, nil)
	w, got := worker(t, s)
	if cache := got.header.Get("Cache-Control"); !strings.Contains(cache, "no-cache") || !strings.HasPrefix(got.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("sw.js: %v", got.header)
	}
	for _, p := range testContent(t).Library.Policies {
		if !slices.Contains(w.Pages, "/policies/"+p.Slug) {
			t.Errorf("%s is not kept", p.Slug)
		}
	}
	for _, path := range slices.Concat(w.Assets, w.Pages, []string{"/offline", "/en/offline", "/zh-hant/offline"}) {
		a := fetchRaw(t, s, path, nil)
		if a.status != 200 || strings.Contains(a.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %d, %s", path, a.status, a.header.Get("Cache-Control"))
		}
	}
	for _, r := range s.routes() {
		closed := slices.ContainsFunc(w.Closed, func(c string) bool { return r.path == c || strings.HasPrefix(r.path, c+"/") })
		if !closed && (r.guard&kept == 0 || r.guard&(private|guarded) != 0) {
			t.Errorf("the service worker looks at %s", r.path)
		}
	}
}

func TestWorkerVersion(t *testing.T) {
	current := testContent(t)
	s := newTestServer(t, func(c *Config) { c.Content = func() *Content { return current } })
	before, _ := worker(t, s)
	lib := *current.Library
	lib.Version = "another"
	lib.Policies = slices.Clone(lib.Policies)
	current = &Content{Library: &lib, Bot: current.Bot, Search: current.Search}
	if after, _ := worker(t, s); after.Version == before.Version {
		t.Error("new content, same version of the service worker")
	}
}

// TestStaticFilesAreCompressed asks as browsers do.
func TestStaticFilesAreCompressed(t *testing.T) {
	s := newTestServer(t, nil)
	w, _ := worker(t, s)
	for _, path := range w.Assets {
		plain, small := fetchRaw(t, s, path, nil), fetchRaw(t, s, path, map[string]string{"Accept-Encoding": "gzip, br"})
		if small.header.Get("Content-Encoding") != "br" || len(small.body) >= len(plain.body) || !strings.Contains(small.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d of %d bytes, %v", path, len(small.body), len(plain.body), small.header)
		}
	}
}

// wire is what one visit takes over the network, each address once.
type wire struct {
	s    *Server
	seen map[string]bool
}

// page returns how many bytes of answers opening a page takes: its own, what it
// draws in, and of each the head too.
func (w wire) page(t *testing.T, path, encoding string) int {
	t.Helper()
	got := fetchRaw(t, w.s, path, map[string]string{"Accept-Encoding": encoding})
	n := weight(got)
	plain := fetchRaw(t, w.s, path, nil)
	doc, err := html.Parse(strings.NewReader(string(plain.body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range find(doc, tag(atom.Link, atom.Script, atom.Img)) {
		address := attr(node, "src")
		if slices.Contains([]string{"stylesheet", "icon", "manifest"}, attr(node, "rel")) {
			address = attr(node, "href")
		}
		if address != "" && !w.seen[address] {
			w.seen[address] = true
			n += weight(fetchRaw(t, w.s, address, map[string]string{"Accept-Encoding": encoding}))
		}
	}
	return n
}

func weight(f fetched) int {
	n := len(f.body)
	for name, values := range f.header {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

// TestWeight holds what an old phone on a village network has to load.
func TestWeight(t *testing.T) {
	s := newTestServer(t, nil)
	for _, encoding := range []string{"gzip", "br"} {
		w := wire{s, map[string]bool{}}
		home := w.page(t, "/", encoding) + weight(fetchRaw(t, s, "/sw.js", map[string]string{"Accept-Encoding": encoding}))
		t.Logf("%s: first visit of the home page takes %d bytes", encoding, home)
		if home > 60<<10 {
			t.Errorf("%s: first visit takes %d bytes; want at most 60 KiB", encoding, home)
		}
		heaviest := 0
		for _, p := range testContent(t).Library.Policies {
			more := wire{s, map[string]bool{}}
			for address := range w.seen {
				more.seen[address] = true
			}
			n := more.page(t, "/policies/"+p.Slug, encoding)
			if heaviest = max(heaviest, n); n > 40<<10 {
				t.Errorf("%s: %s takes %d bytes more; want at most 40 KiB", encoding, p.Slug, n)
			}
		}
		t.Logf("%s: the heaviest policy takes %d bytes more", encoding, heaviest)
	}
}
