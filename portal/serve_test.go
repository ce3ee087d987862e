package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/servers"
)

// running is a portal that serves.
type running struct {
	base     string
	out, log *servers.Output
}

// start serves until the test ends.
func start(t *testing.T, change func(*Config)) running {
	t.Helper()
	if err := school(); err != nil {
		t.Fatal(err)
	}
	addr := servers.FreeAddress(t)
	cfg := &Config{Addr: addr, Data: fresh(t), BaseURL: "http://" + addr, QuestionDays: 365, Content: lean(t), Learnt: learnt}
	change(cfg)
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r := running{cfg.BaseURL, &servers.Output{}, &servers.Output{}}
	env := &environment{ctx: ctx, cfg: cfg, out: r.out, log: slog.New(slog.NewTextHandler(r.log, nil)), now: time.Now}
	done := make(chan error, 1)
	go func() { done <- serveCommand{}.Run(env) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	servers.Await(t, "the portal answers", func() bool { return r.get(t, "/healthz") != "" })
	return r
}

// get returns the body of a page; empty if it can't be had.
func (r running) get(t *testing.T, path string) string {
	t.Helper()
	resp, err := http.Get(r.base + path)
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

func TestServeFirstStart(t *testing.T) {
	private := servers.FreeAddress(t)
	data := t.TempDir() // with nothing in it
	r := start(t, func(c *Config) { c.Data, c.PrivateAddr = data, private })
	servers.Await(t, "the link is printed", func() bool { return strings.Contains(r.out.String(), "/staff/setup?token=") })
	for _, name := range []string{"secrets.json", "huitong.db"} {
		info, err := os.Stat(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o; want 600", name, mode)
		}
	}
	if ready := r.get(t, "/readyz"); !strings.Contains(ready, `"ready":true`) || strings.Contains(ready, `"embedded"`) {
		t.Errorf("readyz = %s; want no details for visitors", ready)
	}
	checkPrivate(t, r, running{base: "http://" + private})
}

// TestServesOverIPv6 reads a page by an address of the sixth version of the protocol.
func TestServesOverIPv6(t *testing.T) {
	r := start(t, func(c *Config) {
		_, port, err := net.SplitHostPort(c.Addr)
		if err != nil {
			t.Fatal(err)
		}
		c.Addr = net.JoinHostPort("::1", port)
		c.BaseURL = "http://" + c.Addr
	})
	if home := r.get(t, "/"); !strings.Contains(home, "<h1") {
		t.Errorf("the home page at %s is %.80q", r.base, home)
	}
}

// TestBotState tells whoever runs the portal that the bot learns.
func TestBotState(t *testing.T) {
	env := &environment{ctx: t.Context(), cfg: &Config{Content: lean(t), Learnt: learnt}, log: slog.New(slog.DiscardHandler), now: time.Now}
	s, err := newSite(env)
	if err != nil {
		t.Fatal(err)
	}
	<-s.bot.Trained()
	if got := botState(s.judge.Load()); !got.OK || got.Needed {
		t.Errorf("learnt: %+v; want well, and not needed", got)
	}
	if got := botState(new(bot.Bot)); got.OK || got.Needed || got.Detail == "" {
		t.Errorf("learning: %+v; want not yet, with a reason, and not needed", got)
	}
}

// TestServeReload saves a policy, a broken one and a mended one, and expects the
// last good version to be served throughout.
func TestServeReload(t *testing.T) {
	dir := lean(t)
	r := start(t, func(c *Config) { c.Content = dir })
	file := filepath.Join(dir, "policies", "tomorrow-plan.md")
	original, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	save := func(old, new string) {
		t.Helper()
		text := strings.Replace(string(original), old, new, 1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page := func() string { return r.get(t, "/policies/tomorrow-plan") }
	save("\nsummary: ", "\nsummary: 第一版。")
	servers.Await(t, "the page changes", func() bool { return strings.Contains(page(), "第一版。") })
	save("\nsummary: ", "\nsumary: 第二版。")
	servers.Await(t, "the error is logged", func() bool { return strings.Contains(r.log.String(), "field sumary not found") })
	// r.get is nobody who has signed in.
	if strings.Contains(r.get(t, "/staff")+page(), "sumary") {
		t.Error("a visitor is shown the mistake")
	}
	if !strings.Contains(page(), "第一版。") {
		t.Error("the last good version is gone")
	}
	save("\nsummary: ", "\nsummary: 第三版。")
	servers.Await(t, "the page is mended", func() bool { return strings.Contains(page(), "第三版。") })
}

// stopped is a server that ends its serving with this error.
type stopped struct{ err error }

func (s stopped) ShutdownWithTimeout(time.Duration) error { return s.err }

// TestStop takes connections that do not end for no failure.
func TestStop(t *testing.T) {
	var log servers.Output
	env := &environment{log: slog.New(slog.NewTextHandler(&log, nil))}
	broken := errors.New("broken")
	for _, test := range []struct{ err, want error }{
		{nil, nil},
		{context.DeadlineExceeded, nil},
		{broken, broken},
	} {
		if got := stopServing(env, stopped{test.err}); !errors.Is(got, test.want) {
			t.Errorf("%v: %v; want %v", test.err, got, test.want)
		}
	}
	if !strings.Contains(log.String(), "had not ended") {
		t.Errorf("log = %s", log.String())
	}
}

// TestFaults holds what staff are told of a content that is not published.
func TestFaults(t *testing.T) {
	dir := lean(t)
	env := &environment{ctx: t.Context(), cfg: &Config{Content: dir}, log: slog.New(slog.DiscardHandler), now: time.Now}
	s, err := newSite(env)
	if err != nil {
		t.Fatal(err)
	}
	go s.watch(env)
	file := filepath.Join(dir, "policies", "tomorrow-plan.md")
	original, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(original, []byte("\nsummary: "), []byte("\nsumary: "), 1)
	faults := func() string { return strings.Join(*s.faults.Load(), "\n") }
	// The directory may not be watched yet, so the file is saved until it is seen.
	servers.Await(t, "the fault is told with its place", func() bool {
		return os.WriteFile(file, broken, 0o600) == nil && strings.Contains(faults(), "policies/tomorrow-plan.md:")
	})
	if err := os.WriteFile(file, original, 0o600); err != nil {
		t.Fatal(err)
	}
	servers.Await(t, "nothing is left to tell", func() bool { return faults() == "" })
}

// BenchmarkReload measures from saving a policy until it is published, beside a bare
// load of the same tree: when all is quiet, and while the bot still learns from the
// save before.
func BenchmarkReload(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, contentFS("")); err != nil {
		b.Fatal(err)
	}
	env := &environment{ctx: b.Context(), cfg: &Config{Content: dir}, log: slog.New(slog.DiscardHandler), now: time.Now}
	s, err := newSite(env)
	if err != nil {
		b.Fatal(err)
	}
	go s.watch(env)
	<-s.bot.Trained() // by then the directory is watched
	file := filepath.Join(dir, "policies", "tomorrow-plan.md")
	original, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	version := 0
	save := func() {
		version++
		before := s.content()
		text := bytes.Replace(original, []byte("\nsummary: "), fmt.Appendf(nil, "\nsummary: 第%d版。", version), 1)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			b.Fatal(err)
		}
		for s.content() == before {
			time.Sleep(time.Millisecond)
		}
	}
	for name, wait := range map[string]bool{"quiet": true, "again": false} {
		b.Run(name, func(b *testing.B) {
			var load time.Duration
			for b.Loop() {
				b.StopTimer()
				began := time.Now()
				if _, err := content.Load(os.DirFS(dir)); err != nil {
					b.Fatal(err)
				}
				load += time.Since(began)
				if wait {
					<-s.bot.Trained()
				}
				b.StartTimer()
				save()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(load), "×load")
		})
	}
}

// TestServeWithoutMeilisearch names a server that is not there: the site answers
// from the embedded engine and says so.
func TestServeWithoutMeilisearch(t *testing.T) {
	private := servers.FreeAddress(t)
	r := start(t, func(c *Config) { c.MeiliURL, c.PrivateAddr = "http://127.0.0.1:1", private })
	if page := r.get(t, "/search?q=孤儿补贴"); !strings.Contains(page, "/policies/basic-living-allowance") {
		t.Error("the search page finds nothing without the server")
	}
	servers.Await(t, "readyz explains", func() bool {
		ready := running{base: "http://" + private}.get(t, "/readyz")
		return strings.Contains(ready, `"name":"search","ok":false`) && strings.Contains(ready, "embedded: ")
	})
}

func TestCommands(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) // when nothing of the content was due
	env := func(out io.Writer) *environment {
		cfg := &Config{Addr: ":8080", Data: fresh(t), QuestionDays: 365, Learnt: learnt}
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		return &environment{ctx: t.Context(), cfg: cfg, out: out, log: slog.New(slog.DiscardHandler), now: func() time.Time { return day }}
	}
	cases := []struct {
		name string
		run  func(*environment) error
		want []string
	}{
		{"check", checkCommand{}.Run, []string{"content is clean"}},
		{"ask", askCommand{Question: []string{"孤儿补贴一个月多少钱"}}.Run, []string{"answer", "1578元/人/月（2021年标准）", "/policies/basic-living-allowance#amount"}},
		{"eval", evalCommand{}.Run, []string{"recall@1", "MRR@5", "refusal recall", "urgent recall", "latency p50, p99"}},
		{"user add", userAddCommand{Login: "wong", Name: "黄小明", Role: "officer"}.Run, []string{"/staff/setup?token="}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := c.run(env(&out)); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
		})
	}
}
