package web

import (
	"html/template"
	"regexp"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"huitong/content"
)

// Headings break behind their marks alone, which is where a reader pauses. One without
// marks that is longer than its line would be broken where the line is full, often
// before its last character. Joints are where its words end as far as we know them.

// A phrase of so many characters fits the lines of a heading of a page, and of what is
// smaller. It gets no joints: a reader who listens may hear each as a short stop.
const (
	jointless = 8
	shortLine = 11
)

// joiner finds the words of headings among those that the content explains.
type joiner struct {
	convert func(string) string // as the pages of this language are written
	known   atomic.Pointer[vocabulary]
}

// vocabulary are the words of one state of the content by their first character.
type vocabulary struct {
	of    *content.Library
	words map[rune][]string
}

// breaks returns a heading with places marked at which its line may end, where a phrase
// of it has more characters than fit.
func (j *joiner) breaks(l *content.Library, heading string, fit int) template.HTML {
	if utf8.RuneCountInString(heading) <= fit || !strings.ContainsFunc(heading, isHan) {
		return template.HTML(template.HTMLEscapeString(heading))
	}
	var b strings.Builder
	from := 0
	for _, at := range joints(heading, fit, j.vocabulary(l).words) {
		b.WriteString(template.HTMLEscapeString(heading[from:at]))
		b.WriteString("<wbr>")
		from = at
	}
	b.WriteString(template.HTMLEscapeString(heading[from:]))
	return template.HTML(b.String())
}

// heading returns a heading of a page of language l, which has joints in Chinese alone.
func (j *joiner) heading(l language, current func() *Content, heading string, fit int) template.HTML {
	if !l.Han() {
		return template.HTML(template.HTMLEscapeString(heading))
	}
	return j.breaks(current().Library, heading, fit)
}

// vocabulary returns the words of the content, gathered once for each state of it.
func (j *joiner) vocabulary(l *content.Library) *vocabulary {
	if v := j.known.Load(); v != nil && v.of == l {
		return v
	}
	v := &vocabulary{of: l, words: map[rune][]string{}}
	for _, t := range l.Glossary {
		v.add(j.convert(t.ZH))
	}
	for _, p := range l.Policies {
		v.add(j.convert(p.Short("zh-Hans")))
	}
	j.known.Store(v)
	return v
}

func (v *vocabulary) add(word string) {
	if utf8.RuneCountInString(word) < 3 {
		return // too short to be more than a part of others
	}
	first, _ := utf8.DecodeRuneInString(word)
	v.words[first] = append(v.words[first], word)
}

// tight are what no line begins with though a word ends before it.
const tight = "的了吗呢吧们是·"

// openers are words that questions go on with, in both kinds of characters.
var openers = strings.Fields("现在 現在 什么 什麼 怎么 怎麼 怎样 怎樣 哪些 哪里 哪裏 多少 可以 还能 還能 有没有 有沒有 能不能 是不是 要不要")

// marks are what browsers end a line at by themselves.
var marks = regexp.MustCompile(`[，。、：；？！（）《》“”\s]+`)

// joints returns the places in a heading, counted in bytes, at which a line may end
// within what stands between its marks.
func joints(text string, fit int, words map[rune][]string) (out []int) {
	from := 0
	for _, mark := range append(marks.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		if phrase := text[from:mark[0]]; utf8.RuneCountInString(phrase) > fit {
			for _, at := range halved(phrase, jointsOf(phrase, words)) {
				out = append(out, from+at)
			}
		}
		from = mark[1]
	}
	return out
}

// jointsOf returns the places in a phrase at which a line may end: around a known word,
// before what a question goes on with and 和 and 与, behind 的 and a point in the middle.
// Neither the first nor the last piece is a single character.
func jointsOf(phrase string, words map[rune][]string) []int {
	var out []int
	add := func(at int) {
		if len(out) > 0 && out[len(out)-1] >= at || utf8.RuneCountInString(phrase[:at]) < 2 || utf8.RuneCountInString(phrase[at:]) < 2 {
			return
		}
		if next, _ := utf8.DecodeRuneInString(phrase[at:]); !strings.ContainsRune(tight, next) {
			out = append(out, at)
		}
	}
	joined := false // the character before joins what follows to what stands before it
	for at := 0; at < len(phrase); {
		r, size := utf8.DecodeRuneInString(phrase[at:])
		if word := longest(phrase[at:], words[r]); word != "" {
			if !joined {
				add(at)
			}
			for _, in := range within(word) {
				add(at + in)
			}
			at, joined = at+len(word), false
			add(at)
			continue
		}
		if opener := longest(phrase[at:], openers); opener != "" {
			add(at)
			if at, joined = at+len(opener), false; len(opener) > len("什么") {
				add(at) // 有没有, 能不能
			}
			continue
		}
		if joined = strings.ContainsRune("和与與", r); joined {
			add(at)
		}
		if at += size; r == '的' || r == '·' {
			add(at)
		}
	}
	return out
}

// halved adds places within pieces that still fill a line of a handset in large type.
func halved(phrase string, at []int) (out []int) {
	from := 0
	for _, to := range append(at, len(phrase)) {
		piece := strings.TrimLeft(phrase[from:to], "和与與")
		if utf8.RuneCountInString(piece) > jointless+1 {
			for _, in := range within(piece) {
				out = append(out, to-len(piece)+in)
			}
		}
		if from = to; to < len(phrase) {
			out = append(out, to)
		}
	}
	return out
}

// longest returns the longest of the words that text begins with.
func longest(text string, words []string) (found string) {
	for _, w := range words {
		if len(w) > len(found) && strings.HasPrefix(text, w) {
			found = w
		}
	}
	return found
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// within returns where a word of eight characters and more may be divided: behind the
// point that joins two names, else behind every second character, as most Chinese words
// have two.
func within(word string) []int {
	count := utf8.RuneCountInString(word)
	if name, _, joined := strings.Cut(word, "·"); joined {
		return []int{len(name) + len("·")}
	}
	if count < jointless {
		return nil
	}
	var out []int
	n, digit := 0, false
	for at, r := range word {
		if digit && isDigit(r) { // a number counts as one character
			count--
			continue
		}
		if digit = isDigit(r); n >= 4 && n <= count-2 && n%2 == 0 {
			out = append(out, at)
		}
		n++
	}
	return out
}
