package bot

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"huitong/search"
)

// lexicon is the word data behind the guards: what a child's danger sounds like
// and what lies outside the site's field. Its file, content/lexicon.txt, explains
// the format.
type lexicon struct {
	groups   map[string]int // by name
	named    []string       // names of the groups that tell danger apart, in file order
	about    []string       // names of the groups that tell subjects apart, in file order
	phrases  [][]phrase     // of each group
	urgent   []rule
	only     map[string][]string // by section: words one of which must be asked with
	choices  map[string][]string // by a message that is only this word: policy#section to choose from
	cases    [][]string          // words of each special case, folded
	short    []string            // policy#section to choose from where a message tells nothing
	written  phraseIndex
	sounding phraseIndex

	mask                     int   // the group of that name
	namedGroups, aboutGroups []int // those of named and about
}

// phrase is a word or a fixed sequence of words, in both scripts: as tokens of
// folded text and as pinyin syllables.
type phrase struct {
	tokens []string
	sounds []string // nil where it must not be matched by sound
}

// rule holds when every part, a group, occurs, all within window tokens of each
// other, and nothing of except does. A window of 0 is the whole text.
type rule struct {
	parts  []int
	except []int
	window int
}

// The groups with a meaning of their own.
const (
	maskGroup    = "mask"    // blanked out before looking for danger
	refuseGroup  = "refuse"  // other fields
	genericGroup = "generic" // names no topic
)

// A group of words that speak of the same matter has a name that begins with
// aboutPrefix, or with aspectPrefix if any policy may be asked about it, such as how
// long something takes.
const (
	aboutPrefix  = "about."
	aspectPrefix = "aspect."
)

// phraseIndex finds the phrases that begin with a token.
type phraseIndex struct {
	numbers map[string]int32 // of tokens, from 1
	han     []int32          // the same of Chinese characters, from hanFirst on
	opened  []opened         // by number of the first token
}

// opened are the phrases with the same first token.
type opened struct {
	phrases []indexed // in the order of the second token, once all are there
	seconds uint64    // a bit for each second token, shared by some
}

// The block that nearly all Chinese characters are of.
const hanFirst, hanLast = 0x4e00, 0x9fff

// indexed is a phrase without its first token. Most have one more, so that is by
// itself: to see that it is another one is all that there is to do, nearly always.
type indexed struct {
	group, length int32
	second, third int32 // 0: there is none
	rest          []int32
}

// settle puts the phrases of each first token in order, so that those that have a second
// one need not be looked for among all.
func (x *phraseIndex) settle() {
	for i := range x.opened {
		o := &x.opened[i]
		slices.SortStableFunc(o.phrases, func(a, b indexed) int { return cmp.Compare(a.second, b.second) })
		for _, p := range o.phrases {
			o.seconds |= 1 << (p.second & 63)
		}
	}
	x.han = make([]int32, hanLast-hanFirst+1)
	for token, n := range x.numbers {
		if r, size := utf8.DecodeRuneInString(token); size == len(token) && r >= hanFirst && r <= hanLast {
			x.han[r-hanFirst] = n
		}
	}
}

// known returns the number of a token; 0 of one that is in no phrase.
func (x *phraseIndex) known(token string) int32 {
	if len(token) == hanBytes {
		if r, size := utf8.DecodeRuneInString(token); size == hanBytes && r >= hanFirst && r <= hanLast {
			return x.han[r-hanFirst]
		}
	}
	return x.numbers[token]
}

// hanBytes is how long such a character is.
const hanBytes = 3

// found is a phrase that stands in a text.
type found struct{ group, at, length int32 }

func (x *phraseIndex) number(token string) int32 {
	n, ok := x.numbers[token]
	if !ok {
		n = int32(len(x.numbers) + 1)
		x.numbers[token] = n
	}
	return n
}

func (x *phraseIndex) add(words []string, group int) {
	if x.numbers == nil {
		x.numbers = map[string]int32{}
	}
	p := indexed{group: int32(group), length: int32(len(words))}
	first := int(x.number(words[0]))
	for i, w := range words[1:] {
		if n := x.number(w); i == 0 {
			p.second = n
		} else {
			p.rest = append(p.rest, n)
		}
		if len(p.rest) == 1 {
			p.third = p.rest[0] // at hand: rest lies elsewhere
		}
	}
	for len(x.opened) <= first {
		x.opened = append(x.opened, opened{})
	}
	x.opened[first].phrases = append(x.opened[first].phrases, p)
}

// scan appends every phrase that stands in text.
func (x *phraseIndex) scan(text []string, out []found) []found {
	var few [usualTokens]int32
	numbers := few[:] // 0 at the end, and for what is in no phrase
	if len(text) >= len(few) {
		numbers = make([]int32, len(text)+1)
	}
	for i, token := range text {
		numbers[i] = x.known(token)
	}
	for i, first := range numbers[:len(text)] {
		if int(first) >= len(x.opened) {
			continue
		}
		opened, second := x.opened[first].phrases, numbers[i+1]
		for len(opened) > 0 && opened[0].second == 0 {
			out = append(out, found{opened[0].group, int32(i), opened[0].length})
			opened = opened[1:]
		}
		if second == 0 || x.opened[first].seconds>>(second&63)&1 == 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(opened, second, func(p indexed, second int32) int { return int(p.second - second) })
		for ; at < len(opened) && opened[at].second == second; at++ {
			p := &opened[at]
			end := i + int(p.length)
			if p.third == 0 || end <= len(text) && numbers[i+2] == p.third && slices.Equal(numbers[i+2:end], p.rest) {
				out = append(out, found{p.group, int32(i), p.length})
			}
		}
	}
	return out
}

// parseLexicon reads the data file; errors name the line.
func parseLexicon(r io.Reader, fold func(string) string) (*lexicon, error) {
	l := &lexicon{groups: map[string]int{}, only: map[string][]string{}, choices: map[string][]string{}}
	p := lexiconParser{lexicon: l, fold: fold}
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		line := strings.TrimSpace(scanner.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := p.line(line, n); err != nil {
			return nil, fmt.Errorf("lexicon line %d: %w", n, err)
		}
	}
	l.index()
	return l, scanner.Err()
}

// index files every phrase under its first token, in both scripts, and groups under
// what is asked of them.
func (l *lexicon) index() {
	for group, phrases := range l.phrases {
		for _, p := range phrases {
			l.written.add(p.tokens, group)
			if p.sounds != nil {
				l.sounding.add(p.sounds, group)
			}
		}
	}
	l.written.settle()
	l.sounding.settle()
	l.mask = l.groups[maskGroup]
	for _, name := range l.named {
		l.namedGroups = append(l.namedGroups, l.groups[name])
	}
	for _, name := range l.about {
		l.aboutGroups = append(l.aboutGroups, l.groups[name])
	}
}

// waysPrefix begins a line of ways to ask for a section of a help page or reply.
const waysPrefix = "ask "

// phrasings returns how people ask for the sections of pages that have no FAQ, by
// page#section: the lines "ask page#section: question, question" of the lexicon.
func phrasings(lexicon string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(lexicon) {
		kind, questions, _ := strings.Cut(strings.TrimSpace(line), ": ")
		section, ok := strings.CutPrefix(kind, waysPrefix)
		if !ok {
			continue
		}
		for q := range strings.FieldsFuncSeq(questions, func(r rune) bool { return strings.ContainsRune(",，、", r) }) {
			out[section] = append(out[section], strings.TrimSpace(q))
		}
	}
	return out
}

// onlyPrefix begins a line of the words without which a section is no answer.
const onlyPrefix = "only "

// caseKind is a line of words for one special case, such as a parent in prison.
const caseKind = "case"

// shortKind is the line of sections to choose from where a message tells nothing.
const shortKind = "short"

// choosePrefix begins a line of words that, alone, tell none of several sections.
const choosePrefix = "choose "

type lexiconParser struct {
	*lexicon
	fold func(string) string
}

func (p lexiconParser) line(line string, n int) error {
	if name, words, ok := strings.Cut(line, " = "); ok {
		p.extend(strings.TrimSpace(name), words)
		return nil
	}
	kind, body, ok := strings.Cut(line, ": ")
	switch {
	case ok && strings.HasPrefix(kind, waysPrefix):
		// Ways to ask for a page's section; see phrasings.
	case ok && strings.HasPrefix(kind, onlyPrefix):
		p.only[strings.TrimPrefix(kind, onlyPrefix)] = strings.Fields(p.fold(body))
	case ok && strings.HasPrefix(kind, choosePrefix):
		p.choose(strings.TrimPrefix(kind, choosePrefix), body)
	case ok && kind == caseKind:
		p.cases = append(p.cases, strings.Fields(p.fold(body)))
	case ok && kind == shortKind:
		p.short = strings.Fields(body)
	case ok && kind == refuseGroup:
		p.extend(refuseGroup, body)
	case ok && kind == "urgent":
		r, err := p.rule(body)
		if err != nil {
			return err
		}
		p.urgent = append(p.urgent, r)
	default:
		return fmt.Errorf("%q is neither a group (name = words) nor an urgent or refuse line", line)
	}
	return nil
}

// choose notes between which sections each of the words leaves open.
func (p lexiconParser) choose(words, sections string) {
	for word := range strings.FieldsSeq(words) {
		p.choices[p.fold(strings.ReplaceAll(word, "_", " "))] = strings.Fields(sections)
	}
}

// extend adds words to a named group.
func (p lexiconParser) extend(name, words string) {
	group, known := p.groups[name]
	if !known {
		group = p.group(nil)
		p.groups[name] = group
		switch {
		case strings.HasPrefix(name, aboutPrefix), strings.HasPrefix(name, aspectPrefix):
			p.about = append(p.about, name)
		case name != maskGroup && name != genericGroup && name != refuseGroup:
			p.named = append(p.named, name)
		}
	}
	p.phrases[group] = append(p.phrases[group], p.words(words)...)
}

func (p lexiconParser) group(phrases []phrase) int {
	p.lexicon.phrases = append(p.lexicon.phrases, phrases)
	return len(p.lexicon.phrases) - 1
}

// rule reads "part + part / window - except - except"; a part is the names of
// groups and single words.
func (p lexiconParser) rule(body string) (rule, error) {
	var r rule
	pieces := strings.Split(body, " - ")
	for _, part := range strings.Split(pieces[0], " + ") {
		words, window, cut := strings.Cut(part, " / ")
		if cut {
			n, err := strconv.Atoi(strings.TrimSpace(window))
			if err != nil {
				return r, fmt.Errorf("window %q is not a number", window)
			}
			r.window = max(r.window, n)
		}
		r.parts = append(r.parts, p.members(words))
	}
	for _, words := range pieces[1:] {
		r.except = append(r.except, p.members(words))
	}
	return r, nil
}

// members returns the group of a part: the named one, or a new one of all the
// named groups' phrases and the single words.
func (p lexiconParser) members(part string) int {
	fields := strings.Fields(part)
	if group, ok := p.groups[fields[0]]; ok && len(fields) == 1 {
		return group
	}
	var all []phrase
	for _, w := range fields {
		if group, ok := p.groups[w]; ok {
			all = append(all, p.phrases[group]...)
			continue
		}
		all = append(all, p.words(w)...)
	}
	return p.group(all)
}

// words splits a list of words; an underscore is a space inside a phrase.
func (p lexiconParser) words(list string) []phrase {
	var out []phrase
	for _, w := range strings.Fields(list) {
		if tokens := tokens(p.fold(strings.ReplaceAll(w, "_", " "))); len(tokens) > 0 {
			out = append(out, phrase{tokens: tokens, sounds: soundsOf(tokens)})
		}
	}
	return out
}

// tokens cuts folded text into Chinese characters and Latin words or numbers.
func tokens(folded string) []string { return tokensIn(nil, folded) }

// tokensIn does so in the memory of out.
func tokensIn(out []string, folded string) []string {
	out = slices.Grow(out[:0], len(folded)/2)
	for word := range strings.FieldsSeq(folded) {
		start := -1
		for i, r := range word {
			switch {
			case isHan(r):
				if start >= 0 {
					out = append(out, word[start:i])
					start = -1
				}
				out = append(out, word[i:i+utf8.RuneLen(r)])
			case start < 0:
				start = i
			}
		}
		if start >= 0 {
			out = append(out, word[start:])
		}
	}
	return out
}

// isHan reports a Chinese character; nearly all are of one block.
func isHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x2e80 && unicode.Is(unicode.Han, r)
}

// soundsOf returns the pinyin of a Chinese phrase. A single character is too
// ambiguous by sound, but for those that people in distress type most.
func soundsOf(tokens []string) []string {
	if len(tokens) == 1 && !strings.Contains("我打摸", tokens[0]) {
		return nil
	}
	out := make([]string, len(tokens))
	for i, t := range tokens {
		if out[i] = soundOf(t); out[i] == "" {
			return nil
		}
	}
	return out
}

// spoken returns tokens as pinyin syllables, if any Latin token reads as pinyin.
func spoken(text []string) ([]string, bool) {
	pinyin := func(t string) bool { return t[0] >= 'a' && t[0] <= 'z' && search.Syllables(t) != nil }
	if !slices.ContainsFunc(text, pinyin) {
		return nil, false
	}
	out := make([]string, 0, 2*len(text))
	for _, t := range text {
		if sound := soundOf(t); sound != "" {
			out = append(out, sound)
		} else if syllables := search.Syllables(t); syllables != nil {
			out = append(out, syllables...)
		} else {
			out = append(out, t)
		}
	}
	return out, true
}

// soundOf returns the pinyin of a token that is a Chinese character; empty for
// any other token.
func soundOf(token string) string {
	r, size := utf8.DecodeRuneInString(token)
	if size != len(token) || !isHan(r) {
		return ""
	}
	return search.Sound(r)
}
