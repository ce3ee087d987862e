package bot

import (
	"regexp"
	"strings"
)

// hidden matches what was masked before a question came here, with the words that say what it
// was: "my number is ***" would be taken for a question about numbers to call. Whose it was
// belongs to those words only: of "he hits me, ***" the one who is hit must stay.
var hidden = regexp.MustCompile(`(?:(?:我的|我嘅|我|孩子的)?(?:(?:身份证|身份證|电话|電話|手机|手機|微信|银行卡|銀行卡|卡号|账号|賬號)(?:号码|號碼|号|號)?|号码|號碼|号|號)(?:是|系|係|：|:)?|(?:我的|我嘅|我|孩子的)?(?:是|系|係|：|:))?\s*\*\*\*[，,。；;\s]*`)

// withoutHidden takes such parts out of a text that says something besides.
func withoutHidden(text string) string {
	if !strings.Contains(text, "***") {
		return text
	}
	if rest := strings.TrimSpace(hidden.ReplaceAllString(text, "")); rest != "" {
		return rest
	}
	return text
}

// fileCases files the words of special cases; the lexicon's first has the number 1.
func (b *Bot) fileCases(l *lexicon) {
	for i, words := range l.cases {
		for _, w := range words {
			b.cases.add(strings.ReplaceAll(w, "_", " "), i+1)
		}
	}
}

// casesOf returns the numbers of the special cases that a published question names.
func (b *Bot) casesOf(e *Entry) []int {
	if e.Question == "" || e.Lang != original {
		return nil
	}
	named := b.cases.apart(spell(b.norm.Fold(e.Question)))
	var out []int
	for n := range named.end() {
		if named.has(n) {
			out = append(out, n)
		}
	}
	return out
}

// toldCases returns a follow-up with the question of a special case that was answered last,
// which it is still about; "" where that was none.
func (b *Bot) toldCases(t turn) string {
	asked := t.memory.Asked
	for _, hash := range asked[max(0, len(asked)-1):] {
		if e, ok := b.special[hash]; ok && e.Policy == t.memory.Policy {
			return t.folded + " " + b.norm.Fold(e.Question)
		}
	}
	return ""
}

// caseSet is the set of special cases that a message names. Where it is not heard, as in a
// follow-up and in pinyin, it lacks none.
type caseSet struct {
	numberSet
	heard bool
}

// namedCases returns the special cases that folded text names.
func (b *Bot) namedCases(folded string) caseSet {
	named := b.cases.apart(spell(folded))
	return caseSet{named, folded != "" && (len(named) > 0 || strings.ContainsFunc(folded, isHan))}
}

// lacks returns how many of the cases are not in the set.
func (s caseSet) lacks(cases []int) int {
	n := 0
	for _, c := range cases {
		if s.heard && !s.has(c) {
			n++
		}
	}
	return n
}
