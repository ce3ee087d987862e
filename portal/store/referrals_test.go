package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// everyDay is a calendar without weekends.
type everyDay struct{}

func (everyDay) Workday(time.Time) bool { return true }
func (everyDay) Known(int) bool         { return true }

// helpers are the people of a referral.
type helpers struct{ officer, own, other, health, police, director, auditor apply.Actor }

func (f *fixture) helpers(tb testing.TB) helpers {
	tb.Helper()
	as := func(login string, p casework.Post) apply.Actor { return f.user(tb, login, p.Clean()).Actor() }
	return helpers{
		officer:  as("officer", casework.Post{Role: casework.Officer}),
		own:      as("own", casework.Post{Role: casework.Supervisor, Area: "shiqi"}),
		other:    as("other", casework.Post{Role: casework.Supervisor, Area: "xiaolan"}),
		health:   as("health", casework.Post{Role: casework.Liaison, Department: casework.Health}),
		police:   as("police", casework.Post{Role: casework.Liaison, Department: casework.Police}),
		director: as("director", casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区"}),
		auditor:  as("auditor", casework.Post{Role: casework.Auditor}),
	}
}

func caseOf(a *apply.Application) casework.Case {
	return casework.Case{Kind: casework.ApplicationCase, ID: string(a.Reference)}
}

// refers sends a referral to the health department, and tells the family.
func (f *fixture) refers(by apply.Actor, a *apply.Application, key string, days int) (casework.Referral, error) {
	r := casework.Referral{Case: caseOf(a), Department: casework.Health, Task: "look", Told: true}
	step := casework.ReferralStep{Words: "请看看孩子。", Days: days, Fields: []string{"child_name"}}
	return f.SendReferral(context.Background(), by, key, r, step, everyDay{})
}

func TestReferral(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		if err := f.SetStaffContact(ctx, who.health, apply.Contact{Channel: apply.Email, Address: "health@example.org"}); err != nil {
			t.Fatal(err)
		}
		r, err := f.refers(who.own, a, "page", 5)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := f.refers(who.own, a, "page", 5); err != nil || again.ID != r.ID {
			t.Errorf("the page sent twice: %v, %v; want the first", again.ID, err)
		}
		notes, err := f.TakeNotes(ctx, 10)
		if err != nil || len(notes) != 1 || notes[0].Kind != store.NoteReferral {
			t.Errorf("the department is told %v, %v; want once", notes, err)
		}
		o, err := f.OpenReferral(ctx, who.health, r.ID)
		if err != nil || len(o.Answers) != 1 || o.Answers["child_name"] != childName || o.Events[0].Words != "请看看孩子。" {
			t.Fatalf("the department sees %d answers, %v", len(o.Answers), err)
		}
		if o, err := f.OpenReferral(ctx, who.own, r.ID); err != nil || o.Answers != nil || len(o.Events) != 1 {
			t.Errorf("the sender sees %d answers, %d events, %v; want the words alone", len(o.Answers), len(o.Events), err)
		}
		step := casework.ReferralStep{Words: "孩子很好。", Outcome: "done", Known: []string{"done"}}
		if _, err := f.MoveReferral(ctx, who.health, r.ID, r.Version+1, casework.AnswerTheCase, step, everyDay{}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("at another version: %v; want ErrConflict", err)
		}
		if r, err = f.MoveReferral(ctx, who.health, r.ID, r.Version, casework.AnswerTheCase, step, everyDay{}); err != nil {
			t.Fatal(err)
		}
		if o, err = f.OpenReferral(ctx, who.health, r.ID); err != nil || o.Answers != nil || len(o.Events) != 1 {
			t.Errorf("answered, the department sees %d answers, %d events, %v; want its own words alone", len(o.Answers), len(o.Events), err)
		}
		if _, err = f.MoveReferral(ctx, who.own, r.ID, r.Version, casework.CloseReferral, casework.ReferralStep{Family: "查好了。"}, everyDay{}); err != nil {
			t.Fatal(err)
		}
		told, err := f.Tellings(ctx, a.Reference)
		var kinds []string
		for _, l := range told {
			kinds = append(kinds, string(l.Kind)+" "+l.Words)
		}
		if got, want := fmt.Sprint(kinds), "[referred  answered  result 查好了。]"; got != want || err != nil {
			t.Errorf("the family reads %s, %v; want %s", got, err, want)
		}
		f.auditedReferral(t, a, who)
	})
}

// auditedReferral holds the audit of TestReferral.
func (f *fixture) auditedReferral(t *testing.T, a *apply.Application, who helpers) {
	t.Helper()
	lines, err := f.Audit(t.Context(), apply.Actor{}, casework.AuditQuery{Reference: a.Reference})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range slices.Backward(lines) {
		if l.Login != "" {
			got = append(got, l.Login+" "+string(l.Action)+" "+l.Detail)
		}
	}
	want := []string{"own refer send", "health open-referral child_name", "own open-referral ", "health answer-referral answer", "health open-referral ", "own refer close"}
	if !slices.Equal(got, want) {
		t.Errorf("audit %q; want %q", got, want)
	}
	for _, table := range []string{`SELECT words FROM referral_events`, `SELECT words FROM tellings`} {
		for _, b := range f.bytes(t, table) {
			if strings.Contains(string(b), "孩子") || strings.Contains(string(b), "查好") {
				t.Errorf("%s holds words in plain text", table)
			}
		}
	}
}

// TestReferralPermissions has every call refused to who may not.
func TestReferralPermissions(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		everybody := map[string]apply.Actor{"officer": who.officer, "own": who.own, "other": who.other, "health": who.health, "police": who.police, "director": who.director, "auditor": who.auditor}
		n := 0
		for call, c := range map[string]struct {
			allow string
			do    func(by apply.Actor) error
		}{
			"send": {"officer own", func(by apply.Actor) error {
				n++
				_, err := f.refers(by, a, fmt.Sprint("send", n), 5)
				return err
			}},
			"open": {"officer own health", func(by apply.Actor) error {
				r, err := f.refers(who.officer, a, "open", 5)
				if err == nil {
					_, err = f.OpenReferral(ctx, by, r.ID)
				}
				return err
			}},
			"take": {"health", func(by apply.Actor) error {
				n++
				r, err := f.refers(who.officer, a, fmt.Sprint("take", n), 5)
				if err == nil {
					_, err = f.MoveReferral(ctx, by, r.ID, r.Version, casework.TakeReferral, casework.ReferralStep{}, everyDay{})
				}
				return err
			}},
			"withdraw": {"officer own", func(by apply.Actor) error {
				n++
				r, err := f.refers(who.officer, a, fmt.Sprint("withdraw", n), 5)
				if err == nil {
					_, err = f.MoveReferral(ctx, by, r.ID, r.Version, casework.WithdrawReferral, casework.ReferralStep{}, everyDay{})
				}
				return err
			}},
			"made up": {"", func(by apply.Actor) error {
				r, err := f.refers(who.officer, a, "open", 5)
				if err == nil {
					_, err = f.MoveReferral(ctx, by, r.ID, r.Version, "steal", casework.ReferralStep{}, everyDay{})
				}
				return err
			}},
			"list": {"officer own other health police", func(by apply.Actor) error {
				_, err := f.Referrals(ctx, by, casework.ReferralQuery{Waits: casework.DepartmentSide})
				return err
			}},
			"of a case": {"officer own", func(by apply.Actor) error {
				_, err := f.ReferralsOf(ctx, by, caseOf(a))
				return err
			}},
		} {
			for login, by := range everybody {
				err := c.do(by)
				if want := slices.Contains(strings.Fields(c.allow), login); want != (err == nil) || err != nil && !errors.Is(err, casework.ErrForbidden) {
					t.Errorf("%s by %s: %v; want it allowed: %v", call, login, err, want)
				}
			}
		}
	})
}

// TestReferralList pages through what concerns somebody, the earliest deadline first.
func TestReferralList(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		for i, days := range []int{9, 3, 7, 1, 5} {
			if _, err := f.refers(who.own, a, fmt.Sprint(i), days); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			name string
			by   apply.Actor
			mine bool
			want int
		}{
			{"department", who.health, false, 5}, {"another", who.police, false, 0}, {"town", who.own, false, 5}, {"another town", who.other, false, 0},
			{"city", who.officer, false, 5}, {"sent by the officer", who.officer, true, 0}, {"sent by the town", who.own, true, 5},
		} {
			var due []int64
			for after := ""; ; {
				page, err := f.Referrals(ctx, tt.by, casework.ReferralQuery{Waits: casework.DepartmentSide, Mine: tt.mine, Limit: 2, After: after})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Referrals {
					due = append(due, r.Due.Unix())
				}
				if page.Counts[casework.DepartmentSide] != tt.want {
					t.Errorf("%s: counts %v; want %d", tt.name, page.Counts, tt.want)
				}
				if after = page.Next; after == "" {
					break
				}
			}
			if len(due) != tt.want || !slices.IsSorted(due) {
				t.Errorf("%s: deadlines %v; want %d in order", tt.name, due, tt.want)
			}
		}
		for _, after := range []string{"x", "1", "x.y", "9.\xff"} {
			if _, err := f.Referrals(ctx, who.officer, casework.ReferralQuery{After: after}); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("after %q: %v; want ErrNotFound", after, err)
			}
		}
	})
}

// TestReferralEndsWithItsCase has nothing shown of a case that has ended, and nothing
// left of one that was erased.
func TestReferralEndsWithItsCase(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		r, err := f.refers(who.own, a, "page", 5)
		if err != nil {
			t.Fatal(err)
		}
		a, err = f.Change(ctx, a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) })
		if err != nil {
			t.Fatal(err)
		}
		if o, err := f.OpenReferral(ctx, who.health, r.ID); err != nil || !o.Over || o.Answers != nil {
			t.Errorf("withdrawn by the family: over %v, %d answers, %v; want nothing shown", o.Over, len(o.Answers), err)
		}
		if _, err := f.refers(who.own, a, "another", 5); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a case that has ended is referred: %v; want ErrConflict", err)
		}
		if err := f.Erase(ctx, a.Reference, a.Version); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"referrals", "referral_events", "tellings"} {
			var n int
			if err := f.raw.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil || n != 0 {
				t.Errorf("%d rows of %s are left, %v", n, table, err)
			}
		}
		draft, _ := f.draft(t)
		if _, err := f.refers(who.officer, draft, "draft", 5); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a draft is referred: %v; want ErrNotFound", err)
		}
	})
}

// TestReferralFiles gives files with an answer: both sides see them, the family does not,
// and nobody else.
func TestReferralFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who := t.Context(), f.helpers(t)
		draft, _ := f.draft(t)
		register := f.attach(t, draft.Reference, photo("household-register", 1))
		other := f.attach(t, draft.Reference, photo("photo", 2))
		a, err := f.Submit(ctx, f.submission(f.again(t, draft.Reference), "key"))
		if err != nil {
			t.Fatal(err)
		}
		r := casework.Referral{Case: caseOf(a), Department: casework.Health, Task: "look"}
		r, err = f.SendReferral(ctx, who.own, "page", r, casework.ReferralStep{Days: 3, Papers: []string{"household-register"}}, everyDay{})
		if err != nil {
			t.Fatal(err)
		}
		o, err := f.OpenReferral(ctx, who.health, r.ID)
		if err != nil || len(o.Files) != 1 || o.Files[0].ID != register.ID {
			t.Errorf("the department sees files %v, %v; want the one that was ticked", o.Files, err)
		}
		for range 2 { // the same one, twice
			if _, err := f.AddReferralFile(ctx, who.health, r.ID, photo("", 3)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.AddReferralFile(ctx, who.police, r.ID, photo("", 4)); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("another department attaches a file: %v; want ErrForbidden", err)
		}
		o, err = f.OpenReferral(ctx, who.own, r.ID)
		if err != nil || len(o.Given) != 1 {
			t.Fatalf("the sender sees %d files of the answer, %v; want 1", len(o.Given), err)
		}
		given := o.Given[0].ID
		for _, tt := range []struct {
			name, file string
			by         apply.Actor
			want       error
		}{
			{"the department its own", given, who.health, nil}, {"the sender", given, who.own, nil}, {"the officer", given, who.officer, nil},
			{"another town", given, who.other, casework.ErrForbidden}, {"another department", given, who.police, casework.ErrForbidden},
			{"what was ticked", register.ID, who.health, nil}, {"what was not", other.ID, who.health, apply.ErrNotFound},
			{"the sender has the case for that", register.ID, who.own, apply.ErrNotFound},
		} {
			if _, _, err := f.ReadReferralFile(ctx, tt.by, r.ID, tt.file); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
			}
		}
		if got := f.again(t, a.Reference); len(got.Files) != 2 {
			t.Errorf("the family has %d files; want its own 2", len(got.Files))
		}
		step := casework.ReferralStep{Outcome: "done", Known: []string{"done"}}
		if _, err := f.MoveReferral(ctx, who.health, r.ID, r.Version, casework.AnswerTheCase, step, everyDay{}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.AddReferralFile(ctx, who.health, r.ID, photo("", 5)); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("after the answer: %v; want ErrConflict", err)
		}
		if _, _, err := f.ReadReferralFile(ctx, who.health, r.ID, register.ID); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("after the answer the department opens what was ticked: %v; want ErrNotFound", err)
		}
	})
}
