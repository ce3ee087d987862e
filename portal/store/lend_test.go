package store_test

import (
	"errors"
	"testing"

	"huitong/portal/apply"
)

func TestLendFiles(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		all := family(t, f, form)
		from, to, stranger := all[0].Reference, all[1].Reference, f.submitted(t).Reference
		const register = "household-register"
		f.attach(t, from, photo(register, 1))
		f.attach(t, from, photo(register, 2))
		f.attach(t, from, photo("photo", 3))
		for range 2 { // pressing twice adds nothing
			if err := f.LendFiles(t.Context(), from, to, register); err != nil {
				t.Fatal(err)
			}
		}
		got := f.again(t, to).Files
		if len(got) != 2 || got[0].Document != register || got[0].State != apply.FilePending {
			t.Fatalf("files = %v; want both of the register", got)
		}
		f.attach(t, to, photo(register, 1)) // the same photo from the phone once more
		if got := f.again(t, to).Files; len(got) != 2 {
			t.Errorf("%d files after the same was sent; want 2", len(got))
		}
		a := f.again(t, from)
		if err := f.Erase(t.Context(), from, a.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := f.SweepFiles(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		bodies := map[string]bool{} // both were added at the same moment, in no order
		for i, file := range got {
			body, err := f.ReadFile(t.Context(), to, file.ID, false)
			if err != nil {
				t.Errorf("file %d: %v", i, err)
			}
			bodies[string(body)] = true
			if small, err := f.ReadFile(t.Context(), to, file.ID, true); err != nil || string(small) != "small" {
				t.Errorf("small picture of %d = %q, %v", i, small, err)
			}
		}
		for n := range 2 {
			if want := string(photo(register, n+1).Body); !bodies[want] {
				t.Errorf("files hold %v; want also %q", bodies, want)
			}
		}
		for what, pair := range map[string][2]apply.Reference{"a stranger's": {stranger, to}, "to a stranger": {to, stranger}, "erased": {from, to}} {
			if err := f.LendFiles(t.Context(), pair[0], pair[1], register); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s: %v; want %v", what, err, apply.ErrNotFound)
			}
		}
	})
}
