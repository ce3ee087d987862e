package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"huitong/bot"
	"huitong/content"
)

// body returns what the server sends, without what is another at each request.
func body(t *testing.T, s *Server, mode, address string) string {
	t.Helper()
	req := httptest.NewRequest("GET", address, nil)
	req.Header.Set("Cookie", "mode="+mode)
	resp, text := send(t, s, req)
	return strings.ReplaceAll(text, resp.Header.Get("X-Request-ID"), "")
}

// printing is a server whose presses stand alone: what they cannot do is seen.
func printing(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	s := newTestServer(t, change)
	for _, pages := range s.views.sets {
		for name, page := range pages {
			if page.press == nil {
				continue
			}
			if _, err := page.press(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			page.set = func() (*template.Template, error) { return template.New("").Parse("not by the press") }
			pages[name] = page
		}
	}
	return s
}

// unpressed is a server whose templates are executed as they are written.
func unpressed(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	s := newTestServer(t, change)
	for _, pages := range s.views.sets {
		for name, page := range pages {
			page.set, page.press = sync.OnceValues(page.parse), nil
			pages[name] = page
		}
	}
	return s
}

// TestPress holds every page that anybody may read, in every language and mode,
// beside the same page from its templates.
func TestPress(t *testing.T) {
	quick, plain := printing(t, nil), unpressed(t, nil)
	for _, address := range readPages(t) {
		for _, l := range languages {
			for _, mode := range []string{modeStandard, modeAccessible, modeElder} {
				got, want := body(t, quick, mode, l.path(address)), body(t, plain, mode, l.path(address))
				if got != want {
					t.Fatalf("%s in %s mode: %s", l.path(address), mode, firstDifference(got, want))
				}
			}
		}
	}
}

func firstDifference(got, want string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			from := max(i-80, 0)
			return "got " + got[from:min(i+80, len(got))] + "; want " + want[from:min(i+80, len(want))]
		}
	}
	return "one is shorter: got " + got + "; want " + want
}

// hostile is a text that tries every way out of its place.
const hostile = `</title></script><script>alert("1")</script>" onload='alert(1)' x="&amp;` + "`" + `+javascript:alert(1)//`

// TestPressHostile publishes a policy of hostile texts.
func TestPressHostile(t *testing.T) {
	lib := libraryWith(t, "policies/hostile.md", strings.NewReplacer("HOSTILE", "'"+strings.ReplaceAll(hostile, "'", "''")+"'").Replace(`---
slug: hostile
titles: {zh: HOSTILE, short: HOSTILE, en: HOSTILE}
names: [HOSTILE]
category: allowance
audience: [HOSTILE]
summary: HOSTILE
status: in-force
source: {title: HOSTILE, issuer: HOSTILE, number: HOSTILE, date: 2021-05-13}
basis:
  - {title: HOSTILE, issuer: HOSTILE, number: HOSTILE, note: HOSTILE}
inForce: 2021-05-13
reviewBy: 2099-05-31
published: 2026-11-23
gives:
  - {title: HOSTILE, text: HOSTILE, section: law}
documents:
  - {name: card, title: HOSTILE, text: HOSTILE}
faq:
  - {q: HOSTILE, a: HOSTILE, section: law}
---
## <script>alert("1")</script> "onload='alert(1)' {#law}

<script>alert("1")</script> [x](javascript:alert(1)) "onload='alert(1)'
`))
	change := func(c *Config) {
		content := &Content{Library: lib, Bot: c.Content().Bot, Search: c.Content().Search}
		c.Content = func() *Content { return content }
	}
	quick, plain := printing(t, change), unpressed(t, change)
	for _, l := range languages {
		for _, address := range []string{"/policies/hostile", "/policies", "/policies/hostile/card", "/sitemap", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%27"} {
			got, want := body(t, quick, modeStandard, l.path(address)), body(t, plain, modeStandard, l.path(address))
			if got != want {
				t.Errorf("%s: %s", l.path(address), firstDifference(got, want))
			}
			doc, err := html.Parse(strings.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			for n := range doc.Descendants() {
				code := n.Data == "script" && n.FirstChild != nil && attr(n, "type") != "application/ld+json"
				if code || has(n, "onload") || strings.HasPrefix(attr(n, "href"), "javascript:") {
					t.Errorf("%s: %s %v came out of its place", l.path(address), n.Data, n.Attr)
				}
			}
		}
	}
}

// libraryWith is the real content with one more file.
func libraryWith(t *testing.T, name, text string) *content.Library {
	t.Helper()
	files := fstest.MapFS{name: {Data: []byte(text)}}
	err := fs.WalkDir(content.Embedded(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(content.Embedded(), name)
		files[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lib, err := content.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// FuzzEscaping holds what the press writes for a text, in each kind of place, beside
// what html/template writes.
func FuzzEscaping(f *testing.F) {
	for c := range 0x100 {
		f.Add(string(rune(c)))
		f.Add(string([]byte{byte(c)}))
		f.Add("/" + string([]byte{byte(c)}))
		f.Add("https://a" + string(rune(c)) + "b")
	}
	for _, s := range []string{hostile, "", "/", "//a", "http:", "https://a:8080/b?c=d&e=f#g", "HTTPS://A", "javascript:alert(1)", "data:x", "a/b:c", "每月1578元。", "\u2028\ufeff\ufffd", "&amp;", "a=b", "#", "?:"} {
		f.Add(s)
	}
	escape, err := newEscapers()
	if err != nil {
		f.Fatal(err)
	}
	if len(escape) != len(places) {
		f.Fatalf("%d ways of escaping for %d places", len(escape), len(places))
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, e := range escape {
			for _, v := range []any{s, template.HTML(s), template.URL(s), bot.Outcome(s), len(s), -len(s), content.Day{}, content.Day{Time: time.Unix(int64(len(s))<<24, 0)}} {
				var want bytes.Buffer
				if err := e.place.Execute(&want, v); err != nil {
					t.Fatal(err)
				}
				got, err := e.append([]byte(e.before), reflect.ValueOf(v))
				if err != nil {
					t.Fatal(err)
				}
				if got := string(got) + e.after; got != want.String() {
					t.Errorf("%T %q: got %q; want %q", v, s, got, want.String())
				}
			}
		}
	})
}

// conversations are what people say to the bot, message by message.
var conversations = [][]string{
	{"孤儿每月多少钱", "要什么材料", "那要多久"},
	{"孤儿上大学呢", "我叫陈小明，身份证440620199001011234"},
	{"爸爸打我", "我不想活了"},
	{"火星上的天气怎么样", "找儿童主任", "石岐"},
	{"帮我看看孤儿能不能领", "是", "不是", "5岁", "是", "是", "是"},
	{"看看我家符合条件吗", "孤儿", "是", "是", "是", "是", "是", "是", "是"},
	{"补贴", "1"},
	{"How much does an orphan get each month", "what papers do I need"},
	{hostile, hostile},
	{"", "孤儿"},
}

// TestPressAnswers holds what the bot answers in a page, in every language and mode, beside
// the same page from its templates.
func TestPressAnswers(t *testing.T) {
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	change := func(c *Config) { c.Now = func() time.Time { return now } }
	quick, plain := printing(t, change), unpressed(t, change)
	for _, l := range languages {
		for _, mode := range []string{modeStandard, modeAccessible, modeElder} {
			for _, messages := range conversations {
				form := url.Values{}
				for _, message := range messages {
					form.Set("question", message)
					got, want := posted(t, quick, mode, l.path("/ask"), form), posted(t, plain, mode, l.path("/ask"), form)
					if got != want {
						t.Fatalf("%q in %s, %s mode: %s", message, l.Code, mode, firstDifference(got, want))
					}
					form = carriedIn(t, got)
				}
			}
		}
	}
}

// posted returns the page that answers a form, without what is another at each request.
func posted(t *testing.T, s *Server, mode, address string, form url.Values) string {
	t.Helper()
	req := httptest.NewRequest("POST", address, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", "mode="+mode)
	resp, text := send(t, s, req)
	return strings.ReplaceAll(text, resp.Header.Get("X-Request-ID"), "")
}

// carriedIn returns what the hidden fields of a page of the chat carry on.
func carriedIn(t *testing.T, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	for n := range doc.Descendants() {
		if name := attr(n, "name"); n.Data == "input" && (name == "conversation" || name == "transcript") {
			out.Set(name, attr(n, "value"))
		}
	}
	return out
}
