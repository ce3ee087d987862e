package web

import (
	"context"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/search"
)

// Suggester finds what the words in a search box may become, and other words for
// those that find little; *search.Suggester does.
type Suggester interface {
	Suggest(ctx context.Context, q search.Query) []search.Document
	Correct(ctx context.Context, q search.Query) string
}

const (
	maxSuggestions = 8
	versionLength  = 12 // of the content's version, in addresses
)

// Terms returns the glossary as documents, for suggestions.
func Terms(lib *content.Library) []search.Document {
	var out []search.Document
	for i, t := range lib.Glossary {
		d := search.Document{
			ID: "glossary." + termID(i), Kind: "term", Lang: languages[0].Code,
			Title: t.ZH, Names: t.Names, Text: t.About, URL: "/glossary#" + termID(i),
		}
		out = append(out, d)
		if t.EN != "" {
			en := d
			en.ID, en.Lang, en.Translates = d.ID+".en", "en", d.ID
			en.Title, en.Names, en.Text = t.EN, nil, t.AboutEN
			out = append(out, en)
		}
	}
	return out
}

// suggestAddress is where pages of l ask for suggestions. It changes with the
// content, so that browsers may keep the answers.
func suggestAddress(l language, current *Content) string {
	return "/api/v1/suggest?lang=" + l.Code + "&v=" + shortVersion(current)
}

func shortVersion(current *Content) string {
	v := current.Library.Version
	return v[:min(len(v), versionLength)]
}

// suggested is one entry of GET /api/v1/suggest.
type suggested struct {
	Text string `json:"text"`
	Kind string `json:"kind"` // in words
	Lang string `json:"lang"` // of text
	URL  string `json:"url"`
}

// suggestAPI answers what titles the words typed may become. What is typed is
// neither logged nor kept.
func (s *Server) suggestAPI(c *fiber.Ctx) error {
	l := languageOf(c.Query("lang"))
	v := visit{Lang: l, Mode: modeOr(c.Query(modeParam), modeStandard), Path: "/"}
	c.Locals(visitKey, v)
	current := s.content()
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if c.Query("v") == shortVersion(current) {
		c.Set(fiber.HeaderCacheControl, "private, max-age=3600")
	}
	etag := `"` + shortVersion(current) + `"`
	c.Set(fiber.HeaderETag, etag)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	out := []suggested{}
	t := s.words(c)
	for _, d := range s.suggest(c, firstRunes(c.Query("q"), maxQuery)) {
		at := l.path(d.URL)
		if v.Mode == modeElder {
			at = toLeaf(at)
		}
		out = append(out, suggested{s.contentText(c, d.Title), t(fmt.Sprintf("search.kind.%s", d.Kind)), l.shows(d.Lang), at})
	}
	if v.Mode == modeElder {
		out = out[:min(len(out), elderChoices)]
	}
	return c.JSON(out)
}

func languageOf(code string) language {
	for _, l := range languages {
		if l.Code == code {
			return l
		}
	}
	return languages[0]
}

// suggest returns what fits in the visit's language: on English pages translations
// and the Chinese originals of what has none, or all of these, and first, for Chinese
// words.
func (s *Server) suggest(c *fiber.Ctx, typed string) []search.Document {
	suggester := s.content().Suggest
	if suggester == nil {
		return nil
	}
	l := visitOf(c).Lang
	originals := suggester.Suggest(c.UserContext(), search.Query{Text: typed, Limit: maxSuggestions})
	if l.Code != "en" || l.written(typed) != l.Code {
		return originals
	}
	own := suggester.Suggest(c.UserContext(), search.Query{Text: typed, Limit: maxSuggestions, Lang: l.Code})
	if len(own) == 0 { // pinyin
		return originals
	}
	originals = slices.DeleteFunc(originals, func(d search.Document) bool { return s.translated(search.Hit{Document: &d}, l) })
	return firstOf(append(own, originals...), maxSuggestions)
}

// meant returns other words for a query that finds little; "" for none.
func (s *Server) meant(c *fiber.Ctx, query string) string {
	suggester := s.content().Suggest
	if suggester == nil {
		return ""
	}
	q := search.Query{Text: query}
	if l := visitOf(c).Lang; l.Code == "en" && l.written(query) == l.Code {
		q.Lang = l.Code
	}
	if other := suggester.Correct(c.UserContext(), q); other != "" || q.Lang == "" {
		return s.contentText(c, other)
	}
	q.Lang = "" // pinyin on an English page
	return suggester.Correct(c.UserContext(), q)
}
