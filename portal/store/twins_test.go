package store_test

import (
	"fmt"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// twin returns a draft for the child of the sample answers, some of them changed.
func (f *fixture) twin(t *testing.T, change apply.Answers) *apply.Application {
	t.Helper()
	a, _ := f.draft(t)
	answers := apply.Answers{}
	for name, value := range a.Answers {
		answers[name] = value
	}
	for name, value := range change {
		answers[name] = value
	}
	a, err := f.SaveAnswers(t.Context(), a.Reference, a.Version, answers)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (f *fixture) twins(t *testing.T, a *apply.Application, client string) []apply.Twin {
	t.Helper()
	out, err := f.Twins(t.Context(), a, client)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTwins(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		first := f.submitted(t)
		second := f.twin(t, nil)
		f.draft(t) // of a stranger's browser: not for families to know of
		got := f.twins(t, second, "client")
		if len(got) != 1 || got[0].Reference != first.Reference || got[0].State != apply.Submitted || !got[0].Submitted.Equal(first.Submitted) || got[0].Together {
			t.Fatalf("twins = %+v; want %s", got, first.Reference)
		}
		for what, change := range map[string]apply.Answers{
			"another name":   {apply.FieldChildName: "别的名字"},
			"another number": {apply.FieldChildID: "440102198001021230"},
			"no name":        {apply.FieldChildName: ""},
			"no number":      {apply.FieldChildID: ""},
		} {
			if got := f.twins(t, f.twin(t, change), what); len(got) != 0 {
				t.Errorf("%s: %d twins; want none", what, len(got))
			}
		}
		typed := f.twin(t, apply.Answers{apply.FieldChildName: " " + childName[:3] + " " + childName[3:]})
		if got := f.twins(t, typed, "spaces"); len(got) != 1 {
			t.Errorf("the name typed with spaces: %d twins; want 1", len(got))
		}
		by := apply.Actor{Kind: apply.StaffActor}
		if _, err := f.Change(t.Context(), first.Reference, first.Version, func(a *apply.Application, now time.Time) error {
			return a.Refuse(by, onGrounds, "情况不符。", now)
		}); err != nil {
			t.Fatal(err)
		}
		if got := f.twins(t, second, "client"); len(got) != 0 {
			t.Errorf("after a refusal: %d twins; want none", len(got))
		}
	})
}

func TestTwinsInAHousehold(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		all := family(t, f, form)
		of := func(child int) *apply.Application {
			for _, a := range household(t, f, all[0].Reference) {
				if a.Child == child && a.Policy == living {
					return a
				}
			}
			t.Fatal("no such child")
			return nil
		}
		for _, child := range []int{1, 2} { // both are said to be the same
			a := of(child)
			if err := f.SaveShared(t.Context(), a.Reference, a.Version, apply.Answers{apply.FieldChildName: "小甲", apply.FieldChildID: childID}, form); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.twins(t, of(1), "client"); len(got) != 1 || got[0].Reference != of(2).Reference || !got[0].Together {
			t.Errorf("twins = %+v; want the draft of the other child", got)
		}
	})
}

// TestTwinsCannotBeProbed goes through children as somebody who wants to know of others
// would: from one application, and from one client with many.
func TestTwinsCannotBeProbed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		f.submitted(t)
		probe := f.twin(t, nil)
		for i := range 5 {
			probe.Answers[apply.FieldChildName] = fmt.Sprint("猜", i)
			f.twins(t, probe, fmt.Sprint("client", i))
		}
		probe.Answers[apply.FieldChildName] = childName
		if got := f.twins(t, probe, "fresh"); len(got) != 0 {
			t.Error("the sixth child in one application is still looked up")
		}
		honest := f.twin(t, nil)
		for range 10 { // pages are opened again and again
			if got := f.twins(t, honest, "home"); len(got) != 1 {
				t.Fatal("the same child is counted twice")
			}
		}
		for range 30 {
			a := *honest
			a.Reference = f.twin(t, nil).Reference
			f.twins(t, &a, "many")
		}
		if got := f.twins(t, f.twin(t, nil), "many"); len(got) != 0 {
			t.Error("the 31st application of one client is still looked up")
		}
		f.clock.advance(2 * time.Hour)
		if got := f.twins(t, f.twin(t, nil), "many"); len(got) != 1 {
			t.Error("the limit never ends")
		}
	})
}

func TestTwinsForStaff(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		alone := f.submitted(t)
		by := f.officer(t).Actor()
		audited := func() int {
			t.Helper()
			all, err := f.Audit(t.Context(), by, casework.AuditQuery{Reference: alone.Reference})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, e := range all {
				if e.Action == casework.ListApplications && e.Detail == "child" {
					n++
				}
			}
			return n
		}
		got, err := f.TwinsForStaff(t.Context(), by, alone)
		if err != nil || len(got) != 0 || audited() != 0 {
			t.Fatalf("%d twins, %v, %d in the audit; want none", len(got), err, audited())
		}
		draft := f.twin(t, apply.Answers{apply.FieldChildName: "写法不同"})
		got, err = f.TwinsForStaff(t.Context(), by, alone)
		if err != nil || len(got) != 1 || got[0].Reference != draft.Reference || got[0].State != apply.Draft || audited() != 1 {
			t.Errorf("%+v, %v, %d in the audit; want the draft, noted once", got, err, audited())
		}
	})
}
