package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/meilisearch/meilisearch-go"
)

// The server reads only the first ten words of a query, cuts Chinese into words of
// about two characters, and returns only documents with the rarest word of a query
// that any document has, however many others they share with it. A question is
// therefore asked in long parts, which bring the documents that share most words,
// and in short ones, each of which brings those with a word of its own.
const (
	longWords  = 9
	maxLong    = 3
	shortHan   = 4 // characters: two words
	wordHan    = 2 // characters: one word
	shortLatin = 3 // words or syllables
	maxQueries = 12
	chunkHan   = 12  // characters in one run
	perQuery   = 100 // candidates of one part
)

// scoreFloor is the rankingScoreThreshold: what the server scores lower is no
// candidate. Chosen by portal eval --calibrate, which prints for each threshold how
// many questions are still answered rightly and how many that nothing is published
// about find nothing.
const scoreFloor = 0.5

// reformulate turns a question into short queries: folded, without stop words and
// operators, pinyin cut into syllables. Of the short parts the rarest come first,
// and of what is left room for, single words.
func reformulate(x *Index, question string) []string {
	all := withoutRepeats(pieces(x.norm, question))
	queries := pack(all, longWords, countWords)
	queries = queries[:min(len(queries), maxLong)]
	queries = append(queries, rarest(x, parts(all, shortHan))...)
	queries = withoutRepeats(append(queries, rarest(x, parts(all, wordHan))...))
	return queries[:min(len(queries), maxQueries)]
}

// rarest sorts parts by their rarest word that any document has.
func rarest(x *Index, parts []string) []string {
	rarity := make(map[string]float64, len(parts))
	for _, s := range parts {
		if idf, known := x.IDF(s); known {
			rarity[s] = idf
		}
	}
	slices.SortStableFunc(parts, func(a, b string) int { return cmp.Compare(rarity[b], rarity[a]) })
	return parts
}

// withoutRepeats drops repetitions.
func withoutRepeats(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(s string) bool {
		was := seen[s]
		seen[s] = true
		return was
	})
}

// pack joins pieces to queries of at most so many words, of which one piece alone
// may have more.
func pack(all []string, limit int, count func(string) int) []string {
	var out, cur []string
	words := 0
	for _, piece := range all {
		n := count(piece)
		if words+n > limit && len(cur) > 0 {
			out, cur, words = append(out, strings.Join(cur, " ")), nil, 0
		}
		cur, words = append(cur, piece), words+n
	}
	if len(cur) > 0 {
		out = append(out, strings.Join(cur, " "))
	}
	return out
}

// parts cuts runs of characters into parts of the size given, which start at every
// other character, and joins other words.
func parts(all []string, size int) []string {
	var out, latin []string
	flush := func() {
		out, latin = append(out, pack(latin, shortLatin, func(string) int { return 1 })...), nil
	}
	for _, piece := range all {
		runes := []rune(piece)
		if !isHan(runes[0]) {
			latin = append(latin, piece)
			continue
		}
		flush()
		for i := 0; i == 0 || i+size-wordHan < len(runes); i += wordHan {
			out = append(out, string(runes[i:min(i+size, len(runes))]))
		}
	}
	flush()
	return out
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
func pieces(n *Normalizer, query string) []string {
	var p plan
	p.text = n.trace(truncate(query, maxQueryRunes))
	p.markStops(n)
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
		phrase, length := p.broken(n, t.at)
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
func (p *plan) broken(n *Normalizer, i int) (phrase string, length int) {
	related := n.synonyms.related
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

// request builds one multi-search. Frequency is the strategy that drops common words
// first; the default drops the last, as if what matters always came first.
func (m *Meili) request(queries []string, q Query) *meilisearch.MultiSearchRequest {
	req := &meilisearch.MultiSearchRequest{}
	for _, text := range queries {
		locales := english
		if strings.ContainsFunc(text, isHan) {
			locales = chinese
		}
		req.Queries = append(req.Queries, &meilisearch.SearchRequest{
			IndexUID: m.cfg.Index, Query: text, Filter: meiliFilter(q), Limit: perQuery,
			AttributesToRetrieve: []string{attrID}, RankingScoreThreshold: m.threshold(text),
			MatchingStrategy: meilisearch.Frequency, Locales: locales,
		})
	}
	return req
}

// threshold is the floor of the ranking score for a query. Of one word there is none: the
// score of a document that has it says only in which attribute and where, and would drop what
// has it in English or in pinyin, which stand last.
func (m *Meili) threshold(query string) float64 {
	if !strings.Contains(query, " ") && (!strings.ContainsFunc(query, isHan) || utf8.RuneCountInString(query) <= wordHan) {
		return 0
	}
	return m.floor
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
