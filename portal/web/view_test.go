package web

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestParseChoice(t *testing.T) {
	tests := []struct {
		in, want string
		alone    bool
	}{
		{"accessible", "accessible", true},
		{"standard", "standard", true},
		{"accessible.150.yellow-black.pinyin", "accessible.150.yellow-black.pinyin", false},
		{"elder.pinyin.200", "elder.200.pinyin", false},
		{"standard.100", "standard", false},
		{"accessible.reset", "accessible", false},
		{"accessible.125.150", "accessible.150", false},
		{"accessible.caption.caption-pinyin.ruler.crosshair.pointer.pointed.plain", "accessible.caption-pinyin.pointer.ruler.crosshair.pointed.plain", false},
		{"accessible.999.pink.ruler", "accessible.ruler", false},
		{"accessible.", "accessible", false},
		{"accessible.150 .RULER", "accessible", false},
		{`accessible."><script>`, "accessible", false},
		{"loud.150", "", false},
		{".150", "", false},
		{"150.accessible", "", false},
		{"", "", false},
		{"accessible." + strings.Repeat("150.", 40), "", false},
	}
	for _, test := range tests {
		got, alone := parseChoice(test.in)
		if got.String() != test.want || alone != test.alone {
			t.Errorf("parseChoice(%q) = %q, alone %v; want %q, %v", test.in, got, alone, test.want, test.alone)
		}
	}
}

// everySetting is a choice with as much set as can be at once.
const everySetting = "accessible.300.yellow-black.caption-pinyin.pointer.ruler.crosshair.pointed.pinyin.plain"

// FuzzParseChoice expects of any text a choice of words that are listed, which reads
// the same again.
func FuzzParseChoice(f *testing.F) {
	for _, s := range []string{"", "accessible", everySetting, "elder.125.", `standard."><script>`, "accessible.150\x00", "standard.\xff.200"} {
		f.Add(s)
	}
	written := regexp.MustCompile(`^((standard|accessible|elder)(\.[a-z0-9]+(-[a-z]+)?)*)?$`)
	f.Fuzz(func(t *testing.T, s string) {
		got, _ := parseChoice(s)
		if out := got.String(); !written.MatchString(out) || len(out) > longestChoice {
			t.Fatalf("parseChoice(%q) = %q, which is none of our words", s, out)
		}
		if got.Mode == "" {
			return
		}
		for _, out := range []string{got.String(), got.param()} {
			if again, _ := parseChoice(out); again != got {
				t.Errorf("parseChoice(%q) = %+v; want %+v", out, again, got)
			}
		}
	})
}

// TestView changes settings by address, with a cookie and without.
func TestView(t *testing.T) {
	s := newTestServer(t, nil)
	tests := []struct {
		name, address, cookie   string
		status                  int
		location, root, cookied string
	}{
		{"remembered", "/policies", "accessible.150.yellow-black.pinyin", 200, "", `data-mode="accessible" data-view="150.yellow-black.pinyin" data-size="150" data-scheme="yellow-black" data-pinyin>`, ""},
		{"in the standard mode", "/policies", "standard.200", 200, "", `data-mode="standard" data-view="200" data-size="200">`, ""},
		{"every setting", "/", everySetting, 200, "", `data-size="300" data-scheme="yellow-black" data-caption="caption-pinyin" data-pointer data-ruler data-crosshair data-pointed data-pinyin data-plain>`, ""},
		{"changed", "/search?q=a&mode=accessible.200", "accessible.150", 303, "/search?q=a", "", "accessible.200"},
		{"first choice shows the page", "/policies?mode=accessible.200.ruler", "", 200, "", `data-size="200" data-ruler>`, "accessible.200.ruler"},
		{"a mode from outside leaves what is set in it", "/?mode=accessible", "accessible.150", 303, "/", "", "accessible.150"},
		{"the standard mode, without tools, starts anew", "/?mode=standard", "accessible.150", 303, "/", "", "standard"},
		{"elder mode keeps what is set", "/?mode=elder", "accessible.150.yellow-black.pinyin", 303, "/", "", "elder.150.yellow-black.pinyin"},
		{"elder mode keeps the size up to its own", "/?mode=elder", "accessible.300.black-white", 303, "/", "", "elder.150.black-white"},
		{"accessible mode keeps what is set", "/?mode=accessible", "elder.125", 303, "/", "", "accessible.125"},
		{"reset", "/?mode=accessible.reset", "accessible.150", 303, "/", "", "accessible"},
		{"hostile", "/?mode=accessible.%22%3E%3Cscript%3E", "", 200, "", `data-mode="accessible">`, "accessible"},
		{"hostile cookie", "/", `accessible.150'><script>`, 200, "", `data-mode="accessible">`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := httptest.NewRequest("GET", test.address, nil)
			if test.cookie != "" {
				req.Header.Set("Cookie", "mode="+test.cookie)
			}
			resp, body := send(t, s, req)
			if resp.StatusCode != test.status || resp.Header.Get("Location") != test.location {
				t.Fatalf("status, location = %d, %q; want %d, %q", resp.StatusCode, resp.Header.Get("Location"), test.status, test.location)
			}
			if !strings.Contains(body, test.root) {
				t.Errorf("page begins %.200q; want %s", body, test.root)
			}
			got, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
			if want := strings.TrimSuffix("mode="+test.cookied, "mode="); got != want {
				t.Errorf("Set-Cookie = %q; want %q", got, want)
			}
			if test.cookie == "" && test.cookied != "" && !strings.Contains(body, `href="/privacy?mode=`+test.cookied+`"`) {
				t.Error("links do not carry the choice")
			}
		})
	}
}

// TestViewOnEveryPage wants the settings on every page, and none of them on the same
// page for the next reader.
func TestViewOnEveryPage(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range readPages(t) {
		req := httptest.NewRequest("GET", address, nil)
		req.Header.Set("Cookie", "mode="+everySetting)
		resp, page := send(t, s, req)
		if !strings.Contains(page, ` data-view="`+strings.TrimPrefix(everySetting, "accessible.")+`"`) {
			t.Errorf("%s has no settings: %.200q", address, page)
		}
		if vary := strings.Join(resp.Header.Values("Vary"), ","); !strings.Contains(vary, "Cookie") {
			t.Errorf("%s: Vary = %q; want Cookie", address, vary)
		}
		if _, next := send(t, s, httptest.NewRequest("GET", address, nil)); strings.Contains(next, "data-view") {
			t.Errorf("%s shows the settings of somebody else", address)
		}
	}
}

// TestViewedPagesStandApart asks for a page in more settings than there is room for:
// the page without any is still there.
func TestViewedPagesStandApart(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Keep = 2 << 20 })
	send(t, s, httptest.NewRequest("GET", "/", nil))
	for _, size := range sizes {
		for _, scheme := range schemes {
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("Cookie", "mode=standard."+size+"."+scheme)
			send(t, s, req)
		}
	}
	if s.pages.get(s.content(), pageKey{choice: modeStandard, path: "/"}) == nil {
		t.Error("the page without settings was pushed out")
	}
	if s.viewed.size > s.viewed.limit || s.viewed.size == 0 {
		t.Errorf("%d bytes of pages with settings; want some, at most %d", s.viewed.size, s.viewed.limit)
	}
}
