package main

import (
	"context"

	"huitong/bot"
	"huitong/content"
	"huitong/search"
)

// retrieval is what visitors get: the bot's choice of passages, made by the embedded
// engine and the classifier together. Only measurements use it.
type retrieval struct {
	site       *content.Library
	normalizer *search.Normalizer
	bot        *bot.Bot
}

// Index builds the index and trains the bot over it.
func (r *retrieval) Index(ctx context.Context, docs []search.Document) error {
	index := search.NewIndex(r.normalizer)
	if err := index.Index(ctx, docs); err != nil {
		return err
	}
	b, err := bot.Load(r.site, r.normalizer, index, nil)
	if err != nil {
		return err
	}
	<-b.Trained()
	r.bot = b
	return nil
}

// Search ignores the filters: measurements set none.
func (r *retrieval) Search(ctx context.Context, q search.Query) (search.Result, error) {
	ids, err := r.bot.Retrieve(ctx, q.Text, q.Limit)
	out := search.Result{Total: len(ids)}
	for _, id := range ids {
		out.Hits = append(out.Hits, search.Hit{Document: &search.Document{ID: id}})
	}
	return out, err
}
