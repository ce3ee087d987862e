package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const day = 24 * time.Hour

var callTerms = casework.CallTerms{Due: func(from time.Time) time.Time { return from.Add(2 * day) }, Keep: 90 * day, KeepOpen: 180 * day}

func asking(village string) casework.CallBack {
	return casework.CallBack{Town: "shiqi", Village: village, Notice: "1", Asked: casework.CallWords{Name: "金丝雀", Phone: "13912345678", When: "any", About: "云雀巷的事"}}
}

func (f *fixture) asks(t *testing.T, key, village string) casework.CallBack {
	t.Helper()
	b, err := f.AskForCall(t.Context(), apply.Token(key), asking(village), callTerms)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keeperOfCalls(t *testing.T, f *fixture) casework.User {
	return f.user(t, "calls", casework.Post{Role: casework.Officer})
}

// acts carries out a step on the first open request of the user's.
func (f *fixture) acts(t *testing.T, by casework.User, step casework.CallStep) {
	t.Helper()
	page, err := f.CallBacks(t.Context(), by.Actor(), casework.CallQuery{})
	if err != nil || len(page.Calls) == 0 {
		t.Fatalf("%d requests: %v", len(page.Calls), err)
	}
	if err := f.ActOnCall(t.Context(), by.Actor(), page.Calls[0].ID, page.Calls[0].Version, casework.CallAct{Step: step, Words: "云雀没有接"}, callTerms); err != nil {
		t.Fatal(err)
	}
}

// waiting is how many requests wait for each.
func (f *fixture) waiting(t *testing.T, who ...casework.User) string {
	t.Helper()
	var out []string
	for _, u := range who {
		n, err := f.CallsWaiting(t.Context(), u)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

func TestCallBacks(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		all := []casework.User{p.director, p.stranger, p.supervisor, p.officer}
		b := f.asks(t, "one", "迎阳社区")
		if again := f.asks(t, "one", "迎阳社区"); again.ID != b.ID || b.Level != casework.CallVillage {
			t.Errorf("sent twice: %s and %s, at level %d", b.ID, again.ID, b.Level)
		}
		if again := f.asks(t, "another page", "迎阳社区"); again.ID != b.ID {
			t.Error("the same number has asked twice for the same village")
		}
		f.hides(t, "call_backs", "金丝雀", "13912345678", "云雀")
		if got := f.waiting(t, all...); got != "1 0 0 0" {
			t.Errorf("waits for director, another, supervisor, city: %s", got)
		}
		for name, err := range map[string]error{
			"another director": func() error { _, err := f.CallBack(ctx, p.stranger.Actor(), b.ID); return err }(),
			"an auditor":       func() error { _, err := f.CallBacks(ctx, p.auditor.Actor(), casework.CallQuery{}); return err }(),
			"acted on":         f.ActOnCall(ctx, p.stranger.Actor(), b.ID, 1, casework.CallAct{Step: casework.CallReached}, callTerms),
		} {
			if !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want it forbidden", name, err)
			}
		}
		for level, want := range []string{"1 0 0 0", "1 0 1 0", "1 0 1 1", "1 0 1 1"} {
			if got := f.waiting(t, all...); got != want {
				t.Errorf("after %d times late it waits for %s; want %s", level, got, want)
			}
			f.clock.advance(2*day + time.Minute)
			if n, err := f.RaiseCalls(ctx, callTerms); err != nil || n != min(1, 2-min(level, 2)) {
				t.Errorf("raised %d, %v", n, err)
			}
		}
		if err := f.ActOnCall(ctx, p.director.Actor(), b.ID, 3, casework.CallAct{Step: casework.CallGiveUp}, callTerms); !strings.Contains(fmt.Sprint(err), casework.KeyCallTries) {
			t.Errorf("given up without a try: %v", err)
		}
		for range casework.CallTriesFew {
			f.acts(t, p.director, casework.CallNoAnswer)
		}
		f.hides(t, "call_tries", "云雀")
		if err := f.ActOnCall(ctx, p.director.Actor(), b.ID, 3, casework.CallAct{Step: casework.CallReached}, callTerms); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a stale page: %v", err)
		}
		file, err := f.CallBack(ctx, p.supervisor.Actor(), b.ID)
		if err != nil || len(file.Tries) != 3 || file.Asked.Name != "金丝雀" || file.Names[p.director.ID] == "" || file.Tries[0].Words != "云雀没有接" {
			t.Errorf("opened: %d tries, %v", len(file.Tries), err)
		}
		f.acts(t, p.director, casework.CallReached)
		f.leavesNoCalls(t, p, all)
	})
}

// leavesNoCalls goes on where everything is settled: villages without a director, and
// what is deleted when.
func (f *fixture) leavesNoCalls(t *testing.T, p people, all []casework.User) {
	t.Helper()
	ctx := t.Context()
	if got := f.waiting(t, all...); got != "0 0 0 0" {
		t.Errorf("settled, it waits for %s", got)
	}
	if page, err := f.CallBacks(ctx, p.director.Actor(), casework.CallQuery{Closed: true}); err != nil || len(page.Calls) != 1 || page.Calls[0].Asked.Name != "" {
		t.Errorf("%d settled: %v", len(page.Calls), err)
	}
	if b := f.asks(t, "two", "仙湖社区"); b.Level != casework.CallTown {
		t.Errorf("without a director it is at level %d", b.Level)
	}
	far := asking("北区社区")
	far.Town = "xiaolan"
	if b, err := f.AskForCall(ctx, "three", far, callTerms); err != nil || b.Level != casework.CallCity {
		t.Errorf("without a supervisor it is at level %d: %v", b.Level, err)
	}
	f.asks(t, "four", "莲峰社区")
	if _, err := f.AskForCall(ctx, "five", asking("员峰社区"), callTerms); !errors.Is(err, casework.ErrTooMany) {
		t.Errorf("a fourth request of one number: %v", err)
	}
	bad := asking("迎阳社区")
	bad.Asked.Phone, bad.Notice = "12", ""
	if _, err := f.AskForCall(ctx, "six", bad, callTerms); !strings.Contains(fmt.Sprint(err), casework.KeyCallConsent) {
		t.Errorf("without consent: %v", err)
	}
	for after, want := range map[time.Duration]int{91 * day: 3} {
		f.clock.advance(after)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(f.dump(t, "call_backs"), "open"); n != want || strings.Contains(f.dump(t, "call_tries"), "reached") {
			t.Errorf("%d left after %v; want %d and no tries", n, after, want)
		}
	}
	f.clock.advance(90 * day)
	if err := f.Prune(ctx); err != nil {
		t.Fatal(err)
	}
	if left := f.dump(t, "call_backs"); left != "" {
		t.Error("what nobody has settled is kept for ever")
	}
}

// TestCallsAreTold: the director hears that a family asks to be called, and nothing of it;
// once for those that come together, and each level when the one below was late.
func TestCallsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		far := f.user(t, "far-supervisor", casework.Post{Role: casework.Supervisor, Area: "xiaolan"})
		for _, u := range []casework.User{p.director, p.stranger, p.supervisor, p.officer, p.auditor, far} {
			if err := f.SetStaffContact(ctx, u.Actor(), apply.Contact{Channel: apply.Email, Address: u.Login + "@example.org"}); err != nil {
				t.Fatal(err)
			}
		}
		told := func() (out []string) {
			t.Helper()
			notes, err := f.TakeNotes(ctx, 20)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range notes {
				login, _, _ := strings.Cut(n.Contact.Address, "@")
				out = append(out, login+" "+string(n.Kind))
				if n.Reference != "" || n.Code != "" || n.Token != "" {
					t.Errorf("the message names what it is about: %+v", n)
				}
				if err := f.SettleNote(ctx, n, true, false); err != nil {
					t.Fatal(err)
				}
			}
			return out
		}
		next := func(phone string) {
			t.Helper()
			b := asking("迎阳社区")
			b.Asked.Phone = phone
			if _, err := f.AskForCall(ctx, apply.Token("page "+phone), b, callTerms); err != nil {
				t.Fatal(err)
			}
		}
		next("13912345678")
		next("13912345678") // the page is sent twice
		next("13912345679")
		if got, want := fmt.Sprint(told()), "[child-director call]"; got != want {
			t.Errorf("told %s; want %s", got, want)
		}
		f.clock.advance(callTerms.Due(time.Time{}).Sub(time.Time{}) / 2)
		next("13912345670")
		if got, want := fmt.Sprint(told()), "[child-director call]"; got != want {
			t.Errorf("a day later: told %s; want %s", got, want)
		}
		for _, want := range []string{"[child-supervisor call-late]", "[child-officer call-late]", "[]"} {
			f.clock.advance(2*day + time.Minute)
			if _, err := f.RaiseCalls(ctx, callTerms); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(told()); got != want {
				t.Errorf("late: told %s; want %s", got, want)
			}
		}
	})
}
