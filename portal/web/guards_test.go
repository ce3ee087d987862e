package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/portal/apply"
)

func send(t testing.TB, s *Server, req *http.Request) (*http.Response, string) {
	t.Helper()
	resp, err := s.App().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp, b.String()
}

func TestMode(t *testing.T) {
	s := newTestServer(t, nil)
	tests := []struct {
		name, method, address, cookie string
		status                        int
		location, mode, carried, set  string
	}{
		{"nothing chosen", "GET", "/", "", 200, "", "standard", "", ""},
		{"remembered", "GET", "/policies", "elder", 200, "", "elder", "", ""},
		{"first choice shows the page", "GET", "/policies?mode=elder", "", 200, "", "elder", "elder", "elder"},
		{"later choice goes to the clean address", "GET", "/search?q=%E8%A1%A5&mode=accessible", "elder", 303, "/search?q=%E8%A1%A5", "", "", "accessible"},
		{"choice of standard", "GET", "/en?mode=standard", "elder", 303, "/en", "", "", "standard"},
		{"unknown choice", "GET", `/?mode="><script>`, "", 200, "", "standard", "", ""},
		{"unknown cookie", "GET", "/", "loud", 200, "", "standard", "", ""},
		{"post with carried mode keeps the form", "POST", "/ask?mode=elder", "standard", 422, "", "elder", "", "elder"},
		{"no other host", "GET", "//evil.example/?mode=elder", "standard", 303, "/evil.example/", "", "", "elder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := httptest.NewRequest(test.method, "/", nil)
			req.URL.Opaque = strings.ReplaceAll(test.address, `"><script>`, "%22%3E%3Cscript%3E")
			req.RequestURI = req.URL.Opaque
			if test.cookie != "" {
				req.Header.Set("Cookie", "mode="+test.cookie)
			}
			resp, body := send(t, s, req)
			if resp.StatusCode != test.status || resp.Header.Get("Location") != test.location {
				t.Fatalf("status, location = %d, %q; want %d, %q", resp.StatusCode, resp.Header.Get("Location"), test.status, test.location)
			}
			if test.mode != "" && !strings.Contains(body, `data-mode="`+test.mode+`"`) {
				t.Errorf("page is not in mode %s", test.mode)
			}
			if got := strings.Contains(body, `href="/privacy?mode=`+test.carried); got != (test.carried != "") {
				t.Errorf("links carry the mode: %v; want %q", got, test.carried)
			}
			if got := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "mode="+test.set) && test.set != "" || test.set == "" && got != "" {
				t.Errorf("Set-Cookie = %q; want mode %q", got, test.set)
			}
			if !strings.Contains(resp.Header.Get("Vary"), "Cookie") {
				t.Error("no Vary: Cookie")
			}
		})
	}
}

func TestCarryMode(t *testing.T) {
	got := string(carryMode([]byte(`<a href="/a#b"> <a href="/s?q=1"> <form action="/ask"> <a href="tel:110"> <link href="/static/x.css"> <a href="/p?mode=elder">`), "elder"))
	want := `<a href="/a?mode=elder#b"> <a href="/s?q=1&amp;mode=elder"> <form action="/ask?mode=elder"> <a href="tel:110"> <link href="/static/x.css"> <a href="/p?mode=elder">`
	if got != want {
		t.Errorf("carryMode = %s; want %s", got, want)
	}
}

func TestHeaders(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range []string{"/", "/no-such-page", "/healthz"} {
		resp, _ := send(t, s, httptest.NewRequest("GET", address, nil))
		csp := resp.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers are not strict: %v", address, resp.Header)
		}
	}
}

func TestAPI(t *testing.T) {
	s := newTestServer(t, nil)
	tests := []struct {
		name, kind, body string
		status           int
		word             string
	}{
		{"answer", "application/json", `{"question":"孤儿补贴一个月多少钱？","lang":"zh-Hans","conversation":""}`, 200, "answer"},
		{"charset", "application/json; charset=utf-8", `{"question":"孤儿补贴一个月多少钱？"}`, 200, "answer"},
		{"empty", "application/json", `{"question":"  "}`, 422, "empty"},
		{"too long", "application/json", `{"question":"` + strings.Repeat("问", 301) + `"}`, 422, "too-long"},
		{"broken", "application/json", `{"question":`, 400, "bad"},
		{"wrong type", "text/plain", `{"question":"x"}`, 415, "bad"},
		{"too large", "application/json", `{"question":"` + strings.Repeat("x", 20000) + `"}`, 413, "large"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req := httptest.NewRequest("POST", "/api/v1/ask", strings.NewReader(test.body))
			req.Header.Set("Content-Type", test.kind)
			resp, body := send(t, s, req)
			var got struct{ Outcome, Error, Message string }
			if err := json.Unmarshal([]byte(body), &got); err != nil {
				t.Fatalf("body %q: %v", body, err)
			}
			if resp.StatusCode != test.status || got.Outcome+got.Error != test.word {
				t.Errorf("answer = %d %+v; want %d %s", resp.StatusCode, got, test.status, test.word)
			}
		})
	}
}

func TestRateLimit(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s := newTestServer(t, func(c *Config) { c.RateLimit = 2; c.Now = func() time.Time { return now } })
	ask := func() int {
		req := httptest.NewRequest("POST", "/ask", strings.NewReader("question=hi"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, _ := send(t, s, req)
		return resp.StatusCode
	}
	for i, want := range []int{200, 200, 429} {
		if got := ask(); got != want {
			t.Errorf("post %d = %d; want %d", i+1, got, want)
		}
	}
	now = now.Add(time.Minute)
	if got := ask(); got != 200 {
		t.Errorf("after a minute = %d; want 200", got)
	}
}

// brokenBot fails with an error that nobody outside may read.
type brokenBot struct{}

func (brokenBot) Ask(context.Context, bot.Question) (bot.Reply, error) {
	return bot.Reply{}, errors.New("engine at 10.0.0.7 is down")
}

func (b brokenBot) Alarming(ctx context.Context, q bot.Question) (bool, error) {
	_, err := b.Ask(ctx, q)
	return false, err
}

func TestOurFault(t *testing.T) {
	var log bytes.Buffer
	current := testContent(t)
	broken := &Content{Library: current.Library, Bot: brokenBot{}, Search: current.Search}
	s := newTestServer(t, func(c *Config) {
		c.Content = func() *Content { return broken }
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	req := httptest.NewRequest("POST", "/ask?secret=1", strings.NewReader("question=shibboleth"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, body := send(t, s, req)
	if resp.StatusCode != 500 || strings.Contains(body, "10.0.0.7") || !strings.Contains(body, resp.Header.Get("X-Request-Id")) {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	if got := log.String(); !strings.Contains(got, "10.0.0.7") || strings.Contains(got, "secret") || strings.Contains(got, "shibboleth") {
		t.Errorf("log = %s", got)
	}
}

// TestFailureOf holds what kind of page each error ends in.
func TestFailureOf(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
		words  string
	}{
		{errStaleForm, 403, "stale"},
		{fiber.ErrForbidden, 403, "forbidden"},
		{apply.ErrNotFound, 404, "notfound"},
		{fiber.ErrRequestTimeout, 408, "bad"},
		{fiber.ErrRequestHeaderFieldsTooLarge, 431, "bad"},
		{errors.New("disk full"), 500, "ours"},
		{fiber.ErrBadGateway, 500, "ours"},
		{context.DeadlineExceeded, 504, "ours"},
	} {
		if f := failureOf(fmt.Errorf("wrapped: %w", test.err)); f.status != test.status || f.words != test.words {
			t.Errorf("%v: %d %s; want %d %s", test.err, f.status, f.words, test.status, test.words)
		}
	}
}

func TestToken(t *testing.T) {
	s := newTestServer(t, nil)
	s.app = fiber.New(fiber.Config{ErrorHandler: s.fail})
	s.app.All("/form", s.checkToken, func(c *fiber.Ctx) error { return c.SendString(c.Locals(tokenKey).(string)) })
	resp, token := send(t, s, httptest.NewRequest("GET", "/form", nil))
	cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
	for _, test := range []struct {
		name, cookie, token string
		want                int
	}{
		{"both", cookie, token, 200},
		{"no cookie", "", token, 403},
		{"no token", cookie, "", 403},
		{"another token", cookie, strings.Repeat("A", tokenLength), 403},
		{"both empty", "csrf=", "", 403},
	} {
		req := httptest.NewRequest("POST", "/form", strings.NewReader("_csrf="+test.token))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Cookie", test.cookie)
		if resp, _ := send(t, s, req); resp.StatusCode != test.want {
			t.Errorf("%s: status = %d; want %d", test.name, resp.StatusCode, test.want)
		}
	}
}

func TestReady(t *testing.T) {
	down := Dependency{Name: "search", OK: false, Needed: false, Detail: "embedded engine serves"}
	s := newTestServer(t, func(c *Config) { c.Ready = func(context.Context) []Dependency { return []Dependency{down} } })
	if resp, body := send(t, s, httptest.NewRequest("GET", "/readyz", nil)); resp.StatusCode != 200 || !strings.Contains(body, `"name":"search"`) || strings.Contains(body, "embedded engine serves") {
		t.Errorf("readyz = %d %s", resp.StatusCode, body)
	}
	down.Needed = true
	if resp, _ := send(t, s, httptest.NewRequest("GET", "/readyz", nil)); resp.StatusCode != 503 {
		t.Errorf("readyz = %d; want 503", resp.StatusCode)
	}
}
