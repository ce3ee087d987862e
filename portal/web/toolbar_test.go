package web

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// toolbarOf returns the tools of a page; nil where it has none.
func toolbarOf(t *testing.T, s *Server, cookie, address string) *html.Node {
	t.Helper()
	_, doc := fetch(t, s, cookie, address)
	found := find(doc, func(n *html.Node) bool { return attr(n, "id") == "toolbar" })
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func TestToolbar(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range []string{"/", "/en/policies", "/ask", "/apply", "/no-such-page"} {
		for _, mode := range modes {
			if got := toolbarOf(t, s, mode, address) != nil; got != (mode == modeAccessible) {
				t.Errorf("%s in %s mode has tools: %v", address, mode, got)
			}
		}
	}
	bar := toolbarOf(t, s, "accessible.150.yellow-black.ruler", "/search?q=%E8%A1%A5&mode=x")
	pressed := map[string]string{}
	values := map[string]bool{}
	for _, b := range find(bar, tag(atom.Button)) {
		name, _, _ := strings.Cut(text(b), " ")
		pressed[name] = attr(b, "aria-pressed")
		values[attr(b, "value")] = true
	}
	for name, want := range map[string]string{"黑底黄字": "true", "黑底白字": "false", "阅读标尺": "true", "大鼠标": "false", "放大": "", "重置": ""} {
		if got, ok := pressed[name]; !ok || got != want {
			t.Errorf("%s: there %v, pressed %q; want %q", name, ok, got, want)
		}
	}
	for _, want := range []string{
		"accessible.175.yellow-black.ruler", "accessible.125.yellow-black.ruler", "accessible.150.ruler", "accessible.150.yellow-black",
		"accessible.150.yellow-black.caption.ruler", "accessible.reset",
	} {
		if !values[want] {
			t.Errorf("no button makes %s", want)
		}
	}
	kept := find(bar, func(n *html.Node) bool {
		return attr(n, "type") == "hidden" && attr(n, "name") == "q" && attr(n, "value") == "补"
	})
	if len(kept) != 1 {
		t.Error("a press on a tool forgets what was searched for")
	}
}

// TestToolbarEnds wants no way beyond the smallest and the largest size.
func TestToolbarEnds(t *testing.T) {
	s := newTestServer(t, nil)
	for cookie, want := range map[string]string{"accessible": "缩小", "accessible.300": "放大"} {
		off := find(toolbarOf(t, s, cookie, "/"), func(n *html.Node) bool { return has(n, "disabled") })
		if len(off) != 1 || !strings.HasPrefix(text(off[0]), want) {
			t.Errorf("%s: %d buttons are off; want %s alone", cookie, len(off), want)
		}
	}
}

// TestToolsThatNeedScript are hidden until script shows them, and only they.
func TestToolsThatNeedScript(t *testing.T) {
	s := newTestServer(t, nil)
	var dead []string
	for _, b := range find(toolbarOf(t, s, "accessible", "/"), tag(atom.Button)) {
		if shown, works := !has(b, "hidden"), attr(b, "name") == "mode" && attr(b, "data-needs") == ""; shown != works {
			dead = append(dead, text(b))
		}
	}
	if len(dead) > 0 {
		t.Errorf("without script these buttons are dead or lost: %v", dead)
	}
}

// TestShortcuts wants each with Alt and Shift, none twice, and each named on the page
// that explains them, in each language that it is in.
func TestShortcuts(t *testing.T) {
	s := newTestServer(t, nil)
	var keys []string
	for _, b := range find(toolbarOf(t, s, "accessible", "/"), func(n *html.Node) bool { return has(n, "data-key") }) {
		key := attr(b, "data-key")
		if slices.Contains(keys, key) {
			t.Errorf("two tools have the key %s", key)
		}
		if keys = append(keys, key); !strings.HasPrefix(attr(b, "aria-keyshortcuts"), "Alt+Shift+") {
			t.Errorf("%s has the shortcut %q", text(b), attr(b, "aria-keyshortcuts"))
		}
	}
	for _, address := range []string{"/help/accessibility-help", "/en/help/accessibility-help"} {
		_, page := send(t, s, httptest.NewRequest("GET", address, nil))
		for _, key := range append(keys, "B") {
			if !strings.Contains(html.UnescapeString(page), "Alt+Shift+"+key) {
				t.Errorf("%s does not name the key %s", address, key)
			}
		}
	}
}

func TestPlain(t *testing.T) {
	s := newTestServer(t, nil)
	const address = "/policies/basic-living-allowance"
	shape := func(cookie string) (out []string) {
		_, doc := fetch(t, s, cookie, address)
		if got := len(find(doc, tag(atom.Img, atom.Svg))); (got == 0) != strings.Contains(cookie, "plain") {
			t.Errorf("%s: %d pictures", cookie, got)
		}
		for _, n := range find(find(doc, tag(atom.Main))[0], tag(atom.H1, atom.H2, atom.H3, atom.A, atom.Input)) {
			out = append(out, n.Data+attr(n, "href")+attr(n, "name"))
		}
		return out
	}
	if got, want := shape("accessible.plain"), shape("accessible.ruler"); !slices.Equal(got, want) {
		t.Errorf("text only has other headings, links or fields: %v; want %v", got, want)
	}
}
