package web

import (
	"testing"

	"huitong/portal/apply"
)

// TestApplyAgainForTheOtherChild applies once more for a child that was refused, while a
// draft for its sister stands open: it is for this child, with what was answered for it.
func TestApplyAgainForTheOtherChild(t *testing.T) {
	const first, second = applied + "/child?child=1", applied + "/child?child=2"
	d := newDesk(t)
	b := d.fill("family").submit()
	number, code := b.pass()
	b.together("new", "basic-living-allowance").open(second).send(second, map[string]string{"child_name": "百灵鸟"})
	d.decide("/staff/applications/"+ungrouped(number), "refuse", "材料没有带齐。")
	// The browser went on with the sister last; the refused one is opened by its number.
	b.open("/track").send("/track", map[string]string{"number": number, "code": code})
	b.open("/household")
	b.open(applied+"/done?child=1").open("/track/status").wants(200, "再次申请", "材料没有带齐")
	b.send("/track/again", nil).wants(200, "上次填的都抄过来了", "金丝雀", "百灵鸟")
	if got := b.open(second).form(second).Get("child_name"); got != "百灵鸟" {
		t.Errorf("the sister is called %q", got)
	}
	b.open("/track").send("/track", map[string]string{"number": number, "code": code})
	ref, _ := apply.ParseReference(number)
	all, err := d.store.Household(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	children := map[int]int{}
	for _, a := range all {
		if children[a.Child]++; a.State == apply.Draft && a.Child == 1 && a.Answers["child_id"] != "44200020170302002X" {
			t.Errorf("the new draft holds %d answers without the child's number", len(a.Answers))
		}
	}
	if children[1] != 2 || children[2] != 1 {
		t.Errorf("applications by child: %v; want a new one for the first", children)
	}
	if got := b.open(second).form(second).Get("child_name"); got != "百灵鸟" {
		t.Errorf("the sister is called %q", got)
	}
	if got := b.open(first).form(first).Get("child_name"); got != "金丝雀" {
		t.Errorf("the child is called %q", got)
	}
}

// TestNewDraftAfterARefusal adds the refused programme again on the page of the household:
// the browser still holds the refused one, and gets to the new one all the same.
func TestNewDraftAfterARefusal(t *testing.T) {
	const first = applied + "/child?child=1"
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	b.together("new", "medical-insurance-relief")
	d.decide("/staff/applications/"+ungrouped(number), "refuse", "材料没有带齐。")
	b.open(applied+"/done?child=1").wants(200, "这次没有批准")
	b.together("1", "basic-living-allowance")
	if got := b.open(first).wants(200).form(first).Get("child_name"); got != "金丝雀" {
		t.Errorf("the child is called %q", got)
	}
}

// TestApplyAgainAfterApproval does so in a household, as every year for the relief.
func TestApplyAgainAfterApproval(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	b.together("new", "medical-insurance-relief")
	d.decide("/staff/applications/"+ungrouped(number), "approve", "符合条件。")
	b.open(applied+"/done?child=1").open("/track/status").wants(200, "再次申请")
	b.send("/track/again", nil).wants(200, "上次填的都抄过来了", "批准")
	b.open(applied + "/child?child=1").form(applied + "/child?child=1")
}
