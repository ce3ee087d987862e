package web

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// Titles break behind their marks, which is where a reader pauses. One with a phrase that
// is longer than its line would be broken where the line is full, often before its last
// character, so that its lines are made even instead, and no word of the content's list or
// term of its glossary is broken in two. Marks of our own between its words would be heard
// as spaces.

// A phrase of so many characters fits the lines of a heading on a handset, and those of
// what is set smaller.
const (
	headingFits = 8
	lineFits    = 9
)

// phraseMarks are the marks that browsers end a line at by themselves.
var phraseMarks = regexp.MustCompile(`[，。、：；？！（）《》“”「」\s]+`)

// inseparable is what stays with the character before it: a dot within a name, a single
// character in brackets.
var inseparable = regexp.MustCompile(`\p{Han}` + behind)

// afterWord is the same where words are marked, and a number with what it counts.
var afterWord = regexp.MustCompile(`(\p{Han}|<span class="whole">[^<]*</span>)` + behind + `|第?[0-9]+[条條寸]`)

const behind = `(·|（\p{Han}）)`

// evened returns a title whose lines are to be even where a phrase of it does not fit. Its
// phrases that do are not broken, and what a colon names is one piece for a line with room
// for it.
func (l language) evened(title string, fits int, words func() *linker) template.HTML {
	// a closing bracket stands on its phrase's line, or it would begin the next one alone
	wide := func(e phraseEnd) bool {
		room := utf8.RuneCountInString(title[e.from:e.mark])
		if strings.HasPrefix(title[e.mark:e.to], "）") {
			room++
		}
		return room > fits
	}
	ends := endsOfPhrases(title)
	if !l.Han() || !slices.ContainsFunc(ends, wide) {
		return template.HTML(template.HTMLEscapeString(title))
	}
	out, rest := `<span class="even">`, ""
	for _, e := range ends {
		switch phrase := template.HTMLEscapeString(title[e.from:e.mark]); {
		case phrase == "":
		case wide(e):
			out += words().whole(phrase)
		default:
			out += `<span class="whole">` + phrase + `</span>`
		}
		marks := title[e.mark:e.to]
		out += template.HTMLEscapeString(marks)
		if strings.HasSuffix(marks, "：") && rest == "" {
			out, rest = out+`<span class="even__rest">`, `</span>`
		}
	}
	return template.HTML(out + rest + `</span>`)
}

// phraseEnd is where a phrase begins, where the marks behind it do, and where these end.
type phraseEnd struct{ from, mark, to int }

func endsOfPhrases(title string) []phraseEnd {
	var ends []phraseEnd
	from, asides := 0, inseparable.FindAllStringIndex(title, -1)
	for _, mark := range append(phraseMarks.FindAllStringIndex(title, -1), []int{len(title), len(title)}) {
		within := func(aside []int) bool { return aside[0] < mark[0] && mark[0] < aside[1] }
		if slices.ContainsFunc(asides, within) {
			continue
		}
		ends = append(ends, phraseEnd{from, mark[0], mark[1]})
		from = mark[1]
	}
	return ends
}

// whole has no line end within a word of an escaped text.
func (l *linker) whole(text string) string {
	text = l.marked(text, func(_ linkedTerm, words string) string {
		return `<span class="whole">` + words + `</span>`
	})
	return afterWord.ReplaceAllString(text, `<span class="whole">$0</span>`)
}

// titleWords finds the words that a line of a heading has room for, of the content's list
// and of the glossary by each of their names, as pages in lang write them.
func (v *views) titleWords(library *content.Library, lang string) *linker {
	words := slices.Clone(library.Words)
	for _, t := range library.Glossary {
		words = append(append(words, t.ZH), t.Names...)
	}
	var terms []content.Term
	for _, word := range words {
		if utf8.RuneCountInString(word) <= headingFits {
			terms = append(terms, content.Term{ZH: v.content(languageOf(lang), word)})
		}
	}
	return newLinker(terms, lang)
}
