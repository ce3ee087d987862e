package search

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
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

func down(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusServiceUnavailable, "down") }

// newFallback returns a fallback on a stand-in that tries again at once.
func newFallback(t *testing.T, s *standIn) (*Fallback, *logBuffer) {
	t.Helper()
	n, out := testNormalizer(t), &logBuffer{}
	f := NewFallback(s.meili(t, n), NewIndex(n), slog.New(slog.NewTextHandler(out, nil)),
		FallbackOptions{MinWait: time.Millisecond, MaxWait: 4 * time.Millisecond})
	t.Cleanup(f.Close)
	return f, out
}

// awaitServing waits until the engine answers.
func awaitServing(t *testing.T, f *Fallback, engine string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for f.Status().Serving != engine {
		select {
		case <-deadline:
			t.Fatalf("status = %+v; want %s", f.Status(), engine)
		case <-tick.C:
		}
	}
}

func mustFind(t *testing.T, f *Fallback, query, want string) {
	t.Helper()
	r, err := f.Search(t.Context(), Query{Text: query})
	if err != nil || firstID(t, r) != want {
		t.Errorf("Search(%q) = %v, %v; want %s first", query, ids(r), err, want)
	}
}

func TestFallbackUsesTheServer(t *testing.T) {
	f, _ := newFallback(t, newStandIn(t))
	if got := f.Status(); got.Serving != ServingEmbedded || got.Reason == "" {
		t.Errorf("status = %+v; want the reserve and a reason", got)
	}
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	mustFind(t, f, "医疗救助", "medical") // at once, whoever answers
	awaitServing(t, f, ServingMeili)
	if got := f.Status(); got.Reason != "" {
		t.Errorf("status = %+v; want no reason", got)
	}
	mustFind(t, f, "医疗救助", "medical")
}

func TestFallbackServerDownAtStart(t *testing.T) {
	s := newStandIn(t)
	s.inject(down)
	f, out := newFallback(t, s)
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	mustFind(t, f, "医疗救助", "medical")
	s.inject(nil)
	awaitServing(t, f, ServingMeili)
	mustFind(t, f, "医疗救助", "medical")
	for _, want := range []string{"serving=embedded", "serving=meilisearch"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("log lacks %q:\n%s", want, out)
		}
	}
}

func TestFallbackServerDiesAndReturns(t *testing.T) {
	s := newStandIn(t)
	f, _ := newFallback(t, s)
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, f, ServingMeili)
	s.inject(down)
	mustFind(t, f, "医疗救助", "medical") // the visitor does not notice
	if got := f.Status(); got.Serving != ServingEmbedded || !strings.Contains(got.Reason, "503") {
		t.Errorf("status = %+v; want the reserve because of 503", got)
	}
	s.inject(nil)
	awaitServing(t, f, ServingMeili)
	mustFind(t, f, "医疗救助", "medical")
}

func TestFallbackServerForgets(t *testing.T) {
	s := newStandIn(t)
	f, _ := newFallback(t, s)
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, f, ServingMeili)
	s.mu.Lock()
	clear(s.indexes)
	s.mu.Unlock()
	mustFind(t, f, "医疗救助", "medical")
	awaitServing(t, f, ServingMeili)
	if len(s.names()) != 1 {
		t.Errorf("indexes = %v; want one, sent again", s.names())
	}
}

func TestFallbackNewDocumentsWhileDown(t *testing.T) {
	s := newStandIn(t)
	f, _ := newFallback(t, s)
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, f, ServingMeili)
	s.inject(down)
	if err := f.Index(t.Context(), []Document{{ID: "new", Title: "医疗救助新办法"}}); err != nil {
		t.Fatal(err)
	}
	mustFind(t, f, "医疗救助", "new")
	s.inject(nil)
	awaitServing(t, f, ServingMeili)
	r, err := f.primary.Search(t.Context(), Query{Text: "医疗救助"})
	if err != nil || len(r.Hits) != 1 || r.Hits[0].ID != "new" {
		t.Errorf("the server has %v, %v; want the new documents", ids(r), err)
	}
}

func TestFallbackRefusedQueryKeepsTheServer(t *testing.T) {
	s := newStandIn(t)
	f, _ := newFallback(t, s)
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, f, ServingMeili)
	s.inject(func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusBadRequest, "invalid_search_q") })
	mustFind(t, f, "医疗救助", "medical")
	if got := f.Status().Serving; got != ServingMeili {
		t.Errorf("serving = %s; want the server still", got)
	}
}

func TestFallbackPassesOnCancellation(t *testing.T) {
	f, _ := newFallback(t, newStandIn(t))
	if err := f.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, f, ServingMeili)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Search(ctx, Query{Text: "孤儿"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search = %v; want context.Canceled", err)
	}
	if got := f.Status().Serving; got != ServingMeili {
		t.Errorf("serving = %s; want the server still", got)
	}
}

func TestFallbackReportsBadDocuments(t *testing.T) {
	f, _ := newFallback(t, newStandIn(t))
	if err := f.Index(t.Context(), []Document{{ID: ""}}); err == nil {
		t.Error("Index: no error")
	}
}
