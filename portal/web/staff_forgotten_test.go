package web

import (
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// asksForLink has a link sent, and returns where it leads; "" for nowhere.
func (b *browser) asksForLink(login string) string {
	b.t.Helper()
	b.open("/staff").wants(200, "忘记密码").open(forgottenPath).wants(200).send(forgottenPath, map[string]string{"login": login}).wants(200, "登录名和联系方式都登记过的，链接已经发出")
	notes, err := b.store.TakeNotes(b.t.Context(), 10)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, n := range notes {
		if n.Kind == store.NoteForgotten {
			return resetPath + "?token=" + n.Token
		}
	}
	return ""
}

// TestForgottenPassword sets a password by the link that is sent, with the second factor
// still asked for; the answer is the same for a name that nobody has.
func TestForgottenPassword(t *testing.T) {
	d := newDesk(t)
	officer := d.staff(casework.Officer, "")
	by := apply.Actor{Kind: apply.StaffActor, ID: d.userID(officer.name)}
	b := d.browser("forgetful")
	b.open(forgottenPath).wants(200, "本站不能发短信和邮件", "请找您的上级")
	b.do("POST", forgottenPath, b.open("/staff").form("/staff"))
	b.wants(200, "本站不能发短信和邮件")
	d.server.channels = []apply.Channel{apply.Email}
	if err := d.store.SetStaffContact(t.Context(), by, apply.Contact{Channel: apply.Email, Address: "officer@example.org"}); err != nil {
		t.Fatal(err)
	}
	if link := b.asksForLink("nobody"); link != "" {
		t.Error("a link for nobody")
	}
	unknown := b.text()
	link := b.asksForLink(officer.name)
	if link == "" || b.text() != unknown {
		t.Errorf("the page tells whose name is known:\n%s\n%s", b.text(), unknown)
	}
	b.keepsShape(t, forgottenPath)
	b.keepsShape(t, link)
	token := strings.TrimPrefix(link, resetPath+"?token=")
	b.open(link).wants(200, "设新密码").send(resetPath, map[string]string{"new": "short"}).wants(422, "至少12个字符")
	const fresh = "staple battery horse correct"
	b.send(resetPath, map[string]string{"new": fresh}).wants(200, "密码换好了", "工作人员登录")
	b.open(link).wants(404, "这个链接不能用了", "再要一个链接")
	officer.open("/staff/account").wants(200, "工作人员登录")
	b.open("/staff").send("/staff", map[string]string{"login": officer.name, "password": fresh}).wants(200, "动态口令").lacks("退出登录")
	if log := d.log.String(); strings.Contains(log, token) || strings.Contains(log, fresh) || strings.Contains(log, officer.name) {
		t.Error("the log holds the link, the password or the name")
	}
	d.now = d.now.Add(time.Hour)
	d.staff(casework.Auditor, "").open("/staff/audit").wants(200, "要设新密码的链接", "用链接设新密码")
}
