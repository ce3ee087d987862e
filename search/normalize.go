package search

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/longbridgeapp/opencc"
	"golang.org/x/text/unicode/norm"
)

// The block of characters that traditional-to-simplified folding looks at:
// CJK unified ideographs and extension A.
const (
	hanFirst = 0x3400
	hanLast  = 0x9fff
)

// maxPasses bounds the rewriting of a text that synonyms keep changing.
const maxPasses = 4

// Normalizer folds different spellings of the same text into one: width,
// case, traditional characters, numerals, punctuation, invisible characters
// and the synonyms of its data file. It is immutable and safe for concurrent
// use.
type Normalizer struct {
	simple   []uint16 // hanFirst+i to its simplified form
	synonyms *synonyms
}

// NewNormalizer reads the synonyms data (see [ParseSynonyms] for its format);
// r may be nil. Errors name the line.
func NewNormalizer(r io.Reader) (*Normalizer, error) {
	simple, err := simplified()
	if err != nil {
		return nil, fmt.Errorf("load simplified characters: %w", err)
	}
	n := &Normalizer{simple: simple, synonyms: newSynonyms()}
	if r == nil {
		return n, nil
	}
	list, err := ParseSynonyms(r)
	if err != nil {
		return nil, fmt.Errorf("read synonyms: %w", err)
	}
	return n, n.adopt(list)
}

// simplified builds the folding table. One character at a time is enough for
// matching, because index and query are folded alike, and it keeps offsets.
func simplified() ([]uint16, error) {
	cc, err := opencc.New("t2s")
	if err != nil {
		return nil, err
	}
	table := make([]uint16, hanLast-hanFirst+1)
	for i := range table {
		r := rune(hanFirst + i)
		table[i] = uint16(r)
		s, err := cc.Convert(string(r))
		if err != nil {
			return nil, err
		}
		if t, size := utf8.DecodeRuneInString(s); size == len(s) && isPlainHan(t) {
			table[i] = uint16(t)
		}
	}
	for i, t := range table { // a form may itself have a simpler one
		table[i] = table[t-hanFirst]
	}
	return table, nil
}

// Normalize returns the folded form of s: lower-case words, numbers and
// simplified characters with single spaces where anything else stood.
// Normalizing twice changes nothing.
func (n *Normalizer) Normalize(s string) string { return string(n.trace(s).runes) }

// text is a normalised text that remembers, for each rune, which bytes of the
// original it stands for.
type text struct {
	runes    []rune
	from, to []int32
}

func (t *text) add(r rune, from, to int32) {
	t.runes = append(t.runes, r)
	t.from = append(t.from, from)
	t.to = append(t.to, to)
}

// copyFrom appends rune i of another text.
func (t *text) copyFrom(o *text, i int) { t.add(o.runes[i], o.from[i], o.to[i]) }

// replace appends s in place of the runes i to j of another text.
func (t *text) replace(s []rune, o *text, i, j int) {
	for _, r := range s {
		t.add(r, o.from[i], o.to[j-1])
	}
}

func newText(capacity int) *text {
	return &text{
		runes: make([]rune, 0, capacity),
		from:  make([]int32, 0, capacity),
		to:    make([]int32, 0, capacity),
	}
}

// trace normalises s and keeps the origin of every rune.
func (n *Normalizer) trace(s string) *text {
	t := n.fold(s)
	for range maxPasses {
		next := n.synonyms.rewrite(t)
		if next = digits(joinSpaced(next)); next == t || slices.Equal(next.runes, t.runes) {
			break
		}
		t = next
	}
	return t
}

// fold does everything but synonyms.
func (n *Normalizer) fold(s string) *text { return digits(joinSpaced(n.letters(s))) }

// letters folds width, case and script; what is not a letter or digit becomes
// one space, what is invisible vanishes.
func (n *Normalizer) letters(s string) *text {
	f := folder{n: n, out: newText(len(s)/3 + 8)}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if isPlain(r) && plainFollows(s[i+size:]) {
			if r == '，' {
				r = ','
			}
			f.emit(r, i, i+size, s[i+size:])
			i += size
			continue
		}
		size = max(norm.NFKC.NextBoundaryInString(s[i:], true), size)
		f.segment(s[i:i+size], i, s[i+size:])
		i += size
	}
	return f.out
}

// isPlain reports runes that NFKC leaves alone when another such rune follows, and
// the wide comma, which it makes a narrow one: what nearly all text consists of.
func isPlain(r rune) bool {
	return r < utf8.RuneSelf || isPlainHan(r) || r == '，' || r == '。' || r == '、'
}

func isPlainHan(r rune) bool { return r >= hanFirst && r <= hanLast }

func plainFollows(rest string) bool {
	r, size := utf8.DecodeRuneInString(rest)
	return size == 0 || isPlain(r)
}

// folder carries the state of one letters pass.
type folder struct {
	n     *Normalizer
	out   *text
	space bool // a separator is due before the next rune
}

// segment folds one run of runes that compose with each other.
func (f *folder) segment(s string, at int, rest string) {
	lower := strings.Map(unicode.ToLower, norm.NFKC.String(s))
	for _, r := range norm.NFKC.String(lower) {
		f.emit(r, at, at+len(s), rest)
	}
}

// emit folds one rune that stands for the bytes from..to, before rest.
func (f *folder) emit(r rune, from, to int, rest string) {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
	case r >= 'A' && r <= 'Z':
		r += 'a' - 'A'
	case isPlainHan(r):
		r = rune(f.n.simple[r-hanFirst])
	case (r == '.' || r == ',') && f.endsInDigit() && startsWithDigit(rest):
		// Within a number; digits decides what it means.
	case invisible(r):
		return
	case r >= 0x1100 && r <= 0x11ff, // loose jamo would compose once their marks are gone
		r != '〇' && !unicode.IsLetter(r) && !unicode.IsNumber(r):
		f.space = true
		return
	}
	if f.space && len(f.out.runes) > 0 {
		f.out.add(' ', int32(from), int32(from))
	}
	f.space = false
	f.out.add(r, int32(from), int32(to))
}

func (f *folder) endsInDigit() bool {
	n := len(f.out.runes)
	return !f.space && n > 0 && isDigit(f.out.runes[n-1])
}

func startsWithDigit(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isDigit(r) || r >= '０' && r <= '９'
}

// invisible reports runes that may stand inside a word without being seen.
func invisible(r rune) bool {
	return r > ' ' && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) ||
		unicode.Is(unicode.Co, r))
}

// joinSpaced closes the gaps in text typed one character at a time ("孤 儿 补
// 贴"). Gaps between words stay.
func joinSpaced(t *text) *text {
	gap := func(i int) bool { return t.runes[i] == ' ' && singleHan(t.runes, i-1) && singleHan(t.runes, i+1) }
	first := 0
	for first < len(t.runes) && !gap(first) {
		first++
	}
	if first == len(t.runes) {
		return t
	}
	out := newText(len(t.runes))
	out.copyRange(t, 0, first)
	for i := first; i < len(t.runes); i++ {
		if !gap(i) {
			out.copyFrom(t, i)
		}
	}
	return out
}

// singleHan reports whether rune i is a character with spaces or nothing on
// both sides.
func singleHan(s []rune, i int) bool {
	return i >= 0 && i < len(s) && isHan(s[i]) &&
		(i == 0 || s[i-1] == ' ') && (i+1 == len(s) || s[i+1] == ' ')
}

func isHan(r rune) bool {
	return isPlainHan(r) || r > hanLast && unicode.Is(unicode.Han, r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
