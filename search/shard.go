package search

import (
	"context"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// shard is a run of documents that one goroutine reads.
type shard struct {
	trace    tracer
	book     *book
	alphabet *alphabet
	docs     []Document

	counts    []uint32   // by code of a character: how often it occurs
	rare      []rareSign // characters that signs do not tell
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
		counts: make([]uint32, noCode), words: vocabulary{numbers: map[string]int32{}},
		first: make([]int32, 0, len(docs)),
	}
}

// measure counts the characters of all documents, whose titles and texts must be UTF-8, and
// makes room for what is read of them.
func (sh *shard) measure() error {
	titles, units := 0, 0
	for i := range sh.docs {
		d := &sh.docs[i]
		title, ok := characters(d.Title)
		text, ok2 := characters(d.Text)
		if !ok || !ok2 {
			return errNotUTF8
		}
		titles += title
		sh.room += text
		units += 2 + len(d.Names)
		for _, name := range d.Names {
			titles += utf8.RuneCountInString(name)
		}
	}
	sh.room += titles
	sh.sequence = make([]int32, 0, titles)
	sh.units, sh.lengths, sh.starts = make([]unit, 0, units), make([]int32, 0, units), make([]int32, 0, units)
	return nil
}

// characters counts those of a text and says whether it is UTF-8; the number is right
// where it is.
func characters(s string) (n int, ok bool) {
	n = len(s)
	i := 0
	for ; i+8 <= len(s); i += 8 { // all bytes but those that go on with a character, eight at a time
		word := binary.LittleEndian.Uint64([]byte(s[i : i+8]))
		n -= bits.OnesCount64(word >> 7 &^ (word >> 6) & 0x0101010101010101)
	}
	for ; i < len(s); i++ {
		if s[i]&0xc0 == 0x80 {
			n--
		}
	}
	return n, utf8.ValidString(s)
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

// enter appends the signs of a unit, counts its characters, puts its words into their
// streams and returns how many of both there are.
func (sh *shard) enter(runes []rune, unit int32, keep bool) (n int32) {
	joined := false // to a character before
	for i := 0; i < len(runes); n++ {
		r := runes[i]
		if r == ' ' {
			joined, i = false, i+1
			sh.signs = append(sh.signs, signGap)
			n--
			continue
		}
		if !keep && isPlainHan(r) {
			end := sh.enterRun(runes, i)
			n += int32(end-i) - 1
			joined, i = true, end
			continue
		}
		if isHan(r) {
			code := sh.enterCharacter(r)
			if keep {
				sh.sequence = append(sh.sequence, hanSign(code, joined))
			}
			joined, i = true, i+1
			continue
		}
		j := wordEnd(runes, i)
		number := sh.enterWord(runes[i:j], unit)
		sh.signs = append(sh.signs, sh.wordSigns[number])
		if joined, i = false, j; keep {
			sh.sequence = append(sh.sequence, wordSign(number))
		}
	}
	return n
}

// enterRun enters the common characters from i on, what most of a text consists of, and
// returns where they end.
func (sh *shard) enterRun(runes []rune, i int) int {
	signs, counts := sh.signs, sh.counts
	for ; i < len(runes) && isPlainHan(runes[i]); i++ {
		code := uint16(runes[i] - hanFirst)
		signs = append(signs, code)
		counts[code]++
	}
	sh.signs = signs
	return i
}

func (sh *shard) enterCharacter(r rune) (code uint16) {
	if isPlainHan(r) {
		code = uint16(r - hanFirst)
		sh.signs = append(sh.signs, code)
	} else {
		code = sh.alphabet.code(r)
		sh.rare = append(sh.rare, rareSign{at: int32(len(sh.signs)), code: code})
		sh.signs = append(sh.signs, signOf(r))
	}
	sh.counts[code]++
	return code
}

func (sh *shard) enterWord(word []rune, unit int32) int32 {
	number := sh.words.number(word)
	if int(number) == len(sh.spoken) {
		sh.spoken = append(sh.spoken, stream{})
		sh.wordSigns = append(sh.wordSigns, signOfWord(string(word)))
	}
	sh.spoken[number].add(sh.book, unit)
	return number
}
