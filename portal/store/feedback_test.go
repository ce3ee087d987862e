package store_test

import (
	"bytes"
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
