package search

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	standInKey       = "admin-key"
	standInSearchKey = "search-key"
)

// standIn is a Meilisearch server as far as this package uses one: tasks that
// finish later, keys with different rights, swaps, filters, and the traps of
// the real thing (ten words, quotes, minus, unknown fields refused).
type standIn struct {
	*httptest.Server
	fault atomic.Pointer[fault]

	mu      sync.Mutex
	indexes map[string]*standInIndex
	tasks   []*standInTask
	polls   int             // how often a task is looked at before it is done
	failing map[string]bool // task types that fail
	seen    []string        // method and path of each request
}

// fault answers instead of the server.
type fault func(w http.ResponseWriter, r *http.Request)

type standInIndex struct {
	created  time.Time
	settings standInSettings
	docs     []map[string]json.RawMessage
}

type standInSettings struct {
	RankingRules         []string            `json:"rankingRules"`
	SearchableAttributes []string            `json:"searchableAttributes"`
	FilterableAttributes []string            `json:"filterableAttributes"`
	DisplayedAttributes  []string            `json:"displayedAttributes"`
	StopWords            []string            `json:"stopWords"`
	Synonyms             map[string][]string `json:"synonyms"`
	LocalizedAttributes  []struct {
		Locales           []string `json:"locales"`
		AttributePatterns []string `json:"attributePatterns"`
	} `json:"localizedAttributes"`
	TypoTolerance map[string]any   `json:"typoTolerance"`
	Pagination    map[string]int64 `json:"pagination"`
}

type standInTask struct {
	kind, index string
	polls       int
	done        bool
	failure     string // error code
	run         func() string
}

type standInSearch struct {
	IndexUID             string          `json:"indexUid"`
	Query                string          `json:"q"`
	Filter               string          `json:"filter"`
	Limit                int             `json:"limit"`
	Offset               int             `json:"offset"`
	AttributesToRetrieve []string        `json:"attributesToRetrieve"`
	ShowRankingScore     bool            `json:"showRankingScore"`
	MatchingStrategy     string          `json:"matchingStrategy"`
	Locales              []string        `json:"locales"`
	Hybrid               json.RawMessage `json:"hybrid"`
}

func newStandIn(t testing.TB) *standIn {
	t.Helper()
	s := &standIn{indexes: map[string]*standInIndex{}, polls: 2, failing: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]string{"status": "available"})
	})
	mux.HandleFunc("GET /tasks/{id}", s.admin(s.task))
	mux.HandleFunc("POST /indexes", s.admin(s.create))
	mux.HandleFunc("GET /indexes", s.admin(s.list))
	mux.HandleFunc("GET /indexes/{uid}", s.admin(s.get))
	mux.HandleFunc("DELETE /indexes/{uid}", s.admin(s.remove))
	mux.HandleFunc("PATCH /indexes/{uid}/settings", s.admin(s.change))
	mux.HandleFunc("POST /indexes/{uid}/documents", s.admin(s.add))
	mux.HandleFunc("POST /swap-indexes", s.admin(s.swap))
	mux.HandleFunc("POST /indexes/{uid}/search", s.keyed(s.search))
	mux.HandleFunc("POST /multi-search", s.keyed(s.multiSearch))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := s.fault.Load(); f != nil {
			(*f)(w, r)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// inject makes every request end in f; nil mends the server.
func (s *standIn) inject(f fault) {
	if f == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&f)
}

// meili returns an engine on the stand-in that polls without waiting.
func (s *standIn) meili(t testing.TB, n *Normalizer) *Meili {
	t.Helper()
	m, err := NewMeili(MeiliConfig{URL: s.URL, Key: standInKey, SearchKey: standInSearchKey, Client: s.Client()}, n)
	if err != nil {
		t.Fatal(err)
	}
	m.interval = time.Millisecond
	return m
}

// names lists the indexes, sorted.
func (s *standIn) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for uid := range s.indexes {
		out = append(out, uid)
	}
	slices.Sort(out)
	return out
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, code string) {
	reply(w, status, map[string]string{"message": "stand-in: " + code, "code": code, "type": "invalid_request", "link": ""})
}

func (s *standIn) admin(h http.HandlerFunc) http.HandlerFunc { return s.guard(h, standInKey) }
func (s *standIn) keyed(h http.HandlerFunc) http.HandlerFunc {
	return s.guard(h, standInKey, standInSearchKey)
}

func (s *standIn) guard(h http.HandlerFunc, keys ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !ok:
			refuse(w, http.StatusUnauthorized, "missing_authorization_header")
		case !slices.Contains(keys, key):
			refuse(w, http.StatusForbidden, "invalid_api_key")
		default:
			h(w, r)
		}
	}
}

func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		refuse(w, http.StatusBadRequest, "bad_request")
		return false
	}
	return true
}

// enqueue answers 202 and leaves the work for later.
func (s *standIn) enqueue(w http.ResponseWriter, kind, index string, run func() string) {
	s.tasks = append(s.tasks, &standInTask{kind: kind, index: index, run: run})
	reply(w, http.StatusAccepted, map[string]any{
		"taskUid": len(s.tasks) - 1, "indexUid": index, "status": "enqueued", "type": kind, "enqueuedAt": time.Now(),
	})
}

func (s *standIn) task(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id >= len(s.tasks) {
		refuse(w, http.StatusNotFound, "task_not_found")
		return
	}
	t := s.tasks[id]
	t.polls++
	status := "enqueued"
	switch {
	case t.polls > s.polls:
		s.finish(id)
		if status = "succeeded"; t.failure != "" {
			status = "failed"
		}
	case t.polls > 1:
		status = "processing"
	}
	out := map[string]any{"uid": id, "indexUid": t.index, "status": status, "type": t.kind, "enqueuedAt": time.Now()}
	if t.failure != "" {
		out["error"] = map[string]string{"message": "stand-in", "code": t.failure, "type": "invalid_request"}
	}
	reply(w, http.StatusOK, out)
}

// finish runs the tasks up to id, in order.
func (s *standIn) finish(id int) {
	for _, t := range s.tasks[:id+1] {
		if t.done {
			continue
		}
		t.done = true
		if s.failing[t.kind] {
			t.failure = "internal"
			continue
		}
		t.failure = t.run()
	}
}

func (s *standIn) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		UID        string `json:"uid"`
		PrimaryKey string `json:"primaryKey"`
	}
	if !decode(w, r, &in) {
		return
	}
	s.enqueue(w, "indexCreation", in.UID, func() string {
		if s.indexes[in.UID] != nil {
			return "index_already_exists"
		}
		s.indexes[in.UID] = &standInIndex{created: time.Now()}
		return ""
	})
}

func (s *standIn) list(w http.ResponseWriter, _ *http.Request) {
	results := []map[string]any{}
	for uid, index := range s.indexes {
		results = append(results, map[string]any{"uid": uid, "createdAt": index.created, "updatedAt": index.created, "primaryKey": "id"})
	}
	reply(w, http.StatusOK, map[string]any{"results": results, "offset": 0, "limit": 1000, "total": len(results)})
}

func (s *standIn) get(w http.ResponseWriter, r *http.Request) {
	index := s.indexes[r.PathValue("uid")]
	if index == nil {
		refuse(w, http.StatusNotFound, "index_not_found")
		return
	}
	reply(w, http.StatusOK, map[string]any{"uid": r.PathValue("uid"), "createdAt": index.created, "updatedAt": index.created})
}

func (s *standIn) remove(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	s.enqueue(w, "indexDeletion", uid, func() string {
		if s.indexes[uid] == nil {
			return "index_not_found"
		}
		delete(s.indexes, uid)
		return ""
	})
}

func (s *standIn) change(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	var in standInSettings
	if !decode(w, r, &in) {
		return
	}
	s.enqueue(w, "settingsUpdate", uid, func() string {
		s.indexes[uid].settings = in
		return ""
	})
}

var documentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,511}$`)

func (s *standIn) add(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	var docs []map[string]json.RawMessage
	if !decode(w, r, &docs) {
		return
	}
	s.enqueue(w, "documentAdditionOrUpdate", uid, func() string {
		for _, d := range docs {
			var id string
			if json.Unmarshal(d["id"], &id) != nil || !documentID.MatchString(id) {
				return "invalid_document_id"
			}
		}
		s.indexes[uid].docs = append(s.indexes[uid].docs, docs...)
		return ""
	})
}

func (s *standIn) swap(w http.ResponseWriter, r *http.Request) {
	var in []struct {
		Indexes []string `json:"indexes"`
		Rename  bool     `json:"rename"`
	}
	if !decode(w, r, &in) {
		return
	}
	s.enqueue(w, "indexSwap", "", func() string {
		for _, p := range in {
			a, b := p.Indexes[0], p.Indexes[1]
			if s.indexes[a] == nil || s.indexes[b] == nil && !p.Rename {
				return "index_not_found"
			}
			if p.Rename && s.indexes[b] != nil {
				return "index_already_exists"
			}
			s.indexes[a], s.indexes[b] = s.indexes[b], s.indexes[a]
			if p.Rename {
				delete(s.indexes, a)
			}
		}
		return ""
	})
}

func (s *standIn) search(w http.ResponseWriter, r *http.Request) {
	in := standInSearch{IndexUID: r.PathValue("uid")}
	if decode(w, r, &in) {
		s.answer(w, in, func(v any) { reply(w, http.StatusOK, v) })
	}
}

func (s *standIn) multiSearch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Queries []standInSearch `json:"queries"`
	}
	if !decode(w, r, &in) {
		return
	}
	results := []any{}
	for _, q := range in.Queries {
		ok := false
		s.answer(w, q, func(v any) { results, ok = append(results, v), true })
		if !ok {
			return // refused
		}
	}
	reply(w, http.StatusOK, map[string]any{"results": results})
}

// answer finds the documents and hands the response on, or refuses.
func (s *standIn) answer(w http.ResponseWriter, in standInSearch, hand func(any)) {
	index := s.indexes[in.IndexUID]
	if index == nil {
		refuse(w, http.StatusNotFound, "index_not_found")
		return
	}
	keep, err := index.filter(in.Filter)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_search_filter")
		return
	}
	type found struct {
		doc   map[string]json.RawMessage
		score float64
	}
	var all []found
	for _, d := range index.docs {
		if score := index.score(d, in.Query); keep(d) && score > 0 {
			all = append(all, found{d, score})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return int((b.score - a.score) * 1e6) })
	if in.Limit == 0 {
		in.Limit = 20
	}
	hits := []map[string]any{}
	for _, f := range all[min(in.Offset, len(all)):min(in.Offset+in.Limit, len(all))] {
		h := map[string]any{}
		for k, v := range f.doc {
			if slices.Contains(index.settings.DisplayedAttributes, k) &&
				(in.AttributesToRetrieve == nil || slices.Contains(in.AttributesToRetrieve, k)) {
				h[k] = v
			}
		}
		if in.ShowRankingScore {
			h["_rankingScore"] = f.score
		}
		hits = append(hits, h)
	}
	hand(map[string]any{
		"hits": hits, "estimatedTotalHits": len(all), "offset": in.Offset, "limit": in.Limit,
		"query": in.Query, "processingTimeMs": 1, "indexUid": in.IndexUID,
	})
}

var condition = regexp.MustCompile(`^(\w+) (?:= ("(?:[^"\\]|\\.)*")|IN \[((?:"(?:[^"\\]|\\.)*"(?:, )?)*)\])(?: AND |$)`)

// filter understands conditions joined by AND.
func (x *standInIndex) filter(expr string) (func(map[string]json.RawMessage) bool, error) {
	allowed := map[string][]string{}
	for expr != "" {
		m := condition.FindStringSubmatch(expr)
		if m == nil || !slices.Contains(x.settings.FilterableAttributes, m[1]) {
			return nil, fmt.Errorf("filter %q", expr)
		}
		var values []string
		if err := json.Unmarshal([]byte("["+m[2]+m[3]+"]"), &values); err != nil {
			return nil, err
		}
		allowed[m[1]] = values
		expr = expr[len(m[0]):]
	}
	return func(d map[string]json.RawMessage) bool {
		for name, values := range allowed {
			var v string
			if json.Unmarshal(d[name], &v) != nil || !slices.Contains(values, v) {
				return false
			}
		}
		return true
	}, nil
}

// score is the share of the query's first ten words that a document has, less
// for the later attributes. An empty query matches everything.
func (x *standInIndex) score(d map[string]json.RawMessage, query string) float64 {
	words := standInWords(query)
	if len(words) == 0 {
		return 1
	}
	words = words[:min(len(words), 10)]
	sum, counted := 0.0, 0
	for i, word := range words {
		if word, negative := strings.CutPrefix(word, "-"); negative {
			if x.value(d, word, false) > 0 {
				return 0
			}
			continue
		}
		if slices.Contains(x.settings.StopWords, word) {
			continue
		}
		counted++
		best := x.value(d, word, i == len(words)-1)
		for _, other := range x.settings.Synonyms[word] {
			best = max(best, 0.9*x.value(d, other, false))
		}
		sum += best
	}
	return sum / float64(max(counted, 1))
}

// value is what one word scores in its best attribute.
func (x *standInIndex) value(d map[string]json.RawMessage, word string, prefix bool) float64 {
	for i, name := range x.settings.SearchableAttributes {
		text := string(bytes.ReplaceAll(d[name], []byte(`\n`), []byte(" ")))
		if word[0] >= 0x80 && strings.Contains(text, word) {
			return 1 - 0.1*float64(i)
		}
		for _, token := range strings.FieldsFunc(text, func(r rune) bool { return wordClass(r) == 0 || strings.ContainsRune(`[]",`, r) }) {
			if token == word || prefix && strings.HasPrefix(token, word) {
				return 1 - 0.1*float64(i)
			}
		}
	}
	return 0
}

// standInWords cuts a query as a server would: at spaces, and Chinese into
// words of two characters. A quoted phrase is one word.
func standInWords(query string) []string {
	var words []string
	for i, part := range strings.Split(query, `"`) {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		for _, field := range strings.Fields(part) {
			words = append(words, cutPairs(field)...)
		}
	}
	return words
}

func cutPairs(field string) []string {
	var words []string
	runes := []rune(field)
	for i := 0; i < len(runes); {
		j := i + 1
		for j < len(runes) && isHan(runes[j]) == isHan(runes[i]) && (!isHan(runes[i]) || j < i+2) {
			j++
		}
		words = append(words, string(runes[i:j]))
		i = j
	}
	return words
}
