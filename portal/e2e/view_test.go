package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// viewed are one page of each kind, for what is tried under many settings.
var viewed = []string{"/", "/policies/basic-living-allowance", "/search?q=%E8%A1%A5%E8%B4%B4", "/ask", "/check/basic-living-allowance", "/apply/basic-living-allowance", "/accessibility", "/staff"}

// TestLargeType opens pages at two and three times the size on the narrowest
// handset: nothing is cut, nothing lies beside the window, and the page itself begins
// on the first screen, in English as well.
func TestLargeType(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"200", "300"} {
		b := newTab(t, suite.site, device{width: 320, height: 740})
		b.open("/?mode=accessible." + size)
		for _, path := range slices.Concat(viewed, []string{"/send?page=%2Fpolicies", "/en", "/en/policies/basic-living-allowance", "/en/apply/basic-living-allowance"}) {
			b.open(path)
			if begin := evaluate[float64](b, `(document.querySelector("main :is(.urgent, h1)")).getBoundingClientRect().top`); begin > 740 {
				t.Errorf("%s at %s %%: the page begins at %v px", path, size, begin)
			}
			for _, problem := range append(look[[]string](b, "overflow"), look[[]string](b, "clipped")...) {
				t.Errorf("%s at %s %%: %s", path, size, problem)
			}
		}
	}
}

// TestLargestElderType opens pages at the last step of elder mode: the text is 30 pixels
// or more, and nothing is cut or lies beside the window.
func TestLargestElderType(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, handset)
	b.open("/?mode=elder.150")
	for _, path := range viewed {
		b.open(path)
		for _, problem := range append(look[[]string](b, "overflow"), look[[]string](b, "clipped")...) {
			t.Errorf("%s: %s", path, problem)
		}
		if size := evaluate[float64](b, `parseFloat(getComputedStyle(document.querySelector("main")).fontSize)`); size < 30 {
			t.Errorf("%s: the text is %v px; want 30 or more", path, size)
		}
	}
}

// TestPinyinPages opens pages with the pinyin above their characters, in the widest and
// the narrowest window. axe-core has the short ones: it takes long for the thousands of
// readings of a policy, which are no different.
func TestPinyinPages(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/?mode=accessible.pinyin")
	for _, path := range viewed {
		if path == "/accessibility" { // of the same kind of text as a policy, and longer than any
			continue
		}
		b.open(path)
		if n := evaluate[int](b, `document.querySelectorAll("main ruby rt").length`); n < 10 {
			t.Errorf("%s has pinyin above %d words", path, n)
		}
		if b.axeAt = 0; strings.HasPrefix(path, "/policies/") {
			b.axeAt = -1
		}
		b.inspect("accessible", widths...)
	}
}

// faint returns the texts whose colour stands out by less than 7:1 from the ground
// that they are drawn on.
const faint = `(() => {
	const parse = (c) => (c.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
	const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = (el) => {
		for (; el; el = el.parentElement) {
			const c = parse(getComputedStyle(el).backgroundColor);
			if (c.length < 4 || c[3] > 0) return c;
		}
		return [255, 255, 255];
	};
	const out = new Set();
	const measure = (el, colour) => {
		const [a, b] = [light(parse(colour)), light(ground(el))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 7) out.add(ratio.toFixed(2) + ": " + eyes.name(el));
	};
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const el = walk.currentNode.parentElement;
		if (walk.currentNode.data.trim() && eyes.shown(el) && !el.closest("script, style, option")) measure(el, getComputedStyle(el).color);
	}
	for (const el of document.querySelectorAll("input:not([type=hidden]), textarea, select")) if (eyes.shown(el)) measure(el, getComputedStyle(el).color);
	return [...out];
})()`

// TestSchemesAreClear measures each set of colours as the browser draws it.
func TestSchemesAreClear(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	for _, scheme := range []string{"black-white", "white-black", "yellow-black", "yellow-blue", "black-cream"} {
		b.open("/?mode=accessible." + scheme)
		for _, path := range viewed {
			b.open(path)
			look[[]string](b, "overflow") // brings the eyes
			for _, problem := range evaluate[[]string](b, faint) {
				t.Errorf("%s in %s: %s", path, scheme, problem)
			}
		}
	}
}

// TestToolsByKeyboard uses tools by keys alone: the choice is made in place, is there
// on the next page, follows the focus, covers nothing that has it, and is taken back.
func TestToolsByKeyboard(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/?mode=accessible")
	b.open("/policies/basic-living-allowance")
	press := func(code, data string) {
		t.Helper()
		evaluate[*bool](b, fmt.Sprintf(`document.dispatchEvent(new KeyboardEvent("keydown", { code: %q, altKey: true, shiftKey: true, bubbles: true, cancelable: true })); null`, code))
		b.until("the page has "+data, func() bool {
			return evaluate[bool](b, fmt.Sprintf(`document.documentElement.matches("%s")`, data))
		})
	}
	for _, step := range [][2]string{
		{"KeyL", "[data-ruler]"}, {"KeyH", "[data-crosshair]"}, {"KeyC", "[data-caption=caption]"}, {"Digit4", "[data-scheme=yellow-black]"},
		{"Equal", "[data-size='125']"}, {"KeyM", "[data-pointer]"},
	} {
		press(step[0], step[1])
	}
	b.open("/apply/basic-living-allowance")
	if got := evaluate[string](b, "document.documentElement.dataset.view"); got != "125.yellow-black.caption.pointer.ruler.crosshair" {
		t.Errorf("the next page is shown as %q", got)
	}
	var places []string
	for range 12 {
		b.key("Tab")
		at := evaluate[string](b, `(() => {
			const focus = document.activeElement.getBoundingClientRect(), bar = document.querySelector(".caption");
			const covered = bar.textContent && focus.bottom > bar.getBoundingClientRect().top && focus.top < innerHeight;
			return (covered ? "covered " + document.activeElement.outerHTML.slice(0, 80) : "") + "|" + document.querySelector(".ruler").getBoundingClientRect().top;
		})()`)
		if at[0] != '|' {
			t.Errorf("the caption covers what has the focus: %s", at)
		}
		places = append(places, at)
	}
	if places[3] == places[11] {
		t.Error("the ruler does not follow the keyboard")
	}
	if words := evaluate[string](b, `document.querySelector(".caption").textContent`); words == "" {
		t.Error("the caption is empty while something has the focus")
	}
	press("KeyL", ":not([data-ruler])")
	if n := evaluate[int](b, `document.querySelectorAll(".ruler").length`); n != 0 {
		t.Errorf("%d rulers after it was put away", n)
	}
	press("Digit0", ":not([data-view])")
	evaluate[*bool](b, `document.querySelector(".toolbar__more").open = true; null`)
	b.inspect("accessible", 360)
}

// TestReadFromHere has a browser with voices read the page from where one is, and what
// is pointed at: sentence by sentence, marked, and never two at once.
func TestReadFromHere(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.before(voices)
	b.open("/?mode=accessible")
	b.open("/policies/basic-living-allowance")
	b.press(`[data-tool="read"]`)
	b.holds("the first sentence is said and marked", `asked.said.length === 1 && CSS.highlights.get("reading")?.size > 0`)
	evaluate[*bool](b, "speechSynthesis.finish(); null")
	b.holds("the next one follows", `asked.said.length === 2 && asked.said[1].text !== asked.said[0].text`)
	b.press(`[data-tool="read"]`)
	b.holds("it pauses", "!speechSynthesis.current")
	b.press(`[data-tool="read"]`)
	b.holds("it goes on with the same sentence", `asked.said.length === 3 && asked.said[2].text === asked.said[1].text`)
	evaluate[*bool](b, `const r = document.querySelector('[data-tool="rate"]'); r.value = "1.3"; r.dispatchEvent(new Event("change")); null`)
	b.holds("faster", "asked.said.at(-1).rate === 1.3")
	b.press(`[data-tool="stop"]`)
	b.holds("it stops and nothing is marked", `!speechSynthesis.current && !CSS.highlights.has("reading")`)
	evaluate[*bool](b, `document.querySelector(".toolbar__more").open = true; null`)
	b.press(`.toolbar__more [data-key="P"]`)
	b.holds("pointed reading is on", `"pointed" in document.documentElement.dataset`)
	evaluate[*bool](b, `document.querySelector(".prose a[href]").focus(); null`)
	b.holds("what has the focus is said", `speechSynthesis.current?.text.includes(document.querySelector(".prose a[href]").textContent.trim())`)
	if evaluate[bool](b, "Boolean(asked.together)") {
		t.Error("two voices at once")
	}
	b.captionInPinyin()
}

// captionInPinyin points at texts of a page without pinyin: what was published is asked
// for, once, and what was typed never is.
func (t *tab) captionInPinyin() {
	t.Helper()
	t.before(`window.fetched = []; window.fetch = new Proxy(window.fetch, { apply: (f, self, args) => { fetched.push(decodeURIComponent(String(args[0]))); return Reflect.apply(f, self, args); } });`)
	t.open("/?mode=accessible.caption-pinyin")
	t.open("/policies/basic-living-allowance")
	focus := func(selector string) {
		evaluate[*bool](t, fmt.Sprintf(`document.querySelector(%q).focus({ focusVisible: true }); null`, selector))
	}
	const pinyin = `document.querySelector(".caption__pinyin")?.textContent`
	for range 2 {
		focus(`a[href="/policies"]`)
		t.holds("the pinyin of a text", pinyin+`.includes("zhèng cè")`)
		focus("#site-search")
		evaluate[*bool](t, `((box) => { box.value = "金丝雀"; box.blur(); box.focus({ focusVisible: true }); })(document.querySelector("#site-search")); null`)
		t.holds("what is typed in large type", `document.querySelector(".caption").textContent.includes("金丝雀")`)
		evaluate[*bool](t, `document.querySelector("main").insertAdjacentHTML("beforeend", '<h2 id="late" tabindex="0">布谷鸟来晚了</h2>'); null`)
		focus("#late")
		t.holds("what came later in large type", `document.querySelector(".caption").textContent === "布谷鸟来晚了"`)
		evaluate[bool](t, `new Promise((done) => setTimeout(() => done(true), 300))`)
		evaluate[*bool](t, `document.querySelector("#late").remove(); null`)
	}
	asked := evaluate[[]string](t, `fetched.filter((address) => address.startsWith("/api/v1/pinyin"))`)
	slices.Sort(asked) // on a slow machine the label of the box is rested on, too
	if once := slices.Compact(slices.Clone(asked)); len(asked) == 0 || len(once) != len(asked) || strings.ContainsAny(strings.Join(asked, ""), "雀鸟") {
		t.Errorf("pinyin was asked for: %v", asked)
	}
	t.open("/check/basic-living-allowance") // a page of one's own has its readings in itself
	focus("main form input:not([type=hidden])")
	t.holds("the pinyin of a question", pinyin+".length > 5 && document.querySelectorAll('main rt').length > 9")
	if seen := look[int](t, "count", "rt"); seen != 0 {
		t.Errorf("%d readings are seen; want them in the caption alone", seen)
	}
	if asked := evaluate[int](t, "fetched.length"); asked != 0 {
		t.Errorf("%d things were asked for; want none", asked)
	}
}
