package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"huitong/content"
	"huitong/search"
)

// original is the language that everything is published in first.
const original = "zh-Hans"

// languages are those that a text may be translated into.
var languages = [...]string{"en"}

// Entries turns what is published into what the bot can answer with: each FAQ,
// section and summary of the policies, each section of the help pages and of the
// official replies. A translation follows its original, under the same ID with the
// language at the end.
func Entries(lib *content.Library) []Entry {
	room := 0
	for _, p := range lib.Policies {
		room += (len(p.Sections) + len(p.FAQ) + 1) * (len(languages) + 1)
	}
	out := make([]Entry, 0, room)
	for _, p := range lib.Policies {
		out = entriesOf(out, p)
	}
	return append(out, otherEntries(lib)...)
}

// entriesOf adds the entries of a policy in all its languages.
func entriesOf(out []Entry, p *content.Policy) []Entry {
	out = policyEntries(out, p)
	for _, lang := range languages {
		if t, ok := p.In(lang); ok {
			out = policyEntries(out, t)
		}
	}
	return out
}

// otherEntries returns the entries of what is no policy.
func otherEntries(lib *content.Library) (out []Entry) {
	ways := phrasings(lib.Lexicon)
	for _, p := range lib.Help {
		out = append(out, pageEntries(p, "help", ways)...)
	}
	for _, p := range lib.Replies {
		out = append(out, pageEntries(p, "reply", ways)...)
	}
	return out
}

// idIn returns the ID of an entry's text in a language.
func idIn(id, lang string) string {
	if lang == original {
		return id
	}
	return id + "." + lang
}

func titleOf(whole, part, lang string) string {
	if lang == "en" {
		return whole + ": " + part
	}
	return whole + "：" + part
}

// policyEntries adds the entries of a policy in one language.
func policyEntries(out []Entry, p *content.Policy) []Entry {
	url, titles := "/policies/"+p.Slug, map[string]string{}
	add := func(e Entry) {
		e.ID, e.Policy, e.Lang, e.URL = idIn(p.Slug+"."+e.ID, p.Lang), p.Slug, p.Lang, url+"#"+e.Section
		out = append(out, e)
	}
	for _, s := range p.Sections {
		titles[s.ID] = titleOf(p.Titles.ZH, s.Title, p.Lang)
		add(Entry{ID: "section." + s.ID, Section: s.ID, Kind: "section", Title: titles[s.ID], Text: s.Text, Links: linked(p.Slug, s)})
	}
	for i, f := range p.FAQ {
		add(Entry{ID: fmt.Sprint("faq.", i), Section: f.Section, Kind: "faq", Title: titles[f.Section], Question: f.Q, Phrasings: f.Alt, Text: f.A})
	}
	if len(p.Sections) > 0 {
		names := []string{p.Titles.ZH, p.Short(p.Lang)}
		if p.Lang == original {
			names = append(append(names, p.Titles.EN), p.Names...)
		}
		add(Entry{ID: "policy", Section: p.Sections[0].ID, Kind: "policy", Title: p.Titles.ZH, Phrasings: names, Text: p.Summary, Whole: true})
	}
	return out
}

// pageEntries turns a page that is no policy, and its translations, into entries.
func pageEntries(page *content.Page, kind string, ways map[string][]string) []Entry {
	var out []Entry
	versions := []*content.Page{page}
	for _, lang := range languages {
		if t, ok := page.In(lang); ok {
			versions = append(versions, t)
		}
	}
	for _, p := range versions {
		add := func(e Entry) {
			e.ID, e.Policy, e.Kind, e.Lang, e.URL = idIn(page.Slug+"."+e.ID, p.Lang), page.Slug, kind, p.Lang, page.Path()+"#"+e.Section
			out = append(out, e)
		}
		for _, s := range p.Sections {
			e := Entry{ID: "section." + s.ID, Section: s.ID, Title: titleOf(p.Title, s.Title, p.Lang), Text: s.Text, Links: linked(page.Slug, s)}
			if p.Lang == original {
				e.Phrasings = append([]string{s.Title}, ways[page.Slug+"#"+s.ID]...)
			}
			add(e)
		}
		if len(p.Sections) > 0 {
			add(Entry{ID: kind, Section: p.Sections[0].ID, Title: p.Title, Phrasings: []string{p.Title}, Text: p.Summary, Whole: true})
		}
	}
	return out
}

var policyLink = regexp.MustCompile(`^/policies/([a-z0-9-]+)`)

// linked returns the other policies that a section of a policy links to.
func linked(policy string, s content.Section) []string {
	var out []string
	for _, link := range s.Links {
		if m := policyLink.FindStringSubmatch(link); m != nil && m[1] != policy && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// Document returns the entry as the search engines index it. A translation says so,
// and is found only by those who ask for its language.
func (e Entry) Document(category string) search.Document {
	title := e.Question
	if title == "" {
		title = e.Title
	}
	d := search.Document{
		ID: e.ID, Policy: e.Policy, Section: e.Section, Kind: e.Kind, Lang: e.Lang, Category: category,
		Title: title, Names: e.Phrasings, Text: e.Text, URL: e.URL,
	}
	if e.Lang != original {
		d.Translates = strings.TrimSuffix(e.ID, "."+e.Lang)
	}
	return d
}

// Documents returns the search documents of the whole library: those of its
// entries, each of a policy filed under its category.
func Documents(lib *content.Library) []search.Document {
	room := 0
	for _, p := range lib.Policies {
		room += len(p.Sections) + len(p.FAQ) + 1
	}
	out := make([]search.Document, 0, room)
	var entries []Entry // of one policy: nobody needs them all at once
	for _, p := range lib.Policies {
		entries = entriesOf(entries[:0], p)
		for _, e := range entries {
			out = append(out, e.Document(p.Category))
		}
	}
	for _, e := range otherEntries(lib) {
		out = append(out, e.Document("")) // help and replies are of no category
	}
	return out
}

// ConfigOf returns what a bot over the library is made of, ready to answer from the
// engine, in which the library's Documents are indexed.
func ConfigOf(lib *content.Library, n *search.Normalizer, engine Searcher) Config {
	return Config{
		Entries: Entries(lib), Search: engine, Normalizer: n, Words: lib.Assistant,
		Dialogue: lib.Dialogue, Places: lib.Places, Policies: lib.Policies, Phones: lib.Facts.Phones(),
		Lexicon: strings.NewReader(lib.Lexicon), Examples: lib.Examples, Version: lib.Synonyms,
	}
}

// Load builds a bot over the library. Previous is the bot of the version before, or
// nil.
func Load(lib *content.Library, n *search.Normalizer, engine Searcher, previous *Bot) (*Bot, error) {
	c := ConfigOf(lib, n, engine)
	c.Previous = previous
	return New(c)
}
