package web

import (
	"testing"

	"huitong/portal/apply"
)

func TestApplyAgain(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	ref, _ := apply.ParseReference(number)
	b.open("/track/status").lacks("/track/again") // it is not decided yet
	d.decide("/staff/applications/"+ungrouped(number), "refuse", "材料没有带齐。")
	b.open("/track/status").wants(200, "再次申请").send("/track/again", nil)
	b.wants(200, "上次填的都抄过来了", "金丝雀", "画眉鸟").lacks("材料没有带齐")
	next, _ := b.open("/track/status").wants(200, "还没有提交").pass()
	if next == number {
		t.Fatal("the old application was opened again")
	}
	newRef, _ := apply.ParseReference(next)
	before, err := d.store.ApplicationByReference(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	after, err := d.store.ApplicationByReference(t.Context(), newRef)
	if err != nil {
		t.Fatal(err)
	}
	if before.State != apply.Refused || after.State != apply.Draft || after.Consent != (apply.Consent{}) || len(after.Files) != 0 || len(after.Papers) != 0 {
		t.Errorf("before %s; after %s with consent %v, %d files, %d papers; want a draft with answers alone", before.State, after.State, after.Consent, len(after.Files), len(after.Papers))
	}
	if after.Answers["bank_account"] != before.Answers["bank_account"] || after.Code == before.Code {
		t.Error("an answer was lost, or the access code is the old one")
	}
	// Pressing again goes on with the draft, and papers are asked for.
	b.open(applied+"/review").wants(200, "材料照片").lacks("上次填的都抄过来了")
}

func TestApplyAgainIsRefusedWhileOpen(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	form := b.open("/track/status").form("/track/forget") // any form with the token
	b.do("POST", "/track/again", form)
	b.wants(200, "等镇街收")
	if now, _ := b.pass(); now != number {
		t.Error("a second application was started beside an open one")
	}
	nobody := d.browser("nobody").open("/track")
	nobody.do("POST", "/track/again", nobody.form("/track"))
	nobody.wants(200, "查进度")
}

func TestApplyAgainAfterWithdrawal(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	b.open("/track/withdraw").send("/track/withdraw", nil).wants(200, "再次申请")
	b.send("/track/again", nil).wants(200, "上次填的都抄过来了")
}

// TestSharedPhone leaves a phone that is somebody else's: no cookie opens anything any
// more, the browser is told to clear what it keeps, and no page comes from a cache.
func TestSharedPhone(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	kept := map[string]string{}
	for name, value := range b.cookies {
		kept[name] = value
	}
	for _, address := range []string{"/track/status", "/track/data", applied + "/done"} {
		if b.open(address); b.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: Cache-Control %q", address, b.header.Get("Cache-Control"))
		}
	}
	form := b.open("/track/status").form("/track/forget")
	before := len(d.seen)
	b.do("POST", "/track/forget", form)
	if first := d.seen[before]; first.status != 303 || first.clear != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data = %q with %d", first.clear, first.status)
	}
	b.wants(200, "已经清除")
	for name := range b.cookies {
		if name == caseCookie || len(name) > len(draftCookie) && name[:len(draftCookie)] == draftCookie {
			t.Errorf("cookie %s is left", name)
		}
	}
	thief := d.browser("who took a copy of the cookies")
	thief.cookies = kept
	for _, address := range []string{"/track/status", "/track/data", "/track/decision", applied + "/review", applied + "/done"} {
		thief.open(address).wants(200).lacks(append(secrets, number)...)
	}
}
