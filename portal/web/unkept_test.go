package web

import (
	"maps"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestUnknownBrowserIsTold presses a button on a page of an application that the browser no
// longer knows: what was not done is said, never passed over.
func TestUnknownBrowserIsTold(t *testing.T) {
	const told = "刚才那一步没有做成"
	for _, mode := range modes {
		d := newDesk(t)
		b := d.fill("family")
		b.cookies["mode"] = modeStandard
		number, code := b.open("/track/status").pass()
		type page struct{ shown, action string }
		pages := map[string]page{
			"hand in": {applied + "/review", applied + "/review"}, "renew the code": {"/track/data", "/track/code"},
			"add a programme": {"/household", "/household"}, "papers": {papersAt, papersAt}, "one paper": {papersAt, papersAt + "/photo"},
		}
		forms := map[string]map[string][]string{}
		for name, p := range pages {
			b.open(p.shown)
			if p.action == papersAt+"/photo" {
				forms[name] = b.form(papersAt)
				continue
			}
			forms[name] = b.form(p.action)
		}
		b.cookies["mode"] = mode
		d.now = d.now.Add(apply.DraftTokenLasts + time.Hour)
		for name, p := range pages {
			t.Run(mode+" "+name, func(t *testing.T) {
				if name == "papers" || name == "one paper" {
					b.post(p.action, forms[name], chosen{doc("photo"), shot(t, 10)})
				} else {
					b.do("POST", p.action, forms[name])
				}
				b.wants(200, told, "申请编号", "查询码")
			})
		}
		t.Run(mode+" opens a page of the form", func(t *testing.T) {
			b.open(applied+"/guardian").wants(200, "没有记住填过的申请", "接着填以前的").lacks(told)
		})
		b.open("/track").lacks(told).send("/track", map[string]string{"number": number, "code": code}).wants(200, "还没有提交")
		if a := b.application(); a.State != apply.Draft || len(a.Files) != 0 {
			t.Errorf("%s: the application is %s with %d files", mode, a.State, len(a.Files))
		}
	}
}

// application is the one that the browser goes on with.
func (b *browser) application() *apply.Application {
	b.t.Helper()
	a, err := b.store.ApplicationByDraftToken(b.t.Context(), apply.Token(b.cookies["case"]))
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// TestPhotosOfAnOldPage sends photos from a page that was too old: they can be chosen again on
// the page that comes back, which says that they were not kept.
func TestPhotosOfAnOldPage(t *testing.T) {
	const told = "刚才选的照片没有收下"
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			d := newDesk(t)
			b := d.begin("family")
			b.cookies["mode"] = mode
			b.open(papersAt)
			for range 2 { // the page that comes back is good
				form := b.form(b.address)
				delete(b.cookies, "csrf")
				address := b.address
				b.post(address, form, chosen{doc("application-form"), shot(t, 10)}).wants(403, told)
				b.address = address
			}
			form := b.form(b.address)
			form.Set(formStay, "application-form")
			b.post(b.address, form, chosen{doc("application-form"), shot(t, 10)}).wants(200, "照片1").lacks(told)
		})
		t.Run(mode+" asked", func(t *testing.T) {
			d := newDesk(t)
			b, _ := d.asked()
			b.cookies["mode"] = mode
			address := askedIn(mode)
			form := b.open(address).form(address)
			delete(b.cookies, "csrf")
			b.post(address, form, chosen{doc("other"), shot(t, 10)}).wants(403, told)
			form = b.form(address)
			form.Set(formStay, "other")
			b.post(address, form, chosen{doc("other"), shot(t, 10)}).wants(200, "照片1").lacks(told)
		})
	}
}

// askedIn is the page for a paper that the office asked for: elder mode has one for each.
func askedIn(mode string) string {
	if mode == modeElder {
		return askedRoute + "/other"
	}
	return askedRoute
}

// TestPhotosTooLate sends photos after the application was handed in, or decided, elsewhere.
func TestPhotosTooLate(t *testing.T) {
	const told = "刚才选的照片没有收下"
	t.Run("handed in", func(t *testing.T) {
		d := newDesk(t)
		b := d.fill("family")
		form := b.open(papersAt).form(papersAt)
		b.open(applied + "/review").submit()
		b.post(papersAt, form, chosen{doc("photo"), shot(t, 10)}).wants(200, "已经提交成功", told)
		b.open(applied + "/done").lacks(told)
	})
	t.Run("decided", func(t *testing.T) {
		d := newDesk(t)
		b, number := d.asked()
		form := b.open(askedRoute).form(askedRoute)
		o, path := d.staffCalled("second", casework.Officer, ""), "/staff/applications/"+ungrouped(number)
		o.open(path+"/refuse").send(path+"/refuse", map[string]string{"ground": "other", "reason": "没有等到说明。"})
		o.send(path+"/refuse", map[string]string{"confirmed": "1"}).wants(200)
		b.post(askedRoute, form, chosen{doc("other"), shot(t, 10)}).wants(200, told, "已经办完").lacks("到时候再传") // nobody will ask for more
		b.open("/track/status").lacks(told)
	})
}

// TestCodeRenewedTwice presses the button for another query code twice, as with a double click
// whose first answer never arrives: the family sees the code that counts.
func TestCodeRenewedTwice(t *testing.T) {
	d := newDesk(t)
	b := d.household("family")
	form := b.open("/track/data").form("/track/code")
	late := d.browser("the same phone")
	maps.Copy(late.cookies, b.cookies)
	b.do("POST", "/track/code", form)
	b.wants(200, "查询码换好了")
	late.do("POST", "/track/code", form)
	late.wants(200, "查询码换好了")
	number, code := late.pass()
	d.browser("another").open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(200, number)
}

// TestErasedTwice deletes with a double click whose first answer never arrives: the page does
// not say that nothing was done.
func TestErasedTwice(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	form := b.open("/track/data").form("/track/erase")
	late := d.browser("the same phone")
	maps.Copy(late.cookies, b.cookies)
	b.do("POST", "/track/erase", form)
	b.wants(200, "已经全部删除")
	late.do("POST", "/track/erase", form)
	late.wants(200, "可能已经做成了").lacks("没有做成", "刚才那一步")
}

// TestHandOverOnAPhoneWithItsOwn scans the code on the phone of neighbours who apply for the
// same: they give it back, and their own application is where it was.
func TestHandOverOnAPhoneWithItsOwn(t *testing.T) {
	for _, twice := range []bool{false, true} {
		d := newDesk(t)
		offered := d.watchCodes()
		o := d.staff(casework.Director, "shiqi")
		part := o.helps(living)
		o.send(part+"/child", family[0].answers).open(part).send(part+"/hand-over", nil)
		phone := d.browser("neighbours")
		phone.open(applied).send(applied, map[string]string{"-start": "1"}).send(applied+"/child", map[string]string{"child_name": "百灵鸟"})
		own, _ := phone.open("/track/status").pass()
		form := phone.open("/hand-over?token=" + string(offered.last.Token)).form("/hand-over")
		phone.do("POST", "/hand-over", form)
		if twice { // the answer was lost
			phone.cookies["hand-over"] = string(offered.last.Token)
			phone.do("POST", "/hand-over", form)
		}
		phone.wants(200, "金丝雀").send("/hand-over/refuse", nil).wants(200, "已经退回")
		if got, _ := phone.open("/track/status").pass(); got != own {
			t.Errorf("twice %v: the phone goes on with %s; want its own, %s", twice, got, own)
		}
		if got := phone.open(applied + "/child").form(applied + "/child").Get("child_name"); got != "百灵鸟" {
			t.Errorf("twice %v: the child is called %q", twice, got)
		}
		phone.open("/track/status").send("/track/forget", nil)
		for name := range phone.cookies {
			if name != "csrf" {
				t.Errorf("twice %v: cookie %s is left", twice, name)
			}
		}
	}
}

// TestReceiptIsNoNews opens the receipt of an application after the office has asked for more,
// and after it has decided: one is told how it stands, not that all went well.
func TestReceiptIsNoNews(t *testing.T) {
	d := newDesk(t)
	b, number := d.asked()
	for _, path := range []string{applied + "/done", applied + "/review"} {
		b.open(path).wants(200, "请您补充").lacks("已经提交成功")
	}
	b.open(applied+"/done?"+unkeptParam+"=1").wants(200, "请您补充", "刚才选的照片没有收下")
	o, path := d.staffCalled("second", casework.Officer, ""), "/staff/applications/"+ungrouped(number)
	o.open(path+"/refuse").send(path+"/refuse", map[string]string{"ground": "other", "reason": "没有等到说明。"})
	o.send(path+"/refuse", map[string]string{"confirmed": "1"}).wants(200)
	b.open(applied+"/done").wants(200, "这次没有批准").lacks("已经提交成功")
}
