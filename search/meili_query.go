package search

import (
	"fmt"
	"strings"

	"github.com/meilisearch/meilisearch-go"
)

// The server reads only the first ten words of a query, and cuts Chinese into
// words of about two characters; a long question is therefore asked in parts.
const (
	chunkWords = 9
	chunkHan   = 12 // characters in one run
	maxChunks  = 4
	maxWindow  = 1000 // the server's own limit on hits
)

// chunk is a part of a question.
type chunk struct {
	text  string
	words int // as the server is expected to count
}

// reformulate turns a question into short queries: folded, without stop words
// and operators, pinyin cut into syllables.
func (m *Meili) reformulate(query string) []chunk {
	var chunks []chunk
	var cur []string
	words := 0
	flush := func() {
		if len(cur) > 0 && len(chunks) < maxChunks {
			chunks = append(chunks, chunk{strings.Join(cur, " "), words})
		}
		cur, words = nil, 0
	}
	for _, piece := range m.pieces(query) {
		n := countWords(piece)
		if words+n > chunkWords {
			flush()
		}
		cur, words = append(cur, piece), words+n
	}
	flush()
	return chunks
}

// countWords estimates the words of a piece.
func countWords(piece string) int {
	if runes := []rune(piece); isHan(runes[0]) {
		return (len(runes)*2 + 2) / 3
	}
	return 1
}

// pieces returns the runs of characters and the words of a query. A related phrase
// that stands around stop words is written as the data file has it, by which the
// server knows it.
func (m *Meili) pieces(query string) []string {
	var p plan
	p.text = m.norm.trace(truncate(query, maxQueryRunes))
	p.markStops(m.norm)
	p.tokens = tokenize(nil, p.text.runes)
	var out []string
	var run []rune
	end, covered := 0, 0
	flush := func() {
		if len(run) > 0 {
			out = append(out, string(run))
		}
		run = run[:0]
	}
	for _, t := range p.tokens {
		if !t.han || t.at != end || len(run) == chunkHan {
			flush()
		}
		phrase, length := m.broken(&p, t.at)
		switch {
		case t.at < covered:
		case length > 0:
			flush()
			out, covered = append(out, phrase), t.at+length
		case p.stop[t.at]:
			flush()
		case t.han:
			run, end = append(run, t.runes[0]), t.at+1
		default:
			out = append(out, string(t.runes))
		}
	}
	flush()
	return cutPinyin(out)
}

// broken returns the related phrase at i if stop words stand inside it, and the
// length of the text covered.
func (m *Meili) broken(p *plan, i int) (phrase string, length int) {
	related := m.norm.synonyms.related
	for _, e := range related[p.text.runes[i]] {
		if j := around(p.text.runes, p.stop, i, e.runes); j > i+len(e.runes) {
			return string(e.runes), j - i
		}
	}
	return "", 0
}

// cutPinyin replaces runs of words that all read as pinyin by syllables.
func cutPinyin(pieces []string) []string {
	var out []string
	for i := 0; i < len(pieces); {
		j := i
		var syllables []string
		for j < len(pieces) {
			s := Syllables(pieces[j])
			if s == nil {
				break
			}
			syllables = append(syllables, s...)
			j++
		}
		latin := j
		for latin < len(pieces) && isLatin(pieces[latin]) {
			latin++
		}
		switch {
		case j > i && latin == j:
			out = append(out, syllables...)
			i = j
		case latin > i: // some word of the run is no pinyin: none of it is
			out = append(out, pieces[i:latin]...)
			i = latin
		default:
			out = append(out, pieces[i])
			i++
		}
	}
	return out
}

func isLatin(piece string) bool { return piece[0] >= 'a' && piece[0] <= 'z' }

// request builds one multi-search.
func (m *Meili) request(chunks []chunk, q Query) *meilisearch.MultiSearchRequest {
	limit, offset := q.page()
	window := min(max(limit+offset, rerankDepth), maxWindow)
	if len(chunks) > 1 { // a good document may stand low in one part
		window = min(2*window+DefaultLimit, maxWindow)
	}
	req := &meilisearch.MultiSearchRequest{}
	for _, c := range chunks {
		req.Queries = append(req.Queries, &meilisearch.SearchRequest{
			IndexUID: m.live, Query: c.text, Filter: meiliFilter(q), Limit: int64(window),
			AttributesToRetrieve: []string{attrSource}, ShowRankingScore: true,
			MatchingStrategy: meilisearch.Frequency, Locales: locales,
		})
	}
	return req
}

// meiliFilter writes the filters of a query.
func meiliFilter(q Query) string {
	var parts []string
	for _, f := range []struct{ name, value string }{{attrLang, q.Lang}, {attrCategory, q.Category}, {attrPolicy, q.Policy}} {
		if f.value != "" {
			parts = append(parts, fmt.Sprintf("%s = %s", f.name, quote(f.value)))
		}
	}
	if q.Lang == "" {
		parts = append(parts, attrOriginal+` = "yes"`)
	}
	if len(q.Kinds) > 0 {
		kinds := make([]string, len(q.Kinds))
		for i, k := range q.Kinds {
			kinds[i] = quote(k)
		}
		parts = append(parts, fmt.Sprintf("%s IN [%s]", attrKind, strings.Join(kinds, ", ")))
	}
	return strings.Join(parts, " AND ")
}

// quote writes a filter value so that it stays a value.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
