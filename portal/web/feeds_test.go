package web

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// feedFile is an Atom feed as its readers see it.
type feedFile struct {
	XMLName xml.Name   `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string     `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string     `xml:"id"`
	Title   string     `xml:"title"`
	Updated time.Time  `xml:"updated"`
	Author  string     `xml:"author>name"`
	Links   []feedHref `xml:"link"`
	Entries []struct {
		Lang      string    `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		ID        string    `xml:"id"`
		Title     string    `xml:"title"`
		Updated   time.Time `xml:"updated"`
		Published time.Time `xml:"published"`
		Link      feedHref  `xml:"link"`
		Summary   string    `xml:"summary"`
		Category  struct {
			Term  string `xml:"term,attr"`
			Label string `xml:"label,attr"`
		} `xml:"category"`
	} `xml:"entry"`
}

type feedHref struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// TestEnglishFeed wants English summaries, and what is Chinese marked.
func TestEnglishFeed(t *testing.T) {
	s := newTestServer(t, nil)
	foreign := 0
	for _, e := range readFeed(t, s, languages[2], allFeed).Entries {
		if e.Lang != "" {
			foreign++
		}
		if want := languages[2].written(e.Summary); want != "en" && e.Lang != want {
			t.Errorf("%s: %q is said to be %q; want %q", e.ID, e.Summary, e.Lang, want)
		}
	}
	if want := len(testContent(t).Library.Replies); foreign != want {
		t.Errorf("%d entries are not in English; want the %d replies", foreign, want)
	}
}

// TestFeeds reads every feed in every language: its own address, entries with an
// id and a date each, in order, each leading to a page with that title.
func TestFeeds(t *testing.T) {
	s := newTestServer(t, nil)
	lib := testContent(t).Library
	for _, l := range languages {
		total := 0
		for _, cat := range lib.Categories {
			feed := readFeed(t, s, l, cat.Slug)
			total += len(feed.Entries)
			for _, e := range feed.Entries {
				if e.Category.Term != cat.Slug || e.Category.Label == "" {
					t.Errorf("%s: category of %s = %+v", feed.ID, e.ID, e.Category)
				}
			}
		}
		if total != len(lib.Policies) {
			t.Errorf("%s: the categories' feeds have %d entries; want %d", l.Code, total, len(lib.Policies))
		}
		if all := readFeed(t, s, l, allFeed); len(all.Entries) != len(lib.Policies)+len(lib.Replies) {
			t.Errorf("%s has %d entries; want %d", all.ID, len(all.Entries), len(lib.Policies)+len(lib.Replies))
		}
	}
	for _, path := range []string{"/feeds/no-such.atom", "/feeds/all", "/feeds/all.rss"} {
		if got := fetchRaw(t, s, path, nil); got.status != 404 {
			t.Errorf("GET %s = %d; want 404", path, got.status)
		}
	}
}

func readFeed(t *testing.T, s *Server, l language, name string) feedFile {
	t.Helper()
	path := l.path("/feeds/" + name + ".atom")
	var feed feedFile
	readXML(t, s, path, "application/atom+xml", &feed)
	if feed.ID != testBase+path || feed.Lang != l.Code || feed.Title == "" || feed.Author == "" || feed.Updated.IsZero() {
		t.Errorf("%s: head = %+v", path, feed)
	}
	if len(feed.Links) != 2 || feed.Links[0] != (feedHref{"self", testBase + path}) || feed.Links[1].Rel != "alternate" {
		t.Errorf("%s: links = %v", path, feed.Links)
	}
	seen := map[string]bool{}
	before := feed.Updated
	for _, e := range feed.Entries {
		if seen[e.ID] || e.ID == "" || e.Summary == "" || e.Updated.After(before) || e.Updated.Before(e.Published) {
			t.Errorf("%s: entry = %+v", path, e)
		}
		seen[e.ID], before = true, e.Updated
		status, doc := fetch(t, s, modeStandard, strings.TrimPrefix(e.Link.Href, testBase))
		if h1 := text(find(doc, tag(atom.H1))[0]); status != 200 || h1 != e.Title {
			t.Errorf("%s: %s answers %d, %q; want %q", path, e.Link.Href, status, h1, e.Title)
		}
	}
	return feed
}

// TestFeedsAreLinked wants each page to name feeds that exist.
func TestFeedsAreLinked(t *testing.T) {
	s := newTestServer(t, nil)
	for address, want := range map[string]int{"/": 1, "/policies": 1 + usedCategories(t), "/en/policies/tomorrow-plan": 2} {
		_, doc := fetch(t, s, modeStandard, address)
		feeds := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Link && attr(n, "type") == atomType })
		if len(feeds) != want {
			t.Errorf("%s names %d feeds; want %d", address, len(feeds), want)
		}
		for _, n := range feeds {
			if got := fetchRaw(t, s, attr(n, "href"), nil); got.status != 200 || attr(n, "title") == "" {
				t.Errorf("%s: feed %s = %d", address, attr(n, "href"), got.status)
			}
		}
	}
}

func usedCategories(t testing.TB) int {
	t.Helper()
	used := map[string]bool{}
	for _, p := range testContent(t).Library.Policies {
		used[p.Category] = true
	}
	return len(used)
}
