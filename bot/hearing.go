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
	whole    map[string]string      // message without filler to what it means
	filler   []string               // longest first, as all lists
	lists    map[string][]string    // of words that messages hold
	finders  map[string]*wordFinder // of the same: the place in the list
	numbers  []string               // in words: each says its place
	subjects map[string][]string
	answers  map[string]spokenAnswers // by question
	alike    [][]string
	account  []account
	accounts wordFinder // of the words of all of them
	places   []namedPlace
	finder   wordFinder // of the places by their number
	ends     []string   // filler in Chinese
	begins   runeSet    // what it begins with
	stops    runeSet    // what it ends with
	nothing  []string   // words beside the name of a place that say nothing

	besideAge, meant, siblings *taker // of what is looked for in every question
}

// account is the words for a question about one's own application.
type account struct {
	content.Account
	finder, and, not wordFinder
}

// says reports whether a message holds the words, apart from others.
func (a *account) says(s *spelling) bool {
	return a.finder.apart(s) != nil && (len(a.And) == 0 || a.and.apart(s) != nil) && a.not.apart(s) == nil
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
	pointWords   = "points"
	notWords     = "not"
	spanWords    = "spans"
	longWords    = "long"
	changeWords  = "change"
	paddingWords = "padding"
	livesWords   = "lives"
	whoseWords   = "whose"
	meantWords   = "meant"
	siblingWords = "siblings"
)

func newHearing(d content.Dialogue, places []content.Place, fold func(string) string) *hearing {
	h := &hearing{fold: fold, whole: map[string]string{}, subjects: map[string][]string{}, answers: map[string]spokenAnswers{}, alike: d.Alike}
	h.filler = h.words(d.Filler)
	for _, w := range d.Numbers {
		h.numbers = append(h.numbers, fold(w))
	}
	h.lists = map[string][]string{
		whetherWords: h.words(d.Whether), beginWords: h.words(d.Begin), askingWords: h.words(d.Asking),
		followWords: h.words(d.Follows), trailWords: h.words(d.Trails), pointWords: h.words(d.Points), notWords: h.words(d.Not),
		spanWords: h.words(d.Spans), longWords: h.words(d.Long), changeWords: h.words(d.Change), paddingWords: h.words(d.Padding), livesWords: h.words(d.Lives),
		whoseWords: h.words(d.Whose), meantWords: h.words(d.Meant), siblingWords: h.words(d.Siblings),
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
		one := account{Account: a}
		for _, list := range []struct {
			finders []*wordFinder
			words   []string
		}{{[]*wordFinder{&one.finder, &h.accounts}, a.Words}, {[]*wordFinder{&one.and}, a.And}, {[]*wordFinder{&one.not}, a.Not}} {
			for _, w := range h.words(list.words) {
				for _, finder := range list.finders {
					finder.add(w, 0)
				}
			}
		}
		h.account = append(h.account, one)
	}
	for _, p := range places {
		for _, name := range append([]string{p.ZH, p.EN}, p.Also...) {
			h.places = append(h.places, namedPlace{fold(name), p})
		}
	}
	slices.SortStableFunc(h.places, func(x, y namedPlace) int { return cmp.Compare(len(y.name), len(x.name)) })
	h.index()
	return h
}

// plea takes greetings before a question and thanks after it away: they would tell the
// classifiers that somebody only chats. A message that is nothing else stays.
func (h *hearing) plea(text string) string {
	for {
		i := strings.IndexFunc(text, isBreak)
		if i < 0 || h.meaning(h.fold(text[:i])) != "hello" {
			break
		}
		rest := strings.TrimLeftFunc(text[i:], isBreak)
		if rest == "" {
			return text
		}
		text = rest
	}
	body := strings.TrimRightFunc(text, isBreak)
	if i := strings.LastIndexFunc(body, isBreak); i > 0 {
		_, size := utf8.DecodeRuneInString(body[i:])
		if h.meaning(h.fold(body[i+size:])) == "thanks" {
			return strings.TrimRightFunc(body[:i], isPause)
		}
	}
	return text
}

// isBreak reports whether a clause of a message ends here.
func isBreak(r rune) bool { return isPause(r) || r == '?' || r == '？' }

func isPause(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("，,。.;；、！!~～:：", r)
}

// index makes finders of what is looked for in every question.
func (h *hearing) index() {
	for i, p := range h.places {
		h.finder.add(closeUp(p.name), i)
	}
	h.besideAge = newTaker(h.lists[siblingWords], h.lists[paddingWords])
	h.meant, h.siblings = newTaker(h.lists[meantWords]), newTaker(h.lists[siblingWords])
	h.finders = map[string]*wordFinder{}
	for name, list := range h.lists {
		h.finders[name] = &wordFinder{}
		for i, w := range list {
			h.finders[name].add(w, i)
		}
	}
	for _, w := range h.filler {
		if !isLatin(w) {
			h.ends = append(h.ends, w)
			first, _ := utf8.DecodeRuneInString(w)
			last, _ := utf8.DecodeLastRuneInString(w)
			h.begins.add(first)
			h.stops.add(last)
		}
	}
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
func (h *hearing) plain(text string) string { return h.bare(closeUp(h.fold(text))) }

// bare returns folded text without filler at its ends.
func (h *hearing) bare(text string) string {
	for {
		first, _ := utf8.DecodeRuneInString(text)
		last, _ := utf8.DecodeLastRuneInString(text)
		if !h.begins.mayHave(first) && !h.stops.mayHave(last) {
			return text
		}
		cut := text
		for _, w := range h.ends {
			if rest, ok := strings.CutSuffix(cut, w); ok && strings.TrimSpace(rest) != "" {
				cut = strings.TrimSpace(rest)
			}
			if rest, ok := strings.CutPrefix(cut, w); ok && strings.TrimSpace(rest) != "" {
				cut = strings.TrimSpace(rest)
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
	var out []byte
	from := 0
	for at := strings.IndexByte(s, ' '); at >= 0; {
		before, _ := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[at+1:])
		if isHan(before) || isHan(after) {
			out = append(out, s[from:at]...)
			from = at + 1
		}
		next := strings.IndexByte(s[at+1:], ' ')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	if from == 0 {
		return s
	}
	return string(append(out, s[from:]...))
}

func isLatin(word string) bool {
	return !strings.ContainsFunc(word, isHan)
}

// means returns what a whole message means; "" if nothing in particular.
func (h *hearing) means(text string) string { return h.meaning(h.fold(text)) }

// meaning is means for folded text.
func (h *hearing) meaning(folded string) string {
	folded = closeUp(folded)
	if meaning, ok := h.whole[folded]; ok {
		return meaning
	}
	return h.whole[h.bare(folded)]
}

// holds returns the longest word of the list that stands in the folded text.
func (h *hearing) holds(list, folded string) (word string, ok bool) {
	return h.holdsIn(list, spell(folded))
}

// holdsIn is holds for a text that is spelled already.
func (h *hearing) holdsIn(list string, s *spelling) (word string, ok bool) {
	i := h.finders[list].apart(s).first()
	if i < 0 {
		return "", false
	}
	return h.lists[list][i], true
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
