package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/casework"
)

// TestLostAccess walks a reset through the pages of two administrators.
func TestLostAccess(t *testing.T) {
	d := newDesk(t)
	boss, deputy := d.staff(casework.Administrator, ""), d.staff(casework.Administrator, "deputy")
	officer := d.staff(casework.Officer, "")
	one := accountsPath + "/" + d.userID(officer.name)
	boss.open(one).wants(200, "密码和动态口令都没有了").send(one+"/access", map[string]string{"proof": "id-card"}).wants(422, "请写明情况")
	boss.send(one+"/access", map[string]string{"proof": "id-card", "reason": "在办公室见到本人，手机丢了。"}).wants(200, "等另一位账号管理员同意", "是您提出的").lacks("同意，生成链接")
	boss.keepsShape(t, one)
	officer.open("/staff/account").wants(200, "工作人员登录")
	boss.do("POST", one+"/access/give", url.Values{"_csrf": {boss.cookies["csrf"]}, "request": {pendingRequest(deputy.open(one))}})
	boss.wants(403)
	deputy.open("/staff/accounts").wants(200, "等另一位管理员同意的账号", officer.name)
	deputy.keepsShape(t, "/staff/accounts")
	deputy.open(one).wants(200, "在办公室见到本人", "看了身份证").send(one+"/access/give", nil).wants(200, "只显示这一次")
	link := attr(find(deputy.doc, func(n *html.Node) bool { return attr(n, "id") == "access-link" })[0], "value")
	deputy.open(one).wants(200, "链接已经给出").lacks(link)
	deputy.open("/staff/accounts").lacks("等另一位管理员同意的账号")

	const fresh = "staple battery horse correct"
	at := link[strings.Index(link, resetPath):]
	officer.open(at).wants(200, "设新密码").send(resetPath, map[string]string{"new": fresh}).wants(200, "密码换好了")
	officer.open(at).wants(404, "这个链接不能用了")
	officer.open("/staff").send("/staff", map[string]string{"login": officer.name, "password": fresh}).enrol()
	officer.open("/staff/account").wants(200, "动态口令")
	boss.open(one).wants(200).lacks("链接已经给出")
	if log := d.log.String(); strings.Contains(log, "见到本人") || strings.Contains(log, at) {
		t.Error("the log holds the reason or the link")
	}
	d.staff(casework.Auditor, "").open("/staff/audit").wants(200, "提出重设密码和动态口令", "同意重设，给出链接", "用管理员给的链接重设")
}

// pendingRequest is the number of the request that the page asks somebody to agree to.
func pendingRequest(b *browser) string {
	b.t.Helper()
	return attr(find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "request" })[0], "value")
}
