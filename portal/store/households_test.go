package store_test

import (
	"errors"
	"testing"

	"huitong/content"
	"huitong/portal/apply"
)

// realForms returns the forms of the site's own policies.
func realForms(t *testing.T) func(string) (apply.Form, bool) {
	t.Helper()
	lib, err := content.Load(content.Embedded())
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
