package search

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewMeiliChecksConfig(t *testing.T) {
	for _, cfg := range []MeiliConfig{
		{}, {URL: "localhost:7700"}, {URL: "ftp://host"}, {URL: "http://"}, {URL: "http://host", Index: "a b"},
		{URL: "http://host", Index: "../x"},
	} {
		if _, err := NewMeili(cfg, testNormalizer(t)); err == nil {
			t.Errorf("NewMeili(%+v): no error", cfg)
		}
	}
	if _, err := NewMeili(MeiliConfig{URL: "https://host:7700/"}, testNormalizer(t)); err != nil {
		t.Errorf("NewMeili: %v", err)
	}
}

func TestReformulate(t *testing.T) {
	tests := []struct {
		name, query string
		want        []string
	}{
		{"short", "孤儿补贴", []string{"孤儿补贴"}},
		{"stop words", "请问孤儿的补贴吗", []string{"孤儿 补贴"}},
		{"only stop words stay", "请问", []string{"请问"}},
		{"quotes and minus", `-"孤儿" -补贴`, []string{"孤儿 补贴"}},
		{"pinyin", "guer butie", []string{"gu er bu tie"}},
		{"english stays", "orphan allowance", []string{"orphan allowance"}},
		{"english with a word that is also pinyin", "can orphans apply", []string{"can orphans apply"}},
		{"mixed", "孤儿butie", []string{"孤儿 bu tie"}},
		{"long", "一二三四五年级孤儿读书补贴申请材料户口簿身份证出生证明学校证明",
			[]string{"12345 年级孤儿读书补贴申请材料", "户口簿身份证出生证明学校", "证明"}},
		{"nothing", "?!", nil},
	}
	m := newStandIn(t).meili(t, testNormalizer(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, c := range m.reformulate(tt.query) {
				got = append(got, c.text)
			}
			if len(got) > maxChunks {
				t.Errorf("%d parts; want at most %d", len(got), maxChunks)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reformulate(%q) (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

func TestMeiliIndexLeavesOneIndex(t *testing.T) {
	s := newStandIn(t)
	m := s.meili(t, testNormalizer(t))
	for range 3 {
		if err := m.Index(t.Context(), sampleDocuments()); err != nil {
			t.Fatal(err)
		}
		if got := s.names(); !slices.Equal(got, []string{m.live}) {
			t.Errorf("indexes = %v; want only %s", got, m.live)
		}
	}
	settings := s.indexes[m.live].settings
	if settings.TypoTolerance["enabled"] != false || settings.LocalizedAttributes[0].Locales[0] != "cmn" {
		t.Errorf("settings = %+v; want typos off and Chinese text", settings)
	}
	if want := []string{"title", "names", "text", "pinyin", "initials"}; !slices.Equal(settings.SearchableAttributes, want) {
		t.Errorf("searchable = %v; want %v", settings.SearchableAttributes, want)
	}
}

func TestMeiliSendsSettingsBeforeDocuments(t *testing.T) {
	s := newStandIn(t)
	m := s.meili(t, testNormalizer(t))
	if err := m.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, request := range s.seen {
		if method, path, _ := strings.Cut(request, " "); method != http.MethodGet {
			steps = append(steps, method+" "+path[strings.LastIndex(path, "/"):])
		}
	}
	want := []string{"POST /indexes", "PATCH /settings", "POST /documents", "POST /swap-indexes"}
	if !slices.Equal(steps, want) {
		t.Errorf("steps = %v; want %v", steps, want)
	}
}

func TestMeiliSweepsOldSettings(t *testing.T) {
	s := newStandIn(t)
	s.indexes["passages_0ld5e771"] = &standInIndex{created: time.Now()}
	s.indexes["passages_0ld5e771_build1"] = &standInIndex{created: time.Now().Add(-2 * leftoverAge)}
	s.indexes["passages_0ld5e771_build2"] = &standInIndex{created: time.Now()} // another server may be at it
	s.indexes["other_index"] = &standInIndex{created: time.Now()}
	m := s.meili(t, testNormalizer(t))
	if err := m.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	want := []string{"other_index", "passages_0ld5e771_build2", m.live}
	slices.Sort(want)
	if got := s.names(); !slices.Equal(got, want) {
		t.Errorf("indexes = %v; want %v", got, want)
	}
}

func TestMeiliSurfacesTaskFailures(t *testing.T) {
	for _, kind := range []string{"indexCreation", "settingsUpdate", "documentAdditionOrUpdate", "indexSwap"} {
		t.Run(kind, func(t *testing.T) {
			s := newStandIn(t)
			m := s.meili(t, testNormalizer(t))
			if err := m.Index(t.Context(), sampleDocuments()); err != nil {
				t.Fatal(err)
			}
			s.failing[kind] = true
			err := m.Index(t.Context(), sampleDocuments()[:1])
			if err == nil || !strings.Contains(err.Error(), "failed") {
				t.Errorf("Index = %v; want the failed task", err)
			}
			r, err := m.Search(t.Context(), Query{Text: "孤儿补贴"})
			if err != nil || len(r.Hits) < 2 {
				t.Errorf("Search = %v, %v; want the documents of before", ids(r), err)
			}
			if got := s.names(); !slices.Equal(got, []string{m.live}) {
				t.Errorf("indexes = %v; want only %s", got, m.live)
			}
		})
	}
}

func TestMeiliErrors(t *testing.T) {
	tests := []struct {
		name  string
		fault fault
	}{
		{"internal error", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusInternalServerError, "internal") }},
		{"bad gateway", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }},
		{"garbage", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }},
		{"another shape", func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, map[string]any{"results": []any{}})
		}},
		{"hit of another shape", func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, map[string]any{"results": []any{map[string]any{"hits": []any{map[string]any{"source": 1}}}}})
		}},
		{"connection cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"wrong key", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusForbidden, "invalid_api_key") }},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then a disconnect is noticed
			<-r.Context().Done()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStandIn(t)
			m := s.meili(t, testNormalizer(t))
			if err := m.Index(t.Context(), sampleDocuments()); err != nil {
				t.Fatal(err)
			}
			m.cfg.Timeout = 30 * time.Millisecond
			s.inject(tt.fault)
			_, err := m.Search(t.Context(), Query{Text: "孤儿补贴很秘密"})
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("Search = %v; want ErrUnavailable", err)
			}
			if err != nil && (strings.Contains(err.Error(), "秘密") || strings.Contains(err.Error(), standInSearchKey)) {
				t.Errorf("error %q tells what was asked or the key", err)
			}
		})
	}
}

func TestMeiliBeforeIndexing(t *testing.T) {
	m := newStandIn(t).meili(t, testNormalizer(t))
	if _, err := m.Search(t.Context(), Query{Text: "孤儿"}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Search = %v; want ErrUnavailable", err)
	}
	if err := m.Probe(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Probe = %v; want ErrUnavailable", err)
	}
}

func TestMeiliProbeFindsIndex(t *testing.T) {
	s := newStandIn(t)
	if err := s.meili(t, testNormalizer(t)).Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	again := s.meili(t, testNormalizer(t)) // the site was restarted
	if err := again.Probe(t.Context()); err != nil {
		t.Fatalf("Probe: %v", err)
	}
	r, err := again.Search(t.Context(), Query{Text: "医疗救助"})
	if err != nil || firstID(t, r) != "medical" {
		t.Errorf("Search = %v, %v; want medical", ids(r), err)
	}
}

func TestMeiliSearchKeyOnlySearches(t *testing.T) {
	s := newStandIn(t)
	m := s.meili(t, testNormalizer(t))
	m.admin = m.reader
	if err := m.Index(t.Context(), sampleDocuments()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Index with the search key = %v; want ErrUnavailable", err)
	}
}

func TestMeiliHonoursContext(t *testing.T) {
	s := newStandIn(t)
	m := s.meili(t, testNormalizer(t))
	if err := m.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Search(ctx, Query{Text: "孤儿"}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("Search = %v; want only context.Canceled", err)
	}
	s.polls = 1 << 30 // tasks that never end
	m.cfg.Indexing = 30 * time.Millisecond
	m.cfg.Timeout = 30 * time.Millisecond
	if err := m.Index(t.Context(), sampleDocuments()); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrUnavailable) {
		t.Errorf("Index = %v; want the deadline", err)
	}
}

func TestMeiliFilterQuoting(t *testing.T) {
	got := meiliFilter(Query{Lang: `z"h\`, Kinds: []string{"a", `b"]`}})
	if want := `lang = "z\"h\\" AND kind IN ["a", "b\"]"]`; got != want {
		t.Errorf("filter = %v; want %s", got, want)
	}
	if got, want := meiliFilter(Query{}), `original = "yes"`; got != want {
		t.Errorf("empty filter = %s; want %s", got, want)
	}
}

func TestSettingsVersionFollowsSynonyms(t *testing.T) {
	version := func(data string) string {
		n, err := NewNormalizer(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return settingsVersion(meiliSettings(n))
	}
	a, b, c := version("! 请问, 你好\n甲 ~ 乙"), version("! 你好, 请问\n甲 ~ 乙"), version("! 你好, 请问\n甲 ~ 丙")
	if a != b || a == c {
		t.Errorf("versions %s %s %s; want the first two equal, the last different", a, b, c)
	}
	if _, err := json.Marshal(meiliSettings(testNormalizer(t))); err != nil {
		t.Error(err)
	}
}

func TestSupported(t *testing.T) {
	hit := func(id, policy string, score float64) Hit {
		return Hit{Document: Document{ID: id, Policy: policy}, Score: score}
	}
	got := Result{Hits: supported([]Hit{
		hit("lucky", "other", 0.82), hit("home", "allowance", 0.8), hit("home-1", "allowance", 0.7),
		hit("home-2", "allowance", 0.6), hit("stranger", "", 0.1),
	})}
	if want := []string{"home", "home-1", "home-2", "lucky"}; !slices.Equal(ids(got), want) {
		t.Errorf("supported = %v; want %v", ids(got), want)
	}
	if got := supported(nil); len(got) != 0 {
		t.Errorf("supported(nil) = %v; want none", got)
	}
}

func TestReformulateJoinsBrokenPhrases(t *testing.T) {
	m, err := NewMeili(MeiliConfig{URL: "http://localhost:7700"}, testNormalizer(t))
	if err != nil {
		t.Fatal(err)
	}
	got := m.pieces("请问父母都已经不在了补贴怎么领")
	if want := []string{"父母不在了", "补贴怎么领"}; !slices.Equal(got, want) {
		t.Errorf("pieces = %q; want %q", got, want)
	}
}
