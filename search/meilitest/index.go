package meilitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// document is a document by attribute.
type document map[string]json.RawMessage

// index is one index of the server.
type index struct {
	created, updated time.Time
	primaryKey       string
	settings         settings
	docs             []document // replaced, never changed, by each task
	memo             map[string]map[int]int
}

// settings are those that are looked at; the others are kept to be shown.
type settings struct {
	RankingRules         []string            `json:"rankingRules"`
	SearchableAttributes []string            `json:"searchableAttributes"`
	FilterableAttributes []string            `json:"filterableAttributes"`
	DisplayedAttributes  []string            `json:"displayedAttributes"`
	StopWords            []string            `json:"stopWords"`
	Dictionary           []string            `json:"dictionary"`
	Synonyms             map[string][]string `json:"synonyms"`
	LocalizedAttributes  []localized         `json:"localizedAttributes"`
	TypoTolerance        map[string]any      `json:"typoTolerance,omitempty"`
	Pagination           *struct {
		MaxTotalHits int `json:"maxTotalHits"`
	} `json:"pagination,omitempty"`
	Faceting           map[string]any `json:"faceting,omitempty"`
	ProximityPrecision string         `json:"proximityPrecision,omitempty"`
	PrefixSearch       string         `json:"prefixSearch,omitempty"`
	SearchCutoffMs     *int           `json:"searchCutoffMs,omitempty"`
}

type localized struct {
	Locales           []string `json:"locales"`
	AttributePatterns []string `json:"attributePatterns"`
}

var (
	indexUID     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,400}$`)
	documentKey  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,511}$`)
	knownRules   = []string{"words", "typo", "proximity", "attribute", "sort", "exactness"}
	knownLocales = []string{"cmn", "zho", "eng", "jpn", "kor", "fra", "deu", "spa"} // some of them
)

// fresh is an index with the server's defaults.
func (s *Server) fresh(primaryKey string) *index {
	return &index{
		created: s.now(), updated: s.now(), primaryKey: primaryKey, memo: map[string]map[int]int{},
		settings: settings{
			RankingRules: slices.Clone(knownRules), SearchableAttributes: []string{"*"}, DisplayedAttributes: []string{"*"},
			FilterableAttributes: []string{}, StopWords: []string{}, Dictionary: []string{}, Synonyms: map[string][]string{},
			ProximityPrecision: "byWord", PrefixSearch: "indexingTime",
		},
	}
}

// change marks an index as changed by a task.
func (x *index) change(now time.Time) {
	x.updated = now
	clear(x.memo)
}

// find returns an index, or refuses.
func (s *Server) find(w http.ResponseWriter, uid string) *index {
	x := s.indexes[uid]
	if x == nil {
		fail(w, http.StatusNotFound, "index_not_found", "Index `"+uid+"` not found.")
	}
	return x
}

// made returns an index, which a task may make by using it.
func (s *Server) made(uid, primaryKey string) *index {
	if s.indexes[uid] == nil {
		s.indexes[uid] = s.fresh(primaryKey)
	}
	return s.indexes[uid]
}

func (x *index) json(uid string) map[string]any {
	return map[string]any{"uid": uid, "createdAt": x.created, "updatedAt": x.updated, "primaryKey": orNull(x.primaryKey)}
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		UID        string `json:"uid"`
		PrimaryKey string `json:"primaryKey"`
	}
	if !decode(w, r, &in) {
		return
	}
	if !indexUID.MatchString(in.UID) {
		fail(w, http.StatusBadRequest, "invalid_index_uid", "The uid is invalid.")
		return
	}
	if !by(r).reaches(in.UID) {
		refuseKey(w)
		return
	}
	s.enqueue(w, "indexCreation", in.UID, func() string {
		if s.indexes[in.UID] != nil {
			return "index_already_exists"
		}
		s.made(in.UID, in.PrimaryKey)
		return ""
	})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	results := []any{}
	for _, uid := range slices.Sorted(maps.Keys(s.indexes)) {
		if by(r).reaches(uid) {
			results = append(results, s.indexes[uid].json(uid))
		}
	}
	reply(w, http.StatusOK, map[string]any{"results": results, "offset": 0, "limit": 1000, "total": len(results)})
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	if x := s.find(w, r.PathValue("uid")); x != nil {
		reply(w, http.StatusOK, x.json(r.PathValue("uid")))
	}
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	s.enqueue(w, "indexDeletion", uid, func() string {
		if s.indexes[uid] == nil {
			return "index_not_found"
		}
		delete(s.indexes, uid)
		return ""
	})
}

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request) {
	if x := s.find(w, r.PathValue("uid")); x != nil {
		reply(w, http.StatusOK, x.settings)
	}
}

func (s *Server) changeSettings(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	in := settings{}
	if !decode(w, r, &in) {
		return
	}
	if code := in.wrong(); code != "" {
		fail(w, http.StatusBadRequest, code, "Invalid value in the settings.")
		return
	}
	s.enqueue(w, "settingsUpdate", uid, func() string {
		x := s.made(uid, "")
		x.settings = in.over(x.settings)
		x.change(s.now())
		return ""
	})
}

// over returns old settings with those given in their place.
func (in settings) over(old settings) settings {
	data, _ := json.Marshal(in)
	given := map[string]json.RawMessage{}
	_ = json.Unmarshal(data, &given)
	maps.DeleteFunc(given, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	data, _ = json.Marshal(given)
	_ = json.Unmarshal(data, &old)
	return old
}

// wrong returns the code of what the server refuses.
func (in settings) wrong() string {
	unknown := func(list, known []string) bool {
		return slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(known, v) })
	}
	if unknown(in.RankingRules, knownRules) {
		return "invalid_settings_ranking_rules"
	}
	for _, l := range in.LocalizedAttributes {
		if unknown(l.Locales, knownLocales) {
			return "invalid_settings_localized_attributes"
		}
	}
	if in.PrefixSearch != "" && unknown([]string{in.PrefixSearch}, []string{"indexingTime", "disabled"}) {
		return "invalid_settings_prefix_search"
	}
	if in.ProximityPrecision != "" && unknown([]string{in.ProximityPrecision}, []string{"byWord", "byAttribute"}) {
		return "invalid_settings_proximity_precision"
	}
	known := []string{"enabled", "minWordSizeForTypos", "disableOnWords", "disableOnAttributes", "disableOnNumbers"}
	if unknown(slices.Collect(maps.Keys(in.TypoTolerance)), known) {
		return "invalid_settings_typo_tolerance"
	}
	return ""
}

func (s *Server) addDocuments(w http.ResponseWriter, r *http.Request) {
	uid, key := r.PathValue("uid"), r.URL.Query().Get("primaryKey")
	var docs []document
	if !decode(w, r, &docs) {
		return
	}
	s.enqueue(w, "documentAdditionOrUpdate", uid, func() string {
		x := s.made(uid, key)
		if x.primaryKey == "" {
			x.primaryKey = cmp.Or(key, inferred(docs))
		}
		if x.primaryKey == "" {
			return "index_primary_key_no_candidate_found"
		}
		if key != "" && key != x.primaryKey {
			return "index_primary_key_already_exists"
		}
		for _, d := range docs {
			if d[x.primaryKey] == nil {
				return "missing_document_id"
			}
			if !documentKey.MatchString(x.key(d)) {
				return "invalid_document_id"
			}
		}
		x.put(docs)
		x.change(s.now())
		return ""
	})
}

// inferred is the attribute that the server takes for the key: the one that ends in id.
func inferred(docs []document) string {
	for _, d := range docs {
		for name := range d {
			if strings.HasSuffix(strings.ToLower(name), "id") {
				return name
			}
		}
	}
	return ""
}

// key is the identifier of a document.
func (x *index) key(d document) string {
	var v any
	_ = json.Unmarshal(d[x.primaryKey], &v)
	return fmt.Sprint(v)
}

// put replaces documents of the same key.
func (x *index) put(docs []document) {
	at := map[string]int{}
	all := slices.Clone(x.docs)
	for i, d := range all {
		at[x.key(d)] = i
	}
	for _, d := range docs {
		if i, there := at[x.key(d)]; there {
			all[i] = d
			continue
		}
		at[x.key(d)] = len(all)
		all = append(all, d)
	}
	x.docs = all
}

func (s *Server) deleteDocuments(w http.ResponseWriter, r *http.Request) {
	uid := r.PathValue("uid")
	var keys []string
	if !decode(w, r, &keys) {
		return
	}
	s.enqueue(w, "documentDeletion", uid, func() string {
		x := s.indexes[uid]
		if x == nil {
			return "index_not_found"
		}
		x.docs = slices.DeleteFunc(slices.Clone(x.docs), func(d document) bool { return slices.Contains(keys, x.key(d)) })
		x.change(s.now())
		return ""
	})
}

func (s *Server) fetchDocuments(w http.ResponseWriter, r *http.Request) {
	in := struct {
		Offset, Limit int
		Fields        []string
	}{Limit: 20}
	x := s.find(w, r.PathValue("uid"))
	if x == nil || !decode(w, r, &in) {
		return
	}
	results := []document{}
	for _, d := range x.docs[min(in.Offset, len(x.docs)):min(in.Offset+in.Limit, len(x.docs))] {
		results = append(results, d.only(in.Fields))
	}
	reply(w, http.StatusOK, map[string]any{"results": results, "offset": in.Offset, "limit": in.Limit, "total": len(x.docs)})
}

// only returns the attributes named; all for none or *.
func (d document) only(fields []string) document {
	out := maps.Clone(d)
	if len(fields) > 0 && !slices.Contains(fields, "*") {
		maps.DeleteFunc(out, func(k string, _ json.RawMessage) bool { return !slices.Contains(fields, k) })
	}
	return out
}

func (s *Server) swap(w http.ResponseWriter, r *http.Request) {
	var in []struct {
		Indexes []string `json:"indexes"`
		Rename  bool     `json:"rename"`
	}
	if !decode(w, r, &in) {
		return
	}
	named := map[string]bool{}
	for _, p := range in {
		if len(p.Indexes) != 2 {
			fail(w, http.StatusBadRequest, "invalid_swap_indexes", "Two indexes must be given for each swap.")
			return
		}
		for _, uid := range p.Indexes {
			if !by(r).reaches(uid) {
				refuseKey(w)
				return
			}
			if named[uid] {
				fail(w, http.StatusBadRequest, "invalid_swap_duplicate_index_found", "Indexes must be declared only once during a swap.")
				return
			}
			named[uid] = true
		}
	}
	s.enqueue(w, "indexSwap", "", func() string {
		for _, p := range in {
			a, b := p.Indexes[0], p.Indexes[1]
			switch {
			case s.indexes[a] == nil || s.indexes[b] == nil && !p.Rename:
				return "index_not_found"
			case p.Rename && s.indexes[b] != nil:
				return "index_already_exists"
			}
			s.indexes[a], s.indexes[b] = s.indexes[b], s.indexes[a]
			if p.Rename {
				delete(s.indexes, a)
			}
		}
		return ""
	})
}
