package outreach

import (
	"fmt"
	"testing"
)

// reached is a year in five villages of two towns, small enough to be counted by hand. It
// is looked at on 30 November 2026.
//
//	a1  two events were held there: one with 30 people on p-a and p-b, together with a2,
//	    and one with 10 on p-a
//	a2  the one together with a1
//	a3  one that nobody counted, and one to come
//	b1  one that was cancelled
//	b2  one with 5 people on p-c
func reached() Reach {
	event := func(town, day string, came int, topics []string, villages ...string) Event {
		return Event{Town: town, Day: day, Begins: "09:00", CheckedIn: came, Topics: topics, Villages: villages}
	}
	cancelled := event("b", "2026-05-01", 7, []string{"p-a"}, "b1")
	cancelled.Cancelled = true
	counted := event("a", "2026-02-01", 12, []string{"p-a"}, "a1")
	counted.Counted, counted.HasCount = 10, true
	return Reach{
		Year:   "2026",
		Places: []Place{{"a", "a1"}, {"a", "a2"}, {"a", "a3"}, {"b", "b1"}, {"b", "b2"}},
		Events: []Event{
			event("a", "2026-01-10", 30, []string{"p-a", "p-b"}, "a1", "a2"), counted,
			event("a", "2026-03-01", 0, []string{"p-a"}, "a3"), event("a", "2026-12-24", 0, []string{"p-b"}, "a3"),
			cancelled, event("b", "2026-11-30", 5, []string{"p-c"}, "b2"), event("b", "2026-06-01", 9, []string{"p-c"}, "elsewhere"),
		},
	}
}

func TestReach(t *testing.T) {
	for topic, want := range map[string]string{
		"":    "b1 0/0 0 [0], a3 0/0 0 [2], b2 1/1 5 [0], a2 1/2 30 [0], a1 2/2 40 [0], ",
		"p-a": "b1 0/0 0 [0], b2 0/0 0 [0], a3 0/0 0 [1], a2 1/2 30 [0], a1 2/2 40 [0], ",
		"p-d": "a1 0/0 0 [0], a2 0/0 0 [0], a3 0/0 0 [0], b1 0/0 0 [0], b2 0/0 0 [0], ",
	} {
		got := ""
		for _, v := range reached().Villages(eventNow, topic) {
			got += fmt.Sprintf("%s %d/%d %d [%d], ", v.Village, v.Events, len(v.Topics), v.People, v.Planned)
		}
		if got != want {
			t.Errorf("of topic %q: %s; want %s", topic, got, want)
		}
	}
	got := ""
	for _, one := range Towns(reached().Villages(eventNow, "")) {
		got += fmt.Sprintf("%s %d of %d, %d gaps, first %s; ", one.Town, one.Reached, len(one.Villages), one.Gaps(), one.Villages[0].Village)
	}
	if want := "a 2 of 3, 1 gaps, first a1; b 1 of 2, 1 gaps, first b1; "; got != want {
		t.Errorf("towns %s; want %s", got, want)
	}
	got = ""
	for _, one := range reached().Topics(eventNow, []string{"p-a", "p-b", "p-c", "p-d"}) {
		got += fmt.Sprintf("%s %d by %d, ", one.Topic, one.Reached, one.Events)
	}
	if want := "p-d 0 by 0, p-c 1 by 2, p-a 2 by 2, p-b 2 by 1, "; got != want {
		t.Errorf("topics %s; want %s", got, want)
	}
	if events, people := reached().Held(eventNow); events != 4 || people != 54 {
		t.Errorf("%d events with %d people; want 4 with 54", events, people)
	}
}
