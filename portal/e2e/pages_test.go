package e2e

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// seeds are pages that no link leads to, or that need words to show something.
// Everything else is found by following links, so that no page can be forgotten.
var seeds = []string{
	"/",
	"/search?q=" + url.QueryEscape("爸妈都不在了每月能领多少钱"),
	"/search?q=" + url.QueryEscape("今晚吃什么"),
	"/search?q=" + url.QueryEscape("爸爸打我"), // whom to call comes first
	"/staff",
	"/field-kit",
	"/send?page=" + url.QueryEscape("/policies"),
}

var modes = []string{"standard", "accessible", "elder"}

// widths are those of a desktop and of the narrowest window that must do without
// scrolling sideways. No breakpoint lies below 480, so what holds at 320 and at zooms
// holds on every handset between.
var widths = []int64{1280, 320}

// zooms are the widths left of 1280 pixels at 200, 300, 355 and 600 %; 360 is the
// usual handset as well.
var zooms = []int64{640, 427, 360, 213}

// Targets and text are at least this many pixels in each mode.
var (
	minTarget = map[string]int{"standard": 44, "accessible": 44, "elder": 60}
	minText   = map[string]int{"standard": 16, "accessible": 18, "elder": 22}
)

// Text stands out from its ground by this much, large text by a little less.
var (
	minContrast      = map[string]float64{"standard": 4.5, "accessible": 7, "elder": 4.5}
	minLargeContrast = map[string]float64{"standard": 3, "accessible": 7, "elder": 3}
)

// axeTags choose every rule of axe-core for WCAG 2.2 A, AA and AAA, and its advice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag21aaa", "wcag22aa", "wcag22aaa", "best-practice"}

// TestPages visits every page that can be reached by links, in every language and
// mode, in the widest and the narrowest window, and one of each kind, such as one
// policy, at every zoom as well: those of a kind share templates and styles. In
// traditional characters one of each kind is enough. The others of a kind differ from
// it in what was published alone, which is the same in each mode and window: axe-core
// has each of them once in a language, in modes and windows by turns, and what the
// tests measure themselves is measured in the narrowest window everywhere, and in the
// widest in the mode whose turn it is. English pages take turns in both. make axe trusts
// to none of that: with HUITONG_AXE=all every page is tried with every rule in every
// language, mode and window.
func TestPages(t *testing.T) {
	t.Parallel()
	pages := crawl(t, suite.site, "standard", "")
	if len(pages) < 20 {
		t.Errorf("only %d pages are linked: %v", len(pages), pages)
	}
	first, others := byKind(pages)
	elder := crawl(t, suite.site, "elder", "")
	if suite.everywhere {
		first, others = pages, nil
		elder = slices.DeleteFunc(elder, func(path string) bool { return slices.Contains(pages, path) })
	} else {
		elder = ownKinds(pages, elder)
	}
	if len(elder) < 5 {
		t.Errorf("elder mode leads to %v of its own; want the parts of policies and the leaves of lists among them", elder)
	}
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		for _, mode := range modes {
			t.Run(strings.Trim(prefix+"-"+mode, "/-"), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, suite.site, desktop)
				b.open(prefix + "/?mode=" + mode)
				b.stretches = true
				for _, path := range first {
					b.open(prefix + path)
					b.inspect(mode, widths...)
				}
				for _, path := range elder {
					if mode == "elder" {
						b.open(prefix + path)
						b.inspect(mode, widths...)
					}
				}
				b.stretches = false
				if prefix == "/zh-hant" {
					return // the same elements with characters of the same width
				}
				for i, path := range others {
					its := widths[1:]
					if b.axeAt = -1; modes[i%len(modes)] == mode {
						its, b.axeAt = widths, widths[i/len(modes)%len(widths)]
					} else if prefix == "/en" {
						continue
					}
					b.open(prefix + path)
					b.inspect(mode, its...)
				}
			})
		}
	}
}

// ownKinds returns the first page of each kind that none of the others is of: elder mode
// divides long pages into many.
func ownKinds(others, pages []string) []string {
	seen := map[string]bool{}
	for _, path := range others {
		seen[kindOf(path)] = true
	}
	first, _ := byKind(pages)
	return slices.DeleteFunc(first, func(path string) bool { return seen[kindOf(path)] })
}

// numbers are what addresses of pages of one kind differ by.
var numbers = regexp.MustCompile(`\d+`)

// kindOf returns the kind of a page, its address with the name and the numbers in it
// left out: /policies/tomorrow-plan is of the kind /policies/*.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	at := 2
	if len(parts) > 1 && (parts[1] == "en" || parts[1] == "zh-hant") {
		at = 3
	}
	if len(parts) > at {
		parts[at] = "*"
	}
	if len(parts) > at+2 && parts[at+1] == "part" { // of a policy, in elder mode
		parts[at+2] = "*"
	}
	return numbers.ReplaceAllString(strings.Join(parts, "/")+"?"+query, "*")
}

// byKind splits pages into the first of each kind and the rest.
func byKind(pages []string) (first, others []string) {
	seen := map[string]bool{}
	for _, path := range pages {
		if kind := kindOf(path); !seen[kind] {
			seen[kind] = true
			first = append(first, path)
			continue
		}
		if !strings.HasPrefix(path, "/directory/") { // towns differ in their names alone
			others = append(others, path)
		}
	}
	return first, others
}

// crawl returns the paths of all pages below prefix that links lead to, for a visitor
// who keeps cookies and has chosen this mode.
func crawl(tb testing.TB, s *site, mode, prefix string) []string {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get(tb, client, s.url+prefix+"/?mode="+mode)
	var todo, out []string
	seen := map[string]bool{}
	for _, seed := range seeds {
		todo = append(todo, prefix+seed)
	}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		out = append(out, path)
		for _, link := range pageLink.FindAllStringSubmatch(get(tb, client, s.url+path), -1) {
			if next := pageOf(tb, html.UnescapeString(link[1]), prefix); next != "" {
				todo = append(todo, next)
			}
		}
	}
	return out
}

// pageLink finds links within the site.
var pageLink = regexp.MustCompile(`<a\s[^>]*?href="(/[^"#]*)`)

// pageOf returns the path of a link to a page in the language of prefix; "" if it
// leads elsewhere or only to another list of the same kind.
func pageOf(tb testing.TB, link, prefix string) string {
	tb.Helper()
	u, err := url.Parse(link)
	if err != nil {
		tb.Errorf("link %q: %v", link, err)
		return ""
	}
	language := ""
	for _, p := range []string{"/zh-hant", "/en"} {
		if u.Path == p || strings.HasPrefix(u.Path, p+"/") {
			language = p
		}
	}
	if language != prefix || u.RawQuery != "" || strings.HasPrefix(u.Path, "/static/") || filepath.Ext(u.Path) != "" {
		return ""
	}
	return u.Path
}
