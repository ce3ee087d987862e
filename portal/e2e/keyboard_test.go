package e2e

import (
	"strings"
	"testing"
)

// focus is what has the keyboard's attention.
type focus struct {
	Name    string // empty when the page itself has it
	Problem string
	Skip    bool // it is the link that skips to the main part
}

// maxStops is far more than any page has.
const maxStops = 300

// walk goes through the page by Tab and checks that the skip link comes first,
// that each stop is seen, and that nothing is left out.
func (t *tab) walk() {
	t.Helper()
	for n := 0; ; n++ {
		if n == maxStops {
			t.Fatalf("%s: the keyboard never leaves the page", t.where())
		}
		t.key("Tab")
		f := look[focus](t, "focus")
		if f.Name == "" {
			break
		}
		if n == 0 && !f.Skip {
			t.Errorf("%s: the first stop is %s; want the skip link", t.where(), f.Name)
		}
		if f.Problem != "" {
			t.Errorf("%s %d px: focus on %s: %s", t.where(), t.device.width, f.Name, f.Problem)
		}
	}
	for _, name := range look[[]string](t, "unvisited") {
		t.Errorf("%s: the keyboard does not reach %s", t.where(), name)
	}
}

// walkBack goes through the page from its end by Shift+Tab: nothing that has the
// attention lies under a bar then either.
func (t *tab) walkBack() {
	t.Helper()
	for range maxStops {
		t.key("Shift+Tab")
		f := look[focus](t, "focus")
		if f.Name == "" {
			return
		}
		if f.Problem != "" {
			t.Errorf("%s %d px, backwards: focus on %s: %s", t.where(), t.device.width, f.Name, f.Problem)
		}
	}
	t.Errorf("%s: the keyboard never leaves the page backwards", t.where())
}

// TestKeyboard walks through pages of each kind in each mode by Tab alone.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	paths := []string{
		"/", "/policies", "/policies/basic-living-allowance", "/search?q=%E8%A1%A5%E8%B4%B4", "/ask",
		"/check/basic-living-allowance", "/apply/basic-living-allowance", "/track", "/staff", "/accessibility",
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			for _, d := range []device{desktop, {width: 360, height: 740}} {
				b := newTab(t, suite.site, d)
				b.open("/?mode=" + mode)
				for _, path := range paths {
					b.open(path)
					b.walk()
					if d.width == 360 && !strings.Contains(path, "/policies/") { // that one is long, and its like were here
						b.walkBack()
					}
				}
			}
		})
	}
}

// TestSkipLink presses Enter on the first stop: the next one is in the main part.
func TestSkipLink(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/policies")
	b.key("Tab")
	b.key("Enter")
	b.until("the main part has the focus", func() bool {
		return evaluate[bool](b, "document.activeElement === document.querySelector('main')")
	})
	b.key("Tab")
	if !evaluate[bool](b, "document.querySelector('main').contains(document.activeElement)") {
		t.Error("after the skip link Tab does not go into the main part")
	}
}
