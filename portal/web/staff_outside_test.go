package web

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/casework"
)

// cityAccounts sign in whoever is set.
type cityAccounts struct {
	who casework.Outside
	err error
}

const cityLogin = "https://city.test/auth?state=s1"

// Begin implements SignOn.
func (a *cityAccounts) Begin(context.Context) (address, memo string, err error) {
	return cityLogin, "memo", a.err
}

// Finish implements SignOn.
func (a *cityAccounts) Finish(_ context.Context, memo string, answer url.Values) (casework.Outside, error) {
	if memo != "memo" || answer.Get("state") != "s1" {
		return casework.Outside{}, casework.ErrNobody
	}
	return a.who, a.err
}

const cameBack = OutsideReturn + "?state=s1&code=c"

func (b *browser) wantsRefresh(path string) *browser {
	b.t.Helper()
	if got := b.header.Get("Refresh"); got != "0; url="+path {
		b.t.Errorf("goes on to %q; want %s", got, path)
	}
	return b
}

func TestOutsideSignIn(t *testing.T) {
	d := newDesk(t)
	d.city.who = casework.Outside{Issuer: "https://city.test", Subject: "17"}
	s := d.staff(casework.Supervisor, "shiqi")
	s.open("/staff/account").wants(200, "绑定单位统一账号", "不用再记一个密码")
	s.send("/staff/account/outside", nil).wants(200, "离开本站")
	if away := find(s.doc, func(n *html.Node) bool { return attr(n, "href") == cityLogin }); len(away) != 1 {
		t.Errorf("%d links to the city's sign-in", len(away))
	}
	s.open(cameBack).wants(200, "绑定好了")
	s.open("/staff/account").wants(200, "2026年11月23日绑定")

	other := d.browser("other")
	other.open("/staff").wants(200, "用单位统一账号登录")
	other.do("GET", "/staff/outside", nil)
	if !slices.ContainsFunc(d.seen, func(a answer) bool { return a.who == "other" && a.location == cityLogin && a.status == 303 }) {
		t.Error("the browser is not sent to the city's sign-in")
	}
	other.open(cameBack).wants(200, "登录好了").wantsRefresh("/staff")
	other.open("/staff").wants(200, "退出")
	other.open(cameBack).wants(403, "没有登录成功") // what was to be brought back counts once

	english := d.browser("english")
	english.do("GET", "/en/staff/outside", nil)
	english.open(cameBack).wants(200, "You are signed in").wantsRefresh("/en/staff")

	// Another's account cannot be taken by linking the same identity.
	thief := d.staff(casework.Supervisor, "xiaolan")
	thief.open("/staff/account").send("/staff/account/outside", nil).wants(200)
	thief.open(cameBack).wants(403, "绑定了别人")

	s.open("/staff/account").send("/staff/account/outside/drop", nil).wants(200, "绑定单位统一账号")
	again := d.browser("again")
	again.do("GET", "/staff/outside", nil)
	again.open(cameBack).wants(403, "还没有绑定", "用密码登录")
	if strings.Contains(d.log.String(), "code=c") {
		t.Error("the code of the city's accounts is in the log")
	}
}

// TestOutsideSecondFactor asks for the second factor of an officer, unless the city's
// accounts have.
func TestOutsideSecondFactor(t *testing.T) {
	for _, strong := range []bool{false, true} {
		d := newDesk(t)
		d.city.who = casework.Outside{Issuer: "https://city.test", Subject: "17", Strong: strong}
		o := d.staff(casework.Officer, "")
		o.open("/staff/account").send("/staff/account/outside", nil).wants(200)
		o.open(cameBack).wants(200, "绑定好了")
		other := d.browser("other")
		other.do("GET", "/staff/outside", nil)
		want, words := "/staff/factor", "工作人员登录"
		if strong {
			want, words = "/staff", "退出"
		}
		other.open(cameBack).wants(200).wantsRefresh(want)
		other.open("/staff").wants(200, words)
	}
}

func TestOutsideFails(t *testing.T) {
	d := newDesk(t)
	d.city.err = errors.New("no route to host")
	b := d.browser("somebody")
	b.do("GET", "/staff/outside", nil)
	b.open("/staff/outside").wants(502, "没有回应", "用密码登录")
	d.city.err = nil
	b.open("/staff/outside/back?error=access_denied").wants(403, "没有登录成功", "再登录一次")
	b.cookies[outsideCookie] = "forged"
	b.open(cameBack).wants(403, "没有登录成功")
}
