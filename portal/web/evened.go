package web

import (
	"html/template"
	"regexp"
	"slices"
	"unicode/utf8"

	"huitong/content"
)

// Titles break behind their marks, which is where a reader pauses. One with a phrase that
// is longer than its line would be broken where the line is full, often before its last
// character, so that its lines are made even instead, and no term of the glossary is broken
// in two. Marks of our own between its words would be heard as spaces.

// A phrase of so many characters fits the lines of a heading on a handset, and those of
// what is set smaller.
const (
	headingFits = 8
	lineFits    = 11
)

// phraseEnds are the marks that browsers end a line at by themselves.
var phraseEnds = regexp.MustCompile(`[，。、：；？！（）《》“”「」\s]+`)

// dotted is a dot within a name with the character before it: no line begins with a dot.
var dotted = regexp.MustCompile(`\p{Han}·`)

// evened returns a title whose lines are to be even where a phrase of it does not fit. Its
// phrases that do are not broken.
func (l language) evened(title string, fits int, terms func() *linker) template.HTML {
	wide := func(phrase string) bool { return utf8.RuneCountInString(phrase) > fits }
	if !l.Han() || !slices.ContainsFunc(phraseEnds.Split(title, -1), wide) {
		return template.HTML(template.HTMLEscapeString(title))
	}
	out, from := `<span class="even">`, 0
	for _, end := range append(phraseEnds.FindAllStringIndex(title, -1), []int{len(title), len(title)}) {
		switch phrase := template.HTMLEscapeString(title[from:end[0]]); {
		case phrase == "":
		case wide(title[from:end[0]]):
			out += dotted.ReplaceAllString(terms().whole(phrase), `<span class="whole">$0</span>`)
		default:
			out += `<span class="whole">` + phrase + `</span>`
		}
		out, from = out+template.HTMLEscapeString(title[end[0]:end[1]]), end[1]
	}
	return template.HTML(out + `</span>`)
}

// whole has no line end within a term of an escaped text.
func (l *linker) whole(text string) string {
	return l.marked(text, func(_ linkedTerm, words string) string {
		return `<span class="whole">` + words + `</span>`
	})
}

// titleTerms finds the terms that a line of a heading has room for, by each of their names,
// as pages in lang write them.
func (v *views) titleTerms(glossary []content.Term, lang string) *linker {
	var terms []content.Term
	for _, t := range glossary {
		for _, name := range append([]string{t.ZH}, t.Names...) {
			if utf8.RuneCountInString(name) <= headingFits {
				terms = append(terms, content.Term{ZH: v.content(languageOf(lang), name)})
			}
		}
	}
	return newLinker(terms, lang)
}
