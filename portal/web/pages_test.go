package web

import (
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jba/templatecheck"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var modes = []string{modeStandard, modeAccessible, modeElder}

// readPages are the addresses that show a page without any further state.
func readPages(t testing.TB) []string {
	t.Helper()
	out := []string{"/", "/policies", "/policies/kind/medical", "/check/kind/allowance", "/apply/kind/allowance", "/policies/basic-living-allowance/part/who", "/policies/basic-living-allowance/part/faq-1", "/policies/tomorrow-plan/part/law", "/search", "/search?q=%E8%A1%A5%E8%B4%B4", "/search?q=zzzz", "/ask", "/check", "/check/all", "/apply", "/accessibility", "/privacy", "/privacy/fields", "/privacy/fields/page/1", "/privacy/fields/basic-living-allowance", "/privacy/fields/basic-living-allowance/page/2", "/privacy/fields/tomorrow-plan/page/6", "/help", "/replies", "/glossary", "/sitemap", "/s", "/glossary/page/2", "/sitemap/page/2", "/help/page/1", "/replies/page/1", "/help/application-help/page/2", "/help/application-help/part/photos", "/replies/2021049/page/1", "/replies/2021049/part/about", "/accessibility/page/2", "/accessibility/part/missing-people", "/privacy/page/2", "/privacy/part/children", "/styleguide", "/feedback", "/feedback/thanks", "/offline", "/send", "/send?page=/policies/tomorrow-plan", "/no-such-page"}
	lib := testContent(t).Library
	for _, p := range slices.Concat(lib.Help, lib.Replies) {
		out = append(out, p.Path())
	}
	for _, p := range lib.Policies {
		out = append(out, "/policies/"+p.Slug, "/policies/"+p.Slug+"/card")
		if p.Checkable() {
			out = append(out, "/check/"+p.Slug)
		}
	}
	return out
}

// TestEveryRouteIsListed keeps the list above complete.
func TestEveryRouteIsListed(t *testing.T) {
	s := newTestServer(t, nil)
	pages := readPages(t)
	for _, r := range s.routes() {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`:[a-z]+`).ReplaceAllString(r.path, "[^/?]+") + `(\?|$)`)
		image := strings.HasSuffix(r.path, ".svg")       // see TestQRImage
		leading := strings.HasPrefix(r.path, "/s/:code") // elsewhere, see TestShortLinks
		if r.method == "GET" && r.guard&guarded == 0 && !image && !leading && !slices.ContainsFunc(pages, pattern.MatchString) {
			t.Errorf("no page of readPages for the route %s", r.path)
		}
	}
}

// fetch returns the parsed page in a mode that the cookie remembers.
func fetch(t testing.TB, s *Server, mode, address string) (int, *html.Node) {
	t.Helper()
	req := httptest.NewRequest("GET", address, nil)
	req.Header.Set("Cookie", "mode="+mode)
	resp, err := s.App().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := html.Parse(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, doc
}

func find(n *html.Node, match func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && match(d) {
			out = append(out, d)
		}
	}
	return out
}

func tag(names ...atom.Atom) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(names, n.DataAtom) }
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestPages(t *testing.T) {
	s := newTestServer(t, nil)
	headings := map[string]string{} // of each address and language: the same in every mode
	for _, address := range readPages(t) {
		for _, l := range languages {
			for _, mode := range modes {
				localized := l.path(address)
				t.Run(mode+" "+localized, func(t *testing.T) {
					status, doc := fetch(t, s, mode, localized)
					want := 200
					if address == "/no-such-page" {
						want = 404
					}
					if status != want {
						t.Fatalf("status = %d; want %d", status, want)
					}
					checkPageShape(t, doc, l, mode)
					h1 := text(find(doc, tag(atom.H1))[0])
					if before, ok := headings[localized]; ok && before != h1 {
						t.Errorf("h1 = %q; want %q as in the other modes", h1, before)
					}
					headings[localized] = h1
				})
			}
		}
	}
}

// ownFile is the address of a small picture of a photo that the family attached, or that
// staff put to a case.
var ownFile = regexp.MustCompile(`^(/[a-z-]+)?/((apply/[a-z-]+|track)/files|staff/[a-z]+/[0-9a-f]+(/visits/[0-9a-f]+)?/photos)/[0-9a-f]{32}\?size=small$`)

func checkPageShape(t *testing.T, doc *html.Node, l language, mode string) {
	t.Helper()
	root := find(doc, tag(atom.Html))[0]
	if attr(root, "lang") != l.Code || attr(root, "data-mode") != mode {
		t.Errorf("html has lang %q, mode %q; want %q, %q", attr(root, "lang"), attr(root, "data-mode"), l.Code, mode)
	}
	for _, a := range []atom.Atom{atom.H1, atom.Header, atom.Main, atom.Footer, atom.Title} {
		if got := len(find(doc, tag(a))); got != 1 {
			t.Errorf("%d of <%s>; want 1", got, a)
		}
	}
	controls := find(doc, func(n *html.Node) bool {
		return tag(atom.A, atom.Button, atom.Select, atom.Textarea, atom.Summary)(n) || n.DataAtom == atom.Input && attr(n, "type") != "hidden"
	})
	if attr(controls[0], "href") != "#main" {
		t.Errorf("first control is %q; want the skip link", text(controls[0]))
	}
	checkModeSwitch(t, doc, controls, l, mode)
	checkHeadings(t, doc)
	checkLabels(t, doc)
	checkHead(t, doc)
	checkDeskStyle(t, doc)
	checkDanger(t, doc)
	if body := text(root); strings.Contains(body, "⟦") || strings.Contains(body, "&amp;lt;") || strings.Contains(body, "ZgotmplZ") {
		t.Error("page shows a missing message or text escaped twice")
	}
	var help []string
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "data-help") }) {
		help = append(help, attr(n, "data-help"))
	}
	slices.Sort(help)
	desk := len(find(doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "desk-head") })) > 0
	if want := []string{"ask", "phone"}; !desk && !slices.Equal(help, want) {
		t.Errorf("ways to get help = %v; want %v on every page for families", help, want)
	}
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "src") || has(n, "style") || n.DataAtom == atom.Script }) {
		if attr(n, "type") == "application/ld+json" {
			continue // data, see TestLinkedData
		}
		own := n.DataAtom == atom.Img && ownFile.MatchString(attr(n, "src"))
		if !strings.HasPrefix(attr(n, "src"), "/static/") && !strings.HasSuffix(attr(n, "src"), "/qr.svg") && !own || has(n, "style") {
			t.Errorf("<%s src=%q> is not ours or has style inside", n.Data, attr(n, "src"))
		}
	}
}

// checkModeSwitch wants the way into elder mode among the first ten controls, and
// in elder mode the way out, the telephone and the first page on every page.
func checkModeSwitch(t *testing.T, doc *html.Node, controls []*html.Node, l language, mode string) {
	t.Helper()
	words := mustWords(t, l)
	name := words("mode.elder.name")
	if mode == modeElder {
		name = words("mode.elder.leave")
		checkElderPage(t, doc)
	}
	found := slices.IndexFunc(controls, func(n *html.Node) bool { return text(n) == name })
	if found < 0 || found >= 10 {
		t.Errorf("%q is control number %d; want it among the first ten", name, found)
	}
}

func mustWords(t testing.TB, l language) func(string, ...any) string {
	t.Helper()
	c, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer(l.Code).T
}

func checkHeadings(t *testing.T, doc *html.Node) {
	t.Helper()
	last := 0
	for _, h := range find(find(doc, tag(atom.Main))[0], tag(atom.H1, atom.H2, atom.H3, atom.H4)) {
		level := int(h.Data[1] - '0')
		if level > last+1 {
			t.Errorf("heading %q jumps from level %d to %d", text(h), last, level)
		}
		last = level
		if text(h) == "" {
			t.Error("empty heading")
		}
	}
	ids, names := map[string]bool{}, map[string]bool{}
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "id") }) {
		if ids[attr(n, "id")] {
			t.Errorf("id %q stands twice", attr(n, "id"))
		}
		ids[attr(n, "id")] = true
	}
	for _, n := range find(doc, tag(atom.Nav)) {
		name := attr(n, "aria-label") + attr(n, "aria-labelledby")
		if name == "" || names[name] {
			t.Errorf("navigation is named %q; want a name of its own", name)
		}
		names[name] = true
	}
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "aria-labelledby") || has(n, "aria-describedby") }) {
		for _, id := range strings.Fields(attr(n, "aria-labelledby") + " " + attr(n, "aria-describedby")) {
			if !ids[id] {
				t.Errorf("<%s> refers to %q, which is not there", n.Data, id)
			}
		}
	}
}

func checkLabels(t *testing.T, doc *html.Node) {
	t.Helper()
	labels := map[string]string{}
	for _, n := range find(doc, tag(atom.Label)) {
		labels[attr(n, "for")] = text(n)
	}
	for _, n := range find(doc, tag(atom.Input, atom.Textarea, atom.Select)) {
		if attr(n, "type") != "hidden" && labels[attr(n, "id")] == "" && attr(n, "aria-label") == "" {
			t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	}
	for _, n := range find(doc, tag(atom.A, atom.Button)) {
		if text(n) == "" {
			t.Errorf("<%s href=%q> has no name", n.Data, attr(n, "href"))
		}
	}
	for _, n := range find(doc, tag(atom.Img)) {
		if !has(n, "alt") {
			t.Errorf("image %q has no alternative text", attr(n, "src"))
		}
	}
}

func checkHead(t *testing.T, doc *html.Node) {
	t.Helper()
	if title := strings.TrimSpace(text(find(doc, tag(atom.Title))[0])); title == "" || strings.HasPrefix(title, "-") {
		t.Errorf("the title %q names no page", title)
	}
	meta := map[string]string{}
	for _, n := range find(doc, tag(atom.Meta)) {
		meta[attr(n, "name")+attr(n, "property")] = attr(n, "content")
	}
	for _, name := range []string{"SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType", "description", "viewport"} {
		if meta[name] == "" {
			t.Errorf("meta %s is empty", name)
		}
	}
	if strings.Contains(meta["SiteDomain"], "/") || strings.Contains(meta["viewport"], "maximum") {
		t.Errorf("SiteDomain %q or viewport %q is wrong", meta["SiteDomain"], meta["viewport"])
	}
	h1 := text(find(doc, tag(atom.H1))[0])
	if title, ok := meta["ArticleTitle"]; ok {
		checkArticle(t, doc, meta)
		if title != h1 {
			t.Errorf("ArticleTitle = %q; want the h1 %q", title, h1)
		}
	}
	if meta["robots"] != "noindex" {
		checkCard(t, doc, meta)
	}
}

func checkArticle(t *testing.T, doc *html.Node, meta map[string]string) {
	t.Helper()
	for _, name := range []string{"ContentSource", "Keywords", "Url"} {
		if meta[name] == "" {
			t.Errorf("meta %s is empty", name)
		}
	}
	date := meta["PubDate"]
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d$`).MatchString(date) {
		t.Errorf("PubDate = %q", date)
	}
	if !slices.ContainsFunc(find(doc, tag(atom.Time)), func(n *html.Node) bool { return text(n) == date }) {
		t.Errorf("the page does not show its PubDate %q", date)
	}
}

// checkCard wants what a shared link shows to be what the page says of itself.
func checkCard(t *testing.T, doc *html.Node, meta map[string]string) {
	t.Helper()
	title := text(find(doc, tag(atom.Title))[0])
	if got := meta["og:title"]; got == "" || !strings.HasPrefix(title, got) {
		t.Errorf("og:title = %q; want it in %q", got, title)
	}
	links := map[string]string{}
	for _, n := range find(doc, tag(atom.Link)) {
		links[attr(n, "rel")+attr(n, "hreflang")] = attr(n, "href")
	}
	if meta["og:description"] != meta["description"] || meta["og:url"] != links["canonical"] || links["canonical"] == "" {
		t.Errorf("og:description %q or og:url %q is not the page's", meta["og:description"], meta["og:url"])
	}
	want := "website"
	if meta["PubDate"] != "" {
		want = "article"
	}
	if meta["og:type"] != want || meta["og:site_name"] != meta["SiteName"] || meta["og:locale"] == "" || meta["og:image:alt"] == "" {
		t.Errorf("Open Graph is incomplete: %v", meta)
	}
	if !strings.HasPrefix(meta["og:image"], "http://localhost:8080/static/card.") {
		t.Errorf("og:image = %q", meta["og:image"])
	}
	for _, l := range []string{"zh-Hans", "zh-Hant", "en", "x-default"} {
		if links["alternate"+l] == "" {
			t.Errorf("no alternate in %s", l)
		}
	}
}

// elsewhere are addresses that other features of the site answer.
var elsewhere = []string{"/apply/", "/track", "/staff"}

func TestNoDeadLinks(t *testing.T) {
	s := newTestServer(t, nil)
	anchors := map[string]map[string]bool{} // of each address
	open := []string{"/", "/en", "/zh-hant", "/search?q=" + url.QueryEscape("补贴")}
	type link struct{ from, path, fragment string }
	var links []link
	for len(open) > 0 {
		address := open[0]
		open = open[1:]
		if anchors[address] != nil {
			continue
		}
		anchors[address] = map[string]bool{}
		status, doc := fetch(t, s, modeStandard, address)
		if status != 200 {
			t.Errorf("GET %s = %d", address, status)
		}
		for _, n := range find(doc, func(n *html.Node) bool { return has(n, "id") }) {
			anchors[address][attr(n, "id")] = true
		}
		for _, n := range find(doc, tag(atom.A, atom.Link)) {
			href := attr(n, "href")
			target, fragment, _ := strings.Cut(href, "#")
			if target == "" {
				target = address
			}
			_, plain := splitLanguage(target)
			switch {
			case !strings.HasPrefix(target, "/"), strings.Contains(target, "mode="), strings.HasPrefix(target, "/static/"), strings.Contains(target, "/search?"):
			case slices.ContainsFunc(elsewhere, func(p string) bool { return strings.HasPrefix(plain, p) }):
			default:
				links = append(links, link{address, target, fragment})
				open = append(open, target)
			}
		}
	}
	for _, l := range links {
		if l.fragment != "" && !anchors[l.path][l.fragment] {
			t.Errorf("%s links to %s#%s, which is not there", l.from, l.path, l.fragment)
		}
	}
	if len(anchors) < 30 {
		t.Errorf("only %d pages found", len(anchors))
	}
}

func TestTemplatesFitTheirStructs(t *testing.T) {
	s := newTestServer(t, nil)
	for name, data := range pageTypes {
		set, err := s.views.sets["en"][name].parse()
		if err != nil {
			t.Fatal(err)
		}
		if err := templatecheck.CheckHTML(set, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name := range s.views.sets["en"] {
		if pageTypes[name] == nil {
			t.Errorf("page template %s has no struct in pageTypes", name)
		}
	}
}

// messageID matches what can be a message id in a template or a Go string.
var messageID = regexp.MustCompile(`"([a-z0-9-]+(?:\.(?:[a-z0-9-]+|%[sd]))+)"`)

// builtIDs matches ids that are put together: "error." + words + ".title".
var builtIDs = regexp.MustCompile(`\("([a-z]+\.)" ?\+ ?|"([a-z]+\.)" ?\+|\+ ?"(\.[a-z.]+)"`)

func TestEveryMessageIsUsedAndThere(t *testing.T) {
	c, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	var sources, templates strings.Builder
	// What is sent to families is put into words beside the site.
	for _, pattern := range []string{"notify.go", "web/*.go", "web/templates/*.html", "web/templates/*/*.html"} {
		names, err := fs.Glob(os.DirFS(".."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(path.Join("..", name))
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(b)
			if path.Ext(name) == ".html" {
				templates.Write(b)
			}
		}
	}
	all := sources.String()
	ids := c.IDs()
	for _, m := range regexp.MustCompile(`\bt "([a-z0-9.-]+)"`).FindAllStringSubmatch(templates.String(), -1) {
		if !slices.Contains(ids, m[1]) {
			t.Errorf("a template asks for the message %q, which is not there", m[1])
		}
	}
	mentioned := map[string]bool{}
	var built []*regexp.Regexp
	for _, m := range messageID.FindAllStringSubmatch(all, -1) {
		mentioned[m[1]] = true
		if strings.Contains(m[1], "%") {
			built = append(built, regexp.MustCompile("^"+strings.NewReplacer("%s", "[a-z0-9-]+", "%d", "[0-9]+").Replace(regexp.QuoteMeta(m[1]))+"$"))
		}
	}
	for _, m := range builtIDs.FindAllStringSubmatch(all, -1) {
		prefix, suffix := regexp.QuoteMeta(m[1]+m[2]), regexp.QuoteMeta(m[3])
		if prefix != "" {
			built = append(built, regexp.MustCompile("^"+prefix+".+$"))
		} else if suffix != "" {
			built = append(built, regexp.MustCompile("^[a-z]+"+suffix+"$"))
		}
	}
	for _, id := range ids {
		if !mentioned[id] && !slices.ContainsFunc(built, func(r *regexp.Regexp) bool { return r.MatchString(id) }) {
			t.Errorf("nothing uses the message %q", id)
		}
	}
}

// TestChecker answers the first policy's questions and expects words, reasons and
// no trace of the answers in an address.
func TestChecker(t *testing.T) {
	s := newTestServer(t, nil)
	answers := map[string]string{"child_age": "８岁", "father": "dead", "mother": "prison", "hukou": "zhongshan", "adopted": "no", "recognition": "none", "in_school": "fulltime"}
	form := url.Values{}
	for range 12 {
		doc := post(t, s, "/check/basic-living-allowance", form, 200)
		next := hidden(doc)
		asked := next.Get(checkAsked)
		if asked == "" {
			if body := text(doc); !strings.Contains(body, "很可能符合") && !strings.Contains(body, "还要核实") {
				t.Errorf("verdict missing in %q", body)
			}
			return
		}
		if post(t, s, "/check/basic-living-allowance", next, 422) == nil {
			t.Fatal("no page for a missing answer")
		}
		next.Set(asked, answers[asked])
		form = next
	}
	t.Error("the checker never ends")
}

func TestCheckerGoesBack(t *testing.T) {
	s := newTestServer(t, nil)
	form := url.Values{checkOrder: {"child_age"}, "child_age": {"9"}, checkBack: {"1"}}
	doc := post(t, s, "/check/basic-living-allowance", form, 200)
	input := find(doc, func(n *html.Node) bool { return attr(n, "id") == "f-child_age" })
	if len(input) != 1 || attr(input[0], "value") != "9" {
		t.Error("going back does not show the answer that was given")
	}
}

func post(t testing.TB, s *Server, address string, form url.Values, want int) *html.Node {
	t.Helper()
	req := httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.App().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != want {
		t.Fatalf("POST %s = %d; want %d", address, resp.StatusCode, want)
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" && !(strings.Contains(address, "/ask") && got == askedAgain) {
		t.Errorf("POST %s: Cache-Control = %q; want no-store", address, got)
	}
	doc, err := html.Parse(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestAskPage(t *testing.T) {
	s := newTestServer(t, nil)
	tests := []struct {
		name, question string
		status         int
		want           string
	}{
		{"answer", "孤儿补贴一个月多少钱？", 200, "/policies/basic-living-allowance#"},
		{"urgent", "爸爸天天打我", 200, "tel:110"},
		{"empty", " ", 422, "f-question-error"},
		{"too long", strings.Repeat("问", 301), 422, "301"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc := post(t, s, "/ask", url.Values{"question": {test.question}}, test.status)
			var b strings.Builder
			if err := html.Render(&b, doc); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), test.want) {
				t.Errorf("page lacks %q", test.want)
			}
			if log := find(doc, func(n *html.Node) bool { return attr(n, "role") == "log" }); len(log) != 1 {
				t.Errorf("%d log regions; want 1", len(log))
			}
		})
	}
}

func TestSearchFindsTheModes(t *testing.T) {
	s := newTestServer(t, nil)
	for _, word := range []string{"长辈版", "长者", "亲情版", "关爱版", "关怀版", "无障碍"} {
		_, doc := fetch(t, s, modeStandard, "/search?q="+url.QueryEscape(word))
		first := find(find(doc, tag(atom.Main))[0], func(n *html.Node) bool { return strings.Contains(attr(n, "href"), "mode=") })
		if len(first) != 1 {
			t.Errorf("%s: %d switches found; want 1", word, len(first))
		}
	}
}

// TestLanguageOfContent wants what is not translated marked on English pages, and
// Chinese converted on traditional ones.
func TestLanguageOfContent(t *testing.T) {
	s := newTestServer(t, nil)
	_, doc := fetch(t, s, modeStandard, "/en/policies/left-behind-care")
	prose := find(doc, func(n *html.Node) bool { return attr(n, "class") == "prose" })
	if len(prose) != 1 || attr(prose[0], "lang") != "zh-Hans" {
		t.Error("Chinese text on an English page is not marked as such")
	}
	_, doc = fetch(t, s, modeStandard, "/zh-hant/policies/basic-living-allowance")
	if body := text(find(doc, tag(atom.Main))[0]); strings.Contains(body, "补贴") || !strings.Contains(body, "補貼") {
		t.Error("text on a traditional page is not converted")
	}
}

// TestScreening answers what all policies ask, one page after the other, and
// expects what the child could get, with amounts, reasons and the way on.
func TestScreening(t *testing.T) {
	s := newDesk(t).server
	answers := map[string]string{
		"child_age": "8", "hukou": "zhongshan", "father": "prison", "mother": "lost", "recognition": "none", "difficulty": "guardian", "left_behind": "no",
		"rural": "no", "with_parents": "no", "parents_away": "unknown", "hard_family": "yes", "hard_self": "no", "hard_care": "no", "care_trouble": "weak",
	}
	form := url.Values{}
	for range 20 {
		doc := post(t, s, "/check/all", form, 200)
		form = hidden(doc)
		asked := form.Get(checkAsked)
		if asked != "" {
			form.Set(asked, answers[asked])
			continue
		}
		body := text(doc)
		for _, want := range []string{"很可能符合的", "还要核实的", "不符合的", "1578元/人/月（2021年标准）", "按“事实无人抚养儿童”申请"} {
			if !strings.Contains(body, want) {
				t.Errorf("the result does not say %q: %s", want, body)
			}
		}
		apply := find(doc, func(n *html.Node) bool { return attr(n, "formaction") == "/apply/basic-living-allowance" })
		if len(apply) != 1 {
			t.Errorf("%d ways to apply for the allowance; want 1", len(apply))
		}
		if strings.Index(body, "一起申请这") > strings.Index(body, "不符合的") {
			t.Error("the way on stands below what the child cannot get")
		}
		if strings.Contains(body, "先打电话") {
			t.Error("nothing was said of danger, and the page begins with it")
		}
		return
	}
	t.Error("the screening never ends")
}

// TestScreeningEarly looks at the results before all is answered: nothing that is
// unknown may count as a no, and the questions go on from there.
func TestScreeningEarly(t *testing.T) {
	s := newTestServer(t, nil)
	doc := post(t, s, "/check/all", url.Values{checkOrder: {"child_age"}, "child_age": {"8"}, checkShow: {"1"}}, 200)
	body := text(doc)
	if i, j := strings.Index(body, "孤儿和事实无人抚养儿童基本生活补贴"), strings.Index(body, "不符合的"); i < 0 || j < 0 || i > j {
		t.Errorf("what is not known yet counts as a no: %s", body)
	}
	next := post(t, s, "/check/all", hidden(doc), 200)
	if asked := hidden(next).Get(checkAsked); asked == "" || asked == "child_age" {
		t.Errorf("after the early results it goes on with %q", asked)
	}
}

// TestScreeningInDanger says that nobody looks after the child: whom to call comes before
// the next question, and before the result.
func TestScreeningInDanger(t *testing.T) {
	s := newDesk(t).server
	for name, form := range map[string]url.Values{
		"next question": {checkOrder: {"child_age"}, "child_age": {"8"}, checkAsked: {"hard_care"}, "hard_care": {"yes"}},
		"result":        {checkOrder: {"child_age hard_care"}, "child_age": {"8"}, "hard_care": {"yes"}, checkShow: {"1"}},
		"unsafe":        {checkOrder: {"child_age"}, "child_age": {"8"}, checkAsked: {"care_trouble"}, "care_trouble": {"unsafe"}},
	} {
		for _, address := range []string{"/check/all", "/en/check/all"} {
			var calls []string
			for _, n := range find(post(t, s, address, form, 200), func(n *html.Node) bool { return attr(n, "class") == "check__danger" }) {
				for _, a := range find(n, tag(atom.A)) {
					calls = append(calls, attr(a, "href"))
				}
			}
			if len(calls) < 2 || calls[0] != "tel:110" || calls[1] != "tel:12345" {
				t.Errorf("%s, %s: calls %q; want first 110, then 12345", address, name, calls)
			}
		}
	}
	doc := post(t, s, "/check/all", url.Values{checkOrder: {"child_age"}, "child_age": {"8"}, checkAsked: {"hard_care"}, "hard_care": {"no"}}, 200)
	if strings.Contains(text(find(doc, tag(atom.Main))[0]), "先打电话") {
		t.Error("a child that is looked after is taken for one in danger")
	}
}

// hidden returns the fields that the page's forms carry along.
func hidden(doc *html.Node) url.Values {
	out := url.Values{}
	for _, n := range find(doc, tag(atom.Input)) {
		if attr(n, "type") == "hidden" {
			out.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	return out
}
