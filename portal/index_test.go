package main

import (
	"bytes"
	"log/slog"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"huitong/search"
	"huitong/search/meilitest"
)

// indexWith runs the command against a server with the settings given.
func indexWith(t *testing.T, c indexCommand, cfg Config) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := c.Run(&environment{ctx: t.Context(), cfg: &cfg, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now})
	return out.String(), err
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q lacks %q", text, part)
		}
	}
}

// TestIndexCommand sends the real content to a server, looks, and sends it again.
func TestIndexCommand(t *testing.T) {
	s := meilitest.New(t)
	cfg := Config{MeiliURL: s.URL, MeiliKey: meilitest.SearchKey, MeiliAdmin: meilitest.IndexKey}
	if _, err := indexWith(t, indexCommand{Check: true}, cfg); err == nil || !strings.Contains(err.Error(), "run portal index") {
		t.Errorf("--check of an empty server = %v; want what to do", err)
	}
	out, err := indexWith(t, indexCommand{}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, out, "compare …", "settings …", "documents ", "verify …", "swap …", "done in ", "a new index took the place", " 0 deleted")
	out, err = indexWith(t, indexCommand{Check: true}, cfg)
	if err != nil {
		t.Errorf("--check = %v", err)
	}
	wantParts(t, out, "holds just this")
	if out, err = indexWith(t, indexCommand{}, cfg); err != nil {
		t.Fatal(err)
	}
	wantParts(t, out, "nothing to do; 0 sent")
	if out, err = indexWith(t, indexCommand{Full: true}, cfg); err != nil {
		t.Fatal(err)
	}
	wantParts(t, out, "a new index took the place")
	if got := s.Names(); len(got) != 1 || got[0] != "passages" {
		t.Errorf("indexes = %v; want only passages", got)
	}
}

// TestIndexCommandErrors wants an error that says what to do, without any key.
func TestIndexCommandErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		setUp func(s *meilitest.Server, c *Config)
		want  []string
	}{
		{"no server set", func(_ *meilitest.Server, c *Config) { c.MeiliURL = "" }, []string{"--meili-url", "HUITONG_MEILI_URL"}},
		{"nobody there", func(_ *meilitest.Server, c *Config) { c.MeiliURL = "http://127.0.0.1:1" }, []string{"cannot be reached", "is the server up"}},
		{"search key only", func(_ *meilitest.Server, c *Config) { c.MeiliAdmin = "" }, []string{"--meili-admin-key"}},
		{"wrong key", func(_ *meilitest.Server, c *Config) { c.MeiliAdmin = meilitest.SearchKey }, []string{"invalid_api_key", "needs the actions"}},
		{"failing task", func(s *meilitest.Server, _ *Config) { s.Fail("settingsUpdate") }, []string{"update settings: task ", "internal: stand-in", "unharmed"}},
		{"something else", func(s *meilitest.Server, _ *Config) {
			s.Inject(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
		}, []string{"answer not understood", "no Meilisearch 1.18"}},
		{"down", func(s *meilitest.Server, _ *Config) {
			s.Inject(meilitest.Refuse(http.StatusServiceUnavailable, "down"))
		}, []string{"status 503", "server's log"}},
		{"foreign", func(s *meilitest.Server, _ *Config) {
			s.Put("passages", time.Now(), map[string]any{"id": 1, "film": "x"})
		}, []string{"did not write", "--full"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := meilitest.New(t)
			cfg := Config{MeiliURL: s.URL, MeiliAdmin: meilitest.IndexKey, MeiliKey: meilitest.SearchKey}
			test.setUp(s, &cfg)
			_, err := indexWith(t, indexCommand{}, cfg)
			if err == nil {
				t.Fatal("no error")
			}
			wantParts(t, err.Error(), test.want...)
			if strings.Contains(err.Error(), meilitest.IndexKey) || strings.Contains(err.Error(), meilitest.SearchKey) {
				t.Errorf("error %q tells a key", err)
			}
		})
	}
}

// TestIndexCheckNamesWhatDiffers changes the server behind our back.
func TestIndexCheckNamesWhatDiffers(t *testing.T) {
	s := meilitest.New(t)
	s.Put("passages", time.Now(), map[string]any{"id": "_meta", "state": map[string]string{"settings": "x", "content": "y"}}, map[string]any{"id": "old"})
	out, err := indexWith(t, indexCommand{Check: true}, Config{MeiliURL: s.URL, MeiliAdmin: meilitest.IndexKey})
	if err == nil || !strings.Contains(err.Error(), "--full") {
		t.Errorf("--check = %v; want to build it again", err)
	}
	wantParts(t, out, "searchableAttributes", "synonyms", "version (x", "to delete: 1")
}

func TestProgressReckonsTheTimeLeft(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := progress{out: &out, now: func() time.Time { return now }, phase: "documents", began: now}
	now = now.Add(10 * time.Second)
	p.show(search.Progress{Phase: "documents", Done: 1000, Total: 3000})
	p.show(search.Progress{Phase: "documents", Done: 3000, Total: 3000})
	if want := "documents 1000 of 3000, some 20s left\ndocuments 3000 of 3000\n"; out.String() != want {
		t.Errorf("progress = %q; want %q", out.String(), want)
	}
}

// TestEvalMeili measures retrieval and the bot with and without a server in one run.
func TestEvalMeili(t *testing.T) {
	s := meilitest.New(t)
	var out bytes.Buffer
	cfg := &Config{MeiliURL: s.URL, MeiliKey: meilitest.SearchKey, MeiliAdmin: meilitest.IndexKey, Learnt: learnt}
	questions := filepath.Join(t.TempDir(), "q.txt")
	lines := "answer\tbasic-living-allowance\t孤儿补贴一个月多少钱\nrefuse\t\t今天天气怎么样\n"
	if err := os.WriteFile(questions, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	err := evalCommand{File: []string{questions}, Engine: []string{engineEmbedded, engineMeili}}.Run(&environment{ctx: t.Context(), cfg: cfg, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	wantParts(t, strings.Join(strings.Fields(out.String()), " "), " embedded 1.000", " meili 1.000", "bot on embedded: recall@1 1.000", "bot on meili: recall@1 1.000")
	if got := s.Names(); len(got) != 1 || got[0] != measuredIndex {
		t.Errorf("indexes = %v; want only that of measurements", got)
	}
}

// TestEvalCalibrate prints a line for each threshold; a higher one never has more
// candidates.
func TestEvalCalibrate(t *testing.T) {
	s := meilitest.New(t)
	var out bytes.Buffer
	questions := filepath.Join(t.TempDir(), "q.txt")
	if err := os.WriteFile(questions, []byte("answer\tbasic-living-allowance\t孤儿补贴一个月多少钱\nrefuse\t\t火锅店几点关门\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := &Config{MeiliURL: s.URL, MeiliKey: meilitest.SearchKey, MeiliAdmin: meilitest.IndexKey, Learnt: learnt}
	err := evalCommand{File: []string{questions}, Calibrate: true}.Run(&environment{ctx: t.Context(), cfg: cfg, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")[2:]
	if len(lines) != calibrationSteps || strings.Fields(lines[0])[1] != "1.000" {
		t.Fatalf("table = %s; want %d thresholds, the first without a loss", out.String(), calibrationSteps)
	}
	last := math.MaxInt
	for _, line := range lines {
		n, err := strconv.Atoi(strings.Fields(line)[3])
		if err != nil || n > last {
			t.Errorf("line %q: more candidates than with a lower threshold, or none", line)
		}
		last = n
	}
}

// TestMeiliWarning wants a word about keys that are not as they should be.
func TestMeiliWarning(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"no server", Config{}, ""},
		{"both", Config{MeiliURL: "u", MeiliKey: "s", MeiliAdmin: "a"}, ""},
		{"search key", Config{MeiliURL: "u", MeiliKey: "s"}, "run portal index"},
		{"admin key", Config{MeiliURL: "u", MeiliAdmin: "a"}, "HUITONG_MEILI_KEY"},
		{"none", Config{MeiliURL: "u"}, "without keys"},
	} {
		if got := test.cfg.meiliWarning(); test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: warning %q; want %q", test.name, got, test.want)
		}
	}
}
