package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// sheet matches the object of one page in a PDF file.
var sheet = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// print returns the open page as the browser would print it.
func (t *tab) print() []byte {
	t.Helper()
	return call(t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)}).Data
}

// TestCardsFitOnOneSheet prints the card of every policy, in each language.
func TestCardsFitOnOneSheet(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		b := newTab(t, suite.site, desktop)
		b.open(prefix + "/policies")
		cards := 0
		for _, link := range look[[]string](b, "links") {
			path := pageOf(t, strings.TrimPrefix(link, suite.site.url), prefix)
			if slug, ok := strings.CutPrefix(path, prefix+"/policies/"); !ok || strings.Contains(slug, "/") {
				continue
			}
			b.open(path + "/card")
			pdf := b.print()
			keepPaper(t, path, pdf)
			if got := len(sheet.FindAll(pdf, -1)); got != 1 {
				t.Errorf("%s/card prints on %d sheets; want 1", path, got)
			}
			cards++
		}
		if cards < 6 {
			t.Errorf("%q: only %d cards", prefix, cards)
		}
	}
}

// TestReceiptOnPaper prints the receipt of an application: a family keeps it, in elder mode
// in large type, and what matters is on the first sheet.
func TestReceiptOnPaper(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, startSite(t), device{width: 1280, height: 900, noScripts: true}, "standard")
	v.arrived = func() {}
	v.apply()
	for _, mode := range modes {
		v.open("/apply/" + journeySlug + "/done?mode=" + mode)
		pdf := v.print()
		keepPaper(t, "/receipt-"+mode, pdf)
		if got := len(sheet.FindAll(pdf, -1)); got > 2 {
			t.Errorf("in %s mode the receipt prints on %d sheets; want 2 at most", mode, got)
		}
	}
}

// keepPaper keeps what was printed beside the pictures of make shots.
func keepPaper(tb testing.TB, path string, pdf []byte) {
	tb.Helper()
	if os.Getenv("HUITONG_SHOTS") == "" {
		return
	}
	if err := os.MkdirAll("out", 0o755); err != nil {
		tb.Fatal(err)
	}
	name := strings.ReplaceAll(strings.Trim(path, "/"), "/", "-") + ".pdf"
	if err := os.WriteFile(filepath.Join("out", name), pdf, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// TestPolicyOnPaper looks at what a policy's page becomes on paper: no navigation,
// nothing folded, the address and the days under it.
func TestPolicyOnPaper(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/policies/basic-living-allowance")
	pdf := b.print()
	keepPaper(t, "policies-basic-living-allowance-full", pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF")) || len(sheet.FindAll(pdf, -1)) < 2 {
		t.Fatalf("printing gave %d bytes", len(pdf))
	}
	for selector, want := range map[string]string{
		".nav": "none", ".help": "none", ".share": "none", ".feedback": "none", ".print-origin": "block",
	} {
		if got := onPaper(b, selector); got != want {
			t.Errorf("%s is displayed as %q on paper; want %q", selector, got, want)
		}
	}
	evaluate[*bool](b, `window.dispatchEvent(new Event("beforeprint")); null`)
	if open := evaluate[int](b, `document.querySelectorAll("details:not([open])").length`); open != 0 {
		t.Errorf("%d parts stay folded on paper", open)
	}
	if words := evaluate[string](b, `document.querySelector(".print-origin").textContent`); !strings.Contains(words, "/policies/basic-living-allowance") || !regexp.MustCompile(`打印日期：\s*20\d\d-\d\d-\d\d`).MatchString(words) {
		t.Errorf("under the printed page stands %q", words)
	}
}

// TestElderPolicyOnPaper does the same where the screen shows one part a page: paper has
// them all, in 18 pt, though the browser's own menu prints and no script runs.
func TestElderPolicyOnPaper(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		b.open(prefix + "/policies/basic-living-allowance?mode=elder")
		if got := evaluate[string](b, `getComputedStyle(document.querySelector(".on-paper")).display`); got != "none" {
			t.Errorf("%q: on the screen the text for paper is displayed as %q", prefix, got)
		}
		for selector, want := range map[string]string{".on-paper": "block", ".no-print:has(.wants)": "none", ".print-origin": "block"} {
			if got := onPaper(b, selector); got != want {
				t.Errorf("%q: %s is displayed as %q on paper; want %q", prefix, selector, got, want)
			}
		}
		b.shows("print")
		if small := evaluate[[]string](b, `[...document.querySelectorAll(".on-paper :is(p, li)")].filter((n) => parseFloat(getComputedStyle(n).fontSize) < 23.5).map((n) => n.textContent.trim().slice(0, 40))`); len(small) > 0 {
			t.Errorf("%q: smaller than 18 pt on paper: %q", prefix, small)
		}
		b.shows("")
		pdf := b.print()
		keepPaper(t, prefix+"/policies-basic-living-allowance-elder", pdf)
		if len(sheet.FindAll(pdf, -1)) < 4 {
			t.Errorf("%q: printing gave %d bytes", prefix, len(pdf))
		}
	}
}

// onPaper returns how an element is displayed when the page is printed.
func onPaper(b *tab, selector string) string {
	b.Helper()
	b.shows("print")
	defer b.shows("")
	return evaluate[string](b, fmt.Sprintf("getComputedStyle(document.querySelector(%q)).display", selector))
}
