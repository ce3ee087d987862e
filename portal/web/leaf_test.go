package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/content"
)

// TestLeavesAreWhole turns the leaves of each long list in elder mode: together they
// have everything that the whole list has, once, and never too much at a time.
func TestLeavesAreWhole(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct {
		list  string
		entry func(*html.Node) bool
		size  int
	}{
		{"/glossary", func(n *html.Node) bool { return attr(n, "class") == "glossary__item" }, termsAtOnce},
		{"/sitemap", func(n *html.Node) bool {
			return attr(n, "class") == "sitemap__link" && attr(n, "type") == "" // feeds are for programs
		}, linksAtOnce},
	} {
		name := func(n *html.Node) string { return attr(n, "id") + attr(n, "href") }
		_, whole := fetch(t, s, modeStandard, test.list)
		var want, got []string
		for _, n := range find(whole, test.entry) {
			want = append(want, name(n))
		}
		pages := 0
		for address := test.list; address != ""; pages++ {
			status, doc := fetch(t, s, modeElder, address)
			entries := find(doc, test.entry)
			if status != 200 || len(entries) == 0 || len(entries) > test.size {
				t.Fatalf("%s: status %d, %d entries; want 1 to %d", address, status, len(entries), test.size)
			}
			if all := offers(find(doc, tag(atom.Main))[0]); len(all) > choicesAtOnce {
				t.Errorf("%s offers %d things at once: %q", address, len(all), all)
			}
			for _, n := range entries {
				got = append(got, name(n))
			}
			before := address
			address = ""
			for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "rel") == "next" }) {
				address = attr(n, "href")
			}
			if pages > 0 && len(find(doc, func(n *html.Node) bool { return attr(n, "rel") == "prev" })) != 1 {
				t.Errorf("%s has no way to the page before", before)
			}
		}
		if !slices.Equal(got, want) || pages < 2 {
			t.Errorf("%d leaves of %s have %d entries; want the %d of the list", pages, test.list, len(got), len(want))
		}
		for _, bad := range []string{"0", "99", "01", "x", "-1"} {
			if status, _ := fetch(t, s, modeElder, test.list+"/page/"+bad); status != 404 {
				t.Errorf("%s/page/%s: status %d; want 404", test.list, bad, status)
			}
		}
	}
}

// TestTermsLeadToTheirLeaf follows the links from a text to the glossary in elder mode.
func TestTermsLeadToTheirLeaf(t *testing.T) {
	s := newTestServer(t, nil)
	_, doc := fetch(t, s, modeElder, "/policies/basic-living-allowance/part/who")
	terms := find(doc, func(n *html.Node) bool { return attr(n, "class") == "term" })
	if len(terms) == 0 {
		t.Fatal("no term is explained")
	}
	for _, n := range terms {
		address, id, _ := strings.Cut(attr(n, "href"), "#")
		if _, there := fetch(t, s, modeElder, address); len(find(there, func(n *html.Node) bool { return attr(n, "id") == id })) != 1 {
			t.Errorf("%s is not on %s", id, address)
		}
	}
	if got := string(toLeaves([]byte(`<a href="/en/glossary#term-13"> <a href="/glossary#term-1">`))); got != `<a href="/en/glossary/page/3#term-13"> <a href="/glossary#term-1">` {
		t.Errorf("links = %s", got)
	}
}

// TestManyReplies shows as many replies as a busy year brings, a few a page.
func TestManyReplies(t *testing.T) {
	s := newTestServer(t, nil)
	current := *s.content()
	library := *current.Library
	for i := range 10 {
		reply := *library.Replies[0]
		reply.Slug = fmt.Sprintf("2026%03d", i)
		library.Replies = append([]*content.Page{&reply}, library.Replies...)
	}
	current.Library = &library
	s.content = func() *Content { return &current }
	for address, want := range map[string]int{"/replies": 4, "/replies/page/2": 4, "/replies/page/3": 3} {
		_, doc := fetch(t, s, modeElder, address)
		if got := len(find(doc, func(n *html.Node) bool { return attr(n, "class") == "card" })); got != want {
			t.Errorf("%s shows %d replies; want %d", address, got, want)
		}
	}
	if _, doc := fetch(t, s, modeStandard, "/replies"); len(find(doc, func(n *html.Node) bool { return attr(n, "class") == "card" })) != 11 {
		t.Error("the standard mode does not list all replies")
	}
}
