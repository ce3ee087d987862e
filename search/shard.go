package search

import (
	"context"
	"unicode/utf8"
)

// shard is a run of documents that one goroutine reads.
type shard struct {
	trace    tracer
	book     *book
	alphabet *alphabet
	docs     []Document

	codes     []uint16 // code to its place in chars, plus one
	chars     []stream
	queue     queue // of occurrences in chars
	words     vocabulary
	spoken    []stream // by number of the word
	wordSigns []uint16 // the same

	units    []unit
	first    []int32  // document to its first unit
	lengths  []int32  // tokens of each unit
	sequence []int32  // of titles and names: what sign returns
	signs    []uint16 // of all units
	room     int      // of signs, in the array of all shards
	starts   []int32  // unit to its first

	firstUnit, firstSign int32 // of the shard among those of all
}

func newShard(b *builder, docs []Document) *shard {
	return &shard{
		trace: tracer{n: b.norm, bare: true}, book: b.book, alphabet: b.alphabet, docs: docs,
		codes: make([]uint16, noCode), words: vocabulary{numbers: map[string]int32{}},
		first: make([]int32, 0, len(docs)), units: make([]unit, 0, 2*len(docs)),
	}
}

// measure counts the characters of all documents, whose titles and texts must be UTF-8.
func (sh *shard) measure() error {
	for i := range sh.docs {
		d := &sh.docs[i]
		title, ok := characters(d.Title)
		text, ok2 := characters(d.Text)
		if !ok || !ok2 {
			return errNotUTF8
		}
		sh.room += title + text
		for _, name := range d.Names {
			sh.room += utf8.RuneCountInString(name)
		}
	}
	return nil
}

// characters counts those of a text and says whether it is UTF-8.
func characters(s string) (n int, ok bool) {
	ok = true
	for _, r := range s {
		n++
		ok = ok && (r != utf8.RuneError || utf8.ValidString(s))
	}
	return n, ok
}

// A sign is a character or word of a title before terms have numbers.
func hanSign(code uint16, joined bool) int32 {
	if joined {
		return int32(code)<<1 | 1
	}
	return int32(code) << 1
}

func wordSign(number int32) int32 { return -number - 1 }

// read enters all documents.
func (sh *shard) read(ctx context.Context) error {
	for i := range sh.docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := &sh.docs[i]
		sh.first = append(sh.first, int32(len(sh.units)))
		sh.addUnit(int32(i), fieldTitle, d.Title)
		for _, name := range d.Names {
			sh.addUnit(int32(i), fieldName, name)
		}
		sh.addUnit(int32(i), fieldText, d.Text)
	}
	sh.queue.empty(sh.book, sh.chars)
	sh.queue = queue{}
	return nil
}

// addUnit enters one value; one without letters leaves no trace.
func (sh *shard) addUnit(doc int32, field uint8, value string) {
	from, start := int32(len(sh.sequence)), int32(len(sh.signs))
	n := sh.enter(sh.trace.trace(value).runes, int32(len(sh.units)), field != fieldText)
	if n == 0 {
		return
	}
	sh.starts = append(sh.starts, start)
	sh.units = append(sh.units, unit{doc: doc, field: field, from: from, to: int32(len(sh.sequence))})
	sh.lengths = append(sh.lengths, n)
}

// enter puts the characters and words of a unit into their streams and returns how
// many there are. Each character waits for the one that may follow.
func (sh *shard) enter(runes []rune, unit int32, keep bool) (n int32) {
	open := int32(-1)
	for i := 0; i < len(runes); n++ {
		r := runes[i]
		if r == ' ' {
			open, i = sh.close(open, unit, noCode), i+1
			sh.signs = append(sh.signs, signGap)
			n--
			continue
		}
		if isHan(r) {
			code := sh.alphabet.code(r)
			sh.signs = append(sh.signs, signOf(r))
			if keep {
				sh.sequence = append(sh.sequence, hanSign(code, open >= 0))
			}
			sh.close(open, unit, code)
			open, i = int32(code), i+1
			continue
		}
		open = sh.close(open, unit, noCode)
		j := wordEnd(runes, i)
		number := sh.enterWord(runes[i:j], unit)
		sh.signs = append(sh.signs, sh.wordSigns[number])
		if i = j; keep {
			sh.sequence = append(sh.sequence, wordSign(number))
		}
	}
	sh.close(open, unit, noCode)
	return n
}

// close enters the character that waits, if there is one, and returns that none is.
func (sh *shard) close(code, unit int32, next uint16) int32 {
	if code < 0 {
		return -1
	}
	at := sh.codes[code]
	if at == 0 {
		sh.chars = append(sh.chars, stream{})
		sh.queue.grow()
		at = uint16(len(sh.chars))
		sh.codes[code] = at
	}
	if sh.queue.full() {
		sh.queue.empty(sh.book, sh.chars)
	}
	sh.queue.add(at-1, unit, next)
	return -1
}

func (sh *shard) enterWord(word []rune, unit int32) int32 {
	number := sh.words.number(word)
	if int(number) == len(sh.spoken) {
		sh.spoken = append(sh.spoken, stream{})
		sh.wordSigns = append(sh.wordSigns, signOfWord(string(word)))
	}
	sh.spoken[number].add(sh.book, unit, noCode)
	return number
}
