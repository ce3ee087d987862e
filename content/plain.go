package content

import (
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// MaxSentence is the number of Chinese characters from which a sentence is too
// long for plain language: on a phone it fills three lines.
const MaxSentence = 60

// Plainness measures how easy a Chinese text is to read.
type Plainness struct {
	Sentences int
	Mean      float64 // Chinese characters in a sentence
	Longest   int     // the same
	Rare      float64 // share, 0..1, of characters outside the 3755 common ones (GB/T 2312 level 1)
	Long      []string
}

// PlainnessOf measures a text; sentences end with 。！？； or a line.
func PlainnessOf(text string) Plainness { return plainnessOf(text) }

// plainnessOf measures several texts, of which each ends a sentence.
func plainnessOf(texts ...string) Plainness {
	var p Plainness
	marks := rareMarks()
	total, rare := 0, 0
	for _, text := range texts {
		n, start := 0, 0
		end := func(at int) {
			if n == 0 {
				return
			}
			p.Sentences++
			total += n
			p.Longest = max(p.Longest, n)
			if n > MaxSentence {
				p.Long = append(p.Long, strings.TrimSpace(text[start:at]))
			}
			n = 0
		}
		for i := 0; i < len(text); {
			// What most of a text is. Which of it is rare no processor can foresee, so nothing
			// branches on it.
			from := i
			for r := hanAt(text, i); r != 0; r = hanAt(text, i) {
				rare += int(marks[r-firstHan])
				i += hanBytes
			}
			n += (i - from) / hanBytes
			if i == len(text) {
				break
			}
			r, size := utf8.DecodeRuneInString(text[i:])
			switch {
			case r == '。' || r == '！' || r == '？' || r == '；' || r == '\n':
				end(i)
				start = i + size
			case isHan(r): // beyond the usual block none is common
				n++
				rare++
			}
			i += size
		}
		end(len(text))
	}
	if total > 0 {
		p.Mean, p.Rare = float64(total)/float64(p.Sentences), float64(rare)/float64(total)
	}
	return p
}

// hanBytes is how many bytes a character of the block has in UTF-8 in which nearly all
// Chinese is written.
const hanBytes = 3

// hanAt returns the character at i if it is of that block; 0 for anything else.
func hanAt[T string | []byte](s T, i int) rune {
	if i+hanBytes > len(s) || s[i] < 0xe4 || s[i] > 0xe9 || s[i+1]&0xc0 != 0x80 || s[i+2]&0xc0 != 0x80 {
		return 0
	}
	if r := rune(s[i]&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f); r >= firstHan {
		return r
	}
	return 0
}

// firstHan is the first character of the block that nearly all Chinese is written in.
const firstHan = 0x4e00

// levelOne marks the 3755 characters of level 1 of GB/T 2312, which stand at 0xB0A1 to 0xD7F9.
var levelOne = sync.OnceValue(func() []bool {
	marks := make([]bool, 0xa000)
	decoder := simplifiedchinese.GBK.NewDecoder()
	for row := byte(0xb0); row <= 0xd7; row++ {
		for cell := byte(0xa1); cell <= 0xfe && (row < 0xd7 || cell <= 0xf9); cell++ {
			b, err := decoder.Bytes([]byte{row, cell})
			if r, _ := utf8.DecodeRune(b); err == nil && int(r) < len(marks) {
				marks[r] = true
			}
		}
	}
	return marks
})

// rareMarks are the same from firstHan on, 1 for a character that is none of those.
var rareMarks = sync.OnceValue(func() []uint8 {
	common := levelOne()
	marks := make([]uint8, len(common)-firstHan)
	for i := range marks {
		if !common[firstHan+i] {
			marks[i] = 1
		}
	}
	return marks
})

// Plainness measures everything the policy's page says.
func (p *Policy) Plainness() Plainness {
	texts := []string{p.Summary}
	for _, s := range p.Sections {
		texts = append(texts, s.Text)
	}
	for _, f := range p.FAQ {
		texts = append(texts, f.A)
	}
	return plainnessOf(texts...)
}
