package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huitong/content"
)

// hearing is the words of the dialogue data, folded, as messages are compared with
// them.
type hearing struct {
	fold     func(string) string
	whole    map[string]string   // message without filler to what it means
	filler   []string            // longest first, as all lists
	lists    map[string][]string // of words that messages hold
	subjects map[string][]string
	answers  map[string]spokenAnswers // by question
	alike    [][]string
	account  []content.Account
	places   []namedPlace
}

// spokenAnswers are the words for the options of one question.
type spokenAnswers struct {
	options map[string][]string
	near    []content.NearAnswer
}

type namedPlace struct {
	name  string // folded
	place content.Place
}

// Names of the word lists.
const (
	whetherWords = "whether"
	beginWords   = "begin"
	askingWords  = "asking"
	followWords  = "follows"
	trailWords   = "trails"
	notWords     = "not"
	spanWords    = "spans"
	longWords    = "long"
	changeWords  = "change"
	paddingWords = "padding"
	livesWords   = "lives"
)

func newHearing(d content.Dialogue, places []content.Place, fold func(string) string) *hearing {
	h := &hearing{fold: fold, whole: map[string]string{}, subjects: map[string][]string{}, answers: map[string]spokenAnswers{}, alike: d.Alike}
	h.filler = h.words(d.Filler)
	h.lists = map[string][]string{
		whetherWords: h.words(d.Whether), beginWords: h.words(d.Begin), askingWords: h.words(d.Asking),
		followWords: h.words(d.Follows), trailWords: h.words(d.Trails), notWords: h.words(d.Not),
		spanWords: h.words(d.Spans), longWords: h.words(d.Long), changeWords: h.words(d.Change), paddingWords: h.words(d.Padding), livesWords: h.words(d.Lives),
	}
	for meaning, list := range d.Words {
		for _, w := range list {
			h.whole[closeUp(fold(w))] = meaning
		}
	}
	for name, list := range d.Subjects {
		h.subjects[name] = h.words(list)
	}
	for _, a := range d.Answers {
		spoken := spokenAnswers{options: map[string][]string{}}
		for value, list := range a.Options {
			spoken.options[value] = h.words(list)
		}
		for _, near := range a.Near {
			spoken.near = append(spoken.near, content.NearAnswer{Words: h.words(near.Words), Options: near.Options})
		}
		for _, name := range a.Questions {
			h.answers[name] = spoken
		}
	}
	for _, a := range d.Account {
		h.account = append(h.account, content.Account{Sure: a.Sure, Section: a.Section, Words: h.words(a.Words)})
	}
	for _, p := range places {
		for _, name := range append([]string{p.ZH, p.EN}, p.Also...) {
			h.places = append(h.places, namedPlace{fold(name), p})
		}
	}
	slices.SortStableFunc(h.places, func(x, y namedPlace) int { return cmp.Compare(len(y.name), len(x.name)) })
	return h
}

// words folds a list and puts the longest first.
func (h *hearing) words(list []string) []string {
	var out []string
	for _, w := range list {
		if w = h.fold(w); w != "" {
			out = append(out, w)
		}
	}
	slices.SortStableFunc(out, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
	return out
}

// plain returns a message without spaces around Chinese and filler at its ends.
func (h *hearing) plain(text string) string {
	text = closeUp(h.fold(text))
	for {
		cut := text
		for _, w := range h.filler {
			if rest := strings.TrimSpace(strings.TrimSuffix(cut, w)); rest != "" && !isLatin(w) {
				cut = rest
			}
			if rest := strings.TrimSpace(strings.TrimPrefix(cut, w)); rest != "" && !isLatin(w) {
				cut = rest
			}
		}
		if cut == text {
			return text
		}
		text = cut
	}
}

// closeUp removes spaces beside Chinese characters.
func closeUp(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	var out []rune
	runes := []rune(s)
	for i, r := range runes {
		if r == ' ' && (i > 0 && isHan(runes[i-1]) || i+1 < len(runes) && isHan(runes[i+1])) {
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

func isLatin(word string) bool {
	return !strings.ContainsFunc(word, isHan)
}

// means returns what a whole message means; "" if nothing in particular.
func (h *hearing) means(text string) string {
	if meaning, ok := h.whole[closeUp(h.fold(text))]; ok {
		return meaning
	}
	return h.whole[h.plain(text)]
}

// holds returns the longest word of the list that stands in the folded text.
func (h *hearing) holds(list, folded string) (word string, ok bool) {
	word = longest(h.lists[list], folded, nil)
	return word, word != ""
}

// asks reports whether the message puts a question rather than answers one.
func (h *hearing) asks(text string) bool {
	_, yes := h.holds(askingWords, h.fold(text))
	return yes
}

// place returns where in the text the word stands; -1 if it does not. A Latin word
// stands only where no letter or digit touches it.
func place(text, word string, from int) int {
	for from <= len(text) {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		at := from + i
		if !isLatin(word) || apart(text, at, at+len(word)) {
			return at
		}
		from = at + 1
	}
	return -1
}

func apart(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	touches := func(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return !touches(before) && !touches(after)
}

// longest returns the first word of a list, longest first, that stands in the text
// somewhere where no word of denied stands just before it.
func longest(list []string, text string, denied []string) string {
	for _, w := range list {
		for at := place(text, w, 0); at >= 0; at = place(text, w, at+1) {
			before := strings.TrimSpace(text[:at])
			if !slices.ContainsFunc(denied, func(no string) bool { return strings.HasSuffix(before, no) }) {
				return w
			}
		}
	}
	return ""
}
