package apply_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"testing/iotest"
	"time"

	"huitong/content"
	"huitong/portal/apply"
)

var officer = apply.Actor{Kind: apply.StaffActor, ID: "u1"}

var consent = apply.Consent{Guardian: "测试乙", Relation: "grandparent", Notice: "2026-11"}

// complete returns a draft whose form is filled in.
func complete(tb testing.TB, f apply.Form) *apply.Application {
	tb.Helper()
	ref, err := apply.NewReference(rand.Reader, today)
	if err != nil {
		tb.Fatal(err)
	}
	return &apply.Application{Reference: ref, Policy: f.Policy.Slug, State: apply.Draft, Version: 1, Answers: apply.Answers{
		"child_name": "测试甲", "child_id": childID, "guardian_name": "测试乙", "guardian_relation": "grandparent",
		"phone": "13800138000", "town": "shiqi", "bank_account": "6222021234567890128",
	}}
}

// perform makes one move with everything it needs.
func perform(a *apply.Application, f apply.Form, m apply.Move) error {
	switch m {
	case apply.Submit:
		return a.Submit(f, consent, today)
	case apply.Accept:
		return a.Accept(officer, today)
	case apply.AskMore:
		return a.AskMore(officer, "请补户口本", today)
	case apply.Supply:
		return a.Supply("户口本已交", today)
	case apply.Approve:
		return a.Approve(officer, "符合条件", today)
	case apply.Refuse:
		return a.Refuse(officer, []apply.Ground{{ID: apply.OtherGround}}, "不符合条件", today)
	case apply.Withdraw:
		return a.Withdraw("", today)
	case apply.Object:
		return a.Object("请再看一次", today)
	}
	return errors.New("unknown move")
}

func TestMoves(t *testing.T) {
	f := sample(t)
	moves := []apply.Move{apply.Submit, apply.Accept, apply.AskMore, apply.Supply, apply.Approve, apply.Refuse, apply.Withdraw, apply.Object}
	allowed := map[apply.State]map[apply.Move]apply.State{
		apply.Draft:      {apply.Submit: apply.Submitted, apply.Withdraw: apply.Withdrawn},
		apply.Submitted:  {apply.Accept: apply.Accepted, apply.AskMore: apply.MoreNeeded, apply.Refuse: apply.Refused, apply.Withdraw: apply.Withdrawn},
		apply.Accepted:   {apply.AskMore: apply.MoreNeeded, apply.Approve: apply.Approved, apply.Refuse: apply.Refused, apply.Withdraw: apply.Withdrawn},
		apply.MoreNeeded: {apply.Supply: apply.Submitted, apply.Refuse: apply.Refused, apply.Withdraw: apply.Withdrawn},
		apply.Proposed:   {apply.Approve: apply.Approved, apply.Withdraw: apply.Withdrawn},
		apply.Objected:   {apply.Approve: apply.Approved, apply.Refuse: apply.Refused, apply.Withdraw: apply.Withdrawn},
		apply.Refused:    {apply.Object: apply.Objected},
	}
	for _, state := range apply.States() {
		for _, m := range moves {
			a := complete(t, f)
			a.State = state
			err := perform(a, f, m)
			to, ok := allowed[state][m]
			if !ok {
				var illegal *apply.TransitionError
				if !errors.As(err, &illegal) || a.State != state || len(a.Events) != 0 {
					t.Errorf("%s in %s: %v, now %s; want a TransitionError and no change", m, state, err, a.State)
				}
				continue
			}
			if err != nil || a.State != to || len(a.Events) != 1 {
				t.Errorf("%s in %s: %v, now %s; want %s and one event", m, state, err, a.State, to)
				continue
			}
			if e := a.Events[0]; e.Number != 1 || e.Move != m || e.State != to || !e.At.Equal(today) {
				t.Errorf("%s in %s: event %+v", m, state, e)
			}
		}
	}
}

func TestReasonIsRequired(t *testing.T) {
	f := sample(t)
	for name, move := range map[string]func(a *apply.Application) error{
		"approve": func(a *apply.Application) error { return a.Approve(officer, " ", today) },
		"refuse": func(a *apply.Application) error {
			return a.Refuse(officer, []apply.Ground{{ID: apply.OtherGround}}, "", today)
		},
		"ask": func(a *apply.Application) error { return a.AskMore(officer, "\u200b", today) },
	} {
		a := complete(t, f)
		a.State = apply.Accepted
		var invalid apply.Invalid
		if err := move(a); !errors.As(err, &invalid) || invalid[0].Key != apply.KeyReasonRequired || a.State != apply.Accepted {
			t.Errorf("%s without reason: %v, %s", name, err, a.State)
		}
	}
	a := complete(t, f)
	a.State = apply.Accepted
	if err := a.Approve(apply.Family, "我同意", today); err == nil {
		t.Error("a family approved its own application")
	}
}

func TestSubmitWantsAllAndConsent(t *testing.T) {
	f := sample(t)
	a := complete(t, f)
	delete(a.Answers, "phone")
	err := a.Submit(f, apply.Consent{}, today)
	var invalid apply.Invalid
	if !errors.As(err, &invalid) || a.State != apply.Draft {
		t.Fatalf("Submit = %v, %s", err, a.State)
	}
	want := []string{"phone", "consent_name", "consent_relation", "consent"}
	for i, p := range invalid {
		if i >= len(want) || p.Field != want[i] {
			t.Errorf("problems = %v; want fields %v", invalid, want)
			break
		}
	}
	if p := invalid[0]; p.Section != "family" {
		t.Errorf("the problem leads to section %q; want family", p.Section)
	}
	a = complete(t, f)
	if err := a.Submit(f, consent, today); err != nil {
		t.Fatal(err)
	}
	if !a.Consent.At.Equal(today) || !a.Submitted.Equal(today) || a.Answers["child_age"] != "8" {
		t.Errorf("after submitting: consent %v, submitted %v, age %q", a.Consent.At, a.Submitted, a.Answers["child_age"])
	}
	if err := a.SaveAnswers(nil, today); err == nil {
		t.Error("answers of a submitted application were replaced")
	}
}

func TestReference(t *testing.T) {
	ref, err := apply.NewReference(bytes.NewReader([]byte{1, 2, 255, 3, 4, 5, 6, 7, 8, 9}), time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(ref[:11]), "26121234567"; got != want {
		t.Errorf("reference begins %s; want %s: December in China, 255 thrown away", got, want)
	}
	for _, typed := range []string{string(ref), ref.Grouped(), " ２６１２ 1234—567" + string(ref[11:])} {
		if got, ok := apply.ParseReference(typed); !ok || got != ref {
			t.Errorf("ParseReference(%q) = %s, %v; want %s", typed, string(got), ok, string(ref))
		}
	}
	slip := []byte(ref)
	slip[5], slip[6] = slip[6], slip[5]
	for _, typed := range []string{"", "2612", string(slip), string(ref) + "0", "abcdefghijkl"} {
		if _, ok := apply.ParseReference(typed); ok {
			t.Errorf("ParseReference(%q) accepts a slip", typed)
		}
	}
	if _, err := apply.NewReference(iotest.ErrReader(errors.New("no randomness")), today); err == nil {
		t.Error("a reference was drawn without randomness")
	}
}

func TestCode(t *testing.T) {
	code, err := apply.NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := apply.ParseCode(" " + code.Grouped()); !ok || !got.Equal(code) {
		t.Errorf("ParseCode(%q) does not come back", code.Grouped())
	}
	if _, ok := apply.ParseCode("1234567"); ok {
		t.Error("seven digits are accepted")
	}
}

// calendar has weekends and these days off; holidays are known up to a year.
type calendar struct {
	off   map[string]bool
	until int
}

func (c calendar) Workday(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !c.off[t.Format(time.DateOnly)]
}

func (c calendar) Known(year int) bool { return year <= c.until }

// TestDueOverHolidays counts by the notice of 2026, with the Saturdays that are worked, and
// into a year of which none is known yet.
func TestDueOverHolidays(t *testing.T) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	h := lib.Holidays
	for _, tt := range []struct {
		from string
		days int
		want string
	}{
		{"2026-01-30", 15, "2026-02-27"}, // Spring Festival; Saturday 14 February is worked
		{"2026-02-13", 1, "2026-02-14"},
		{"2026-02-14", 1, "2026-02-24"},
		{"2026-02-16", 5, "2026-02-28"}, // handed in on a holiday; Saturday 28 February is worked
		{"2026-09-19", 1, "2026-09-20"}, // on a Saturday; the Sunday is worked
		{"2026-09-24", 7, "2026-10-12"}, // Mid-Autumn and National Day; Saturday 10 October is worked
		{"2026-12-31", 1, "2027-01-04"}, // 1 January is off by the regulation, and then it is a weekend
	} {
		from, err := time.ParseInLocation(time.DateOnly, tt.from, apply.China)
		if err != nil {
			t.Fatal(err)
		}
		if got := apply.Due(from.Add(23*time.Hour), tt.days, h).Format(time.DateOnly); got != tt.want {
			t.Errorf("%d working days after %s: %s; want %s", tt.days, tt.from, got, tt.want)
		}
	}
}

func TestDue(t *testing.T) {
	friday := time.Date(2026, 11, 20, 23, 30, 0, 0, apply.China)
	tests := []struct {
		days     int
		calendar apply.Calendar
		want     string
	}{
		{1, calendar{}, "2026-11-23 23:59:59"},
		{5, calendar{}, "2026-11-27 23:59:59"},
		{6, calendar{}, "2026-11-30 23:59:59"},
		{1, calendar{off: map[string]bool{"2026-11-23": true}}, "2026-11-24 23:59:59"},
	}
	for _, tt := range tests {
		if got := apply.Due(friday.UTC(), tt.days, tt.calendar).Format(time.DateTime); got != tt.want {
			t.Errorf("Due(%d) = %s; want %s", tt.days, got, tt.want)
		}
	}
	d := sample(t).Policy.Decides
	steps := apply.Deadlines(d, friday, calendar{until: 2026})
	if len(steps) != 3 || steps[1].Due.IsZero() || !steps[2].Due.IsZero() {
		t.Errorf("Deadlines = %v", steps)
	}
	if steps[0].Rough || !steps[1].Rough {
		t.Errorf("Deadlines = %v; the second step alone ends in a year whose holidays are not known", steps)
	}
}
