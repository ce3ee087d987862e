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
	groups map[string][]phrase
	mask   []phrase
	urgent []rule
	refuse []phrase
}

// phrase is a word or a fixed sequence of words, in both scripts: as tokens of
// folded text and as pinyin syllables.
type phrase struct {
	tokens []string
	sounds []string // nil where it must not be matched by sound
}

// rule holds when every part occurs, all within window tokens of each other, and
// nothing of except does. A window of 0 is the whole text.
type rule struct {
	parts  [][]phrase
	except [][]phrase
	window int
	line   int
}

// parseLexicon reads the data file; errors name the line.
func parseLexicon(r io.Reader, fold func(string) string) (*lexicon, error) {
	l := &lexicon{groups: map[string][]phrase{}}
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
	return l, scanner.Err()
}

type lexiconParser struct {
	*lexicon
	fold func(string) string
}

func (p lexiconParser) line(line string, n int) error {
	if name, words, ok := strings.Cut(line, " = "); ok {
		name = strings.TrimSpace(name)
		if name == "mask" {
			p.mask = append(p.mask, p.phrases(words)...)
			return nil
		}
		p.groups[name] = append(p.groups[name], p.phrases(words)...)
		return nil
	}
	kind, body, ok := strings.Cut(line, ": ")
	switch {
	case ok && kind == "refuse":
		p.refuse = append(p.refuse, p.phrases(body)...)
	case ok && kind == "urgent":
		r, err := p.rule(body)
		if err != nil {
			return err
		}
		r.line = n
		p.urgent = append(p.urgent, r)
	default:
		return fmt.Errorf("%q is neither a group (name = words) nor urgent: or refuse:", line)
	}
	return nil
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

// members resolves words to phrases; a group's name stands for its phrases.
func (p lexiconParser) members(words string) []phrase {
	var out []phrase
	for _, w := range strings.Fields(words) {
		if group, ok := p.groups[w]; ok {
			out = append(out, group...)
			continue
		}
		out = append(out, p.phrases(w)...)
	}
	return out
}

// phrases splits a list of words; an underscore is a space inside a phrase.
func (p lexiconParser) phrases(words string) []phrase {
	var out []phrase
	for _, w := range strings.Fields(words) {
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
