package rephrase

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Words that the rules of support.go treat in a way of their own.

// empty are Chinese words that carry nothing a passage would have to support. None
// of them denies, limits or promises anything.
var empty = strings.NewReplacer(
	"也就是说", "", "就是说", "", "也就是", "", "如果", "", "要是", "", "因为", "", "所以", "", "因此", "", "同时", "", "而且", "", "并且", "",
	"根据", "", "按照", "", "关于", "", "对于", "", "这样", "", "这个", "", "那个", "", "这些", "", "那些", "", "以及", "",
	"您", "", "你", "", "我", "", "们", "", "的", "", "了", "", "是", "", "就", "", "在", "", "这", "", "那", "", "吗", "", "呢", "", "吧", "", "啊", "",
	"和", "", "与", "", "及", "", "等", "", "为", "", "会", "", "给", "", "其", "", "它", "", "他", "", "她", "", "、", "", " ", "",
	"能够", "能", "可以", "能",
)

// bare returns a folded text without empty words and figures.
func bare(text string) string { return empty.Replace(figure.ReplaceAllString(text, "\x00")) }

// emptyWords are those of English.
var emptyWords = set("a an the and of to in on at for with by from as is are be been was were it its this that these those you your we our they their he she his her him them who which what when where if then so also here there do does did has have had will would about into per")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// negations are the characters that deny, forbid or end something, outside the words
// in neutral.
const negations = "不没未无非勿禁拒停否别除免"

// neutral blanks words that hold such a character and deny nothing, and makes equal
// what means the same.
var neutral = strings.NewReplacer(
	"事实无人抚养", "", "无人抚养", "", "无障碍", "", "无论", "", "不论", "", "非常", "", "别人", "", "特别", "", "分别", "", "区别", "", "性别", "", "级别", "", "类别", "",
	"免冠", "", "除了", "除", "能够", "能", "可以", "能",
)

var latinNegations = set("no not never none neither nor cannot without unless except nobody nothing")

// limits are words that bind, weaken or turn round what a clause says: they neither
// come in nor get lost.
var limits = []string{
	"可能", "一般", "通常", "必须", "应当", "一定", "肯定", "保证", "只", "仅", "都", "全部", "所有", "部分", "其中", "任一", "任何", "或",
	"最多", "最少", "至少", "最高", "最低", "以上", "以下", "以内", "以外", "以前", "以后", "之前", "之后", "超过", "满", "先", "另外",
	"增加", "减少", "提高", "降低", "继续", "能", "要", "自动", "马上", "立即", "每",
}

var latinLimits = set("only may might must should can could always all any some or least most up over under before after until more less than both each every either first automatically immediately")

// units are what makes a number another one. A 个 counts with what it counts.
const units = `个\p{Han}{2}|个\p{Han}|周岁|工作日|学年|小时|分钟|块钱|元|块|年|月|日|号|天|岁|周|人|名|次|倍|成|条|级|位|张|份|件|寸|米|%|yuan|rmb|years?|months?|weeks?|days?|hours?|working|school|people|children|times|percent`

var figure = regexp.MustCompile(`([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?(?:-[0-9]+)*)\s*([百千万亿]*)\s*(` + units + `)?|([〇零一二两三四五六七八九十百千万亿]{2,})\s*(` + units + `)?|([一二两三四五六七八九十])(` + units + `)`)

// figures returns the numbers of a folded text with their units, sorted, in one
// spelling: 1578元, 1,578元 and 一千五百七十八元 are the same.
func figures(text string) []string {
	var out []string
	for _, m := range figure.FindAllStringSubmatch(text, -1) {
		number, unit := m[1], m[3]
		switch {
		case number != "":
			number = multiplied(strings.ReplaceAll(number, ",", ""), m[2])
		case m[4] != "":
			number, unit = chinese(m[4]), m[5]
		default:
			number, unit = chinese(m[6]), m[7]
		}
		if number != "" {
			out = append(out, number+unit)
		}
	}
	slices.Sort(out)
	return out
}

func isAmount(f string) bool {
	return strings.HasSuffix(f, "元") || strings.HasSuffix(f, "yuan")
}

var yearForm = regexp.MustCompile(`^(?:19|20)\d\d年?$`)

func isYear(f string) bool { return yearForm.MatchString(f) }

var powers = map[rune]float64{'十': 10, '百': 100, '千': 1000, '万': 1e4, '亿': 1e8}

// multiplied returns a number in digits times the powers behind it. Numbers of a
// telephone or a document stay as they are written.
func multiplied(number, with string) string {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || with == "" && (len(number) > 6 || strings.HasPrefix(number, "0")) {
		return number + with
	}
	for _, r := range with {
		v *= powers[r]
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// chinese returns a number in characters as digits: 一千五百七十八 by value, 二〇二一
// one by one; "" for a word that only looks like one, such as 千万.
func chinese(s string) string {
	digits := map[rune]float64{'〇': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	if !strings.ContainsAny(s, "十百千万亿") {
		var b strings.Builder
		for _, r := range s {
			b.WriteString(strconv.Itoa(int(digits[r])))
		}
		return b.String()
	}
	total, part, digit, any := 0.0, 0.0, 0.0, false
	for i, r := range s {
		power, ok := powers[r]
		switch {
		case !ok:
			digit, any = digits[r], true
		case power >= 1e4:
			total, part, digit = (total+part+digit)*power, 0, 0
		default:
			if digit == 0 && (i == 0 && r == '十') {
				digit, any = 1, true
			}
			part, digit = part+digit*power, 0
		}
	}
	if !any {
		return ""
	}
	return strconv.FormatFloat(total+part+digit, 'f', -1, 64)
}
