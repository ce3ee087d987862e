package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestEveryFieldHasAPurpose finds each field of each form in the published tables, with
// what it is for and a document that it rests on.
func TestEveryFieldHasAPurpose(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		_, list := fetch(t, s, modeStandard, l.path(fieldsPath))
		for _, original := range s.content().Library.Policies {
			p, _ := original.In(l.Code)
			if !p.Online() {
				continue
			}
			address := l.path(fieldsPath + "/" + p.Slug)
			if len(find(list, func(n *html.Node) bool { return attr(n, "href") == address })) != 1 {
				t.Errorf("%s does not lead to %s", l.path(fieldsPath), address)
			}
			status, doc := fetch(t, s, modeStandard, address)
			if status != 200 {
				t.Fatalf("%s: status %d", address, status)
			}
			told := map[string]string{}
			for _, row := range find(doc, func(n *html.Node) bool { return attr(n, "class") == "summary-list__row" }) {
				told[text(find(row, tag(atom.Dt))[0])] = text(find(row, tag(atom.Dd))[0])
			}
			for _, section := range p.Questions {
				for _, e := range section.Ask {
					label, why := s.views.content(l, e.Label), s.views.content(l, e.Why)
					if why == "" || told[label] != why {
						t.Errorf("%s: %q is for %q; want %q", address, label, told[label], why)
					}
				}
			}
			ground := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Section && attr(n, "aria-labelledby") == "ground" })
			if len(ground) != 1 || !strings.Contains(text(ground[0]), "《") {
				t.Errorf("%s names no rules", address)
			}
		}
	}
}

// TestPapersOfSome looks at papers that only some need: the table does not say that
// everybody has to bring them.
func TestPapersOfSome(t *testing.T) {
	_, doc := fetch(t, newTestServer(t, nil), modeStandard, fieldsPath+"/basic-living-allowance")
	told := map[string]string{}
	for _, row := range find(doc, func(n *html.Node) bool { return attr(n, "class") == "summary-list__row" }) {
		told[text(find(row, tag(atom.Dt))[0])] = text(find(row, tag(atom.Dd))[1])
	}
	for paper, want := range map[string]string{"申请表": "办事必须", "去世的证明": "有这种情况才要", "监护人的证明": "自愿填，不填也能办"} {
		if told[paper] != want {
			t.Errorf("%s: %q; want %q", paper, told[paper], want)
		}
	}
}
