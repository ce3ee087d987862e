package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestReportIsReferred: what was asked of a report is seen by who may see the report, goes
// with it to another town, and is deleted with it.
func TestReportIsReferred(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, d := t.Context(), newReportDesk(t, f)
		ref := d.send(t, reported("key", reportWords)).Number
		of := casework.Case{Kind: casework.ReportCase, ID: string(ref)}
		r, err := f.SendReferral(ctx, d.supervisor.Actor(), "page", casework.Referral{Case: of, Department: casework.Police, Task: "look"},
			casework.ReferralStep{Days: 2, Fields: []string{"report_words", "contact", "child_id"}}, everyDay{})
		if err != nil {
			t.Fatal(err)
		}
		talk := casework.Conference{Case: of, At: f.clock.now().AddDate(0, 0, 1), Departments: []casework.Department{casework.Police}, Fields: []string{"report_place"}}
		talk.Place, talk.Agenda = "三楼", "怎样保护孩子"
		c, err := f.CallConference(ctx, d.supervisor.Actor(), "page", talk, nil)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := f.OpenReferral(ctx, d.liaison.Actor(), r.ID)
		if err != nil || opened.Answers["report_words"] != reportWords || opened.Answers["contact"] != "" || opened.Over {
			t.Errorf("the police see %v, over %v, %v; want the words alone", opened.Answers, opened.Over, err)
		}
		guest, err := f.OpenConference(ctx, d.liaison.Actor(), c.ID)
		if err != nil || guest.Answers["report_place"] != "云雀巷" || len(guest.Answers) != 1 {
			t.Errorf("the guest sees %v, %v; want the place", guest.Answers, err)
		}
		sees := func(by casework.User) bool {
			t.Helper()
			_, asked := f.OpenReferral(ctx, by.Actor(), r.ID)
			_, said := f.OpenConference(ctx, by.Actor(), c.ID)
			list, err := f.Referrals(ctx, by.Actor(), casework.ReferralQuery{Waits: casework.DepartmentSide})
			talks, wrong := f.Conferences(ctx, by.Actor())
			if (asked == nil) != (said == nil) || (asked == nil) != (len(list.Referrals) == 1) || (asked == nil) != (len(talks.Coming) == 1) || errors.Join(err, wrong) != nil {
				t.Errorf("%s: %v, %v, %d referrals, %d conferences, %v", by.Login, asked, said, len(list.Referrals), len(talks.Coming), errors.Join(err, wrong))
			}
			return asked == nil
		}
		check := func(when string, want map[*casework.User]bool) {
			t.Helper()
			for u, ok := range want {
				if got := sees(*u); got != ok {
					t.Errorf("%s: %s sees it: %v; want %v", when, u.Login, got, ok)
				}
			}
		}
		check("at first", map[*casework.User]bool{&d.supervisor: true, &d.officer: true, &d.other: false, &d.liaison: true})
		for _, act := range []casework.ReportAct{
			{Step: casework.StepTake},
			{Step: casework.StepExclude, Detail: d.supervisor.ID, Words: "是亲戚"},
		} {
			if err := d.act(d.officer, ref, act); err != nil {
				t.Fatal(err)
			}
		}
		check("kept away", map[*casework.User]bool{&d.supervisor: false, &d.officer: true})
		within := func(casework.Danger) time.Duration { return time.Hour }
		if err := d.act(d.officer, ref, casework.ReportAct{Step: casework.StepPass, Detail: "xiaolan", Words: "住在小榄", Within: within}); err != nil {
			t.Fatal(err)
		}
		check("passed on", map[*casework.User]bool{&d.other: true, &d.supervisor: false})
		for _, act := range []casework.ReportAct{{Step: casework.StepTake}, {Step: casework.StepClose, Detail: "safe-home", Words: "安全"}} {
			if err := d.act(d.other, ref, act); err != nil {
				t.Fatal(err)
			}
		}
		if o, err := f.OpenReferral(ctx, d.liaison.Actor(), r.ID); err != nil || !o.Over || o.Answers != nil {
			t.Errorf("of a report that is closed the police see %v, over %v, %v", o.Answers, o.Over, err)
		}
		f.clock.advance(casework.ReportLasts + time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"reports", "referrals", "referral_events", "conferences", "conference_texts", "child_cases"} {
			if f.dump(t, table) != "" {
				t.Errorf("%s is not empty after the report's time", table)
			}
		}
	})
}

// TestChildIsReferred: of a child's record a department gets what was ticked, and whoever is
// responsible for the child now sees what was asked.
func TestChildIsReferred(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, d := t.Context(), newReportDesk(t, f)
		id := f.child(t, d.director, newChild(childName, childID))
		of := casework.Case{Kind: casework.ChildCase, ID: id}
		send := func(by casework.User) (casework.Referral, error) {
			return f.SendReferral(ctx, by.Actor(), "page", casework.Referral{Case: of, Department: casework.Police, Task: "look"},
				casework.ReferralStep{Days: 2, Fields: []string{"child_id"}}, everyDay{})
		}
		for _, by := range []casework.User{d.director, d.other, d.liaison} {
			if _, err := send(by); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("sent by %s: %v; want it refused", by.Login, err)
			}
		}
		r, err := send(d.supervisor)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := f.OpenReferral(ctx, d.liaison.Actor(), r.ID); err != nil || o.Answers["child_id"] != childID || len(o.Answers) != 1 {
			t.Errorf("the police see %v, %v; want the ID number alone", o.Answers, err)
		}
		if _, err := f.OpenChild(ctx, d.liaison.Actor(), id); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("the police open the record: %v", err)
		}
		moved := newChild(childName, childID)
		moved.Town = "xiaolan"
		if err := f.EditChild(ctx, d.supervisor.Actor(), id, 1, moved); err != nil {
			t.Fatal(err)
		}
		for by, want := range map[*casework.User]error{&d.supervisor: casework.ErrForbidden, &d.other: nil} {
			if _, err := f.OpenReferral(ctx, by.Actor(), r.ID); !errors.Is(err, want) {
				t.Errorf("after the child has moved %s: %v; want %v", by.Login, err, want)
			}
			if _, err := f.ReferralsOf(ctx, by.Actor(), of); !errors.Is(err, want) {
				t.Errorf("after the child has moved the list of %s: %v; want %v", by.Login, err, want)
			}
		}
		if err := f.CloseChild(ctx, d.other.Actor(), id, 0, casework.Moved); err != nil {
			t.Fatal(err)
		}
		if _, err := f.SendReferral(ctx, d.other.Actor(), "late", casework.Referral{Case: of, Department: casework.Police, Task: "look"},
			casework.ReferralStep{Days: 2, Fields: []string{"child_id"}}, everyDay{}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("sent of a closed record: %v", err)
		}
		f.clock.advance(casework.ChildLasts + time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if left := f.dump(t, "referrals"); left != "" {
			t.Errorf("the referral outlives the record: %s", left)
		}
	})
}
