package search

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// measures are the words after which even a single Chinese numeral is a
// number ("两岁", "三个月"). 分, 级, 样, 起, 点 and the like are left out because
// they make other words of it (十分, 三级, 一样, 一起, 一点).
const measures = "岁月年日号天个元块万名人次倍条位份项小时周蚊毫亩张册届套间户"

// vague words before a unit make it an estimate ("几十", "好几千"), not a number.
const vague = "几数好上成若"

// maxNumeral bounds the runes of one numeral; longer runs stay as they are.
const maxNumeral = 16

// digits writes numbers in one way: 一千五百七十八, 1,578 and 1578.00 all become
// 1578, 一万 and 1万 become 10000.
func (c *tracer) digits(t *text) *text {
	out, done := (*text)(nil), 0
	for i := c.n.marked(t.runes, 0, markNumeral); i < len(t.runes); i = c.n.marked(t.runes, i, markNumeral) {
		j := numeralEnd(t.runes, i)
		if j == i {
			i++ // a rune without marks of its own
			continue
		}
		s, ok := number(t.runes, i, j)
		if ok && s == string(t.runes[i:j]) || !ok && !slices.ContainsFunc(t.runes[i:j], isPoint) {
			i = j
			continue
		}
		if out == nil {
			out = c.newText(len(t.runes))
		}
		out.copyRange(t, done, i)
		if ok {
			out.replace([]rune(s), t, i, j)
		} else {
			copyRun(out, t, i, j)
		}
		i, done = j, j
	}
	if out == nil {
		return t
	}
	out.copyRange(t, done, len(t.runes))
	return out
}

func isPoint(r rune) bool { return r == '.' || r == ',' }

// copyRun keeps a run that is no number; a stray point in it separates words.
func copyRun(out, t *text, i, j int) {
	first := len(out.runes)
	out.copyRange(t, i, j)
	for k, r := range out.runes[first:] {
		if isPoint(r) {
			out.runes[first+k] = ' '
		}
	}
}

func isNumeral(r rune) bool {
	return isDigit(r) || isPoint(r) || chineseDigit(r) >= 0 || unitOf(r) > 0
}

// numeralEnd returns the end of the run of numerals that starts at i.
func numeralEnd(s []rune, i int) int {
	for i < len(s) && isNumeral(s[i]) {
		i++
	}
	return i
}

// number converts the run s[i:j]; false leaves the run alone.
func number(s []rune, i, j int) (string, bool) {
	if j-i == 1 && !isDigit(s[i]) && !isPoint(s[i]) && (j == len(s) || !strings.ContainsRune(measures, s[j])) {
		return "", false // nearly all of them
	}
	run := string(s[i:j])
	if strings.Trim(run, "0123456789.,") == "" {
		return arabic(run)
	}
	switch {
	case j-i > maxNumeral:
		return "", false
	case i > 0 && unitOf(s[i]) > 0 && strings.ContainsRune(vague, s[i-1]):
		return "", false
	}
	if strings.ContainsAny(run, "十百千万亿拾佰仟廿卅") {
		return withUnits(s[i:j])
	}
	return spelled(s[i:j])
}

// arabic drops thousands separators, empty decimals and a full stop at the
// end; a date or a version ("2026.7.1") is taken apart.
func arabic(run string) (string, bool) {
	if parts := strings.Split(run, ","); len(parts) > 1 {
		for _, p := range parts[1:] {
			if whole, _, _ := strings.Cut(p, "."); len(whole) != 3 {
				return "", false
			}
		}
		run = strings.Join(parts, "")
	}
	whole, decimals, found := strings.Cut(run, ".")
	if !found {
		return run, true
	}
	if strings.Contains(decimals, ".") {
		return "", false
	}
	if decimals = strings.TrimRight(decimals, "0"); decimals == "" {
		return whole, true
	}
	return whole + "." + decimals, true
}

// spelled converts digits said one by one: 二零二六, 一二三四五. Two digits without a
// zero are more often an estimate (三四个月) and stay.
func spelled(run []rune) (string, bool) {
	single := len(run) == 1
	if !single && len(run) < 3 && !slices.Contains(run, '零') && !slices.Contains(run, '〇') {
		return "", false
	}
	var b strings.Builder
	for _, r := range run {
		d := chineseDigit(r)
		if d < 0 {
			return "", false
		}
		b.WriteByte(byte('0' + d))
	}
	return b.String(), true
}

// reading is the state while a numeral with units is read from left to right.
type reading struct {
	total, section float64
	pending        float64 // a digit that waits for its unit; -1 for none
	last           float64 // the unit before it
	zero           bool    // a 零 came since
}

// withUnits converts 一千五百七十八, 两千三, 1.5万. It refuses what does not read as
// one number, such as 万一 and 千万.
func withUnits(run []rune) (string, bool) {
	n := reading{pending: -1}
	for i := 0; i < len(run); i++ {
		ok := false
		switch r := run[i]; {
		case isDigit(r):
			j := i
			for j < len(run) && (isDigit(run[j]) || run[j] == '.' || run[j] == ',') {
				j++
			}
			ok = n.arabic(string(run[i:j]))
			i = j - 1
		case unitOf(r) > 0:
			ok = n.unit(unitOf(r), i == 0)
		default:
			ok = n.digit(float64(chineseDigit(r)))
		}
		if !ok {
			return "", false
		}
	}
	return n.value()
}

func (n *reading) arabic(s string) bool {
	s, ok := arabic(s)
	if !ok || len(s) > 9 || n.pending >= 0 {
		return false
	}
	v, err := strconv.ParseFloat(s, 64)
	n.pending = v
	return err == nil
}

func (n *reading) digit(d float64) bool {
	switch {
	case d < 0 || n.pending >= 0:
		return false
	case d == 0:
		n.zero = true
		return true
	}
	n.pending = d
	return true
}

func (n *reading) unit(u float64, first bool) bool {
	if u >= 1e4 {
		return n.large(u)
	}
	if n.pending < 0 && (u == 20 || u == 30) { // 廿, 卅
		n.pending, u = u/10, 10
	}
	if n.pending < 0 && u == 10 && (first || n.last >= 1e4 || n.zero) {
		n.pending = 1
	}
	if n.pending < 0 || n.pending >= 10 || n.last > 0 && n.last < 1e4 && u >= n.last {
		return false
	}
	n.section += n.pending * u
	n.pending, n.last, n.zero = -1, u, false
	return true
}

// large applies 万 or 亿 to everything read since the last of them.
func (n *reading) large(u float64) bool {
	n.section += max(n.pending, 0)
	if n.section == 0 || n.section >= 1e9 {
		return false
	}
	n.total += n.section * u
	n.section, n.pending, n.last, n.zero = 0, -1, u, false
	return true
}

// value ends the reading. A last digit takes the next lower unit: 一百二 is 120.
func (n *reading) value() (string, bool) {
	if n.pending >= 0 {
		if n.last >= 100 && !n.zero && n.pending < 10 {
			n.pending *= n.last / 10
		}
		n.section += n.pending
	}
	v := n.total + n.section
	if v != math.Trunc(v) || v >= 1e15 {
		return "", false
	}
	return strconv.FormatFloat(v, 'f', 0, 64), true
}

func chineseDigit(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一', '壹':
		return 1
	case '二', '两', '贰':
		return 2
	case '三', '叁':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

func unitOf(r rune) float64 {
	switch r {
	case '十', '拾':
		return 10
	case '廿':
		return 20
	case '卅':
		return 30
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万':
		return 1e4
	case '亿':
		return 1e8
	}
	return 0
}
