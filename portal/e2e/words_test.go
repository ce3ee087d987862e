package e2e

import (
	"slices"
	"testing"
)

// brokenWords are the titles, labels and buttons with a line that ends within a word, as the
// browser itself divides words.
const brokenWords = `(() => {
	const words = new Intl.Segmenter("zh", {granularity: "word"}), out = new Set();
	const short = "h1, h2, h3, legend, label, summary, dt, main .button, .next__link, .questions__link, .sitemap__link, .toc a, .pager__link, .wants__link";
	for (const el of document.querySelectorAll(short)) {
		if (!el.checkVisibility() || el.closest(".visually-hidden, [lang^=en]")) continue;
		const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT), at = [];
		let text = "";
		for (let node; node = walk.nextNode();) {
			if (node.parentElement.closest(".visually-hidden, rt")) continue;
			for (let i = 0; i < node.data.length; i++) {
				const range = document.createRange();
				range.setStart(node, i);
				range.setEnd(node, i + 1);
				const box = range.getClientRects()[0];
				at.push(box && box.height ? box.top + box.height / 2 : NaN);
			}
			text += node.data;
		}
		const starts = new Set([...words.segment(text)].map((s) => s.index));
		for (let i = 1; i < text.length; i++) {
			if (at[i] - at[i - 1] > 8 && !starts.has(i) && /\p{Script=Han}/u.test(text[i - 1]) && /\p{Script=Han}/u.test(text[i])) {
				out.add(text.slice(Math.max(0, i - 8), i) + "/" + text.slice(i, i + 8));
			}
		}
	}
	return [...out];
})()`

// TestTitleWords opens pages on a handset in large type: no line of a title, a label or a
// button ends within a word. One that does is missing in words.txt of the content.
func TestTitleWords(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, handset)
	b.open("/sitemap?mode=accessible")
	paths := evaluate[[]string](b, `[...document.querySelectorAll(".sitemap__link[href^='/']")].map((a) => a.pathname).filter((p) => p !== "/styleguide" && !p.includes("."))`)
	if len(paths) < 20 {
		t.Fatalf("%d pages on the map of the site", len(paths))
	}
	for _, path := range slices.Concat(paths, []string{"/apply/tomorrow-plan", "/apply/guardianship-education", "/household/new", "/policies/children-in-difficulty/card"}) {
		b.open(path)
		for _, broken := range evaluate[[]string](b, brokenWords) {
			t.Errorf("%s: %s", path, broken)
		}
	}
}
