package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// get returns the body of a page as a visitor with this client sees it.
func get(tb testing.TB, client *http.Client, address string) string {
	tb.Helper()
	resp, err := client.Get(address)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		tb.Fatalf("%s: status %d, %v", address, resp.StatusCode, err)
	}
	return string(body)
}

// wantMode checks that the mode stands at the very beginning of the page, so that
// it is right before anything is drawn.
func wantMode(tb testing.TB, body, mode string) {
	tb.Helper()
	start := body[:min(len(body), 120)]
	if !strings.Contains(start, fmt.Sprintf("data-mode=%q", mode)) {
		tb.Errorf("page begins %q; want data-mode %q", start, mode)
	}
}

func TestModeComesFromTheServer(t *testing.T) {
	for _, mode := range modes {
		for _, prefix := range []string{"", "/zh-hant", "/en"} {
			wantMode(t, get(t, http.DefaultClient, suite.site.url+prefix+"/policies?mode="+mode), mode)
		}
	}
	wantMode(t, get(t, http.DefaultClient, suite.site.url+"/"), "standard")
	wantMode(t, get(t, http.DefaultClient, suite.site.url+"/?mode=%22%3E%3Cscript%3E"), "standard")
}

func TestModeSurvivesWithCookies(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get(t, client, suite.site.url+"/?mode=elder")
	for _, path := range []string{"/", "/policies", "/ask", "/en/policies"} {
		wantMode(t, get(t, client, suite.site.url+path), "elder")
	}
}

var ownLink = regexp.MustCompile(`href="(/[^"#]*)`)

// TestModeSurvivesWithoutCookies follows links as a browser that keeps nothing.
func TestModeSurvivesWithoutCookies(t *testing.T) {
	for _, mode := range []string{"accessible", "elder"} {
		body := get(t, http.DefaultClient, suite.site.url+"/?mode="+mode)
		followed := 0
		for _, link := range ownLink.FindAllStringSubmatch(body, -1) {
			path := strings.ReplaceAll(link[1], "&amp;", "&")
			file, _, _ := strings.Cut(path, "?")
			if filepath.Ext(file) != "" || // a style sheet, a feed: no page
				strings.HasPrefix(path, "/static/") || strings.Contains(path, "mode=") && !strings.Contains(path, "mode="+mode) {
				continue
			}
			followed++
			next := get(t, http.DefaultClient, suite.site.url+path)
			wantMode(t, next, mode)
			if links := ownLink.FindAllString(next, -1); !strings.Contains(strings.Join(links, " "), "mode="+mode) {
				t.Errorf("%s in mode %s has no link that carries it on", path, mode)
			}
		}
		if followed < 3 {
			t.Errorf("mode %s: only %d links to follow", mode, followed)
		}
	}
}

// TestModeByHand presses the switch as a visitor does, goes on, and leaves again.
func TestModeByHand(t *testing.T) {
	t.Parallel()
	for _, noScripts := range []bool{false, true} {
		b := newTab(t, suite.site, device{width: 360, height: 740, touch: true, noScripts: noScripts})
		b.open("/")
		b.follow(`header a[href*="mode=elder"]`)
		b.inspect("elder")
		b.follow(`main a[href^="/policies"]`)
		b.inspect("elder")
		b.follow(`main a[href^="/policies/kind/"]`)
		b.follow(`main a[href^="/policies/"]`)
		b.inspect("elder")
		b.follow(`header a[href*="mode=standard"]`)
		b.inspect("standard")
		b.follow(`header a[href*="mode=accessible"]`)
		b.inspect("accessible")
	}
}

// TestLanguageByHand reads one policy in each language by the switch, in each
// mode: the page, the mode and the place in the site stay.
func TestLanguageByHand(t *testing.T) {
	t.Parallel()
	const path = "/policies/tomorrow-plan"
	for _, mode := range modes {
		for _, noScripts := range []bool{false, true} {
			b := newTab(t, suite.site, device{width: 360, height: 740, touch: true, noScripts: noScripts})
			b.open(path + "?mode=" + mode)
			for _, to := range []struct{ lang, path, words string }{
				{"zh-Hant", "/zh-hant" + path, "孤兒醫療康復"},
				{"en", "/en" + path, "Tomorrow Plan"},
				{"zh-Hans", path, "孤儿医疗康复"},
			} {
				b.follow(fmt.Sprintf("a[hreflang=%q]", to.lang))
				b.at(to.path)
				b.sees(to.words)
				if got := evaluate[string](b, "document.documentElement.lang"); got != to.lang {
					t.Errorf("%s: the page says it is in %q", to.path, got)
				}
				b.inspect(mode)
			}
		}
	}
}
