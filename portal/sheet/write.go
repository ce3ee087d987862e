package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Hundredths is a number with at most two decimals, such as yuan in fen.
type Hundredths int64

// String is the number as it is typed.
func (n Hundredths) String() string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }

// File takes rows and, in the end, is written: [NewCSV] and [NewBook].
type File interface {
	Row(cells ...any) error // each a string or [Hundredths]
	End(w io.Writer) error
}

// Write writes rows as a file of comma-separated values (RFC 4180) that spreadsheets
// understand, and in which they find no formula. [Read] reads it back.
func Write(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // by which they know that it is UTF-8
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		plain := make([]string, len(row))
		for i, cell := range row {
			plain[i] = guarded(cell)
		}
		if err := out.Write(plain); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// guarded keeps spreadsheets from taking a text for a formula, and a long number for one
// to be rounded: a tab before it, which is not seen, makes it a text.
func guarded(v string) string {
	switch {
	case opensFormula(v) && !signedNumber(v):
		return "'" + v
	case len(v) > longestNumber && strings.Trim(v, "0123456789Xx") == "":
		return "\t" + v
	}
	return v
}

// longestNumber is how many figures spreadsheets show as they are.
const longestNumber = 11

// opensFormula reports whether a spreadsheet may take what begins so for a formula.
func opensFormula(v string) bool {
	first, size := utf8.DecodeRuneInString(v)
	return size > 0 && strings.ContainsRune("=+-@＝＋－＠\t\r\n", first)
}

// signedNumber reports whether the formula is a number with its sign, which is what was
// meant.
func signedNumber(v string) bool {
	return len(v) > 1 && len(v) <= longestNumber && (v[0] == '+' || v[0] == '-') && strings.Trim(v[1:], "0123456789.") == ""
}

// unguarded takes away the apostrophe that keeps spreadsheets from reading a formula.
func unguarded(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && opensFormula(rest) {
		return rest
	}
	return s
}

type csvFile struct{ rows [][]string }

// NewCSV begins a file as [Write] writes it.
func NewCSV(headings []string) (File, error) { return &csvFile{[][]string{headings}}, nil }

func (f *csvFile) Row(cells ...any) error {
	row := make([]string, len(cells))
	for i, one := range cells {
		switch v := one.(type) {
		case Hundredths:
			row[i] = v.String()
		case string:
			row[i] = v
		}
	}
	f.rows = append(f.rows, row)
	return nil
}

func (f *csvFile) End(w io.Writer) error { return Write(w, f.rows) }
