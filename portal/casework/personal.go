package casework

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Found says what of a text could identify somebody.
type Found struct{ Numbers, Names bool }

// longNumber is how many digits a number has that identifies somebody: of an
// identity card, a telephone, an account, an application or its code. Years, amounts
// and the short public numbers have fewer.
const longNumber = 8

// surnames are the usual ones: without one of them, what follows "my name is" in
// Chinese is more likely no name.
const surnames = "陈李张黄何梁林刘吴周罗郑杨叶谢王徐邓冯郭曾杜蔡胡潘萧肖袁许欧苏余卢谭朱马伍方简甘高孙宋唐沈韩曹彭吕董程崔魏薛姚钟汪田任范石廖贾夏韦付傅白邹孟熊秦邱江尹阎段侯雷龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温庞殷章葛洪阮陆鲁区麦关岑霍容冼招劳植" +
	"陳張黃劉吳羅鄭楊葉謝鄧馮蕭許歐蘇盧譚馬萬簡孫韓呂鍾賈韋鄒閻龍陶賀顧龔錢嚴溫龐陽陸魯區麥關勞"

var (
	// named matches a Chinese name behind words that introduce one.
	named = regexp.MustCompile(`((?:叫做|名叫|叫|姓名|名字|全名)(?:是|叫|係|系)?[：: 　]?)([` + surnames + `]\p{Han}{1,2})`)
	// namedEN does so in English, where a name is what is written with capitals, or
	// the word that follows.
	namedEN = regexp.MustCompile(`(?i:\b(?:my|his|her|the child'?s|our (?:son|daughter|child)'?s) (?:full )?name(?: is|'s|:)|\b(?:i am|i'm|he is|she is) called|\bname:)[ ]+[A-Za-z][A-Za-z'’-]*(?: [A-Z][A-Za-z'’-]*){0,3}`)
	// introEN is the part of it that stays.
	introEN = regexp.MustCompile(`(?i)^.*?(?:name is|name's|name:|called) +`)
)

// fewestFigures is how many figures that pattern needs.
const fewestFigures = 6

// hints says which patterns a text can match at all, by the characters that each needs.
// Few texts have any, and to look for them once costs a fraction of one pattern.
type hints struct {
	figures, letters, gaps int // digits, those of English words, and what stands between these
	mail, named, namedEN   bool
}

// Eight digits in English words have no fewer letters and gaps than "oh oh oh oh oh oh oh oh".
const (
	fewestLetters = 16
	fewestGaps    = 7
)

// spelled reports whether there can be a number in English words.
func (h hints) spelled() bool { return h.letters >= fewestLetters && h.gaps >= fewestGaps }

func hintsOf(text string) (h hints) {
	var before rune
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			h.letters++
		case r == ' ', r == ',', r == '.', r == '-':
			h.gaps++
		case r == '@', r == '＠':
			h.mail = true
		case r == '叫', r == '名' && (before == '姓' || before == '全'), r == '字' && before == '名':
			h.named = true
		case isFigure(r):
			h.figures++
		}
		before = r
	}
	if h.letters > 0 {
		lower := strings.ToLower(text)
		h.namedEN = strings.Contains(lower, "name") || strings.Contains(lower, "called")
	}
	return h
}

// isFigure reports a digit in any script or a Chinese one.
func isFigure(r rune) bool {
	switch r {
	case '一', '二', '三', '四', '五', '六', '七', '八', '九', '零', '幺', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖', '貳', '參', '陸', '〇', '⓪':
		return true
	}
	return r >= '0' && r <= '9' || r >= utf8.RuneSelf && !plainHan(r) && (unicode.Is(unicode.Nd, r) || r >= '①' && r <= '⑨')
}

// plainHan reports a character of the block that nearly all Chinese text is of.
func plainHan(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// MaskPersonal replaces what could identify somebody by *** and leaves the rest as it
// is, so that a question can still be answered. Numbers that public returns, digits
// alone, stay: they are those of hotlines. It is asked only where a number is found;
// nil where none are public.
func MaskPersonal(text string, public func() []string) (string, Found) {
	var found Found
	hint := hintsOf(text)
	if hint.figures >= fewestFigures {
		text = figures.ReplaceAllStringFunc(text, func(m string) string {
			digits := onlyDigits(m)
			if utf8.RuneCountInString(digits) < longNumber || public != nil && slices.ContainsFunc(public(), func(p string) bool { return strings.HasSuffix(p, digits) }) {
				return m
			}
			found.Numbers = true
			return masked
		})
	}
	if hint.spelled() {
		text = figuresEN.ReplaceAllStringFunc(text, func(string) string {
			found.Numbers = true
			return masked
		})
	}
	hide := func(can bool, pattern *regexp.Regexp, by func(string) string) {
		if !can {
			return
		}
		text = pattern.ReplaceAllStringFunc(text, func(m string) string {
			found.Names = true
			return by(m)
		})
	}
	hide(hint.mail, mailbox, func(string) string { return masked })
	hide(hint.named, named, func(m string) string { return named.FindStringSubmatch(m)[1] + masked })
	hide(hint.namedEN, namedEN, func(m string) string { return introEN.FindString(m) + masked })
	return text, found
}

// onlyDigits returns the digits of a number in any script, X at its end included.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isFigure(r), strings.ContainsRune("XxＸｘ", r):
			return r
		}
		return -1
	}, s)
}
