// Package locale holds the texts of the interface in three languages: 简体中文,
// 繁體中文 and English. What the site says about a policy is content and lives
// elsewhere.
//
// Load reads the file of each language, such as messages/en.toml, into a Catalog. The
// traditional texts are converted from the simplified ones; a message in
// messages/zh-Hant.toml replaces the conversion, and messages/words.toml corrects
// single words wherever they occur. Catalog.Printer gives the texts of one
// language to whoever writes a page, Catalog.Convert turns published Chinese
// text into traditional characters.
//
// The package knows no page, no request and no policy; it returns plain text,
// which the page still has to escape.
package locale

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages
var embedded embed.FS

const (
	simplified  = "zh-Hans"
	traditional = "zh-Hant"
	english     = "en"
)

// Language is one language of the site.
type Language struct {
	Tag    string // for lang= in HTML: "zh-Hans", "zh-Hant", "en"
	Prefix string // first part of the path, without slashes: "", "zh-hant", "en"
	Name   string // what the language calls itself
}

// Languages lists the languages of the site, the original first.
func Languages() []Language {
	return []Language{
		{Tag: simplified, Prefix: "", Name: "简体中文"},
		{Tag: traditional, Prefix: "zh-hant", Name: "繁體中文"},
		{Tag: english, Prefix: "en", Name: "English"},
	}
}

// Catalog is one reading of the message files. It is safe for concurrent use;
// OnProblem is to be set before the first.
type Catalog struct {
	// OnProblem, when set, is told of each message that was asked for and
	// missing, or did not get its arguments. lang is a Language.Tag.
	OnProblem func(lang, id string, err error)

	messages  map[string]messages // by language tag
	lines     map[string]lines    // by language tag
	printers  map[string]*Printer
	converter *converter
}

// Default loads the messages compiled into the program.
func Default() (*Catalog, error) { return Load(embedded) }

// Load reads the directory messages of fsys. The error names the file and, for
// malformed text, the line. That all languages say the same is left to Check.
func Load(fsys fs.FS) (*Catalog, error) {
	hans, err := readMessages(fsys, simplified)
	if err != nil {
		return nil, err
	}
	exceptions, err := readMessages(fsys, traditional)
	if err != nil {
		return nil, err
	}
	conv, err := newConverter(fsys)
	if err != nil {
		return nil, err
	}
	c := &Catalog{
		converter: conv,
		lines:     map[string]lines{},
		messages: map[string]messages{
			simplified:  hans,
			traditional: hans.converted(conv, exceptions),
		},
	}
	for _, l := range Languages() {
		if c.messages[l.Tag] == nil {
			if c.messages[l.Tag], err = readMessages(fsys, l.Tag); err != nil {
				return nil, err
			}
		}
		if c.lines[l.Tag], err = readLines(fsys, l.Tag); err != nil {
			return nil, err
		}
	}
	return c, c.makePrinters()
}

func (c *Catalog) makePrinters() error {
	bundle := i18n.NewBundle(language.MustParse(simplified))
	for _, l := range Languages() {
		tag := language.MustParse(l.Tag)
		for _, m := range c.messages[l.Tag] {
			if err := bundle.AddMessages(tag, m); err != nil {
				return fmt.Errorf("load messages: %w", err)
			}
		}
	}
	c.printers = map[string]*Printer{}
	for _, l := range Languages() {
		c.printers[l.Tag] = &Printer{
			language: l,
			catalog:  c,
			plain:    c.messages[l.Tag].plain(),
			filled:   c.messages[l.Tag].filled(),
			local:    i18n.NewLocalizer(bundle, l.Tag),
		}
	}
	return nil
}

// Printer returns the printer of a Language.Tag; of zh-Hans for any other.
func (c *Catalog) Printer(lang string) *Printer {
	if p, ok := c.printers[lang]; ok {
		return p
	}
	return c.printers[simplified]
}

// IDs lists the ids of all messages in order.
func (c *Catalog) IDs() []string {
	var ids []string
	for _, m := range c.messages {
		for id := range m {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Convert turns simplified Chinese into traditional, as written in Hong Kong
// and Macau; everything outside Chinese characters, HTML tags included, stays as
// it is. Results are kept, so a text that is asked for again costs a look-up.
func (c *Catalog) Convert(text string) string { return c.converter.convert(text) }

// Check compares the languages and returns what differs, one error for each, with
// its place and the fix: a missing message, other placeholders, a count without its
// singular. Whether a message is still used only its readers can tell.
func (c *Catalog) Check() error {
	var all []error
	for _, id := range c.IDs() {
		original, ok := c.messages[simplified][id]
		for _, l := range Languages() {
			m := c.messages[l.Tag][id]
			here := c.lines[l.Tag].place(l.Tag, id)
			switch {
			case m == nil && ok:
				all = append(all, fmt.Errorf("%s: no %q — translate %s", here, id, c.lines[simplified].place(simplified, id)))
			case m == nil:
				all = append(all, fmt.Errorf("%s: no %q — write it, or delete it in the other languages", here, id))
			case ok && !slices.Equal(placeholders(m), placeholders(original)):
				all = append(all, fmt.Errorf("%s: %q has %v, but %v in %s — name the same ones", here, id, placeholders(m), placeholders(original), simplified))
			case l.Tag == english && m.One == "" && slices.Contains(placeholders(m), countKey):
				all = append(all, fmt.Errorf("%s: %q counts, but has no form \"one\" — write { one = …, other = … }", here, id))
			}
		}
	}
	return errors.Join(all...)
}
