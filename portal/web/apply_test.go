package web

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func TestJourney(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.open("/apply").wants(200, "基本生活补贴")
	if !slices.Contains(b.links(), applied) {
		t.Errorf("/apply links to %v", b.links())
	}
	b.open(applied).wants(200, "先准备好这些", "户口本", "15个工作日", "请以12345答复为准", "存在哪里", "不同意", "到镇街窗口办")
	b.send(applied, map[string]string{"-start": "1"}).wants(200, "第1步，共7步", "还没有提交")
	number, code := b.pass()
	b.open(applied).wants(200, "您有一份还没填完的", number, code)

	// What is wrong comes back with everything else kept.
	b.open(applied+"/child").send(applied+"/child", map[string]string{"child_name": "金丝雀", "child_id": "442000201703020021", "hukou": "zhongshan"})
	b.wants(422, "有1处要改一改", "号码对不上")
	if !strings.HasPrefix(b.title(), "错误：") {
		t.Errorf("title = %q", b.title())
	}
	if got := b.form(applied + "/child"); got.Get("child_name") != "金丝雀" || got.Get("child_id") != "442000201703020021" || got.Get("hukou") != "zhongshan" {
		t.Errorf("the page lost answers: %v", got)
	}
	for _, f := range family {
		b.send(applied+"/"+f.section, f.answers)
	}
	b.wants(200, "材料照片").onPaper().wants(200, "核对并提交", "**************002X", "画眉鸟", "爷爷、奶奶").lacks("44200020170302002X", "6217003360000000124")

	// Change one answer and come back.
	b.open(applied+"/place?to=review").send(applied+"/place", map[string]string{"town": "xiaolan"}).wants(200, "核对并提交", "小榄镇")
	b.open(applied+"/place?to=review").send(applied+"/place", map[string]string{"town": "shiqi"})

	// Without consent nothing is sent; the box is never ticked beforehand.
	b.send(applied+"/review", nil).wants(422, "请先在“单独同意”前面打勾")
	action := applied + "/review"
	form := b.form(action)
	if form.Get("consent") != "" {
		t.Error("the consent is ticked beforehand")
	}
	form.Set("consent", noticeVersion)
	b.do("POST", action, form)
	b.wants(200, "已经提交成功", number, code, "2026年11月23日", "最迟2026年12月14日", "大约2027年1月5日")
	b.do("POST", action, form)
	b.wants(200, "已经提交成功", number)

	b.open("/track/status").wants(200, "等镇街收", "接下来")
	b.open(applied+"/child").wants(200, "已经提交成功")

	// The office asks for more, the family supplies it on another device.
	o := d.staff(casework.Officer, "")
	o.wants(200, number, "金丝雀", "待受理")
	path := "/staff/applications/" + ungrouped(number)
	o.open(path).wants(200, "按规则推算", "爸爸的情况在规定的范围里", "去世的证明", "画眉鸟于2026年11月23日").lacks("44200020170302002X", "13912345678", "云雀巷77号", "6217003360000000124")
	o.send(path+"/reveal", map[string]string{"field": "child_id"}).wants(200, "44200020170302002X").lacks("6217003360000000124")
	o.open(path+"/ask-more").send(path+"/ask-more", nil).wants(422, "请写明理由")
	o.send(path+"/ask-more", map[string]string{"reason": "请说明妈妈在哪里服刑。"}).wants(200, "等家长补充")

	phone := d.browser("phone")
	phone.open("/track").send("/track", map[string]string{"number": number, "code": "0000-0000"}).wants(422, "编号或查询码不对")
	phone.send("/track", map[string]string{"number": "2611", "code": code}).wants(422, "申请编号要12位数字")
	phone.send("/track", map[string]string{"number": number, "code": ""}).wants(422, "查询码要8位数字")
	phone.send("/track", map[string]string{"number": number, "code": code}).wants(200, "请您补充", "请说明妈妈在哪里服刑。")
	phone.send("/track/supply", map[string]string{"text": "  "}).wants(422, "请写下要补充的内容")
	phone.send("/track/supply", map[string]string{"text": "在韶关监狱。"}).wants(200, "等镇街收", "在韶关监狱。")

	// Somebody else is quicker: what was typed stays.
	o.open(path)
	o.send(path+"/accept", nil).wants(200, "已受理")
	o.open(path + "/approve")
	late := o.form(path + "/approve")
	late.Set("reason", "符合条件，同意。")
	d.now = d.now.Add(time.Minute)
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "再补一张照片。"})
	o.do("POST", path+"/approve", late)
	o.wants(409, "刚才有人先办了", "等家长补充", "符合条件，同意。")
	phone.open("/track/status").send("/track/supply", map[string]string{"text": "照片已经交了。"})
	o.open(path).send(path+"/accept", nil)
	o.open(path+"/approve").send(path+"/approve", map[string]string{"reason": "符合条件，同意。"}).wants(200, "再看一遍", "确认批准")
	phone.open("/track/status").wants(200, "镇街收下了")
	o.send(path+"/approve", map[string]string{"confirmed": "1"}).wants(200, "已批准")
	b.open("/track/status").wants(200, "批准了", "符合条件，同意。")
	o.open("/staff/audit").wants(200, "查看完整号码", "孩子的身份证号", "家长补充", "批准")
	o.open("/staff").send("/staff/sign-out", nil).wants(200, "工作人员登录")
	o.open(path).wants(200, "工作人员登录")

	list, err := d.store.Applications(t.Context(), apply.Actor{}, casework.Query{})
	if err != nil || len(list.Applications) != 1 {
		t.Errorf("%d applications, %v; want one", len(list.Applications), err)
	}
}

func TestSubmitTwiceAtOnce(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	form := b.form(applied + "/review")
	form.Set("consent", noticeVersion)
	var wg sync.WaitGroup
	status := make([]int, 4)
	for i := range status {
		other := &browser{desk: &desk{t: t, server: d.server}, cookies: b.cookies}
		wg.Go(func() {
			other.cookies = map[string]string{"csrf": b.cookies["csrf"], "case": b.cookies["case"], "draft-basic-living-allowance": b.cookies["draft-basic-living-allowance"]}
			other.do("POST", applied+"/review", form)
			status[i] = other.status
		})
	}
	wg.Wait()
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
	if err != nil || len(a.Events) != 1 || !slices.Equal(status, []int{200, 200, 200, 200}) {
		t.Errorf("%v, %d events, answers %v; want one submission", err, len(a.Events), status)
	}
}

func TestNothingIsLost(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	number, code := b.pass()
	form := b.form(applied + "/child")
	for name, value := range family[0].answers {
		form.Set(name, value)
	}

	// The token of the page is gone, the application is still known.
	delete(b.cookies, "csrf")
	b.do("POST", applied+"/child", form)
	b.wants(403, "您填的内容还在", "金丝雀")
	b.send(applied+"/child", nil).wants(200, "爸爸妈妈的情况")

	// The browser is no longer known.
	b.open(applied + "/child")
	form = b.form(applied + "/child")
	form.Set("child_name", "百灵鸟")
	d.now = d.now.Add(apply.DraftTokenLasts + time.Hour)
	b.do("POST", applied+"/child", form)
	b.wants(403, "您填的内容还在", "百灵鸟", "申请编号")
	b.send(applied+"/child", map[string]string{"-number": number, "-code": "1111 1111"}).wants(422, "编号或查询码不对", "百灵鸟")
	b.send(applied+"/child", map[string]string{"-number": number, "-code": code}).wants(200, "爸爸妈妈的情况", number)
	b.open(applied + "/child")
	if got := b.form(applied + "/child").Get("child_name"); got != "百灵鸟" {
		t.Errorf("child_name = %q", got)
	}

	// No number at hand: the answers go into a new application.
	stranger := d.browser("stranger")
	stranger.open(applied)
	stranger.do("POST", applied+"/child", url.Values{"_csrf": {stranger.cookies["csrf"]}, "child_name": {"夜莺"}, "-leave": {"1"}})
	stranger.wants(403, "夜莺").send(applied+"/child", map[string]string{"-fresh": "1"}).wants(422, "这里要填")
	if other, _ := stranger.pass(); other == number {
		t.Error("the stranger was given the family's application")
	}

	// Save and leave, and clear a shared phone.
	b.send(applied+"/child", map[string]string{"-leave": "1", "child_name": ""}).wants(200, "还没有提交", number)
	b.send("/track/forget", nil).wants(200, "已经清除")
	for name := range b.cookies {
		if name != "csrf" {
			t.Errorf("cookie %s is left", name)
		}
	}
	b.open("/track/status").wants(200, "查进度").lacks(number)
}

func TestBankAccountInDoubt(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	pay := applied + "/payment"
	b.open(pay).send(pay, map[string]string{"bank_account": "6217003360000000125"}).wants(422, "这个账号看起来不太对", "号码没有错")
	b.send(pay, map[string]string{"bank_account.checked": "6217003360000000125"}).wants(200, "材料照片")
	b.open(pay).send(pay, nil).wants(200, "材料照片")
	b.open(pay).send(pay, map[string]string{"bank_account": "6217003360000000126"}).wants(422, "这个账号看起来不太对")
}

func TestCarriedFromChecker(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.do("POST", applied, url.Values{"father": {"dead"}, "mother": {"made up"}, "child_age": {"9"}})
	b.wants(200, "怎样保护孩子的信息").send(applied, map[string]string{"-start": "1"}).wants(200, "第1步")
	b.open(applied + "/parents")
	if got := b.form(applied + "/parents"); got.Get("father") != "dead" || got.Get("mother") != "" {
		t.Errorf("answers = %v", got)
	}
}

func TestConsentWhereTheFormAsksNoGuardian(t *testing.T) {
	d := newDesk(t)
	b := d.browser("student")
	const slug = "/apply/dream-scholarship"
	b.open(slug).send(slug, map[string]string{"-start": "1"})
	answers := map[string]string{}
	policy, _ := testContent(t).Library.Policy("dream-scholarship")
	for _, part := range policy.Questions {
		for _, q := range part.Ask {
			switch {
			case len(q.Options) > 0:
				answers[q.Name] = q.Options[0].Value
			default:
				answers[q.Name] = map[string]string{"name": "测试甲", "resident-id": "44200020061231001X", "phone": "13800138000", "text": "测试学校", "bank-account": "6217003360000000124", "number": "1"}[q.Type]
			}
		}
	}
	answers["child_id"] = validID("44200020061231001")
	for range 8 {
		if strings.HasSuffix(b.address, "/documents") {
			break
		}
		b.wants(200).send(b.address, answers)
	}
	b.onPaper()
	b.wants(200, "核对并提交").send(slug+"/review", map[string]string{"consent": noticeVersion}).wants(422, "请填同意人的姓名", "请选同意人是孩子的什么人")
	b.asksRelationInGroups(slug + "/review")
	b.send(slug+"/review", map[string]string{"consent": noticeVersion, "consent_name": "测试甲", "consent_relation": "self"}).wants(200, "已经提交成功", "没有写明期限")
}

// asksRelationInGroups looks through who may consent in elder mode, a few at a time: what
// was typed stays, and nothing is handed in by it.
func (b *browser) asksRelationInGroups(review string) {
	b.t.Helper()
	mode := b.cookies["mode"]
	b.cookies["mode"] = modeElder
	b.open(review).readOver().wants(200, "这是第1页")
	for range 2 {
		radios := find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "consent_relation" && attr(n, "type") == "radio" })
		if len(radios) == 0 || len(radios) > choicesAtOnce {
			b.t.Errorf("%s offers %d relations at once; want at most %d", b.address, len(radios), choicesAtOnce)
		}
		b.send(review, map[string]string{"-group": "2", "consent": noticeVersion, "consent_name": "测试甲", "consent_relation": "self"}).wants(200, "核对并提交", "这是第2页")
		if got := b.form(review).Get("consent_name"); got != "测试甲" {
			b.t.Errorf("the name is %q after another group was asked for; want it kept", got)
		}
	}
	b.cookies["mode"] = mode
	b.open(review).wants(200, "核对并提交")
}

// validID adds the check character to 17 digits.
func validID(s string) string {
	for _, last := range "0123456789X" {
		if _, ok := apply.ParseResidentID(s + string(last)); ok {
			return s + string(last)
		}
	}
	return ""
}

func TestOthersStayOut(t *testing.T) {
	d := newDesk(t)
	mine := d.fill("family")
	number, code := mine.pass()
	other := d.browser("other")
	other.open(applied).send(applied, map[string]string{"-start": "1"})
	for _, part := range []string{"child", "review", "done", "guardian"} {
		other.open(applied + "/" + part).lacks(append(secrets, number, code)...)
		d.browser("nobody").open(applied + "/" + part).lacks(append(secrets, number, code)...)
	}
	// A token under another policy's name opens nothing.
	other.cookies["draft-tomorrow-plan"] = mine.cookies["case"]
	other.open("/apply/tomorrow-plan/child").lacks(secrets...)
	// A draft is nobody's business at the desk either.
	o := d.staff(casework.Officer, "")
	path := "/staff/applications/" + ungrouped(number)
	o.open(path).wants(404).lacks(secrets...)
	mine.submit()

	town, elsewhere, audit := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Auditor, "")
	director := d.staff(casework.Director, "shiqi")
	town.open(path).wants(200, "金丝雀")
	elsewhere.open("/staff").wants(200, "没有等着办的申请")
	for _, b := range []*browser{elsewhere, audit, director} {
		for _, part := range []string{"", "/ask-more", "/approve"} {
			b.open(path + part).wants(403).lacks(secrets...)
		}
		token := b.cookies["csrf"]
		for _, part := range []string{"/reveal", "/accept", "/approve", "/refuse", "/ask-more"} {
			b.do("POST", path+part, url.Values{"_csrf": {token}, "version": {"7"}, "reason": {"x"}, "field": {"child_id"}, "confirmed": {"1"}})
			b.wants(403).lacks(secrets...)
		}
	}
	town.open(path + "/approve").wants(403)
	town.open("/staff/invite").wants(403)
	town.open("/staff/audit").wants(403)
	denied := 0
	lines, err := d.store.Audit(t.Context(), apply.Actor{}, casework.AuditQuery{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Action == casework.Denied {
			denied++
		}
	}
	if want := 3*8 + 3; denied != want {
		t.Errorf("%d refusals in the audit; want %d", denied, want)
	}
	nobody := d.browser("nobody")
	for _, address := range []string{"/staff/invite", "/staff/audit", path, path + "/approve"} {
		nobody.open(address).wants(200, "工作人员登录").lacks(secrets...)
	}
	audit.open("/staff").wants(200, "操作记录").lacks(secrets...)
}

func TestForgedPostsAreRefused(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	o := d.staff(casework.Officer, "")
	review := b.form(applied + "/review")
	review.Set("consent", noticeVersion)
	number, _ := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	for _, forged := range []string{"", strings.Repeat("A", tokenLength)} {
		for _, post := range []struct {
			b       *browser
			address string
		}{
			{b, applied}, {b, applied + "/review"}, {b, applied + "/child"}, {b, "/track"}, {b, "/track/supply"}, {b, "/track/withdraw"}, {b, "/track/forget"}, {b, "/track/data"}, {b, "/track/erase"},
			{o, "/staff"}, {o, "/staff/sign-out"}, {o, "/staff/invite"}, {o, "/staff/setup"}, {o, path + "/accept"}, {o, path + "/approve"}, {o, path + "/reveal"},
		} {
			review.Set("_csrf", forged)
			review.Set("-start", "1")
			review.Set("child_name", "forged")
			post.b.do("POST", post.address, review)
			if post.b.status != 403 {
				t.Errorf("POST %s without token = %d", post.address, post.b.status)
			}
		}
	}
	a, err := d.store.ApplicationByDraftToken(t.Context(), apply.Token(b.cookies["case"]))
	if err != nil || a.State != apply.Draft || a.Answers["child_name"] != "金丝雀" {
		t.Errorf("a forged post changed the application: %v, %v", a, err)
	}
}

// TestNothingPersonalLeaks plants values that stand nowhere else, walks every
// route, errors included, and looks for them where they must not be.
func TestNothingPersonalLeaks(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	number, code := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	withheld := append(slices.Clone(secrets), "布谷鸟的话", code, ungrouped(code))
	b.submit()
	o := d.staff(casework.Officer, "")
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "布谷鸟的话"})
	b.open("/track/status").send("/track/supply", map[string]string{"text": "布谷鸟的话"})
	o.open(path).send(path+"/reveal", map[string]string{"field": "bank_account"})
	o.open("/staff/audit").lacks(append(withheld, "布谷鸟的话")...)
	o.open("/staff").lacks(withheld[1], withheld[3], withheld[4], withheld[5], withheld[6])

	strangers := []*browser{d.browser("nobody"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Auditor, "")}
	poison := url.Values{"child_name": {"金丝雀"}, "child_id": {"44200020170302002X"}, "number": {number}, "code": {code}, "login": {"画眉鸟"}, "reason": {"布谷鸟的话"}, "field": {"云雀巷77号"}, "version": {"13912345678"}, "token": {"6217003360000000124"}}
	for _, r := range d.server.routes() {
		address := strings.NewReplacer(":slug", "basic-living-allowance", ":section", "child", ":ref", ungrouped(number), ":move", "approve").Replace(r.path)
		for _, l := range languages {
			for _, s := range strangers {
				if s.do("GET", l.path(address), nil); r.path != "/apply/:slug/:section" {
					s.lacks(withheld...)
				}
			}
			// Whoever typed a value may see it again; nobody else, and no log or address.
			strangers[0].do("POST", l.path(address), poison)
			if strangers[0].status >= 500 {
				t.Errorf("POST %s = %d", l.path(address), strangers[0].status)
			}
		}
	}
	d.browser("nobody").open("/" + url.PathEscape("金丝雀")).wants(404).lacks("金丝雀")
	for _, a := range d.seen {
		for _, v := range withheld {
			for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v)} {
				if strings.Contains(a.location, form) || a.address != "/"+url.PathEscape("金丝雀") && strings.Contains(a.address, form) {
					t.Errorf("address %s → %s holds %q", a.address, a.location, v)
				}
			}
		}
	}
	log := d.log.String()
	for _, v := range append(withheld, number, ungrouped(number), url.PathEscape("金丝雀")) {
		if strings.Contains(log, v) {
			t.Errorf("the log holds %q", v)
		}
	}
	if !strings.Contains(log, "route=/apply/:slug/:section") {
		t.Error("the log holds no requests")
	}
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(d.file + suffix)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range withheld {
			if strings.Contains(string(raw), v) {
				t.Errorf("the database%s holds %q in plain", suffix, v)
			}
		}
	}
}

// TestContentFaults shows staff, and nobody else, what keeps a newer content out.
func TestContentFaults(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Officer, "")
	const fault = "policies/tomorrow-plan.md:21: unknown fact <rate>"
	o.open("/staff").lacks("新改的内容没有发布")
	d.faults = []string{fault}
	o.open("/staff").wants(200, "新改的内容没有发布", fault)
	d.browser("nobody").open("/staff").lacks("新改的内容没有发布", "tomorrow-plan.md")
}

// TestApplicationPagesInEveryMode checks the shape of every page of a journey.
func TestApplicationPagesInEveryMode(t *testing.T) {
	d := newDesk(t)
	draft := d.fill("family")
	sent := d.fill("sent").submit()
	number, _ := sent.pass()
	path := "/staff/applications/" + ungrouped(number)
	o := d.staff(casework.Officer, "")
	nobody := d.browser("nobody")
	pages := map[*browser][]string{
		draft:                               {applied, applied + "/child", applied + "/parents", applied + "/guardian", applied + "/payment", applied + "/twice?after=child", applied + "/review", "/track", "/track/status", "/track/withdraw", "/track/data"},
		sent:                                {applied, applied + "/done", "/track/status", "/track/withdraw", "/track/data"},
		o:                                   {"/staff", "/staff?state=refused", path, path + "/approve", path + "/refuse", path + "/ask-more", "/staff/audit", "/staff/feedback", "/staff/questions"},
		d.staff(casework.Administrator, ""): {"/staff/invite"},
		nobody:                              {"/apply", applied, "/track", "/staff", "/track?forgotten=1", "/track?erased=1"},
	}
	for b, addresses := range pages {
		for _, address := range addresses {
			for _, l := range languages {
				for _, mode := range modes {
					t.Run(fmt.Sprint(b.name, " ", mode, " ", l.path(address)), func(t *testing.T) {
						b.cookies["mode"] = mode
						b.open(l.path(address)).wants(200)
						checkPageShape(t, b.doc, l, mode)
						if got := b.header.Get("Cache-Control"); got != "no-store" && address != "/apply" {
							t.Errorf("Cache-Control = %q", got)
						}
					})
				}
			}
		}
	}
}

func TestPagesWithErrorsKeepTheirShape(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	b.send(applied+"/child", nil).wants(422)
	checkPageShape(t, b.doc, languages[0], modeStandard)
	summary := 0
	for _, href := range b.links() {
		if strings.HasPrefix(href, "#f-") {
			summary++
			if !strings.Contains(b.body, `id="`+href[1:]+`"`) {
				t.Errorf("summary leads to %s, which is not there", href)
			}
		}
	}
	if summary != 3 {
		t.Errorf("the summary has %d links; want 3", summary)
	}
	b.open("/track").send("/track", map[string]string{"number": "12"}).wants(422)
	checkPageShape(t, b.doc, languages[0], modeStandard)
}
