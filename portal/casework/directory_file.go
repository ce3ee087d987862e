package casework

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// The columns of the directory as a file.
const (
	ColumnTown    = "镇街"
	ColumnVillage = "村（社区）"
	ColumnName    = "姓名"
	ColumnPhone   = "工作电话"
	ColumnSince   = "任职日期"
	ColumnPublic  = "公开"
)

// KeyFilePublic is the key of the message that a column of ticks says neither yes nor no.
const KeyFilePublic = "error.import.public"

// DirectoryColumns lists the columns of the directory as a file, in their order.
func DirectoryColumns() []string {
	return []string{ColumnTown, ColumnVillage, ColumnName, ColumnPhone, ColumnSince, ColumnPublic}
}

var directoryFields = map[string]string{"town": ColumnTown, "village": ColumnVillage, "name": ColumnName, "phone": ColumnPhone, "since": ColumnSince}

// DirectoryFile is the directory as it was read from a file.
type DirectoryFile struct {
	Entries []DirectoryEntry
	Faults  []sheet.Fault
	Hash    string // of the file's bytes
}

// ParseDirectory reads the directory from a file. only is the town of who imports it;
// empty: all.
func ParseDirectory(b []byte, towns sheet.TownNames, only string, today time.Time) DirectoryFile {
	out := DirectoryFile{Hash: sheet.Hash(b)}
	t := sheet.Read(b, DirectoryColumns())
	seen, vacant, filled := map[string]int{}, map[string]int{}, map[string]int{}
	for _, row := range t.Rows {
		e, ok := directoryEntry(t, row, towns, only, today)
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
			t.Wrong(row.Line, ColumnName, apply.Problem{Key: sheet.KeyRepeated, Args: map[string]any{"Line": other}})
			continue
		}
		if seen[e.Key()] = row.Line; e.Vacant() {
			vacant[place] = row.Line
		} else {
			filled[place] = row.Line
		}
		out.Entries = append(out.Entries, e)
	}
	slices.SortFunc(out.Entries, CompareEntries)
	out.Faults = t.Faults()
	return out
}

// directoryEntry reads one line; false where something is wrong with it.
func directoryEntry(t *sheet.Table, row sheet.Row, towns sheet.TownNames, only string, today time.Time) (DirectoryEntry, bool) {
	before := t.Count()
	e := DirectoryEntry{
		Village: t.Cell(row, ColumnVillage), Name: t.Cell(row, ColumnName),
		Phone: t.Cell(row, ColumnPhone), Since: t.Cell(row, ColumnSince),
	}
	switch id := towns[sheet.Line(t.Cell(row, ColumnTown))]; {
	case id == "":
		t.Wrong(row.Line, ColumnTown, apply.Problem{Key: sheet.KeyTown})
	case only != "" && id != only:
		t.Wrong(row.Line, ColumnTown, apply.Problem{Key: sheet.KeyOther})
	default:
		e.Town = id
	}
	public, known := yesOrNo(t.Cell(row, ColumnPublic))
	if e.Public = public; !known {
		t.Wrong(row.Line, ColumnPublic, apply.Problem{Key: KeyFilePublic})
	}
	e, err := e.Clean(today)
	var wrong apply.Invalid
	if errors.As(err, &wrong) {
		for _, p := range wrong {
			if p.Field != "town" {
				t.Wrong(row.Line, directoryFields[p.Field], p)
			}
		}
	}
	return e, t.Count() == before
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
	return sheet.Write(w, rows)
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
