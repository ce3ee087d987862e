package search

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"github.com/meilisearch/meilisearch-go"
)

// Attributes of a document on the server.
const (
	attrID       = "id"
	attrTitle    = "title"
	attrNames    = "names"
	attrText     = "text"
	attrEnglish  = "english" // all texts of a document in English
	attrPinyin   = "pinyin"
	attrInitials = "initials"
	attrLang     = "lang"
	attrCategory = "category"
	attrKind     = "kind"
	attrPolicy   = "policy"
	attrOriginal = "original" // yes or no: whether it translates nothing
	attrHash     = "hash"     // of everything above, by which a change is noticed
	attrState    = "state"    // of the one document that describes the others
)

// Languages as the server's word splitter names them. Short queries do not show
// theirs by themselves.
var (
	chinese = []string{"cmn"}
	english = []string{"eng"}
)

// maxWindow is how many hits the server gives of one query at most.
const maxWindow = 1000

// meiliSettings says everything that matters to us, so that a server's defaults do
// not. Typing mistakes are ours to mend: the server's edit distance makes other
// words of Chinese ones, and of an English word that no document has our ranking
// knows nothing, so it would only bring candidates that are dropped.
func meiliSettings(n *Normalizer) *meilisearch.Settings {
	searchable := []string{attrTitle, attrNames, attrText, attrEnglish, attrPinyin, attrInitials}
	prefix := "indexingTime" // the last word may be unfinished
	return &meilisearch.Settings{
		RankingRules:         []string{"words", "proximity", "attribute", "exactness"},
		SearchableAttributes: searchable,
		FilterableAttributes: []string{attrPolicy, attrCategory, attrLang, attrKind, attrOriginal},
		DisplayedAttributes:  []string{attrID, attrHash, attrState},
		LocalizedAttributes: []*meilisearch.LocalizedAttributes{
			{Locales: chinese, AttributePatterns: []string{attrTitle, attrNames, attrText}},
			{Locales: english, AttributePatterns: []string{attrEnglish, attrPinyin, attrInitials}},
		},
		Dictionary: n.dictionary(),
		StopWords:  n.stopWords(),
		Synonyms:   n.synonymMap(),
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled: false, DisableOnWords: []string{}, DisableOnAttributes: searchable, DisableOnNumbers: true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9},
		},
		Pagination:         &meilisearch.Pagination{MaxTotalHits: maxWindow},
		Faceting:           &meilisearch.Faceting{MaxValuesPerFacet: 100, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeAlpha}},
		ProximityPrecision: meilisearch.ByWord,
		PrefixSearch:       &prefix,
		SearchCutoffMs:     300, // within our own patience
	}
}

// stopWords lists the stop words of the data file.
func (n *Normalizer) stopWords() []string {
	out := []string{}
	for _, list := range n.synonyms.stop {
		for _, p := range list {
			out = append(out, string(p.runes))
		}
	}
	slices.Sort(out)
	return out
}

// synonymMap lists the related terms of the data file. Aliases are replaced
// before anything is sent and need no mention.
func (n *Normalizer) synonymMap() map[string][]string {
	out := map[string][]string{}
	for _, words := range n.synonyms.lists {
		for i, w := range words {
			for k, other := range words {
				if i != k && !slices.Contains(out[w], other) {
					out[w] = append(out[w], other)
				}
			}
		}
	}
	return out
}

// dictionary lists the terms of the data file that the server's word splitter may
// not know: what stands for its aliases, and what is related. Single characters and
// longer phrases stay out: the former are parts of other words, the latter would no
// longer be found by their words.
func (n *Normalizer) dictionary() []string {
	terms := map[string]bool{}
	for _, words := range n.synonyms.lists {
		for _, w := range words {
			terms[w] = true
		}
	}
	for _, g := range n.synonyms.groups {
		terms[n.Normalize(g.standard)] = true
	}
	maps.DeleteFunc(terms, func(w string, _ bool) bool { return !isTerm([]rune(w)) })
	return slices.Sorted(maps.Keys(terms))
}

// isTerm reports a Chinese word of a length that words have.
func isTerm(w []rune) bool {
	return len(w) >= 2 && len(w) <= 4 && !slices.ContainsFunc(w, func(r rune) bool { return !isHan(r) })
}

// settingsVersion names settings and the form of our documents, so that an index
// built with others is built again.
func settingsVersion(s *meilisearch.Settings) string {
	const form = 1 // of meiliDocument; count on when it changes
	data, err := json.Marshal(struct {
		Form     int
		Settings *meilisearch.Settings
	}{form, s})
	if err != nil {
		return "unnamed" // cannot happen: plain strings and numbers
	}
	return shortHash(data)
}

func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
