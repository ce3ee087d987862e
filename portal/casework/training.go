package casework

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// Audience says for whom a training is.
type Audience string

// The audiences.
const (
	ForDirectors   Audience = "directors"
	ForSupervisors Audience = "supervisors"
	ForBoth        Audience = "both"
)

// Audiences lists them.
func Audiences() []Audience { return []Audience{ForDirectors, ForSupervisors, ForBoth} }

// Limits of a training.
const (
	maxTopic         = 80
	MaxTrainingHours = 80
)

// Keys of the messages about a training.
const (
	KeyTrainingTopic    = "error.training.topic"    // Max
	KeyTrainingPlace    = "error.training.place"    // Max
	KeyTrainingAudience = "error.training.audience" //
	KeyTrainingHours    = "error.training.hours"    // Max
	KeyTrainingAhead    = "error.training.ahead"    // nobody can have come yet
	KeyFileNobody       = "error.import.nobody"     // nobody of this name is in the directory
)

// Training is one session of the year's plan.
type Training struct {
	ID       string
	Version  int
	Day      string // 2006-01-02
	Town     string // whose it is; empty: the city's
	Audience Audience
	Hours    int
	Topic    string
	Place    string
	Came     int // how many were there
}

// Scope is what the training belongs to.
func (t Training) Scope() Scope { return Scope{Town: t.Town} }

// Year is the year to which the training counts.
func (t Training) Year() int { return yearOf(t.Day) }

func yearOf(day string) int {
	year, _, _ := strings.Cut(day, "-")
	n, err := strconv.Atoi(year)
	if err != nil {
		return 0
	}
	return n
}

// Held reports whether its day has come, so that it can be written down who was there.
func (t Training) Held(now time.Time) bool { return t.Day <= now.In(apply.China).Format(time.DateOnly) }

// Clean returns the training as it is kept, or what is wrong with it.
func (t Training) Clean(now time.Time) (Training, error) {
	var out apply.Invalid
	t.Topic, t.Place = sheet.Words(t.Topic), sheet.Words(t.Place)
	day, p := apply.CheckTyped("date", t.Day, now)
	if p.Key == "" && day == "" {
		p.Key = apply.KeyRequired
	}
	if t.Day = day; p.Key != "" {
		p.Field = "day"
		out = append(out, p)
	}
	long := map[string]any{"Max": maxTopic}
	if n := utf8.RuneCountInString(t.Topic); n < 2 || n > maxTopic {
		out = append(out, apply.Problem{Field: "topic", Key: KeyTrainingTopic, Args: long})
	}
	if utf8.RuneCountInString(t.Place) > maxTopic {
		out = append(out, apply.Problem{Field: "place", Key: KeyTrainingPlace, Args: long})
	}
	if !slices.Contains(Audiences(), t.Audience) {
		out = append(out, apply.Problem{Field: "audience", Key: KeyTrainingAudience})
	}
	if t.Hours < 1 || t.Hours > MaxTrainingHours {
		out = append(out, apply.Problem{Field: "hours", Key: KeyTrainingHours, Args: map[string]any{"Max": MaxTrainingHours}})
	}
	return t, out.Err()
}

// Trained is somebody in post and the training of a year.
type Trained struct {
	Entry    DirectoryEntry
	Sessions int
	Hours    int
}

// TrainingYear is the plan of a year and what came of it.
type TrainingYear struct {
	Year   int
	Town   string // of who asks; empty: the whole city
	Plan   []Training
	People []Trained // in post now
}

// Coverage is how many of those in post in a town have been trained.
type Coverage struct {
	Town         string
	InPost, Came int
	NotYet       []DirectoryEntry
}

// Percent is the share of those in post who were trained, rounded down: 100 means all.
func (c Coverage) Percent() int {
	if c.InPost == 0 {
		return 0
	}
	return c.Came * 100 / c.InPost
}

// Coverage says for each town how many have been trained, the largest gap first. A
// vacant post is nobody's.
func (y TrainingYear) Coverage() []Coverage {
	at := map[string]int{}
	var out []Coverage
	for _, p := range y.People {
		i, ok := at[p.Entry.Town]
		if !ok {
			i = len(out)
			at[p.Entry.Town] = i
			out = append(out, Coverage{Town: p.Entry.Town})
		}
		if out[i].InPost++; p.Sessions > 0 {
			out[i].Came++
		} else {
			out[i].NotYet = append(out[i].NotYet, p.Entry)
		}
	}
	slices.SortFunc(out, func(a, b Coverage) int {
		return cmp.Or(cmp.Compare(a.Came*b.InPost, b.Came*a.InPost), cmp.Compare(len(b.NotYet), len(a.NotYet)), cmp.Compare(a.Town, b.Town))
	})
	return out
}

// TrainingFile is a training with those of a town who may have come.
type TrainingFile struct {
	Training Training
	Town     string
	People   []DirectoryEntry
	Came     map[string]bool // by the ID of the entry
}

// AttendanceColumns lists the columns of a file that says who came.
func AttendanceColumns() []string { return []string{ColumnTown, ColumnVillage, ColumnName} }

// Attendance is who came, as it was read from a file.
type Attendance struct {
	Came   []DirectoryEntry
	Faults []sheet.Fault
	Hash   string
}

// ParseAttendance reads from a file who of the people in post came. Somebody who stands
// there twice came once.
func ParseAttendance(b []byte, towns sheet.TownNames, people []DirectoryEntry) Attendance {
	out := Attendance{Hash: sheet.Hash(b)}
	known := map[string]DirectoryEntry{}
	for _, e := range people {
		known[e.Key()] = e
	}
	t := sheet.Read(b, AttendanceColumns())
	seen := map[string]bool{}
	for _, row := range t.Rows {
		id := towns[sheet.Line(t.Cell(row, ColumnTown))]
		if id == "" {
			t.Wrong(row.Line, ColumnTown, apply.Problem{Key: sheet.KeyTown})
			continue
		}
		e, ok := known[DirectoryEntry{Town: id, Village: sheet.Words(t.Cell(row, ColumnVillage)), Name: sheet.Words(t.Cell(row, ColumnName))}.Key()]
		if !ok || e.Vacant() {
			t.Wrong(row.Line, ColumnName, apply.Problem{Key: KeyFileNobody})
			continue
		}
		if !seen[e.ID] {
			seen[e.ID] = true
			out.Came = append(out.Came, e)
		}
	}
	out.Faults = t.Faults()
	return out
}

// AttendanceImport is a file that was checked and waits to be confirmed.
type AttendanceImport struct {
	ID       string
	Training Training
	File     Attendance
	Known    int // of those in the file, who were written down already
	Done     bool
}

// WriteTraining writes who was trained how much, a line for each person in post. The
// first three columns are those of [ParseAttendance].
func WriteTraining(w io.Writer, y TrainingYear, name func(town string) string) error {
	rows := [][]string{append(AttendanceColumns(), "年度", "参加次数", "学时")}
	for _, p := range y.People {
		rows = append(rows, []string{name(p.Entry.Town), p.Entry.Village, p.Entry.Name, strconv.Itoa(y.Year), strconv.Itoa(p.Sessions), strconv.Itoa(p.Hours)})
	}
	return sheet.Write(w, rows)
}
