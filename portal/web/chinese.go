package web

import (
	"bytes"
	"regexp"
	"unicode"

	"huitong/portal/pinyin"
)

// English pages name programmes, offices and papers in Chinese as well, so that a
// reader can show the name to somebody. Voices and fonts need to be told where.

// chineseRun matches Chinese words with the punctuation and figures among them.
var chineseRun = regexp.MustCompile(`[《〈「（〔【]*\p{Han}(?:[\p{Han}0-9、，。：；！？·《》〈〉「」（）〔〕【】]*[\p{Han}。！？》〉」）〕】])?`)

func isHan(r rune) bool { return r >= '\u3007' && unicode.Is(unicode.Han, r) }

// markChinese marks the Chinese words of a rendered page that stand in another
// language's passage. Everything else stays as it is, byte for byte.
func markChinese(body []byte) []byte {
	return pinyin.Rewrite(body, func(out *bytes.Buffer, at pinyin.Element, text []byte) {
		if !at.Chinese() && !at.Bare && bytes.ContainsFunc(text, isHan) {
			text = chineseRun.ReplaceAll(text, []byte(`<span lang="zh-Hans">$0</span>`))
		}
		out.Write(text)
	})
}
