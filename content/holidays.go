package content

import (
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// Holidays are the public holidays and the working weekends of the years whose
// notice is known.
type Holidays struct {
	years []holidayYear
	work  map[string]bool // by day, as 2006-01-02; what is not in it follows the week
}

// holidayYear is the yearly notice of the State Council's General Office.
type holidayYear struct {
	Year      int       `yaml:"year"`
	Source    string    `yaml:"source"` // title of the notice
	Published Day       `yaml:"published"`
	Off       []holiday `yaml:"off"`
	Work      []Day     `yaml:"work"` // weekend days on which offices are open
}

// holiday is a run of days on which offices are closed, both ends included.
type holiday struct {
	Name string `yaml:"name"`
	From Day    `yaml:"from"`
	To   Day    `yaml:"to"`
}

func (holidayYear) untranslated() []string { return nil } // no page quotes it

const (
	holidaysFile = "holidays.yaml"
	// longestHoliday is more days than any notice gives; a longer run is a slip.
	longestHoliday = 15
)

// Workday reports whether offices are open on the day that t falls on in its own
// time zone. In a year that is not [Holidays.Known], only weekends are closed and what the
// regulation names by its day.
func (h Holidays) Workday(t time.Time) bool {
	if open, told := h.work[t.Format(time.DateOnly)]; told {
		return open
	}
	return !weekend(t) && (h.Known(t.Year()) || !byRegulation(t))
}

// byRegulation reports whether the day is a holiday of every year: those of the sun's calendar
// in 全国年节及纪念日放假办法 (State Council, order 795 of 2024, article 2). Spring Festival
// and its kin follow the moon's; around all of them the yearly notice moves weekends.
func byRegulation(t time.Time) bool {
	switch t.Month() {
	case time.January:
		return t.Day() == 1
	case time.May:
		return t.Day() <= 2
	case time.October:
		return t.Day() <= 3
	}
	return false
}

// Known reports whether the year's notice has been entered.
func (h Holidays) Known(year int) bool {
	return slices.ContainsFunc(h.years, func(y holidayYear) bool { return y.Year == year })
}

func weekend(t time.Time) bool { return t.Weekday() == time.Saturday || t.Weekday() == time.Sunday }

func loadHolidays(fsys fs.FS, c *collector) Holidays {
	h := Holidays{years: loadList[holidayYear](fsys, holidaysFile, "years", c), work: map[string]bool{}}
	for i, y := range h.years {
		if slices.ContainsFunc(h.years[:i], func(before holidayYear) bool { return before.Year == y.Year }) {
			c.add(holidaysFile, 0, fmt.Sprintf("year %d is there twice", y.Year), "leave one of them")
		}
		for _, what := range h.enter(y) {
			c.add(holidaysFile, 0, fmt.Sprintf("year %d: %s", y.Year, what), "compare it with the notice")
		}
	}
	return h
}

// enter takes over the days of a year, and tells what cannot be right.
func (h Holidays) enter(y holidayYear) (wrong []string) {
	if y.Source == "" || y.Published.IsZero() {
		wrong = append(wrong, "source or published is missing")
	}
	set := func(d time.Time, open bool) {
		key := d.Format(time.DateOnly)
		if _, twice := h.work[key]; twice || d.Year() != y.Year {
			wrong = append(wrong, key+" is there twice or belongs to another year")
		}
		h.work[key] = open
	}
	for _, off := range y.Off {
		days := int(off.To.Sub(off.From.Time).Hours()/24) + 1
		if off.Name == "" || days < 1 || days > longestHoliday {
			wrong = append(wrong, fmt.Sprintf("%s from %s to %s is no holiday", off.Name, off.From, off.To))
			continue
		}
		for i := range days {
			set(off.From.AddDate(0, 0, i), false)
		}
	}
	for _, d := range y.Work {
		if !weekend(d.Time) {
			wrong = append(wrong, d.String()+" is a working day anyway")
		}
		set(d.Time, true)
	}
	return wrong
}

// checkHolidays asks for the notices of this year and the next. Until one is entered,
// pages say that holidays may move a date.
func (l *Library) checkHolidays(c *lint) {
	for year := c.today.Year(); year <= c.today.Year()+1; year++ {
		if !l.Holidays.Known(year) {
			begins := time.Date(year, time.January, 1, 0, 0, 0, 0, c.today.Location())
			c.due(begins, holidaysFile, at(1), fmt.Sprintf("the holidays of %d are missing", year), "enter them from the notice of the State Council's General Office, which is published in October or November before")
		}
	}
}
