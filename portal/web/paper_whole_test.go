package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestElderPolicyOnPaper wants the whole text of a policy on the paper that its first
// page in elder mode is printed on, though the screen shows the names of its parts:
// whoever prints it, with or without scripts, takes the policy home.
func TestElderPolicyOnPaper(t *testing.T) {
	s := newTestServer(t, nil)
	heaviest := 0
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		for _, p := range s.content().Library.Policies {
			address := prefix + "/policies/" + p.Slug
			sent := weight(fetchRaw(t, s, address, map[string]string{"Accept-Encoding": "gzip", "Cookie": "mode=" + modeElder}))
			if heaviest = max(heaviest, sent); sent > 40<<10 {
				t.Errorf("%s: %d bytes on the wire; want at most 40 KiB", address, sent)
			}
			_, whole := fetch(t, s, modeStandard, address)
			_, doc := fetch(t, s, modeElder, address)
			paper := find(doc, classed("on-paper"))
			if len(paper) != 1 {
				t.Fatalf("%s: %d texts for paper; want 1", address, len(paper))
			}
			if folds := find(paper[0], tag(atom.Details)); len(folds) > 0 {
				t.Errorf("%s: %d folds on paper; want none", address, len(folds))
			}
			printed := squeezed(paper[0])
			for _, n := range find(whole, func(n *html.Node) bool { return classed("flow")(n) || classed("papers")(n) || classed("laws")(n) }) {
				if want := squeezed(n); !strings.Contains(printed, want) {
					t.Errorf("%s: not on paper: %.120s", address, want)
				}
			}
			policy, _ := p.In(map[string]string{"": "zh-Hans", "/zh-hant": "zh-Hans", "/en": "en"}[prefix])
			if got := len(find(paper[0], tag(atom.H2))); got != len(policy.Sections)+1 {
				t.Errorf("%s: %d headings on paper; want %d", address, got, len(policy.Sections)+1)
			}
			if got := len(find(paper[0], tag(atom.H3))); got < len(policy.FAQ) {
				t.Errorf("%s: %d questions on paper; want %d", address, got, len(policy.FAQ))
			}
			for _, n := range find(doc, classed("wants")) {
				if !within(n, classed("no-print")) {
					t.Errorf("%s: the list of parts is printed", address)
				}
			}
		}
	}
	t.Logf("the heaviest policy in elder mode takes %d bytes", heaviest)
}

func classed(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return strings.Contains(" "+attr(n, "class")+" ", " "+name+" ") }
}

func within(n *html.Node, is func(*html.Node) bool) bool {
	for ; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && is(n) {
			return true
		}
	}
	return false
}

// squeezed is what n says, without the spaces at which lines may break.
func squeezed(n *html.Node) string { return strings.Join(strings.Fields(text(n)), "") }
