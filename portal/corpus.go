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

// loadCorpus reads the content and builds its engines.
func loadCorpus(ctx context.Context, dir string, server over) (*corpus, error) {
	lib, err := loadLibrary(dir)
	if err != nil {
		return nil, err
	}
	return buildCorpus(ctx, lib, nil, server)
}

func loadLibrary(dir string) (*content.Library, error) {
	lib, err := content.Load(contentFS(dir))
	if err != nil {
		return nil, fmt.Errorf("load content:\n%w", err)
	}
	return lib, nil
}

// buildCorpus builds the engines; previous is the bot that they replace, or nil.
func buildCorpus(ctx context.Context, lib *content.Library, previous *bot.Bot, server over) (*corpus, error) {
	c := &corpus{published: lib}
	var docs []search.Document
	var err error
	if c.normalizer, c.index, docs, err = indexLibrary(ctx, lib); err != nil {
		return nil, err
	}
	c.engine = c.index
	if server != nil {
		c.engine = server(c.index)
	}
	c.suggester = search.NewSuggester(c.index, append(docs, web.Terms(lib)...))
	if c.bot, err = bot.Load(lib, c.normalizer, c.engine, previous); err != nil {
		return nil, fmt.Errorf("build bot: %w", err)
	}
	return c, nil
}

// indexLibrary builds the embedded engine alone.
func indexLibrary(ctx context.Context, lib *content.Library) (*search.Normalizer, *search.Index, []search.Document, error) {
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("synonyms.txt: %w", err)
	}
	x, docs := search.NewIndex(n), bot.Documents(lib)
	if err := x.Index(ctx, docs); err != nil {
		return nil, nil, nil, fmt.Errorf("index content: %w", err)
	}
	return n, x, docs, nil
}
