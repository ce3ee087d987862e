package e2e

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// seeds are pages that no link leads to, or that need words to show something.
// Everything else is found by following links, so that no page can be forgotten.
var seeds = []string{
	"/",
	"/search?q=" + url.QueryEscape("爸妈都不在了每月能领多少钱"),
	"/search?q=" + url.QueryEscape("今晚吃什么"),
	"/staff",
}

var modes = []string{"standard", "accessible", "elder"}

// widths are those of a desktop, of a usual handset and of the narrowest that
// must do without scrolling sideways.
var widths = []int64{1280, 360, 320}

// Targets and text are at least this many pixels in each mode.
var (
	minTarget = map[string]int{"standard": 24, "accessible": 44, "elder": 60}
	minText   = map[string]int{"standard": 16, "accessible": 18, "elder": 22}
)

// Text stands out from its ground by this much, large text by a little less.
var (
	minContrast      = map[string]float64{"standard": 4.5, "accessible": 7, "elder": 4.5}
	minLargeContrast = map[string]float64{"standard": 3, "accessible": 7, "elder": 3}
)

// axeTags choose every rule of axe-core for WCAG 2.2 A, AA and AAA, and its advice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag21aaa", "wcag22aa", "wcag22aaa", "best-practice"}

// measured is what eyes.measure is asked for.
type measured struct {
	Text     int     `json:"text"`
	Target   int     `json:"target"`
	Contrast float64 `json:"contrast"` // 0: colours are the same at every width
	Large    float64 `json:"large"`
	Stretch  bool    `json:"stretch"`
	Lines    bool    `json:"lines"`
}

// TestPages visits every page that can be reached by links, in every language and
// mode: one of each kind, such as one policy, in Chinese at every width, all others
// on a handset, since they share templates and styles.
func TestPages(t *testing.T) {
	guide := newTab(t, suite.site, desktop)
	guide.open("/?mode=standard")
	pages := crawl(guide, "")
	if len(pages) < 20 {
		t.Errorf("only %d pages are linked: %v", len(pages), pages)
	}
	first, others := byKind(pages)
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		for _, mode := range modes {
			t.Run(strings.Trim(prefix+"-"+mode, "/-"), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, suite.site, desktop)
				b.open(prefix + "/?mode=" + mode)
				sizes := widths
				if prefix != "" {
					sizes = []int64{360}
				}
				more := newUnmet(pages)
				b.stretches = true
				for _, path := range first {
					b.open(prefix + path)
					b.inspect(mode, sizes...)
					more.note(b, prefix)
				}
				b.stretches = false
				for _, path := range others {
					b.open(prefix + path)
					b.inspect(mode, 360)
				}
				for path := more.next(); path != ""; path = more.next() { // what only this mode leads to
					b.open(path)
					b.inspect(mode, 360)
					more.note(b, prefix)
				}
				if found := len(more.seen) - more.known; mode == "elder" && found < 5 {
					t.Errorf("elder mode leads to %d kinds of pages of its own; want the parts of policies and the leaves of lists among them", found)
				}
			})
		}
	}
}

// byKind splits pages into the first of each kind and the rest. A page's kind is
// its address with the name in it left out: /policies/tomorrow-plan is of the kind
// /policies/*.
func byKind(pages []string) (first, others []string) {
	seen := map[string]bool{}
	for _, path := range pages {
		parts := strings.Split(path, "/")
		if len(parts) > 2 {
			parts[2] = "*"
		}
		if kind := strings.Join(parts, "/"); !seen[kind] {
			seen[kind] = true
			first = append(first, path)
			continue
		}
		others = append(others, path)
	}
	return first, others
}

// unmet are the pages of kinds that have not been met yet, to find those that a mode alone has:
// elder mode divides long pages into many, of which one of each kind will do.
type unmet struct {
	seen  map[string]bool
	known int
	todo  []string
}

func newUnmet(pages []string) *unmet {
	k := &unmet{seen: map[string]bool{}}
	for _, path := range pages {
		k.seen[kindOf(path)] = true
	}
	k.known = len(k.seen)
	return k
}

// kindOf leaves the names out of a path: those after the first word, and at the end.
func kindOf(path string) string {
	parts := strings.Split(path, "/")
	if len(parts) > 2 {
		parts[2], parts[len(parts)-1] = "*", "*"
	}
	return strings.Join(parts, "/")
}

// note takes in where the page of the tab leads.
func (k *unmet) note(t *tab, prefix string) {
	t.Helper()
	for _, link := range look[[]string](t, "links") {
		path := t.pageOf(link, prefix)
		kind := kindOf(strings.TrimPrefix(path, prefix))
		if path != "" && !k.seen[kind] {
			k.seen[kind] = true
			k.todo = append(k.todo, path)
		}
	}
}

func (k *unmet) next() string {
	if len(k.todo) == 0 {
		return ""
	}
	path := k.todo[0]
	k.todo = k.todo[1:]
	return path
}

// crawl returns the paths of all pages below prefix that links lead to.
func crawl(t *tab, prefix string) []string {
	t.Helper()
	var todo, out []string
	seen := map[string]bool{}
	for _, s := range seeds {
		todo = append(todo, prefix+s)
	}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		if status := t.try(path); status != 200 {
			t.Errorf("%s is linked and has status %d", path, status)
			continue
		}
		out = append(out, path)
		for _, link := range look[[]string](t, "links") {
			if next := t.pageOf(link, prefix); next != "" {
				todo = append(todo, next)
			}
		}
	}
	return out
}

// pageOf returns the path of a link to a page in the language of prefix; "" if it
// leads elsewhere or only to another list of the same kind.
func (t *tab) pageOf(link, prefix string) string {
	u, err := url.Parse(strings.TrimPrefix(link, t.site.url))
	if err != nil {
		t.Errorf("link %q: %v", link, err)
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

// inspect tries whether the page as it stands serves everybody: at each of the
// widths nothing is lost or cut, not even with wider spacing or larger letters,
// targets and text are as large and as clear as the mode promises, and axe-core
// finds nothing. What is wrong in the same way on several
// pages is reported for the first of them.
func (t *tab) inspect(mode string, widths ...int64) {
	t.Helper()
	if got := evaluate[string](t, "document.documentElement.dataset.mode"); got != mode {
		t.Errorf("%s is in mode %q; want %q", t.where(), got, mode)
	}
	if words := look[string](t, "text", "body"); strings.Contains(words, "⟦") {
		t.Errorf("%s lacks words of the interface: %.80s", t.where(), words[strings.Index(words, "⟦"):])
	}
	for _, width := range widths {
		t.resize(width, t.device.height)
		report := func(what string, findings []string) {
			t.Helper()
			for _, f := range findings {
				if f = what + ": " + f; !t.reported[f] {
					t.reported[f] = true
					t.Errorf("%s %s %d px: %s", t.where(), mode, width, f)
				}
			}
		}
		ask := measured{Text: minText[mode], Target: minTarget[mode], Stretch: t.stretches && width == 360, Lines: width == 1280}
		if width != 320 {
			ask.Contrast, ask.Large = minContrast[mode], minLargeContrast[mode]
		}
		for what, findings := range look[map[string][]string](t, "measure", ask) {
			report(what, findings)
		}
		if width != 320 && !t.device.noScripts {
			// In a window as high as the page nothing lies behind the bar that
			// stays at the bottom; axe-core does not scroll.
			t.resize(width, evaluate[int64](t, "document.documentElement.scrollHeight"))
			report("axe", t.axe(mode))
		}
	}
	t.resize(t.device.width, t.device.height)
}

func (t *tab) axe(mode string) []string {
	t.Helper()
	if !evaluate[bool](t, "typeof axe === 'object'") {
		evaluate[*bool](t, suite.axe+";null")
	}
	return look[[]string](t, "axe", axeTags, mode == "accessible")
}
