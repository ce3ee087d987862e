// Package sheet is what people type into tables, and tables that they send as files: one
// line of words as it is kept and compared, a file of comma-separated values read row by
// row, with what is wrong where, and tables written as such a file or as a workbook.
//
// A file is understood or not: what is wrong with it is a [Fault], the key of a message
// with its line and column, and never repeats what stands there. The package knows
// nothing of what the rows mean.
package sheet

import (
	"strings"
	"unicode"
)

// Line is one line of words as it is compared: what cannot be seen is dropped, full-width
// letters and figures are ordinary ones.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		const shift = '０' - '0'
		switch {
		case r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ':
			return r - shift
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// Words is a line of words without the signs with which a formula begins: a file says what
// is kept, unchanged.
func Words(s string) string { return strings.TrimLeft(Line(s), "'=+-@ ") }
