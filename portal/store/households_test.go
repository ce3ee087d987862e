package store_test

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/store"
)

var library = sync.OnceValues(func() (*content.Library, error) { return content.Load(content.Embedded()) })

// realForms returns the forms of the site's own policies.
func realForms(t *testing.T) func(string) (apply.Form, bool) {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	return func(slug string) (apply.Form, bool) {
		p, ok := lib.Policy(slug)
		return apply.Form{Policy: p}, ok
	}
}

const (
	living, relief = "basic-living-allowance", "medical-insurance-relief"
)

func household(t *testing.T, f *fixture, ref apply.Reference) []*apply.Application {
	t.Helper()
	all, err := f.Household(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// family begins a household: two children, each with two policies.
func family(t *testing.T, f *fixture, form func(string) (apply.Form, bool)) []*apply.Application {
	t.Helper()
	a, _, err := f.CreateDraft(t.Context(), living, "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	wish := func(slug string, child int) apply.Wish {
		w, _ := form(slug)
		return apply.Wish{Form: w, Child: child}
	}
	if err := f.Extend(t.Context(), a.Reference, form, []apply.Wish{wish(relief, 1), wish(living, 2), wish(relief, 2), wish(living, 2)}); err != nil {
		t.Fatal(err)
	}
	return household(t, f, a.Reference)
}

func TestHouseholdSharesWhatIsKnown(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		all := family(t, f, form)
		if len(all) != 4 || all[0].Household != all[0].Reference || all[3].Child != 2 || all[3].Code != all[0].Code {
			t.Fatalf("household = %v", all)
		}
		save := func(i int, answers apply.Answers) {
			t.Helper()
			now := household(t, f, all[0].Reference)
			if err := f.SaveShared(t.Context(), now[i].Reference, now[i].Version, answers, form); err != nil {
				t.Fatal(err)
			}
		}
		wants := func(what, name string, want ...string) {
			t.Helper()
			for i, a := range household(t, f, all[0].Reference) {
				if got := a.Answers[name]; got != want[i] {
					t.Errorf("%s: %s of %d = %q; want %q", what, name, i, got, want[i])
				}
			}
		}
		one := apply.Answers{"child_name": "小甲", "hukou": "zhongshan", "guardian_name": guardian, "town": "shiqi", "note": "写给补贴的"}
		save(0, one)
		wants("the child's", "child_name", "小甲", "小甲", "", "")
		wants("the family's", "guardian_name", guardian, guardian, guardian, guardian)
		wants("offered", "town", "shiqi", "shiqi", "shiqi", "shiqi")
		wants("its own", "note", "写给补贴的", "", "", "")

		two := household(t, f, all[0].Reference)[2].Answers
		two["town"], two["child_name"], two["guardian_name"] = "xiaolan", "小乙", "测试丙"
		save(2, two)
		wants("another town", "town", "shiqi", "shiqi", "xiaolan", "xiaolan")
		wants("the second child's", "child_name", "小甲", "小甲", "小乙", "小乙")
		wants("mended once", "guardian_name", "测试丙", "测试丙", "测试丙", "测试丙")

		err := f.SaveShared(t.Context(), all[0].Reference, 1, one, form)
		if !errors.Is(err, apply.ErrConflict) {
			t.Errorf("saving over a newer version = %v", err)
		}
		wants("after the conflict", "child_name", "小甲", "小甲", "小乙", "小乙")
	})
}

func TestHouseholdSubmitsAllOrNone(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		sample := func(slug string) (apply.Form, bool) { return f.form, slug == f.form.Policy.Slug }
		if err := f.Extend(t.Context(), a.Reference, sample, []apply.Wish{{Form: f.form, Child: 2}}); err != nil {
			t.Fatal(err)
		}
		submit := func(key string) error {
			var subs []apply.Submission
			for _, a := range household(t, f, a.Reference) {
				subs = append(subs, submissionOf(a, f.form, key))
			}
			return f.SubmitTogether(t.Context(), subs)
		}
		audit := len(f.audited(t))
		var invalid apply.Invalid
		if err := submit("one"); !errors.As(err, &invalid) {
			t.Fatalf("an incomplete household = %v", err)
		}
		for _, a := range household(t, f, a.Reference) {
			if a.State != apply.Draft || len(a.Events) > 0 {
				t.Errorf("%v was submitted without the other", a)
			}
		}
		second := household(t, f, a.Reference)[1]
		if err := f.SaveShared(t.Context(), second.Reference, second.Version, answers, sample); err != nil {
			t.Fatal(err)
		}
		all := household(t, f, a.Reference)
		subs := []apply.Submission{submissionOf(all[0], f.form, "key"), submissionOf(all[1], f.form, "key")}
		done := make(chan error, 8)
		for range cap(done) {
			go func() { done <- f.SubmitTogether(t.Context(), subs) }()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Errorf("submit = %v", err)
			}
		}
		for _, a := range household(t, f, a.Reference) {
			if a.State != apply.Submitted || len(a.Events) != 1 {
				t.Errorf("%v, %d events; want one submission", a, len(a.Events))
			}
		}
		if got := len(f.audited(t)) - audit; got != 2 {
			t.Errorf("%d audit lines; want one for each", got)
		}
		subs[1].Key = "another"
		if err := f.SubmitTogether(t.Context(), subs); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("another key = %v", err)
		}
	})
}

func TestNumberOfHouseholdOutlivesItsFirst(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		all := family(t, f, form)
		if err := f.Erase(t.Context(), all[0].Reference, all[0].Version); err != nil {
			t.Fatal(err)
		}
		a, err := f.OpenWithCode(t.Context(), all[0].Reference, all[0].Code, "client")
		if err != nil || a.Household != all[0].Reference {
			t.Errorf("open by the household's number = %v, %v", a, err)
		}
		if _, err := f.OpenWithCode(t.Context(), all[0].Reference, "00000000", "client"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a wrong code = %v", err)
		}
		if left := household(t, f, a.Reference); len(left) != 3 {
			t.Errorf("%d left; want 3", len(left))
		}
		if _, err := f.Household(t.Context(), "260000000000"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("unknown household = %v", err)
		}
	})
}

// TestAddingAtOnceLosesNothing extends and saves a household from several sides.
func TestAddingAtOnceLosesNothing(t *testing.T) {
	form := realForms(t)
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _, err := f.CreateDraft(t.Context(), living, "zh-Hans")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 8)
		w, _ := form(relief)
		for range cap(done) {
			go func() {
				done <- f.Extend(t.Context(), a.Reference, form, []apply.Wish{{Form: w, Child: 1}})
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if all := household(t, f, a.Reference); len(all) != 2 {
			t.Errorf("%d applications; want each wish once", len(all))
		}
	})
}

// runsOut is randomness that ends after so many reads.
type runsOut struct{ left int }

// Read implements io.Reader.
func (r *runsOut) Read(b []byte) (int, error) {
	if r.left--; r.left < 0 {
		return 0, errors.New("no more randomness")
	}
	return rand.Read(b)
}

// TestHouseholdBeginsWhole lets the beginning of a household fail at every draw of
// randomness: before its first application, between any two, and at the browser's token.
func TestHouseholdBeginsWhole(t *testing.T) {
	form := realForms(t)
	one, _ := form(living)
	two, _ := form(relief)
	wishes := []apply.Wish{{Form: one, Child: 1, Carry: apply.Answers{"hukou": "zhongshan"}}, {Form: two, Child: 1}}
	onBoth(t, func(t *testing.T, f *fixture) {
		rows := func(table string) (n int) {
			t.Helper()
			if err := f.raw.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		c := f.config
		draws := &runsOut{}
		c.Rand = draws
		s, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		failed := 0
		for n := range 60 {
			draws.left = n
			a, token, err := s.Begin(t.Context(), "zh-Hans", form, wishes)
			if err == nil {
				if found, err := s.ApplicationByDraftToken(t.Context(), token); err != nil || found.Household != a.Reference || found.Child != 1 || len(household(t, f, a.Reference)) != 2 {
					t.Errorf("household of %v, %v", found, err)
				}
				break
			}
			failed++
			if got := rows("applications") + rows("draft_tokens"); got != 0 {
				t.Fatalf("a failure at draw %d leaves %d rows", n, got)
			}
		}
		if failed < 20 || rows("applications") != 2 {
			t.Errorf("%d failures, then %d applications; want more than 20, then 2", failed, rows("applications"))
		}
		alone, _, err := f.Begin(t.Context(), "zh-Hans", form, wishes[:1])
		if err != nil || alone.Household != "" || alone.Child != 0 || alone.Answers["hukou"] != "zhongshan" {
			t.Errorf("one wish begins %v in household %q, %v; want one that stands alone", alone, alone.Household, err)
		}
		if _, _, err := f.Begin(t.Context(), "zh-Hans", form, nil); err == nil {
			t.Error("no wish begins something")
		}
	})
}
