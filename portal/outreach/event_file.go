package outreach

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// The columns of events as a file.
const (
	columnDay      = "日期"
	columnBegins   = "开始时间"
	columnEnds     = "结束时间"
	columnTown     = "镇街"
	columnVillages = "村（社区）"
	columnPlace    = "地点"
	columnTitle    = "名称"
	columnTopics   = "政策"
	columnCame     = "参加人数"
)

// EventColumns lists the columns of events as a file, in their order.
func EventColumns() []string {
	return []string{columnDay, columnBegins, columnEnds, columnTown, columnVillages, columnPlace, columnTitle, columnTopics, columnCame}
}

var eventFields = map[string]string{
	"day": columnDay, "begins": columnBegins, "ends": columnEnds, "town": columnTown, "villages": columnVillages,
	"place": columnPlace, "title": columnTitle, "topics": columnTopics,
}

// KeyEventTopic is the key of the message that no policy has this name.
const KeyEventTopic = "error.event.topic"

// EventNames finds what a file calls by its names.
type EventNames struct {
	Towns  sheet.TownNames
	Topics map[string]string // policies: a slug by any of its names
	Places []Place           // in which whoever sends the file may plan events
}

// EventTable is events as they were read from a file.
type EventTable struct {
	Events []Event
	Faults []sheet.Fault
	Hash   string
}

// Key is what an event is recognised by: two for the same villages at the same time are
// one, whatever they are called.
func (e Event) Key() string {
	return e.Day + "\n" + e.Begins + "\n" + e.Town + "\n" + strings.Join(e.Villages, "\n")
}

// ParseEvents reads events from a file, row by row. Events of the past may be among them,
// with how many people came.
func ParseEvents(b []byte, names EventNames, now time.Time) EventTable {
	out := EventTable{Hash: sheet.Hash(b)}
	t := sheet.Read(b, EventColumns())
	seen := map[string]int{}
	for _, row := range t.Rows {
		e, ok := eventRow(t, row, names, now)
		if !ok {
			continue
		}
		if other := seen[e.Key()]; other != 0 {
			t.Wrong(row.Line, columnVillages, apply.Problem{Key: sheet.KeyRepeated, Args: map[string]any{"Line": other}})
			continue
		}
		seen[e.Key()] = row.Line
		out.Events = append(out.Events, e)
	}
	out.Faults = t.Faults()
	return out
}

// eventRow reads one line; false where something is wrong with it.
func eventRow(t *sheet.Table, row sheet.Row, names EventNames, now time.Time) (Event, bool) {
	before := t.Count()
	e := Event{Day: t.Cell(row, columnDay), Begins: t.Cell(row, columnBegins), Ends: t.Cell(row, columnEnds), Place: t.Cell(row, columnPlace), Title: t.Cell(row, columnTitle), Villages: several(t.Cell(row, columnVillages))}
	if e.Town = names.Towns[sheet.Line(t.Cell(row, columnTown))]; e.Town == "" {
		t.Wrong(row.Line, columnTown, apply.Problem{Key: sheet.KeyTown})
	}
	for _, name := range several(t.Cell(row, columnTopics)) {
		slug := names.Topics[name]
		if slug == "" {
			t.Wrong(row.Line, columnTopics, apply.Problem{Key: KeyEventTopic})
			break
		}
		e.Topics = append(e.Topics, slug)
	}
	if came := t.Cell(row, columnCame); came != "" {
		n, err := strconv.Atoi(sheet.Line(came))
		if err != nil || n < 0 || n > MaxCounted {
			t.Wrong(row.Line, columnCame, apply.Problem{Key: KeyEventCounted, Args: map[string]any{"Max": MaxCounted}})
		}
		e.Counted, e.HasCount = n, true
	}
	e, err := e.Clean(now, func(string) bool { return true })
	var wrong apply.Invalid
	if errors.As(err, &wrong) {
		for _, p := range wrong {
			if p.Field != "town" && (p.Field != "topics" || t.Count() == before) {
				t.Wrong(row.Line, eventFields[p.Field], p)
			}
		}
	}
	if e.HasCount && !e.Begun(now) && t.Count() == before {
		t.Wrong(row.Line, columnCame, apply.Problem{Key: KeyEventAhead})
	}
	for _, v := range e.Villages {
		if e.Town != "" && !slices.Contains(names.Places, Place{e.Town, v}) {
			t.Wrong(row.Line, columnVillages, apply.Problem{Key: KeyEventVillage})
			break
		}
	}
	return e, t.Count() == before
}

// several are the words of a cell that has more than one.
func several(cell string) []string {
	return cleanList(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }))
}

// WriteEvents writes events as a file that [ParseEvents] reads back. town and topic say
// what those are called.
func WriteEvents(w io.Writer, all []Event, town, topic func(string) string) error {
	rows := [][]string{EventColumns()}
	for _, e := range all {
		var topics []string
		for _, t := range e.Topics {
			topics = append(topics, topic(t))
		}
		came := ""
		if e.HasCount || e.CheckedIn > 0 {
			came = strconv.Itoa(e.Attendance())
		}
		rows = append(rows, []string{e.Day, e.Begins, e.Ends, town(e.Town), strings.Join(e.Villages, "、"), e.Place, e.Title, strings.Join(topics, "、"), came})
	}
	return sheet.Write(w, rows)
}

// EventImport is a file of events that was checked and waits to be confirmed.
type EventImport struct {
	ID    string
	File  EventTable
	Added []Event
	Same  int // are there already, by their keys, and stay as they are
	Done  bool
}
