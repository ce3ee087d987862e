package apply

import (
	"regexp"
	"strings"
	"time"
)

// ResidentID is a checked citizen identification number (GB 11643-1999): six
// digits of region, eight of birth date, three of sequence and a check digit.
type ResidentID string

// ParseResidentID accepts a cleaned number of 18 characters whose region, date
// and check digit fit together. It does not compare the date with today.
func ParseResidentID(s string) (ResidentID, bool) {
	if _, p := checkResidentID(s, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); p.Key != "" || len(s) != 18 {
		return "", false
	}
	return ResidentID(s), true
}

// Born returns the date of birth at midnight UTC; zero for the zero ResidentID.
func (id ResidentID) Born() time.Time {
	if len(id) != 18 {
		return time.Time{}
	}
	t, _ := calendarDay(string(id[6:10]), string(id[10:12]), string(id[12:14]))
	return t
}

func checkResidentID(s string, today time.Time) (string, Problem) {
	s = strings.ToUpper(compact(s))
	switch {
	case travelPermit.MatchString(s):
		return s, Problem{}
	case taiwanPermit(s):
		p := problem(KeyIDEight)
		p.Confirm = true
		return s, p
	case digits(s) && len(s) == 15:
		return s, problem(KeyIDFifteen)
	case strings.Trim(s, "0123456789X") != "":
		return s, problem(KeyIDDigits)
	case len(s) != 18:
		return s, problem(KeyIDLength, "Count", len(s))
	case !digits(s[:17]):
		return s, problem(KeyIDDigits)
	case !knownRegion(s):
		return s, problem(KeyIDRegion)
	}
	born, ok := calendarDay(s[6:10], s[10:12], s[12:14])
	switch {
	case !ok || born.Year() < 1900:
		return s, problem(KeyIDDate)
	case born.After(today):
		return s, problem(KeyIDFuture)
	case s[17] != idCheckDigit(s[:17]):
		return s, problem(KeyIDCheck)
	}
	return s, Problem{}
}

// travelPermit is the number of a 港澳居民来往内地通行证: a letter and eight digits, followed
// on older cards by two that count the cards.
var travelPermit = regexp.MustCompile(`^[HM]\d{8}(\d{2})?$`)

// taiwanPermit reports whether this may be the number of a 台胞证: eight digits without a
// check. A landline has eight, too, so that the family is asked to look again. What may as
// well be a birthday, or the beginning of an identity number, is not taken for one.
func taiwanPermit(s string) bool {
	if len(s) != 8 || !digits(s) {
		return false
	}
	_, birthday := calendarDay(s[:4], s[4:6], s[6:])
	century := s[6:] == "19" || s[6:] == "20"
	return !(birthday && s[:2] >= "19" && s[:2] <= "20") && !(century && knownRegion(s))
}

// idCheckDigit computes ISO 7064 MOD 11-2 over 17 digits, as GB 11643 asks.
func idCheckDigit(s string) byte {
	rest := 0
	for i := range len(s) {
		rest = (rest + int(s[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-rest)%11]
}

// provinces are the two-digit codes of GB/T 2260, with 81 to 83 of the residence
// permits for people from Hong Kong, Macau and Taiwan.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

// knownRegion reports whether the number begins with a province, or with 9 and a
// province, as on permanent residence cards of foreigners.
func knownRegion(s string) bool {
	code := s[:2]
	if s[0] == '9' {
		code = s[1:3]
	}
	return strings.Contains(provinces, " "+code+" ")
}
