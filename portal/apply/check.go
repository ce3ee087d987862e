package apply

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huitong/content"
)

// Bounds of free answers, in characters.
const (
	maxText    = 100
	maxLong    = 1000
	minAddress = 5
	maxAddress = 200
	minName    = 2
	maxName    = 30
)

// check cleans one non-empty answer, or says what is wrong with it.
type check func(q *content.Question, s string, today time.Time) (string, Problem)

var checks = map[string]check{
	"text": func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkText(line(s), maxText) },
	"long-text": func(_ *content.Question, s string, _ time.Time) (string, Problem) {
		return checkText(paragraphs(s), maxLong)
	},
	"name": func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkName(s) },
	"resident-id": func(_ *content.Question, s string, today time.Time) (string, Problem) {
		return checkResidentID(s, day(today))
	},
	"date":         func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkDate(s) },
	"phone":        func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkPhone(s) },
	"address":      func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkAddress(s) },
	"choice":       checkOption,
	"yesno":        checkOption,
	"relation":     checkOption,
	"number":       checkNumber,
	"amount":       checkAmount,
	"bank-account": func(_ *content.Question, s string, _ time.Time) (string, Problem) { return checkBankAccount(s) },
}

// checkValue returns the cleaned answer to q. An answer of nothing but spaces is
// clean and empty; whether it may be is for the form to say.
func checkValue(q *content.Question, s string, today time.Time) (string, Problem, bool) {
	s = visible(s)
	if strings.TrimSpace(s) == "" {
		return "", Problem{}, false
	}
	c, ok := checks[q.Type]
	if !ok {
		c = checks["text"]
	}
	cleaned, p := c(q, s, today)
	p.Field = q.Name
	return cleaned, p, p.Key != ""
}

func problem(key string, args ...any) Problem {
	p := Problem{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		if p.Args == nil {
			p.Args = map[string]any{}
		}
		p.Args[args[i].(string)] = args[i+1]
	}
	return p
}

// visible drops what cannot be seen: broken bytes, control and format characters
// (zero-width spaces, direction marks) that paste brings along.
func visible(s string) string {
	if ordinary(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, s)
}

// ordinary reports whether there is nothing in s but what is printed of ASCII, and the
// usual characters: most answers, and all those that were cleaned before, in which
// nothing has to be looked up character by character.
func ordinary(s string) bool {
	for _, r := range s {
		if (r < ' ' || r > '~') && (r < '\u4e00' || r > '\u9fff') {
			return false
		}
	}
	return true
}

// narrow turns full-width letters and digits into ordinary ones.
func narrow(s string) string {
	if ordinary(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		const shift = '０' - '0'
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - shift
		}
		return r
	}, s)
}

// line makes one line of words with single spaces.
func line(s string) string {
	if ordinary(s) && !strings.Contains(s, " ") {
		return s
	}
	return strings.Join(strings.Fields(narrow(s)), " ")
}

// paragraphs trims every line and the whole.
func paragraphs(s string) string {
	lines := strings.Split(narrow(s), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// compact is for numbers: narrow characters, no spaces and no dashes.
func compact(s string) string {
	if digits(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '−':
			return -1
		case r == '＋':
			return '+'
		case r == '．':
			return '.'
		case r == '，':
			return ','
		}
		return r
	}, narrow(s))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func checkText(s string, limit int) (string, Problem) {
	if n := utf8.RuneCountInString(s); n > limit {
		return s, problem(KeyTextLong, "Max", limit, "Count", n)
	}
	return s, Problem{}
}

func checkAddress(s string) (string, Problem) {
	s = line(s)
	if utf8.RuneCountInString(s) < minAddress {
		return s, problem(KeyAddressShort, "Min", minAddress)
	}
	return checkText(s, maxAddress)
}

// dots are the signs people type for the dot inside a name.
var dots = strings.NewReplacer("•", "·", "・", "·", "‧", "·", "．", "·", "∙", "·", "･", "·", "●", "·", "’", "'")

// checkName accepts Han and Latin names. Spaces stay only between Latin words.
func checkName(s string) (string, Problem) {
	if usualName(s) {
		return s, Problem{}
	}
	s = dots.Replace(line(s))
	if strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
		s = strings.ReplaceAll(s, " ", "")
	}
	letters := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Han, unicode.Latin):
			letters++
		case !strings.ContainsRune("· '-.", r) && !unicode.Is(unicode.Mn, r):
			return s, problem(KeyNameLetters)
		}
	}
	switch n := utf8.RuneCountInString(s); {
	case letters < minName:
		return s, problem(KeyNameShort, "Min", minName)
	case n > maxName:
		return s, problem(KeyNameLong, "Max", maxName)
	}
	return s, Problem{}
}

// usualName reports whether a name is nothing but a few of the usual characters, as most
// are: then nothing has to be looked up character by character.
func usualName(s string) bool {
	n := 0
	for _, r := range s {
		if r < '\u4e00' || r > '\u9fa5' {
			return false
		}
		n++
	}
	return n >= minName && n <= maxName
}

var (
	dateParts   = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	dateCompact = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dateSpace   = strings.NewReplacer("－", "-", "／", "/", "．", ".", "–", "-", "—", "-", "。", ".")
)

// checkDate accepts the ways people write a date, year first.
func checkDate(s string) (string, Problem) {
	s = dateSpace.Replace(narrow(s))
	s = strings.Join(strings.Fields(s), "")
	m := dateParts.FindStringSubmatch(s)
	if m == nil {
		m = dateCompact.FindStringSubmatch(s)
	}
	if m == nil {
		return s, problem(KeyDateForm)
	}
	t, ok := calendarDay(m[1], m[2], m[3])
	switch {
	case !ok:
		return s, problem(KeyDateExists)
	case t.Year() < 1900:
		return s, problem(KeyDateEarly)
	}
	return t.Format(time.DateOnly), Problem{}
}

func calendarDay(year, month, dayOfMonth string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(dayOfMonth)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Year() == y && int(t.Month()) == m && t.Day() == d
}

var (
	landline   = regexp.MustCompile(`^(010|02\d|0[3-9]\d\d)([2-9]\d{6,7})$`)
	overBorder = regexp.MustCompile(`^(?:\+|00)?(852[2-9]\d{7}|853[268]\d{7})$`)
	noArea     = regexp.MustCompile(`^[2-9]\d{6,7}$`)
	phoneSigns = strings.NewReplacer("(", "", ")", "", "（", "", "）", "", ".", "")
)

func mobile(s string) bool { return len(s) == 11 && s[0] == '1' && s[1] >= '3' && digits(s) }

// checkPhone accepts mainland mobiles, landlines with area code, and numbers of
// Hong Kong and Macau with their prefix.
func checkPhone(s string) (string, Problem) {
	if mobile(s) {
		return s, Problem{}
	}
	s = phoneSigns.Replace(compact(s))
	if m := overBorder.FindStringSubmatch(s); m != nil {
		return "+" + m[1], Problem{}
	}
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			s = rest
			// Abroad the area code is dialled without its zero.
			if !mobile(rest) && !strings.HasPrefix(rest, "0") {
				s = "0" + rest
			}
			break
		}
	}
	if rest, ok := strings.CutPrefix(s, "86"); ok && mobile(rest) {
		s = rest
	}
	if m := landline.FindStringSubmatch(s); m != nil {
		return m[1] + "-" + m[2], Problem{}
	}
	switch {
	case mobile(s):
		return s, Problem{}
	case !digits(s):
		return s, problem(KeyPhoneForm)
	case noArea.MatchString(s):
		return s, problem(KeyPhoneArea)
	case s[0] == '1' && len(s) != 11:
		return s, problem(KeyPhoneLength, "Count", len(s))
	}
	return s, problem(KeyPhoneForm)
}

func checkOption(q *content.Question, s string, _ time.Time) (string, Problem) {
	s = strings.TrimSpace(s)
	if !q.Accepts(s) {
		return s, problem(KeyOption)
	}
	return s, Problem{}
}

// maxNumber keeps numbers far from what arithmetic would spoil.
const maxNumber = 1_000_000_000

func checkNumber(q *content.Question, s string, _ time.Time) (string, Problem) {
	s = strings.TrimSuffix(strings.TrimSuffix(compact(s), "周岁"), "岁")
	if !digits(s) || len(s) > 15 {
		return s, problem(KeyNumberForm)
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return s, problem(KeyNumberForm)
	}
	limit := maxNumber
	if q.Max > 0 {
		limit = q.Max
	}
	switch {
	case n < q.Min:
		return s, problem(KeyNumberSmall, "Min", q.Min)
	case n > limit:
		return s, problem(KeyNumberLarge, "Max", limit)
	}
	return strconv.Itoa(n), Problem{}
}

var (
	amountForm = regexp.MustCompile(`^(\d{1,3}(?:,\d{3})+|\d{1,12})(\.\d{1,2})?$`)
	moneySigns = strings.NewReplacer("¥", "", "￥", "", "元", "")
)

// checkAmount accepts yuan with up to two decimals and thousands separators.
func checkAmount(q *content.Question, s string, _ time.Time) (string, Problem) {
	s = moneySigns.Replace(compact(s))
	m := amountForm.FindStringSubmatch(s)
	if m == nil {
		return s, problem(KeyAmountForm)
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", "")+m[2], 64)
	if err != nil {
		return s, problem(KeyAmountForm)
	}
	limit := maxNumber
	if q.Max > 0 {
		limit = q.Max
	}
	switch {
	case n < float64(q.Min):
		return s, problem(KeyNumberSmall, "Min", q.Min)
	case n > float64(limit):
		return s, problem(KeyNumberLarge, "Max", limit)
	}
	return strconv.FormatFloat(n, 'f', -1, 64), Problem{}
}

const minBank, maxBank = 12, 19

// checkBankAccount wants 12 to 19 digits. Cards carry a Luhn digit, passbook
// accounts of some banks do not: there the family is asked to look again, and may
// confirm.
func checkBankAccount(s string) (string, Problem) {
	s = compact(s)
	switch {
	case !digits(s):
		return s, problem(KeyBankDigits)
	case len(s) < minBank || len(s) > maxBank:
		return s, problem(KeyBankLength, "Count", len(s), "Min", minBank, "Max", maxBank)
	case !luhnValid(s):
		p := problem(KeyBankCheck)
		p.Confirm = true
		return s, p
	}
	return s, Problem{}
}

// luhnSum adds the digits of s, every second one from the right doubled (GB/T
// 17552); doubleLast says whether the rightmost is doubled.
func luhnSum(s string, doubleLast bool) int {
	sum := 0
	double := doubleLast
	for i := len(s) - 1; i >= 0; i-- {
		d := int(s[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum
}

func luhnValid(s string) bool { return luhnSum(s, false)%10 == 0 }

// luhnDigit returns the digit to put behind s.
func luhnDigit(s string) byte { return byte('0' + (10-luhnSum(s, true)%10)%10) }

// CheckTyped returns what was typed for a question of this type as it is kept, and the
// problem with it; its Key is empty where there is none. It is for forms that are no
// policy's.
func CheckTyped(kind, s string, today time.Time) (string, Problem) {
	cleaned, p, _ := checkValue(&content.Question{Type: kind}, s, today)
	return cleaned, p
}
