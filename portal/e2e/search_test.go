package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// listKeys are those that a list of suggestions is worked with.
var listKeys = map[string]input.DispatchKeyEventParams{
	"ArrowDown": {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
	"ArrowUp":   {Key: "ArrowUp", Code: "ArrowUp", WindowsVirtualKeyCode: 38},
	"Escape":    {Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27},
}

func (t *tab) listKey(name string) {
	t.Helper()
	p := listKeys[name]
	p.Type = input.DispatchKeyEventTypeKeyDown
	call(t, input.DispatchKeyEvent, p)
	p.Type = input.DispatchKeyEventTypeKeyUp
	call(t, input.DispatchKeyEvent, p)
}

// box is what a screen reader is told of the search box and its list.
type box struct {
	Role, Expanded, Active, Controls, Autocomplete, Name string

	Value    string
	Focused  bool
	Shown    bool     // the list
	Options  []string // as they are read out
	Selected []string
	Said     string // by the live region
	Top      float64
}

const readBox = `(() => {
	const input = document.querySelector('[data-module="search"]').elements.q;
	const attr = (name) => input.getAttribute(name) || "";
	const list = document.getElementById("suggestions");
	const options = list ? [...list.querySelectorAll('[role="option"]')] : [];
	const active = document.getElementById(attr("aria-activedescendant"));
	return {
		Role: attr("role"), Expanded: attr("aria-expanded"), Active: active ? active.textContent : "",
		Controls: attr("aria-controls"), Autocomplete: attr("aria-autocomplete"), Name: input.labels[0].textContent,
		Value: input.value, Focused: document.activeElement === input, Shown: !!list && list.checkVisibility(),
		Options: options.map((o) => o.textContent),
		Selected: options.filter((o) => o.getAttribute("aria-selected") === "true").map((o) => o.textContent),
		Said: (input.parentNode.querySelector('[role="status"]') || {textContent: ""}).textContent,
		Top: document.querySelector("h1").getBoundingClientRect().top + scrollY,
	};
})()`

func (t *tab) box() box {
	t.Helper()
	return evaluate[box](t, readBox)
}

// typeInto puts words into the search box, as from a keyboard or a clipboard.
func (t *tab) typeInto(words string) {
	t.Helper()
	evaluate[*bool](t, `(() => { const i = document.querySelector('[data-module="search"]').elements.q; i.focus(); i.select(); return null; })()`)
	call(t, input.InsertText, input.InsertTextParams{Text: words})
}

// offered types words and waits for the list.
func (t *tab) offered(words string) box {
	t.Helper()
	t.typeInto(words)
	t.until("suggestions for "+words, func() bool { b := t.box(); return b.Shown && b.Value == words })
	return t.box()
}

// TestSuggestions works the list by keyboard, as a screen reader follows it.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/policies")
	before := b.box()
	if before.Role != "combobox" || before.Expanded != "false" || before.Autocomplete != "list" || before.Controls != "suggestions" || before.Name == "" || before.Shown {
		t.Fatalf("at first: %+v", before)
	}
	open := b.offered("孤儿")
	if open.Expanded != "true" || open.Active != "" || len(open.Selected) > 0 || !open.Focused || len(open.Options) < 3 || len(open.Options) > 8 {
		t.Fatalf("open: %+v", open)
	}
	if !strings.Contains(open.Said, fmt.Sprint(len(open.Options))) {
		t.Errorf("said %q; want the number of suggestions", open.Said)
	}
	if open.Top != before.Top {
		t.Errorf("the page moves from %v to %v", before.Top, open.Top)
	}
	for i, step := range []struct {
		key  string
		want string
	}{
		{"ArrowDown", open.Options[0]},
		{"ArrowDown", open.Options[1]},
		{"ArrowUp", open.Options[0]},
		{"ArrowUp", ""},
		{"ArrowUp", open.Options[len(open.Options)-1]},
		{"ArrowDown", ""},
	} {
		b.listKey(step.key)
		if got := b.box(); got.Active != step.want || strings.Join(got.Selected, "|") != step.want || got.Value != "孤儿" || !got.Focused {
			t.Fatalf("step %d, %s: %+v; want %q active", i, step.key, got, step.want)
		}
	}
	b.listKey("ArrowDown")
	b.listKey("Escape")
	if got := b.box(); got.Shown || got.Expanded != "false" || got.Active != "" || got.Value != "孤儿" || got.Said != "" {
		t.Errorf("after Escape: %+v", got)
	}
	b.listKey("ArrowDown")
	b.until("the list is back", func() bool { return b.box().Shown })
	b.key("Tab")
	if got := b.box(); got.Shown || got.Focused {
		t.Errorf("after Tab: %+v", got)
	}
	b.offered("qiangzhibaogao")
	b.listKey("ArrowDown")
	b.arrive(func() { b.key("Enter") })
	b.at("/policies/mandatory-report")
}

// TestSuggestionsLeaveTheForm sends what is typed when nothing is chosen.
func TestSuggestionsLeaveTheForm(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/en/policies")
	b.offered("orphan")
	b.arrive(func() { b.key("Enter") })
	b.at("/en/search")
	if got := b.box(); got.Value != "orphan" {
		t.Errorf("the box holds %q", got.Value)
	}
	b.typeInto("zzqxwk")
	b.until("nothing is offered", func() bool { got := b.box(); return !got.Shown && got.Expanded == "false" })
}

// TestSuggestionsWhileComposing wants nothing to happen before an input method is
// done, whatever keys it takes.
func TestSuggestionsWhileComposing(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/policies")
	b.offered("孤儿")
	b.listKey("Escape")
	evaluate[*bool](b, `(() => { window.asked = 0; const f = window.fetch; window.fetch = (...a) => { window.asked++; return f(...a); }; return null; })()`)
	for _, part := range []string{"b", "bu", "bu t", "bu tie"} {
		call(b, input.ImeSetComposition, input.ImeSetCompositionParams{Text: part, SelectionStart: int64(len(part)), SelectionEnd: int64(len(part))})
		b.listKey("ArrowDown")
	}
	// Twice the pause after which the list would have been asked for.
	evaluate[*bool](b, "new Promise((done) => setTimeout(() => done(null), 400))")
	if got := b.box(); got.Shown || evaluate[int](b, "window.asked") > 0 {
		t.Fatalf("while composing: %+v, asked %d times", got, evaluate[int](b, "window.asked"))
	}
	call(b, input.InsertText, input.InsertTextParams{Text: "补贴"})
	b.until("suggestions for what was composed", func() bool { got := b.box(); return got.Shown && got.Value == "孤儿补贴" })
	if n := evaluate[int](b, "window.asked"); n != 1 {
		t.Errorf("asked %d times; want once", n)
	}
}

// TestSuggestionsEverywhere opens the list in each language and mode, where
// everything must be large enough, whole and named, and takes one by a tap.
func TestSuggestionsEverywhere(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, prefix := range []string{"", "/zh-hant", "/en"} {
			t.Run(strings.Trim(mode+"-"+strings.Trim(prefix, "/"), "-"), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, suite.site, handset)
				b.open(prefix + "/?mode=" + mode)
				b.open(prefix + "/search")
				words := "孤儿补贴"
				if prefix == "/en" {
					words = "orphan"
				}
				open := b.offered(words)
				b.inspect(mode, 360, 1280)
				if heights := evaluate[[]float64](b, `[...document.querySelectorAll('[role="option"]')].map((o) => o.getBoundingClientRect().height)`); len(heights) > 0 {
					for i, h := range heights {
						if h < float64(max(minTarget[mode], 44)) {
							t.Errorf("%q is %v px high", open.Options[i], h)
						}
					}
				}
				b.arrive(func() { b.press(`#suggestions [role="option"]`) })
				if got := evaluate[string](b, "document.documentElement.dataset.mode"); got != mode {
					t.Errorf("the page is in mode %q; want %q", got, mode)
				}
				if !strings.HasPrefix(b.where(), prefix+"/") {
					t.Errorf("at %s; want a page below %s", b.where(), prefix)
				}
			})
		}
	}
}

// TestSearchWithoutScripts finds, is offered other words, and is led on.
func TestSearchWithoutScripts(t *testing.T) {
	t.Parallel()
	device := handset
	device.noScripts = true
	b := newTab(t, suite.site, device)
	b.open("/search")
	search := func(words string) {
		b.fill("q", words)
		b.follow(`main form[action^="/search"] button:not([type="button"])`)
	}
	if got := b.box(); got.Role != "" || got.Shown || got.Name == "" {
		t.Errorf("without scripts: %+v", got)
	}
	search("宝障")
	b.sees("您是不是要找")
	b.follow("main .search-meant a")
	if got := b.box(); got.Value != "保障" {
		t.Errorf("the box holds %q; want 保障", got.Value)
	}
	b.walk()
	search("今晚吃什么")
	b.sees("没有找到")
	b.walk()
	b.follow("main .search-onward a")
	if !strings.HasPrefix(b.where(), "/policies/") {
		t.Errorf("at %s; want a policy", b.where())
	}
	b.open("/search?q=" + url.QueryEscape("今晚吃什么"))
	b.follow("main form[action='/ask'] button")
	b.at("/ask")
}

// TestSearchIsTold wants a screen reader told what a search came to, and the results
// as headings.
func TestSearchIsTold(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	for address, want := range map[string]string{
		"/search?q=" + url.QueryEscape("孤儿补贴"):  "找到",
		"/search?q=" + url.QueryEscape("今晚吃什么"): "没有找到",
		"/en/search?q=guardianshp":              "Here are the results for “guardianship”",
	} {
		b.open(address)
		if got := evaluate[string](b, `document.querySelector('main [role="status"].search-count').textContent`); !strings.Contains(got, want) {
			t.Errorf("%s: said %q; want %q", address, got, want)
		}
		b.walk()
		b.inspect("standard", 1280, 360)
	}
	b.open("/search?q=" + url.QueryEscape("孤儿补贴"))
	if n := evaluate[int](b, `document.querySelectorAll("main h2 a").length`); n == 0 {
		t.Error("results are no headings")
	}
}
