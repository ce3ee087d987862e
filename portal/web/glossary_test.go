package web

import (
	"html/template"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/content"
)

func TestLinkTerms(t *testing.T) {
	terms := []content.Term{{ZH: "孤儿", EN: "orphan"}, {ZH: "散居孤儿", EN: "orphan living with a family"}, {ZH: "镇街", EN: "town office"}}
	link := func(id, text string) string {
		return `<a class="term" href="/glossary#term-` + id + `">` + text + `</a>`
	}
	tests := []struct {
		name, lang string
		in, want   []string // one section each
	}{
		{"first use alone", "zh-Hans", []string{"<p>孤儿和孤儿</p>", "<p>孤儿</p>"}, []string{"<p>" + link("1", "孤儿") + "和孤儿</p>", "<p>孤儿</p>"}},
		{"longest name", "zh-Hans", []string{"<p>散居孤儿</p>"}, []string{"<p>" + link("2", "散居孤儿") + "</p>"}},
		{"no part of a longer one", "zh-Hans", []string{"散居孤儿，散居孤儿，孤儿"}, []string{link("2", "散居孤儿") + "，散居孤儿，" + link("1", "孤儿")}},
		{"not in headings, links, table heads", "zh-Hans", []string{`<h3>镇街</h3><a href="/x"><b>镇街</b></a><table><tr><th>镇街</th><td>镇街</td></tr></table>`},
			[]string{`<h3>镇街</h3><a href="/x"><b>镇街</b></a><table><tr><th>镇街</th><td>` + link("3", "镇街") + `</td></tr></table>`}},
		{"not in attributes", "zh-Hans", []string{`<img alt="镇街" src="x">`}, []string{`<img alt="镇街" src="x">`}},
		{"markup stays as it is", "zh-Hans", []string{`<p>a &lt; b &amp; “镇街”<br>&quot;</p>`}, []string{`<p>a &lt; b &amp; “` + link("3", "镇街") + `”<br>&quot;</p>`}},
		{"English words", "en", []string{"<p>Orphanage, Orphan, orphan</p>"}, []string{"<p>Orphanage, " + link("1", "Orphan") + ", orphan</p>"}},
		{"English longest", "en", []string{"an orphan living with a family"}, []string{"an " + link("2", "orphan living with a family")}},
		{"other language", "en", []string{"孤儿"}, []string{"孤儿"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var sections []section
			for _, h := range test.in {
				sections = append(sections, section{HTML: template.HTML(h)})
			}
			newLinker(terms, test.lang).link(sections)
			for i, got := range sections {
				if string(got.HTML) != test.want[i] {
					t.Errorf("section %d = %s; want %s", i, got.HTML, test.want[i])
				}
			}
		})
	}
}

// TestTermsOnPages wants links to the glossary on every policy, each term at most
// once, and to anchors that are there with the same term.
func TestTermsOnPages(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		_, glossary := fetch(t, s, modeStandard, l.path("/glossary"))
		names := map[string]string{}
		for _, n := range find(glossary, func(n *html.Node) bool { return attr(n, "class") == "glossary__item" }) {
			names[attr(n, "id")] = text(find(n, tag(atom.Dt))[0])
		}
		if want := len(testContent(t).Library.Glossary); len(names) != want {
			t.Errorf("%s glossary has %d terms; want %d", l.Code, len(names), want)
		}
		for _, p := range testContent(t).Library.Policies {
			_, doc := fetch(t, s, modeStandard, l.path("/policies/"+p.Slug))
			seen := map[string]bool{}
			for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "class") == "term" }) {
				id, ok := strings.CutPrefix(attr(n, "href"), l.path("/glossary")+"#")
				if !ok || seen[id] || !strings.Contains(strings.ToLower(names[id]), strings.ToLower(text(n))) {
					t.Errorf("%s %s: link %q to %q, which is %q", l.Code, p.Slug, text(n), attr(n, "href"), names[id])
				}
				seen[id] = true
				for up := n.Parent; up != nil; up = up.Parent {
					if tag(atom.A, atom.H1, atom.H2, atom.H3)(up) {
						t.Errorf("%s: the link %q stands in <%s>", p.Slug, text(n), up.Data)
					}
				}
			}
			if len(seen) == 0 {
				t.Errorf("%s %s links no term", l.Code, p.Slug)
			}
		}
	}
}

// TestTermsOfNewContent wants a new version of the content to bring its own terms.
func TestTermsOfNewContent(t *testing.T) {
	s := newTestServer(t, nil)
	old := *testContent(t)
	library := *old.Library
	library.Glossary = nil
	next := Content{Library: &library}
	p := old.Library.Policies[0]
	if got := s.glossed(p.Lang, p.Sections); got[0].HTML == p.Sections[0].HTML() {
		t.Error("no term is linked")
	}
	s.content = func() *Content { return &next }
	if got := s.glossed(p.Lang, p.Sections); got[0].HTML != p.Sections[0].HTML() {
		t.Error("terms of old content are linked in new content")
	}
}
