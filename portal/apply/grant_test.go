package apply_test

import (
	"errors"
	"testing"

	"huitong/portal/apply"
)

func TestPay(t *testing.T) {
	g := apply.Grant{Fact: "rate", Amount: 157800, Unit: "元/人/月"}
	for state, events := range map[apply.State][]apply.Event{
		apply.Accepted: {{Move: apply.Accept}},
		apply.Refused:  {{Move: apply.Refuse}},
		apply.Approved: nil,
	} {
		a := &apply.Application{State: state, Events: events}
		if err := a.Pay(g); !errors.Is(err, apply.ErrConflict) || a.Granted != nil {
			t.Errorf("an application that is %s is paid: %v", state, err)
		}
	}
	a := &apply.Application{State: apply.Approved, Events: []apply.Event{{Move: apply.Approve}}}
	if err := a.Pay(g); err != nil || *a.Granted != g {
		t.Errorf("Pay = %v, %v", a.Granted, err)
	}
}
