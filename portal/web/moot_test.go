package web

import (
	"testing"

	"huitong/portal/apply"
)

// TestMootPhotos changes an answer after a photo was attached for it: the photo waits while
// the family may change its mind, and is not handed in where nothing asks for it any more.
func TestMootPhotos(t *testing.T) {
	for _, again := range []bool{false, true} {
		d := newDesk(t)
		b := d.fill("family")
		b.open(papersAt).attach(chosen{doc("death-proof"), shot(t, 1)}, chosen{doc("photo"), shot(t, 2)})
		held := func() map[string]int {
			t.Helper()
			a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
			if err != nil {
				t.Fatal(err)
			}
			return map[string]int{"death-proof": len(a.FilesOf("death-proof")), "photo": len(a.FilesOf("photo"))}
		}
		change := func(father string) {
			b.open(applied+"/parents").send(applied+"/parents", map[string]string{"father": father})
		}
		change("prison")
		b.open(applied+"/review").send(applied+"/review", nil).wants(422) // without consent nothing is handed in, nor deleted
		if got := held(); got["death-proof"] != 1 || got["photo"] != 1 {
			t.Errorf("before it is handed in: %v", got)
		}
		want := 0
		if again {
			change("dead")
			want = 1
		}
		b.open(applied+"/review").send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(200, "已经提交成功")
		if got := held(); got["death-proof"] != want || got["photo"] != 1 {
			t.Errorf("handed in: %v; want %d of death", got, want)
		}
	}
}

// TestMootPhotosOfAHousehold hands in all of a household or none: where another of its
// applications has changed meanwhile, no photo is deleted either.
func TestMootPhotosOfAHousehold(t *testing.T) {
	d := newDesk(t)
	b := d.household("family")
	for _, f := range family {
		b.open(applied+"/"+f.section+"?child=1").send(applied+"/"+f.section+"?child=1", f.answers)
	}
	b.open(papersAt + "?child=1").attach(chosen{doc("death-proof"), shot(t, 1)})
	b.open(applied + "/documents?child=1").onPaper()
	b.open(relief+"/child?child=1").send(relief+"/child?child=1", map[string]string{"recognition": "orphan"})
	need := func(insured string) {
		b.open(relief+"/need?child=1").send(relief+"/need?child=1", map[string]string{"ill_now": "no", "insured": insured})
	}
	need("yes")
	b.finish(t)
	b.open(applied+"/parents?child=1").send(applied+"/parents?child=1", map[string]string{"father": "prison"})
	b.finish(t)
	held := func() int {
		t.Helper()
		number, _ := b.open("/household").pass()
		ref, _ := apply.ParseReference(number)
		all, err := d.store.Household(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, a := range all {
			n += len(a.FilesOf("death-proof"))
		}
		return n
	}
	if held() != 1 {
		t.Fatal("no photo that is moot")
	}
	form := b.open("/household/review").form("/household/review")
	form.Set("consent", noticeVersion)
	need("no")
	b.do("POST", "/household/review", form)
	b.wants(409)
	if held() != 1 {
		t.Error("nothing was handed in, but the photo is gone")
	}
	b.open("/household/review").send("/household/review", map[string]string{"consent": noticeVersion}).wants(200, "已经一起提交成功")
	if held() != 0 {
		t.Error("a photo that nothing asks for was handed in")
	}
}
