package search

import (
	"slices"
	"testing"
)

// TestInitialsAcrossTitles wants initials to be found within one title only, wherever in
// it and beside whatever other title.
func TestInitialsAcrossTitles(t *testing.T) {
	docs := []Document{
		{ID: "a", Title: "孤儿"}, {ID: "b", Title: "补贴孤儿"}, {ID: "c", Title: "补贴"},
		{ID: "d", Names: []string{"孤儿", "补贴孤儿补贴孤儿"}}, {ID: "e", Text: "补贴孤儿"},
	}
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{"btge": {"b", "d"}, "gebtge": {"d"}, "gebtgebt": nil, "ebtg": {"d"}} {
		r, err := x.Search(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range r.Hits {
			got = append(got, h.ID)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%q finds %v; want %v", query, got, want)
		}
	}
}

// TestFilter compares every filter with what the documents say one by one.
func TestFilter(t *testing.T) {
	var docs []Document
	for i, lang := range []string{"", "zh-Hans", "en"} {
		for k, policy := range []string{"", "p", "q"} {
			for m, translates := range []string{"", "other"} {
				id := string(rune('a'+i)) + string(rune('a'+k)) + string(rune('a'+m))
				docs = append(docs, Document{ID: id, Title: "补贴", Lang: lang, Policy: policy, Translates: translates, Kind: "faq", Category: "c"})
			}
		}
	}
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for _, q := range []Query{
		{}, {Policy: "p"}, {Policy: "none"}, {Lang: "en"}, {Lang: "en", Policy: "q"}, {Kinds: []string{"faq"}}, {Kinds: []string{"section"}},
		{Category: "c", Policy: "p"}, {Category: "d"},
	} {
		q.Text, q.Limit = "补贴", len(docs)
		var got, want []string
		r, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			got = append(got, h.ID)
		}
		for i := range docs {
			if q.admits(&docs[i]) {
				want = append(want, docs[i].ID)
			}
		}
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%+v finds %v; want %v", q, got, want)
		}
	}
}
