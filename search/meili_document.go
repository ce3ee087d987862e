package search

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/meilisearch/meilisearch-go"
)

// meiliDocument is a document as the server keeps it, folded. What is shown never
// comes from there.
type meiliDocument struct {
	ID       string   `json:"id"`
	Title    string   `json:"title,omitempty"`
	Names    []string `json:"names,omitempty"`
	Text     string   `json:"text,omitempty"`
	English  []string `json:"english,omitempty"`
	Pinyin   []string `json:"pinyin,omitempty"`
	Initials []string `json:"initials,omitempty"`
	Lang     string   `json:"lang"`
	Category string   `json:"category"`
	Kind     string   `json:"kind"`
	Policy   string   `json:"policy"`
	Original string   `json:"original"`
	Hash     string   `json:"hash"`
	State    *state   `json:"state,omitempty"` // of the one document that describes the others
}

// The document that describes the others. No search finds it, since it is neither an
// original nor of a language; no document can have its id, which base64 never makes.
const (
	stateID   = "_meta"
	kindState = "state"
)

// state says what an index holds: by which settings, and which documents.
type state struct {
	Settings string `json:"settings"`
	Content  string `json:"content"`
}

// differs tells what is wrong with a state that is not the one wanted.
func (s state) differs(want state) string {
	switch {
	case s == state{}:
		return "is empty or not ours"
	case s.Settings != want.Settings:
		return "has other settings"
	}
	return "has other documents"
}

// mirror is an index as the server shall hold it.
type mirror struct {
	settings *meilisearch.Settings
	state    state
	docs     []meiliDocument
}

// mirrorOf prepares the documents of an index for a server.
func mirrorOf(ctx context.Context, x *Index) (*mirror, error) {
	m := &mirror{settings: meiliSettings(x.norm)}
	m.state.Settings = settingsVersion(m.settings)
	var hashes []string
	for _, d := range x.documents() {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("meilisearch: prepare documents: %w", err)
		}
		f := foldDocument(x.norm, d)
		m.docs, hashes = append(m.docs, f), append(hashes, f.ID+f.Hash)
	}
	slices.Sort(hashes)
	m.state.Content = shortHash([]byte(strings.Join(hashes, "\n")))
	return m, nil
}

// described is the document that says so.
func (m *mirror) described() meiliDocument {
	return meiliDocument{ID: stateID, Kind: kindState, State: &m.state}
}

// foldDocument writes a document as the server keeps it. The server allows few
// characters in an identifier; ours may hold any.
func foldDocument(n *Normalizer, d Document) meiliDocument {
	f := meiliDocument{
		ID:   base64.RawURLEncoding.EncodeToString([]byte(d.ID)),
		Lang: d.Lang, Category: d.Category, Kind: d.Kind, Policy: d.Policy, Original: "yes",
	}
	if d.Translates != "" {
		f.Original = "no"
	}
	texts := append([]string{d.Title}, d.Names...)
	for i, s := range texts {
		texts[i] = n.Normalize(s)
	}
	if text := n.Normalize(d.Text); slices.ContainsFunc([]rune(strings.Join(texts, "")+text), isHan) {
		f.Title, f.Names, f.Text = texts[0], texts[1:], text
		f.spell(texts)
	} else {
		f.English = append(texts, text)
	}
	data, err := json.Marshal(f)
	if err != nil {
		panic(err) // cannot happen: plain strings
	}
	f.Hash = shortHash(data)
	return f
}

// documentID is our identifier of what the server calls key.
func documentID(key string) (string, error) {
	id, err := base64.RawURLEncoding.DecodeString(key)
	return string(id), err
}

// spell adds the pinyin of titles and names.
func (f *meiliDocument) spell(texts []string) {
	for _, s := range texts {
		tokens := tokenize(nil, []rune(s))
		if words := spelling(tokens); words != "" {
			f.Pinyin, f.Initials = append(f.Pinyin, words), append(f.Initials, initials(tokens))
		}
	}
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
