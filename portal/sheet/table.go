package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huitong/portal/apply"
)

// Limits of a file that is imported.
const (
	MaxBytes  = 1 << 20
	MaxRows   = 5000
	MaxFaults = 200 // that are listed; who mends them sees the next ones
)

// Keys of the messages about a file.
const (
	KeyEmpty    = "error.import.empty"    //
	KeyEncoding = "error.import.encoding" // neither UTF-8 nor GB18030
	KeyQuotes   = "error.import.quotes"   // quotation marks that do not fit
	KeyColumn   = "error.import.column"   // Column is missing in the first line
	KeyTwice    = "error.import.twice"    // the column stands there twice
	KeyRows     = "error.import.rows"     // Max
	KeyTown     = "error.import.town"     // no town or street of this name
	KeyOther    = "error.import.other"    // the town of somebody else
	KeyRepeated = "error.import.repeated" // Line says the same
	KeyLarge    = "error.import.large"    // Max, a size in words
)

// Fault is what keeps a file from being imported: where, and what to do. It never holds
// what stands there.
type Fault struct {
	Line   int // of the file, from 1; 0: the file as a whole
	Column string
	apply.Problem
}

// Table is a file of comma-separated values with its first line understood.
type Table struct {
	Rows   []Row
	at     map[string]int // column by name
	faults []Fault
}

// Row is one line of a file below the first.
type Row struct {
	Line  int // of the file, from 1
	cells []string
}

// Cell returns what stands in a column; nothing where the line is too short.
func (t *Table) Cell(r Row, column string) string {
	i, ok := t.at[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return unguarded(strings.TrimSpace(r.cells[i]))
}

// Wrong adds a fault; line 0 is the file as a whole.
func (t *Table) Wrong(line int, column string, p apply.Problem) {
	t.faults = append(t.faults, Fault{line, column, p})
}

// decoded is a file as UTF-8: from UTF-8 with or without its mark, or from GB18030, which
// is what spreadsheets write in China.
func decoded(b []byte) (string, bool) {
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok || utf8.Valid(b) {
		return string(rest), utf8.Valid(rest)
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", false
	}
	return string(out), true
}

// Read reads a file whose first line names its columns, in any order. Columns that
// nobody asks for are left alone.
func Read(b []byte, columns []string) *Table {
	t := &Table{at: map[string]int{}}
	if len(bytes.TrimSpace(b)) == 0 {
		t.Wrong(0, "", apply.Problem{Key: KeyEmpty})
		return t
	}
	text, ok := decoded(b)
	if !ok || strings.ContainsRune(text, 0) {
		t.Wrong(0, "", apply.Problem{Key: KeyEncoding})
		return t
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) { // what follows cannot be told apart
			t.Wrong(wrong.StartLine, "", apply.Problem{Key: KeyQuotes})
			return t
		}
		line, _ := r.FieldPos(0)
		if blank(cells) {
			continue
		}
		if len(t.at) == 0 {
			if !t.head(line, cells, columns) {
				return t
			}
			continue
		}
		if len(t.Rows) == MaxRows {
			t.Wrong(line, "", apply.Problem{Key: KeyRows, Args: map[string]any{"Max": MaxRows}})
			return t
		}
		t.Rows = append(t.Rows, Row{line, cells})
	}
	return t
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// head understands the first line.
func (t *Table) head(line int, cells, columns []string) bool {
	for i, c := range cells {
		name := columnName(c)
		if !slices.Contains(columns, name) {
			continue
		}
		if _, twice := t.at[name]; twice {
			t.Wrong(line, name, apply.Problem{Key: KeyTwice})
		}
		t.at[name] = i
	}
	for _, name := range columns {
		if _, ok := t.at[name]; !ok {
			t.Wrong(line, name, apply.Problem{Key: KeyColumn, Args: map[string]any{"Column": name}})
		}
	}
	return len(t.faults) == 0
}

// columnName is a heading as we write it, however its brackets were typed.
func columnName(s string) string {
	return strings.NewReplacer("(", "（", ")", "）", " ", "").Replace(Line(s))
}

// Hash names the bytes of a file.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// TownNames finds a town by what people call it.
type TownNames map[string]string

// Faults is what is wrong with the file: the first ones, since who mends them sees the next.
func (t *Table) Faults() []Fault {
	if len(t.Rows) == 0 && len(t.faults) == 0 {
		t.Wrong(0, "", apply.Problem{Key: KeyEmpty})
	}
	return t.faults[:min(len(t.faults), MaxFaults)]
}

// Count is how many faults have been found so far.
func (t *Table) Count() int { return len(t.faults) }
