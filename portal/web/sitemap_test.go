package web

import (
	"encoding/xml"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// siteMapFile is sitemap.xml as its readers see it.
type siteMapFile struct {
	XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []struct {
		Loc        string `xml:"loc"`
		LastMod    string `xml:"lastmod"`
		Alternates []struct {
			Rel      string `xml:"rel,attr"`
			HrefLang string `xml:"hreflang,attr"`
			Href     string `xml:"href,attr"`
		} `xml:"http://www.w3.org/1999/xhtml link"`
	} `xml:"url"`
}

const testBase = "http://localhost:8080"

func readXML(t *testing.T, s *Server, path, contentType string, into any) {
	t.Helper()
	got := fetchRaw(t, s, path, nil)
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), contentType) {
		t.Fatalf("GET %s = %d, %s", path, got.status, got.header.Get("Content-Type"))
	}
	if err := xml.Unmarshal(got.body, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestSitemapIsWhatIsPublic compares sitemap.xml with the pages that do not say
// noindex, in every language, and asks for each of its addresses.
func TestSitemapIsWhatIsPublic(t *testing.T) {
	s := newTestServer(t, nil)
	var file siteMapFile
	readXML(t, s, "/sitemap.xml", "application/xml", &file)
	listed := map[string]bool{}
	for _, u := range file.URLs {
		path, ours := strings.CutPrefix(u.Loc, testBase)
		if !ours || listed[path] {
			t.Errorf("%s is not ours or stands twice", u.Loc)
		}
		listed[path] = true
		if len(u.LastMod) != len("2006-01-02") {
			t.Errorf("%s: lastmod = %q", u.Loc, u.LastMod)
		}
		_, plain := splitLanguage(path)
		want := map[string]string{"x-default": testBase + plain}
		for _, l := range languages {
			want[l.Code] = testBase + l.path(plain)
		}
		for _, a := range u.Alternates {
			if a.Rel != "alternate" || want[a.HrefLang] != a.Href {
				t.Errorf("%s: alternate in %s is %s; want %s", u.Loc, a.HrefLang, a.Href, want[a.HrefLang])
			}
			delete(want, a.HrefLang)
		}
		if len(want) > 0 {
			t.Errorf("%s has no alternates %v", u.Loc, want)
		}
	}
	for _, address := range readPages(t) {
		if strings.Contains(address, "?") {
			continue
		}
		for _, l := range languages {
			status, doc := fetch(t, s, modeStandard, l.path(address))
			hidden := slices.ContainsFunc(find(doc, tag(atom.Meta)), func(n *html.Node) bool { return attr(n, "content") == "noindex" })
			if public := status == 200 && !hidden; public != listed[l.path(address)] {
				t.Errorf("%s: public %v, in sitemap.xml %v", l.path(address), public, listed[l.path(address)])
			}
			delete(listed, l.path(address))
		}
	}
	for path := range listed {
		t.Errorf("sitemap.xml lists %s, which is no page of readPages", path)
	}
}

// TestSitemapPage wants every page of sitemap.xml on the page for people, besides
// the few that search engines need not know.
func TestSitemapPage(t *testing.T) {
	s := newTestServer(t, nil)
	var file siteMapFile
	readXML(t, s, "/sitemap.xml", "application/xml", &file)
	for _, l := range languages {
		_, doc := fetch(t, s, modeStandard, l.path("/sitemap"))
		shown := map[string]bool{}
		for _, n := range find(find(doc, tag(atom.Main))[0], tag(atom.A)) {
			shown[attr(n, "href")] = true
		}
		want := []string{l.path("/search"), l.path("/track"), l.path("/feeds/all.atom")}
		for _, u := range file.URLs {
			if path := strings.TrimPrefix(u.Loc, testBase); strings.HasPrefix(path, l.Prefix+"/") || path == l.Prefix {
				if in, _ := splitLanguage(path); in == l {
					want = append(want, path)
				}
			}
		}
		for _, path := range want {
			if !shown[path] {
				t.Errorf("%s does not list %s", l.path("/sitemap"), path)
			}
		}
	}
}

func TestRobots(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.BaseURL = "https://huitong.example" })
	got := fetchRaw(t, s, "/robots.txt", nil)
	text := string(got.body)
	for _, line := range []string{"User-agent: *", "Disallow: /staff", "Disallow: /en/track/", "Disallow: /zh-hant/apply/*/", "Sitemap: https://huitong.example/sitemap.xml"} {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("robots.txt lacks %q:\n%s", line, text)
		}
	}
	if got.status != 200 || got.header.Get("Set-Cookie") != "" {
		t.Errorf("robots.txt: %d, %v", got.status, got.header)
	}
	resp, _ := send(t, s, httptest.NewRequest("HEAD", "/robots.txt", nil))
	if resp.StatusCode != 200 {
		t.Errorf("HEAD = %d", resp.StatusCode)
	}
}
