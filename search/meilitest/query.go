package meilitest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxWords of a query are looked at.
const maxWords = 10

// query is one search.
type query struct {
	IndexUID             string          `json:"indexUid"`
	Query                string          `json:"q"`
	Filter               string          `json:"filter"`
	Limit                *int            `json:"limit"`
	Offset               int             `json:"offset"`
	AttributesToRetrieve []string        `json:"attributesToRetrieve"`
	ShowRankingScore     bool            `json:"showRankingScore"`
	Threshold            float64         `json:"rankingScoreThreshold"`
	MatchingStrategy     string          `json:"matchingStrategy"`
	Locales              []string        `json:"locales"`
	Hybrid               json.RawMessage `json:"hybrid"`
}

func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	in := query{}
	if !decode(w, r, &in) {
		return
	}
	in.IndexUID = r.PathValue("uid")
	if out := s.answer(w, in); out != nil {
		reply(w, http.StatusOK, out)
	}
}

func (s *Server) multiSearch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Queries []query `json:"queries"`
	}
	if !decode(w, r, &in) {
		return
	}
	results := []any{}
	for _, q := range in.Queries {
		if !by(r).reaches(q.IndexUID) {
			refuseKey(w)
			return
		}
		out := s.answer(w, q)
		if out == nil {
			return // refused
		}
		results = append(results, out)
	}
	reply(w, http.StatusOK, map[string]any{"results": results})
}

// answer finds documents, or refuses and returns nil.
func (s *Server) answer(w http.ResponseWriter, q query) map[string]any {
	x := s.find(w, q.IndexUID)
	if x == nil {
		return nil
	}
	refuse := func(code string) map[string]any {
		fail(w, http.StatusBadRequest, code, "Invalid value in a search.")
		return nil
	}
	if !slices.Contains([]string{"", "last", "all", "frequency"}, q.MatchingStrategy) {
		return refuse("invalid_search_matching_strategy")
	}
	for _, l := range q.Locales {
		if !slices.Contains(knownLocales, l) {
			return refuse("invalid_search_locales")
		}
	}
	if q.Threshold < 0 || q.Threshold > 1 {
		return refuse("invalid_search_ranking_score_threshold")
	}
	keep, err := x.filter(q.Filter)
	if err != nil {
		return refuse("invalid_search_filter")
	}
	return x.page(q, x.matches(q, keep))
}

// found is a document with its score.
type found struct {
	at    int
	score float64
}

// page writes the hits asked for.
func (x *index) page(q query, all []found) map[string]any {
	limit, most := 20, 1000
	if q.Limit != nil {
		limit = *q.Limit
	}
	if p := x.settings.Pagination; p != nil {
		most = p.MaxTotalHits
	}
	all = all[:min(len(all), most)]
	hits := []map[string]any{}
	for _, f := range all[min(q.Offset, len(all)):min(q.Offset+limit, len(all))] {
		h := map[string]any{}
		for k, v := range x.docs[f.at].only(x.settings.DisplayedAttributes).only(q.AttributesToRetrieve) {
			h[k] = v
		}
		if q.ShowRankingScore {
			h["_rankingScore"] = f.score
		}
		hits = append(hits, h)
	}
	return map[string]any{
		"hits": hits, "estimatedTotalHits": len(all), "offset": q.Offset, "limit": limit,
		"query": q.Query, "processingTimeMs": 1, "indexUid": q.IndexUID,
	}
}

// matches ranks the documents that the strategy lets through.
func (x *index) matches(q query, keep func(document) bool) []found {
	terms, unwanted := x.parse(q.Query)
	has := make([]map[int]int, len(terms))
	for i, t := range terms {
		has[i] = x.having(t, i == len(terms)-1)
	}
	required := x.required(q.MatchingStrategy, terms, has)
	var out []found
	for at, d := range x.docs {
		if !keep(d) || slices.ContainsFunc(unwanted, func(t term) bool { _, there := x.having(t, false)[at]; return there }) {
			continue
		}
		if score := x.score(at, has, required); score > 0 && score >= q.Threshold {
			out = append(out, found{at, score})
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	return out
}

// required returns which terms no strategy drops: all of them, the first, or the
// rarest that any document has, and whatever else is as rare.
func (x *index) required(strategy string, terms []term, has []map[int]int) []bool {
	out := make([]bool, len(terms))
	rarest := 0
	for _, docs := range has {
		if n := len(docs); n > 0 && (rarest == 0 || n < rarest) {
			rarest = n
		}
	}
	phrase := slices.ContainsFunc(terms, func(t term) bool { return t.phrase })
	for i, t := range terms {
		switch {
		case strategy == "all", t.phrase:
			out[i] = true
		case strategy == "frequency":
			out[i] = !phrase && len(has[i]) == rarest
		default:
			out[i] = !phrase && i == 0
		}
	}
	return out
}

// lesserRules is what the ranking rules that are not looked at, where in the attribute and how
// exactly, make of the last rank: nearly always less than the whole of it.
const lesserRules = 0.5

// score is how many words a document has and, among equals, in which attribute, as
// the server puts two ranks together; 0 for a document without what is required. A
// query without words scores everything alike.
func (x *index) score(at int, has []map[int]int, required []bool) float64 {
	if len(has) == 0 {
		return 1
	}
	words, best := 0, len(x.attributes())
	for i, docs := range has {
		attribute, there := docs[at]
		if !there && required[i] {
			return 0
		}
		if there {
			words, best = words+1, min(best, attribute)
		}
	}
	if words == 0 {
		return 0
	}
	attributes := len(x.attributes())
	return (float64((words-1)*attributes+attributes-best-1) + lesserRules) / float64(len(has)*attributes)
}

func (x *index) attributes() []string { return x.settings.SearchableAttributes }

// term is a word of a query, or a phrase.
type term struct {
	text   string
	phrase bool
}

// parse cuts a query: quotes make a phrase, a minus before a word excludes it, stop
// words are dropped unless they come last, and what follows ten words is ignored.
func (x *index) parse(text string) (terms, unwanted []term) {
	for i, part := range strings.Split(text, `"`) {
		before := strings.TrimRight(part, "-")
		if i%2 == 1 {
			if part != "" {
				terms = append(terms, term{part, true})
			}
			continue
		}
		for _, field := range strings.Fields(before) {
			word, minus := strings.CutPrefix(field, "-")
			for _, w := range x.cut(word) {
				if minus {
					unwanted = append(unwanted, term{text: w})
					continue
				}
				terms = append(terms, term{text: w})
			}
		}
	}
	for i := len(terms) - 2; i >= 0; i-- {
		if slices.Contains(x.settings.StopWords, terms[i].text) {
			terms = slices.Delete(terms, i, i+1)
		}
	}
	return terms[:min(len(terms), maxWords)], unwanted
}

// cut cuts a word of other letters whole, and characters by the dictionary or else
// into pairs.
func (x *index) cut(field string) []string {
	var words []string
	for runes := []rune(field); len(runes) > 0; {
		n := 1
		if unicode.Is(unicode.Han, runes[0]) {
			n = x.wordLength(runes)
		} else {
			for n < len(runes) && !unicode.Is(unicode.Han, runes[n]) {
				n++
			}
		}
		words = append(words, string(runes[:n]))
		runes = runes[n:]
	}
	return words
}

func (x *index) wordLength(runes []rune) int {
	for n := min(6, len(runes)); n > 1; n-- {
		if slices.Contains(x.settings.Dictionary, string(runes[:n])) {
			return n
		}
	}
	if len(runes) > 1 && unicode.Is(unicode.Han, runes[1]) {
		return 2
	}
	return 1
}

// having returns the documents with a term or a synonym of it, each with the first
// attribute that has one.
func (x *index) having(t term, last bool) map[int]int {
	prefix := last && !t.phrase && x.settings.PrefixSearch != "disabled"
	name := t.text
	if prefix {
		name += "*"
	}
	if docs, known := x.memo[name]; known {
		return docs
	}
	docs := x.containing(t.text, prefix)
	if !t.phrase {
		for _, other := range x.settings.Synonyms[t.text] {
			for at, attribute := range x.containing(other, false) {
				if old, there := docs[at]; !there || attribute < old {
					docs[at] = attribute
				}
			}
		}
	}
	x.memo[name] = docs
	return docs
}

func (x *index) containing(text string, prefix bool) map[int]int {
	docs := map[int]int{}
	for at, d := range x.docs {
		for i, name := range x.attributes() {
			if contains(d[name], []byte(text), prefix) {
				docs[at] = i
				break
			}
		}
	}
	return docs
}

// contains looks for a word in the JSON of an attribute: characters anywhere, other
// letters as whole words or their beginnings.
func contains(value, text []byte, prefix bool) bool {
	for from := 0; ; {
		i := bytes.Index(value[from:], text)
		if i < 0 || len(text) == 0 {
			return false
		}
		i += from
		end := i + len(text)
		starts := text[0] >= 0x80 || i == 0 || !letter(value[i-1])
		ends := prefix || text[len(text)-1] >= 0x80 || end == len(value) || !letter(value[end])
		if starts && ends {
			return true
		}
		from = i + 1
	}
}

func letter(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

var condition = regexp.MustCompile(`^(\w+) (?:= ("(?:[^"\\]|\\.)*")|IN \[((?:"(?:[^"\\]|\\.)*"(?:, )?)*)\])(?: AND |$)`)

// filter understands conditions joined by AND on filterable attributes.
func (x *index) filter(expr string) (func(document) bool, error) {
	allowed := map[string][]string{}
	for expr != "" {
		m := condition.FindStringSubmatch(expr)
		if m == nil || !slices.Contains(x.settings.FilterableAttributes, m[1]) {
			return nil, errors.New("filter not understood")
		}
		var values []string
		if err := json.Unmarshal([]byte("["+m[2]+m[3]+"]"), &values); err != nil {
			return nil, err
		}
		allowed[m[1]] = values
		expr = expr[len(m[0]):]
	}
	return func(d document) bool {
		for name := range maps.Keys(allowed) {
			var v string
			if json.Unmarshal(d[name], &v) != nil || !slices.Contains(allowed[name], v) {
				return false
			}
		}
		return true
	}, nil
}
