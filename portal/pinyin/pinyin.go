// Package pinyin says how Chinese characters are read: with their tones, and with the
// reading that is meant of those that have several (重大 zhòng, 重新 chóng).
//
// [New] builds a [Reader], which is safe for concurrent use. [Reader.Read] returns the
// pinyin of a text, [Reader.Annotate] puts it above every Chinese character of a page.
// A character is read as in the longest word of words.txt that it stands in, otherwise
// in its usual way. Editors extend that file; nothing else has to change.
//
// The package refuses to know pages, visitors and the content.
package pinyin

import (
	_ "embed"
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

//go:embed words.txt
var words string

// Reader reads Chinese characters, simplified and traditional.
type Reader struct {
	words   map[string][]string // readings of the characters of a word
	longest map[rune]int        // bytes of the longest word that begins with a character
}

// New returns a Reader. convert turns simplified characters into traditional ones, so
// that both are read alike; nil: only simplified words are known. The error names the
// line of words.txt that has not as many readings as characters.
func New(convert func(string) string) (*Reader, error) {
	r := &Reader{words: map[string][]string{}, longest: map[rune]int{}}
	number := 0
	for line := range strings.Lines(words) {
		number++
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		if utf8.RuneCountInString(fields[0]) != len(fields)-1 {
			return nil, fmt.Errorf("words.txt:%d: %q has %d readings", number, fields[0], len(fields)-1)
		}
		if convert != nil {
			r.add(convert(fields[0]), fields[1:])
		}
		r.add(fields[0], fields[1:])
	}
	return r, nil
}

func (r *Reader) add(word string, readings []string) {
	if utf8.RuneCountInString(word) != len(readings) {
		return // conversion never does that; what it leaves is read by character
	}
	first, _ := utf8.DecodeRuneInString(word)
	r.words[word] = readings
	r.longest[first] = max(r.longest[first], len(word))
}

// syllables yields every character of a text with its reading, "" for what has none.
func (r *Reader) syllables(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for text != "" {
			word, readings := r.next(text)
			rest := text[len(word):]
			for _, reading := range readings {
				_, size := utf8.DecodeRuneInString(word)
				if !yield(word[:size], reading) {
					return
				}
				word = word[size:]
			}
			text = rest
		}
	}
}

// next returns the longest known word at the beginning of the text, or its first
// character.
func (r *Reader) next(text string) (string, []string) {
	first, size := utf8.DecodeRuneInString(text)
	for n := min(r.longest[first], len(text)); n > 0; n-- {
		if n < len(text) && !utf8.RuneStart(text[n]) {
			continue
		}
		if readings, ok := r.words[text[:n]]; ok {
			return text[:n], readings
		}
	}
	return text[:size], []string{usual(first)}
}

// usual returns the reading that a dictionary gives first, "" for what is no Chinese
// character.
func usual(char rune) string {
	if !isHan(char) {
		return ""
	}
	reading, _, _ := strings.Cut(pinyin.PinyinDict[int(char)], ",")
	return reading
}

func isHan(r rune) bool { return r >= '\u3007' && unicode.Is(unicode.Han, r) }

// Read returns the pinyin of the Chinese characters of a text; everything else stays
// where it is.
func (r *Reader) Read(text string) string {
	var b strings.Builder
	spaced := true
	for char, reading := range r.syllables(text) {
		if reading == "" {
			b.WriteString(char)
			first, _ := utf8.DecodeRuneInString(char)
			spaced = unicode.IsSpace(first) || unicode.IsPunct(first)
			continue
		}
		if !spaced {
			b.WriteByte(' ')
		}
		b.WriteString(reading)
		spaced = false
	}
	return b.String()
}

// Known counts the Chinese characters of a text, and those that are read as a word of
// words.txt says.
func (r *Reader) Known(text string) (chars, known int) {
	for text != "" {
		word, readings := r.next(text)
		first, _ := utf8.DecodeRuneInString(word)
		if isHan(first) {
			chars += len(readings)
			if len(readings) > 1 {
				known += len(readings)
			}
		}
		text = text[len(word):]
	}
	return chars, known
}
