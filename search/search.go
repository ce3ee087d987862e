// Package search finds passages of published text for a question put in
// everyday words: simplified or traditional Chinese, Cantonese, pinyin, any
// mixture of them, with typing mistakes.
//
// A caller turns what it publishes into [Document] values, hands all of them
// to an engine's Index method, and asks with a [Query]. [Index] keeps everything
// in memory and needs nothing. [Meili] has a Meilisearch server find candidates,
// which an Index of the same documents ranks, so that both find the same; it is
// used through [Assisted], or through [Fallback], which does without the server
// while that fails. All see text through one [Normalizer], whose synonyms come
// from a data file that a content editor can extend.
//
// The package knows no policies, pages, databases or settings; words of the
// field belong in the data file, never in this code.
package search

import "errors"

// ErrUnavailable is wrapped by errors that mean the engine could not be
// reached or did not answer in time, as opposed to having refused a request.
var ErrUnavailable = errors.New("search engine unavailable")

// DefaultLimit is the number of hits returned when Query.Limit is zero.
const DefaultLimit = 10

// maxQueryRunes bounds the work one query can cause; what follows is ignored.
const maxQueryRunes = 320

// Document is one findable passage.
type Document struct {
	ID         string   // unique within one Index call
	Policy     string   // what the passage belongs to; a filter for callers
	Section    string   // anchor within the page
	Kind       string   // free to the caller, such as "faq", "section", "policy"
	Lang       string   // language tag
	Category   string   // free to the caller
	Title      string   // weighs most
	Translates string   // ID of the document that this one translates; found only by its Lang
	Names      []string // other phrasings of Title; the best one counts, not their sum
	Text       string   // body, plain text
	URL        string
}

// Query is one search. Zero filters match everything, but without Lang only what
// is no translation is found, so that nothing is found twice. Text without a
// letter or digit matches nothing.
type Query struct {
	Text     string
	Lang     string
	Category string
	Policy   string
	Kinds    []string // any of these
	Limit    int      // DefaultLimit when zero or negative
	Offset   int
	Bare     bool // leave Snippet and Marks empty: ranking only

	// Normal is Text normalised, from whoever has done that already.
	Normal string

	// Likely is a policy that what is wanted is known to be of: of others only few documents
	// are compared with the query as a whole, which is most of the work.
	Likely string

	// Into is memory for the hits, from whoever asks again and keeps none of them.
	Into []Hit

	among map[string]bool // IDs to rank, see [Index.Rank]; nil for all
}

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }

// Hit is a document found, best first. The document is that of the index, which nobody may
// change: copies of it would be most of the memory that a search asks for.
type Hit struct {
	*Document
	// Place is that of the document among all that are indexed, in their order; 0 where the
	// engine does not tell.
	Place int
	// Score is 0..1 and comparable between queries of the same engine.
	Score float64
	// Coverage is the idf-weighted share, 0..1, of the query's content tokens
	// that the document contains; sound-alikes and related terms count in part.
	Coverage float64
	// Snippet is an excerpt of Text (of Title when there is no Text), plain,
	// with the matched words at Marks.
	Snippet string
	Marks   []Span
}

// Result is one page of hits; Total counts the hits on all pages.
type Result struct {
	Hits  []Hit
	Total int
}

// page returns the limit and offset to use.
func (q Query) page() (limit, offset int) {
	limit = q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	return limit, max(q.Offset, 0)
}
