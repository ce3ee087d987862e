package bot

import (
	"bufio"
	"fmt"
	"io"
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
	written  phraseIndex
	sounding phraseIndex
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
type phraseIndex map[string][]indexed

type indexed struct {
	words []string
	group int
}

// parseLexicon reads the data file; errors name the line.
func parseLexicon(r io.Reader, fold func(string) string) (*lexicon, error) {
	l := &lexicon{groups: map[string]int{}, only: map[string][]string{}}
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

// index files every phrase under its first token, in both scripts.
func (l *lexicon) index() {
	l.written, l.sounding = phraseIndex{}, phraseIndex{}
	for group, phrases := range l.phrases {
		for _, p := range phrases {
			l.written[p.tokens[0]] = append(l.written[p.tokens[0]], indexed{p.tokens, group})
			if p.sounds != nil {
				l.sounding[p.sounds[0]] = append(l.sounding[p.sounds[0]], indexed{p.sounds, group})
			}
		}
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
func tokens(folded string) []string {
	var out []string
	for _, word := range strings.Fields(folded) {
		start := -1
		for i, r := range word {
			switch {
			case unicode.Is(unicode.Han, r):
				if start >= 0 {
					out = append(out, word[start:i])
					start = -1
				}
				out = append(out, string(r))
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
	var out []string
	found := false
	for _, t := range text {
		if sound := soundOf(t); sound != "" {
			out = append(out, sound)
			continue
		}
		syllables := search.Syllables(t)
		found = found || syllables != nil
		if syllables == nil {
			syllables = []string{t}
		}
		out = append(out, syllables...)
	}
	return out, found
}

// soundOf returns the pinyin of a token that is a Chinese character; empty for
// any other token.
func soundOf(token string) string {
	r, size := utf8.DecodeRuneInString(token)
	if size != len(token) || !unicode.Is(unicode.Han, r) {
		return ""
	}
	return search.Sound(r)
}
