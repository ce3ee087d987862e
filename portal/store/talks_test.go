package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func talkWith(child string) casework.Talk {
	consent := agreed
	t := casework.Talk{Town: "shiqi", Village: village, Marks: map[string]casework.Mark{"living": casework.Wants, "scholarship": casework.Told}, Consent: &consent}
	t.With = casework.Case{Kind: casework.ChildCase, ID: child}
	return t
}

func onceOf(key, body string) casework.Once {
	return casework.Once{Key: fmt.Sprintf("00000000-0000-%s", key), Body: []byte(body)}
}

// TestTalkIsCounted sends a talk several times at once and once more with other words:
// it counts once, and without consent no row is a family.
func TestTalkIsCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		talk := talkWith("")
		talk.Consent, talk.With = nil, casework.Case{}
		var wait sync.WaitGroup
		errs := make(chan error, 8)
		for range cap(errs) {
			wait.Go(func() { errs <- f.HoldTalk(ctx, p.director.Actor(), onceOf("1111", "same"), talk) })
		}
		wait.Wait()
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if err := f.HoldTalk(ctx, p.director.Actor(), onceOf("1111", "other"), talk); !errors.Is(err, casework.ErrKeyUsed) {
			t.Errorf("another body under the key: %v; want %v", err, casework.ErrKeyUsed)
		}
		if err := f.HoldTalk(ctx, p.stranger.Actor(), onceOf("1111", "same"), talk); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("a director of another village: %v; want forbidden", err)
		}
		if err := f.HoldTalk(ctx, p.director.Actor(), onceOf("2222", "same"), talk); err != nil {
			t.Error(err)
		}
		want := []casework.TalkCount{
			{Town: "shiqi", Village: village, Number: 2},
			{Town: "shiqi", Village: village, Policy: "living", Mark: casework.Wants, Number: 2},
			{Town: "shiqi", Village: village, Policy: "scholarship", Mark: casework.Told, Number: 2},
		}
		for who, by := range map[string]casework.User{"director": p.director, "supervisor": p.supervisor, "officer": p.officer} {
			got, err := f.TalkCounts(ctx, by.Actor(), casework.TalkQuery{})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("counts for the %s: %v (-want +got):\n%s", who, err, diff)
			}
		}
		if got, err := f.TalkCounts(ctx, p.stranger.Actor(), casework.TalkQuery{}); err != nil || len(got) != 0 {
			t.Errorf("counts for another village's director = %v, %v; want none", got, err)
		}
		if _, err := f.TalkCounts(ctx, p.auditor.Actor(), casework.TalkQuery{}); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("counts for the auditor: %v; want forbidden", err)
		}
		if got := f.bytes(t, `SELECT body FROM talks`); len(got) != 0 {
			t.Errorf("%d records are kept without consent; want none", len(got))
		}
	})
}

// TestTalkIsRecorded keeps a talk with a child and with an application that is helped
// with, for who may open them.
func TestTalkIsRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		p, child := f.childFile(t)
		file := casework.Case{Kind: casework.ChildCase, ID: child}
		for _, who := range []casework.User{p.director, p.supervisor, p.officer} {
			got, err := f.TalksWith(ctx, who.Actor(), file)
			if err != nil || len(got) != 1 || got[0].Marks["living"] != casework.Wants || got[0].Consent.At.IsZero() || got[0].By == "" {
				t.Errorf("talks for the %s = %+v, %v", who.Role, got, err)
			}
		}
		for _, who := range []casework.User{p.stranger, p.auditor} {
			if got, err := f.TalksWith(ctx, who.Actor(), file); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("talks for another %s = %v, %v; want forbidden", who.Role, got, err)
			}
		}
		if b := f.bytes(t, `SELECT body FROM talks`); len(b) != 1 || strings.Contains(string(b[0]), "living") {
			t.Errorf("%d records, %q: want one that is sealed", len(b), b)
		}
		talk := talkWith("")
		talk.With = casework.Case{Kind: casework.ApplicationCase, ID: string(f.helped(t, p.director.Actor()))}
		if err := f.HoldTalk(ctx, p.director.Actor(), onceOf("3333", ""), talk); err != nil {
			t.Fatal(err)
		}
		if got, err := f.TalksWith(ctx, p.officer.Actor(), talk.With); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("talks of a draft = %+v, %v; want not found", got, err)
		}
		talk.With.ID = string(f.helped(t, f.director(t, "somebody")))
		if err := f.HoldTalk(ctx, p.director.Actor(), onceOf("4444", ""), talk); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("with what another helps with: %v; want not found", err)
		}
		counts, err := f.TalkCounts(ctx, p.officer.Actor(), casework.TalkQuery{})
		if table := casework.TalksTable(counts); err != nil || table.Talks != 2 || len(table.Villages) != 1 || len(table.Policies) != 2 || table.Villages[0].Marks[casework.Wants] != 2 {
			t.Errorf("table = %+v, %v: what failed must not count", table, err)
		}
	})
}
