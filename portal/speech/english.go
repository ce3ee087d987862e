package speech

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var digitNames = [10]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// Numbers in English are left to the voice, which reads them well; what is spelled or
// said in other words than it is written is not.
var englishRules = []rule{
	{mail, func(m []string, _, _ string) (string, bool) {
		return m[1] + " at " + strings.ReplaceAll(m[2], ".", " dot "), true
	}},
	{webAddress, func(m []string, _, _ string) (string, bool) {
		return strings.ReplaceAll(m[1], ".", " dot "), true
	}},
	{documentNumber, func(m []string, _, _ string) (string, bool) { return " document " + m[2] + " of " + m[1], true }},
	{englishDocument, func(m []string, _, _ string) (string, bool) { return " " + m[1] + ", number " + m[2], true }},
	{dateDigits, englishDate},
	{landline, englishPhone},
	{mobile, englishPhone},
	{freeLine, englishPhone},
	{codeShape, englishCode},
	{englishSpan, func(m []string, _, _ string) (string, bool) { return m[1] + " to " + m[2], true }},
	{englishClock, englishTime},
	{englishMoney, func(m []string, _, _ string) (string, bool) { return m[1] + m[2] + " yuan", true }},
	{percent, func(m []string, _, _ string) (string, bool) {
		return m[1] + map[string]string{"%": " percent", "‰": " per thousand"}[m[2]], true
	}},
	{fraction, func(m []string, before, after string) (string, bool) {
		said, ok := map[string]string{"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"}[m[0]]
		return said, ok && apart(before, after)
	}},
	{unit, func(m []string, _, after string) (string, bool) {
		if after != "" && unicode.IsLetter(rune(after[0])) {
			return "", false
		}
		return m[1] + " " + englishUnits[strings.ToLower(m[2])], true
	}},
}

var (
	englishDocument = regexp.MustCompile(` ?[\[〔(](\d{4})[\]〕)],? ?(?:No\.? ?)?(\d+)(?:号| hao)?`)
	englishClock    = regexp.MustCompile(`(\d{1,2}):(\d{2})`)
	englishSpan     = regexp.MustCompile(`(\d%?) ?[—–~-]+ ?(\d)`)
	englishMoney    = regexp.MustCompile(`(?:[¥￥]|RMB|CNY) ?(\d[\d,]*(?:\.\d+)?)( million| billion)?`)
	per             = regexp.MustCompile(`\b(yuan|person|people|child|month|year|day|time|household) ?/ ?(a )?(person|child|month|year|day|time|household|week|school year)\b`)
	hanRun          = regexp.MustCompile(`[(（《「]*\p{Han}[\p{Han}0-9、，。：；《》〔〕「」（）]*[)）》」]*`)
	gaps            = regexp.MustCompile(` +([,.!?;:])`)
	spaces          = regexp.MustCompile(` {2,}`)
	latinPauses     = regexp.MustCompile(`(?:, *){2,}`)
	latinNoPause    = regexp.MustCompile(`, *([.!?])`)
)

var englishUnits = map[string]string{"kg": "kilograms", "km": "kilometres", "cm": "centimetres", "mm": "millimetres", "mb": "megabytes", "gb": "gigabytes", "kb": "kilobytes", "m²": "square metres", "m": "metres", "g": "grams"}

// latinReplaced are words that are written short, and signs. Brackets would tell the
// program that sounds follow instead of letters.
var latinReplaced = strings.NewReplacer(
	"e.g.,", "for example,", "e.g.", "for example", "i.e.,", "that is,", "i.e.", "that is", "etc.", "and so on", "approx.", "about", "Art. ", "Article ", "art. ", "article ", "No. ", "number ", "§ ", "section ", "§", "section ", "№ ", "number ", "vs.", "versus",
	"and/or", "or", "24/7", "24 hours a day, 7 days a week", " / ", " or ", "/", " or ", "&", " and ", "[", ", ", "]", ", ", "(", ", ", ")", ", ", "{", ", ", "}", ", ", "（", ", ", "）", ", ", "《", "", "》", "", "“", "", "”", "", "\"", "", "•", "", "·", ", ", "—", ", ", "–", " to ", "~", " about ", "≥", " at least ", "≤", " at most ", ">", " more than ", "<", " less than ", "=", " equals ", "×", " times ", "→", ", ", "+", " plus ", "℃", " degrees Celsius", "㎡", " square metres", "½", "one half", "…", ".", "；", ". ", "。", ". ", "，", ", ", "、", ", ",
)

// english says a line. Chinese names stand behind their English ones for the eye; an
// English voice cannot read them.
func english(line string) string {
	for _, r := range englishRules[:4] {
		line = r.apply(line)
	}
	line = hanRun.ReplaceAllString(line, " ")
	for _, r := range englishRules[4:] {
		line = r.apply(line)
	}
	for per.MatchString(line) {
		line = per.ReplaceAllString(line, "$1 per $3")
	}
	line = latinReplaced.Replace(line)
	line = gaps.ReplaceAllString(spaces.ReplaceAllString(line, " "), "$1")
	line = latinNoPause.ReplaceAllString(latinPauses.ReplaceAllString(line, ", "), "$1")
	return strings.TrimSpace(line)
}

func englishDate(m []string, before, after string) (string, bool) {
	months := strings.Fields("January February March April May June July August September October November December")
	if !apart(before, after) || !atMost(m[2], 12) || !atMost(m[3], 31) {
		return "", false
	}
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	return strconv.Itoa(day) + " " + months[month-1] + " " + m[1], true
}

// englishTime says 12:00 as 12 o'clock and 14:30 as 2:30 pm.
func englishTime(m []string, before, after string) (string, bool) {
	hour, _ := strconv.Atoi(m[1])
	half := ""
	if hour > 12 {
		hour, half = hour-12, " pm"
	}
	said := strconv.Itoa(hour) + ":" + m[2] + half
	if m[2] == "00" {
		said = strconv.Itoa(hour) + cmp.Or(half, " o'clock")
	}
	return said, hour < 13 && m[2] < "60" && apart(before, after)
}

func englishPhone(m []string, before, after string) (string, bool) {
	var parts []string
	for _, part := range m[1:] {
		if part != "" {
			parts = append(parts, englishSpell(part))
		}
	}
	return strings.Join(parts, ", "), apart(before, after)
}

// englishCode spells service lines and codes. What is counted stays: 110 children.
func englishCode(m []string, before, after string) (string, bool) {
	s := m[0]
	onlyDigits := strings.Trim(s, "0123456789") == ""
	service := serviceLine.MatchString(s) && !englishCounted.MatchString(after)
	return englishSpell(s), apart(before, after) && (onlyDigits && (service || len(s) > 6) || isCode(s))
}

var englishCounted = regexp.MustCompile(`^ (?:yuan|children|people|families|days|months|years|times|working|orphans|minors|places|copies|cases|of)\b`)

func englishSpell(s string) string {
	var said []string
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			said = append(said, digitNames[r-'0'])
		case r == '-':
			if len(said) > 0 {
				said[len(said)-1] += ","
			}
		default:
			said = append(said, string(r))
		}
	}
	return strings.Join(said, " ")
}
