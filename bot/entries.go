package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"huitong/content"
	"huitong/search"
)

// Entries turns the published policies into what the bot can answer with: each
// FAQ, each section and each policy's summary.
func Entries(lib *content.Library) []Entry {
	var out []Entry
	for _, p := range lib.Policies {
		topic := p.Short("zh-Hans")
		url := "/policies/" + p.Slug
		titles := map[string]string{}
		for _, s := range p.Sections {
			titles[s.ID] = p.Titles.ZH + "：" + s.Title
			out = append(out, Entry{
				ID: p.Slug + ".section." + s.ID, Policy: p.Slug, Section: s.ID, Kind: "section", Topic: topic,
				Title: titles[s.ID], Text: s.Text, URL: url + "#" + s.ID, Links: linked(p.Slug, s),
			})
		}
		for i, f := range p.FAQ {
			out = append(out, Entry{
				ID: fmt.Sprintf("%s.faq.%d", p.Slug, i), Policy: p.Slug, Section: f.Section, Kind: "faq", Topic: topic,
				Title: titles[f.Section], Question: f.Q, Phrasings: f.Alt, Text: f.A, URL: url + "#" + f.Section,
			})
		}
		if len(p.Sections) > 0 {
			first := p.Sections[0].ID
			out = append(out, Entry{
				ID: p.Slug + ".policy", Policy: p.Slug, Section: first, Kind: "policy", Topic: topic,
				Title: p.Titles.ZH, Phrasings: append([]string{p.Titles.ZH, topic, p.Titles.EN}, p.Names...), Text: p.Summary, URL: url + "#" + first,
			})
		}
	}
	return out
}

var policyLink = regexp.MustCompile(`href="/policies/([a-z0-9-]+)`)

// linked returns the other policies that a section of a policy links to.
func linked(policy string, s content.Section) []string {
	var out []string
	for _, m := range policyLink.FindAllStringSubmatch(string(s.HTML), -1) {
		if m[1] != policy && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// Document returns the entry as the search engines index it.
func (e Entry) Document(category string) search.Document {
	title := e.Question
	if title == "" {
		title = e.Title
	}
	return search.Document{
		ID: e.ID, Policy: e.Policy, Section: e.Section, Kind: e.Kind, Lang: "zh-Hans", Category: category,
		Title: title, Names: e.Phrasings, Text: e.Text, URL: e.URL,
	}
}

// Documents returns the search documents of the whole library: those of its
// entries, each filed under its policy's category.
func Documents(lib *content.Library) []search.Document {
	var out []search.Document
	for _, e := range Entries(lib) {
		p, _ := lib.Policy(e.Policy)
		out = append(out, e.Document(p.Category))
	}
	return out
}

// Load builds an embedded index and a bot over the library, ready to answer.
func Load(lib *content.Library, n *search.Normalizer, engine Searcher) (*Bot, error) {
	return New(Config{
		Entries: Entries(lib), Search: engine, Normalizer: n, Words: lib.Assistant,
		Lexicon: strings.NewReader(lib.Lexicon), Examples: strings.NewReader(lib.Examples),
	})
}
