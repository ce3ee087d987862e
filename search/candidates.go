package search

import (
	"context"
	"fmt"
)

// Rank is Search among the documents named: what another engine found, in our
// order. IDs of documents that are not indexed are passed over.
func (x *Index) Rank(ctx context.Context, q Query, ids []string) (Result, error) {
	q.among = make(map[string]bool, len(ids))
	for _, id := range ids {
		q.among[id] = true
	}
	return x.Search(ctx, q)
}

// documents returns what is indexed; nobody may change it.
func (x *Index) documents() []Document { return x.current.Load().docs }

// Assisted answers with what a Meilisearch server finds, ranked by an embedded
// index of the same documents. It has no reserve: see [Fallback].
type Assisted struct {
	server *Meili
	local  *Index
}

// Over returns the engine that ranks the server's candidates with x. The documents
// shown are those of x, whatever the server has.
func (m *Meili) Over(x *Index) *Assisted { return &Assisted{m, x} }

// Index replaces the content of both.
func (a *Assisted) Index(ctx context.Context, docs []Document) error {
	if err := a.local.Index(ctx, docs); err != nil {
		return err
	}
	if _, err := a.server.Sync(ctx, a.local, SyncOptions{}); err != nil {
		return fmt.Errorf("index documents on the server: %w", err)
	}
	return nil
}

// Search returns the documents that match, best first. An error that wraps
// [ErrUnavailable] says that another engine should answer.
func (a *Assisted) Search(ctx context.Context, q Query) (Result, error) {
	ids, err := a.server.Candidates(ctx, a.local, q)
	if err != nil || len(ids) == 0 {
		return Result{}, err
	}
	return a.local.Rank(ctx, q, ids)
}

// Excerpt is that of the index.
func (a *Assisted) Excerpt(query string, hits []Hit) { a.local.Excerpt(query, hits) }
