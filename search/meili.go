package search

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

// MeiliConfig says where the server is. It must be 1.18 or newer, since the
// client library names the first index by renaming.
type MeiliConfig struct {
	URL       string
	Key       string        // may create indexes and search
	SearchKey string        // may only search; Key when empty
	Index     string        // beginning of the index names; "passages" when empty
	Timeout   time.Duration // of one search; 1 s when zero
	Indexing  time.Duration // of one Index call; 5 min when zero
	Client    *http.Client  // http.DefaultTransport when nil
}

const (
	defaultIndexName = "passages"
	defaultTimeout   = time.Second
	defaultIndexing  = 5 * time.Minute
	taskInterval     = 50 * time.Millisecond // between looks at a task
	batchSize        = 1000                  // documents per request
	leftoverAge      = time.Hour             // after which a half-built index is nobody's
)

var indexName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

// Meili is the engine that keeps documents on a Meilisearch server. Text is
// folded by our normaliser before it is sent, so the server sees one spelling
// of everything.
type Meili struct {
	cfg      MeiliConfig
	norm     *Normalizer
	admin    meilisearch.ServiceManager
	reader   meilisearch.ServiceManager
	settings *meilisearch.Settings
	live     string // name of the index that is searched; depends on the settings
	interval time.Duration
	ready    atomic.Bool
}

// NewMeili checks the configuration and prepares the settings. It does not
// contact the server; see [Meili.Probe].
func NewMeili(cfg MeiliConfig, n *Normalizer) (*Meili, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("meilisearch: %q is not a http or https address", cfg.URL)
	}
	cfg.Index = cmp.Or(cfg.Index, defaultIndexName)
	if !indexName.MatchString(cfg.Index) {
		return nil, fmt.Errorf("meilisearch: index name %q: only letters, digits and hyphens", cfg.Index)
	}
	cfg.SearchKey = cmp.Or(cfg.SearchKey, cfg.Key)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.Indexing = cmp.Or(cfg.Indexing, defaultIndexing)
	if cfg.Client == nil {
		cfg.Client = &http.Client{}
	}
	m := &Meili{cfg: cfg, norm: n, settings: meiliSettings(n), interval: taskInterval}
	m.live = cfg.Index + "_" + settingsVersion(m.settings)
	m.admin, m.reader = connect(cfg, cfg.Key), connect(cfg, cfg.SearchKey)
	return m, nil
}

// connect returns a client without retries of its own: the fallback decides
// when to try again, and a visitor must not wait for it.
func connect(cfg MeiliConfig, key string) meilisearch.ServiceManager {
	return meilisearch.New(trimSlash(cfg.URL), meilisearch.WithAPIKey(key),
		meilisearch.WithCustomClient(cfg.Client), meilisearch.DisableRetries())
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}

// Probe asks whether the server is well, accepts the search key and has
// documents in our index. Search works only after Probe or Index succeeded.
func (m *Meili) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	if _, err := m.reader.HealthWithContext(ctx); err != nil {
		m.ready.Store(false)
		return meiliError("ask for health", err)
	}
	r, err := m.reader.Index(m.live).SearchWithContext(ctx, "", &meilisearch.SearchRequest{Limit: 1})
	if err != nil {
		m.ready.Store(false)
		return meiliError("look into index", err)
	}
	if len(r.Hits) == 0 {
		m.ready.Store(false)
		return fmt.Errorf("meilisearch: index %s is empty: %w", m.live, ErrUnavailable)
	}
	m.ready.Store(true)
	return nil
}

// healthy reports whether the server answers at all.
func (m *Meili) healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	_, err := m.reader.HealthWithContext(ctx)
	return err == nil
}

// Search returns the documents that match, best first. An error that wraps
// [ErrUnavailable] says that another engine should answer.
func (m *Meili) Search(ctx context.Context, q Query) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	chunks := m.reformulate(q.Text)
	if len(chunks) == 0 {
		return Result{}, nil
	}
	if !m.ready.Load() {
		return Result{}, fmt.Errorf("meilisearch: nothing indexed yet: %w", ErrUnavailable)
	}
	short, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	r, err := m.reader.MultiSearchWithContext(short, m.request(chunks, q))
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if err != nil {
		return Result{}, meiliError("search", err)
	}
	if len(r.Results) != len(chunks) {
		return Result{}, fmt.Errorf("meilisearch: search: %d results for %d queries: %w", len(r.Results), len(chunks), ErrUnavailable)
	}
	found, total, err := merge(chunks, r.Results)
	if err != nil {
		return Result{}, fmt.Errorf("meilisearch: read hits: %w: %w", err, ErrUnavailable)
	}
	limit, offset := q.page()
	page := found[min(offset, len(found)):min(offset+limit, len(found))]
	return Result{Hits: m.describe(ctx, q, page), Total: total}, nil
}

// merge combines the answers to the parts of one question. The score of a
// document is the average over the parts, by their length.
func merge(chunks []chunk, results []meilisearch.SearchResponse) (hits []Hit, total int, err error) {
	at, words := map[string]int{}, 0
	for _, c := range chunks {
		words += c.words
	}
	for i, r := range results {
		share := float64(chunks[i].words) / float64(words)
		for _, raw := range r.Hits {
			h, err := decodeHit(raw)
			if err != nil {
				return nil, 0, err
			}
			k, ok := at[h.ID]
			if !ok {
				k = len(hits)
				at[h.ID] = k
				hits = append(hits, Hit{Document: h.Document})
			}
			hits[k].Score += share * h.Score
		}
		total = max(total, int(r.EstimatedTotalHits))
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	kept := supported(hits)
	if len(kept) < len(hits) {
		total = len(kept)
	}
	return kept, max(total, len(kept)), nil
}

// supported does to the server's ranking what the embedded engine does to its own:
// passages of the same page speak for each other, and what is far below the best is
// no hit. Only the first of them are moved, which every page of hits asks for.
func supported(hits []Hit) []Hit {
	top := hits[:min(len(hits), rerankDepth)]
	pages := map[string]evidence{}
	for _, h := range top {
		if e := pages[h.Policy]; h.Policy != "" && e.n < witnesses {
			pages[h.Policy] = evidence{e.sum + float32(h.Score), e.n + 1}
		}
	}
	for i, h := range top {
		if h.Policy != "" {
			top[i].Score = (1-pagePart)*h.Score + pagePart*float64(pages[h.Policy].sum)/witnesses
		}
	}
	if len(top) == 0 {
		return hits
	}
	slices.SortStableFunc(top, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	floor, least := floorShare*top[0].Score, top[len(top)-1].Score
	for i := len(top); i < len(hits); i++ {
		hits[i].Score = min(hits[i].Score, least)
	}
	return slices.DeleteFunc(hits, func(h Hit) bool { return h.Score < floor })
}

func decodeHit(raw meilisearch.Hit) (h Hit, err error) {
	if err := json.Unmarshal(raw["source"], &h.Document); err != nil {
		return h, err
	}
	if err := json.Unmarshal(raw["_rankingScore"], &h.Score); err != nil {
		return h, err
	}
	h.Score = min(max(h.Score, 0), 1)
	return h, nil
}

// describe adds coverage and excerpts, which the server does not know, by the
// same rules as the embedded engine, from the documents of this page.
func (m *Meili) describe(ctx context.Context, q Query, hits []Hit) []Hit {
	docs := make([]Document, len(hits))
	for i, h := range hits {
		docs[i] = h.Document
	}
	s, err := buildSnapshot(ctx, m.norm, docs)
	if err != nil {
		return hits
	}
	var p plan
	p.prepare(s, m.norm, q.Text)
	for i := range hits {
		hits[i].Coverage = p.coverage(func(term int32) bool { return s.contains(int32(i), term) })
	}
	if !q.Bare {
		p.excerpts(m.norm, hits)
	}
	return hits
}

// meiliError wraps an error of the client. The client's own text may carry
// what a visitor typed, so only its kind is kept.
func meiliError(what string, err error) error {
	var e *meilisearch.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("meilisearch: %s: %w: %w", what, err, ErrUnavailable)
	}
	code := cmp.Or(e.MeilisearchApiError.Code, kindOf(e))
	refused := e.StatusCode >= 400 && e.StatusCode < 500 && code != "index_not_found" &&
		e.StatusCode != http.StatusUnauthorized && e.StatusCode != http.StatusForbidden &&
		e.StatusCode != http.StatusTooManyRequests && e.StatusCode != http.StatusRequestTimeout
	if refused {
		return fmt.Errorf("meilisearch: %s: status %d, %s", what, e.StatusCode, code)
	}
	return fmt.Errorf("meilisearch: %s: status %d, %s: %w", what, e.StatusCode, code, ErrUnavailable)
}

func kindOf(e *meilisearch.Error) string {
	switch e.ErrCode {
	case meilisearch.MeilisearchTimeoutError:
		return "timed out"
	case meilisearch.MeilisearchCommunicationError:
		return "cannot be reached"
	case meilisearch.ErrCodeResponseUnmarshalBody:
		return "answer not understood"
	}
	return "unexpected answer"
}

// LogValue keeps the keys out of logs.
func (c MeiliConfig) LogValue() slog.Value {
	return slog.GroupValue(slog.String("url", c.URL), slog.String("index", c.Index))
}
