package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// codes remembers what was offered: a QR code is a picture.
type codes struct {
	HandOvers
	last casework.Offer
}

// OfferHandOver implements HandOvers.
func (o *codes) OfferHandOver(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Offer, error) {
	offer, err := o.HandOvers.OfferHandOver(ctx, by, ref)
	if err == nil {
		o.last = offer
	}
	return offer, err
}

func (d *desk) watchCodes() *codes {
	o := &codes{HandOvers: d.server.cases.HandOvers}
	d.server.cases.HandOvers = o
	return o
}

// helps begins an application with a family; the first page of the form is open, or
// the overview of several. It returns the address of what is helped with.
func (b *browser) helps(programmes ...string) string {
	b.t.Helper()
	form := b.open("/staff/assist/new").wants(200, "把这几句话读给家长听").form("/staff/assist/new")
	form["programme"] = programmes
	form.Set("relation", "grandparent-paternal")
	form.Set("means", "in-person")
	form.Set("agreed", assistNotice)
	b.do("POST", "/staff/assist/new", form)
	parts := strings.Split(b.wants(200).address, "/")
	return strings.Join(parts[:4], "/")
}

// types fills in all that the form asks, page by page.
func (b *browser) types(part string) {
	b.t.Helper()
	for _, f := range family {
		b.open(part+"/"+f.section).wants(200, "您正在帮这一家填申请").send(part+"/"+f.section, f.answers)
	}
	b.open(part + "/documents").onPaper()
}

const living = "basic-living-allowance"

// TestHandOverShowsWhatIsThere hands over at once: of fifteen papers that nobody has
// ticked yet a grandmother reads nothing, and of one that was ticked she does.
func TestHandOverShowsWhatIsThere(t *testing.T) {
	d := newDesk(t)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi")
	taken := func(part string) *browser {
		o.open(part).send(part+"/hand-over", nil)
		phone := d.browser("phone of " + part)
		return phone.open("/hand-over?token="+string(offered.last.Token)).send("/hand-over", nil).wants(200, "看看替您填的内容")
	}
	taken(o.helps(living)).wants(200, "还没有填什么").lacks("申请表", "材料照片")
	part := o.helps(living)
	o.open(part+"/documents").send(part+"/documents", map[string]string{"paper": "household-register"})
	taken(part).wants(200, "户口本", "到镇街窗口交纸质的").lacks("申请表", "还没有填什么")
}

// TestAssistedAsksBeforeLeaving presses the ways out of a question in elder mode, those of
// the footer too: what was typed is saved, and the director is asked first.
func TestAssistedAsksBeforeLeaving(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.cookies["mode"] = modeElder
	pressed := func() (out []string) {
		for _, n := range find(o.doc, func(n *html.Node) bool { return attr(n, "name") == "-way" }) {
			out = append(out, attr(n, "value"))
		}
		return out
	}
	o.open(part + "/child/child_name").asksFor("child_name")
	found := slices.Compact(slices.Sorted(slices.Values(pressed())))
	for _, want := range []string{"home", "accessibility", "privacy"} {
		if !slices.Contains(found, want) {
			t.Errorf("the ways out of the form are buttons for %v; want %s among them", found, want)
		}
	}
	for _, way := range found {
		o.open(part+"/child/child_name").says("金丝雀", "-way", way).wants(200, "要离开这份申请吗", "帮家庭申请")
		if links := o.links(); !slices.Contains(links, ways[way]) || !slices.Contains(links, part+"/child/child_name") {
			t.Errorf("%s: the page leads to %v; want there and back", way, links)
		}
		if got := o.open(part + "/child/child_name").form(o.here()).Get("child_name"); got != "金丝雀" {
			t.Errorf("%s: the name is %q afterwards; want it saved", way, got)
		}
	}
}

// TestRelationsComeInGroups wants no more than six choices at once in elder mode, and what
// was chosen and ticked to stay when a director turns them.
func TestRelationsComeInGroups(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	o.cookies["mode"] = modeElder
	relations := func() (out []string) {
		for _, n := range find(o.doc, func(n *html.Node) bool { return attr(n, "name") == "relation" && attr(n, "type") == "radio" }) {
			out = append(out, attr(n, "value"))
		}
		return out
	}
	o.open("/staff/assist/new")
	first := relations()
	if len(first) < 2 || len(first) > choicesAtOnce {
		t.Fatalf("relations %v; want two to six at once", first)
	}
	o.send("/staff/assist/new", map[string]string{"relation": first[0], "means": "by-phone", "programme": living, relationGroup: "2"}).wants(200)
	second := relations()
	if len(second) < 2 || len(second) > choicesAtOnce || slices.Contains(second, first[0]) {
		t.Errorf("the second group is %v; want others than %v, no more than six", second, first)
	}
	form := o.form("/staff/assist/new")
	if form.Get("relation") != first[0] || !slices.Contains(form["programme"], living) || form.Get("means") != "by-phone" {
		t.Errorf("after turning the form has %v; want all that was chosen", form)
	}
	o.cookies["mode"] = modeStandard
	o.open("/staff/assist/new")
	if got := len(relations()); got <= choicesAtOnce {
		t.Errorf("%d relations in the standard mode; want all of them", got)
	}
}

// TestHandOverIsRenewed says until when the digits count, and gives new ones with as much
// time again by one press.
func TestHandOverIsRenewed(t *testing.T) {
	d := newDesk(t)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.open(part).send(part+"/hand-over", nil)
	first := offered.last
	until := func() string { return "到" + offered.last.Until.In(apply.China).Format("15:04") + "为止有效" }
	o.wants(200, until(), first.Code.Grouped(), "再生成一次")
	if status := find(o.doc, func(n *html.Node) bool { return attr(n, "data-left") == "1800" }); len(status) != 1 || attr(status[0], "role") != "status" {
		t.Errorf("the end of the digits is told in %d live regions that know when it comes; want one", len(status))
	}
	d.now = d.now.Add(casework.HandOverLasts - time.Minute)
	o.send(part+"/hand-over", nil).wants(200, until(), offered.last.Code.Grouped()).lacks(first.Code.Grouped())
	if offered.last.Until.Sub(first.Until) < casework.HandOverLasts-time.Minute {
		t.Errorf("the new digits count until %s, the old ones until %s; want as long again", offered.last.Until, first.Until)
	}
}

// TestAssist walks from the consent to the family's own submission.
func TestAssist(t *testing.T) {
	d := newDesk(t)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi").wants(200, "帮家庭申请", "还没有")
	o.open("/staff/assist/new").send("/staff/assist/new", nil).wants(422, "有4处要改一改", "请选是谁同意的", "家长同意了才能帮", "请至少选一项")
	part := o.helps(living)
	o.wants(200, "第1步", "您正在帮这一家填申请", "您能看、能填到12:00").lacks("查询码", "draft.js", `data-module="draft"`)
	o.send(part+"/child", map[string]string{"child_name": "金丝雀", "child_id": "442000201703020021"}).wants(422, "号码对不上")
	o.types(part)
	o.wants(200, "填好了，还没有提交", "交到家长的手机").lacks(secrets...)
	o.send(part+"/hand-over", nil).wants(200, "30分钟内有效", offered.last.Code.Grouped()).lacks(string(offered.last.Token))
	qr, err := newQR("http://localhost:8080/hand-over?token="+string(offered.last.Token), "打开申请的二维码")
	if err != nil || !strings.Contains(o.body, string(qr)) {
		t.Errorf("the page lacks the QR code of the token: %v", err)
	}
	o.open(part + "/child").wants(200)

	o.open("/hand-over").send("/hand-over", map[string]string{"code": string(offered.last.Code)}).wants(422, "请用家长自己的手机打开").lacks(secrets...)
	o.open(part+"/child").wants(200, "您正在帮这一家填申请")

	phone := d.browser("phone")
	phone.open("/hand-over?token="+string(offered.last.Token)).wants(200, "石岐街道迎阳社区的儿童主任测试员", "在这部手机打开").lacks(secrets...)
	if phone.address != "/hand-over" {
		t.Errorf("the token stays in the address: %s", phone.address)
	}
	post := phone.form("/hand-over")
	phone.do("POST", "/hand-over", post)
	phone.wants(200, "看看替您填的内容", "金丝雀", "画眉鸟", "**************002X").lacks("44200020170302002X", "6217003360000000124")
	number, code := phone.pass()
	if ungrouped(number) != strings.TrimPrefix(part, "/staff/assist/") {
		t.Errorf("number %s; want that of %s", number, part)
	}

	// The director's part has ended: no page shows an answer, and none is taken.
	form := url.Values{"_csrf": {o.cookies["csrf"]}, "child_name": {"夜莺"}, "-policy": {living}, "-key": {"k"}, "-version": {"1:1"}, "present": {"1"}}
	for _, section := range []string{"", "/child", "/guardian", "/documents", "/review", "/stop", "/hand-over", "/print"} {
		if section != "/stop" && section != "/hand-over" && section != "/print" {
			o.open(part+section).wants(200, "已经交到家长的手机").lacks(append(secrets, code)...)
		}
		if section != "" {
			o.do("POST", part+section, form)
			o.wants(200, "已经交到家长的手机").lacks(append(secrets, code)...)
		}
	}
	o.open("/staff/assist").wants(200, number, "已经交到家长的手机", "2026年11月23日").lacks(append(secrets, code)...)

	// The code has gone.
	thief := d.browser("thief")
	thief.open("/hand-over?token="+string(offered.last.Token)).wants(200, "这个二维码用不了了").send("/hand-over", map[string]string{"code": string(offered.last.Code)}).wants(422, "交接码用不了").lacks(secrets...)
	wrong := d.browser("wrong")
	wrong.open("/hand-over").send("/hand-over", map[string]string{"code": "12"}).wants(422, "交接码用不了")

	phone.send("/hand-over/confirm", nil).wants(200, "核对并提交")
	phone.send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(200, "已经提交成功", number, code)
	phone.open("/track/data").send("/track/data", nil)
	for _, want := range []string{`"village": "迎阳社区"`, `"means": "in-person"`, `"notice": "` + assistNotice + `"`} {
		if !strings.Contains(phone.body, want) {
			t.Errorf("the family's copy lacks %s", want)
		}
	}
	o.open("/staff/assist").wants(200, number, "已经提交", "待受理").lacks(append(secrets, code)...)
	o.open(part).wants(200, "已经交到家长的手机").lacks(secrets...)
	ref, _ := apply.ParseReference(number)
	if a, err := d.store.ApplicationByReference(t.Context(), ref); err != nil || a.Consent.Recorder != "" {
		t.Errorf("consent recorded by %q, %v; want the family's own", a.Consent.Recorder, err)
	}
	officer := d.staff(casework.Officer, "")
	officer.open("/staff/audit").wants(200, "家长同意，开始帮填", "当面说的", "看帮填的内容", "帮家长填写", "生成交接码", "家长的手机接过申请", "家长确认是自己的申请")
	officer.open("/staff/audit").lacks(secrets...)

	// Neither codes nor answers reached the log.
	for _, canary := range append([]string{string(offered.last.Token), string(offered.last.Code), offered.last.Code.Grouped(), code, ungrouped(code), ungrouped(number)}, secrets...) {
		if strings.Contains(d.log.String(), canary) {
			t.Errorf("the log holds %q", canary)
		}
	}
}

// TestAssistRetried sends the family's post twice, as a phone does that lost the answer.
func TestAssistRetried(t *testing.T) {
	d := newDesk(t)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.send(part+"/child", family[0].answers).open(part).send(part+"/hand-over", nil)
	phone := d.browser("phone")
	post := phone.open("/hand-over").form("/hand-over")
	post.Set("code", offered.last.Code.Grouped())
	phone.do("POST", "/hand-over", post)
	number, code := phone.wants(200, "金丝雀").pass()
	delete(phone.cookies, "case")
	phone.do("POST", "/hand-over", post)
	if again, same := phone.wants(200, "金丝雀").pass(); again != number || same != code {
		t.Errorf("number and code = %s, %s; want %s, %s", again, same, number, code)
	}

	// A phone that is not theirs gives it back, and keeps nothing.
	phone.send("/hand-over/refuse", nil).wants(200, "已经退回").lacks("金丝雀")
	phone.open(applied + "/child").lacks("金丝雀")
	phone.open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(422, "编号或查询码不对")
	o.open(part).wants(200, "停了，还没有交给家里").lacks("金丝雀")
	o.send(part+"/print", nil).wants(200, number, "申请还没有提交", "12345")
	printed, slip := o.pass()
	// The page may never have come: for some minutes it can be had again, until the family
	// has opened the application.
	o.open(part).wants(200, "已经打印交给家长", "再看一次").send(part+"/print", nil)
	if again, same := o.wants(200, number).pass(); again != printed || same != slip {
		t.Errorf("printed again: %s, %s; want %s, %s", again, same, printed, slip)
	}
	o.open(part)
	d.now = d.now.Add(casework.SlipLasts)
	o.do("POST", part+"/print", url.Values{"_csrf": {o.cookies["csrf"]}})
	o.wants(200, "已经打印交给家长").lacks(slip, "再看一次")
	d.now = d.now.Add(-casework.SlipLasts)
	home := d.browser("home")
	home.open("/track").send("/track", map[string]string{"number": printed, "code": slip}).wants(200, "还没有提交")
	o.do("POST", part+"/print", url.Values{"_csrf": {o.cookies["csrf"]}})
	o.wants(200, "已经打印交给家长").lacks(slip)
	home.open(applied + "/child").wants(200)
	if got := home.form(applied + "/child").Get("child_name"); got != "金丝雀" {
		t.Errorf("child_name = %q; want what the director typed", got)
	}
	// Whoever printed the code need not know it for ever.
	home.open("/track/data").send("/track/code", nil).wants(200, "查询码换好了")
	if _, renewed := home.pass(); renewed == slip {
		t.Error("the query code is still that of the slip")
	}
	o.open("/track").send("/track", map[string]string{"number": printed, "code": slip}).wants(422, "编号或查询码不对")
	home.open(applied + "/child").wants(200)
}

// TestAssistTogether helps with two programmes, and submits them in the family's
// presence.
func TestAssistTogether(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living, "medical-insurance-relief")
	o.wants(200, "还差")
	second := ""
	for _, l := range o.links() {
		if strings.HasPrefix(l, "/staff/assist/") && !strings.HasPrefix(l, part) && !strings.HasSuffix(l, "/new") {
			second = l
		}
	}
	second = strings.Join(strings.Split(second, "/")[:4], "/")
	o.types(part)
	o.open(second + "/child").wants(200)
	if got := o.form(second + "/child").Get("child_id"); got != "44200020170302002X" {
		t.Errorf("asked again for the child: %q", got)
	}
	o.send(second+"/child", map[string]string{"recognition": "orphan"})
	o.open(second+"/need").send(second+"/need", map[string]string{"ill_now": "no", "insured": "yes"})
	o.open(second + "/documents").onPaper()
	for _, l := range o.open(part).links() { // what else the second form asks
		if strings.HasPrefix(l, second) {
			o.open(l)
		}
	}
	o.open(part).wants(200, "没有手机，当面提交").open(part+"/review").wants(200, "读给家长听", "金丝雀", "怎样保护孩子的信息").lacks("44200020170302002X")
	o.send(part+"/review", nil).wants(422, "家长不在面前")
	o.send(part+"/review", map[string]string{"present": "1"}).wants(422, "请先在“单独同意”前面打勾")
	form := o.form(part + "/review")
	form.Set("present", "1")
	form.Set("consent", noticeVersion)
	for range 2 {
		o.do("POST", part+"/review", form)
		o.wants(200, "已经提交").lacks(secrets...)
	}
	o.open("/staff/assist").wants(200, "已经提交").lacks(secrets...)
	o.open(part).send(part+"/print", nil).wants(200, "申请已经交了")
	o.open(part).wants(200, "再看一次").send(part+"/print", nil).wants(200, "申请已经交了").lacks("申请还没有提交")
	number, code := o.pass()
	home := d.browser("home")
	home.open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(200, "等镇街收")
	officer := d.staff(casework.Officer, "")
	officer.open("/staff/applications/"+ungrouped(number)).wants(200, "由儿童主任当面读告知书、记录")
}

// TestAssistPermissions asks for every page of it as everybody who may not.
func TestAssistPermissions(t *testing.T) {
	d := newDesk(t)
	mine := d.staff(casework.Director, "shiqi")
	part := mine.helps(living)
	mine.send(part+"/child", family[0].answers)
	family := d.fill("family")
	number, _ := family.pass()
	others := []*browser{d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, ""), d.staff(casework.Auditor, "")}
	for _, path := range []string{"/staff/assist", "/staff/assist/new", part, part + "/child", part + "/documents", part + "/review"} {
		for _, b := range others {
			b.open(path).wants(403).lacks("金丝雀")
		}
		d.browser("nobody").open(path).wants(200, "工作人员登录").lacks("金丝雀")
	}
	post := url.Values{"relation": {"father"}, "means": {"in-person"}, "agreed": {assistNotice}, "programme": {living}, "-policy": {living}, "child_name": {"夜莺"}, "-key": {"k"}, "-version": {"1:1"}, "present": {"1"}}
	posts := []string{"/stop", "/hand-over", "/print", "/review", "/documents", "/child"}
	for _, b := range others {
		post.Set("_csrf", b.cookies["csrf"])
		for _, p := range posts {
			b.do("POST", part+p, post)
			b.wants(403).lacks("金丝雀")
		}
		b.do("POST", "/staff/assist/new", post)
		b.wants(403)
	}
	// Another director has no part in it, and in no family's own application.
	other := d.staff(casework.Director, "xiaolan")
	post.Set("_csrf", other.cookies["csrf"])
	for _, at := range []string{part, "/staff/assist/" + ungrouped(number)} {
		for _, p := range append(slices.Clone(posts), "") {
			other.do("POST", at+p, post)
			other.lacks(secrets...)
			if p != "" {
				other.wants(404)
			}
			if p != "/stop" && p != "/hand-over" && p != "/print" {
				other.open(at + p).wants(404).lacks(secrets...)
			}
		}
	}
	other.open("/staff/assist").wants(200, "还没有").lacks("金丝雀")
	mine.open("/staff/assist/" + ungrouped(number)).wants(404)
	for _, path := range []string{"/staff/applications/" + ungrouped(number), "/staff/audit", "/staff/invite", "/staff/feedback"} {
		mine.open(path).wants(403).lacks(secrets...)
	}
	lines, err := d.store.Audit(t.Context(), apply.Actor{}, casework.AuditQuery{Limit: 500})
	denied := 0
	for _, l := range lines {
		if l.Action == casework.Denied {
			denied++
		}
	}
	if want := 3*(6+7) + 2*(6+4) + 1 + 4; err != nil || denied != want {
		t.Errorf("%d refusals in the audit, %v; want %d", denied, err, want)
	}
	if got := mine.open(part + "/child").form(part + "/child").Get("child_name"); got != "金丝雀" {
		t.Errorf("child_name = %q; want it untouched", got)
	}
}

// TestAssistNothingIsLost gives typed answers back to a director who was signed out,
// and ends everything when the time is over.
func TestAssistNothingIsLost(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	form := o.form(part + "/child")
	form.Set("child_name", "金丝雀")
	d.now = d.now.Add(casework.SessionIdle + time.Minute)
	o.do("POST", part+"/child", form)
	o.wants(403, "您填的内容还在", "金丝雀", "在新窗口登录")
	lost := o.form(part + "/child")
	o.open("/staff").send("/staff", map[string]string{"login": "directorshiqi", "password": staffPassword})
	o.do("POST", part+"/child", lost)
	if got := o.wants(422, "这里要填").form(part + "/child").Get("child_name"); got != "金丝雀" {
		t.Errorf("child_name = %q", got)
	}
	delete(o.cookies, "csrf")
	o.do("POST", part+"/child", form)
	o.wants(403, "您填的内容还在").send(part+"/child", family[0].answers).wants(200, "爸爸妈妈的情况")

	d.now = d.now.Add(casework.AssistLasts)
	o.open("/staff").send("/staff", map[string]string{"login": "directorshiqi", "password": staffPassword})
	o.open(part+"/child").wants(200, "停了，还没有交给家里", "生成二维码").lacks("金丝雀")
	o.send(part+"/hand-over", nil).wants(200, "30分钟内有效")
}

func TestAssistPagesKeepTheirShape(t *testing.T) {
	d := newDesk(t)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.types(part)
	ended := o.helps(living)
	o.open(ended).send(ended+"/stop", nil)
	o.open(part).send(part+"/hand-over", nil)
	phone := d.browser("phone")
	phone.open("/hand-over?token=" + string(offered.last.Token))
	for _, address := range []string{"/staff/assist", "/staff/assist/new", part, ended, part + "/child", part + "/documents", part + "/review"} {
		o.keepsShape(t, address)
	}
	phone.keepsShape(t, "/hand-over")
	phone.open("/hand-over").send("/hand-over", nil)
	phone.keepsShape(t, "/hand-over/check")
	for _, l := range languages {
		for _, post := range []string{"/hand-over", "/print"} {
			o.open(l.path(ended)).do("POST", l.path(ended+post), url.Values{"_csrf": {o.cookies["csrf"]}})
			if l.Code == languages[0].Code || post == "/hand-over" && o.status == 200 && len(find(o.doc, func(n *html.Node) bool { return n.DataAtom == atom.Svg })) > 0 {
				checkPageShape(t, o.wants(200).doc, l, modeStandard)
			}
		}
	}
}

// FuzzHandOver types anything where the code is asked for, and comes with any token.
func FuzzHandOver(f *testing.F) {
	d := newDesk(f)
	offered := d.watchCodes()
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.open(part).send(part+"/hand-over", nil)
	b := d.browser("phone").open("/hand-over")
	token := b.cookies["csrf"]
	for _, s := range []string{"", "1234567890", "１２３-456 7890", "\x00\xff", "-1", "x; hand-over=y"} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, code, cookie, key string) {
		if c, ok := apply.ParseShortCode(code); ok && c == offered.last.Code {
			return // the right code is not refused
		}
		phone := &browser{desk: &desk{t: t, server: d.server}, name: "phone", cookies: map[string]string{"csrf": token}}
		d.now = d.now.Add(25 * time.Hour) // past any lock
		phone.do("POST", "/hand-over", url.Values{"_csrf": {token}, "code": {code}, "-key": {key}})
		if phone.status != 422 {
			t.Errorf("status %d; want 422", phone.status)
		}
		phone.do("GET", "/hand-over?token="+url.QueryEscape(cookie), nil)
		if phone.status >= 500 || phone.cookies["case"] != "" {
			t.Errorf("status %d, cookies %v", phone.status, phone.cookies)
		}
	})
}

// FuzzAssist posts anything to the pages on which a director types.
func FuzzAssist(f *testing.F) {
	d := newDesk(f)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	token := o.cookies["csrf"]
	pages := []string{"/staff/assist/new", part + "/child", part + "/documents", part + "/review", "/staff/assist/" + strings.Repeat("9", 12) + "/child"}
	for i := range pages {
		f.Add(i, "-policy="+living+"&child_name=%00%ff&programme=x&relation=&-key=k&-version=1:99999999999999999999&present=1&paper=id-card")
	}
	f.Fuzz(func(t *testing.T, i int, body string) {
		page := pages[uint(i)%uint(len(pages))]
		req := httptest.NewRequest("POST", page, strings.NewReader("_csrf="+token+"&"+body))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range o.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		if resp, _ := send(t, d.server, req); resp.StatusCode >= 500 {
			t.Errorf("POST %s: status %d", page, resp.StatusCode)
		}
	})
}
