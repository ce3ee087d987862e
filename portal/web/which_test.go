package web

import (
	"strings"
	"testing"

	"huitong/portal/apply"
)

// TestWhichApplication presses a button on the page of one application after the browser
// has gone on with another in a second tab: it counts for the one that the page was of.
func TestWhichApplication(t *testing.T) {
	const one, other = applied + "/child?child=1", relief + "/child?child=1"
	for action, shown := range map[string]string{
		"/track/withdraw": "/track/withdraw", "/track/erase": "/track/data", "/track/code": "/track/data", "/track/data": "/track/data",
	} {
		t.Run(action, func(t *testing.T) {
			d := newDesk(t)
			b := d.household("family")
			before := map[string]*apply.Application{}
			for _, path := range []string{other, one} {
				a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.open(path).cookies["case"]))
				if err != nil {
					t.Fatal(err)
				}
				before[path] = a
			}
			form := b.open(shown).form(action)
			b.open(other)
			b.do("POST", action, form)
			a, err := d.store.ApplicationByReference(t.Context(), before[other].Reference)
			if err != nil || a.State != apply.Draft {
				t.Errorf("the other application: %v, %v", a, err)
			}
			switch a, err = d.store.ApplicationByReference(t.Context(), before[one].Reference); {
			case action == "/track/erase" && err == nil:
				t.Error("the application of the page was not deleted")
			case action == "/track/withdraw" && (err != nil || a.State != apply.Withdrawn):
				t.Errorf("the application of the page: %v, %v; want it withdrawn", a, err)
			case action == "/track/data" && !strings.Contains(b.body, before[one].Reference.Grouped()):
				t.Error("the copy is of another application")
			}
		})
	}
}

// TestOfAStranger posts a page with the number of another family's application: nothing
// happens to it, nothing of it is shown, and nothing happens to the browser's own.
func TestOfAStranger(t *testing.T) {
	d := newDesk(t)
	family, stranger := d.fill("family").submit(), d.household("stranger")
	number := apply.Reference(family.open("/track/withdraw").form("/track/withdraw").Get("-of"))
	for action, shown := range map[string]string{
		"/track/withdraw": "/track/withdraw", "/track/erase": "/track/data", "/track/code": "/track/data", "/track/data": "/track/data",
	} {
		t.Run(action, func(t *testing.T) {
			form := stranger.open(shown).form(action)
			own := apply.Reference(form.Get("-of"))
			form.Set("-of", string(number))
			stranger.do("POST", action, form)
			stranger.lacks(number.Grouped())
			for one, state := range map[apply.Reference]apply.State{number: apply.Submitted, own: apply.Draft} {
				if a, err := d.store.ApplicationByReference(t.Context(), one); err != nil || a.State != state {
					t.Errorf("%s: %v, %v; want it %s", one, a, err, state)
				}
			}
		})
	}
}

// TestTwoAlone types into a page of an application that stands alone after another one for
// the same programme was begun in a second tab: nothing of the one gets into the other.
func TestTwoAlone(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	number, code := b.pass()
	form := b.form(applied + "/child")
	form.Set("child_name", "金丝雀")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	b.do("POST", applied+"/child", form)
	b.wants(403, "您填的内容还在", "金丝雀").send(applied+"/child", map[string]string{"-number": number, "-code": code})
	if got, _ := b.open(applied + "/child").pass(); got != number {
		t.Errorf("the browser goes on with %s; want %s", got, number)
	}
	if got := b.form(applied + "/child").Get("child_name"); got != "金丝雀" {
		t.Errorf("child_name = %q", got)
	}
}

// TestPhotoOfAnother sends a photo from the page of one application after the browser has
// gone on with another one: it is refused, and not given to the other.
func TestPhotoOfAnother(t *testing.T) {
	const one, other = applied + "/documents?child=1", applied + "/documents?child=2"
	d := newDesk(t)
	b := d.household("family")
	b.together("new", bothOf...)
	form := b.open(one).form(one)
	if form.Get("-of") == "" || form.Get("-of") == b.open(other).form(other).Get("-of") {
		t.Fatalf("the pages of two applications say %q both", form.Get("-of"))
	}
	b.post(other, form, chosen{"document-household-register", shot(t, 9)}).wants(403)
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
	if err != nil || len(a.Files) != 0 {
		t.Errorf("%d files, %v; want none", len(a.Files), err)
	}
}

// TestFollowsWhatWasOpened opens one application of a household after the other: the page
// of its state is of the one that was opened last.
func TestFollowsWhatWasOpened(t *testing.T) {
	b := newDesk(t).household("family")
	for _, path := range []string{applied, relief, applied, relief} {
		number, _ := b.open(path + "/child?child=1").pass()
		if got, _ := b.open("/track/status").pass(); got != number {
			t.Errorf("after %s the state is that of %s; want %s", path, got, number)
		}
	}
}
