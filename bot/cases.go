package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
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
	before := b.casesTold(t.memory.Told)
	asked := t.memory.Asked
	for _, hash := range asked[max(0, len(asked)-1):] {
		if e, ok := b.special[hash]; ok && e.Policy == t.memory.Policy {
			return t.folded + " " + b.norm.Fold(e.Question) + before
		}
	}
	if before != "" {
		return t.folded + before
	}
	return ""
}

// maxTold is how many special cases a conversation carries on: who names more speaks of others.
const maxTold = 4

// caseOf returns the number of the special case that a conversation carries; 0 if it is none.
func (b *Bot) caseOf(hash string) int {
	return 1 + slices.IndexFunc(b.lexicon.cases, func(words []string) bool { return hashOf(words[0]) == hash })
}

// casesTold returns a word for each special case that a conversation carries.
func (b *Bot) casesTold(told []string) string {
	var out strings.Builder
	for _, hash := range told {
		if n := b.caseOf(hash); n > 0 {
			out.WriteString(" " + b.lexicon.cases[n-1][0])
		}
	}
	return out.String()
}

// noteCases lets the conversation carry which special cases its messages name. It is never what
// a check of conditions goes by: who asks about a case has not said that it is theirs.
func (b *Bot) noteCases(t *turn) {
	if someoneElse.MatchString(t.folded) {
		t.memory.Told = nil
	}
	named := b.cases.apart(t.spelled)
	for n := range named.end() {
		if !named.has(n) || n == 0 {
			continue
		}
		hash := hashOf(b.lexicon.cases[n-1][0])
		told := slices.DeleteFunc(slices.Clone(t.memory.Told), func(other string) bool { return other == hash })
		told = append(told, hash)
		t.memory.Told = told[max(0, len(told)-maxTold):]
	}
}

// someoneElse matches that a message speaks of other people than before.
var someoneElse = regexp.MustCompile(`邻居|隔壁|[另第][一二外两]?一?个(?:孩子|学生|小孩|娃)|别人家|朋友家|同事家|亲戚家|another (?:child|family|pupil|student)|neighbou?r`)

// tells reports whether a short message that asks for nothing only names a special case, such as
// "I am from Guizhou": it is said about the policy spoken of, and not to be refused.
func (b *Bot) tells(t turn) bool {
	if b.names[t.memory.Policy] == nil || utf8.RuneCountInString(t.folded) > longestFollowUp || b.lexicon.share(t.words, refuseGroup) > 0 {
		return false
	}
	return len(b.cases.apart(t.spelled)) > 0
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
