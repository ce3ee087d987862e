package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func TestAccountPages(t *testing.T) {
	d := newDesk(t)
	d.server.channels = []apply.Channel{apply.SMS, apply.Email}
	boss := d.staff(casework.Administrator, "")
	u := d.staff(casework.Supervisor, "shiqi")
	d.staff(casework.Director, "xiaolan")
	boss.open("/staff").wants(200, "账号", "邀请同事", "测试员", "supervisorshiqi", "石岐街道", "小榄镇（含原东升） 迎阳社区")
	if boss.address != "/staff/accounts" {
		t.Errorf("an administrator arrives at %s", boss.address)
	}
	boss.open("/staff/accounts?role=director").wants(200, "directorxiaolan").lacks("supervisorshiqi")
	one := accountsPath + "/" + d.userID("supervisorshiqi")
	for _, address := range []string{"/staff/accounts", one, "/staff/invite"} {
		boss.keepsShape(t, address)
	}
	u.open("/staff/account").wants(200, "账号有变动，怎样告诉您", "还没有填")
	u.send("/staff/account/contact", map[string]string{"channel": "email", "address": "nothing"}).wants(422)
	u.send("/staff/account/contact", map[string]string{"channel": "email", "address": "chen@example.org"}).wants(200, "发到 c***@example.org")

	boss.open(one).wants(200, "镇街儿童督导员", "石岐街道", "正在登录的地方")
	session := attr(find(boss.doc, func(n *html.Node) bool { return attr(n, "name") == "session" })[0], "value")
	boss.send(one+"/sessions", map[string]string{"session": session}).wants(200, "已经退出", "现在没有登录")
	u.open("/staff/account").wants(200, "工作人员登录")
	u.send("/staff", map[string]string{"login": u.name, "password": staffPassword}).wants(200, "退出")
	boss.open(one).send(one+"/post", map[string]string{"role": "director", "village": ""}).wants(422, "儿童主任要填")
	boss.send(one+"/post", map[string]string{"role": "director", "village": "莲峰社区，迎阳社区"}).wants(200, "角色和所属改好了", "莲峰社区、迎阳社区")
	u.open("/staff/account").wants(200, "工作人员登录")
	u.send("/staff", map[string]string{"login": u.name, "password": staffPassword}).wants(200, "帮家庭申请")
	boss.open(one).send(one+"/disable", nil).wants(200, "账号停用了", "已停用")
	u.open("/staff").send("/staff", map[string]string{"login": u.name, "password": staffPassword}).wants(422, "登录名或密码不对")
	boss.open(one).send(one+"/enable", nil).wants(200, "账号恢复了")

	audit := d.staff(casework.Auditor, "")
	audit.open("/staff/audit?who="+boss.name).wants(200, "改角色或所属", "停用账号", "supervisorshiqi")
	auditor := accountsPath + "/" + d.userID("auditor")
	boss.open(auditor).wants(200, "重设动态口令").send(auditor+"/factor", nil).wants(200, "动态口令重设了", "还没有设置")
	audit.open("/staff/audit").wants(200, "工作人员登录")
	audit.send("/staff", map[string]string{"login": audit.name, "password": staffPassword}).enrol()
	own := accountsPath + "/" + d.userID(boss.name)
	boss.open(own).wants(200, "这是您自己的账号")
	boss.do("POST", own+"/disable", url.Values{"_csrf": {boss.cookies["csrf"]}})
	boss.wants(403)
	boss.open(accountsPath + "/nobody").wants(404)
}

// The audit says in words what was done, not by the names that the program has for it.
func TestAuditDetails(t *testing.T) {
	d := newDesk(t)
	auditor := d.staff(casework.Auditor, "")
	for word, want := range map[string]string{
		"added": "新增", "agree": "定下一件事", "call": "发出邀请", "documents": "要带的材料", "done": "办好了", "held": "开过了", "look": "打开看",
	} {
		if err := d.store.RecordAccess(t.Context(), casework.AuditEntry{Action: casework.HoldConference, Detail: word}); err != nil {
			t.Fatal(err)
		}
		auditor.open("/staff/audit").wants(200, want).lacks(">" + word + "<")
	}
}

func TestAuditPage(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	town, a := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Auditor, "")
	town.open("/staff/applications/" + ungrouped(number))
	a.open("/staff/audit").wants(200, "家长提交", "打开申请", number).lacks(secrets...)
	a.open("/staff/audit?who=supervisorshiqi&action=open-application&day=2026年11月23日").wants(200, "打开申请", number, "看全部")
	if rows := find(a.doc, func(n *html.Node) bool { return attr(n, "role") == "rowheader" }); len(rows) != 1 {
		t.Errorf("%d lines; want the one look", len(rows))
	}
	a.open("/staff/audit?day=2026-11-22").wants(200, "没有这样的记录")
	a.open("/staff/audit?day=yesterday").wants(422, "请这样填日期")
	a.open("/staff/audit?action=no-such-action&who=%20SupervisorShiqi%20").wants(200, "打开申请")
	a.open("/staff/audit?action=read-audit").wants(200, "supervisorshiqi open-application 2026-11-23")
	for range 120 {
		a.open("/staff/audit?who=supervisorshiqi")
	}
	a.open("/staff/audit?who=auditor&action=read-audit")
	var next string
	for _, l := range a.links() {
		if strings.Contains(l, "before=") {
			next = l
		}
	}
	if !strings.Contains(next, "who=auditor") || !strings.Contains(next, "action=read-audit") {
		t.Fatalf("the next page is %q; want it to keep what is looked for", next)
	}
	a.open(next).wants(200, "看操作记录").lacks("打开申请</td>")
	a.keepsShape(t, "/staff/audit?who=supervisorshiqi")
}
