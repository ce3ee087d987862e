package web

import (
	"testing"

	"huitong/portal/casework"
)

// TestTwoTabs saves one page from two tabs: what the second did not touch stays as the
// first has saved it, what it changed counts, and what it emptied is gone.
func TestTwoTabs(t *testing.T) {
	const child = applied + "/child"
	d := newDesk(t)
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	before := b.open(child).form(child)
	b.send(child, map[string]string{"child_name": "金丝雀", "child_id": "44200020170302002X", "hukou": "zhongshan"})

	before.Set("child_name", "百灵鸟")
	b.do("POST", child, before)
	got := b.open(child).form(child)
	if got.Get("child_name") != "百灵鸟" || got.Get("child_id") != "44200020170302002X" || got.Get("hukou") != "zhongshan" {
		t.Errorf("after the second tab: %v", got)
	}
	b.send(child, map[string]string{"child_id": ""})
	if got := b.open(child).form(child); got.Get("child_id") != "" || got.Get("child_name") != "百灵鸟" {
		t.Errorf("after a field was emptied: %v", got)
	}

	// What was wrong is not kept: typed once more the same, it is still wrong.
	for range 2 {
		b.send(child, map[string]string{"child_id": "442000201703020021"}).wants(422, "号码对不上")
	}

	// The confirmation of a doubtful number is part of its answer.
	pay := applied + "/payment"
	old := b.open(pay).form(pay)
	b.send(pay, map[string]string{"bank_holder": "画眉鸟", "bank_account": "6217003360000000125"}).wants(422, "这个账号看起来不太对")
	b.send(pay, map[string]string{"bank_account.checked": "6217003360000000125"}).wants(200)
	old.Set("bank_holder", "夜莺")
	b.do("POST", pay, old)
	b.wants(200).lacks("看起来不太对")
	if got := b.open(pay).form(pay); got.Get("bank_holder") != "夜莺" || got.Get("bank_account") != "6217003360000000125" {
		t.Errorf("after the second tab: %v", got)
	}
}

// TestTwoTabsOfDirector does the same where a director types with the family.
func TestTwoTabsOfDirector(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	before := o.open(part + "/child").form(part + "/child")
	o.send(part+"/child", map[string]string{"child_name": "金丝雀", "child_id": "44200020170302002X", "hukou": "zhongshan"})
	before.Set("child_name", "百灵鸟")
	o.do("POST", part+"/child", before)
	if got := o.open(part + "/child").form(part + "/child"); got.Get("child_name") != "百灵鸟" || got.Get("child_id") != "44200020170302002X" {
		t.Errorf("after the second tab: %v", got)
	}
}
