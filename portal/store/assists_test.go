package store_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// director takes up an invitation to a village.
func (f *fixture) director(tb testing.TB, login string) apply.Actor {
	tb.Helper()
	token, err := f.Invite(tb.Context(), apply.Actor{}, casework.Invite{Post: casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区"}})
	if err != nil {
		tb.Fatal(err)
	}
	u, err := f.AcceptInvite(tb.Context(), token, login, "测试主任", "correct horse battery")
	if err != nil {
		tb.Fatal(err)
	}
	if u.Village != "迎阳社区" {
		tb.Errorf("village = %q", u.Village)
	}
	return u.Actor()
}

func (f *fixture) forms(string) (apply.Form, bool) { return f.form, true }

var agreed = casework.AssistConsent{Relation: "grandparent", Means: casework.InPerson, Notice: "2026-11"}

// helped is an application that a director has begun and filled in.
func (f *fixture) helped(tb testing.TB, by apply.Actor) apply.Reference {
	tb.Helper()
	ref, err := f.BeginAssist(tb.Context(), by, agreed, "zh-Hans", f.forms, []apply.Wish{{Form: f.form, Child: 1}})
	if err == nil {
		err = f.types(tb, by, ref)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return ref
}

func (f *fixture) types(tb testing.TB, by apply.Actor, ref apply.Reference) error {
	return f.SaveAssisted(tb.Context(), by, ref, f.forms, func(*apply.Application) (apply.Answers, error) { return answers, nil })
}

func TestAssist(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		by, other := f.director(t, "zhuren"), f.director(t, "other")
		ref := f.helped(t, by)
		part, all, err := f.OpenAssist(ctx, by, ref)
		if err != nil || len(all) != 1 || !all[0].Answers.Equal(answers) || part.Consent.Relation != "grandparent" || part.Consent.At.IsZero() {
			t.Fatalf("OpenAssist = %+v, %v, %v", part, all, err)
		}
		code := all[0].Code
		if _, _, err := f.OpenAssist(ctx, other, ref); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("another director opens it: %v; want not found", err)
		}
		if err := f.types(t, other, ref); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("another director saves: %v; want not found", err)
		}
		offer, err := f.OfferHandOver(ctx, by, ref)
		if err != nil {
			t.Fatal(err)
		}
		if from, err := f.HandOverFrom(ctx, offer.Token); err != nil || from.Village != "迎阳社区" {
			t.Errorf("HandOverFrom = %+v, %v", from, err)
		}
		a, token, err := f.TakeOver(ctx, offer.Token, "", "claim", "phone")
		if err != nil || a.Reference != ref || a.Code == code || !a.Answers.Equal(answers) {
			t.Fatalf("TakeOver = %v, %v; want the application under a new code", a, err)
		}
		if own, err := f.ApplicationByDraftToken(ctx, token); err != nil || own.Reference != ref {
			t.Errorf("the phone's application: %v, %v", own, err)
		}
		if _, err := f.OpenWithCode(ctx, ref, code, "x"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the old code: %v; want not found", err)
		}
		if _, err := f.OpenWithCode(ctx, ref, a.Code, "x"); err != nil {
			t.Errorf("the new code: %v", err)
		}
		// The director's part has ended in every way.
		for name, err := range map[string]error{
			"look":  second(f.OpenAssist(ctx, by, ref)),
			"save":  f.types(t, by, ref),
			"paper": f.SetAssistedPapers(ctx, by, ref, map[string]bool{"id-card": true}),
			"stop":  f.StopAssist(ctx, by, ref),
			"offer": first(f.OfferHandOver(ctx, by, ref)),
			"print": second(f.PrintHandOver(ctx, by, ref)),
			"send":  f.SubmitAssisted(ctx, by, ref, []apply.Submission{f.submission(a, "k")}),
		} {
			if !errors.Is(err, casework.ErrAssistOver) {
				t.Errorf("%s after the hand-over: %v; want over", name, err)
			}
		}
		// Once: only the phone that has it, when its answer got lost, may ask again.
		if _, _, err := f.TakeOver(ctx, offer.Token, "", "claim", "phone"); err != nil {
			t.Errorf("the same phone again: %v", err)
		}
		if _, _, err := f.TakeOver(ctx, offer.Token, "", "another", "thief"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("used token: %v; want not found", err)
		}
		if _, _, err := f.TakeOver(ctx, "", offer.Code, "another", "thief"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("code of a used token: %v; want not found", err)
		}
		if err := f.ConfirmHandOver(ctx, ref); err != nil {
			t.Errorf("confirm: %v", err)
		}
		if err := f.RefuseHandOver(ctx, ref); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("refuse after that: %v; want not found", err)
		}
		list, err := f.Assists(ctx, by)
		if err != nil || len(list) != 1 || list[0].State(list[0].Submitted, f.clock.now()) != casework.AssistHanded {
			t.Errorf("Assists = %+v, %v", list, err)
		}
		want := []string{"assist-begin", "assist-save", "assist-look", "assist-offer", "assist-take", "assist-take", "assist-confirm", "assist-list"}
		if got := f.assistLines(t); !slices.Equal(got, want) {
			t.Errorf("audit = %v; want %v", got, want)
		}
	})
}

func first[T any](_ T, err error) error          { return err }
func second[T, U any](_ T, _ U, err error) error { return err }

// assistLines are the audit's lines of helping, oldest first.
func (f *fixture) assistLines(tb testing.TB) []string {
	tb.Helper()
	lines, err := f.Audit(tb.Context(), apply.Actor{}, casework.AuditQuery{Limit: 1000})
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, l := range slices.Backward(lines) {
		if len(l.Action) > 6 && l.Action[:7] == "assist-" {
			out = append(out, string(l.Action))
		}
	}
	return out
}

func TestAssistEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		by := f.director(t, "zhuren")
		looks := func(ref apply.Reference) error { return second(f.OpenAssist(ctx, by, ref)) }

		late := f.helped(t, by)
		f.clock.advance(casework.AssistLasts)
		if err := looks(late); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("after its time: %v; want over", err)
		}
		stopped := f.helped(t, by)
		if err := f.StopAssist(ctx, by, stopped); err != nil || !errors.Is(looks(stopped), casework.ErrAssistOver) {
			t.Errorf("stop: %v, %v", err, looks(stopped))
		}
		left := f.helped(t, by)
		_, session, err := f.signIn(ctx, "zhuren", "correct horse battery", "desk")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SignOut(ctx, session); err != nil || !errors.Is(looks(left), casework.ErrAssistOver) {
			t.Errorf("sign out: %v, %v", err, looks(left))
		}

		// What ended can still be given to the family, whose phone may not be at hand.
		offer, err := f.OfferHandOver(ctx, by, left)
		if err != nil {
			t.Fatal(err)
		}
		f.clock.advance(casework.HandOverLasts)
		if _, _, err := f.TakeOver(ctx, offer.Token, "", "c", "phone"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("token after its time: %v; want not found", err)
		}
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if offer, err = f.OfferHandOver(ctx, by, left); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.TakeOver(ctx, "", offer.Code, "c", "phone"); err != nil {
			t.Errorf("short code: %v", err)
		}
		if err := f.RefuseHandOver(ctx, left); err != nil {
			t.Fatal(err)
		}
		if err := looks(left); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("look at what a stranger gave back: %v; want over", err)
		}
		_, code, err := f.PrintHandOver(ctx, by, left)
		if err != nil {
			t.Fatal(err)
		}
		if _, same, err := f.PrintHandOver(ctx, by, left); err != nil || same != code {
			t.Errorf("print again: %s, %v; want the same code", same, err)
		}
		if _, err := f.OpenWithCode(ctx, left, code, "x"); err != nil {
			t.Errorf("the printed code: %v", err)
		}
		own, err := f.Remember(ctx, left)
		if err != nil {
			t.Fatal(err)
		}
		others, err := f.Remember(ctx, left)
		if err != nil {
			t.Fatal(err)
		}
		browser, err := f.RenewCode(ctx, left, own, "none of ours")
		if err != nil {
			t.Fatal(err)
		}
		if a, err := f.ApplicationByDraftToken(ctx, own); err != nil || a.Reference != left {
			t.Errorf("the browser that changed it, had the answer been lost: %v, %v", a, err)
		}
		if _, err := f.ApplicationByDraftToken(ctx, others); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("another browser after the family changed the code: %v; want not found", err)
		}
		if _, err := f.OpenWithCode(ctx, left, code, "x"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the printed code after the family changed it: %v; want not found", err)
		}
		if a, err := f.ApplicationByDraftToken(ctx, browser); err != nil || a.Reference != left {
			t.Errorf("the browser that changed it: %v, %v", a, err)
		}
		if err := second(f.PrintHandOver(ctx, by, left)); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("print again what the family has opened: %v; want over", err)
		}
		for _, token := range []apply.Token{own, browser} {
			if err := f.Forget(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		if err := second(f.PrintHandOver(ctx, by, left)); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("print the code that the family has changed to, which no browser knows any more: %v; want over", err)
		}
		f.clock.advance(casework.AssistKept)
		if err := first(f.OfferHandOver(ctx, by, stopped)); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("hand over after a week: %v; want over", err)
		}
	})
}

func TestTakeOverGuessing(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		by := f.director(t, "zhuren")
		offer, err := f.OfferHandOver(t.Context(), by, f.helped(t, by))
		if err != nil {
			t.Fatal(err)
		}
		wrong := apply.ShortCode("0000000000")
		if offer.Code == wrong {
			wrong = "1111111111"
		}
		var locked *apply.LockedError
		for range 20 {
			_, _, err = f.TakeOver(t.Context(), "", wrong, "c", "guesser")
			if !errors.Is(err, apply.ErrNotFound) {
				t.Fatalf("guess: %v; want not found", err)
			}
		}
		if _, _, err = f.TakeOver(t.Context(), "", offer.Code, "c", "guesser"); !errors.As(err, &locked) {
			t.Errorf("after many guesses: %v; want locked", err)
		}
		if _, _, err = f.TakeOver(t.Context(), "", offer.Code, "c", "family"); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
	})
}

// TestTakenOnce hands one code to many phones at the same time, while the director
// goes on typing.
func TestTakenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		by := f.director(t, "zhuren")
		ref := f.helped(t, by)
		offer, err := f.OfferHandOver(t.Context(), by, ref)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		var taken atomic.Int32
		for i := range 8 {
			wait.Go(func() {
				_, _, err := f.TakeOver(t.Context(), offer.Token, "", apply.Token(rune('a'+i)), "phones")
				switch {
				case err == nil:
					taken.Add(1)
				case !errors.Is(err, apply.ErrNotFound):
					t.Error(err)
				}
			})
			wait.Go(func() {
				if err := f.types(t, by, ref); err != nil && !errors.Is(err, casework.ErrAssistOver) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if taken.Load() != 1 {
			t.Errorf("%d phones have it; want one", taken.Load())
		}
		lines := f.assistLines(t)
		if i := slices.Index(lines, "assist-take"); slices.Contains(lines[i:], "assist-save") {
			t.Errorf("saved after it was taken: %v", lines)
		}
	})
}

func TestSubmitAssisted(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		by := f.director(t, "zhuren")
		ref := f.helped(t, by)
		_, all, err := f.OpenAssist(ctx, by, ref)
		if err != nil {
			t.Fatal(err)
		}
		sub := f.submission(all[0], "key")
		sub.Consent.Recorder = by.ID
		for range 2 {
			if err := f.SubmitAssisted(ctx, by, ref, []apply.Submission{sub}); err != nil {
				t.Fatal(err)
			}
		}
		a, err := f.ApplicationByReference(ctx, ref)
		if err != nil || a.State != apply.Submitted || len(a.Events) != 1 || a.Consent.Recorder != by.ID {
			t.Errorf("application = %v, %d events, %v", a, len(a.Events), err)
		}
		if err := second(f.OpenAssist(ctx, by, ref)); !errors.Is(err, casework.ErrAssistOver) {
			t.Errorf("look afterwards: %v; want over", err)
		}
		if err := second(f.PrintHandOver(ctx, by, ref)); err != nil {
			t.Errorf("print afterwards: %v", err)
		}
		list, err := f.Assists(ctx, by)
		if err != nil || len(list) != 1 || list[0].State(list[0].Submitted, f.clock.now().Add(time.Hour)) != casework.AssistSubmitted {
			t.Errorf("Assists = %+v, %v", list, err)
		}
	})
}
