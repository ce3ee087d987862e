package content

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A section in plain words is what elder mode shows first, and what is read aloud to
// somebody who does not want all of it. The file's front matter says it under plain,
// by the section's ID; nothing is cut by machine. The bounds are what an ear keeps.
const (
	MaxPlain         = 60 // Chinese characters in all
	MaxPlainWords    = 45 // the same in English
	MaxPlainSentence = 30 // Chinese characters in a sentence: half of what a page may have
	MaxPlainCount    = 3  // sentences
)

// officialWords are those of offices, with what one says at home. A promise is none
// of ours to make: the office decides.
var officialWords = map[string]string{
	"户籍": "户口", "受理": "收材料", "查验": "看材料", "核实": "查清楚", "出具": "开", "凭据": "证明", "予以": "给", "应当": "要",
	"告知": "告诉", "逾期": "过了时间", "时限": "要等多久", "流程": "怎么办", "参照": "跟……一样", "自付": "自己要付的", "履行": "尽",
	"上述": "上面的", "相关": "有关的", "社会化": "发到账户", "常态化": "经常", "统筹": "一起管", "机制": "办法", "口径": "规定",
	"保证": "可以", "一定能": "可以", "肯定能": "可以",
}

// officialList is the words of offices in order.
var officialList = sync.OnceValue(func() []string { return sortedKeys(officialWords) })

// attachPlain gives each section its plain words.
func attachPlain(sections []Section, plain map[string]string) {
	for i := range sections {
		sections[i].Plain = strings.TrimSpace(plain[sections[i].ID])
	}
}

// loadPlain gives the sections of an original their plain words, after it has found
// those that are of no section or say nothing, and notes those that are missing and
// those that are hard. A policy has them all; a page has all or none.
func loadPlain(src *source, sections []Section, plain map[string]string, all bool, c *collector) {
	for _, id := range sortedKeys(plain) {
		if _, ok := sectionOf(sections, id); !ok {
			c.add(src.file, src.line("plain", id), fmt.Sprintf("plain words for no section: %q", id), "use the id of a heading of this file")
		} else if strings.TrimSpace(plain[id]) == "" {
			c.add(src.file, src.line("plain", id), fmt.Sprintf("plain.%s is empty", id), "say the section in two or three short sentences")
		}
	}
	attachPlain(sections, plain)
	for _, s := range sections {
		if _, ok := plain[s.ID]; !ok && (all || len(plain) > 0) {
			c.note(src.file, src.line("plain"), fmt.Sprintf("section %q has no plain words", s.ID), "say it under plain."+s.ID+" as one would to an old neighbour")
		}
		notePlain(src, s, c)
	}
}

// notePlain notes what makes a Chinese section's plain words hard.
func notePlain(src *source, s Section, c *collector) {
	note := func(what, fix string) { c.note(src.file, src.line("plain", s.ID), "plain."+s.ID+" "+what, fix) }
	p := PlainnessOf(s.Plain)
	if n := countHan(s.Plain); n > MaxPlain {
		note(fmt.Sprintf("has %d characters, more than %d", n, MaxPlain), "say the one thing that matters; the section below says the rest")
	}
	if p.Sentences > MaxPlainCount {
		note(fmt.Sprintf("has %d sentences, more than %d", p.Sentences, MaxPlainCount), "leave out what can be read below")
	}
	if p.Longest > MaxPlainSentence {
		note(fmt.Sprintf("has a sentence of %d characters, more than %d", p.Longest, MaxPlainSentence), "one thought in a sentence: split it")
	}
	for _, r := range uncommon(s.Plain) {
		note(fmt.Sprintf("has the hard character %c", r), "use one that everybody reads")
	}
	for _, word := range officialList() {
		if strings.Contains(s.Plain, word) {
			note("has the office's word "+word, "say "+officialWords[word])
		}
	}
}

// noteLongPlain notes English plain words that are too long.
func noteLongPlain(src *source, sections []Section, c *collector) {
	for _, s := range sections {
		if n := len(strings.Fields(s.Plain)); n > MaxPlainWords && countHan(s.Plain) == 0 {
			c.note(src.file, src.line("plain", s.ID), fmt.Sprintf("plain.%s has %d words, more than %d", s.ID, n, MaxPlainWords), "say the one thing that matters; the section below says the rest")
		}
		if n := sentencesEN(s.Plain); n > MaxPlainCount {
			c.note(src.file, src.line("plain", s.ID), fmt.Sprintf("plain.%s has %d sentences, more than %d", s.ID, n, MaxPlainCount), "leave out what can be read below")
		}
	}
}

func countHan(s string) int {
	n := 0
	for _, r := range s {
		if isHan(r) {
			n++
		}
	}
	return n
}

// sentencesEN counts sentences of English: words that end with a full stop, a
// question mark or an exclamation mark.
func sentencesEN(s string) int {
	n := 0
	for _, word := range strings.Fields(s) {
		if strings.ContainsAny(word[len(word)-1:], ".?!") {
			n++
		}
	}
	return n
}

// uncommon returns the characters that Plainness counts as rare, each once.
func uncommon(text string) []rune {
	common := levelOne()
	var out []rune
	for _, r := range text {
		if isHan(r) && (r < firstHan || int(r) >= len(common) || !common[r]) && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
