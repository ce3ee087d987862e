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
