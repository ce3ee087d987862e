package search

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

// MeiliConfig says where the server is. It must be 1.18 or newer, since the
// client library names the first index by renaming.
type MeiliConfig struct {
	URL       string
	SearchKey string            // may only search; AdminKey when empty
	AdminKey  string            // writes; without it nothing is ever sent, unless SearchKey is empty too
	Index     string            // name of the index that is searched; "passages" when empty
	Timeout   time.Duration     // of one search; 500 ms when zero
	Indexing  time.Duration     // of one Sync call; 5 min when zero
	Transport http.RoundTripper // a copy of http.DefaultTransport when nil
}

const (
	defaultIndexName = "passages"
	defaultTimeout   = 500 * time.Millisecond // the embedded engine has answered a hundred times by then
	defaultIndexing  = 5 * time.Minute
	maxAnswer        = 32 << 20 // bytes of one answer that are read
)

var indexName = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

// Meili finds candidates on a Meilisearch server. Text is folded by our
// normaliser before it is sent, so the server sees one spelling of everything.
type Meili struct {
	cfg      MeiliConfig
	client   *http.Client
	admin    meilisearch.ServiceManager
	reader   meilisearch.ServiceManager
	interval time.Duration // between looks at a task
	floor    float64       // see scoreFloor
}

// NewMeili checks the configuration. It does not contact the server.
func NewMeili(cfg MeiliConfig) (*Meili, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("meilisearch: the address is not one of http or https")
	}
	cfg.Index = cmp.Or(cfg.Index, defaultIndexName)
	if !indexName.MatchString(cfg.Index) {
		return nil, fmt.Errorf("meilisearch: index name %q: only letters, digits and hyphens", cfg.Index)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.Indexing = cmp.Or(cfg.Indexing, defaultIndexing)
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	m := &Meili{cfg: cfg, client: &http.Client{Transport: bounded{cfg.Transport}}, interval: taskInterval, floor: scoreFloor}
	m.admin, m.reader = m.connect(cfg.AdminKey), m.connect(cmp.Or(cfg.SearchKey, cfg.AdminKey))
	return m, nil
}

// connect returns a client without retries of its own: the fallback decides
// when to try again, and a visitor must not wait for it.
func (m *Meili) connect(key string) meilisearch.ServiceManager {
	return meilisearch.New(strings.TrimRight(m.cfg.URL, "/"), meilisearch.WithAPIKey(key),
		meilisearch.WithCustomClient(m.client), meilisearch.DisableRetries())
}

// writes reports whether documents may be sent: with an admin key, or to a server
// that asks for no keys.
func (m *Meili) writes() bool { return m.cfg.AdminKey != "" || m.cfg.SearchKey == "" }

// bounded reads no more of an answer than we can be asked to hold.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// CloseIdleConnections reaches the transport inside, which http.Client cannot.
func (b bounded) CloseIdleConnections() {
	if t, ok := b.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// probe asks with the search key whether the server is well and holds just what is
// wanted. What it holds instead is returned, too.
func (m *Meili) probe(ctx context.Context, want state) (state, error) {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	if _, err := m.reader.HealthWithContext(ctx); err != nil {
		return state{}, serverError("ask for health", err)
	}
	r, err := m.reader.Index(m.cfg.Index).SearchWithContext(ctx, "", &meilisearch.SearchRequest{
		Limit: 1, Filter: attrKind + " = " + quote(kindState),
	})
	if err != nil {
		return state{}, serverError("look into index", err)
	}
	var got state
	for _, h := range r.Hits {
		if err := json.Unmarshal(h[attrState], &got); err != nil {
			return state{}, fmt.Errorf("meilisearch: index %s is not ours: %w", m.cfg.Index, ErrUnavailable)
		}
	}
	if got != want {
		return got, fmt.Errorf("meilisearch: index %s %s: %w", m.cfg.Index, got.differs(want), ErrUnavailable)
	}
	return got, nil
}

// healthy reports whether the server answers at all.
func (m *Meili) healthy(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	_, err := m.reader.HealthWithContext(ctx)
	return err == nil
}

// WithFloor returns the same server with another threshold of its ranking score, 0..1,
// for measurements.
func (m *Meili) WithFloor(floor float64) *Meili {
	other := *m
	other.floor = floor
	return &other
}

// Candidates asks the server, in one request, for what may match a query of the index,
// and returns the IDs in no order.
func (m *Meili) Candidates(ctx context.Context, x *Index, q Query) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	queries := reformulate(x, q.Text)
	if len(queries) == 0 {
		return nil, nil
	}
	short, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	r, err := m.reader.MultiSearchWithContext(short, m.request(queries, q))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, serverError("search", err)
	}
	if len(r.Results) != len(queries) {
		return nil, fmt.Errorf("meilisearch: search: %d results for %d queries: %w", len(r.Results), len(queries), ErrUnavailable)
	}
	ids, err := merge(r.Results)
	if err != nil {
		return nil, fmt.Errorf("meilisearch: read hits: %w: %w", err, ErrUnavailable)
	}
	return ids, nil
}

// merge collects the documents that any part of a question found.
func merge(results []meilisearch.SearchResponse) ([]string, error) {
	seen := map[string]bool{}
	var ids []string
	for _, r := range results {
		for _, h := range r.Hits {
			var key string
			if err := json.Unmarshal(h[attrID], &key); err != nil {
				return nil, errors.New("a hit without an id")
			}
			if seen[key] {
				continue
			}
			seen[key] = true
			id, err := documentID(key)
			if err != nil {
				return nil, errors.New("a hit with an id that is not ours")
			}
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// LogValue keeps the keys out of logs, and what an address may hold beside the host.
func (c MeiliConfig) LogValue() slog.Value {
	host := ""
	if u, err := url.Parse(c.URL); err == nil {
		host = u.Host
	}
	return slog.GroupValue(slog.String("host", host), slog.String("index", c.Index))
}
