package web

import (
	"context"
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/content"
)

// parrot is a speaker whose sounds are the texts themselves.
type parrot struct {
	voices []string
	err    error
	spoken []string
}

func (p *parrot) Voices() []string                         { return p.voices }
func (p *parrot) Tag(voice string, texts ...string) string { return voice + "-" + texts[0][:4] }

func (p *parrot) Speak(_ context.Context, voice string, texts ...string) ([]byte, error) {
	p.spoken = append(p.spoken, voice)
	return []byte(strings.Join(texts, "\n")), p.err
}

// Marks says that every sound is one sentence.
func (p *parrot) Marks(ctx context.Context, voice string, texts ...string) ([]string, []float64, error) {
	said, err := p.Speak(ctx, voice, texts...)
	return []string{string(said)}, []float64{1.23456}, err
}

func newSpeakingServer(t testing.TB, p *parrot) *Server {
	t.Helper()
	return newTestServer(t, func(c *Config) { c.Speaker = p })
}

func soundsOf(doc *html.Node) []string {
	var out []string
	for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "type") == "audio/wav" || n.Data == "audio" }) {
		out = append(out, attr(n, "href")+attr(n, "src"))
	}
	return out
}

// TestEverySoundIsThere follows each link to a sound from each page that has texts,
// in each language.
func TestEverySoundIsThere(t *testing.T) {
	p := &parrot{voices: []string{"cmn", "yue", "en"}}
	s := newSpeakingServer(t, p)
	lib := testContent(t).Library
	var pages []string
	for _, one := range lib.Policies {
		pages = append(pages, "/policies/"+one.Slug)
	}
	for _, one := range lib.Help {
		pages = append(pages, one.Path())
	}
	for _, one := range lib.Replies {
		pages = append(pages, one.Path())
	}
	pages = append(pages, "/glossary")
	for _, path := range pages {
		for _, l := range languages {
			_, doc := fetch(t, s, modeStandard, l.path(path))
			rows := find(doc, func(n *html.Node) bool { return attr(n, "data-module") == "speech" })
			sections := find(doc, func(n *html.Node) bool { return has(n, "data-heard") })
			links := soundsOf(doc)
			if len(rows) == 0 || len(rows) != len(sections) || len(links) < len(rows) {
				t.Errorf("%s: %d texts, %d rows, %d sounds", l.path(path), len(sections), len(rows), len(links))
			}
			for _, link := range links {
				resp, body := send(t, s, httptest.NewRequest("GET", link, nil))
				if resp.StatusCode != 200 || len(body) < 10 || resp.Header.Get("Content-Type") != "audio/wav" {
					t.Errorf("GET %s = %d, %.20q", link, resp.StatusCode, body)
				}
			}
		}
	}
}

// TestHeardElsewhere wants questions, the first page and what went wrong to be heard,
// and the same without a program: then by the browser alone, from the text.
func TestHeardElsewhere(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn", "yue", "en"}})
	silent := newTestServer(t, func(c *Config) { c.Sayable = func(voice, text string) string { return voice + "|" + text } })
	for address, voices := range map[string]string{
		"/": "cmn yue", "/en": "en", "/no-such-page": "cmn yue", "/zh-hant/no-such-page": "cmn yue",
		"/check/basic-living-allowance": "cmn yue", "/check/all": "cmn yue", "/en/check/basic-living-allowance": "en",
	} {
		_, doc := fetch(t, s, modeStandard, address)
		links := soundsOf(doc)
		if len(links) != len(strings.Fields(voices)) {
			t.Errorf("%s: sounds %v; want %s", address, links, voices)
		}
		for _, link := range links {
			if resp, body := send(t, s, httptest.NewRequest("GET", link, nil)); resp.StatusCode != 200 || len(body) < 4 {
				t.Errorf("%s: %d", link, resp.StatusCode)
			}
			text := strings.TrimSuffix(link, ".wav") + ".txt"
			resp, body := send(t, silent, httptest.NewRequest("GET", text, nil))
			if voice, _, _ := strings.Cut(body, "|"); resp.StatusCode != 200 || !strings.Contains(voices, voice) || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%s: %d %.20q", text, resp.StatusCode, body)
			}
			if resp, _ := send(t, silent, httptest.NewRequest("GET", link, nil)); resp.StatusCode != 404 {
				t.Errorf("%s without a program: %d; want 404", link, resp.StatusCode)
			}
		}
		if _, doc := fetch(t, silent, modeStandard, address); len(soundsOf(doc)) > 0 {
			t.Errorf("%s: sounds without a program: %v", address, soundsOf(doc))
		}
	}
}

// TestAnswersOwnWords wants an answer in the page as it is said, beside the answer.
func TestAnswersOwnWords(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.Sayable = func(voice, _ string) string { return "said by " + voice } })
	req := httptest.NewRequest("POST", "/ask", strings.NewReader("question="+url.QueryEscape("孤儿每月多少钱")))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, body := send(t, s, req); !strings.Contains(body, `data-own="cmn">said by cmn<`) || !strings.Contains(body, `data-own="yue">said by yue<`) {
		t.Error("the answer is not there as it is said")
	}
}

// TestHeardWords wants each text of the interface that can be heard to be there.
func TestHeardWords(t *testing.T) {
	s := newTestServer(t, nil)
	for part := range heardWords {
		for _, voice := range voices {
			text, ok := s.spoken(wordsSlug, part, voice)
			if !ok || strings.ContainsAny(text, "⟦{<") {
				t.Errorf("%s.%s is %q", part, voice, text)
			}
		}
	}
	for _, f := range append(failures, ourFault) {
		if _, ok := heardWords["error-"+f.words]; !ok {
			t.Errorf("error %s cannot be heard", f.words)
		}
	}
}

func TestSpeech(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn", "en"}})
	const amount = "/speech/basic-living-allowance/amount"
	tests := []struct {
		name, address string
		status        int
		want          string
	}{
		{"section", amount + ".cmn.wav", 200, "1578元/人/月"},
		{"translation", amount + ".en.wav", 200, "1,578 yuan"},
		{"FAQ", "/speech/basic-living-allowance/faq-1.cmn.wav", 200, "\n"},
		{"the bot's own words", "/speech/assistant/urgent.cmn.wav", 200, "110"},
		{"the bot's own words in English", "/speech/assistant/refuse.en.wav", 200, "12345"},
		{"a voice that is not there", amount + ".yue.wav", 404, ""},
		{"an unknown voice", amount + ".x.wav", 404, ""},
		{"as it is said", amount + ".cmn.txt", 200, "1578"},
		{"a question", "/speech/basic-living-allowance/question-status.cmn.wav", 404, ""},
		{"a summary", "/speech/basic-living-allowance/summary.cmn.wav", 200, "孤儿"},
		{"and whether it is in force", "/speech/basic-living-allowance/summary.cmn.wav", 200, "状态：有效"},
		{"a term", "/speech/glossary/term-1.cmn.wav", 200, "\n"},
		{"no term", "/speech/glossary/term-01.cmn.wav", 404, ""},
		{"a term too far", "/speech/glossary/term-9999.cmn.wav", 404, ""},
		{"words", "/speech/words/error-notfound.en.wav", 200, "page"},
		{"a message that is not listed", "/speech/words/error.notfound.title.cmn.wav", 404, ""},
		{"another ending", amount + ".cmn.mp3", 404, ""},
		{"no voice", amount + ".wav", 404, ""},
		{"an unknown part", "/speech/basic-living-allowance/nothing.cmn.wav", 404, ""},
		{"an unknown policy", "/speech/nothing/amount.cmn.wav", 404, ""},
		{"not translated", "/speech/left-behind-care/faq-1.en.wav", 404, ""},
		{"words of a visitor", "/speech/assistant/" + url.PathEscape("随便说") + ".cmn.wav", 404, ""},
		{"up the tree", "/speech/..%2f..%2fetc/passwd.cmn.wav", 404, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, body := send(t, s, httptest.NewRequest("GET", test.address, nil))
			if resp.StatusCode != test.status || !strings.Contains(body, test.want) {
				t.Errorf("%d, %.60q; want %d with %q", resp.StatusCode, body, test.status, test.want)
			}
			if resp.Header.Get("Set-Cookie") != "" {
				t.Error("a sound sets a cookie")
			}
		})
	}
}

func TestSpeechIsKeptAndCut(t *testing.T) {
	p := &parrot{voices: []string{"cmn"}}
	s := newSpeakingServer(t, p)
	const address = "/speech/assistant/urgent.cmn.wav"
	first, whole := send(t, s, httptest.NewRequest("GET", address, nil))
	tag := first.Header.Get("Etag")
	if tag == "" || first.Header.Get("Cache-Control") != "public, no-cache" || first.Header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("header = %v", first.Header)
	}
	tests := []struct {
		name   string
		header map[string]string
		status int
		want   string
		rng    string
	}{
		{"known", map[string]string{"If-None-Match": tag}, 304, "", ""},
		{"the beginning", map[string]string{"Range": "bytes=0-1"}, 206, whole[:2], "bytes 0-1/"},
		{"the rest", map[string]string{"Range": "bytes=9-"}, 206, whole[9:], "bytes 9-"},
		{"the end", map[string]string{"Range": "bytes=-3"}, 206, whole[len(whole)-3:], "bytes "},
		{"beyond the end", map[string]string{"Range": "bytes=999999-"}, 416, "", "bytes */"},
		{"several parts", map[string]string{"Range": "bytes=0-1,3-4"}, 200, whole, ""},
		{"of this version", map[string]string{"Range": "bytes=0-1", "If-Range": tag}, 206, whole[:2], "bytes 0-1/"},
		{"of another version", map[string]string{"Range": "bytes=0-1", "If-Range": `"old"`}, 200, whole, ""},
	}
	for _, test := range tests {
		req := httptest.NewRequest("GET", address, nil)
		for k, v := range test.header {
			req.Header.Set(k, v)
		}
		resp, body := send(t, s, req)
		if test.status == 416 {
			body = ""
		}
		if resp.StatusCode != test.status || body != test.want || !strings.HasPrefix(resp.Header.Get("Content-Range"), test.rng) {
			t.Errorf("%s: %d, %d bytes, %q", test.name, resp.StatusCode, len(body), resp.Header.Get("Content-Range"))
		}
	}
	before := len(p.spoken)
	req := httptest.NewRequest("GET", address, nil)
	req.Header.Set("If-None-Match", tag)
	send(t, s, req)
	if len(p.spoken) != before {
		t.Error("a sound was made for a client that has it")
	}
}

func TestSpeechFails(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn"}, err: errors.New("no program")})
	resp, body := send(t, s, httptest.NewRequest("GET", "/speech/assistant/urgent.cmn.wav", nil))
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || resp.Header.Get("Etag") != "" || !strings.Contains(body, "12345") {
		t.Errorf("%d, %v", resp.StatusCode, resp.Header)
	}
}

// TestWithoutSpeaker wants no link to a sound, and no sound, where the server
// cannot make one; what browsers can read stays.
func TestWithoutSpeaker(t *testing.T) {
	s := newTestServer(t, nil)
	_, doc := fetch(t, s, modeStandard, "/policies/basic-living-allowance")
	if links := soundsOf(doc); len(links) > 0 {
		t.Errorf("links to %v", links)
	}
	if rows := find(doc, func(n *html.Node) bool { return attr(n, "data-module") == "speech" }); len(rows) == 0 {
		t.Error("nothing for browsers to read")
	}
	if resp, _ := send(t, s, httptest.NewRequest("GET", "/speech/assistant/urgent.cmn.wav", nil)); resp.StatusCode != 404 {
		t.Errorf("status = %d; want 404", resp.StatusCode)
	}
}

// TestAnswerCanBeHeard wants the sound of an answer to be of the very text that
// answers.
func TestAnswerCanBeHeard(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn", "yue", "en"}})
	tests := []struct{ question, link, want string }{
		{"孤儿补贴一个月多少钱？", "/speech/basic-living-allowance/faq-", "1578"},
		{"爸爸天天打我", "/speech/assistant/urgent.cmn.wav", "110"},
		{"今天股票涨了吗", "/speech/assistant/refuse.cmn.wav", "12345"},
	}
	for _, test := range tests {
		doc := post(t, s, "/ask", url.Values{"question": {test.question}}, 200)
		links := soundsOf(doc)
		if len(links) != 2 || !strings.HasPrefix(links[0], test.link) || !strings.HasSuffix(links[1], ".yue.wav") {
			t.Errorf("%s: sounds %v; want %s", test.question, links, test.link)
			continue
		}
		if _, body := send(t, s, httptest.NewRequest("GET", links[0], nil)); !strings.Contains(body, test.want) {
			t.Errorf("%s: %.60q is heard", test.question, body)
		}
	}
	doc := post(t, s, "/en/ask", url.Values{"question": {"How much is the orphan allowance each month?"}}, 200)
	if links := soundsOf(doc); len(links) != 1 || !strings.HasSuffix(links[0], ".en.wav") {
		t.Errorf("English answer: sounds %v", links)
	}
}

// TestMicrophone wants the page to ask on to be the only one that may use it, also
// when it is kept.
func TestMicrophone(t *testing.T) {
	s := newTestServer(t, nil)
	for path, want := range map[string]string{"/ask": "microphone=(self)", "/en/ask": "microphone=(self)", "/": "microphone=()", "/policies": "microphone=()"} {
		for range 2 {
			resp, _ := send(t, s, httptest.NewRequest("GET", path, nil))
			if got := resp.Header.Get("Permissions-Policy"); !strings.Contains(got, want) {
				t.Errorf("%s: Permissions-Policy = %q; want %s", path, got, want)
			}
		}
	}
}

// TestCanSpeak holds whether there is a text beside the text itself.
func TestCanSpeak(t *testing.T) {
	sections := []content.Section{{ID: "who", Title: "谁"}, {ID: "faq-2"}}
	faq := []content.FAQ{{Q: "问"}}
	for _, part := range []string{"", "who", "what", "faq", "faq-", "faq-0", "faq-1", "faq-01", "faq-+1", "faq-2", "faq-3", "faq-x"} {
		if _, want := spokenOf(sections, faq, part); canSpeak(sections, faq, part) != want {
			t.Errorf("canSpeak(%q) = %v; want %v", part, !want, want)
		}
	}
}
