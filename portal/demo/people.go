package demo

import (
	"fmt"
	"time"

	"huitong/portal/apply"
)

// place is a village of the city.
type place struct{ town, townName, name string }

// newPlaces shares the villages out among the towns of the content, one after the other.
func (t *city) newPlaces() []place {
	out := make([]place, t.Villages)
	for i := range out {
		town := t.Library.Places[i%len(t.Library.Places)]
		kind := "村"
		if i%3 == 0 {
			kind = "社区"
		}
		out[i] = place{town.ID, town.ZH, fmt.Sprintf("演示%03d%s", i+1, kind)}
	}
	return out
}

// Names are made of a common surname and one of the sixty cyclical signs, as textbooks
// call their examples.
const (
	surnames = "陈李黄梁林吴何郑杨刘张冯周罗麦欧郭蔡谭"
	stems    = "甲乙丙丁戊己庚辛壬癸"
	branches = "子丑寅卯辰巳午未申酉戌亥"
)

// name is of the next person of a family; "" for a new one.
func (t *city) name(family string) string {
	n := t.people
	t.people++
	s, b := []rune(stems), []rune(branches)
	if family == "" {
		family = string(pick(t, []rune(surnames)))
	}
	return family + string([]rune{s[n%len(s)], b[n%len(b)]})
}

// division is one that no place of the country has; its first two digits are a province's.
const division = "449999"

// residentID is an ID number with the right check digit of somebody born that day. No
// two are the same within a day's 999 numbers.
func (t *city) residentID(born time.Time) string {
	t.keys++
	body := fmt.Sprintf("%s%s%03d", division, born.Format("20060102"), 1+t.keys%999)
	for _, check := range "0123456789X" {
		if id, ok := apply.ParseResidentID(body + string(check)); ok {
			return string(id)
		}
	}
	return "" // one of the eleven always fits
}

// born is a birthday so many to so many years before the moment of the story.
func (t *city) born(from, to int) time.Time {
	days := 365*from + 10 + t.random.IntN(max(365*(to-from)-20, 1))
	return t.Clock.Now().AddDate(0, 0, -days)
}

// mobile is a number of a range that no company was given: 154.
func (t *city) mobile() string { return fmt.Sprintf("154%08d", t.random.IntN(1e8)) }

// workPhone is a number under an area code that there is not: 0600.
func (t *city) workPhone(n int) string { return fmt.Sprintf("0600-2%06d", n) }

// account is a bank account that passes the check of cards and begins as none does.
func (t *city) account() string {
	body := fmt.Sprintf("000000%09d", t.random.IntN(1e9))
	for check := range 10 {
		if s := fmt.Sprintf("%s%d", body, check); luhn(s) {
			return s
		}
	}
	return body
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// token is what a page of the story is known by.
func (t *city) token() apply.Token { return apply.Token(t.key()) }

// key is drawn for each page that is sent.
func (t *city) key() string {
	t.keys++
	return fmt.Sprintf("demo-%d-%d", t.Seed, t.keys)
}
