package web

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const pinyinChoice = "accessible.pinyin"

var (
	rubyMarks   = regexp.MustCompile(`<span class="pinyin">((?:[^<]|</?ruby>|<r[pt][^>]*>|</r[pt]>)*)</span>`)
	rubyReading = regexp.MustCompile(`<rp>\(</rp><rt aria-hidden="true">([^<]*)</rt><rp>\)</rp>`)
	tools       = regexp.MustCompile(`(?s)<section class="toolbar".*?</section>`)
	rubyTag     = regexp.MustCompile(`</?ruby>`)
)

// unspelled takes the pinyin away from a page.
func unspelled(page string) string {
	return rubyTag.ReplaceAllString(rubyReading.ReplaceAllString(rubyMarks.ReplaceAllString(page, "$1"), ""), "")
}

// bodyOf returns what stands in the body of a page, without the tools, which carry what
// is chosen.
func bodyOf(page string) string {
	return tools.ReplaceAllString(page[strings.Index(page, "<body"):], "")
}

// TestPinyin holds a page of each kind with pinyin beside the page without, in each
// language: nothing but the readings is different.
func TestPinyin(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range []string{"/", "/policies", "/policies/basic-living-allowance", "/search?q=%E8%A1%A5%E8%B4%B4", "/ask", "/check/basic-living-allowance", "/check/all", "/apply", "/help/application-help", "/glossary", "/feedback", "/accessibility", "/privacy", "/no-such-page"} {
		for _, l := range languages {
			plain, spelled := bodyOf(body(t, s, modeAccessible, l.path(address))), bodyOf(body(t, s, pinyinChoice, l.path(address)))
			if strings.Contains(plain, "<ruby>") || !strings.Contains(spelled, "<ruby>") {
				t.Errorf("%s: pinyin is not what was chosen", l.path(address))
			}
			if got := unspelled(spelled); got != plain {
				t.Errorf("%s: %s", l.path(address), firstDifference(got, plain))
			}
		}
	}
}

// TestTraditionalPinyin wants traditional characters read as the simplified ones that
// they were made from.
func TestTraditionalPinyin(t *testing.T) {
	s := newTestServer(t, nil)
	r, err := s.pinyin()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range testContent(t).Library.Policies {
		for _, section := range p.Sections {
			for _, line := range strings.Split(section.Text, "\n") {
				traditional := s.views.convert(line)
				want, got := strings.Fields(r.Read(line)), strings.Fields(r.Read(traditional))
				if !slices.Equal(got, want) {
					t.Errorf("%s: %s is read otherwise than %s: %s", p.Slug, traditional, line, firstDifference(strings.Join(got, " "), strings.Join(want, " ")))
				}
			}
		}
	}
}

// TestPinyinOfPosts wants pinyin on what comes back from forms: an answer, a problem.
func TestPinyinOfPosts(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct{ name, address, form, in string }{
		{"an answer", "/ask", "question=" + url.QueryEscape("孤儿每月多少钱"), `class="chat__answer"`},
		{"nothing asked", "/ask", "question=", `class="error-summary`},
		{"a question of the checker", "/check/basic-living-allowance", "", `class="field`},
	} {
		req := httptest.NewRequest("POST", test.address, strings.NewReader(test.form))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Cookie", "mode="+pinyinChoice)
		_, page := send(t, s, req)
		_, part, found := strings.Cut(page, test.in)
		if !found || !strings.Contains(part, "<ruby>") {
			t.Errorf("%s: no pinyin behind %s (found %v)", test.name, test.in, found)
		}
	}
}

func TestPinyinAPI(t *testing.T) {
	s := newTestServer(t, nil)
	for text, want := range map[string]string{
		"重新申请":                       `{"pinyin":"chóng xīn shēn qǐng"}`,
		"重大, 銀行":                     `{"pinyin":"zhòng dà, yín háng"}`,
		"hello":                      `{"pinyin":"hello"}`,
		"":                           "",
		"\xff":                       "",
		strings.Repeat("字", 201):     "",
		strings.Repeat("a", 200):     `{"pinyin":"` + strings.Repeat("a", 200) + `"}`,
		`"><script>alert()</script>`: `{"pinyin":"\"\u003e\u003cscript\u003ealert()\u003c/script\u003e"}`,
	} {
		resp, got := send(t, s, httptest.NewRequest("GET", "/api/v1/pinyin?text="+url.QueryEscape(text), nil))
		if want == "" {
			if resp.StatusCode != 400 {
				t.Errorf("%.20q is answered %d; want 400", text, resp.StatusCode)
			}
			continue
		}
		if resp.StatusCode != 200 || got != want || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %s; want %s", text, resp.StatusCode, got, want)
		}
	}
}

// TestPinyinIsAskedOfPublishedPages wants the address to ask at on pages alone that are
// the same for everybody.
func TestPinyinIsAskedOfPublishedPages(t *testing.T) {
	s := newTestServer(t, nil)
	for address, want := range map[string]bool{
		"/": true, "/policies/basic-living-allowance": true, "/zh-hant/glossary": true, "/apply": true,
		"/ask": true, "/search?q=" + url.QueryEscape("金丝雀"): false, "/check/basic-living-allowance": false,
		"/policies/" + url.PathEscape("金丝雀"): false, "/no-such-page": false, "/send?page=/": false,
	} {
		for range 2 { // also when it is kept
			req := httptest.NewRequest("GET", address, nil)
			req.Header.Set("Cookie", "mode=accessible.caption-pinyin")
			if _, page := send(t, s, req); strings.Contains(page, ` data-spell="/api/v1/pinyin"`) != want || !strings.Contains(page, `data-caption="caption-pinyin"`) {
				t.Errorf("%s may ask: %v; want %v", address, !want, want)
			}
		}
	}
}

// TestPinyinForTheCaption wants the readings in pages about whose texts nobody may be asked,
// unseen, where the caption is to have them, and in no other.
func TestPinyinForTheCaption(t *testing.T) {
	s := newTestServer(t, nil)
	const caption = modeAccessible + "." + captionPinyin
	for address, want := range map[string]bool{
		"/": false, "/apply": false, "/check/basic-living-allowance": true, "/zh-hant/search?q=" + url.QueryEscape("金丝雀"): true, "/staff": true, "/no-such-page": true,
	} {
		page := body(t, s, caption, address)
		if got := strings.Contains(page, "<ruby>"); got != want || strings.Contains(page, "data-pinyin") {
			t.Errorf("%s has readings: %v; want %v, and none shown", address, got, want)
		}
		if got, plain := unspelled(bodyOf(page)), bodyOf(body(t, s, modeAccessible+"."+captionOn, address)); got != plain {
			t.Errorf("%s: %s", address, firstDifference(got, plain))
		}
		if page := body(t, s, modeAccessible+"."+captionOn, address); strings.Contains(page, "<ruby>") {
			t.Errorf("%s has readings for a caption without", address)
		}
	}
}

// BenchmarkPinyin renders the longest page with pinyin and without, both anew each time.
func BenchmarkPinyin(b *testing.B) {
	s := newTestServer(b, func(c *Config) { c.Keep = 1 })
	for _, choice := range []string{modeAccessible, pinyinChoice} {
		b.Run(choice, func(b *testing.B) {
			for b.Loop() {
				req := httptest.NewRequest("GET", "/policies/basic-living-allowance", nil)
				req.Header.Set("Cookie", "mode="+choice)
				resp, err := s.App().Test(req, -1)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
