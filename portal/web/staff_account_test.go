package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// again signs somebody in in another browser, as far as the password goes.
func (b *browser) again(name string) *browser {
	b.t.Helper()
	other := b.desk.browser(name)
	return other.open("/staff").send("/staff", map[string]string{"login": b.name, "password": staffPassword})
}

func TestSecondFactorPages(t *testing.T) {
	d := newDesk(t)
	token, err := d.store.Invite(t.Context(), apply.Actor{}, casework.Invite{Post: casework.Post{Role: casework.Officer}})
	if err != nil {
		t.Fatal(err)
	}
	o := d.browser("officer")
	o.open("/staff/setup?token="+string(token)).send("/staff/setup", map[string]string{"login": "officer", "name": "测试员", "password": staffPassword})
	o.send("/staff", map[string]string{"login": "officer", "password": staffPassword}).wants(200, "设置动态口令", "除了密码")
	secret := o.secret()
	o.keepsShape(t, "/staff/factor")
	if again := o.open("/staff/factor").secret(); again != secret {
		t.Error("the secret changes when the page is opened again: who has scanned it is locked out")
	}
	for _, address := range []string{"/staff", "/staff/account", "/staff/audit", "/staff/applications/261112345678"} {
		o.open(address).wants(200, "工作人员登录")
	}
	o.open("/staff/factor").send("/staff/factor", map[string]string{"code": "123456"}).wants(422, "动态口令不对")
	before := o.cookies[sessionCookie]
	o.send("/staff/factor", map[string]string{"code": d.codeOf(secret)}).wants(200, "请收好备用码")
	if o.cookies[sessionCookie] == before {
		t.Error("the session keeps the token from before the code")
	}
	codes := find(find(o.doc, func(n *html.Node) bool { return attr(n, "class") == "recovery-codes" })[0], func(n *html.Node) bool { return n.Data == "li" })
	if len(codes) != casework.RecoveryCodes {
		t.Fatalf("%d recovery codes", len(codes))
	}
	spare := text(codes[0])
	o.open("/staff").wants(200, "没有等着办的申请", "退出")
	o.open("/staff/account").wants(200, "2026年11月23日设置", "备用码还剩10个", "换手机的").lacks(string(secret), spare)

	d.now = d.now.Add(time.Minute)
	other := o.again("other").wants(200, "打开手机上的验证器应用")
	other.keepsShape(t, "/staff/factor")
	other.open("/staff/factor").send("/staff/factor", map[string]string{"code": d.codeOf(secret)}).wants(200, "退出")
	third := o.again("third")
	third.send("/staff/factor", map[string]string{"code": d.codeOf(secret)}).wants(422, "已经用过")
	third.send("/staff/factor", map[string]string{"code": spare}).wants(200, "退出")
	fourth := o.again("fourth")
	for range 4 {
		fourth.send("/staff/factor", map[string]string{"code": spare}).wants(422, "动态口令不对")
	}
	fourth.send("/staff/factor", map[string]string{"code": "000000"}).wants(422)
	d.now = d.now.Add(time.Minute)
	fourth.send("/staff/factor", map[string]string{"code": d.codeOf(secret)}).wants(422, "暂时不能再试")
	d.now = d.now.Add(casework.HalfwayLasts)
	fourth.open("/staff/factor").wants(200, "工作人员登录")
	if strings.Contains(d.log.String(), string(secret)) || strings.Contains(d.log.String(), spare) {
		t.Error("the log has a secret")
	}
}

// TestRecoveryCodesAreRenewed takes the password and a code; what was there before dies.
func TestRecoveryCodesAreRenewed(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Supervisor, "shiqi")
	secret := o.open("/staff/account/factor").secret()
	o.send("/staff/account/factor", map[string]string{"code": d.codeOf(secret)}).wants(200, "请收好备用码")
	const renew = "/staff/account/factor/recovery"
	spare := o.recoveryCodes()[0]
	d.now = d.now.Add(time.Minute)
	o.open("/staff/account").keepsShape(t, "/staff/account")
	o.open("/staff/account").send(renew, map[string]string{"renew-password": "wrong password", "renew-code": d.codeOf(secret)}).wants(422, "密码")
	o.send(renew, map[string]string{"renew-password": staffPassword, "renew-code": "000000"}).wants(422, "动态口令不对")
	o.send(renew, map[string]string{"renew-password": staffPassword, "renew-code": d.codeOf(secret)}).wants(200, "请收好备用码")
	fresh := o.recoveryCodes()
	if len(fresh) != casework.RecoveryCodes || len(d.audit(casework.RenewRecovery)) != 1 {
		t.Errorf("%d codes, %d lines in the audit", len(fresh), len(d.audit(casework.RenewRecovery)))
	}
	other := o.again("other")
	other.send("/staff/factor", map[string]string{"code": spare}).wants(422, "动态口令不对")
	other.send("/staff/factor", map[string]string{"code": fresh[0]}).wants(200, "退出")
}

// recoveryCodes are those that the page shows.
func (b *browser) recoveryCodes() []string {
	b.t.Helper()
	var out []string
	for _, list := range find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "recovery-codes" }) {
		for _, n := range find(list, func(n *html.Node) bool { return n.Data == "li" }) {
			out = append(out, text(n))
		}
	}
	return out
}

// TestSecondFactorOfferedPages: a supervisor may set one up and take it away again.
func TestSecondFactorOfferedPages(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Supervisor, "shiqi")
	o.open("/staff/account").wants(200, "还没有设置")
	o.keepsShape(t, "/staff/account")
	o.keepsShape(t, "/staff/account/factor")
	secret := o.open("/staff/account/factor").secret()
	o.send("/staff/account/factor", map[string]string{"code": "1"}).wants(422, "动态口令不对")
	o.send("/staff/account/factor", map[string]string{"code": d.codeOf(secret)}).wants(200, "请收好备用码")
	o.open("/staff/account/factor").wants(200) // set up already: leads away
	if o.address != "/staff" {
		t.Errorf("set up twice leads to %s", o.address)
	}
	o.again("other").wants(200, "打开手机上的验证器应用")
	o.open("/staff/account").send("/staff/account/factor/drop", map[string]string{"code": "000000"}).wants(422, "动态口令不对")
	d.now = d.now.Add(time.Minute)
	o.send("/staff/account/factor/drop", map[string]string{"code": d.codeOf(secret)}).wants(200, "还没有设置")
}

func TestSessionPages(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Supervisor, "shiqi")
	second, third := o.again("second").wants(200, "退出"), o.again("third").wants(200, "退出")
	o.open("/staff/account").wants(200, "在哪些地方登录了", "这一个", "退出别的所有登录")
	ends := find(o.doc, func(n *html.Node) bool { return attr(n, "name") == "session" && attr(n, "value") != "" })
	if len(ends) != 2 {
		t.Fatalf("%d sessions to end; want 2", len(ends))
	}
	o.send("/staff/account/sessions", map[string]string{"session": attr(ends[0], "value")}).wants(200, "退出别的所有登录")
	in := 0
	for _, b := range []*browser{second, third} {
		if b.open("/staff/account"); b.title() == o.title() {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d of two others are still signed in; want 1", in)
	}
	o.send("/staff/account/sessions", map[string]string{"session": ""}).wants(200, "这一个").lacks("退出别的所有登录")
	for _, b := range []*browser{second, third} {
		b.open("/staff/account").wants(200, "工作人员登录")
	}
	// Nobody ends a session of somebody else's.
	other := d.staff(casework.Supervisor, "xiaolan")
	mine := find(o.open("/staff/account").doc, func(n *html.Node) bool { return attr(n, "name") == "session" })
	if len(mine) != 0 {
		t.Errorf("the only session can be ended beside the button to sign out")
	}
	sessions, err := d.store.Sessions(t.Context(), apply.Actor{}, d.userID("supervisorshiqi"))
	if err != nil || len(sessions) != 1 {
		t.Fatal(sessions, err)
	}
	other.do("POST", "/staff/account/sessions", url.Values{"_csrf": {other.cookies["csrf"]}, "session": {sessions[0].ID}})
	o.open("/staff/account").wants(200, "这一个")
}

func (d *desk) userID(login string) string {
	d.t.Helper()
	users, err := d.store.Users(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, u := range users {
		if u.Login == login {
			return u.ID
		}
	}
	d.t.Fatalf("nobody is %s", login)
	return ""
}

func TestChangePassword(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Supervisor, "shiqi")
	other := o.again("other").wants(200, "退出")
	o.open("/staff/account")
	change := func(old, fresh string) *browser {
		return o.send("/staff/account/password", map[string]string{"password": old, "new": fresh})
	}
	const fresh = "staple battery horse correct"
	change("wrong password", fresh).wants(422, "现在的密码不对")
	change(staffPassword, "short").wants(422, "至少12个字符")
	change(staffPassword, staffPassword).wants(422, "新密码和现在的一样")
	change(staffPassword, fresh).wants(200, "密码换好了")
	other.open("/staff/account").wants(200, "工作人员登录")
	o.send("/staff", map[string]string{"login": o.name, "password": staffPassword}).wants(422)
	o.send("/staff", map[string]string{"login": o.name, "password": fresh}).wants(200, "退出")
}

// TestNothingTypedIsLostAtTheDesk: a post after the session has ended brings everything
// back, and counts once somebody has signed in again.
func TestNothingTypedIsLostAtTheDesk(t *testing.T) {
	for name, end := range map[string]time.Duration{"idle": casework.SessionIdle, "too long": casework.SessionLasts} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			family := d.fill("family")
			number, _ := family.pass()
			family.submit()
			o := d.staff(casework.Supervisor, "shiqi")
			path := "/staff/applications/" + ungrouped(number) + "/ask-more"
			const reason = "请补户口本 <第二页>\n还有出生证"
			o.open(path).wants(200)
			d.now = d.now.Add(end)
			o.send(path, map[string]string{"reason": reason}).wants(403, "您填的内容还在", "请补户口本 <第二页>", "在新窗口登录")
			checkPageShape(t, o.doc, languages[0], modeStandard)
			kept := o.form(path)
			if kept.Get("reason") != reason || kept.Get("version") == "" {
				t.Errorf("given back: %v", kept)
			}
			window := o.again("window")
			o.cookies[sessionCookie] = window.cookies[sessionCookie] // the same browser's other window
			o.send(path, nil).wants(200, "等家长补充")
			o.do("POST", path, url.Values{"_csrf": {"x"}, "reason": {"y"}})
			o.wants(403).lacks("您填的内容还在") // signed in, and not from our page
		})
	}
	d := newDesk(t)
	o := d.browser("nobody").open("/staff")
	o.do("POST", "/staff/account/password", url.Values{"password": {"old secret"}, "new": {"new secret words"}, "_csrf": {o.cookies["csrf"]}})
	if o.wants(403); strings.Contains(o.body, "secret") {
		t.Error("a password comes back in a page")
	}
}

func TestDevice(t *testing.T) {
	tests := map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36":                  "Chrome · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0":        "Edge · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.47":               "微信 · Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                           "Firefox · Linux",
		"curl/8": "",
		"":       "",
	}
	for agent, want := range tests {
		if got := device(agent); got != want {
			t.Errorf("device(%q) = %q; want %q", agent, got, want)
		}
	}
	if got := fmt.Sprint(device("<script>")); got != "" {
		t.Errorf("a browser puts its own words onto a page: %q", got)
	}
}
