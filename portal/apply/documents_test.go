package apply_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"huitong/portal/apply"
)

// papersForm is a form that asks for documents of every kind.
func papersForm(t testing.TB) apply.Form {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := lib.Policy("basic-living-allowance")
	if !ok {
		t.Fatal("no policy")
	}
	return apply.Form{Policy: p}
}

func missingDocuments(a *apply.Application, f apply.Form) map[string]bool {
	_, invalid := a.Missing(f, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	out := map[string]bool{}
	for _, p := range invalid {
		if p.Key == apply.KeyDocumentMissing {
			out[p.Field] = true
		}
	}
	return out
}

func TestMissingDocuments(t *testing.T) {
	f := papersForm(t)
	tests := []struct {
		name string
		app  apply.Application
		want map[string]bool // document: is it missing
	}{
		{"nothing known", apply.Application{}, map[string]bool{"household-register": true, "bank-book": true, "guardian-proof": false, "death-proof": false}},
		{"father has died", apply.Application{Answers: apply.Answers{"father": "dead"}}, map[string]bool{"death-proof": true}},
		{"nobody has died", apply.Application{Answers: apply.Answers{"father": "prison", "mother": "prison"}}, map[string]bool{"death-proof": false, "prison-paper": false}},
		{"a photo", apply.Application{Files: []apply.File{{Document: "bank-book", State: apply.FilePending}}}, map[string]bool{"bank-book": false, "household-register": true}},
		{"a harmful file", apply.Application{Files: []apply.File{{Document: "bank-book", State: apply.FileInfected}}}, map[string]bool{"bank-book": true}},
		{"on paper", apply.Application{Papers: []string{"bank-book"}}, map[string]bool{"bank-book": false}},
		{"on paper in spite of a harmful file", apply.Application{Papers: []string{"bank-book"}, Files: []apply.File{{Document: "bank-book", State: apply.FileInfected}}}, map[string]bool{"bank-book": false}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := missingDocuments(&test.app, f)
			for document, want := range test.want {
				if got[apply.DocumentField(document)] != want {
					t.Errorf("%s is missing: %v; want %v", document, !want, want)
				}
			}
		})
	}
}

func TestDocumentsBetweenDepartmentsAreNotAskedFor(t *testing.T) {
	for _, d := range papersForm(t).Documents(apply.Answers{"mother": "prison"}) {
		if d.Holder == "department" {
			t.Errorf("the family is asked for %s", d.Name)
		}
	}
}

func TestRemovable(t *testing.T) {
	asked := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	app := func(s apply.State) *apply.Application {
		return &apply.Application{State: s, Events: []apply.Event{{Number: 1, At: asked, Move: apply.AskMore, State: apply.MoreNeeded}}}
	}
	before, after := apply.File{Added: asked.Add(-time.Hour)}, apply.File{Added: asked.Add(time.Hour)}
	harmful := apply.File{Added: asked.Add(-time.Hour), State: apply.FileInfected}
	for _, s := range apply.States() {
		want := map[apply.State]string{apply.Draft: "true true true", apply.MoreNeeded: "false true true"}[s]
		if want == "" {
			want = "false false false"
		}
		a := app(s)
		if got := fmt.Sprint(a.Removable(before), a.Removable(after), a.Removable(harmful)); got != want {
			t.Errorf("%s: received, added, harmful can be removed: %s; want %s", s, got, want)
		}
		if got, want := a.CheckRoom("photo", 0, 0) == nil, s == apply.Draft || s == apply.MoreNeeded; got != want {
			t.Errorf("%s: room for a file: %v; want %v", s, got, want)
		}
	}
}

func TestRoom(t *testing.T) {
	a := &apply.Application{State: apply.Draft}
	for _, test := range []struct {
		files, all int
		want       string
	}{
		{0, 0, ""}, {apply.MaxFiles - 1, apply.MaxFilesAll - 1, ""}, {apply.MaxFiles, 10, apply.KeyFilesMany}, {0, apply.MaxFilesAll, apply.KeyFilesAll},
	} {
		var invalid apply.Invalid
		got := ""
		if errors.As(a.CheckRoom("photo", test.files, test.all), &invalid) {
			got = invalid[0].Key
		}
		if got != test.want {
			t.Errorf("%d files, %d in all: %q; want %q", test.files, test.all, got, test.want)
		}
	}
}

func TestMoot(t *testing.T) {
	f := papersForm(t)
	files := []apply.File{{ID: "1", Document: "death-proof"}, {ID: "2", Document: "photo"}, {ID: "3", Document: "renamed-since"}}
	for father, want := range map[string]int{"dead": 0, "prison": 1, "": 0} { // "": not known yet
		a := &apply.Application{Answers: apply.Answers{"father": father, "mother": "prison"}, Files: files}
		got := f.Moot(a)
		if len(got) != want || want == 1 && got[0].ID != "1" {
			t.Errorf("father %q: %v; want %d files", father, got, want)
		}
	}
}
