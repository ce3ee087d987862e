package web

import (
	"html/template"
	"regexp"
	"unicode/utf8"
)

// Titles break behind their marks, which is where a reader pauses. One with a phrase that
// is longer than its line would be broken where the line is full, often before its last
// character, so that its lines are made even instead. Marks of our own between its words
// would be heard as spaces.

// A phrase of so many characters fits the lines of a heading on a handset, and those of
// what is set smaller.
const (
	headingFits = 8
	lineFits    = 11
)

// phraseEnds are the marks that browsers end a line at by themselves.
var phraseEnds = regexp.MustCompile(`[，。、：；？！（）《》“”\s]+`)

// evened returns a title whose lines are to be even where a phrase of it does not fit.
func (l language) evened(title string, fits int) template.HTML {
	text := template.HTML(template.HTMLEscapeString(title))
	if !l.Han() {
		return text
	}
	for _, phrase := range phraseEnds.Split(title, -1) {
		if utf8.RuneCountInString(phrase) > fits {
			return `<span class="even">` + text + `</span>`
		}
	}
	return text
}
