package outreach

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
)

var eventNow = time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC) // 30 November, 4:00 in China

func anyPolicy(slug string) bool { return strings.HasPrefix(slug, "p-") }

func TestCleanEvent(t *testing.T) {
	good := Event{Title: " 政策宣讲 ", Place: "党群服务中心", Town: "shiqi", Villages: []string{"莲峰社区", "迎阳社区", "莲峰社区"}, Topics: []string{"p-b", "p-a", "other"}, Day: "2026-11-30", Begins: "下午3点半"}
	got, err := good.Clean(eventNow, anyPolicy)
	if err != nil || got.Title != "政策宣讲" || len(got.Villages) != 2 || !slices.Equal(got.Topics, []string{"p-a", "p-b"}) || got.Begins != "15:30" {
		t.Fatalf("Clean = %+v, %v", got, err)
	}
	for name, one := range map[string]struct {
		change func(*Event)
		field  string
		key    string
	}{
		"no title":    {func(e *Event) { e.Title = " =" }, "title", KeyEventTitle},
		"long place":  {func(e *Event) { e.Place = strings.Repeat("村", 61) }, "place", KeyEventPlace},
		"no town":     {func(e *Event) { e.Town = "" }, "town", KeyEventTown},
		"no village":  {func(e *Event) { e.Villages = []string{" "} }, "villages", KeyEventVillages},
		"no topic":    {func(e *Event) { e.Topics = []string{"other"} }, "topics", KeyEventTopics},
		"no day":      {func(e *Event) { e.Day = "" }, "day", apply.KeyRequired},
		"far ahead":   {func(e *Event) { e.Day = "2027-12-01" }, "day", KeyEventDay},
		"long ago":    {func(e *Event) { e.Day = "1999-12-01" }, "day", KeyEventDay},
		"no time":     {func(e *Event) { e.Begins = "" }, "begins", KeyEventTime},
		"ends before": {func(e *Event) { e.Ends = "15:30" }, "ends", KeyEventEnds},
		"no end":      {func(e *Event) { e.Ends = "later" }, "ends", KeyEventTime},
	} {
		e := good
		one.change(&e)
		_, err := e.Clean(eventNow, anyPolicy)
		var invalid apply.Invalid
		if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[0].Field != one.field || invalid[0].Key != one.key {
			t.Errorf("%s: %v; want %s of %s", name, err, one.key, one.field)
		}
	}
}

func TestParseClock(t *testing.T) {
	for typed, want := range map[string]string{
		"15:30": "15:30", "９：３０": "09:30", "9点": "09:00", "9": "09:00", "下午3点半": "15:30", "晚上 7:05": "19:05", "下午12点": "12:00", "上午10时15分": "10:15", "0930": "09:30",
		"24:00": "", "9:60": "", "": "", "noon": "", "半": "", "123456": "",
	} {
		if got, ok := ParseClock(typed); got != want || ok != (want != "") {
			t.Errorf("ParseClock(%q) = %q, %v; want %q", typed, got, ok, want)
		}
	}
}

// TestEventDays looks at an event on the day before, on its day and after.
func TestEventDays(t *testing.T) {
	e := Event{Day: "2026-11-30", Begins: "15:30"}
	for _, one := range []struct {
		name                         string
		after                        time.Duration
		come                         int
		cancelled                    bool
		begun, open, held, uncounted bool
	}{
		{"the day before", -5 * time.Hour, 0, false, false, false, false, false},
		{"the day", 0, 0, false, true, true, false, true},
		{"somebody came", 0, 3, false, true, true, true, false},
		{"the day after", 24 * time.Hour, 3, false, true, false, true, false},
		{"nobody counted", 24 * time.Hour, 0, false, true, false, false, true},
		{"cancelled", 0, 3, true, true, false, false, false},
	} {
		now := eventNow.Add(one.after)
		e.CheckedIn, e.Cancelled = one.come, one.cancelled
		if e.Begun(now) != one.begun || e.Open(now) != one.open || e.Held(now) != one.held || e.Uncounted(now) != one.uncounted {
			t.Errorf("%s: begun %v, open %v, held %v, uncounted %v", one.name, e.Begun(now), e.Open(now), e.Held(now), e.Uncounted(now))
		}
	}
	e.HasCount, e.Counted = true, 0
	if e.Attendance() != 0 || e.Uncounted(eventNow) {
		t.Error("an organiser who counted nobody has counted")
	}
	begins, ends := e.Times()
	if begins.UTC().Format(time.RFC3339) != "2026-11-30T07:30:00Z" || ends.Sub(begins) != time.Hour || e.Year() != "2026" {
		t.Errorf("from %v to %v in %s", begins, ends, e.Year())
	}
}

func TestCheckCheckIn(t *testing.T) {
	good := CheckIn{Event: "e", Key: strings.Repeat("a", 16), People: 2}
	if err := good.Check(2); err != nil {
		t.Error(err)
	}
	for _, c := range []CheckIn{{"e", "short", 1, eventNow}, {"", good.Key, 1, eventNow}, {"e", good.Key, 0, eventNow}, {"e", good.Key, 3, eventNow}, {"e", good.Key, -1, eventNow}} {
		if err := c.Check(2); err == nil {
			t.Errorf("%+v passes", c)
		}
	}
}
