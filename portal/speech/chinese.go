package speech

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// chinese says lines in Mandarin or Cantonese. Both write simplified characters here;
// they differ in how some numbers are said.
type chinese struct{ voice Voice }

// counters are words behind a number that counts; two is 两 before them.
var counters = strings.Fields("个 名 位 人 元 块 万 千 百 亿 份 张 次 周岁 岁 年 天 周 学年 学期 小时 分钟 点 倍 件 项 种 类 家 所 户 寸 米 公里 公斤 斤 平方 条 页 句 笔 套 间 口 片 批 组 班 步 段 层 代 成 角 趟 遍 排 部 辆 台 瓶 双 对 边 方 国 地 市 孩 兄 姐 夫 老")

// uncounted begin like a counter, but number what they name.
var uncounted = strings.Fields("市民 家里 家人 人工 国家 年级 年度 类人 部分 班级 代身份证 条例 地址 市场 方面")

// named are other words behind a number that is no telephone number.
const named = "月日号级楼期度分%‰条届式"

// rules are tried one after the other. What one has said has no digits left, so the
// rules behind pass it over.
func (c chinese) rules() []rule {
	return []rule{
		{mail, func(m []string, _, _ string) (string, bool) {
			return "邮箱" + strings.ReplaceAll(m[1], ".", "点") + " 艾特 " + strings.ReplaceAll(m[2], ".", "点"), true
		}},
		{webAddress, func(m []string, _, _ string) (string, bool) {
			return "网址" + strings.ReplaceAll(m[1], ".", "点"), true
		}},
		{documentNumber, c.document},
		{dateDigits, c.date},
		{landline, c.phone},
		{mobile, c.phone},
		{freeLine, c.phone},
		{codeShape, c.code},
		{between, func(m []string, _, _ string) (string, bool) { return m[1] + "到" + m[2], true }},
		{yearSpan, func(m []string, before, _ string) (string, bool) {
			return plain(m[1]) + "到" + plain(m[2]) + m[3], apart(before, "")
		}},
		{year, func(m []string, before, _ string) (string, bool) { return plain(m[1]) + m[2], apart(before, "") }},
		{clock, c.clock},
		{money, func(m []string, _, _ string) (string, bool) { return m[1] + "元", true }},
		{percent, func(m []string, _, _ string) (string, bool) {
			return map[string]string{"%": "百分之", "‰": "千分之"}[m[2]] + c.decimal(m[1]), true
		}},
		{fraction, c.fraction},
		{ordinal, func(m []string, _, _ string) (string, bool) { return "第" + c.ordinal(m[1]), true }},
		{numbered, c.numbered},
		{unit, func(m []string, _, after string) (string, bool) {
			next, _ := utf8.DecodeRuneInString(after)
			return m[1] + units[strings.ToLower(m[2])], !isWord(next)
		}},
		{number, c.count},
	}
}

var (
	documentNumber = regexp.MustCompile(`[〔［\[(（](\d{4})[〕］\])）](?:第)?(\d+)号`)
	between        = regexp.MustCompile(`(\d[年月日时分点岁元天个级号条%万千百周]*)\s*(?:[—–～~－]+|-)\s*(\d)`)
	yearSpan       = regexp.MustCompile(`(\d{4})年?到(\d{4})(年|学年)`)
	year           = regexp.MustCompile(`(\d{4})(年|学年|级|版|届)`)
	clock          = regexp.MustCompile(`(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?`)
	money          = regexp.MustCompile(`[¥￥]\s?(\d[\d,]*(?:\.\d+)?万?)元?`)
	percent        = regexp.MustCompile(`(\d+(?:\.\d+)?)([%‰])`)
	fraction       = regexp.MustCompile(`(\d{1,2})/(\d{1,3})`)
	ordinal        = regexp.MustCompile(`第\s?(\d+)`)
	numbered       = regexp.MustCompile(`(\d+)号`)
	unit           = regexp.MustCompile(`(?i)(\d)\s?(kg|km|cm|mm|mb|gb|kb|m²|m|g)`)
	number         = regexp.MustCompile(`\d+(?:,\d{3})*(?:\.\d+)?`)
)

var units = map[string]string{"kg": "公斤", "km": "公里", "cm": "厘米", "mm": "毫米", "mb": "兆", "gb": "G", "kb": "K", "m²": "平方米", "m": "米", "g": "克"}

// replaced are signs that are not read as they stand.
var replaced = strings.NewReplacer(
	"/学年", "每学年", "/人", "每人", "·人", "每人", "/月", "每月", "·月", "每月", "/年", "每年", "/天", "每天", "/日", "每日", "/次", "每次", "/户", "每户", "/份", "每份", "/个", "每个", "和/或", "或", "/", "或",
	"——", "，", "—", "，", "–", "，", "、", "，", "；", "。", ";", "。", "：", "，", ":", "，", "·", "", "•", "", "“", "", "”", "", "‘", "", "’", "", "\"", "", "《", "", "》", "", "〈", "", "〉", "", "「", "", "」", "", "『", "", "』", "",
	"（", "，", "）", "，", "(", "，", ")", "，", "[", "，", "]", "，", "【", "，", "】", "，", "〔", "，", "〕", "，", "{", "，", "}", "，", "……", "。", "…", "。",
	"≥", "大于等于", "≤", "小于等于", ">", "大于", "<", "小于", "=", "等于", "×", "乘", "±", "正负", "→", "，", "＋", "加", "+", "加", "&", "和", "§", "第", "№", "第", "℃", "摄氏度", "㎡", "平方米", "½", "二分之一", "～", "到", "~", "到", "@", "艾特",
)

// pauses are several of them, which are one; before the end of a sentence none.
var (
	pauses  = regexp.MustCompile(`(?:[，,]\s*){2,}`)
	noPause = regexp.MustCompile(`[，,]\s*([。！？])|([。！？])\s*，`)
)

func (c chinese) say(line string) string {
	line = aside.ReplaceAllString(strings.Map(circled, line), "$1")
	line = sectionSign.ReplaceAllString(line, "第${1}条")
	for _, r := range c.rules() {
		line = r.apply(line)
	}
	line = hanGap.ReplaceAllString(replaced.Replace(hanDot.ReplaceAllString(line, "$1，")), "$1$2")
	line = hanGap.ReplaceAllString(line, "$1$2") // gaps on both sides of one character
	line = noPause.ReplaceAllString(pauses.ReplaceAllString(line, "，"), "$1$2")
	return strings.TrimSpace(line)
}

// hanGap is a space between Chinese characters, hanDot the point behind a number of a
// list.
var (
	hanGap = regexp.MustCompile(`([\p{Han}，。])\s+([\p{Han}，。])`)
	hanDot = regexp.MustCompile(`(\p{Han})\.\s?`)
)

// aside is a character in brackets inside a word: 村（居）委会 is said in one go.
var aside = regexp.MustCompile(`[（(](\p{Han})[）)]`)

var sectionSign = regexp.MustCompile(`§\s?(\d+)`)

// circled turns ① into 一, and so on.
func circled(r rune) rune {
	if r >= '①' && r <= '⑨' {
		said, _ := utf8.DecodeRuneInString(numerals[r-'①'+1])
		return said
	}
	return r
}

// document says 民发〔2019〕62号: the year, then the number in it.
func (c chinese) document(m []string, before, _ string) (string, bool) {
	last, _ := utf8.DecodeLastRuneInString(before)
	return plain(m[1]) + "年" + c.ordinal(m[2]) + "号", unicode.Is(unicode.Han, last)
}

func (c chinese) date(m []string, before, after string) (string, bool) {
	month, day := c.numeral(m[2]), c.numeral(m[3])
	return plain(m[1]) + "年" + month + "月" + day + "日", apart(before, after) && atMost(m[2], 12) && atMost(m[3], 31)
}

// atMost reports whether the digits are a number from 1 to limit.
func atMost(digits string, limit int) bool {
	n, err := strconv.Atoi(digits)
	return err == nil && n > 0 && n <= limit
}

// phone says the parts of a telephone number with pauses between.
func (c chinese) phone(m []string, before, after string) (string, bool) {
	if !apart(before, after) || c.counts(after) {
		return "", false
	}
	var parts []string
	for _, part := range m[1:] {
		if part != "" {
			parts = append(parts, c.spell(part))
		}
	}
	return strings.Join(parts, "，"), true
}

// code says service lines, numbers of papers and whatever else is spelled.
func (c chinese) code(m []string, before, after string) (string, bool) {
	s := m[0]
	onlyDigits := strings.Trim(s, "0123456789") == ""
	switch {
	case !apart(before, after):
		return "", false
	case onlyDigits && c.counts(after) && len(s) < 13 && s[0] != '0':
		return "", false
	case onlyDigits && (serviceLine.MatchString(s) || len(s) > 6) && !strings.HasSuffix(before, "¥") && !strings.HasSuffix(before, "￥"), isCode(s):
		return c.spellCode(s), true
	}
	return "", false
}

func (c chinese) spellCode(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			b.WriteString(c.spell(string(r)))
		case r == '-':
			b.WriteString("，")
		default:
			b.WriteString(" " + string(r) + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// counts reports whether the text behind a number says that it counts or measures.
func (c chinese) counts(after string) bool {
	after = strings.TrimPrefix(after, " ")
	next, size := utf8.DecodeRuneInString(after)
	if size == 0 {
		return false
	}
	return isCounter(after) || strings.ContainsRune(named, next)
}

func isCounter(after string) bool {
	for _, word := range uncounted {
		if strings.HasPrefix(after, word) {
			return false
		}
	}
	for _, word := range counters {
		if strings.HasPrefix(after, word) {
			return true
		}
	}
	return false
}

// clock says 14:30 as 下午两点半. Who has said which half of the day it is says it once.
func (c chinese) clock(m []string, before, after string) (string, bool) {
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	if hour > 24 || minute > 59 || !apart(before, after) {
		return "", false
	}
	said := ""
	if hour > 12 && hour < 24 {
		hour -= 12
		part := "下午"
		if hour > 5 {
			part = "晚上"
		}
		if !strings.HasSuffix(strings.TrimSpace(before), part) {
			said = part
		}
	}
	switch {
	case hour == 2:
		said += "两点"
	default:
		said += c.numeral(strconv.Itoa(hour)) + "点"
	}
	switch {
	case minute == 0:
	case minute == 30:
		said += "半"
	case minute < 10:
		said += "零" + c.numeral(m[2]) + "分"
	default:
		said += c.numeral(m[2]) + "分"
	}
	return said, true
}

func (c chinese) fraction(m []string, before, after string) (string, bool) {
	return c.numeral(m[2]) + "分之" + c.numeral(m[1]), apart(before, after) && m[1] != "0" && m[2] != "0" && len(m[1]) <= len(m[2])
}

// ordinal says the number of a thing: two stays 二, and long ones are spelled.
func (c chinese) ordinal(digits string) string {
	if len(digits) > 3 || len(digits) > 1 && digits[0] == '0' {
		return c.spell(digits)
	}
	return strings.ReplaceAll(c.numeral(digits), "两", "二")
}

func (c chinese) numbered(m []string, before, after string) (string, bool) {
	return c.ordinal(m[1]) + "号", apart(before, "")
}

// count says any other number: two is 两 before what it counts, and of a span of
// numbers the end says what is counted.
func (c chinese) count(m []string, _, after string) (string, bool) {
	digits := m[0]
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return c.spell(strings.NewReplacer(",", "", ".", "").Replace(digits)), true
	}
	behind := strings.TrimPrefix(spanEnd.ReplaceAllString(after, ""), " ")
	if digits == "2" && isCounter(behind) {
		return "两", true
	}
	return c.decimal(digits), true
}

var spanEnd = regexp.MustCompile(`^到[\d一二三四五六七八九十]+`)
