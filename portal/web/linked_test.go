package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/content"
)

// linkedThings are the things that a page's JSON-LD tells of, by type.
func linkedThings(t *testing.T, doc *html.Node) map[string]map[string]any {
	t.Helper()
	scripts := find(doc, func(n *html.Node) bool { return attr(n, "type") == "application/ld+json" })
	if len(scripts) != 1 {
		t.Fatalf("%d blocks of JSON-LD; want 1", len(scripts))
	}
	var graph struct {
		Context string           `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(scripts[0].FirstChild.Data), &graph); err != nil {
		t.Fatalf("%v in %s", err, scripts[0].FirstChild.Data)
	}
	if graph.Context != "https://schema.org" {
		t.Errorf("@context = %q", graph.Context)
	}
	out := map[string]map[string]any{}
	for _, thing := range graph.Graph {
		out[thing["@type"].(string)] = thing
	}
	return out
}

// TestLinkedData compares what the head of each policy says for programs with what
// the page shows to people.
func TestLinkedData(t *testing.T) {
	s := newTestServer(t, nil)
	for _, p := range testContent(t).Library.Policies {
		for _, l := range languages {
			t.Run(l.path("/policies/"+p.Slug), func(t *testing.T) {
				_, doc := fetch(t, s, modeStandard, l.path("/policies/"+p.Slug))
				things := linkedThings(t, doc)
				checkService(t, things["GovernmentService"], doc, p, l)
				checkFAQPage(t, things["FAQPage"], doc)
				checkBreadcrumbs(t, things["BreadcrumbList"], doc)
			})
		}
	}
	_, home := fetch(t, s, modeStandard, "/en")
	if site := linkedThings(t, home)["WebSite"]; site["url"] != testBase+"/en" || site["inLanguage"] != "en" {
		t.Errorf("WebSite = %v", site)
	}
}

func checkService(t *testing.T, got map[string]any, doc *html.Node, p *content.Policy, l language) {
	t.Helper()
	h1 := text(find(doc, tag(atom.H1))[0])
	if got["name"] != h1 || got["url"] != testBase+l.path("/policies/"+p.Slug) {
		t.Errorf("GovernmentService = %v; want the name %q", got, h1)
	}
	lead := find(doc, func(n *html.Node) bool { return attr(n, "class") == "page__lead" })
	if got["description"] != text(lead[0]) {
		t.Errorf("description = %q; want %q", got["description"], text(lead[0]))
	}
	channel := got["availableChannel"].(map[string]any)
	want := testBase + l.path("/policies/"+p.Slug)
	if p.Online() {
		want = testBase + l.path("/apply/"+p.Slug)
	}
	if channel["serviceUrl"] != want {
		t.Errorf("serviceUrl = %v; want %s", channel["serviceUrl"], want)
	}
}

func checkFAQPage(t *testing.T, got map[string]any, doc *html.Node) {
	t.Helper()
	var shown, told []string
	for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "class") == "fold" }) {
		title, body := find(n, tag(atom.Summary)), find(n, tag(atom.P))
		shown = append(shown, text(title[0])+" "+text(body[0]))
		if lang := nearestLang(n); got["inLanguage"] != lang {
			t.Errorf("FAQPage is in %v; the page says %q", got["inLanguage"], lang)
		}
	}
	for _, q := range got["mainEntity"].([]any) {
		question := q.(map[string]any)
		answer := question["acceptedAnswer"].(map[string]any)["text"].(string)
		told = append(told, question["name"].(string)+" "+strings.Join(strings.Fields(answer), " "))
	}
	if !slices.Equal(shown, told) || len(told) == 0 {
		t.Errorf("FAQPage has %q; the page shows %q", told, shown)
	}
}

func checkBreadcrumbs(t *testing.T, got map[string]any, doc *html.Node) {
	t.Helper()
	list := find(doc, func(n *html.Node) bool { return attr(n, "class") == "crumbs__list" })
	shown := find(list[0], tag(atom.Li))
	items := got["itemListElement"].([]any)
	if len(items) != len(shown) {
		t.Fatalf("%d breadcrumbs; the page shows %d", len(items), len(shown))
	}
	for i, n := range shown {
		item := items[i].(map[string]any)
		if item["name"] != text(n) || item["position"] != float64(i+1) {
			t.Errorf("breadcrumb %d = %v; the page shows %q", i+1, item, text(n))
		}
		if a := find(n, tag(atom.A)); len(a) == 1 && item["item"] != testBase+attr(a[0], "href") {
			t.Errorf("breadcrumb %d leads to %v; on the page to %s", i+1, item["item"], attr(a[0], "href"))
		}
	}
}

// TestLinkedDataIsEscaped puts a closing tag into a name.
func TestLinkedDataIsEscaped(t *testing.T) {
	const name = `</script><script>alert("1")</script>`
	s := newTestServer(t, nil)
	home := page{Lang: languages[0], Path: "/", Title: "a", Things: []any{linkedName{"Thing", name}}}
	var b strings.Builder
	set, err := s.views.sets["zh-Hans"]["home"].set()
	if err != nil {
		t.Fatal(err)
	}
	if err := set.ExecuteTemplate(&b, "head", home); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	inline := func(n *html.Node) bool { return n.DataAtom == atom.Script && !has(n, "src") }
	if n := len(find(doc, inline)); n != 1 {
		t.Errorf("%d scripts in the page; want 1", n)
	}
	if got := linkedThings(t, doc)["Thing"]["name"]; got != name {
		t.Errorf("name = %q; want %q", got, name)
	}
}
