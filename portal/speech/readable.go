package speech

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// figure is what may be a number: digits, joined by hyphens in telephone numbers.
var figure = regexp.MustCompile(`\d+(?:-\d+)*`)

// numbers that people call: emergencies, service lines, and whatever is as long as a
// telephone or document number.
var called = regexp.MustCompile(`^(?:1[12]\d|12\d{3}|9[56]\d{3}|\d{7,})$`)

// counted are the characters behind a number that is an amount or a count.
const counted = "元块万千百亿人名个岁周天日月年学小分次倍%％条级位张份件寸米公里平页届式期号"

// replaced are signs that are not read as they stand, in Chinese texts.
var replaced = strings.NewReplacer(
	"元/人/月", "元每人每月", "元/人/学年", "元每人每学年", "元/人/年", "元每人每年", "/人", "每人", "/月", "每月", "/学年", "每学年", "/年", "每年",
	"％", "%", "——", "，", "—", "，", "–", "，", "、", "，", "；", "。", "：", "，", "·", "", "“", "", "”", "", "‘", "", "’", "", "《", "", "》", "",
	"（", "，", "）", "，", "(", "，", ")", "，", "[", "，", "]", "，", "【", "，", "】", "，", "…", "。", "/", "或",
)

// latinReplaced are those of English texts. Brackets would tell the program that
// sounds follow instead of letters.
var latinReplaced = strings.NewReplacer("[", ", ", "]", ", ", "（", ", ", "）", ", ", "《", "", "》", "", "—", ", ", "–", " to ", "/", " or ")

// span is a sign between two numbers for all that lies between.
var span = regexp.MustCompile(`(\d[\d:：]*)[—–～~](\d)`)

// percent and clock are spoken the other way round than they are written.
var (
	percent = regexp.MustCompile(`(\d+(?:\.\d+)?)[%％]`)
	clock   = regexp.MustCompile(`(\d{1,2})[:：](\d{2})`)
)

// digitNames are how the digits of a telephone number are said. In Mandarin one is
// yāo there, since yī is easily taken for seven.
var digitNames = map[Voice][10]string{
	Mandarin:  {"零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"},
	Cantonese: {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"},
	English:   {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"},
}

// Readable returns the text as it is read in a voice: one sentence a line,
// telephone numbers and years digit by digit, signs in words.
func Readable(text string, v Voice) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(strings.Map(printable, line)), " ")
		if line == "" {
			continue
		}
		if v == English {
			out = append(out, ended(latinReplaced.Replace(figures(line, v)), ".!?", "."))
			continue
		}
		line = span.ReplaceAllString(line, "${1}到$2")
		line = clock.ReplaceAllStringFunc(line, func(m string) string {
			parts := clock.FindStringSubmatch(m)
			if parts[2] == "00" {
				return parts[1] + "点"
			}
			return parts[1] + "点" + parts[2] + "分"
		})
		line = figures(line, v)
		line = percent.ReplaceAllString(line, "百分之$1")
		out = append(out, ended(replaced.Replace(line), "。！？，", "。"))
	}
	return strings.Join(out, "\n")
}

// printable keeps what has a sound or makes a pause.
func printable(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '*' || r == '#' || r == '_' || r == '`' || r == '|' {
		return -1
	}
	return r
}

func ended(line, marks, stop string) string {
	if last, _ := utf8.DecodeLastRuneInString(line); strings.ContainsRune(marks, last) {
		return line
	}
	return line + stop
}

// figures writes out the numbers that are read digit by digit.
func figures(line string, v Voice) string {
	var b strings.Builder
	from := 0
	for _, at := range figure.FindAllStringIndex(line, -1) {
		number := line[at[0]:at[1]]
		b.WriteString(line[from:at[0]])
		b.WriteString(said(number, line[:at[0]], line[at[1]:], v))
		from = at[1]
	}
	b.WriteString(line[from:])
	return b.String()
}

// said returns a number as it is read between what stands before and after it.
func said(number, before, after string, v Voice) string {
	next, _ := utf8.DecodeRuneInString(after)
	previous, _ := utf8.DecodeLastRuneInString(before)
	digits := strings.ReplaceAll(number, "-", "")
	year := len(number) == 4 && next == '年'
	switch {
	case year && v != English:
		return strings.ReplaceAll(spelled(digits, v), digitNames[Mandarin][1], "一")
	case previous == '.' || next == '.' && len(after) > 1 && after[1] >= '0' && after[1] <= '9', previous == ',' || next == ',' && v == English:
		return number // part of a longer number
	case next != 0 && strings.ContainsRune(counted, next) && len(digits) < 7 && !strings.HasPrefix(number, "0"):
		return strings.ReplaceAll(number, "-", "到")
	case strings.Contains(number, "-") && len(digits) < 7:
		return number
	case called.MatchString(digits), strings.HasPrefix(number, "0") && len(number) > 2:
		return spelled(digits, v)
	}
	return number
}

func spelled(digits string, v Voice) string {
	var b strings.Builder
	for i, d := range digits {
		if v == English && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(digitNames[v][d-'0'])
	}
	return b.String()
}
