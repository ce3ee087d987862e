package web

import (
	"cmp"

	"huitong/static"
)

// openGraphLocales are the languages of the site as Open Graph writes them.
var openGraphLocales = map[string]string{"zh-Hans": "zh_CN", "zh-Hant": "zh_HK", "en": "en_US"}

// Locale returns the language as Open Graph writes it.
func (l language) Locale() string { return openGraphLocales[l.Code] }

// Kind returns what Open Graph calls the page: an article or a part of the site.
func (p page) Kind() string {
	if p.Article != nil {
		return "article"
	}
	return "website"
}

// Card returns the address of the picture that a shared link shows.
func (p page) Card() string { return p.Origin + static.URL("card.png") }

// Original returns the address of this page in the language without prefix, for
// readers of any other language.
func (p page) Original() string { return p.Origin + p.Path }

// Type returns the message with the kind of column: information, service or exchange.
func (c column) Type() string { return "column." + cmp.Or(c.Kind, "service") }
