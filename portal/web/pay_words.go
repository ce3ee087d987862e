package web

import (
	"strconv"
	"strings"
)

var (
	capitalDigits = []string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = []string{"", "拾", "佰", "仟"}
	capitalGroups = []string{"", "万", "亿", "万亿"}
)

// capitals writes an amount as papers about money do, so that no digit is mistaken or
// added: 157850 fen is 壹仟伍佰柒拾捌元伍角整.
func capitals(fen int64) string {
	out := capitalNumber(fen/100) + "元"
	jiao, rest := fen/10%10, fen%10
	switch {
	case jiao > 0:
		out += capitalDigits[jiao] + "角"
	case rest > 0:
		out += capitalDigits[0]
	}
	if rest == 0 {
		return out + "整"
	}
	return out + capitalDigits[rest] + "分"
}

// capitalNumber writes digits with their places, and one 零 for those between that are
// nothing.
func capitalNumber(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var out strings.Builder
	skipped, group := false, false
	for i, d := range digits {
		place := len(digits) - 1 - i
		if d == '0' {
			skipped = true
		} else {
			if skipped {
				out.WriteString(capitalDigits[0])
			}
			out.WriteString(capitalDigits[d-'0'] + capitalPlaces[place%4])
			skipped, group = false, true
		}
		if place%4 == 0 && group {
			out.WriteString(capitalGroups[place/4])
			group = false
		}
	}
	if out.Len() == 0 {
		return capitalDigits[0]
	}
	return out.String()
}
