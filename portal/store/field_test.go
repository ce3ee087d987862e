package store_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/vault"
)

// TestSendTyped sends one application from a phone eight times at once, as a phone does
// that hears no answer: there is one, with the consent and the answers.
func TestSendTyped(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, by := t.Context(), f.director(t, "zhuren")
		consent := agreed
		consent.At = f.clock.now().Add(-48 * time.Hour)
		typed := casework.Typed{Consent: consent, Lang: "zh-Hans", Form: f.form, Answers: answers}
		refs := make(chan apply.Reference, 8)
		var wait sync.WaitGroup
		for range cap(refs) {
			wait.Go(func() {
				ref, err := f.SendTyped(ctx, by, onceOf("5555", "body"), typed)
				if err != nil {
					t.Error(err)
				}
				refs <- ref
			})
		}
		wait.Wait()
		ref := <-refs
		for range cap(refs) - 1 {
			if again := <-refs; again != ref {
				t.Errorf("the same again is %s; want %s", again, ref)
			}
		}
		part, all, err := f.OpenAssist(ctx, by, ref)
		if err != nil || len(all) != 1 || !all[0].Answers.Equal(answers) || !part.Consent.At.Equal(consent.At) {
			t.Errorf("OpenAssist = %+v, %v, %v; want what was typed, agreed to two days ago", part, all, err)
		}
		if list, err := f.Assists(ctx, by); err != nil || len(list) != 1 {
			t.Errorf("%d applications, %v; want 1", len(list), err)
		}
		if got, err := f.SentAs(ctx, by, onceOf("5555", "").Key); err != nil || got != ref {
			t.Errorf("SentAs = %s, %v; want %s", got, err, ref)
		}
		if _, err := f.SendTyped(ctx, by, onceOf("5555", "other"), typed); !errors.Is(err, casework.ErrKeyUsed) {
			t.Errorf("another body under the key: %v; want %v", err, casework.ErrKeyUsed)
		}
		if other, err := f.SendTyped(ctx, f.director(t, "other"), onceOf("5555", "body"), typed); err != nil || other == ref {
			t.Errorf("the same key of another user = %s, %v; want an application of its own", other, err)
		}
	})
}

// TestDeviceEnds keeps a device while its session runs out, and forgets it when the
// session is ended on purpose, or it stays away too long.
func TestDeviceEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, by := t.Context(), f.director(t, "zhuren")
		begin := func() (casework.Device, apply.Token) {
			t.Helper()
			_, token, err := f.signIn(ctx, "zhuren", "correct horse battery", "c")
			if err != nil {
				t.Fatal(err)
			}
			d, err := f.AddDevice(ctx, by, token)
			if err != nil {
				t.Fatal(err)
			}
			return d, token
		}
		known := func(d casework.Device, when string, want bool) {
			t.Helper()
			if got, err := f.DeviceKnown(ctx, d.ID); err != nil || got != want {
				t.Errorf("%s: known %v, %v; want %v", when, got, err, want)
			}
		}
		phone, old := begin()
		boxed := casework.Boxed{Device: phone.ID, Key: "1", Kind: "talk"}
		var err error
		if boxed.Box, err = vault.CloseBox(rand.Reader, phone.Public, []byte("said"), boxed.Bound()); err != nil {
			t.Fatal(err)
		}
		if got, err := f.OpenBoxed(ctx, by, boxed); err != nil || string(got) != "said" {
			t.Errorf("OpenBoxed = %q, %v", got, err)
		}
		if _, err := f.OpenBoxed(ctx, f.director(t, "other"), boxed); !errors.Is(err, casework.ErrNoDevice) {
			t.Errorf("another opens it: %v; want %v", err, casework.ErrNoDevice)
		}
		f.clock.advance(13 * 24 * time.Hour) // the session has run out long since
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		known(phone, "after thirteen days", true)
		tablet, token := begin()
		if err := f.SeeDevice(ctx, by, phone.ID, token); err != nil {
			t.Errorf("seen in a new session: %v", err)
		}
		if err := f.SignOut(ctx, old); err != nil {
			t.Fatal(err)
		}
		known(phone, "signed out of the session before", true)
		if err := f.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		known(phone, "signed out", false)
		known(tablet, "signed out", false)
		phone, _ = begin()
		if err := f.EndSession(ctx, by, by.ID, "", ""); err != nil {
			t.Fatal(err)
		}
		known(phone, "all sessions ended", false)
		phone, token = begin()
		f.clock.advance(casework.DeviceLasts + time.Minute)
		known(phone, "away too long", false)
		if err := f.SeeDevice(ctx, by, phone.ID, token); !errors.Is(err, casework.ErrNoDevice) {
			t.Errorf("seen again too late: %v; want %v", err, casework.ErrNoDevice)
		}
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := f.OpenBoxed(ctx, by, boxed); !errors.Is(err, casework.ErrNoDevice) {
			t.Errorf("a box of a device that is gone: %v; want %v", err, casework.ErrNoDevice)
		}
	})
}
