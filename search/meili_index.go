package search

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"
)

// Attributes of a document on the server.
const (
	attrID       = "id"
	attrTitle    = "title"
	attrNames    = "names"
	attrText     = "text"
	attrPinyin   = "pinyin"
	attrInitials = "initials"
	attrLang     = "lang"
	attrCategory = "category"
	attrKind     = "kind"
	attrPolicy   = "policy"
	attrSource   = "source"
	attrOriginal = "original" // yes or no: whether it translates nothing
)

// locales tells the server's word splitter that text is Chinese, which short
// queries do not show by themselves.
var locales = []string{"cmn"}

// meiliDocument is a document as the server keeps it: folded fields to search,
// the original to show.
type meiliDocument struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Names    []string `json:"names"`
	Text     string   `json:"text"`
	Pinyin   []string `json:"pinyin"`
	Initials []string `json:"initials"`
	Lang     string   `json:"lang"`
	Category string   `json:"category"`
	Kind     string   `json:"kind"`
	Policy   string   `json:"policy"`
	Original string   `json:"original"`
	Source   Document `json:"source"`
}

// meiliSettings says everything that matters to us, so that a server's
// defaults do not. Typing mistakes are ours to mend: the server's edit
// distance makes other words of Chinese ones.
func meiliSettings(n *Normalizer) *meilisearch.Settings {
	return &meilisearch.Settings{
		RankingRules:         []string{"words", "proximity", "attribute", "exactness"},
		SearchableAttributes: []string{attrTitle, attrNames, attrText, attrPinyin, attrInitials},
		FilterableAttributes: []string{attrPolicy, attrCategory, attrLang, attrKind, attrOriginal},
		DisplayedAttributes:  []string{attrID, attrSource},
		LocalizedAttributes: []*meilisearch.LocalizedAttributes{
			{Locales: locales, AttributePatterns: []string{attrTitle, attrNames, attrText}},
		},
		StopWords:     n.stopWords(),
		Synonyms:      n.synonymMap(),
		TypoTolerance: &meilisearch.TypoTolerance{Enabled: false, DisableOnWords: []string{}, DisableOnAttributes: []string{}, MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9}},
		Pagination:    &meilisearch.Pagination{MaxTotalHits: maxWindow},
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

// settingsVersion names settings, so that an index built with others is never
// searched.
func settingsVersion(s *meilisearch.Settings) string {
	data, err := json.Marshal(s)
	if err != nil {
		return "unnamed" // cannot happen: plain strings and numbers
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}

// Index replaces the whole content: a new index is built beside the old one,
// takes its name in one step, and what is left is deleted. On an error the old
// one stays.
func (m *Meili) Index(ctx context.Context, docs []Document) error {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Indexing)
	defer cancel()
	folded, err := m.foldDocuments(ctx, docs)
	if err != nil {
		return err
	}
	build := m.live + "_build" + strconv.FormatInt(time.Now().UnixNano(), 36)
	if err = m.build(ctx, build, folded); err == nil {
		err = m.goLive(ctx, build)
	}
	if err != nil {
		m.discard(build)
		return err
	}
	m.ready.Store(true)
	m.sweep(ctx)
	return nil
}

// foldDocuments prepares documents for the server.
func (m *Meili) foldDocuments(ctx context.Context, docs []Document) ([]meiliDocument, error) {
	seen := make(map[string]bool, len(docs))
	out := make([]meiliDocument, 0, len(docs))
	for _, d := range docs {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("meilisearch: prepare documents: %w", err)
		}
		if d.ID == "" || seen[d.ID] {
			return nil, fmt.Errorf("meilisearch: document %q: id empty or used twice", d.ID)
		}
		seen[d.ID] = true
		out = append(out, m.foldDocument(d))
	}
	return out, nil
}

func (m *Meili) foldDocument(d Document) meiliDocument {
	f := meiliDocument{
		// The server allows few characters in an identifier; ours may hold any.
		ID:    base64.RawURLEncoding.EncodeToString([]byte(d.ID)),
		Names: []string{}, Lang: d.Lang, Category: d.Category, Kind: d.Kind, Policy: d.Policy, Original: "yes", Source: d,
		Title: m.norm.Normalize(d.Title), Text: m.norm.Normalize(d.Text),
	}
	if d.Translates != "" {
		f.Original = "no"
	}
	for _, name := range d.Names {
		f.Names = append(f.Names, m.norm.Normalize(name))
	}
	for _, s := range append([]string{f.Title}, f.Names...) {
		tokens := tokenize(nil, []rune(s))
		f.Pinyin = append(f.Pinyin, spelling(tokens))
		f.Initials = append(f.Initials, initials(tokens))
	}
	return f
}

// spelling writes the characters as pinyin, one syllable a word.
func spelling(tokens []token) string {
	var words []string
	for _, t := range tokens {
		if t.han {
			words = append(words, Sound(t.runes[0]))
		}
	}
	return strings.Join(words, " ")
}

// build creates an index with settings and documents. Settings come first, so
// that documents are indexed once.
func (m *Meili) build(ctx context.Context, uid string, docs []meiliDocument) error {
	info, err := m.admin.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: uid, PrimaryKey: attrID})
	if err := m.wait(ctx, "create index", info, err); err != nil {
		return err
	}
	index := m.admin.Index(uid)
	info, err = index.UpdateSettingsWithContext(ctx, m.settings)
	if err := m.wait(ctx, "change settings", info, err); err != nil {
		return err
	}
	for batch := range slices.Chunk(docs, batchSize) {
		info, err := index.AddDocumentsWithContext(ctx, batch, nil)
		if err := m.wait(ctx, "add documents", info, err); err != nil {
			return err
		}
	}
	return nil
}

// goLive gives the built index the name that is searched. When there is no
// index of that name yet the new one is renamed, so that readers never see an
// empty one.
func (m *Meili) goLive(ctx context.Context, build string) error {
	_, err := m.admin.GetIndexWithContext(ctx, m.live)
	exists := err == nil
	if err != nil && !isNotFound(err) {
		return meiliError("look for index", err)
	}
	info, err := m.admin.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{
		{Indexes: []string{build, m.live}, Rename: !exists},
	})
	if err := m.wait(ctx, "swap indexes", info, err); err != nil {
		return err
	}
	if exists {
		m.discard(build) // now the old content
	}
	return nil
}

func isNotFound(err error) bool {
	var e *meilisearch.Error
	return errors.As(err, &e) && e.StatusCode == http.StatusNotFound
}

// wait blocks until a task has succeeded; err is that of the request that
// started it.
func (m *Meili) wait(ctx context.Context, what string, info *meilisearch.TaskInfo, err error) error {
	if err != nil {
		return meiliError(what, err)
	}
	task, err := m.admin.WaitForTaskWithContext(ctx, info.TaskUID, m.interval)
	if err != nil {
		return meiliError(what, err)
	}
	if task.Status != meilisearch.TaskStatusSucceeded {
		return fmt.Errorf("meilisearch: %s: task %d %s: %s %s", what, info.TaskUID, task.Status, task.Error.Code, task.Error.Message)
	}
	return nil
}

// discard deletes an index that is not searched, even when the call it belongs
// to has run out of time. What cannot be deleted is swept up by a later call.
func (m *Meili) discard(uid string) {
	ctx, cancel := context.WithTimeout(context.Background(), m.cfg.Timeout)
	defer cancel()
	info, err := m.admin.DeleteIndexWithContext(ctx, uid)
	_ = m.wait(ctx, "delete index", info, err)
}

// sweep deletes indexes of older settings, and builds that were given up.
func (m *Meili) sweep(ctx context.Context) {
	list, err := m.admin.ListIndexesWithContext(ctx, &meilisearch.IndexesQuery{Limit: 1000})
	if err != nil {
		return
	}
	for _, index := range list.Results {
		rest, ours := strings.CutPrefix(index.UID, m.cfg.Index+"_")
		building := strings.Contains(rest, "_build")
		if !ours || index.UID == m.live || building && time.Since(index.CreatedAt) < leftoverAge {
			continue
		}
		m.discard(index.UID)
	}
}
