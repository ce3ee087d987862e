package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/web"
	"huitong/search"
)

// corpus is one version of the content with the engines built from it.
type corpus struct {
	published  *content.Library
	normalizer *search.Normalizer
	index      *search.Index // embedded
	engine     web.Searcher  // of the site and the bot: the index, or a server before it
	suggester  *search.Suggester
	bot        *bot.Bot
}

// contentFS returns the tree to read: dir, or the one built in.
func contentFS(dir string) fs.FS {
	if dir == "" {
		return content.Embedded()
	}
	return os.DirFS(dir)
}

// over puts a search server before an embedded index; nil where there is none.
type over func(*search.Index) web.Searcher

// wiring is what engines are built with, any of which may be missing.
type wiring struct {
	server over
	shelf  bot.Shelf
}

// loadCorpus reads the content and builds its engines.
func loadCorpus(ctx context.Context, dir string, w wiring) (*corpus, error) {
	lib, err := loadLibrary(dir)
	if err != nil {
		return nil, err
	}
	return buildCorpus(ctx, lib, nil, w)
}

func loadLibrary(dir string) (*content.Library, error) {
	lib, err := content.Load(contentFS(dir))
	if err != nil {
		return nil, fmt.Errorf("load content:\n%w", err)
	}
	return lib, nil
}

// buildCorpus builds the engines; previous is what they replace, or nil.
func buildCorpus(ctx context.Context, lib *content.Library, previous *corpus, w wiring) (*corpus, error) {
	if previous == nil {
		previous = &corpus{}
	}
	c := &corpus{published: lib}
	var err error
	if c.normalizer, err = previous.normalizerFor(lib); err != nil {
		return nil, err
	}
	var docs []search.Document
	if c.index, docs, err = indexLibrary(ctx, lib, c.normalizer); err != nil {
		return nil, err
	}
	c.engine = c.index
	if w.server != nil {
		c.engine = w.server(c.index)
	}
	c.suggester = search.NewSuggester(c.index, append(docs, web.Terms(lib)...))
	config := bot.ConfigOf(lib, c.normalizer, c.engine)
	config.Previous, config.Shelf = previous.bot, w.shelf
	if c.bot, err = bot.New(config); err != nil {
		return nil, fmt.Errorf("build bot: %w", err)
	}
	return c, nil
}

// keptReplies is how many replies of the bot are remembered: a few megabytes.
const keptReplies = 2000

// asker returns who answers visitors: the bot, which says again what it said to the same
// question. A search server may find something else the next time.
func (c *corpus) asker() web.Asker {
	if c.engine != web.Searcher(c.index) {
		return c.bot
	}
	return bot.NewKeeper(c.bot, keptReplies)
}

// normalizerFor returns the normalizer for a library: that of c where the synonyms are
// the same, as after nearly every save. It is only read, so that both may have it.
func (c *corpus) normalizerFor(lib *content.Library) (*search.Normalizer, error) {
	if c.normalizer != nil && c.published.Synonyms == lib.Synonyms {
		return c.normalizer, nil
	}
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return nil, fmt.Errorf("synonyms.txt: %w", err)
	}
	return n, nil
}

// indexLibrary builds the embedded engine alone.
func indexLibrary(ctx context.Context, lib *content.Library, n *search.Normalizer) (*search.Index, []search.Document, error) {
	x, docs := search.NewIndex(n), bot.Documents(lib)
	if err := x.Index(ctx, docs); err != nil {
		return nil, nil, fmt.Errorf("index content: %w", err)
	}
	return x, docs, nil
}
