package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestTexts reads each help page and reply in every mode: title, column, source
// and sections are those of its file, and the list leads to it.
func TestTexts(t *testing.T) {
	s := newTestServer(t, nil)
	lib := testContent(t).Library
	for _, mode := range modes {
		for _, p := range slices.Concat(lib.Help, lib.Replies) {
			status, doc := fetch(t, s, mode, p.Path())
			if h1 := text(find(doc, tag(atom.H1))[0]); status != 200 || h1 != p.Title {
				t.Errorf("%s: %d, h1 %q; want %q", p.Path(), status, h1, p.Title)
			}
			for _, section := range p.Sections {
				if mode == modeElder {
					_, doc = fetch(t, s, mode, p.Path()+"/part/"+section.ID)
				}
				h := find(doc, func(n *html.Node) bool { return attr(n, "id") == section.ID })
				if len(h) != 1 || text(h[0]) != section.Title {
					t.Errorf("%s has no section %q", p.Path(), section.ID)
				}
			}
			if mode == modeElder {
				_, doc = fetch(t, s, mode, p.Path())
			}
			if p.Column != "" && (metaOf(doc, "ColumnName") != p.Column || !strings.Contains(text(doc), p.Source.Number)) {
				t.Errorf("%s: column %q, or its document is not named", p.Path(), metaOf(doc, "ColumnName"))
			}
			_, list := fetch(t, s, mode, p.Path()[:strings.LastIndex(p.Path(), "/")])
			if len(find(list, func(n *html.Node) bool { return attr(n, "href") == p.Path() })) != 1 {
				t.Errorf("the list does not lead to %s", p.Path())
			}
		}
	}
	_, doc := fetch(t, s, modeStandard, "/en"+lib.Help[0].Path())
	for _, n := range find(doc, func(n *html.Node) bool { return text(n) == lib.Help[0].Title }) {
		if lang := attr(n, "lang") + attr(n.Parent, "lang"); lang != "zh-Hans" && n.DataAtom != atom.Title {
			t.Errorf("the Chinese title in <%s> on an English page is marked %q", n.Data, lang)
		}
	}
	for _, address := range []string{"/help/no-such", "/replies/1"} {
		if status, _ := fetch(t, s, modeStandard, address); status != 404 {
			t.Errorf("GET %s = %d; want 404", address, status)
		}
	}
}

func metaOf(doc *html.Node, name string) string {
	for _, n := range find(doc, tag(atom.Meta)) {
		if attr(n, "name") == name {
			return attr(n, "content")
		}
	}
	return ""
}
