package content

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Page is a text of the site that is no policy: a help page (help/<slug>.md) or
// the office's published reply to a proposal (replies/<number>.md).
type Page struct {
	Slug      string            `yaml:"slug"`     // permanent; of a reply: reply-<number>
	Formerly  []string          `yaml:"formerly"` // slugs under which it was published before
	Title     string            `yaml:"title"`
	Summary   string            `yaml:"summary"`
	Languages []string          `yaml:"languages"` // into which it has to be translated
	Published Day               `yaml:"published"`
	ReviewBy  Day               `yaml:"reviewBy"` // zero for a reply, which says what was so on its day
	Source    Source            `yaml:"source"`   // of a reply: the document it sums up
	Column    string            `yaml:"column"`   // of a reply: the column it stands in
	Number    string            `yaml:"number"`   // of a reply: the proposal's number
	Plain     map[string]string `yaml:"plain"`    // the sections in plain words, by ID

	Sections []Section `yaml:"-"` // of the body, in order
	Lang     string    `yaml:"-"` // zh-Hans, or that of a translation

	translations map[string]*Page // by language

	file string
	src  *source
}

// pageTranslation is what a file <slug>.en.md beside a page declares.
type pageTranslation struct {
	Translates string            `yaml:"translates"` // digest of the original that was translated
	Title      string            `yaml:"title"`
	Summary    string            `yaml:"summary"`
	Plain      map[string]string `yaml:"plain"` // by the section's ID
}

// Path returns the page's address on the site.
func (p *Page) Path() string {
	if p.Number != "" {
		return "/replies/" + p.Number
	}
	return "/help/" + p.Slug
}

// In returns the page with its texts in lang, and whether there is such a
// translation; otherwise the page itself.
func (p *Page) In(lang string) (*Page, bool) {
	if t, ok := p.translations[lang]; ok {
		return t, true
	}
	return p, lang == p.Lang
}

// Section returns the body's section with the given ID.
func (p *Page) Section(id string) (Section, bool) { return sectionOf(p.Sections, id) }

// ReviewDue reports whether the page's review-by date has passed on the given day.
func (p *Page) ReviewDue(today time.Time) bool {
	return !p.ReviewBy.IsZero() && today.After(p.ReviewBy.Time)
}

// Plainness measures everything that the page says.
func (p *Page) Plainness() Plainness {
	texts := []string{p.Summary}
	for _, s := range p.Sections {
		texts = append(texts, s.Text)
	}
	return plainnessOf(texts...)
}

// HelpPage returns the help page with the given slug.
func (l *Library) HelpPage(slug string) (*Page, bool) {
	return pageWhere(l.Help, func(p *Page) bool { return p.Slug == slug })
}

// Reply returns the official reply to the proposal with the given number.
func (l *Library) Reply(number string) (*Page, bool) {
	return pageWhere(l.Replies, func(p *Page) bool { return p.Number == number })
}

func pageWhere(pages []*Page, match func(*Page) bool) (*Page, bool) {
	i := slices.IndexFunc(pages, match)
	if i < 0 {
		return nil, false
	}
	return pages[i], true
}

func sectionOf(sections []Section, id string) (Section, bool) {
	i := slices.IndexFunc(sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return sections[i], true
}

// helpPage reads a page of the directory help.
func helpPage(f file, around surroundings, c *collector) (*Page, bool) {
	return loadPage(f, around, checkHelpPage, c)
}

// replyPage reads a page of the directory replies.
func replyPage(f file, around surroundings, c *collector) (*Page, bool) {
	return loadPage(f, around, checkReply, c)
}

// loadPage reads a page and its translation; check is for pages of its kind.
func loadPage(f file, around surroundings, check func(*Page, *collector), c *collector) (*Page, bool) {
	front, body, bodyLine, ok := splitFront(f.name, f.text, c)
	if !ok {
		return nil, false
	}
	p := &Page{Lang: "zh-Hans", file: f.name}
	if p.src = parseYAML(f.name, front, around.facts, p, c); p.src == nil {
		return nil, false
	}
	p.Sections = parseBody(f.name, bodyLine, body, around.facts, c)
	ids := map[string]bool{}
	for _, s := range p.Sections {
		if ids[s.ID] {
			c.add(f.name, s.Line, fmt.Sprintf("section %q stands twice", s.ID), "give each heading its own id")
		}
		ids[s.ID] = true
	}
	loadPlain(p.src, p.Sections, p.Plain, false, c)
	check(p, c)
	checkLanguages(p.src, p.Languages, c)
	checkPlain(f.name, f.text, p.Plainness(), c)
	p.translate(f, around.english, c)
	return p, true
}

// translate reads <page>.<lang>.md for p, if there is one.
func (p *Page) translate(from file, to tongue, c *collector) {
	var t pageTranslation
	f, ok := to.read(original{from, p.Languages, rawPageTexts, p.Sections}, &t, c)
	if !ok {
		return
	}
	f.attachPlain(t.Plain, c)
	out := *p
	out.Lang, out.translations = to.lang, nil
	out.Title, out.Summary = or(t.Title, p.Title), or(t.Summary, p.Summary)
	out.Plain, out.Sections = t.Plain, inOrder(p.Sections, f.sections)
	out.file, out.src = f.name, f.src
	p.translations = map[string]*Page{to.lang: &out}
	checkPlain(f.name, from.translation, out.Plainness(), c)
}

// rawPageTexts returns the texts of a page's file with the names of facts still in
// them, and its body.
func rawPageTexts(text []byte) (any, string) {
	var raw Page
	body := readRaw(text, &raw)
	return pageTranslation{Title: raw.Title, Summary: raw.Summary, Plain: raw.Plain}, body
}

// base returns the file's name without its ending.
func (p *Page) base() string { return strings.TrimSuffix(path.Base(p.file), ".md") }

// missing reports the keys that have no value.
func (p *Page) missing(c *collector, values map[string]string) {
	for _, key := range sortedKeys(values) {
		if values[key] == "" {
			c.add(p.file, p.src.line(key), key+" is missing", "every page of its kind declares it")
		}
	}
}

func checkHelpPage(p *Page, c *collector) {
	if p.Slug != p.base() || !slugForm.MatchString(p.Slug) {
		c.add(p.file, p.src.line("slug"), fmt.Sprintf("slug %q is not the file's name", p.Slug), "slug and file name are the same, lower-case words joined by -")
	}
	p.missing(c, map[string]string{"title": p.Title, "summary": p.Summary, "published": p.Published.String(), "reviewBy": p.ReviewBy.String()})
	if p.Number != "" || p.Column != "" {
		c.add(p.file, p.src.line("number"), "a help page has no number and no column", "leave them out")
	}
}

var numberForm = regexp.MustCompile(`^[0-9]+$`)

func checkReply(p *Page, c *collector) {
	if p.Number != p.base() || !numberForm.MatchString(p.Number) {
		c.add(p.file, p.src.line("number"), fmt.Sprintf("number %q is not the file's name", p.Number), `the file is called <number>.md and declares number: "<number>"`)
	}
	if p.Slug != "reply-"+p.Number {
		c.add(p.file, p.src.line("slug"), fmt.Sprintf("slug %q is not reply-%s", p.Slug, p.Number), "write slug: reply-"+p.Number)
	}
	p.missing(c, map[string]string{
		"title": p.Title, "summary": p.Summary, "published": p.Published.String(), "column": p.Column,
		"source": p.Source.Title,
	})
	if p.Source.Title != "" && (p.Source.Issuer == "" || p.Source.Number == "" || p.Source.Date.IsZero()) {
		c.add(p.file, p.src.line("source"), "source lacks issuer, number or date", "give all three: a summary without its document cannot be checked")
	}
}
