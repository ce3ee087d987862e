package main

import (
	"context"
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"huitong/search"
)

// baselineBatch is how many documents Bleve takes at a time.
const baselineBatch = 1000

// baseline is Bleve as one would use it for Chinese without tuning: in memory, its
// CJK analyzer, the default match query over title and text. Only measurements
// use it.
type baseline struct {
	index bleve.Index
}

// Index replaces the whole content.
func (b *baseline) Index(ctx context.Context, docs []search.Document) error {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = cjk.AnalyzerName
	index, err := bleve.NewUsing("", mapping, scorch.Name, scorch.Name, nil)
	if err != nil {
		return fmt.Errorf("bleve: %w", err)
	}
	for len(docs) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(docs), baselineBatch)
		batch := index.NewBatch()
		for _, d := range docs[:n] {
			if err := batch.Index(d.ID, map[string]any{"title": d.Title, "names": d.Names, "text": d.Text}); err != nil {
				return fmt.Errorf("bleve: document %s: %w", d.ID, err)
			}
		}
		if err := index.Batch(batch); err != nil {
			return fmt.Errorf("bleve: %w", err)
		}
		docs = docs[n:]
	}
	b.close()
	b.index = index
	return nil
}

// Search ignores the filters: measurements set none.
func (b *baseline) Search(ctx context.Context, q search.Query) (search.Result, error) {
	request := bleve.NewSearchRequestOptions(bleve.NewMatchQuery(q.Text), q.Limit, q.Offset, false)
	found, err := b.index.SearchInContext(ctx, request)
	if err != nil {
		return search.Result{}, fmt.Errorf("bleve: %w", err)
	}
	r := search.Result{Total: int(found.Total)}
	for _, hit := range found.Hits {
		r.Hits = append(r.Hits, search.Hit{Document: &search.Document{ID: hit.ID}, Score: hit.Score})
	}
	return r, nil
}

func (b *baseline) close() {
	if b.index != nil {
		_ = b.index.Close() // in memory: nothing can be lost
	}
}
