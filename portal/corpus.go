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
	index      *search.Index // embedded: the bot's, and the site's when it has no other
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

// loadCorpus reads the content and builds its engines.
func loadCorpus(ctx context.Context, dir string) (*corpus, error) {
	lib, err := content.Load(contentFS(dir))
	if err != nil {
		return nil, fmt.Errorf("load content:\n%w", err)
	}
	return buildCorpus(ctx, lib, nil)
}

// buildCorpus builds the engines; previous is the bot that they replace, or nil.
func buildCorpus(ctx context.Context, lib *content.Library, previous *bot.Bot) (*corpus, error) {
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return nil, fmt.Errorf("synonyms.txt: %w", err)
	}
	c := &corpus{published: lib, normalizer: n, index: search.NewIndex(n)}
	docs := bot.Documents(lib)
	if err := c.index.Index(ctx, docs); err != nil {
		return nil, fmt.Errorf("index content: %w", err)
	}
	c.suggester = search.NewSuggester(c.index, append(docs, web.Terms(lib)...))
	if c.bot, err = bot.Load(lib, n, c.index, previous); err != nil {
		return nil, fmt.Errorf("build bot: %w", err)
	}
	return c, nil
}
