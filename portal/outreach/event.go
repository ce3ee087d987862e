package outreach

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huitong/portal/apply"
	"huitong/portal/sheet"
)

// Limits of an event.
const (
	maxEventWords  = 60 // characters of title and place
	maxEventPlaces = 60 // villages; no town has more
	MaxPeople      = 500
	MaxAsked       = 100    // questions that were heard
	MaxFamily      = 20     // whom one visitor checks in
	MaxCounted     = 9999   // people at one event
	eventLength    = 60     // minutes, where no end is known
	firstEventDay  = "2020" // older ones are of no use to anybody
)

// Keys of the messages about an event.
const (
	KeyEventTitle     = "error.event.title"      // Max
	KeyEventPlace     = "error.event.place"      // Max
	KeyEventTopics    = "error.event.topics"     // at least one policy
	KeyEventTown      = "error.event.town"       //
	KeyEventVillages  = "error.event.villages"   // at least one village or community
	KeyEventVillage   = "error.event.village"    // one is not in the directory
	KeyEventTime      = "error.event.time"       // not a time of the day
	KeyEventEnds      = "error.event.ends"       // before it begins
	KeyEventDay       = "error.event.day"        // not within a year from now
	KeyEventPeople    = "error.event.people"     // Max
	KeyEventCounted   = "error.event.counted"    // Max
	KeyEventAhead     = "error.event.ahead"      // nobody can have come yet
	KeyEventAsked     = "error.event.asked"      // nothing stands there
	KeyEventAskedMany = "error.event.asked.many" // Max
	KeyEventOver      = "error.event.over"       // cancelled, or checking in is over
)

// ErrOtherCheckIn says that something else was sent under the key of a check-in before.
var ErrOtherCheckIn = errors.New("the key belongs to another check-in")

// Event is one talk on policies in villages or communities of a town: planned, announced
// to everybody, held and counted. Nothing is known of who came but how many.
type Event struct {
	ID      string
	Version int
	Code    Code // of the page on which visitors check in

	Title, Place string
	Topics       []string // policies, by their slugs
	Town         string   // as an option of the question town
	Villages     []string // for whom it is
	Day          string   // 2006-01-02
	Begins, Ends string   // 15:04 in China; Ends is empty where it is not known

	Organiser string // ID of the user who planned it
	Cancelled bool
	CheckedIn int      // people, by all check-ins
	Counted   int      // by the organiser, in their place
	HasCount  bool     // somebody has counted
	Asked     []string // what people asked there, without what tells who
	Changed   time.Time
}

// Attendance is how many people came: as the organiser counted, or else as they checked in.
func (e Event) Attendance() int {
	if e.HasCount {
		return e.Counted
	}
	return e.CheckedIn
}

// Begun reports whether the day of the event has come.
func (e Event) Begun(now time.Time) bool { return e.Day <= today(now) }

// Held reports whether the event took place as far as is known: its day has come, it was
// not cancelled and somebody was there.
func (e Event) Held(now time.Time) bool {
	return e.Begun(now) && !e.Cancelled && e.Attendance() > 0
}

// Open reports whether visitors may check themselves in: all day long, since events begin
// early and end late.
func (e Event) Open(now time.Time) bool { return e.Day == today(now) && !e.Cancelled }

// Uncounted reports whether the event is over and nobody has said who came.
func (e Event) Uncounted(now time.Time) bool {
	return e.Begun(now) && !e.Cancelled && !e.HasCount && e.CheckedIn == 0
}

// Pictured reports whether the event takes photos: from its day on, since before that there
// is nothing to see, and unless it was cancelled.
func (e Event) Pictured(now time.Time) bool { return e.Begun(now) && !e.Cancelled }

// Year is the year to which the event counts.
func (e Event) Year() string { return e.Day[:min(len(e.Day), 4)] }

// Public returns what everybody may see of the event.
func (e Event) Public() Event {
	e.Organiser, e.CheckedIn, e.Counted, e.HasCount, e.Asked = "", 0, 0, false, nil
	return e
}

// Times are when the event begins and ends: an hour later where no end is known.
func (e Event) Times() (begins, ends time.Time) {
	begins, err := time.ParseInLocation("2006-01-02 15:04", e.Day+" "+e.Begins, apply.China)
	if err != nil {
		return time.Time{}, time.Time{}
	}
	if ends, err = time.ParseInLocation("2006-01-02 15:04", e.Day+" "+e.Ends, apply.China); err != nil {
		ends = begins.Add(eventLength * time.Minute)
	}
	return begins, ends
}

func today(now time.Time) string { return now.In(apply.China).Format(time.DateOnly) }

// Clean returns the event as it is kept, or what is wrong with it. policy tells which
// policies there are.
func (e Event) Clean(now time.Time, policy func(slug string) bool) (Event, error) {
	var out apply.Invalid
	wrong := func(field, key string) { out = append(out, apply.Problem{Field: field, Key: key}) }
	long := map[string]any{"Max": maxEventWords}
	e.Title, e.Place, e.Town = sheet.Words(e.Title), sheet.Words(e.Place), sheet.Line(e.Town)
	for _, f := range []struct{ field, text, key string }{{"title", e.Title, KeyEventTitle}, {"place", e.Place, KeyEventPlace}} {
		if n := utf8.RuneCountInString(f.text); n < 2 || n > maxEventWords {
			out = append(out, apply.Problem{Field: f.field, Key: f.key, Args: long})
		}
	}
	if e.Town == "" {
		wrong("town", KeyEventTown)
	}
	if e.Villages = cleanList(e.Villages); len(e.Villages) == 0 || len(e.Villages) > maxEventPlaces {
		wrong("villages", KeyEventVillages)
	}
	if e.Topics = CleanTopics(e.Topics, policy); len(e.Topics) == 0 {
		wrong("topics", KeyEventTopics)
	}
	day, p := eventDay(e.Day, now)
	if e.Day = day; p.Key != "" {
		out = append(out, p)
	}
	var begins, ends bool
	if e.Begins, begins = ParseClock(e.Begins); !begins {
		wrong("begins", KeyEventTime)
	}
	if e.Ends = strings.TrimSpace(e.Ends); e.Ends != "" {
		if e.Ends, ends = ParseClock(e.Ends); !ends {
			wrong("ends", KeyEventTime)
		} else if begins && e.Ends <= e.Begins {
			wrong("ends", KeyEventEnds)
		}
	}
	return e, out.Err()
}

// CleanTopics leaves the policies that there are, each once and in order.
func CleanTopics(slugs []string, policy func(slug string) bool) []string {
	return slices.DeleteFunc(cleanList(slugs), func(slug string) bool { return !policy(slug) })
}

// eventDay reads the day of an event: not further ahead than a year.
func eventDay(typed string, now time.Time) (string, apply.Problem) {
	day, p := apply.CheckTyped("date", typed, now)
	switch {
	case p.Key != "":
	case day == "":
		p.Key = apply.KeyRequired
	case day < firstEventDay || day > today(now.AddDate(1, 0, 0)):
		p.Key = KeyEventDay
	}
	if p.Key != "" {
		p.Field = "day"
	}
	return day, p
}

// cleanList cleans each line of a list, drops those that say nothing or the same, and
// sorts them.
func cleanList(all []string) []string {
	var out []string
	for _, one := range all {
		if one = sheet.Words(one); one != "" {
			out = append(out, one)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var clock = regexp.MustCompile(`^(上午|下午|晚上)?(\d{1,2})[:.点时]?(\d{2}|半)?分?$`)

// ParseClock reads a time of the day as people type it: 15:30, 9点, 下午3点半.
func ParseClock(typed string) (string, bool) {
	m := clock.FindStringSubmatch(strings.NewReplacer("：", ":", "．", ".", " ", "").Replace(sheet.Line(typed)))
	if m == nil {
		return "", false
	}
	hour, minute := number(m[2]), number(m[3])
	if m[3] == "半" {
		minute = 30
	}
	if m[1] != "" && m[1] != "上午" && hour < 12 {
		hour += 12
	}
	if hour > 23 || minute > 59 {
		return "", false
	}
	return fmt.Sprintf("%02d:%02d", hour, minute), true
}

// number reads a few figures; nothing is 0.
func number(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n = 10*n + int(r-'0')
		}
	}
	return n
}

// CheckIn is people who came to an event together, or were counted together. It counts
// once however often it is sent: by the key that its sender made up.
type CheckIn struct {
	Event  string // its ID
	Key    string
	People int
	At     time.Time
}

var checkInKey = regexp.MustCompile(`^[0-9a-f-]{16,64}$`)

// Check returns what is wrong with a check-in of at most so many people.
func (c CheckIn) Check(most int) error {
	if c.People < 1 || c.People > most {
		return apply.Invalid{{Field: "people", Key: KeyEventPeople, Args: map[string]any{"Max": most}}}
	}
	if !checkInKey.MatchString(c.Key) || c.Event == "" {
		return apply.ErrNotFound
	}
	return nil
}

// EventQuery asks for a part of the events, by day.
type EventQuery struct {
	Town   string // empty: all that the user may see
	Coming bool   // today's and later ones, the earliest first; else those before, the latest first
	After  string // Next of the page before; empty: from the start
	Limit  int    // 0: 50
}

// EventPage is a part of the events.
type EventPage struct {
	Events []Event
	Next   string
}

// EventFile is one event as the desk sees it.
type EventFile struct {
	Event     Event
	Organiser string // name of who planned it
	Keep      bool   // the user may change it
}
