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
func PlainnessOf(text string) Plainness {
	var p Plainness
	total, rare, n, start := 0, 0, 0, 0
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
	for i, r := range text {
		switch {
		case r == '。' || r == '！' || r == '？' || r == '；' || r == '\n':
			end(i)
			start = i + utf8.RuneLen(r)
		case isHan(r):
			n++
			if !common(r) {
				rare++
			}
		}
	}
	end(len(text))
	if total > 0 {
		p.Mean, p.Rare = float64(total)/float64(p.Sentences), float64(rare)/float64(total)
	}
	return p
}

// common reports whether r is one of the 3755 characters of level 1 of GB/T 2312.
func common(r rune) bool {
	marks := levelOne()
	return int(r) < len(marks) && marks[r]
}

// levelOne marks the characters of level 1, which stand at 0xB0A1 to 0xD7F9.
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

// Plainness measures everything the policy's page says.
func (p *Policy) Plainness() Plainness {
	var b strings.Builder
	b.WriteString(p.Summary + "\n")
	for _, s := range p.Sections {
		b.WriteString(s.Text + "\n")
	}
	for _, f := range p.FAQ {
		b.WriteString(f.A + "\n")
	}
	return PlainnessOf(b.String())
}
