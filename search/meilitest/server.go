// Package meilitest is a stand-in for a Meilisearch server in tests, as httptest is
// for others: a [Server] in the process, written after the server's documentation.
//
// It keeps to what a program can come to rely on or stumble over: tasks that are
// done later and in order, keys with actions, indexes that documents create by
// themselves, swaps and renames, settings that are checked, error codes, the first
// ten words of a query, quotes and minus, matching strategies, ranking scores and
// their threshold. It cuts Chinese by the dictionary of the settings and into pairs
// otherwise, where the real one has a dictionary of its own, and ranks by words and
// attributes only. Only tests import it.
package meilitest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Keys that the server knows from the start.
const (
	MasterKey = "master-key" // may do everything
	IndexKey  = "index-key"  // the actions that indexing needs, not search, on [Indexes]
	SearchKey = "search-key" // search
)

// indexActions are those of IndexKey.
var indexActions = []string{
	"documents.add", "documents.get", "documents.delete", "indexes.create", "indexes.get", "indexes.delete",
	"indexes.swap", "settings.get", "settings.update", "tasks.get",
}

// Indexes are those that IndexKey is for.
var Indexes = []string{"passages*", "test-*"}

// access is what a key allows, and where.
type access struct {
	actions, indexes []string
}

// may reports that a key allows an action; keys know families such as documents.*, too.
func (a access) may(action string) bool {
	family, _, _ := strings.Cut(action, ".")
	return slices.Contains(a.actions, "*") || slices.Contains(a.actions, action) || slices.Contains(a.actions, family+".*")
}

// reaches reports that a key is for an index.
func (a access) reaches(uid string) bool {
	return slices.ContainsFunc(a.indexes, func(pattern string) bool {
		start, open := strings.CutSuffix(pattern, "*")
		return pattern == uid || open && strings.HasPrefix(uid, start)
	})
}

// everywhere reports that a key is for all indexes. To others the server shows no task that
// is of more than one index, which swaps are: as if there were none.
func (a access) everywhere() bool { return slices.Contains(a.indexes, "*") }

// Fault answers instead of the server.
type Fault func(w http.ResponseWriter, r *http.Request)

// Server is the stand-in.
type Server struct {
	*httptest.Server
	fault atomic.Pointer[Fault]

	mu      sync.Mutex
	steps   int             // requests after which a task goes on: enqueued, processing, done
	failing map[string]bool // types of tasks that fail
	now     func() time.Time
	keys    map[string]access
	indexes map[string]*index
	tasks   []*task
	seen    []string
}

// New starts a server for one test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		steps: 1, failing: map[string]bool{}, now: time.Now, indexes: map[string]*index{},
		keys: map[string]access{
			MasterKey: {[]string{"*"}, []string{"*"}},
			IndexKey:  {indexActions, Indexes},
			SearchKey: {[]string{"search"}, []string{"*"}},
		},
	}
	mux := s.routes()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.fault.Load(); f != nil {
			(*f)(w, r)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
		s.advance()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"status": "available"})
	})
	for _, route := range []struct {
		pattern, action string
		handle          http.HandlerFunc
	}{
		{"GET /tasks", "tasks.get", s.listTasks},
		{"GET /tasks/{id}", "tasks.get", s.showTask},
		{"POST /keys", "keys.create", s.createKey},
		{"POST /indexes", "indexes.create", s.create},
		{"GET /indexes", "indexes.get", s.list},
		{"GET /indexes/{uid}", "indexes.get", s.show},
		{"DELETE /indexes/{uid}", "indexes.delete", s.remove},
		{"GET /indexes/{uid}/settings", "settings.get", s.showSettings},
		{"PATCH /indexes/{uid}/settings", "settings.update", s.changeSettings},
		{"POST /indexes/{uid}/documents", "documents.add", s.addDocuments},
		{"POST /indexes/{uid}/documents/fetch", "documents.get", s.fetchDocuments},
		{"POST /indexes/{uid}/documents/delete-batch", "documents.delete", s.deleteDocuments},
		{"POST /swap-indexes", "indexes.swap", s.swap},
		{"POST /indexes/{uid}/search", "search", s.search},
		{"POST /multi-search", "search", s.multiSearch},
	} {
		mux.HandleFunc(route.pattern, s.guard(route.action, route.handle))
	}
	return mux
}

// guard lets a request through whose key has the action.
func (s *Server) guard(action string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			fail(w, http.StatusUnauthorized, "missing_authorization_header", "The Authorization header is missing. It must use the bearer authorization method.")
			return
		}
		a, known := s.keys[key]
		if uid := r.PathValue("uid"); !known || !a.may(action) || uid != "" && !a.reaches(uid) {
			refuseKey(w)
			return
		}
		h(w, r.WithContext(context.WithValue(r.Context(), accessKey{}, a)))
	}
}

func refuseKey(w http.ResponseWriter) {
	fail(w, http.StatusForbidden, "invalid_api_key", "The provided API key is invalid.")
}

type accessKey struct{}

// by is what the key of a request allows.
func by(r *http.Request) access {
	a, _ := r.Context().Value(accessKey{}).(access)
	return a
}

func (s *Server) createKey(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name, Description, UID string
		Actions, Indexes       []string
		ExpiresAt              *time.Time
	}
	if !decode(w, r, &in) {
		return
	}
	key := "key-" + rand.Text()
	s.keys[key] = access{in.Actions, in.Indexes}
	reply(w, http.StatusCreated, map[string]any{"key": key, "actions": in.Actions, "indexes": in.Indexes, "expiresAt": nil})
}

// Inject makes every request end in f; nil mends the server.
func (s *Server) Inject(f Fault) {
	if f == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&f)
}

// Refuse is a fault: an error of the server.
func Refuse(status int, code string) Fault {
	return func(w http.ResponseWriter, _ *http.Request) { fail(w, status, code, "stand-in") }
}

// Seen returns method and path of each request so far and forgets them.
func (s *Server) Seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, code, message string) {
	kind := "invalid_request"
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		kind = "auth"
	}
	reply(w, status, map[string]string{"message": message, "code": code, "type": kind, "link": "https://docs.meilisearch.com/errors#" + code})
}

// decode reads a body as strictly as the server does.
func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		fail(w, http.StatusUnsupportedMediaType, "invalid_content_type", "The Content-Type must be application/json.")
		return false
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fail(w, http.StatusBadRequest, "bad_request", err.Error())
		return false
	}
	return true
}
