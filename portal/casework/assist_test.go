package casework_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func TestAssistConsent(t *testing.T) {
	known := func(r string) bool { return r == "grandparent" }
	for _, tt := range []struct {
		name    string
		consent casework.AssistConsent
		field   string
	}{
		{"in person", casework.AssistConsent{Relation: "grandparent", Means: casework.InPerson, Notice: "1"}, ""},
		{"by phone", casework.AssistConsent{Relation: "grandparent", Means: casework.ByPhone, Notice: "1"}, ""},
		{"nobody", casework.AssistConsent{Means: casework.InPerson, Notice: "1"}, "relation"},
		{"made up", casework.AssistConsent{Relation: "king", Means: casework.InPerson, Notice: "1"}, "relation"},
		{"no means", casework.AssistConsent{Relation: "grandparent", Means: "letter", Notice: "1"}, "means"},
		{"not asked", casework.AssistConsent{Relation: "grandparent", Means: casework.InPerson}, "agreed"},
	} {
		var invalid apply.Invalid
		field := ""
		if errors.As(tt.consent.Check(known), &invalid) {
			field = invalid[0].Field
		}
		if field != tt.field {
			t.Errorf("%s: %q is wrong; want %q", tt.name, field, tt.field)
		}
	}
}

// TestAssistState holds what a director can still do in each state, and what it is
// called.
func TestAssistState(t *testing.T) {
	for _, tt := range []struct {
		name                   string
		ending                 casework.Ending
		after                  time.Duration
		submitted              bool
		open, offer, printable bool
		want                   casework.AssistState
	}{
		{"just begun", casework.NotEnded, 0, false, true, true, true, casework.AssistHelping},
		{"nearly over", casework.NotEnded, casework.AssistLasts - time.Second, false, true, true, true, casework.AssistHelping},
		{"over", casework.NotEnded, casework.AssistLasts, false, false, true, true, casework.AssistWaiting},
		{"nobody came", casework.NotEnded, casework.AssistKept, false, false, false, false, casework.AssistLapsed},
		{"stopped", casework.Stopped, time.Minute, false, false, true, true, casework.AssistWaiting},
		{"handed over", casework.Handed, time.Minute, false, false, false, false, casework.AssistHanded},
		{"confirmed", casework.Confirmed, time.Minute, false, false, false, false, casework.AssistHanded},
		{"and submitted by the family", casework.Confirmed, time.Hour, true, false, false, false, casework.AssistSubmitted},
		{"printed", casework.Printed, time.Minute, false, false, false, false, casework.AssistPrinted},
		{"submitted together", casework.Sent, time.Minute, true, false, false, true, casework.AssistSubmitted},
		{"long ago", casework.Sent, casework.AssistKept, true, false, false, false, casework.AssistSubmitted},
	} {
		a := casework.Assist{Started: now, Ending: tt.ending}
		at := now.Add(tt.after)
		if a.Open(at) != tt.open || a.Offerable(at) != tt.offer || a.Printable(at) != tt.printable || a.State(tt.submitted, at) != tt.want {
			t.Errorf("%s: open %v, offerable %v, printable %v, %s; want %v, %v, %v, %s", tt.name, a.Open(at), a.Offerable(at), a.Printable(at), a.State(tt.submitted, at), tt.open, tt.offer, tt.printable, tt.want)
		}
	}
}
