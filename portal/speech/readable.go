package speech

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Readable returns the text as it is said in a voice, a line for each line: years and
// telephone numbers digit by digit, amounts as numbers, signs in words, and nothing
// that only an eye needs. Every text that is heard goes through it, whoever says it.
func Readable(text string, v Voice) string {
	var out []string
	for line := range strings.Lines(text) {
		line = clean(line)
		if line == "" {
			continue
		}
		if v == English {
			line = ended(english(line), ".!?", ".")
		} else {
			line = ended(chinese{v}.say(line), "。！？", "。")
		}
		if strings.Trim(line, ".。") != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// clean folds the widths of digits and letters, and drops what has no sound.
func clean(line string) string {
	line = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			if p := width.LookupRune(r).Narrow(); unicode.IsDigit(p) || unicode.IsLetter(p) || strings.ContainsRune("%+/@&", p) {
				return p
			}
		}
		return printable(r)
	}, line)
	return strings.TrimPrefix(strings.Join(strings.Fields(line), " "), "- ")
}

// printable keeps what has a sound or makes a pause.
func printable(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.IsControl(r), strings.ContainsRune("*#_`|", r):
		return -1
	case unicode.Is(unicode.So, r) && !strings.ContainsRune("℃№㎡", r) && (r < '①' || r > '⑳'):
		return -1 // pictures
	case unicode.Is(unicode.Sk, r) && r > 0xffff:
		return -1 // their colours
	case unicode.Is(unicode.Mn, r) && r >= '\ufe00' && r <= '\ufe0f':
		return -1 // how a picture is drawn
	}
	return r
}

func ended(line, marks, stop string) string {
	line = strings.Trim(line, "，, ")
	if last, _ := utf8.DecodeLastRuneInString(line); strings.ContainsRune(marks, last) {
		return line
	}
	return line + stop
}

// rule says one kind of thing. say gets what the pattern and its groups matched, and
// what stands before and after; false leaves it to the rules behind.
type rule struct {
	pattern *regexp.Regexp
	say     func(m []string, before, after string) (string, bool)
}

func (r rule) apply(line string) string {
	var b strings.Builder
	from := 0
	for _, at := range r.pattern.FindAllStringSubmatchIndex(line, -1) {
		m := make([]string, len(at)/2)
		for i := range m {
			if at[2*i] >= 0 {
				m[i] = line[at[2*i]:at[2*i+1]]
			}
		}
		if said, ok := r.say(m, line[:at[0]], line[at[1]:]); ok {
			b.WriteString(line[from:at[0]])
			b.WriteString(said)
			from = at[1]
		}
	}
	b.WriteString(line[from:])
	return b.String()
}

// apart reports whether a number between before and after is whole: no digit, letter
// or decimal point goes on at either side.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	if isWord(last) || isWord(next) {
		return false
	}
	points := func(r rune) bool { return r == '.' || r == ',' || r == '-' || r == ':' || r == '/' }
	if points(next) && len(after) > 1 && isDigit(after[1]) {
		return false
	}
	return !points(last) || len(before) < 2 || !isDigit(before[len(before)-2])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWord(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsDigit(r) || unicode.IsLetter(r))
}

// numbers that people call: emergencies and service lines.
var serviceLine = regexp.MustCompile(`^(?:1[12]\d|12\d{3}|9[56]\d{3})$`)

// The shapes of telephone numbers, addresses and codes are the same in every language.
var (
	webAddress = regexp.MustCompile(`(?i)(?:https?://)?((?:[a-z0-9-]+\.)+(?:cn|com|org|net|gov|edu|hk|mo))\b(?:[:/][\w/?=&.%#:~-]*)?`)
	mail       = regexp.MustCompile(`(?i)([a-z0-9._-]+)@((?:[a-z0-9-]+\.)+[a-z]{2,})`)
	landline   = regexp.MustCompile(`\(?(0\d{2,3})\)?[- ]?(\d{7,8})(?:-(\d{1,5}))?`)
	mobile     = regexp.MustCompile(`(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})`)
	freeLine   = regexp.MustCompile(`([48]00)[ -]?(\d{3,4})[ -]?(\d{3,4})`)
	dateDigits = regexp.MustCompile(`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`)
	codeShape  = regexp.MustCompile(`[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*`)
)

// isCode reports whether people spell s: letters among digits, many digits, or zeros
// in front.
func isCode(s string) bool {
	digits, letters, capitals := 0, 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsUpper(r):
			letters++
			capitals++
		case unicode.IsLetter(r):
			letters++
		}
	}
	switch {
	case digits == 0:
		return false
	case letters == 0 && strings.Contains(s, "-"):
		return digits > 8
	case letters == 0:
		return digits > 8 || s[0] == '0' && digits > 1
	}
	return capitals == letters && digits+letters >= 5
}
