package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// kinds are addresses of pages of each kind.
var kinds = []string{
	"/", "/policies", "/policies/basic-living-allowance", "/search?q=%E8%A1%A5%E8%B4%B4", "/ask",
	"/check/basic-living-allowance", "/track", "/staff", "/accessibility",
}

// prefer has the tab's owner wish for something besides less motion.
func (t *tab) prefer(name, value string) {
	t.Helper()
	if name == "" {
		t.shows("")
		return
	}
	t.shows("", &emulation.MediaFeature{Name: name, Value: value})
}

// wantContrast measures all text of the page as it stands.
func (t *tab) wantContrast(what, mode string) {
	t.Helper()
	for _, f := range look[[]string](t, "contrast", minContrast[mode], minLargeContrast[mode]) {
		t.Errorf("%s %s, %s: %s", t.where(), mode, what, f)
	}
}

// TestForcedColours looks at pages of each kind as somebody does who has the system
// choose all colours, light or dark: everything can still be read.
func TestForcedColours(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, handset)
	for _, mode := range []string{"standard", "elder"} {
		b.open("/?mode=" + mode)
		b.prefer("forced-colors", "active")
		for _, path := range kinds {
			b.open(path)
			if !evaluate[bool](b, `matchMedia("(forced-colors: active)").matches`) {
				t.Fatal("the browser does not force colours")
			}
			b.wantContrast("forced colours", mode)
		}
		b.prefer("", "")
	}
}

// TestDarkPages looks at pages of each kind on a device that is set to dark: they
// are dark in standard mode, and the modes keep their own colours.
func TestDarkPages(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, handset)
	for _, mode := range modes {
		b.open("/?mode=" + mode)
		b.prefer("prefers-color-scheme", "dark")
		paths := kinds
		if mode != "standard" {
			paths = kinds[:1]
		}
		for _, path := range paths {
			b.open(path)
			dark := look[bool](b, "dark")
			if want := mode == "standard"; dark != want {
				t.Errorf("%s %s: dark is %t; want %t", path, mode, dark, want)
			}
			b.wantContrast("dark", mode)
			b.wantPointed("dark", mode)
		}
		b.prefer("", "")
	}
}

// TestPointedControls measures text of controls under the pointer, with the
// keyboard's attention and while they are pressed.
func TestPointedControls(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	for _, mode := range modes {
		b.open("/?mode=" + mode)
		for _, path := range kinds {
			b.open(path)
			b.wantPointed("light", mode)
		}
	}
}

func (t *tab) wantPointed(what, mode string) {
	t.Helper()
	for _, f := range look[[]string](t, "pointedContrast", minContrast[mode], minLargeContrast[mode]) {
		t.Errorf("%s %s, %s: %s", t.where(), mode, what, f)
	}
}
