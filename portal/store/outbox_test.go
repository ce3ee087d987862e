package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/store"
)

var byEmail = apply.Contact{Channel: apply.Email, Address: "canary@example.org", Changes: true, Notice: "2026-11"}

func (f *fixture) contact(tb testing.TB, ref apply.Reference, c apply.Contact, pass bool) {
	tb.Helper()
	if err := f.SetContact(tb.Context(), ref, c, pass); err != nil {
		tb.Fatal(err)
	}
}

func (f *fixture) notes(tb testing.TB) []store.Note {
	tb.Helper()
	out, err := f.TakeNotes(tb.Context(), 10)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func (f *fixture) accept(tb testing.TB, a *apply.Application) {
	tb.Helper()
	by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
	if _, err := f.Change(tb.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Accept(by, now) }); err != nil {
		tb.Fatal(err)
	}
}

func TestNotesOfChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		asked, silent, passed := f.submitted(t), f.submitted(t), f.submitted(t)
		f.contact(t, asked.Reference, byEmail, false)
		sms := apply.Contact{Channel: apply.SMS, Address: "+86 138-0013-8000", Notice: "2026-11"}
		f.contact(t, passed.Reference, sms, true)
		got := f.notes(t)
		if len(got) != 1 || got[0].Kind != store.NotePass || got[0].Code != passed.Code || got[0].Contact.Address != "13800138000" {
			t.Fatalf("notes = %v; want the pass by SMS", got)
		}
		for _, a := range []*apply.Application{asked, silent, passed} {
			f.accept(t, a)
		}
		got = f.notes(t)
		if len(got) != 1 || got[0].Kind != store.NoteChanged || got[0].Reference != asked.Reference || got[0].Code != "" ||
			got[0].Contact.Channel != apply.Email || got[0].Contact.Address != byEmail.Address || got[0].Lang != "zh-Hans" {
			t.Errorf("notes = %v; want one of the change, without the code", got)
		}
		for _, b := range f.bytes(t, `SELECT address FROM contacts`) {
			if len(b) == 0 || string(b) == byEmail.Address {
				t.Error("an address lies in the clear")
			}
		}
	})
}

// A move that does not happen tells nobody.
func TestNoNoteWithoutAChange(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		f.contact(t, a.Reference, byEmail, false)
		by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
		_, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Approve(by, "x", now) })
		if !errors.Is(err, apply.ErrConflict) {
			t.Fatalf("Approve = %v; want %v", err, apply.ErrConflict)
		}
		if got := f.notes(t); len(got) != 0 {
			t.Errorf("notes = %v; want none", got)
		}
	})
}

func TestNotesAreSentAtLeastOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		f.contact(t, a.Reference, byEmail, false)
		f.accept(t, a)
		first := f.notes(t)
		if again := f.notes(t); len(first) != 1 || len(again) != 0 {
			t.Fatalf("taken %d, then %d; want one sender to have it", len(first), len(again))
		}
		f.clock.advance(11 * time.Minute) // the sender has died
		second := f.notes(t)
		if len(second) != 1 || second[0].ID != first[0].ID {
			t.Fatalf("notes = %v; want the same again", second)
		}
		tries := 1
		for n := second[0]; ; tries++ {
			if err := f.SettleNote(ctx, n, false, false); err != nil {
				t.Fatal(err)
			}
			if early := f.notes(t); len(early) != 0 {
				t.Fatalf("tried again at once after %d attempts", tries)
			}
			f.clock.advance(25 * time.Hour)
			next := f.notes(t)
			if len(next) == 0 {
				break
			}
			n = next[0]
		}
		if lost, err := f.Undelivered(ctx, a.Reference); tries != 7 || !lost || err != nil {
			t.Errorf("given up after %d attempts, undelivered %v, %v; want 7 and true", tries, lost, err)
		}
		f.contact(t, a.Reference, byEmail, true)
		n := f.notes(t)
		if err := f.SettleNote(ctx, n[0], true, false); err != nil {
			t.Fatal(err)
		}
		if lost, err := f.Undelivered(ctx, a.Reference); lost || err != nil || len(f.notes(t)) != 0 {
			t.Errorf("after one that arrived: undelivered %v, %v", lost, err)
		}
	})
}

func TestNoteRefusedForGood(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		f.contact(t, a.Reference, byEmail, true)
		if err := f.SettleNote(t.Context(), f.notes(t)[0], false, true); err != nil {
			t.Fatal(err)
		}
		f.clock.advance(48 * time.Hour)
		if lost, err := f.Undelivered(t.Context(), a.Reference); !lost || err != nil || len(f.notes(t)) != 0 {
			t.Errorf("undelivered %v, %v; want it given up at once", lost, err)
		}
	})
}

func TestContact(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		if _, err := f.Contact(ctx, a.Reference); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("Contact = %v; want %v", err, apply.ErrNotFound)
		}
		f.contact(t, a.Reference, byEmail, true)
		if got, err := f.Contact(ctx, a.Reference); err != nil || got.Address != byEmail.Address || !got.Changes || got.Agreed.IsZero() {
			t.Errorf("Contact = %#v, %v", got, err)
		}
		if err := f.DropContact(ctx, a.Reference); err != nil {
			t.Fatal(err)
		}
		if got := f.notes(t); len(got) != 0 {
			t.Errorf("after messages were turned off: %v", got)
		}
		f.contact(t, a.Reference, byEmail, true)
		if err := f.Erase(ctx, a.Reference, a.Version); err != nil {
			t.Fatal(err)
		}
		if left := f.bytes(t, `SELECT address FROM contacts`); len(left) != 0 || len(f.notes(t)) != 0 {
			t.Errorf("%d addresses left of an application that was erased", len(left))
		}
		if err := f.SetContact(ctx, a.Reference, byEmail, false); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("SetContact for nothing = %v; want %v", err, apply.ErrNotFound)
		}
	})
}

// What waits follows the family to a new address; a code that was asked for at the old
// one goes nowhere.
func TestNotesFollowTheAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		f.contact(t, a.Reference, byEmail, true)
		f.accept(t, a)
		elsewhere := byEmail
		elsewhere.Address = "other@example.org"
		f.contact(t, a.Reference, elsewhere, false)
		if got := f.notes(t); len(got) != 1 || got[0].Kind != store.NoteChanged || got[0].Contact.Address != elsewhere.Address {
			t.Errorf("notes = %v; want the change alone, to the new address", got)
		}
	})
}

// Number and code go to one address three times a day, whoever asks.
func TestPassesAreLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		for range 3 {
			a, _ := f.draft(t)
			f.contact(t, a.Reference, byEmail, true)
			for _, n := range f.notes(t) {
				if err := f.SettleNote(t.Context(), n, true, false); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(f.DropContact(t.Context(), a.Reference), f.Prune(t.Context())); err != nil {
				t.Fatal(err)
			}
			if err := f.Erase(t.Context(), a.Reference, a.Version); err != nil {
				t.Fatal(err)
			}
		}
		a, _ := f.draft(t)
		err := f.SetContact(t.Context(), a.Reference, byEmail, true)
		var invalid apply.Invalid
		if !errors.As(err, &invalid) || invalid[0].Key != apply.KeyContactOften {
			t.Errorf("the fourth = %v; want %s", err, apply.KeyContactOften)
		}
		f.clock.advance(25 * time.Hour)
		f.contact(t, a.Reference, byEmail, true)
	})
}

func TestRemindDrafts(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		const day = 24 * time.Hour
		a, _ := f.draft(t)
		quiet, _ := f.draft(t)
		f.contact(t, a.Reference, byEmail, false)
		only := byEmail
		only.Changes = false
		f.contact(t, quiet.Reference, only, true)
		for _, n := range f.notes(t) {
			if err := f.SettleNote(t.Context(), n, true, false); err != nil {
				t.Fatal(err)
			}
		}
		var got []store.NoteKind
		for range 180 {
			f.clock.advance(day)
			if err := f.RemindDrafts(t.Context(), 7*day); err != nil {
				t.Fatal(err)
			}
			for _, n := range f.notes(t) {
				got = append(got, n.Kind)
				if n.Reference != a.Reference {
					t.Error("reminded a family that did not ask for it")
				}
				if err := f.SettleNote(t.Context(), n, true, false); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(got) != 2 || got[0] != store.NoteDraft || got[1] != store.NoteDraftEnds {
			t.Errorf("reminded with %v; want one reminder and one warning", got)
		}
	})
}

// TestContactOfAHousehold gives an address once for all, adds an application, and stops.
func TestContactOfAHousehold(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		all := family(t, f, form)
		own := byEmail
		own.Address = "own@example.org"
		f.contact(t, all[1].Reference, own, false)
		whole := byEmail
		whole.Household = true
		f.contact(t, all[0].Reference, whole, true)
		got := f.notes(t)
		if len(got) != 1 || got[0].Kind != store.NotePass || got[0].Reference != all[0].Reference {
			t.Fatalf("notes = %v; want number and code once", got)
		}
		if err := f.SettleNote(t.Context(), got[0], true, false); err != nil {
			t.Fatal(err)
		}
		third, _ := form(living)
		if err := f.Extend(t.Context(), all[0].Reference, form, []apply.Wish{{Form: third, Child: 3}}); err != nil {
			t.Fatal(err)
		}
		all = household(t, f, all[0].Reference)
		reached := func(want int, address string) {
			t.Helper()
			n := 0
			for _, a := range all {
				c, err := f.Contact(t.Context(), a.Reference)
				if err == nil && c.Address == address && c.Household == (address == byEmail.Address) && c.Notice == byEmail.Notice && !c.Agreed.IsZero() {
					n++
				} else if err != nil && !errors.Is(err, apply.ErrNotFound) {
					t.Fatal(err)
				}
			}
			if n != want {
				t.Errorf("%s hears of %d applications; want %d", address, n, want)
			}
		}
		reached(5, byEmail.Address)
		f.clock.advance(8 * 24 * time.Hour)
		if err := f.RemindDrafts(t.Context(), 7*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := f.notes(t); len(got) != 1 || got[0].Kind != store.NoteDraft {
			t.Errorf("notes = %v; want one reminder for the household", got)
		}
		f.contact(t, all[1].Reference, own, false)
		reached(4, byEmail.Address)
		if err := f.DropContact(t.Context(), all[1].Reference); err != nil {
			t.Fatal(err)
		}
		reached(4, byEmail.Address) // an address of its own ends alone
		if err := f.DropContact(t.Context(), all[2].Reference); err != nil {
			t.Fatal(err)
		}
		reached(0, byEmail.Address)
	})
}
