package search

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/search/meilitest"
)

// logBuffer is a log that may be read while others write.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var down = meilitest.Refuse(http.StatusServiceUnavailable, "down")

// fixture is a fallback with what is published through it.
type fixture struct {
	*Fallback
	engine *Backed
	norm   *Normalizer
	log    *logBuffer
}

// newFallback returns a fallback on a server that tries again at once, with the
// sample documents published.
func newFallback(t *testing.T, m *Meili) *fixture {
	t.Helper()
	return fallbackThatLooks(t, m, 0)
}

// fallbackThatLooks asks a server that serves so often how it is.
func fallbackThatLooks(t *testing.T, m *Meili, look time.Duration) *fixture {
	t.Helper()
	f := &fixture{norm: testNormalizer(t), log: &logBuffer{}}
	f.Fallback = NewFallback(m, slog.New(slog.NewTextHandler(f.log, nil)), FallbackOptions{MinWait: time.Millisecond, MaxWait: 4 * time.Millisecond, Look: look})
	t.Cleanup(f.Close)
	f.publish(t, sampleDocuments())
	return f
}

func (f *fixture) publish(t *testing.T, docs []Document) {
	t.Helper()
	x := NewIndex(f.norm)
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	f.engine = f.Over(x)
	f.Publish(x)
}

// await waits until the engine answers.
func (f *fixture) await(t *testing.T, engine string) {
	t.Helper()
	eventually(t, engine+" to serve", func() bool { return f.Status().Serving == engine })
}

// eventually waits until ok; what is done in the background has no end to wait for.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

func (f *fixture) mustFind(t *testing.T, query, want string) {
	t.Helper()
	r, err := f.engine.Search(t.Context(), Query{Text: query})
	if err != nil || firstID(t, r) != want {
		t.Errorf("Search(%q) = %v, %v; want %s first", query, ids(r), err, want)
	}
}

func TestFallbackUsesTheServer(t *testing.T) {
	s := meilitest.New(t)
	f := newFallback(t, onStandIn(t, s))
	f.mustFind(t, "医疗救助", "medical") // at once, whoever answers
	f.await(t, ServingMeili)
	if got := f.Status(); got.Reason != "" {
		t.Errorf("status = %+v; want no reason", got)
	}
	s.Seen()
	f.mustFind(t, "医疗救助", "medical")
	if seen := s.Seen(); len(seen) != 1 || seen[0] != "POST /multi-search" {
		t.Errorf("requests of one search = %v; want one multi-search", seen)
	}
}

// TestFallbackNoticesByItself takes the server away while nobody searches, and gives it back.
func TestFallbackNoticesByItself(t *testing.T) {
	s := meilitest.New(t)
	f := fallbackThatLooks(t, onStandIn(t, s), time.Millisecond)
	f.await(t, ServingMeili)
	s.Inject(down)
	f.await(t, ServingEmbedded)
	if got := f.Status(); got.Reason == "" {
		t.Errorf("status = %+v; want a reason", got)
	}
	s.Inject(nil)
	f.await(t, ServingMeili)
}

// TestFallbackFaults breaks the server in every way and mends it again. A visitor
// is answered whatever it does, and it is used again once it is well.
func TestFallbackFaults(t *testing.T) {
	for name, fault := range faults() {
		t.Run(name, func(t *testing.T) {
			s := meilitest.New(t)
			s.Inject(fault) // already when the site starts
			m := onStandIn(t, s)
			m.cfg.Timeout = 250 * time.Millisecond
			f := newFallback(t, m)
			f.mustFind(t, "医疗救助", "medical")
			s.Inject(nil)
			f.await(t, ServingMeili)
			f.mustFind(t, "医疗救助", "medical")
			s.Inject(fault)
			f.mustFind(t, "医疗救助", "medical")
			s.Inject(nil)
			f.await(t, ServingMeili)
			f.mustFind(t, "医疗救助", "medical")
			if log := f.log.String(); strings.Contains(log, "医疗") || strings.Contains(log, "-key") {
				t.Errorf("the log tells what was asked or a key:\n%s", log)
			}
		})
	}
}

// TestFallbackHalfOpenConnection answers from a listener that takes connections and
// says nothing.
func TestFallbackHalfOpenConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	m, err := NewMeili(MeiliConfig{URL: "http://" + listener.Addr().String(), AdminKey: "k", Timeout: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	f := newFallback(t, m)
	eventually(t, "the reason", func() bool { return strings.Contains(f.Status().Reason, "timed out") })
	f.mustFind(t, "医疗救助", "medical")
}

// TestFallbackStranger asks an address where something else answers.
func TestFallbackStranger(t *testing.T) {
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"status":"available","hits":[{"id":"x"}],"results":[],"taskUid":1}`))
	}))
	defer stranger.Close()
	m, err := NewMeili(MeiliConfig{URL: stranger.URL, SearchKey: "s", AdminKey: "a", Indexing: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	m.interval = time.Millisecond
	f := newFallback(t, m)
	eventually(t, "a reason", func() bool { return f.Status().Reason != "sending documents to meilisearch" })
	if got := f.Status().Serving; got != ServingEmbedded {
		t.Errorf("serving = %s; want the reserve", got)
	}
	f.mustFind(t, "医疗救助", "medical")
}

func TestFallbackServerForgets(t *testing.T) {
	s := meilitest.New(t)
	f := newFallback(t, onStandIn(t, s))
	f.await(t, ServingMeili)
	s.Forget()
	f.mustFind(t, "医疗救助", "medical")
	f.await(t, ServingMeili)
	if len(s.Names()) != 1 {
		t.Errorf("indexes = %v; want one, sent again", s.Names())
	}
}

func TestFallbackNewDocuments(t *testing.T) {
	s := meilitest.New(t)
	f := newFallback(t, onStandIn(t, s))
	f.await(t, ServingMeili)
	s.Inject(down)
	f.publish(t, []Document{{ID: "new", Title: "医疗救助新办法"}})
	f.mustFind(t, "医疗救助", "new")
	s.Inject(nil)
	f.await(t, ServingMeili)
	f.mustFind(t, "医疗救助", "new")
	if got := s.Keys("passages"); len(got) != 2 {
		t.Errorf("the server has %v; want the new document and the state", got)
	}
}

// TestFallbackNewSynonyms publishes a content whose data file says something else:
// the server is built again with other settings.
func TestFallbackNewSynonyms(t *testing.T) {
	s := meilitest.New(t)
	f := newFallback(t, onStandIn(t, s))
	f.await(t, ServingMeili)
	n, err := NewNormalizer(strings.NewReader("医疗 ~ 看医生\n"))
	if err != nil {
		t.Fatal(err)
	}
	f.norm = n
	f.publish(t, sampleDocuments())
	f.await(t, ServingMeili)
	if got := s.Settings("passages")["synonyms"].(map[string]any); got["看医生"] == nil {
		t.Errorf("synonyms = %v; want those of the new data file", got)
	}
}

// TestFallbackSearchKeyOnly waits for somebody with a key that may write.
func TestFallbackSearchKeyOnly(t *testing.T) {
	s := meilitest.New(t)
	m, err := NewMeili(MeiliConfig{URL: s.URL, SearchKey: meilitest.SearchKey, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	f := newFallback(t, m)
	eventually(t, "advice", func() bool {
		return strings.Contains(f.Status().Reason, "index") && f.Status().Serving == ServingEmbedded
	})
	f.mustFind(t, "医疗救助", "medical")
	for _, request := range s.Seen() {
		if !strings.HasPrefix(request, "GET /health") && !strings.HasSuffix(request, "/search") {
			t.Errorf("without an admin key it sent %s", request)
		}
	}
	other := onStandIn(t, s).Over(NewIndex(f.norm))
	if err := other.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	f.await(t, ServingMeili)
	f.mustFind(t, "医疗救助", "medical")
}

func TestFallbackRefusedQueryKeepsTheServer(t *testing.T) {
	s := meilitest.New(t)
	f := newFallback(t, onStandIn(t, s))
	f.await(t, ServingMeili)
	s.Inject(meilitest.Refuse(http.StatusBadRequest, "invalid_search_q"))
	f.mustFind(t, "医疗救助", "medical")
	if got := f.Status().Serving; got != ServingMeili {
		t.Errorf("serving = %s; want the server still", got)
	}
}

func TestFallbackPassesOnCancellation(t *testing.T) {
	f := newFallback(t, onStandIn(t, meilitest.New(t)))
	f.await(t, ServingMeili)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.engine.Search(ctx, Query{Text: "孤儿"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search = %v; want context.Canceled", err)
	}
	if got := f.Status().Serving; got != ServingMeili {
		t.Errorf("serving = %s; want the server still", got)
	}
}

func TestFallbackExcerpt(t *testing.T) {
	f := newFallback(t, onStandIn(t, meilitest.New(t)))
	f.await(t, ServingMeili)
	r, err := f.engine.Search(t.Context(), Query{Text: "户口簿", Limit: 1, Bare: true})
	if err != nil || len(r.Hits) != 1 {
		t.Fatalf("Search = %v, %v", ids(r), err)
	}
	if f.engine.Excerpt("户口簿", r.Hits); len(r.Hits[0].Marks) == 0 {
		t.Error("no marks in the excerpt")
	}
}
