package web

import (
	"net/url"
	"path"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/static"
)

// classesOf are the classes that a style sheet of the site speaks of.
func classesOf(t testing.TB, name string) map[string]bool {
	t.Helper()
	a, ok := static.Lookup(strings.TrimPrefix(static.URL(name), static.Prefix))
	if !ok {
		t.Fatalf("no style sheet %s", name)
	}
	out := map[string]bool{}
	for _, m := range rootClass.FindAllStringSubmatch(string(a.Body), -1) {
		out[m[1]] = true
	}
	return out
}

// checkDeskStyle wants the desk's own style sheet on every page that has something of it:
// the sheet of every page no longer does.
func checkDeskStyle(t testing.TB, doc *html.Node) {
	t.Helper()
	loaded := func(n *html.Node) bool { return n.Data == "link" && attr(n, "href") == static.URL("desk.css") }
	if len(find(doc, loaded)) > 0 {
		return
	}
	everywhere, desk := classesOf(t, "site.css"), classesOf(t, "desk.css")
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "class") }) {
		for class := range strings.FieldsSeq(attr(n, "class")) {
			if desk[class] && !everywhere[class] {
				t.Errorf("<%s class=%q>: .%s is styled on pages of the desk alone", n.Data, attr(n, "class"), class)
			}
		}
	}
}

// ending are the last words of addresses that take something away for good.
var ending = map[string]bool{"remove": true, "withdraw": true, "cancel": true, "drop": true, "erase": true, "disable": true, "recall": true}

// checkDanger wants the button of what cannot be undone to look like no other.
func checkDanger(t testing.TB, doc *html.Node) {
	t.Helper()
	for _, form := range find(doc, tag(atom.Form)) {
		to, err := url.Parse(attr(form, "action"))
		if err != nil || attr(form, "method") != "post" || !ending[path.Base(to.Path)] || to.Query().Has("resume") {
			continue
		}
		for _, b := range find(form, tag(atom.Button)) {
			if attr(b, "type") != "button" && !strings.Contains(attr(b, "class"), "button--danger") {
				t.Errorf("%s: the button %q looks like any other", to.Path, text(b))
			}
		}
	}
}
