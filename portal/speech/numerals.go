package speech

import (
	"strconv"
	"strings"
)

// numerals are the digits as they stand in numbers.
var numerals = [10]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// numeral returns a number in Chinese characters as it is counted: 10 is 十, 110 is
// 一百一十. Two hundred and two thousand are 两百 and 两千 in Mandarin, but 二百 and
// 二千 in Cantonese.
func (c chinese) numeral(digits string) string {
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return numerals[0]
	}
	if len(digits) > 12 {
		return c.spell(digits)
	}
	n, _ := strconv.ParseInt(digits, 10, 64) // twelve digits at most
	var b strings.Builder
	gap, rest := false, n
	for _, unit := range []struct {
		size int64
		name string
	}{{1e8, "亿"}, {1e4, "万"}, {1, ""}} {
		group := rest / unit.size
		rest %= unit.size
		if group == 0 {
			gap = b.Len() > 0
			continue
		}
		if b.Len() > 0 && (gap || group < 1000) {
			b.WriteString(numerals[0])
		}
		gap = false
		switch {
		case group == 2 && unit.name != "":
			b.WriteString(c.two() + unit.name)
		default:
			b.WriteString(c.group(int(group), b.Len() == 0) + unit.name)
		}
	}
	return b.String()
}

// group says a number below ten thousand; first is whether nothing stands before it.
func (c chinese) group(n int, first bool) string {
	var b strings.Builder
	gap, whole := false, n
	for _, unit := range []struct {
		size int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / unit.size
		n %= unit.size
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(numerals[0])
			gap = false
		}
		switch {
		case d == 1 && unit.size == 10 && whole < 20 && first:
			b.WriteString(unit.name)
		case d == 2 && (unit.size == 1000 || unit.size == 100 && b.Len() == 0):
			b.WriteString(c.two() + unit.name)
		default:
			b.WriteString(numerals[d] + unit.name)
		}
	}
	return b.String()
}

func (c chinese) two() string {
	if c.voice == Cantonese {
		return numerals[2]
	}
	return "两"
}

// decimal says a number that may have a fraction and commas between thousands.
func (c chinese) decimal(number string) string {
	whole, fraction, found := strings.Cut(strings.ReplaceAll(number, ",", ""), ".")
	if !found {
		return c.numeral(whole)
	}
	return c.numeral(whole) + "点" + plain(fraction)
}

// plain says each digit by its own name, as in years and behind the point.
func plain(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteString(numerals[d-'0'])
	}
	return b.String()
}

// spell says each digit as on the telephone. In Mandarin one is yāo there, since yī is
// easily taken for seven.
func (c chinese) spell(digits string) string {
	said := plain(digits)
	if c.voice == Mandarin {
		said = strings.ReplaceAll(said, "一", "幺")
	}
	return said
}
