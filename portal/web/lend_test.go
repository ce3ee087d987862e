package web

import (
	"strings"
	"testing"

	"huitong/portal/apply"
)

// TestPaperIsUsedTwice uploads a paper for one programme and takes it over into the
// other of the same child, not into that of another.
func TestPaperIsUsedTwice(t *testing.T) {
	d := newDesk(t)
	b := d.household("family").together("new", bothOf...)
	const page, other = applied + "/documents?child=1", relief + "/documents?child=1"
	b.open(other).wants(200).lacks("这里也用吗")
	b.open(page).attach(chosen{doc("household-register"), shot(t, 10)}, chosen{doc("application-form"), shot(t, 20)})
	b.open(page).wants(200).lacks("这里也用吗")
	b.open(other).wants(200, "第1个孩子的“基本生活补贴”里已经有1张。这里也用吗？")
	if got := strings.Count(b.text(), "这里也用吗"); got != 1 {
		t.Errorf("%d papers are offered; want the register alone", got)
	}
	values := b.form(other)
	values.Set("-borrow", "household-register")
	b.post(other, values).wants(200).lacks("这里也用吗")
	number, _ := b.pass()
	ref, _ := apply.ParseReference(number)
	count := func() map[apply.Reference]int {
		all, err := d.store.Household(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		out := map[apply.Reference]int{}
		for _, a := range all {
			if n := len(a.FilesOf("household-register")); n > 0 {
				out[a.Reference] = n
			}
		}
		return out
	}
	if got := count(); len(got) != 2 {
		t.Fatalf("the register is in %v; want two applications", got)
	}
	values.Set("-borrow", "nothing-of-ours")
	b.open(other).post(other, values).wants(200) // nothing is offered, nothing breaks
	b.open(relief + "/documents?child=2").wants(200).lacks("这里也用吗")
	b.open("/household/remove?child=1&programme=basic-living-allowance").send("/household/remove", nil).wants(200, "已经删掉了")
	if got := count(); len(got) != 1 {
		t.Errorf("after one was deleted the register is in %v; want one", got)
	}
}
