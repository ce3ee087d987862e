package search

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
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
	marks    []uint8  // by rune, up to hanLast: what to look at more closely
	synonyms *synonyms
	starts   struct{ alias, stop, asking starts }
	tracers  sync.Pool // of texts whose origin does not matter
}

// Marks of runes.
const (
	markNumeral = 1 << iota // may be part of a number
	markAlias               // an alias begins with it
	markStop                // a stop word does
	markAsking              // an asking word does
	markRelated             // a related term does
)

// NewNormalizer reads the synonyms data (see [ParseSynonyms] for its format);
// r may be nil. Errors name the line.
func NewNormalizer(r io.Reader) (*Normalizer, error) {
	simple, err := simplified()
	if err != nil {
		return nil, fmt.Errorf("load simplified characters: %w", err)
	}
	n := &Normalizer{simple: simple, marks: make([]uint8, hanLast+1), synonyms: newSynonyms()}
	for r := range rune(len(n.marks)) {
		if isNumeral(r) {
			n.marks[r] |= markNumeral
		}
	}
	if r == nil {
		return n, nil
	}
	list, err := ParseSynonyms(r)
	if err != nil {
		return nil, fmt.Errorf("read synonyms: %w", err)
	}
	if err := n.adopt(list); err != nil {
		return nil, err
	}
	markFirst(n, n.synonyms.aliases, markAlias)
	markFirst(n, n.synonyms.stop, markStop)
	markFirst(n, n.synonyms.asking, markAsking)
	n.starts.alias, n.starts.stop, n.starts.asking = startsOf(n.synonyms.aliases), startsOf(n.synonyms.stop), startsOf(n.synonyms.asking)
	markFirst(n, n.synonyms.related, markRelated)
	return n, nil
}

// markFirst marks what the phrases begin with.
func markFirst[V any](n *Normalizer, p phrases[V], mark uint8) {
	for r := range p {
		if int(r) < len(n.marks) {
			n.marks[r] |= mark
		}
	}
}

// marked returns the place of the first rune from i on that has the mark, or is so
// rare that it may have it; len(runes) if there is none.
func (n *Normalizer) marked(runes []rune, i int, mark uint8) int {
	for i < len(runes) && int(runes[i]) < len(n.marks) && n.marks[runes[i]]&mark == 0 {
		i++
	}
	return i
}

// simplified builds the folding table once; nobody changes it. One character at a time
// is enough for matching, because index and query are folded alike, and it keeps offsets.
var simplified = sync.OnceValues(func() ([]uint16, error) {
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
})

// Normalize returns the folded form of s: lower-case words, numbers and
// simplified characters with single spaces where anything else stood.
// Normalizing twice changes nothing.
func (n *Normalizer) Normalize(s string) string {
	t := n.borrow()
	defer n.tracers.Put(t)
	return string(t.trace(s).runes)
}

// borrow returns a tracer that forgets origins, to be put back into the pool.
func (n *Normalizer) borrow() *tracer {
	if t, ok := n.tracers.Get().(*tracer); ok {
		return t
	}
	return &tracer{n: n, bare: true}
}

// text is a normalised text that remembers, for each rune, which bytes of the
// original it stands for; not if it is bare.
type text struct {
	runes    []rune
	from, to []int32
	bare     bool
}

func (t *text) add(r rune, from, to int32) {
	t.runes = append(t.runes, r)
	if !t.bare {
		t.from, t.to = append(t.from, from), append(t.to, to)
	}
}

// copyFrom appends rune i of another text.
func (t *text) copyFrom(o *text, i int) { t.copyRange(o, i, i+1) }

// replace appends s in place of the runes i to j of another text.
func (t *text) replace(s []rune, o *text, i, j int) {
	if t.bare {
		t.runes = append(t.runes, s...)
		return
	}
	for _, r := range s {
		t.add(r, o.from[i], o.to[j-1])
	}
}

// tracer normalises one text after the other.
type tracer struct {
	n     *Normalizer
	bare  bool         // forget origins, and use the memory of a text again for the next
	spare [2 * 3]*text // one step of two passes each: more are never in use
	used  int
}

func (t *tracer) newText(capacity int) *text {
	if !t.bare {
		return &text{runes: make([]rune, 0, capacity), from: make([]int32, 0, capacity), to: make([]int32, 0, capacity)}
	}
	t.used = (t.used + 1) % len(t.spare)
	if t.spare[t.used] == nil {
		t.spare[t.used] = &text{bare: true}
	}
	out := t.spare[t.used]
	out.runes = out.runes[:0]
	return out
}

// trace normalises s and keeps the origin of every rune.
func (n *Normalizer) trace(s string) *text { return (&tracer{n: n}).trace(s) }

// fold does everything but synonyms.
func (n *Normalizer) fold(s string) *text { return (&tracer{n: n}).fold(s) }

// letters folds width, case and script; what is not a letter or digit becomes
// one space, what is invisible vanishes.
func (n *Normalizer) letters(s string) *text { return (&tracer{n: n}).letters(s) }

func (t *tracer) trace(s string) *text { return t.rewritten(t.folded(s)) }

// folded is fold; settled says that to join and to look for digits a second time would
// change nothing.
func (t *tracer) folded(s string) (x *text, settled bool) {
	joined := t.joinSpaced(t.letters(s))
	x = t.digits(joined)
	return x, x == joined
}

// rewritten replaces synonyms in a folded text until that changes nothing.
func (t *tracer) rewritten(x *text, settled bool) *text {
	for range maxPasses {
		next := t.rewrite(x)
		if next == x && settled {
			break
		}
		next = t.digits(t.joinSpaced(next))
		if next == x || slices.Equal(next.runes, x.runes) {
			break
		}
		x, settled = next, false
	}
	return x
}

func (t *tracer) fold(s string) *text {
	x, _ := t.folded(s)
	return x
}

func (t *tracer) letters(s string) *text {
	f := folder{n: t.n, out: t.newText(len(s)/3 + 8)}
	r, size := utf8.DecodeRuneInString(s)
	for i := 0; i < len(s); {
		if !f.space && isPlainHan(r) {
			i = f.run(s, i)
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if next, width := utf8.DecodeRuneInString(s[i+size:]); isPlain(r) && (width == 0 || isPlain(next)) {
			f.plain(r, i, size, s)
			i, r, size = i+size, next, width
			continue
		}
		size = max(norm.NFKC.NextBoundaryInString(s[i:], true), size)
		f.segment(s[i:i+size], i, s[i+size:])
		i += size
		r, size = utf8.DecodeRuneInString(s[i:])
	}
	return f.out
}

// run folds the characters from i on that another one follows, what most text
// consists of, and returns where it stopped: at a character.
func (f *folder) run(s string, i int) int {
	if !f.out.bare {
		for ; hanAt(s, i+hanBytes) != 0; i += hanBytes {
			f.out.add(rune(f.n.simple[hanAt(s, i)-hanFirst]), int32(i), int32(i+hanBytes))
		}
		return i
	}
	runes, simple := f.out.runes, f.n.simple
	r := hanAt(s, i)
	for next := hanAt(s, i+hanBytes); next != 0; next = hanAt(s, i+hanBytes) {
		runes = append(runes, rune(simple[r-hanFirst]))
		r, i = next, i+hanBytes
	}
	f.out.runes = runes
	return i
}

// hanBytes is how many bytes a character that isPlainHan has in UTF-8.
const hanBytes = 3

// hanAt returns the character at i if isPlainHan; 0 for anything else.
func hanAt(s string, i int) rune {
	if i+hanBytes > len(s) || s[i] < 0xe3 || s[i] > 0xe9 || s[i+1]&0xc0 != 0x80 || s[i+2]&0xc0 != 0x80 {
		return 0
	}
	if r := rune(s[i]&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f); r >= hanFirst {
		return r
	}
	return 0
}

// plain folds a rune that stands for itself.
func (f *folder) plain(r rune, at, size int, s string) {
	switch {
	case isPlainHan(r) && !f.space:
		f.out.add(rune(f.n.simple[r-hanFirst]), int32(at), int32(at+size))
		return
	case r == '，':
		r = ','
	case r >= utf8.RuneSelf && !isPlainHan(r): // another mark, which NFKC keeps or makes one of ASCII
		f.space = true
		return
	}
	f.emit(r, at, at+size, s[at+size:])
}

// isPlain reports runes that NFKC leaves alone when another such rune follows, and wide
// marks, which it makes narrow ones: what nearly all text consists of.
func isPlain(r rune) bool {
	if r < utf8.RuneSelf || isPlainHan(r) {
		return true
	}
	switch r {
	case '，', '。', '、', '：', '？', '；', '！', '（', '）', '《', '》':
		return true
	}
	return false
}

func isPlainHan(r rune) bool { return r >= hanFirst && r <= hanLast }

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
	case r < utf8.RuneSelf:
		f.space = true
		return
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
func (c *tracer) joinSpaced(t *text) *text {
	gap := func(i int) bool { return t.runes[i] == ' ' && singleHan(t.runes, i-1) && singleHan(t.runes, i+1) }
	first := 0
	for first < len(t.runes) && (t.runes[first] != ' ' || !gap(first)) {
		first++
	}
	if first == len(t.runes) {
		return t
	}
	out := c.newText(len(t.runes))
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
