package casework_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// everyDay is a calendar without weekends.
type everyDay struct{}

func (everyDay) Workday(time.Time) bool { return true }
func (everyDay) Known(int) bool         { return true }

var (
	sender  = apply.Actor{Kind: apply.StaffActor, ID: "sender"}
	liaison = apply.Actor{Kind: apply.StaffActor, ID: "liaison"}
)

func sent(t *testing.T) casework.Referral {
	t.Helper()
	r := casework.Referral{Case: casework.Case{Kind: casework.ApplicationCase, ID: "x"}, Town: "shiqi", Department: casework.Health, Task: "look", Told: true}
	r, err := r.Send(casework.ReferralStep{Words: " 请看看。\r\n", Days: 3, Fields: []string{"child_name", "", "child_name"}}, sender, everyDay{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSendReferral(t *testing.T) {
	r := sent(t)
	if r.State != casework.ReferralSent || len(r.Fields) != 1 || r.Events[0].Words != "请看看。" || r.Sender != "sender" || r.Version != 1 {
		t.Errorf("sent: %#v with %v", r, r.Events)
	}
	if got, want := r.Due.In(apply.China).Format(time.DateOnly), now.In(apply.China).AddDate(0, 0, 3).Format(time.DateOnly); got != want {
		t.Errorf("due %s; want %s", got, want)
	}
	good := casework.ReferralStep{Days: 3, Fields: []string{"child_name"}}
	for _, tt := range []struct {
		name, field string
		change      func(*casework.Referral, *casework.ReferralStep)
	}{
		{"no department", "task", func(r *casework.Referral, _ *casework.ReferralStep) { r.Department = "circus" }},
		{"no task", "task", func(r *casework.Referral, _ *casework.ReferralStep) { r.Task = "" }},
		{"no time", "days", func(_ *casework.Referral, s *casework.ReferralStep) { s.Days = 0 }},
		{"endless", "days", func(_ *casework.Referral, s *casework.ReferralStep) { s.Days = casework.MaxReferralDays + 1 }},
		{"nothing ticked", "fields", func(_ *casework.Referral, s *casework.ReferralStep) { s.Fields = nil }},
		{"a document is enough", "", func(_ *casework.Referral, s *casework.ReferralStep) { s.Fields, s.Papers = nil, []string{"photo"} }},
		{"long", "words", func(_ *casework.Referral, s *casework.ReferralStep) { s.Words = strings.Repeat("长", 1001) }},
	} {
		r, step := casework.Referral{Department: casework.Health, Task: "look"}, good
		tt.change(&r, &step)
		_, err := r.Send(step, sender, everyDay{}, now)
		var invalid apply.Invalid
		field := ""
		if errors.As(err, &invalid) {
			field = invalid[0].Field
		}
		if field != tt.field {
			t.Errorf("%s: %q is wrong; want %q", tt.name, field, tt.field)
		}
	}
}

// TestReferralMoves tries every move from every state.
func TestReferralMoves(t *testing.T) {
	want := map[casework.ReferralMove]string{ // from the states in their order
		casework.TakeReferral:     "sent",
		casework.AnswerTheCase:    "sent taken",
		casework.ReturnReferral:   "sent taken",
		casework.ResendReferral:   "returned",
		casework.CloseReferral:    "answered",
		casework.WithdrawReferral: "sent taken returned",
	}
	for _, m := range casework.ReferralMoves() {
		var from []string
		for _, state := range casework.ReferralStates() {
			r := sent(t)
			r.State = state
			step := casework.ReferralStep{Words: "话", Outcome: "done", Known: []string{"done"}, Days: 1, Fields: []string{"child_id"}}
			after, err := r.Move(m, step, liaison, everyDay{}, now)
			if err == nil {
				from = append(from, string(state))
			} else if !errors.Is(err, apply.ErrConflict) {
				t.Errorf("%s from %s: %v; want a conflict", m, state, err)
			}
			if got := r.Can(m); got != (err == nil) {
				t.Errorf("Can(%s) from %s = %v; the move says %v", m, state, got, err)
			}
			if err == nil && (len(after.Events) != 2 || len(r.Events) != 1 || after.Version != 2) {
				t.Errorf("%s from %s: %d events, and %d before it", m, state, len(after.Events), len(r.Events))
			}
		}
		if got := strings.Join(from, " "); got != want[m] {
			t.Errorf("%s is possible from %s; want %s", m, got, want[m])
		}
	}
}

func TestReferralMoveNeeds(t *testing.T) {
	for _, tt := range []struct {
		name, field string
		from        casework.ReferralState
		move        casework.ReferralMove
		step        casework.ReferralStep
	}{
		{"return without a word", "words", casework.ReferralSent, casework.ReturnReferral, casework.ReferralStep{Words: " \n"}},
		{"answer without outcome", "outcome", casework.ReferralTaken, casework.AnswerTheCase, casework.ReferralStep{Words: "x", Known: []string{"done"}}},
		{"outcome of another task", "outcome", casework.ReferralTaken, casework.AnswerTheCase, casework.ReferralStep{Outcome: "differs", Known: []string{"done"}}},
		{"answer in one word", "", casework.ReferralTaken, casework.AnswerTheCase, casework.ReferralStep{Outcome: "done", Known: []string{"done"}}},
		{"close without a word", "", casework.ReferralAnswered, casework.CloseReferral, casework.ReferralStep{}},
		{"too much for the family", "family", casework.ReferralAnswered, casework.CloseReferral, casework.ReferralStep{Family: strings.Repeat("长", 1001)}},
		{"again with nothing", "fields", casework.ReferralReturned, casework.ResendReferral, casework.ReferralStep{Words: "x", Days: 1}},
	} {
		r := sent(t)
		r.State = tt.from
		_, err := r.Move(tt.move, tt.step, liaison, everyDay{}, now)
		var invalid apply.Invalid
		field := ""
		if errors.As(err, &invalid) {
			field = invalid[0].Field
		}
		if field != tt.field {
			t.Errorf("%s: %q is wrong; want %q", tt.name, field, tt.field)
		}
	}
}

// TestReferralTells holds what a family reads: nothing that was not told, and never what
// a department wrote.
func TestReferralTells(t *testing.T) {
	for _, tt := range []struct {
		name   string
		told   bool
		move   casework.ReferralMove
		family string
		want   string
	}{
		{"sent", true, casework.SendReferral, "", "referred"},
		{"sent and not told", false, casework.SendReferral, "", ""},
		{"taken", true, casework.TakeReferral, "", ""},
		{"answered", true, casework.AnswerTheCase, "", "answered"},
		{"answered and not told", false, casework.AnswerTheCase, "", ""},
		{"given back", true, casework.ReturnReferral, "", ""},
		{"sent again", true, casework.ResendReferral, "", "referred"},
		{"closed without words", true, casework.CloseReferral, " ", ""},
		{"closed with words", true, casework.CloseReferral, "孩子参保了。", "result"},
		{"only the result is told", false, casework.CloseReferral, "孩子参保了。", "result"},
		{"withdrawn", true, casework.WithdrawReferral, "", "recalled"},
		{"withdrawn and never told", false, casework.WithdrawReferral, "", ""},
	} {
		r := sent(t)
		r.Told = tt.told
		got := ""
		for _, line := range r.Tells(tt.move, tt.family) {
			got += string(line.Kind)
			if strings.Contains(line.Words, "请看看") || line.Words != strings.TrimSpace(tt.family) {
				t.Errorf("%s: the family reads %q", tt.name, line.Words)
			}
		}
		if got != tt.want {
			t.Errorf("%s: tells %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestUrgency(t *testing.T) {
	due := apply.Due(now, 5, everyDay{})
	for days, want := range map[int]casework.Urgency{0: casework.InTime, 2: casework.InTime, 3: casework.Soon, 5: casework.Soon, 6: casework.Late} {
		if got := casework.UrgencyOf(due, now.AddDate(0, 0, days), everyDay{}); got != want {
			t.Errorf("after %d days of 5: %s; want %s", days, got, want)
		}
	}
}

func TestReferralHidesItself(t *testing.T) {
	r := sent(t)
	if s := fmt.Sprintf("%v %+v %#v", r, r, r); strings.Contains(s, "请看看") {
		t.Errorf("%q shows too much", s)
	}
	if !r.Reveals() || len(r.ForDepartment().Events) != 1 {
		t.Error("the department does not see what it is asked")
	}
	r, err := r.Move(casework.AnswerTheCase, casework.ReferralStep{Words: "好", Outcome: "done", Known: []string{"done"}}, liaison, everyDay{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if seen := r.ForDepartment().Events; r.Reveals() || len(seen) != 1 || seen[0].Words != "好" {
		t.Errorf("after its answer the department sees %v, and what was ticked: %v", seen, r.Reveals())
	}
}
