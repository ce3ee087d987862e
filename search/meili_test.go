package search

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/search/meilitest"
)

func TestNewMeiliChecksConfig(t *testing.T) {
	for _, cfg := range []MeiliConfig{
		{}, {URL: "localhost:7700"}, {URL: "ftp://host"}, {URL: "http://"}, {URL: "http://host", Index: "a b"},
		{URL: "http://host", Index: "../x"},
	} {
		if _, err := NewMeili(cfg); err == nil {
			t.Errorf("NewMeili(%+v): no error", cfg)
		}
	}
	if _, err := NewMeili(MeiliConfig{URL: "https://host:7700/"}); err != nil {
		t.Errorf("NewMeili: %v", err)
	}
}

func TestMeiliConfigKeepsSecrets(t *testing.T) {
	cfg := MeiliConfig{URL: "http://user:hidden@host:7700", SearchKey: "hidden", AdminKey: "hidden", Index: "i"}
	if got := cfg.LogValue().String(); strings.Contains(got, "hidden") || !strings.Contains(got, "host:7700") {
		t.Errorf("in a log it is %s; want the host and no secret", got)
	}
}

// faults are the ways in which a server can fail to answer.
func faults() map[string]meilitest.Fault {
	write := func(text string) meilitest.Fault {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	return map[string]meilitest.Fault{
		"internal error":       meilitest.Refuse(http.StatusInternalServerError, "internal"),
		"bad gateway":          func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"wrong key":            meilitest.Refuse(http.StatusForbidden, "invalid_api_key"),
		"no such index":        meilitest.Refuse(http.StatusNotFound, "index_not_found"),
		"too many requests":    meilitest.Refuse(http.StatusTooManyRequests, "too_many_search_requests"),
		"garbage":              write("<html>"),
		"empty":                write(""),
		"null":                 write("null"),
		"another shape":        write(`{"results":[]}`),
		"results of a stack":   write(strings.Repeat(`{"results":[`, 1000)),
		"hit of another shape": write(`{"results":[{"hits":[{"id":1}]}]}`),
		"an id not ours":       write(`{"results":[{"hits":[{"id":"***"}]}]}`),
		"connection cut":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"cut in the middle": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"results":[`))
			panic(http.ErrAbortHandler)
		},
		"slow": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then a disconnect is noticed
			<-r.Context().Done()
		},
		"slow body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = w.Write([]byte(`{"results":[`))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	}
}

// indexed returns an engine on a stand-in that holds the sample documents.
func indexed(t *testing.T, s *meilitest.Server) *Assisted {
	t.Helper()
	e := onStandIn(t, s).Over(NewIndex(testNormalizer(t)))
	if err := e.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMeiliSearchFaults(t *testing.T) {
	for name, fault := range faults() {
		t.Run(name, func(t *testing.T) {
			s := meilitest.New(t)
			e := indexed(t, s)
			e.server.cfg.Timeout = 250 * time.Millisecond
			s.Inject(fault)
			_, err := e.Search(t.Context(), Query{Text: "孤儿补贴很秘密"})
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("Search = %v; want ErrUnavailable", err)
			}
			if err != nil && (strings.Contains(err.Error(), "秘密") || strings.Contains(err.Error(), meilitest.SearchKey)) {
				t.Errorf("error %q tells what was asked or the key", err)
			}
		})
	}
}

// TestMeiliHonoursContext tells a visitor who has left from a server that is slow.
func TestMeiliHonoursContext(t *testing.T) {
	e := indexed(t, meilitest.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Search(ctx, Query{Text: "孤儿"}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("Search = %v; want only context.Canceled", err)
	}
}

// TestMeiliShowsOurDocuments has somebody else write to the server: what a visitor
// reads is what is published, and what the server adds is not shown.
func TestMeiliShowsOurDocuments(t *testing.T) {
	s := meilitest.New(t)
	e := indexed(t, s)
	info, err := e.server.admin.Index("passages").AddDocumentsWithContext(t.Context(), []meiliDocument{
		{ID: base64.RawURLEncoding.EncodeToString([]byte("stranger")), Title: "孤儿补贴 每月 多少钱", Original: "yes"},
		{ID: base64.RawURLEncoding.EncodeToString([]byte("medical")), Title: "孤儿补贴 一万元", Original: "yes"},
	}, nil)
	if err := e.server.wait(t.Context(), "add documents", info, err); err != nil {
		t.Fatal(err)
	}
	r, err := e.Search(t.Context(), Query{Text: "孤儿补贴每月多少钱"})
	if err != nil || firstID(t, r) != "orphan-faq-amount" || slices.Contains(ids(r), "stranger") || slices.Contains(ids(r), "medical") {
		t.Errorf("Search = %v, %v; want our documents in our order", ids(r), err)
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

// TestThreshold has none for a single word, whose score says only where it stands.
func TestThreshold(t *testing.T) {
	m := &Meili{floor: scoreFloor}
	for query, want := range map[string]float64{
		"orphan": 0, "orphan allowance": scoreFloor, "tie": 0, "孤儿": 0, "元": 0, "孤儿补贴": scoreFloor, "孤儿 补贴": scoreFloor,
	} {
		if got := m.threshold(query); got != want {
			t.Errorf("threshold of %q = %v; want %v", query, got, want)
		}
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

func TestDictionary(t *testing.T) {
	n, err := NewNormalizer(strings.NewReader("孤儿 = 孤二, orphan\n没有 = 冇\n的 = 嘅\n补贴 ~ 津贴, 钱, allowance\n事实无人抚养儿童 ~ 没人养"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"孤儿", "没人养", "没有", "津贴", "补贴"}
	slices.Sort(want)
	if diff := cmp.Diff(want, n.dictionary()); diff != "" {
		t.Errorf("dictionary (-want +got):\n%s", diff)
	}
}

func TestReformulate(t *testing.T) {
	tests := []struct {
		name, query string
		want        []string
	}{
		{"short", "孤儿补贴", []string{"孤儿补贴", "孤儿", "补贴"}},
		{"stop words", "请问孤儿的补贴吗", []string{"孤儿 补贴", "孤儿", "补贴"}},
		{"only stop words stay", "请问", []string{"请问"}},
		{"repetition", "补贴补贴，补贴", []string{"补贴补贴 补贴", "补贴补贴", "补贴"}},
		{"quotes and minus", `-"孤儿" -补贴`, []string{"孤儿 补贴", "孤儿", "补贴"}},
		{"pinyin", "guer butie", []string{"gu er bu tie", "gu er bu", "tie"}},
		{"english stays", "orphan allowance", []string{"orphan allowance"}},
		{"english with a word that is also pinyin", "can orphans apply", []string{"can orphans apply"}},
		{"traditional and full width", "孤兒１５７８元", []string{"孤儿 1578 元", "孤儿", "1578", "元"}},
		{"parts that overlap", "户口簿身份证", []string{"户口簿身份证", "户口簿身", "簿身份证", "户口", "簿身", "份证"}},
		{"nothing", "?!", nil},
	}
	x := sampleIndex(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := reformulate(x, tt.query)
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reformulate(%q) (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

func TestReformulateJoinsBrokenPhrases(t *testing.T) {
	got := pieces(testNormalizer(t), "请问父母都已经不在了补贴怎么领")
	if want := []string{"父母不在了", "补贴怎么领"}; !slices.Equal(got, want) {
		t.Errorf("pieces = %q; want %q", got, want)
	}
}

// FuzzReformulate sends whatever is typed through the reformulation: few queries, none
// with an operator, none empty, none with more words than the server reads.
func FuzzReformulate(f *testing.F) {
	for _, seed := range []string{
		"孤儿补贴每月多少钱", `-"孤儿" -补贴`, "guer butie", "\xff\xfe", "１５７８元", "a-b \"c d\" -e", "—–−-",
		strings.Repeat("孤儿orphan", 60), "\u200b\u202e孤", "“双亲”‘’''`", "𠮷野家 😀", "x:y AND z = \"q\"",
	} {
		f.Add(seed)
	}
	n := testNormalizer(f)
	x := NewIndex(n)
	if err := x.Index(f.Context(), sampleDocuments()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, question string) {
		queries := reformulate(x, question)
		if len(queries) > maxQueries {
			t.Errorf("%d queries; want at most %d", len(queries), maxQueries)
		}
		seen := map[string]bool{}
		for _, q := range queries {
			if q == "" || strings.TrimSpace(q) != q || seen[q] || strings.ContainsAny(q, "\"'-“”„`\\") {
				t.Errorf("query %q of %q: empty, repeated or with an operator", q, question)
			}
			seen[q] = true
			if words := len(strings.Fields(q)); words > longWords {
				t.Errorf("query %q has %d words; want at most %d", q, words, longWords)
			}
		}
		if n.Normalize(truncate(question, maxQueryRunes)) != "" && len(queries) == 0 {
			t.Errorf("nothing is asked for %q", question)
		}
	})
}
