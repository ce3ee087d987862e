package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// liaison signs in somebody of a department other than the police, whom d.staff makes.
func (d *desk) liaison(of casework.Department) *browser {
	d.t.Helper()
	token, err := d.store.Invite(d.t.Context(), apply.Actor{}, casework.Invite{Post: casework.Post{Role: casework.Liaison, Department: of}})
	if err != nil {
		d.t.Fatal(err)
	}
	b := d.browser("liaison." + string(of))
	b.open("/staff/setup?token=" + string(token))
	b.send("/staff/setup", map[string]string{"login": b.name, "name": "联络员", "password": staffPassword})
	b.send("/staff", map[string]string{"login": b.name, "password": staffPassword})
	b.enrol()
	return b.wants(200, "退出")
}

// refers sends a case to a department as the task has it, and returns the referral's id.
func (d *desk) refers(by *browser, number, task string) string {
	d.t.Helper()
	path := "/staff/applications/" + ungrouped(number)
	by.open(path+"/refer?task="+task).wants(200, "让对方看哪些内容").send(path+"/refer", nil).wants(200, "请别的部门帮忙")
	for _, l := range by.links() {
		if id, ok := strings.CutPrefix(l, referralsPath+"/"); ok {
			return id
		}
	}
	d.t.Fatal("the case shows no referral")
	return ""
}

// untick sends a form without some of its boxes.
func (b *browser) untick(action, name string, values ...string) *browser {
	b.t.Helper()
	form := b.form(action)
	for _, v := range values {
		for i, have := range form[name] {
			if have == v {
				form[name] = append(form[name][:i:i], form[name][i+1:]...)
				break
			}
		}
	}
	b.do("POST", action, form)
	return b
}

// TestReferralFromBothSides walks one referral: sent, given back, sent again with more,
// answered, closed; each side sees what is its own and no more.
func TestReferralFromBothSides(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	town, police, health := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Liaison, ""), d.liaison(casework.Health)
	path := "/staff/applications/" + ungrouped(number)

	town.open(path).wants(200, "还没有转给别的部门")
	town.open(path+"/refer").wants(200, "公安机关", "核对父母的情况", "医疗保障部门")
	town.open(path + "/refer?task=parents-status")
	for _, want := range []string{"child_name", "child_id", "father", "mother"} {
		if !d.ticked(town, want) {
			t.Errorf("%s is not ticked, which the task needs", want)
		}
	}
	for _, lack := range []string{"guardian_name", "address", "bank_account"} {
		if d.ticked(town, lack) {
			t.Errorf("%s is ticked by itself", lack)
		}
	}
	town.untick(path+"/refer", "field", "child_name", "child_id", "father", "mother").wants(422, "请至少勾一项")
	town.send(path+"/refer", map[string]string{"field": "father", "days": "x"}).wants(422, "请填几个工作日")
	town.send(path+"/refer", map[string]string{"field": "father", "days": "5", "words": "请核对爸爸。"}).wants(200, "公安机关", "已转出", "最晚2026年11月30日答复").lacks("快到期", "已超期")

	family.open("/track/status").wants(200, "请别的部门帮忙", "我们请公安机关核对父母的情况，最晚2026年11月30日答复").lacks("请核对爸爸")
	family.open("/en/track/status").wants(200, "We have asked this office", "check the situation of the parents")
	family.open("/zh-hant/track/status").wants(200, "我們請公安機關核對父母的情況")

	health.open("/staff/referrals").wants(200, "现在没有")
	police.open("/staff").wants(200, "部门转办", "核对父母的情况", "等我们办 1").lacks(secrets...)
	one := firstReferral(t, police)
	police.open(one).wants(200, "请核对爸爸。", "接下来办", "给您看的内容").lacks(secrets...)
	police.send(one+"/take", nil).wants(200, "部门在办", "送出答复")
	police.givesBack(one, "").wants(422, "对方好知道要补什么")
	police.givesBack(one, "还要孩子的名字。").wants(200, "退回，要补充", "不再显示").lacks("请核对爸爸")
	town.open(one).wants(200, "还要孩子的名字。", "补充后再转出")
	town.tickMore(one+"/resend", "child_name", map[string]string{"words": "补了名字。", "days": "3"}).wants(200, "已转出")
	police.open(one).wants(200, "金丝雀", "补了名字。").lacks("442000195208151016", "云雀巷")
	police.send(one+"/take", nil).send(one+"/answer", map[string]string{"words": "内部写的话。"}).wants(422, "请选核对的结果")
	police.post(one+"/files", police.form(one+"/files"), chosen{"file", []byte("no picture")}).wants(422, "附一个文件")
	police.post(one+"/files", police.form(one+"/files"), chosen{"file", shot(t, 80)}).wants(200, "答复附的文件", "照片1")
	police.send(one+"/answer", map[string]string{"outcome": "confirmed", "words": "内部写的话。"}).wants(200, "已答复", "内部写的话。").lacks(secrets...)

	family.open("/track/status").wants(200, "公安机关已经答复").lacks("内部写的话")
	d.givenFile(one, town, police, health)
	family.open("/track/status").wants(200).lacks("答复附的文件", "referral")
	town.open(one).wants(200, "内部写的话。", "情况相符", "收下答复").send(one+"/close", map[string]string{"family": "爸妈的情况核对好了。"}).wants(200, "已结束")
	family.open("/track/status").wants(200, "核对的结果", "爸妈的情况核对好了。").lacks("内部写的话", "情况相符")
	police.open(one).wants(200, "内部写的话。", "不再显示").lacks("补了名字", "请核对爸爸", "爸妈的情况").lacks(secrets...)
	town.open("/staff/referrals?waits=over").wants(200, "核对父母的情况")

	health.open(one).wants(403).lacks(secrets...)
	police.open(path).wants(403).lacks(secrets...)
	d.staff(casework.Auditor, "").open("/staff/audit").wants(200, "越权被拒", "打开转办", "退回，要补充", number).lacks(secrets...).lacks("内部写的话")
	for _, b := range []*browser{town, police} {
		b.keepsShape(t, "/staff/referrals?waits=over")
		b.keepsShape(t, one)
	}
	town.keepsShape(t, path+"/refer")
	town.keepsShape(t, path+"/refer?task=parents-status")
}

// givesBack posts the form of an answer by its other button.
func (b *browser) givesBack(one, words string) *browser {
	b.t.Helper()
	form := b.form(one + "/answer")
	form.Set("words", words)
	b.do("POST", one+"/return", form)
	return b
}

func (d *desk) ticked(b *browser, name string) bool {
	d.t.Helper()
	return len(find(b.doc, func(n *html.Node) bool { return attr(n, "value") == name && has(n, "checked") })) > 0
}

// tickMore sends a form with one more field ticked.
func (b *browser) tickMore(action, name string, change map[string]string) *browser {
	b.t.Helper()
	form := b.form(action)
	form.Add("field", name)
	for k, v := range change {
		form.Set(k, v)
	}
	b.do("POST", action, form)
	return b
}

func firstReferral(t *testing.T, b *browser) string {
	t.Helper()
	for _, l := range b.links() {
		if strings.HasPrefix(l, referralsPath+"/") {
			return l
		}
	}
	t.Fatal("the list has no referral")
	return ""
}

// TestReferralQuietly leaves the family out where the sender says so, and says who is
// late to both sides.
func TestReferralQuietly(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	town, police := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Liaison, "")
	one := referralsPath + "/" + d.refers(town, number, "safety-visit")
	family.open("/track/status").wants(200).lacks("请公安机关", "上门了解")
	d.now = d.now.Add(20 * time.Hour) // the next working day, the last one
	town.open("/staff").send("/staff", map[string]string{"login": town.name, "password": staffPassword})
	town.open("/staff/referrals").wants(200, "快到期")
	d.now = d.now.Add(48 * time.Hour)
	town.open("/staff").send("/staff", map[string]string{"login": town.name, "password": staffPassword})
	town.open("/staff/referrals").wants(200, "已超期")
	town.open("/staff/applications/"+ungrouped(number)).wants(200, "已超期")

	form := town.open(one).form(one + "/withdraw")
	town.do("POST", one+"/withdraw", form)
	town.wants(200, "已撤回")
	town.do("POST", one+"/withdraw", form)
	town.wants(409, "刚才有人先办了")
	police.do("POST", one+"/take", url.Values{"_csrf": {police.cookies["csrf"]}, "version": {"1"}})
	family.open("/track/status").wants(200).lacks("请公安机关", "上门了解")
}

// TestReferralWords wants words for all that a referral can come to.
func TestReferralWords(t *testing.T) {
	s := newTestServer(t, nil)
	for _, task := range s.content().Library.Referrals {
		if !casework.Department(task.Department).Known() {
			t.Errorf("task %s: no department is called %q", task.Name, task.Department)
		}
		for _, o := range task.Outcomes {
			if w := s.views.words["en"]("referral.outcome." + o); w == "" || w == "referral.outcome."+o {
				t.Errorf("no words for the outcome %s", o)
			}
		}
	}
	for _, k := range casework.TellingKinds() {
		if len(heardWords[eventPrefix+string(k)]) == 0 {
			t.Errorf("%s cannot be heard", k)
		}
	}
}

// givenFile opens the file of an answer on both sides; to others it is refused.
func (d *desk) givenFile(one string, town, police, health *browser) {
	d.t.Helper()
	town.open(one).wants(200, "答复附的文件")
	for _, l := range town.links() {
		if !strings.Contains(l, "/files/") {
			continue
		}
		for _, b := range []*browser{town, police} {
			if b.open(l).wants(200); b.header.Get("Content-Type") != "image/jpeg" {
				d.t.Errorf("%s gets %s; want the picture", b.name, b.header.Get("Content-Type"))
			}
		}
		health.open(l).wants(403)
		return
	}
	d.t.Error("the answer has no file")
}
