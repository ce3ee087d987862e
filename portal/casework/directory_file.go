package casework

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// Limits of a file that is imported.
const (
	MaxImport     = 1 << 20 // bytes
	MaxImportRows = 5000
	maxFaults     = 200 // that are listed; who mends them sees the next ones
)

// Keys of the messages about a file.
const (
	KeyFileEmpty    = "error.import.empty"    //
	KeyFileEncoding = "error.import.encoding" // neither UTF-8 nor GB18030
	KeyFileQuotes   = "error.import.quotes"   // quotation marks that do not fit
	KeyFileColumn   = "error.import.column"   // Column is missing in the first line
	KeyFileTwice    = "error.import.twice"    // the column stands there twice
	KeyFileRows     = "error.import.rows"     // Max
	KeyFileTown     = "error.import.town"     // no town or street of this name
	KeyFileOther    = "error.import.other"    // the town of somebody else
	KeyFileRepeated = "error.import.repeated" // Line says the same
	KeyFilePublic   = "error.import.public"   // neither yes nor no
	KeyFileLarge    = "error.import.large"    // Max kilobytes
)

// Fault is what keeps a file from being imported: where, and what to do. It never holds
// what stands there.
type Fault struct {
	Line   int // of the file, from 1; 0: the file as a whole
	Column string
	apply.Problem
}

// table is a file of comma-separated values with its first line understood.
type table struct {
	at     map[string]int // column by name
	rows   []tableRow
	faults []Fault
}

type tableRow struct {
	line  int
	cells []string
}

// cell returns what stands in a column; nothing where the line is too short.
func (t *table) cell(r tableRow, column string) string {
	i, ok := t.at[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return unguarded(strings.TrimSpace(r.cells[i]))
}

func (t *table) fault(line int, column string, p apply.Problem) {
	t.faults = append(t.faults, Fault{line, column, p})
}

// unguarded takes away the apostrophe that keeps spreadsheets from reading a formula.
func unguarded(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@", rune(s[1])) {
		return s[1:]
	}
	return s
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

// readTable reads a file whose first line names its columns, in any order. Columns that
// nobody asks for are left alone.
func readTable(b []byte, columns []string) *table {
	t := &table{at: map[string]int{}}
	if len(bytes.TrimSpace(b)) == 0 {
		t.fault(0, "", apply.Problem{Key: KeyFileEmpty})
		return t
	}
	text, ok := decoded(b)
	if !ok || strings.ContainsRune(text, 0) {
		t.fault(0, "", apply.Problem{Key: KeyFileEncoding})
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
			t.fault(wrong.StartLine, "", apply.Problem{Key: KeyFileQuotes})
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
		if len(t.rows) == MaxImportRows {
			t.fault(line, "", apply.Problem{Key: KeyFileRows, Args: map[string]any{"Max": MaxImportRows}})
			return t
		}
		t.rows = append(t.rows, tableRow{line, cells})
	}
	return t
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// head understands the first line.
func (t *table) head(line int, cells, columns []string) bool {
	for i, c := range cells {
		name := columnName(c)
		if !slices.Contains(columns, name) {
			continue
		}
		if _, twice := t.at[name]; twice {
			t.fault(line, name, apply.Problem{Key: KeyFileTwice})
		}
		t.at[name] = i
	}
	for _, name := range columns {
		if _, ok := t.at[name]; !ok {
			t.fault(line, name, apply.Problem{Key: KeyFileColumn, Args: map[string]any{"Column": name}})
		}
	}
	return len(t.faults) == 0
}

// columnName is a heading as we write it, however its brackets were typed.
func columnName(s string) string {
	return strings.NewReplacer("(", "（", ")", "）", " ", "").Replace(sheet.Line(s))
}

// The columns of the directory as a file.
const (
	ColumnTown    = "镇街"
	ColumnVillage = "村（社区）"
	ColumnName    = "姓名"
	ColumnPhone   = "工作电话"
	ColumnSince   = "任职日期"
	ColumnPublic  = "公开"
)

// DirectoryColumns lists the columns of the directory as a file, in their order.
func DirectoryColumns() []string {
	return []string{ColumnTown, ColumnVillage, ColumnName, ColumnPhone, ColumnSince, ColumnPublic}
}

var directoryFields = map[string]string{"town": ColumnTown, "village": ColumnVillage, "name": ColumnName, "phone": ColumnPhone, "since": ColumnSince}

// DirectoryFile is the directory as it was read from a file.
type DirectoryFile struct {
	Entries []DirectoryEntry
	Faults  []Fault
	Hash    string // of the file's bytes
}

// FileHash names the bytes of a file.
func FileHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// TownNames finds a town by what people call it.
type TownNames map[string]string

// ParseDirectory reads the directory from a file. only is the town of who imports it;
// empty: all.
func ParseDirectory(b []byte, towns TownNames, only string, today time.Time) DirectoryFile {
	out := DirectoryFile{Hash: FileHash(b)}
	t := readTable(b, DirectoryColumns())
	seen, vacant, filled := map[string]int{}, map[string]int{}, map[string]int{}
	for _, row := range t.rows {
		e, ok := t.directoryEntry(row, towns, only, today)
		if !ok {
			continue
		}
		place := e.Town + "\n" + e.Village
		other := seen[e.Key()]
		switch { // a village whose post is held has no line that says that nobody does
		case other != 0:
		case e.Vacant():
			other = filled[place]
		default:
			other = vacant[place]
		}
		if other != 0 {
			t.fault(row.line, ColumnName, apply.Problem{Key: KeyFileRepeated, Args: map[string]any{"Line": other}})
			continue
		}
		if seen[e.Key()] = row.line; e.Vacant() {
			vacant[place] = row.line
		} else {
			filled[place] = row.line
		}
		out.Entries = append(out.Entries, e)
	}
	if len(t.rows) == 0 && len(t.faults) == 0 { // an empty list would remove everybody
		t.fault(0, "", apply.Problem{Key: KeyFileEmpty})
	}
	slices.SortFunc(out.Entries, CompareEntries)
	out.Faults = t.faults[:min(len(t.faults), maxFaults)]
	return out
}

// directoryEntry reads one line; false where something is wrong with it.
func (t *table) directoryEntry(row tableRow, towns TownNames, only string, today time.Time) (DirectoryEntry, bool) {
	before := len(t.faults)
	e := DirectoryEntry{
		Village: t.cell(row, ColumnVillage), Name: t.cell(row, ColumnName),
		Phone: t.cell(row, ColumnPhone), Since: t.cell(row, ColumnSince),
	}
	switch id := towns[sheet.Line(t.cell(row, ColumnTown))]; {
	case id == "":
		t.fault(row.line, ColumnTown, apply.Problem{Key: KeyFileTown})
	case only != "" && id != only:
		t.fault(row.line, ColumnTown, apply.Problem{Key: KeyFileOther})
	default:
		e.Town = id
	}
	public, known := yesOrNo(t.cell(row, ColumnPublic))
	if e.Public = public; !known {
		t.fault(row.line, ColumnPublic, apply.Problem{Key: KeyFilePublic})
	}
	e, err := e.Clean(today)
	var wrong apply.Invalid
	if errors.As(err, &wrong) {
		for _, p := range wrong {
			if p.Field != "town" {
				t.fault(row.line, directoryFields[p.Field], p)
			}
		}
	}
	return e, len(t.faults) == before
}

// yesOrNo understands what people write into a column of ticks; nothing is no.
func yesOrNo(s string) (yes, known bool) {
	switch strings.ToLower(sheet.Line(s)) {
	case "是", "公开", "可以", "√", "✓", "y", "yes", "1":
		return true, true
	case "", "否", "不公开", "不", "×", "n", "no", "0":
		return false, true
	}
	return false, false
}

// WriteDirectory writes the directory as a file that [ParseDirectory] reads back
// unchanged. name says what a town is called.
func WriteDirectory(w io.Writer, entries []DirectoryEntry, name func(town string) string) error {
	rows := [][]string{DirectoryColumns()}
	for _, e := range entries {
		public := "否"
		if e.Public {
			public = "是"
		}
		rows = append(rows, []string{name(e.Town), e.Village, e.Name, e.Phone, e.Since, public})
	}
	return writeTable(w, rows)
}

// writeTable writes rows for spreadsheets.
func writeTable(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // by which they know that it is UTF-8
		return err
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) { // no formula
				row[i] = "'" + cell
			}
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// DirectoryChange is what a file would change.
type DirectoryChange struct {
	Added   []DirectoryEntry
	Changed []ChangedEntry
	Removed []DirectoryEntry
	Same    int
}

// ChangedEntry is an entry before and after.
type ChangedEntry struct{ Before, After DirectoryEntry }

// None reports whether the file says what is known already.
func (c DirectoryChange) None() bool {
	return len(c.Added)+len(c.Changed)+len(c.Removed) == 0
}

// CompareDirectory says what makes the directory as it is into what a file says. Who has
// allowed that an entry is published stays the one who did, as long as it stays published.
func CompareDirectory(have, file []DirectoryEntry) DirectoryChange {
	var out DirectoryChange
	known := make(map[string]DirectoryEntry, len(have))
	for _, e := range have {
		known[e.Key()] = e
	}
	for _, e := range file {
		old, ok := known[e.Key()]
		delete(known, e.Key())
		switch {
		case !ok:
			out.Added = append(out.Added, e)
		case old.Says(e):
			out.Same++
		default:
			e.ID, e.Version = old.ID, old.Version
			if e.Public && old.Public {
				e.AllowedBy, e.Allowed = old.AllowedBy, old.Allowed
			}
			out.Changed = append(out.Changed, ChangedEntry{old, e})
		}
	}
	for _, e := range have {
		if _, left := known[e.Key()]; left {
			out.Removed = append(out.Removed, e)
		}
	}
	return out
}

// DirectoryImport is a file of the directory that was checked and waits to be confirmed.
type DirectoryImport struct {
	ID     string
	Town   string // to which it is confined; empty: all
	File   DirectoryFile
	Change DirectoryChange
	Base   string // names the state of the directory that the file was compared with
	Done   bool   // it was confirmed
}
