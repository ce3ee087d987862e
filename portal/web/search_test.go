package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/content"
	"huitong/search"
)

// suggestions asks the site what typed words may become.
func suggestions(t testing.TB, s *Server, lang, typed string) []suggested {
	t.Helper()
	resp, body := send(t, s, httptest.NewRequest("GET", "/api/v1/suggest?lang="+lang+"&q="+url.QueryEscape(typed), nil))
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("suggest %q: status %d", typed, resp.StatusCode)
	}
	var out []suggested
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatalf("suggest %q: %v in %s", typed, err, body)
	}
	return out
}

// TestSearchSeesDanger wants the number to call first where a child looks for help in the
// search box, which stands on every page, and not where somebody reads about the matter.
func TestSearchSeesDanger(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct {
		query  string
		danger bool
	}{
		{"爸爸打我", true}, {"我不想活了", true}, {"阿爸用衣架打我", true}, {"my dad beats me", true},
		{"孤儿补贴", false}, {"强制报告", false}, {"老师打来电话", false}, {"", false},
	} {
		_, body := send(t, s, httptest.NewRequest("GET", "/search?q="+url.QueryEscape(test.query), nil))
		main, _, _ := strings.Cut(body[strings.Index(body, "<main"):], "</main")
		if got := strings.Contains(main, `href="tel:110"`); got != test.danger {
			t.Errorf("search for %q: number to call is %v; want %v", test.query, got, test.danger)
		}
	}
}

// TestSearchPages wants each page of the results under a title of its own, and what was
// copied with its markup to find what the words alone do.
func TestSearchPages(t *testing.T) {
	s := newTestServer(t, nil)
	title := func(query string) string {
		_, doc := fetch(t, s, modeStandard, "/search?"+query)
		return text(find(doc, func(n *html.Node) bool { return n.Data == "title" })[0])
	}
	first, second := title("q=孤儿"), title("q=孤儿&page=2")
	if first == second || !strings.Contains(second, "第2页") || strings.Contains(first+second, "孤儿") {
		t.Errorf("titles %q and %q; want the second with its number, and neither with what was searched", first, second)
	}
	count := func(query string) string {
		_, doc := fetch(t, s, modeStandard, "/search?q="+url.QueryEscape(query))
		return text(find(doc, func(n *html.Node) bool { return attr(n, "class") == "search-count" })[0])
	}
	if plain, marked := count("孤儿"), count("<b>孤儿</b>"); plain != marked {
		t.Errorf("with markup %q; want %q", marked, plain)
	}
}

func TestSuggestAPI(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct {
		lang, typed string
		first       suggested
	}{
		{"zh-Hans", "孤儿补贴一", suggested{"孤儿补贴一个月多少钱？", "问题", "zh-Hans", "/policies/basic-living-allowance#gives"}},
		{"zh-Hant", "孤兒補貼一", suggested{"孤兒補貼一個月多少錢？", "問題", "zh-Hant", "/zh-hant/policies/basic-living-allowance#gives"}},
		{"zh-Hans", "qiangzhibaogao", suggested{"强制报告制度", "政策", "zh-Hans", "/policies/mandatory-report#what"}},
		{"zh-Hans", "强制抱告", suggested{"强制报告制度", "政策", "zh-Hans", "/policies/mandatory-report#what"}},
		{"zh-Hans", "散居gu", suggested{"散居孤儿", "用语", "zh-Hans", "/glossary#term-2"}},
		{"en", "entrust", suggested{"entrusted care", "Word", "en", "/en/glossary#term-17"}},
		{"en", "强制报告制", suggested{"强制报告制度", "Policy", "zh-Hans", "/en/policies/mandatory-report#what"}},
		{"fr", "孤儿补贴一", suggested{"孤儿补贴一个月多少钱？", "问题", "zh-Hans", "/policies/basic-living-allowance#gives"}},
	} {
		got := suggestions(t, s, test.lang, test.typed)
		if len(got) == 0 || len(got) > maxSuggestions {
			t.Errorf("%s %q: %d suggestions", test.lang, test.typed, len(got))
			continue
		}
		page, _, _ := strings.Cut(got[0].URL, "#")
		want, _, _ := strings.Cut(test.first.URL, "#")
		if got[0].Text != test.first.Text || got[0].Kind != test.first.Kind || got[0].Lang != test.first.Lang || page != want {
			t.Errorf("%s %q: %+v first; want %+v", test.lang, test.typed, got[0], test.first)
		}
	}
	for query, want := range map[string]string{"lang=en&q=entrust": "/en/glossary#term-17", "lang=en&q=entrust&mode=elder": "/en/glossary/page/3#term-17"} {
		if _, body := send(t, s, httptest.NewRequest("GET", "/api/v1/suggest?"+query, nil)); !strings.Contains(body, want) {
			t.Errorf("%s: %s; want %s, where the word stands in that mode", query, body, want)
		}
	}
	if _, body := send(t, s, httptest.NewRequest("GET", "/api/v1/suggest?q="+url.QueryEscape("申请")+"&mode=elder", nil)); strings.Count(body, `"url"`) != elderChoices {
		t.Errorf("elder mode suggests %s; want %d of them", body, elderChoices)
	}
	for _, typed := range []string{"", " ", "。", "zzqxwk", strings.Repeat("孤", 200), "<script>"} {
		if got := suggestions(t, s, "zh-Hans", typed); len(got) > 0 && typed != strings.Repeat("孤", 200) {
			t.Errorf("%.20q: %d suggestions; want none", typed, len(got))
		}
	}
}

// TestSuggestionsLead wants every suggestion to lead to a page with its anchor, in
// words of every kind, and on English pages nothing in both languages.
func TestSuggestionsLead(t *testing.T) {
	s := newTestServer(t, nil)
	seen := map[string]bool{}
	for _, l := range languages {
		for _, typed := range []string{"孤儿", "buzhu", "申请", "child", "help", "答复", "怎样在网上", "guardian"} {
			titles := map[string]bool{}
			for _, g := range suggestions(t, s, l.Code, typed) {
				if g.Kind == "" || strings.Contains(g.Kind, "search.kind") {
					t.Errorf("%+v has no kind", g)
				}
				if titles[g.Text] {
					t.Errorf("%s %q: %q twice", l.Code, typed, g.Text)
				}
				titles[g.Text] = true
				page, anchor, _ := strings.Cut(g.URL, "#")
				if seen[g.URL] {
					continue
				}
				seen[g.URL] = true
				status, doc := fetch(t, s, modeStandard, page)
				if status != http.StatusOK || len(find(doc, func(n *html.Node) bool { return attr(n, "id") == anchor })) != 1 {
					t.Errorf("%s leads nowhere (status %d)", g.URL, status)
				}
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d places are suggested", len(seen))
	}
}

func TestSuggestCaching(t *testing.T) {
	current := testContent(t)
	s := newTestServer(t, func(c *Config) { c.Content = func() *Content { return current } })
	get := func(address, etag string) *http.Response {
		req := httptest.NewRequest("GET", address, nil)
		req.Header.Set("If-None-Match", etag)
		resp, _ := send(t, s, req)
		return resp
	}
	address := suggestAddress(languages[0], current)
	fresh := get(address+"&q=a", "")
	if got := fresh.Header.Get("Cache-Control"); got != "private, max-age=3600" {
		t.Errorf("Cache-Control = %q", got)
	}
	if got := get("/api/v1/suggest?q=a", "").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("without a version Cache-Control = %q; want no-cache", got)
	}
	if got := get("/api/v1/suggest?q=a", fresh.Header.Get("ETag")).StatusCode; got != http.StatusNotModified {
		t.Errorf("status = %d for what the client has; want 304", got)
	}
	library := *current.Library
	library.Version = "another version of the content"
	current = &Content{Library: &library, Bot: current.Bot, Search: current.Search}
	if got := get(address+"&q=a", fresh.Header.Get("ETag")); got.StatusCode != http.StatusOK || got.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("after a change: status %d, %q; want 200, no-cache", got.StatusCode, got.Header.Get("Cache-Control"))
	}
}

// TestSearchOffersOtherWords wants other words as a link where little is found, said
// plainly where they are searched instead, and none where there is enough.
func TestSearchOffersOtherWords(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct{ address, meant, instead string }{
		{"/search?q=宝障", "保障", ""},
		{"/search?q=监户人", "监护人", ""},
		{"/search?q=guer butei", "", "孤儿补贴"},
		{"/search?q=gu er bu tie", "", "孤儿补贴"},
		{"/search?q=guer", "", "孤儿"},
		{"/search?q=大病包险", "大病保险", ""},
		{"/zh-hant/search?q=監戶人", "監護人", ""},
		{"/en/search?q=orphen alowance", "", "orphan allowance"},
		{"/en/search?q=guardianshp", "", "guardianship"},
		{"/search?q=孤儿补贴", "", ""},
		{"/search?q=今晚吃什么", "", ""},
		{"/search?q=长者模试", "", ""},
		{"/search?q=", "", ""},
	} {
		path, query, _ := strings.Cut(test.address, "?q=")
		_, doc := fetch(t, s, modeStandard, path+"?q="+url.QueryEscape(query))
		link := find(doc, func(n *html.Node) bool { return attr(n, "class") == "search-meant__link" })
		got := ""
		if len(link) > 0 {
			got = text(link[0])
			if status, _ := fetch(t, s, modeStandard, attr(link[0], "href")); status != http.StatusOK {
				t.Errorf("%s: the link has status %d", test.address, status)
			}
		}
		count := text(find(doc, func(n *html.Node) bool { return attr(n, "class") == "search-count" })[0])
		if instead := test.instead != "" && strings.Contains(count, test.instead) && strings.Contains(count, query); got != test.meant || instead != (test.instead != "") {
			t.Errorf("%s: other words %q, said %q; want %q, instead %q", test.address, got, count, test.meant, test.instead)
		}
	}
}

// TestNothingFoundLeadsOn wants questions, the bot, a telephone and categories.
func TestNothingFoundLeadsOn(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		for _, mode := range modes {
			_, doc := fetch(t, s, mode, l.path("/search?q="+url.QueryEscape("今晚吃什么")))
			main := find(doc, tag(atom.Main))[0]
			categories := l.path("/policies#")
			if mode == modeElder {
				categories = l.path("/policies") // which lists them
			}
			for _, want := range []string{l.path("/policies/"), l.path("/ask"), "tel:12345", categories} {
				if len(find(main, func(n *html.Node) bool {
					return strings.HasPrefix(attr(n, "href"), want) || attr(n, "action") == want
				})) == 0 {
					t.Errorf("%s %s: nothing leads to %s", l.Code, mode, want)
				}
			}
		}
	}
}

// TestExcerptIsConvertedWhole wants characters that depend on their neighbours
// converted right, although the mark cuts the words.
func TestExcerptIsConvertedWhole(t *testing.T) {
	s := newTestServer(t, nil)
	_, doc := fetch(t, s, modeStandard, "/zh-hant/search?q="+url.QueryEscape("發放補貼"))
	hits := find(doc, func(n *html.Node) bool { return attr(n, "class") == "hit" })
	marks := find(doc, tag(atom.Mark))
	if len(hits) == 0 || len(marks) == 0 {
		t.Fatal("nothing found or marked")
	}
	for _, m := range marks {
		if strings.ContainsAny(text(m), "发补贴") {
			t.Errorf("%q is marked and not converted", text(m))
		}
	}
	h := search.Hit{Document: &search.Document{Title: "头发", URL: "/"}, Snippet: "孩子的头发", Marks: []search.Span{{Start: 12, End: 15}}}
	c := s.app.AcquireCtx(&fasthttp.RequestCtx{})
	defer s.app.ReleaseCtx(c)
	c.Locals(visitKey, visit{Lang: languageOf("zh-Hant")})
	if got := s.newHit(c, h).Pieces; len(got) != 2 || got[0].Text != "孩子的頭" || got[1] != (piece{"髮", true}) {
		t.Errorf("pieces = %v; want the mark on 髮", got)
	}
}

// TestFiltersInEveryLanguage wants each category to show its own, in the words of
// the language.
func TestFiltersInEveryLanguage(t *testing.T) {
	s := newTestServer(t, nil)
	for _, l := range languages {
		query := "孤儿"
		if l.Code == "en" {
			query = "orphan"
		}
		_, doc := fetch(t, s, modeStandard, l.path("/search?q="+url.QueryEscape(query)))
		links := find(doc, func(n *html.Node) bool { return attr(n, "class") == "filters__link" })
		if len(links) < 4 {
			t.Errorf("%s: %d filters", l.Code, len(links))
		}
		found := 0
		for _, link := range links {
			if l.Code == "en" && hasHan(text(link)) {
				t.Errorf("filter %q is not in English", text(link))
			}
			status, one := fetch(t, s, modeStandard, attr(link, "href"))
			if status != http.StatusOK {
				t.Errorf("%s: filter %q has status %d", l.Code, text(link), status)
			}
			on := find(one, func(n *html.Node) bool { return attr(n, "aria-current") == "true" })
			if len(on) != 1 || text(on[0]) != text(link) {
				t.Errorf("%s: filter %q is not shown as chosen", l.Code, text(link))
			}
			if len(find(one, tag(atom.Mark))) > 0 {
				found++
			}
		}
		if found < 2 {
			t.Errorf("%s: %d filters have marked excerpts", l.Code, found)
		}
	}
}

// TestSuggesterIsNotNeeded searches without one.
func TestSuggesterIsNotNeeded(t *testing.T) {
	current := testContent(t)
	s := newTestServer(t, func(c *Config) {
		c.Content = func() *Content { return &Content{Library: current.Library, Bot: current.Bot, Search: current.Search} }
	})
	if got := suggestions(t, s, "zh-Hans", "孤儿"); len(got) != 0 {
		t.Errorf("%d suggestions", len(got))
	}
	if status, _ := fetch(t, s, modeStandard, "/search?q="+url.QueryEscape("宝障")); status != http.StatusOK {
		t.Errorf("status = %d", status)
	}
}

func TestTerms(t *testing.T) {
	got := Terms(&content.Library{Glossary: []content.Term{{ZH: "孤儿", EN: "orphan", Names: []string{"孤二"}}, {ZH: "监护人"}}})
	if len(got) != 3 || got[1].Translates != got[0].ID || got[1].Names != nil || got[2].URL != "/glossary#term-2" {
		t.Errorf("Terms = %+v", got)
	}
}

func BenchmarkSearchPage(b *testing.B) {
	s := newTestServer(b, nil)
	for _, path := range []string{"/search?q=" + url.QueryEscape("孤儿补贴怎么申请"), "/en/search?q=orphan+allowance", "/en/search?q=" + url.QueryEscape("孤儿补贴")} {
		b.Run(path, func(b *testing.B) { benchmarkGet(b, s, path) })
	}
}

func BenchmarkSuggestAPI(b *testing.B) {
	s := newTestServer(b, nil)
	for _, typed := range []string{"孤", "孤儿补贴", "gebt", "guerbutie", "孤而补帖", "孤儿多少钱", "zzqxwk"} {
		b.Run(typed, func(b *testing.B) {
			benchmarkGet(b, s, suggestAddress(languages[0], s.content())+"&q="+url.QueryEscape(typed))
		})
	}
}

func benchmarkGet(b *testing.B, s *Server, path string) {
	b.ReportAllocs()
	for b.Loop() {
		resp, err := s.App().Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(err, resp.StatusCode)
		}
		_ = resp.Body.Close()
	}
}

// TestSearchSaysOnce wants the name of a policy once in a result, and where one category has
// nothing that it is not said of all.
func TestSearchSaysOnce(t *testing.T) {
	s := newTestServer(t, nil)
	_, doc := fetch(t, s, modeStandard, "/search?q="+url.QueryEscape("困境儿童认定与分类保障"))
	hits := find(doc, func(n *html.Node) bool { return attr(n, "class") == "hit" })
	if len(hits) == 0 {
		t.Fatal("nothing found")
	}
	for _, h := range hits {
		title := text(find(h, tag(atom.H2))[0])
		for _, name := range find(h, func(n *html.Node) bool { return attr(n, "class") == "hit__policy" }) {
			if strings.HasPrefix(title, text(name)) {
				t.Errorf("%s: named twice", title)
			}
		}
	}
	for address, want := range map[string]string{
		"/search?category=medical&q=" + url.QueryEscape("圆梦"): "这一类里没有找到。点“全部”",
		"/search?q=" + url.QueryEscape("今晚吃什么"):               "没有找到。可以换个说法",
	} {
		_, doc := fetch(t, s, modeStandard, address)
		if got := text(find(doc, func(n *html.Node) bool { return attr(n, "class") == "search-count" })[0]); !strings.Contains(got, want) {
			t.Errorf("%s: %q; want %q", address, got, want)
		}
	}
}

// TestEmptyKindLeadsToAll follows the words of a kind without results, in every mode: what
// they say to press is on the page.
func TestEmptyKindLeadsToAll(t *testing.T) {
	s := newTestServer(t, nil)
	for _, mode := range modes {
		_, doc := fetch(t, s, mode, "/search?category=medical&q="+url.QueryEscape("圆梦"))
		all := find(doc, func(n *html.Node) bool { return attr(n, "class") == "filters__link" && text(n) == "全部" })
		if len(all) != 1 || !strings.Contains(attr(all[0], "href"), "q=") || strings.Contains(attr(all[0], "href"), "category") {
			t.Errorf("%s: %d links to all kinds", mode, len(all))
		}
	}
}
