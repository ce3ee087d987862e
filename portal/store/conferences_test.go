package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// confers calls a conference with the police and the director, who are to see the
// child's name.
func (f *fixture) confers(by apply.Actor, a *apply.Application, key string) (casework.Conference, error) {
	c := casework.Conference{Case: caseOf(a), At: f.clock.now().AddDate(0, 0, 3), Departments: []casework.Department{casework.Police}, Fields: []string{"child_name"}}
	c.Place, c.Agenda, c.Others = "三楼", "谁来照顾", "王老师"
	return f.CallConference(context.Background(), by, key, c, []string{" Director "})
}

type changing = func(casework.Conference, time.Time) (casework.Conference, []casework.Telling, error)

func holds(minutes string) changing {
	return func(c casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		c, err := c.Hold(minutes, now)
		return c, []casework.Telling{{At: now, Kind: casework.ToldHeld}}, err
	}
}

func agrees(what string, owner casework.Owner) changing {
	return func(c casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		c, err := c.Agree(casework.Agreed{What: what, Owner: owner}, 3, everyDay{}, now)
		return c, nil, err
	}
}

func TestConference(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		for _, by := range []apply.Actor{who.police, who.director} {
			if err := f.SetStaffContact(ctx, by, apply.Contact{Channel: apply.Email, Address: "desk@example.org"}); err != nil {
				t.Fatal(err)
			}
		}
		c, err := f.confers(who.own, a, "page")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := f.confers(who.own, a, "page"); err != nil || again.ID != c.ID {
			t.Errorf("the page sent twice: %v, %v; want the first", again.ID, err)
		}
		notes, err := f.TakeNotes(ctx, 10)
		if err != nil || len(notes) != 2 || notes[0].Kind != store.NoteConference {
			t.Errorf("the guests are told %v, %v; want each once", notes, err)
		}
		for _, by := range []apply.Actor{who.police, who.director} {
			o, err := f.OpenConference(ctx, by, c.ID)
			if err != nil || o.Answers["child_name"] != childName || o.Agenda != "谁来照顾" || o.Holds {
				t.Errorf("a guest sees %d answers, agenda %v, %v", len(o.Answers), o.Agenda != "", err)
			}
		}
		if c, err = f.ChangeConference(ctx, who.own, c.ID, c.Version, "held", holds("记录")); err != nil {
			t.Fatal(err)
		}
		for owner, what := range map[casework.Owner]string{"public-security": "找爸爸", casework.OwnOffice: "安排上学", casework.OwnedBy(who.director.ID): "每周去看"} {
			if c, err = f.ChangeConference(ctx, who.own, c.ID, c.Version, "agree", agrees(what, owner)); err != nil {
				t.Fatal(err)
			}
		}
		f.seenOfConference(t, who, c)
		if _, err = f.ChangeConference(ctx, who.own, c.ID, c.Version+1, "held", holds("改了")); err != nil { // one was finished since
			t.Fatal(err)
		}
		if n := len(f.bytes(t, `SELECT body FROM conference_texts`)); n != 3 { // called, held, mended
			t.Errorf("%d writings are kept; want all 3", n)
		}
		for _, table := range []string{`SELECT body FROM conference_texts`, `SELECT what FROM conference_decisions`} {
			for _, b := range f.bytes(t, table) {
				if strings.Contains(string(b), "王老师") || strings.Contains(string(b), "爸爸") {
					t.Errorf("%s holds words in plain text", table)
				}
			}
		}
	})
}

// seenOfConference holds what each sees of one that was held, and who can finish what.
func (f *fixture) seenOfConference(t *testing.T, who helpers, c casework.Conference) {
	t.Helper()
	ctx := t.Context()
	for login, want := range map[string]struct {
		by      apply.Actor
		minutes bool
		agreed  int
		open    string
	}{
		"officer": {who.officer, true, 3, "安排上学"}, "own": {who.own, true, 3, "安排上学"},
		"police": {who.police, false, 1, "找爸爸"}, "director": {who.director, false, 1, "每周去看"},
	} {
		o, err := f.OpenConference(ctx, want.by, c.ID)
		if err != nil || (o.Minutes != "") != want.minutes || len(o.Decisions) != want.agreed || o.Answers != nil {
			t.Errorf("%s sees minutes %v, %d decisions, %d answers, %v", login, o.Minutes != "", len(o.Decisions), len(o.Answers), err)
		}
		list, err := f.Conferences(ctx, want.by)
		if err != nil || len(list.Open) != 1 || list.Open[0].What != want.open || len(list.Coming) != 0 {
			t.Errorf("%s is to see to %v, %v; want %s", login, list.Open, err, want.open)
		}
	}
	for _, a := range c.Decisions {
		if a.Owner != casework.OwnedBy(who.director.ID) {
			continue
		}
		if _, err := f.FinishDecision(ctx, who.police, c.ID, a.Number); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("the police finish what the director sees to: %v; want ErrForbidden", err)
		}
		after, err := f.FinishDecision(ctx, who.director, c.ID, a.Number)
		if err != nil || after.Version != c.Version+1 {
			t.Errorf("the director finishes it: version %d, %v", after.Version, err)
		}
		if again, err := f.FinishDecision(ctx, who.director, c.ID, a.Number); err != nil || again.Version != after.Version {
			t.Errorf("twice: version %d, %v; want it done once", again.Version, err)
		}
	}
	if list, err := f.Conferences(ctx, who.director); err != nil || len(list.Open) != 0 {
		t.Errorf("done, the director is still to see to %v, %v", list.Open, err)
	}
}

// TestConferencePermissions has every call refused to who may not.
func TestConferencePermissions(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, who, a := t.Context(), f.helpers(t), f.submitted(t)
		c, err := f.confers(who.officer, a, "page")
		if err != nil {
			t.Fatal(err)
		}
		everybody := map[string]apply.Actor{"officer": who.officer, "own": who.own, "other": who.other, "health": who.health, "police": who.police, "director": who.director, "auditor": who.auditor}
		for call, tt := range map[string]struct {
			allow string
			do    func(by apply.Actor) error
		}{
			"call": {"officer own", func(by apply.Actor) error {
				_, err := f.confers(by, a, "page"+by.ID)
				return err
			}},
			"open": {"officer own police director", func(by apply.Actor) error {
				_, err := f.OpenConference(ctx, by, c.ID)
				return err
			}},
			"hold": {"officer own", func(by apply.Actor) error {
				now, err := f.OpenConference(ctx, who.officer, c.ID)
				if err == nil {
					_, err = f.ChangeConference(ctx, by, c.ID, now.Version, "held", holds("记录"))
				}
				return err
			}},
			"of a case": {"officer own", func(by apply.Actor) error {
				_, err := f.ConferencesOf(ctx, by, caseOf(a))
				return err
			}},
			"list": {"officer own other health police director", func(by apply.Actor) error {
				_, err := f.Conferences(ctx, by)
				return err
			}},
		} {
			for login, by := range everybody {
				err := tt.do(by)
				if want := slices.Contains(strings.Fields(tt.allow), login); want != (err == nil) || err != nil && !errors.Is(err, casework.ErrForbidden) {
					t.Errorf("%s by %s: %v; want it allowed: %v", call, login, err, want)
				}
			}
		}
		if _, err := f.ChangeConference(ctx, who.own, c.ID, 99, "held", holds("记录")); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("at another version: %v; want ErrConflict", err)
		}
		var invalid apply.Invalid
		if _, err := f.CallConference(ctx, who.own, "x", casework.Conference{Case: caseOf(a)}, []string{"nobody"}); !errors.As(err, &invalid) || len(invalid) != 4 {
			t.Errorf("with nobody: %v; want day, place, agenda and staff", err)
		}
	})
}
