package search

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/meilisearch/meilisearch-go"
)

// Drift is how far a server is from what it should hold.
type Drift struct {
	Missing  bool     // there is no such index
	Foreign  bool     // the index holds documents that are not ours
	Settings []string // names of settings that differ
	Send     int      // documents to send: new or changed
	Delete   int      // documents that are no more
}

// None reports that there is nothing to do.
func (d Drift) None() bool {
	return !d.Missing && !d.Foreign && len(d.Settings) == 0 && d.Send == 0 && d.Delete == 0
}

// Check compares what the server holds with the index, without writing.
func (m *Meili) Check(ctx context.Context, x *Index) (Drift, error) {
	if !m.writes() {
		return Drift{}, ErrNoAdminKey
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Indexing)
	defer cancel()
	want, err := mirrorOf(ctx, x)
	if err != nil {
		return Drift{}, err
	}
	has, err := m.inspect(ctx, m.cfg.Index)
	if err != nil {
		return Drift{}, err
	}
	if !has.exists {
		return Drift{Missing: true, Send: len(want.docs)}, nil
	}
	d := has.against(want)
	drift := Drift{Foreign: has.foreign(), Send: len(d.send), Delete: len(d.gone)}
	if drift.Settings, err = m.settingsDiffer(ctx, m.cfg.Index, want.settings); err != nil {
		return Drift{}, err
	}
	if has.state.Settings != want.state.Settings {
		drift.Settings = append(drift.Settings, fmt.Sprintf("version (%s, not %s)", has.state.Settings, want.state.Settings))
	}
	return drift, nil
}

// settingsDiffer returns the names of the settings of an index that are not as
// wanted. Stop words are only counted: the server keeps them in a form of its own.
func (m *Meili) settingsDiffer(ctx context.Context, uid string, want *meilisearch.Settings) ([]string, error) {
	has, err := m.admin.Index(uid).GetSettingsWithContext(ctx)
	if err != nil {
		return nil, writingError(ctx, "read settings", err)
	}
	var out []string
	check := func(name string, same bool) {
		if !same {
			out = append(out, name)
		}
	}
	check("searchableAttributes", slices.Equal(has.SearchableAttributes, want.SearchableAttributes))
	check("rankingRules", slices.Equal(has.RankingRules, want.RankingRules))
	check("filterableAttributes", sameSet(has.FilterableAttributes, want.FilterableAttributes))
	check("displayedAttributes", sameSet(has.DisplayedAttributes, want.DisplayedAttributes))
	check("dictionary", sameSet(has.Dictionary, want.Dictionary))
	check("stopWords", (len(has.StopWords) == 0) == (len(want.StopWords) == 0))
	check("synonyms", maps.EqualFunc(has.Synonyms, want.Synonyms, sameSet))
	check("localizedAttributes", reflect.DeepEqual(has.LocalizedAttributes, want.LocalizedAttributes))
	check("typoTolerance", has.TypoTolerance != nil && has.TypoTolerance.Enabled == want.TypoTolerance.Enabled)
	check("pagination", has.Pagination != nil && *has.Pagination == *want.Pagination)
	check("proximityPrecision", has.ProximityPrecision == want.ProximityPrecision)
	check("prefixSearch", has.PrefixSearch != nil && *has.PrefixSearch == *want.PrefixSearch)
	check("searchCutoffMs", has.SearchCutoffMs == want.SearchCutoffMs)
	return out, nil
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}
