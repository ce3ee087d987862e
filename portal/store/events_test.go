package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// meeting is an event of today in the director's village; the clock stands at 23 November 2026.
func meeting() outreach.Event {
	return outreach.Event{Title: "云雀政策宣讲", Place: "云雀巷77号", Town: "shiqi", Villages: []string{village}, Topics: []string{"basic-living-allowance"}, Day: "2026-11-23", Begins: "15:30"}
}

// plans plans an event and returns its number.
func (f *fixture) plans(t *testing.T, by casework.User, e outreach.Event) string {
	t.Helper()
	id, err := f.NewEventID()
	if err == nil {
		err = f.PlanEvent(t.Context(), by.Actor(), id, e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// near lists the events about today as the user sees them.
func (f *fixture) near(t *testing.T, by casework.User) string {
	t.Helper()
	all, err := f.EventsNear(t.Context(), by.Actor())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprintf("%s %s %s %d", e.Day, e.Begins, strings.Join(e.Villages, "+"), e.Attendance()))
	}
	return strings.Join(out, ", ")
}

func checkIns(event string, keys ...string) []outreach.CheckIn {
	var out []outreach.CheckIn
	for i, k := range keys {
		out = append(out, outreach.CheckIn{Event: event, Key: strings.Repeat(k, 16), People: i + 1})
	}
	return out
}

func TestPlanEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.plans(t, p.director, meeting())
		if err := f.PlanEvent(ctx, p.director.Actor(), id, meeting()); err != nil { // sent twice
			t.Fatal(err)
		}
		f.hides(t, "outreach_events", "云雀")
		both := meeting()
		both.Villages, both.Day = []string{"莲峰社区", village}, "2026-11-24"
		f.plans(t, p.supervisor, both)
		far := meeting()
		far.Day = "2026-12-24"
		f.plans(t, p.officer, far)
		other := meeting()
		other.Villages = []string{"莲峰社区"}
		f.plans(t, p.stranger, other)
		for who, want := range map[*casework.User]string{
			&p.director:   "2026-11-23 15:30 迎阳社区 0, 2026-11-24 15:30 莲峰社区+迎阳社区 0",
			&p.stranger:   "2026-11-23 15:30 莲峰社区 0, 2026-11-24 15:30 莲峰社区+迎阳社区 0",
			&p.supervisor: "2026-11-23 15:30 迎阳社区 0, 2026-11-23 15:30 莲峰社区 0, 2026-11-24 15:30 莲峰社区+迎阳社区 0",
		} {
			if got := f.near(t, *who); got != want && len(got) != len(want) { // two at one time are in the order of their numbers
				t.Errorf("%s sees %s; want %s", who.Role, got, want)
			}
		}
		unknown, elsewhere := meeting(), meeting()
		unknown.Villages, elsewhere.Town = []string{"没有社区"}, "xiaolan"
		plan := func(by casework.User, e outreach.Event) error {
			return f.PlanEvent(ctx, by.Actor(), strings.Repeat("a", 24), e)
		}
		for name, err := range map[string]error{
			"another's village":    plan(p.director, other),
			"one of two":           plan(p.director, both),
			"another town":         plan(p.supervisor, elsewhere),
			"by an auditor":        plan(p.auditor, meeting()),
			"seen by an auditor":   func() error { _, err := f.EventsNear(ctx, p.auditor.Actor()); return err }(),
			"counted by a guest":   f.CheckIn(ctx, p.auditor.Actor(), checkIns(id, "a")),
			"counted by another":   f.CheckIn(ctx, p.stranger.Actor(), checkIns(id, "a")),
			"counted by nobody":    f.CheckIn(ctx, apply.Actor{Kind: apply.StaffActor, ID: "nobody"}, checkIns(id, "a")),
			"planned, by nobody":   f.PlanEvent(ctx, apply.Actor{Kind: apply.StaffActor, ID: "nobody"}, strings.Repeat("b", 24), meeting()),
			"no village of theirs": plan(p.supervisor, outreach.Event{Town: "shiqi"}),
		} {
			if !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want it forbidden", name, err)
			}
		}
		if err := plan(p.supervisor, unknown); !strings.Contains(fmt.Sprint(err), outreach.KeyEventVillage) {
			t.Errorf("a village that nobody knows: %v", err)
		}
	})
}

// TestCheckIn counts what came twice once, what came together whole or not at all, and
// loses nothing when many send at the same time.
func TestCheckIn(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.plans(t, p.director, meeting())
		ahead := meeting()
		ahead.Day = "2026-11-25"
		later := f.plans(t, p.director, ahead)
		sends := func(by casework.User, all []outreach.CheckIn) {
			t.Helper()
			if err := f.CheckIn(ctx, by.Actor(), all); err != nil {
				t.Fatal(err)
			}
		}
		wants := func(want string) {
			t.Helper()
			if got := f.near(t, p.director); !strings.HasPrefix(got, "2026-11-23 15:30 迎阳社区 "+want+",") {
				t.Errorf("near: %s; want %s people today", got, want)
			}
		}
		sends(p.director, checkIns(id, "a", "b")) // 1 and 2
		sends(p.director, checkIns(id, "a", "b", "c"))
		wants("6")
		bad := append(checkIns(id, "d"), checkIns(later, "e")...)
		if err := f.CheckIn(ctx, p.director.Actor(), bad); !strings.Contains(fmt.Sprint(err), outreach.KeyEventAhead) {
			t.Errorf("before its day: %v", err)
		}
		if err := f.CheckIn(ctx, p.director.Actor(), append(checkIns(id, "d"), checkIns("none", "e")...)); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("to no event: %v", err)
		}
		if err := f.CheckIn(ctx, p.director.Actor(), checkIns(id, "b")); !errors.Is(err, outreach.ErrOtherCheckIn) {
			t.Errorf("another number under a key: %v", err)
		}
		wants("6")
		var all sync.WaitGroup
		for i := range 8 { // two devices, which each send everything four times
			all.Go(func() {
				device := string("01"[i%2])
				for k := range 5 {
					one := outreach.CheckIn{Event: id, Key: strings.Repeat(device, 16) + fmt.Sprint(k), People: 1, At: time.Unix(0, 0)}
					if err := f.CheckIn(ctx, p.supervisor.Actor(), []outreach.CheckIn{one}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		wants("16")
	})
}

// TestCheckInSelf lets visitors count themselves in on the day, and on no other.
func TestCheckInSelf(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		f.plans(t, p.director, meeting())
		all, err := f.EventsNear(ctx, p.director.Actor())
		if err != nil {
			t.Fatal(err)
		}
		code := all[0].Code
		visitor := outreach.CheckIn{Key: strings.Repeat("f", 32), People: 3}
		for range 2 {
			if err := f.CheckInSelf(ctx, code, visitor); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := f.near(t, p.director), "2026-11-23 15:30 迎阳社区 3"; got != want {
			t.Errorf("near: %s; want %s", got, want)
		}
		if e, err := f.PublicEvent(ctx, code); err != nil || e.Title != meeting().Title || e.CheckedIn != 0 || e.Organiser != "" {
			t.Errorf("everybody sees %+v, %v", e, err)
		}
		if err := f.CheckInSelf(ctx, "222222", visitor); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a code of nothing: %v", err)
		}
		visitor.Key, visitor.People = strings.Repeat("e", 32), outreach.MaxFamily+1
		if err := f.CheckInSelf(ctx, code, visitor); !strings.Contains(fmt.Sprint(err), outreach.KeyEventPeople) {
			t.Errorf("a whole village at once: %v", err)
		}
		f.clock.advance(24 * time.Hour)
		visitor.People = 1
		if err := f.CheckInSelf(ctx, code, visitor); !strings.Contains(fmt.Sprint(err), outreach.KeyEventOver) {
			t.Errorf("the day after: %v", err)
		}
	})
}

// TestKeepEvent changes, counts and cancels an event.
func TestKeepEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		by := p.director.Actor()
		id := f.plans(t, p.director, meeting())
		file := func(want string) outreach.Event {
			t.Helper()
			got, err := f.Event(ctx, by, id)
			if err != nil {
				t.Fatal(err)
			}
			e := got.Event
			if said := fmt.Sprintf("%d %s %v %d %v %v", e.Version, e.Title, e.Topics, e.Attendance(), e.Cancelled, e.Asked); said != want || !got.Keep {
				t.Errorf("event is %s; want %s", said, want)
			}
			return e
		}
		e := file("1 云雀政策宣讲 [basic-living-allowance] 0 false []")
		both := e
		both.Villages = append(both.Villages, "莲峰社区")
		if err := f.EditEvent(ctx, by, id, 1, both); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("another's village added: %v", err)
		}
		e.Title, e.Topics = "新的题目", []string{"a", "b"}
		if err := f.EditEvent(ctx, by, id, 1, e); err != nil {
			t.Fatal(err)
		}
		if err := f.EditEvent(ctx, by, id, 1, e); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a stale page: %v", err)
		}
		if err := f.CheckIn(ctx, by, checkIns(id, "a", "b")); err != nil {
			t.Fatal(err)
		}
		file("2 新的题目 [a b] 3 false []")
		if err := f.CountEvent(ctx, by, id, 2, outreach.Event{Counted: 40, HasCount: true, Topics: []string{"a"}}); err != nil {
			t.Fatal(err)
		}
		file("3 新的题目 [a] 40 false []")
		for range 2 { // the answer was lost
			if err := f.HearQuestions(ctx, by, heardAs("one"), id, []string{"孩子名叫张小明，能申请吗", " ", "孩子名叫张小明，能申请吗", "户口在外地行不行"}); err != nil {
				t.Fatal(err)
			}
		}
		file("3 新的题目 [a] 40 false [孩子名叫***，能申请吗 户口在外地行不行]")
		if err := f.HearQuestions(ctx, p.supervisor.Actor(), heardAs("two"), id, []string{"户口在外地行不行"}); err != nil {
			t.Errorf("what somebody else heard too: %v", err)
		}
		heard, err := f.Unanswered(ctx, p.officer.Actor())
		if err != nil || len(heard) != 2 || heard[0].Place != casework.AtEvent {
			t.Errorf("the content team has %+v, %v; want both questions", heard, err)
		}
		if err := f.CancelEvent(ctx, by, id, 3, true); err != nil {
			t.Fatal(err)
		}
		file("4 新的题目 [a] 40 true [孩子名叫***，能申请吗 户口在外地行不行]")
		if err := f.CheckIn(ctx, by, checkIns(id, "c")); !strings.Contains(fmt.Sprint(err), outreach.KeyEventOver) {
			t.Errorf("to a cancelled one: %v", err)
		}
		if err := f.CheckIn(ctx, by, checkIns(id, "a")); err != nil {
			t.Errorf("what was counted before: %v", err)
		}
		if _, err := f.Event(ctx, p.stranger.Actor(), id); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("seen by another director: %v", err)
		}
		f.hides(t, "outreach_events", "题目", "户口")
		coming, err := f.Events(ctx, p.supervisor.Actor(), outreach.EventQuery{Coming: true})
		if err != nil || len(coming.Events) != 1 {
			t.Errorf("%d coming, %v; want today's", len(coming.Events), err)
		}
		shown, err := f.ComingEvents(ctx, "shiqi")
		if err != nil || len(shown) != 1 || shown[0].Attendance() != 0 || shown[0].Asked != nil || !shown[0].Cancelled {
			t.Errorf("the calendar has %+v, %v; want the event without who came", shown, err)
		}
	})
}

// heardAs is something that was sent under the key of that name.
func heardAs(name string) casework.Once {
	return casework.Once{Key: fmt.Sprintf("%032x", name), Body: []byte(name)}
}

// TestHearQuestions: two directors of one talk write questions down at the same time, one
// of them the same, and nothing is lost, counted double or kept from who keeps the talk.
func TestHearQuestions(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		e := meeting()
		e.Villages = []string{village, "莲峰社区"}
		id := f.plans(t, p.officer, e)
		errs := make(chan error)
		for i, by := range []casework.User{p.director, p.stranger, p.director, p.stranger} {
			go func() {
				errs <- f.HearQuestions(ctx, by.Actor(), heardAs(fmt.Sprint("page", i)), id, []string{"户口在外地行不行", fmt.Sprint("第", i, "问")})
			}()
		}
		for range 4 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		got, err := f.Event(ctx, p.stranger.Actor(), id)
		if err != nil || len(got.Event.Asked) != 5 || got.Keep {
			t.Errorf("%d questions, kept by a director of one village: %v, %v; want 5, not kept", len(got.Event.Asked), got.Keep, err)
		}
		if heard, err := f.Unanswered(ctx, p.officer.Actor()); err != nil || len(heard) != 5 || heard[0].Count != 1 {
			t.Errorf("the content team has %+v, %v; want each of 5 once", heard, err)
		}
		far := f.user(t, "far", casework.Post{Role: casework.Director, Area: "xiaolan", Village: "北区社区"})
		many := make([]string, outreach.MaxAsked+1)
		for i := range many {
			many[i] = strings.Repeat("问", i+2)
		}
		e.Day = "2026-11-24"
		ahead := f.plans(t, p.officer, e)
		for name, tt := range map[string]struct {
			by   casework.User
			once casework.Once
			id   string
			all  []string
			want string
		}{
			"another town's director": {far, heardAs("far"), id, []string{"问"}, casework.ErrForbidden.Error()},
			"an auditor":              {p.auditor, heardAs("auditor"), id, []string{"问"}, casework.ErrForbidden.Error()},
			"nothing":                 {p.director, heardAs("none"), id, []string{" ", ""}, outreach.KeyEventAsked},
			"before the day":          {p.director, heardAs("ahead"), ahead, []string{"问"}, outreach.KeyEventAhead},
			"too many":                {p.director, heardAs("many"), id, many, outreach.KeyEventAskedMany},
			"no talk":                 {p.director, heardAs("nowhere"), "nowhere", []string{"问"}, apply.ErrNotFound.Error()},
			"no key":                  {p.director, casework.Once{}, id, []string{"问"}, apply.ErrNotFound.Error()},
			"a key of something else": {p.director, casework.Once{Key: heardAs("page0").Key, Body: []byte("x")}, id, []string{"问"}, casework.ErrKeyUsed.Error()},
		} {
			if err := f.HearQuestions(ctx, tt.by.Actor(), tt.once, tt.id, tt.all); !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("%s: %v; want %s", name, err, tt.want)
			}
		}
		if got, err = f.Event(ctx, p.director.Actor(), id); err != nil || len(got.Event.Asked) != 5 {
			t.Errorf("%d questions after what was refused, %v; want 5", len(got.Event.Asked), err)
		}
	})
}

// TestReach counts in the database what was counted by hand: three villages, one reached
// twice, one planned, one without anything.
func TestReach(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		f.enter(t, p.officer, casework.DirectoryEntry{Town: "shiqi", Village: "仙湖社区"})
		held := func(day string, came int, villages ...string) {
			e := meeting()
			e.Day, e.Villages, e.Counted, e.HasCount = day, villages, came, came > 0
			f.plans(t, p.officer, e)
		}
		held("2026-01-10", 30, village, "莲峰社区")
		held("2026-11-23", 12, village)
		held("2026-12-24", 0, "莲峰社区")
		held("2025-12-31", 9, "仙湖社区")
		cancelled := f.plans(t, p.officer, meeting())
		if err := f.CancelEvent(ctx, p.officer.Actor(), cancelled, 1, true); err != nil {
			t.Fatal(err)
		}
		for who, want := range map[*casework.User]string{
			&p.officer:    "仙湖社区 0 of 0 [0], 莲峰社区 1 of 30 [1], 迎阳社区 2 of 42 [0], ",
			&p.supervisor: "仙湖社区 0 of 0 [0], 莲峰社区 1 of 30 [1], 迎阳社区 2 of 42 [0], ",
			&p.director:   "迎阳社区 2 of 42 [0], ",
		} {
			r, err := f.Reach(ctx, who.Actor(), "2026")
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, v := range r.Villages(f.clock.now(), "") {
				got += fmt.Sprintf("%s %d of %d [%d], ", v.Village, v.Events, v.People, v.Planned)
			}
			if got != want {
				t.Errorf("%s sees %s; want %s", who.Role, got, want)
			}
		}
		if _, err := f.Reach(ctx, p.auditor.Actor(), "2026"); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("seen by an auditor: %v", err)
		}
	})
}

// TestImportEvents adds all events of a file or none, once, and knows those again that are
// there, in whichever order a database sorts their villages.
func TestImportEvents(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		read := func(b []byte, places []outreach.Place) outreach.EventTable {
			return outreach.ParseEvents(b, outreach.EventNames{Towns: directoryTowns, Topics: map[string]string{"低保": "basic-living-allowance"}, Places: places}, f.clock.now())
		}
		const head, both = "日期,开始时间,结束时间,镇街,村（社区）,地点,名称,政策,参加人数\n", "2026-11-20,9:00,,石岐街道,迎阳社区、莲峰社区,云雀文化室,宣讲,低保,35\n"
		sends := func(by casework.User, rows string) (id string, in outreach.EventImport) {
			t.Helper()
			id, err := f.SendEvents(ctx, by.Actor(), []byte(head+rows))
			if err == nil {
				in, err = f.EventImport(ctx, by.Actor(), id, read)
			}
			if err != nil {
				t.Fatal(err)
			}
			return id, in
		}
		if id, in := sends(p.director, both); len(in.File.Faults) != 1 || !errors.Is(f.ConfirmEvents(ctx, p.director.Actor(), id, in.File.Hash, read), apply.ErrConflict) {
			t.Errorf("with another's village: %v; want one fault, and nothing taken", in.File.Faults)
		}
		id, in := sends(p.supervisor, both+"2026-11-21,9:00,,石岐街道,莲峰社区,文化室,宣讲,低保,\n")
		if len(in.Added) != 2 || in.Same != 0 || len(in.File.Faults) != 0 {
			t.Fatalf("%d added, %d known, faults %v; want 2 added", len(in.Added), in.Same, in.File.Faults)
		}
		if err := f.ConfirmEvents(ctx, p.supervisor.Actor(), id, "another", read); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("another file than was shown: %v", err)
		}
		if _, err := f.EventImport(ctx, p.officer.Actor(), id, read); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("another's file: %v", err)
		}
		for range 2 {
			if err := f.ConfirmEvents(ctx, p.supervisor.Actor(), id, in.File.Hash, read); err != nil {
				t.Fatal(err)
			}
		}
		f.hides(t, "outreach_events", "云雀")
		f.hides(t, "imports", "云雀")
		if _, again := sends(p.supervisor, both); again.Same != 1 || len(again.Added) != 0 {
			t.Errorf("sent again: %d added, %d known; want it known", len(again.Added), again.Same)
		}
		all, err := f.EventsOfYear(ctx, p.officer.Actor(), "2026")
		if err != nil || len(all) != 2 || all[0].Attendance() != 35 {
			t.Errorf("%d events of the year, %v; want 2, the first with 35 people", len(all), err)
		}
		if _, err := f.SendEvents(ctx, p.auditor.Actor(), nil); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("sent by an auditor: %v", err)
		}
	})
}
