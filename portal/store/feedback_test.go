package store_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func TestFeedback(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		for _, one := range []casework.Feedback{
			{Path: "/policies/a", Lang: "zh-Hans", Verdict: casework.Useful},
			{Path: "/policies/a", Lang: "en", Verdict: casework.Useless, Text: "找不到材料"},
			{Path: "/policies/b", Lang: "zh-Hans", Verdict: casework.Wrong, Text: "电话13800138000不对"},
			{Path: "", Lang: "zh-Hant", Verdict: casework.Useful},
		} {
			f.clock.advance(time.Minute)
			if err := f.KeepFeedback(ctx, one); err != nil {
				t.Fatal(err)
			}
		}
		officer := f.officer(t)
		got, err := f.Feedback(ctx, officer.Actor())
		if err != nil {
			t.Fatal(err)
		}
		last := f.config.Now().Add(-time.Minute)
		for i := range got.Latest {
			got.Latest[i].ID = ""
		}
		want := casework.FeedbackReport{
			Pages: []casework.FeedbackCount{
				{Path: "/policies/b", Wrong: 1}, {Path: "/policies/a", Useful: 1, Useless: 1}, {Useful: 1},
			},
			Latest: []casework.Feedback{
				{At: last, Path: "/policies/b", Lang: "zh-Hans", Verdict: casework.Wrong, Text: "电话***不对"},
				{At: last.Add(-time.Minute), Path: "/policies/a", Lang: "en", Verdict: casework.Useless, Text: "找不到材料"},
			},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("report: %s", diff)
		}
		audited := f.audited(t)
		if audited[len(audited)-1] != "2 staff read-feedback" {
			t.Errorf("audit = %v; want the reading at its end", audited)
		}
	})
}

// TestSettle deals with a remark and a question; what is asked again waits again.
func TestSettle(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		officer, supervisor := f.officer(t), f.handler(t, casework.Supervisor, "shiqi", "lin")
		for _, text := range []string{"one", "two"} {
			if err := f.KeepFeedback(ctx, casework.Feedback{Path: "/", Lang: "en", Verdict: casework.Wrong, Text: text}); err != nil {
				t.Fatal(err)
			}
			f.clock.advance(time.Minute)
		}
		ask := func() casework.Unanswered {
			t.Helper()
			if err := f.KeepUnanswered(ctx, casework.Unanswered{Text: "zzqxw", Place: casework.InSearch, Lang: "en"}); err != nil {
				t.Fatal(err)
			}
			all, err := f.Unanswered(ctx, officer.Actor())
			if err != nil || len(all) != 1 {
				t.Fatalf("%d questions, %v; want 1", len(all), err)
			}
			return all[0]
		}
		question := ask()
		report, err := f.Feedback(ctx, officer.Actor())
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{report.Latest[1].ID, question.ID, "nothing", "\x00\xff"}
		if err := f.Settle(ctx, supervisor.Actor(), ids); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("by a supervisor: %v; want it forbidden", err)
		}
		for range 2 { // the second time nothing is left
			if err := f.Settle(ctx, officer.Actor(), ids); err != nil {
				t.Fatal(err)
			}
		}
		if audited := f.audited(t); !slices.Equal(lastOf(audited), []string{"6 staff settle-remark"}) {
			t.Errorf("audit = %v; want one line of it at its end", audited)
		}
		report, err = f.Feedback(ctx, officer.Actor())
		if err != nil || len(report.Latest) != 1 || report.Latest[0].Text != "two" || len(report.Settled) != 1 || report.Settled[0].Text != "one" {
			t.Errorf("report = %+v, %v; want one remark settled", report, err)
		}
		f.clock.advance(2 * casework.QuestionDue)
		if all, err := f.Unanswered(ctx, officer.Actor()); err != nil || all[0].Settled.IsZero() || all[0].Overdue(f.config.Now()) {
			t.Errorf("%+v, %v; want it settled and not overdue", all, err)
		}
		again := ask()
		if !again.Settled.IsZero() || again.Count != 2 || !again.First.Equal(question.First) || !again.Since.Equal(again.Last) {
			t.Errorf("asked again: %+v; want it to wait from now on", again)
		}
	})
}

func lastOf(lines []string) []string { return lines[max(0, len(lines)-1):] }

// TestFeedbackIsSealedAndForgotten looks at the table past the store.
func TestFeedbackIsSealedAndForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		if err := f.KeepFeedback(ctx, casework.Feedback{Path: "/", Verdict: casework.Wrong, Text: "some words"}); err != nil {
			t.Fatal(err)
		}
		var text []byte
		if err := f.raw.QueryRow(`SELECT text FROM feedback`).Scan(&text); err != nil || bytes.Contains(text, []byte("words")) {
			t.Errorf("text is stored as %q, %v; want it sealed", text, err)
		}
		f.clock.advance(casework.FeedbackLasts + time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Feedback(ctx, apply.Actor{}); err != nil || len(got.Pages) != 0 {
			t.Errorf("after a year: %v, %v; want nothing", got, err)
		}
	})
}
