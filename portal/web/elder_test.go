package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elderBar is what stands at the top of every page of elder mode, always in this order.
var elderBar = []string{"back", "home", "listen", "phone"}

// checkElderPage holds a page of elder mode to what every one of them promises: the
// bar with the way back, the first page, listening and the telephone, one way out, and
// nothing that opens or goes on by itself.
func checkElderPage(t *testing.T, doc *html.Node) {
	t.Helper()
	var bar []string
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "data-bar") }) {
		bar = append(bar, attr(n, "data-bar"))
		switch attr(n, "data-bar") {
		case "phone":
			if attr(n, "href") != "tel:12345" || !strings.Contains(text(n), " ") {
				t.Errorf("the telephone of the bar is %q to %q; want it to say whom it calls", text(n), attr(n, "href"))
			}
		case "listen":
			id := strings.TrimPrefix(attr(n, "href"), "#")
			if len(find(doc, func(n *html.Node) bool { return attr(n, "id") == id && id != "" })) != 1 {
				t.Errorf("listening leads to %q, which is not there", attr(n, "href"))
			}
		}
	}
	want := elderBar
	if len(find(doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "elder-bar__link--none") })) == 1 {
		want = elderBar[1:] // the first page: there is nothing before it
	}
	if !slices.Equal(bar, want) {
		t.Errorf("bar = %v; want %v", bar, want)
	}
	out := find(doc, func(n *html.Node) bool {
		return n.DataAtom == atom.A && strings.Contains(attr(n, "href"), "mode=standard")
	})
	if len(out) != 1 {
		t.Errorf("%d ways out of elder mode; want 1", len(out))
	}
	if d := find(doc, tag(atom.Dialog)); len(d) > 0 {
		t.Error("page has a dialog")
	}
	if r := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Meta && has(n, "http-equiv") }); len(r) > 0 {
		t.Error("page goes on by itself")
	}
}
