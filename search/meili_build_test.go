package search

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/search/meilitest"
)

func TestSyncSteps(t *testing.T) {
	s := meilitest.New(t)
	if _, err := onStandIn(t, s).Sync(t.Context(), indexOf(t, sampleDocuments()), SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, request := range s.Seen() {
		method, path, _ := strings.Cut(request, " ")
		if step := method + " " + path[strings.LastIndex(path, "/"):]; method != "GET" && step != "POST /fetch" {
			steps = append(steps, step)
		}
	}
	want := []string{"POST /indexes", "PATCH /settings", "POST /documents", "POST /documents", "POST /swap-indexes"}
	if !slices.Equal(steps[:len(want)], want) {
		t.Errorf("steps = %v; want %v", steps, want)
	}
}

func TestSyncProgress(t *testing.T) {
	m := onStandIn(t, meilitest.New(t))
	var got []Progress
	if _, err := m.Sync(t.Context(), indexOf(t, sampleDocuments()), SyncOptions{Progress: func(p Progress) { got = append(got, p) }}); err != nil {
		t.Fatal(err)
	}
	want := []Progress{{Phase: "compare"}, {Phase: "settings"}, {"documents", 7, 7}, {Phase: "verify"}, {Phase: "swap"}, {Phase: "compare"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestCheckWritesNothing(t *testing.T) {
	s := meilitest.New(t)
	m := onStandIn(t, s)
	if drift, err := m.Check(t.Context(), indexOf(t, sampleDocuments())); err != nil || !drift.Missing || drift.Send != 7 {
		t.Errorf("Check = %+v, %v; want that all is missing", drift, err)
	}
	indexed(t, s)
	s.Seen()
	if drift, err := m.Check(t.Context(), indexOf(t, sampleDocuments()[1:])); err != nil || drift.Delete != 1 || drift.Send != 0 {
		t.Errorf("Check = %+v, %v; want one to delete", drift, err)
	}
	for _, request := range s.Seen() {
		if !strings.HasPrefix(request, "GET ") && !strings.HasSuffix(request, "/fetch") {
			t.Errorf("Check sent %s", request)
		}
	}
}

// TestSyncSurfacesTaskFailures wants the server's code and message, the old content
// and no rest.
func TestSyncSurfacesTaskFailures(t *testing.T) {
	for _, kind := range []string{"indexCreation", "settingsUpdate", "documentAdditionOrUpdate"} {
		t.Run(kind, func(t *testing.T) {
			s := meilitest.New(t)
			e := indexed(t, s)
			s.Fail(kind)
			_, err := e.server.Sync(t.Context(), indexOf(t, sampleDocuments()[:1]), SyncOptions{Full: true})
			var failure *ServerError
			if !errors.As(err, &failure) || failure.Code != "internal" || failure.Message == "" || !strings.Contains(err.Error(), "failed") {
				t.Errorf("Sync = %v; want the failed task with code and message", err)
			}
			s.Fail()
			if r, err := e.Search(t.Context(), Query{Text: "孤儿补贴"}); err != nil || len(r.Hits) < 2 {
				t.Errorf("Search = %v, %v; want the documents of before", ids(r), err)
			}
			if left := builds(t, e.server); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestSyncSurfacesFailedSwap asks with a key for some indexes, to which the server shows no
// swap, and with one for all.
func TestSyncSurfacesFailedSwap(t *testing.T) {
	for key, want := range map[string]string{meilitest.IndexKey: "swap indexes: not done", meilitest.MasterKey: "stand-in: internal"} {
		s := meilitest.New(t)
		indexed(t, s)
		m := onStandIn(t, s)
		cfg := m.cfg
		cfg.AdminKey = key
		m, err := NewMeili(cfg)
		if err != nil {
			t.Fatal(err)
		}
		m.interval = time.Millisecond
		s.Fail("indexSwap")
		_, err = m.Sync(t.Context(), indexOf(t, sampleDocuments()[:1]), SyncOptions{Full: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: Sync = %v; want %q", key, err, want)
		}
		s.Fail()
		holds(t, m, indexOf(t, sampleDocuments()))
		if left := builds(t, m); len(left) > 0 {
			t.Errorf("%s: left behind: %v", key, left)
		}
	}
}

func TestSyncSurfacesFailedDeletion(t *testing.T) {
	s := meilitest.New(t)
	e := indexed(t, s)
	s.Fail("documentDeletion")
	if _, err := e.server.Sync(t.Context(), indexOf(t, sampleDocuments()[:1]), SyncOptions{}); err == nil || !strings.Contains(err.Error(), "delete documents: task") {
		t.Errorf("Sync = %v; want the failed deletion", err)
	}
}

// TestSyncDeadline has a server whose tasks never end.
func TestSyncDeadline(t *testing.T) {
	s := meilitest.New(t)
	e := indexed(t, s)
	s.Stall(1 << 30)
	e.server.cfg.Indexing = 50 * time.Millisecond
	e.server.cfg.Timeout = 50 * time.Millisecond
	if _, err := e.server.Sync(t.Context(), indexOf(t, sampleDocuments()[:1]), SyncOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Sync = %v; want the deadline", err)
	}
}

func TestSyncFaults(t *testing.T) {
	for name, fault := range faults() {
		t.Run(name, func(t *testing.T) {
			s := meilitest.New(t)
			e := indexed(t, s)
			e.server.cfg.Indexing, e.server.cfg.Timeout = 50*time.Millisecond, 50*time.Millisecond
			s.Inject(fault)
			if _, err := e.server.Sync(t.Context(), indexOf(t, sampleDocuments()[:1]), SyncOptions{}); err == nil {
				t.Error("Sync: no error")
			}
			s.Inject(nil)
			e.server.cfg.Timeout = 5 * time.Second
			if r, err := e.Search(t.Context(), Query{Text: "医疗救助"}); err != nil || firstID(t, r) != "medical" {
				t.Errorf("Search afterwards = %v, %v; want medical", ids(r), err)
			}
		})
	}
}

// TestSyncSweeps deletes what was given up, and nothing that may still be somebody's.
func TestSyncSweeps(t *testing.T) {
	s := meilitest.New(t)
	old := time.Now().Add(-2 * idleBuild)
	s.Put("passages_buildold", old)
	s.Put("passages_buildnew", time.Now()) // another process may be at it
	s.Put("passages_other", old)
	s.Put("films", old)
	indexed(t, s)
	if want, got := []string{"films", "passages", "passages_buildnew", "passages_other"}, s.Names(); !slices.Equal(got, want) {
		t.Errorf("indexes = %v; want %v", got, want)
	}
}

// TestSyncVerifies has the new index deleted by somebody while it is built, so that
// the next documents make another one without settings.
func TestSyncVerifies(t *testing.T) {
	s := meilitest.New(t)
	e := indexed(t, s)
	_, err := e.server.Sync(t.Context(), indexOf(t, sampleDocuments()[:2]), SyncOptions{Full: true, Progress: func(p Progress) {
		if p.Phase == "documents" {
			for _, uid := range builds(t, e.server) {
				e.server.discard(uid)
			}
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "not as it was built") {
		t.Errorf("Sync = %v; want that the new index is refused", err)
	}
	holds(t, e.server, indexOf(t, sampleDocuments()))
}

// TestServerErrorUnwrap tells errors that turn to another engine from refusals.
func TestServerErrorUnwrap(t *testing.T) {
	for _, tt := range []struct {
		err  ServerError
		want bool
	}{
		{ServerError{Code: "cannot be reached"}, true},
		{ServerError{Status: 500, Code: "internal"}, true},
		{ServerError{Status: 403, Code: "invalid_api_key"}, true},
		{ServerError{Status: 404, Code: codeNoIndex}, true},
		{ServerError{Status: 429, Code: "x"}, true},
		{ServerError{Status: 400, Code: "invalid_search_q"}, false},
	} {
		if got := errors.Is(&tt.err, ErrUnavailable); got != tt.want {
			t.Errorf("%v unavailable = %v; want %v", &tt.err, got, tt.want)
		}
	}
}
