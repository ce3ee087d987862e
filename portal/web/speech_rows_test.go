package web

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// hears returns what the sounds of the page say, by address. No sound and no address may
// have a word of the family's in it.
func (b *browser) hears() map[string]string {
	b.t.Helper()
	out := map[string]string{}
	for _, link := range soundsOf(b.doc) {
		resp, said := send(b.t, b.server, httptest.NewRequest("GET", link, nil))
		if resp.StatusCode != 200 || strings.Contains(said, "⟦") || strings.Contains(said, "<no value>") {
			b.t.Errorf("%s: GET %s = %d, %q", b.address, link, resp.StatusCode, said)
		}
		for _, secret := range append([]string{"布谷鸟的话"}, secrets...) {
			if strings.Contains(said, secret) || strings.Contains(link, url.PathEscape(secret)) || strings.Contains(link, secret) {
				b.t.Errorf("%s: %q is in %s: %s", b.address, secret, link, said)
			}
		}
		out[link] = said
	}
	return out
}

// heardAs wants one sound in the voice to say all the words.
func (b *browser) heardAs(voice string, words ...string) {
	b.t.Helper()
	all := b.hears()
	for link, said := range all {
		if strings.HasSuffix(link, "."+voice+".wav") && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(said, w) }) {
			return
		}
	}
	b.t.Errorf("%s: none of %d sounds says %q in %s", b.address, len(all), words, voice)
}

func newSpeakingDesk(t testing.TB) *desk {
	t.Helper()
	d := newDesk(t)
	d.server.speaker = &parrot{voices: []string{"cmn", "yue", "en"}}
	return d
}

// TestFormsAreHeard wants each question of the form with its help and choices as a sound
// of the server, in each mode and language, and what is wrong before the question.
func TestFormsAreHeard(t *testing.T) {
	d := newSpeakingDesk(t)
	b := d.browser("family")
	b.open(applied).heardAs("cmn", "怎样保护孩子的信息", "不影响孩子的资格")
	b.send(applied, map[string]string{"-start": "1"})
	for _, l := range languages {
		for _, mode := range modes {
			b.cookies["mode"] = mode
			b.open(l.path(applied + "/parents"))
			voice, words := "yue", []string{"爸爸现在是什么情况", "去世"}
			if l.Code == "en" {
				voice, words = "en", []string{"father", "died"}
			}
			b.heardAs(voice, words...)
			if fields := find(b.doc, func(n *html.Node) bool { return attr(n, "data-hears") == ".field" }); len(fields) == 0 || len(soundsOf(b.doc)) < len(fields) {
				t.Errorf("%s in %s: %d questions, sounds %v", b.address, mode, len(fields), soundsOf(b.doc))
			}
		}
	}
	b.cookies["mode"] = modeStandard
	b.open(applied+"/child").send(applied+"/child", map[string]string{"child_name": "金丝雀", "child_id": "442000201703020021", "hukou": "zhongshan"}).wants(422)
	b.heardAs("cmn", "有的地方要改一改", "身份证", "号码对不上")
	b.heardAs("cmn", "号码对不上", "身份证", "最后一位是X的")
	b.open(applied+"/guardian").send(applied+"/guardian", map[string]string{"guardian_name": "画眉鸟", "guardian_phone": "139123456"}).wants(422, "您填了9位")
	b.heardAs("cmn", "您填的位数不对")
	for link, said := range b.hears() {
		if strings.Contains(said, "9位") || strings.Contains(link, "9") {
			t.Errorf("a sound counts what was typed: %s: %s", link, said)
		}
	}
	b.open("/track").send("/track", map[string]string{"number": "2611-0000-0000", "code": "0000-0000"}).wants(422)
	b.heardAs("cmn", "申请编号", "编号或查询码不对")
}

// TestOwnFormsAreHeard wants the forms that are no application as sounds of the server, in
// each mode, with their choices and what is wrong; nothing of them has words of a person.
func TestOwnFormsAreHeard(t *testing.T) {
	d := newNotifyDesk(t, apply.SMS, apply.Email)
	d.server.speaker = &parrot{voices: []string{"cmn", "yue", "en"}}
	b := d.fill("family").submit()
	for _, mode := range modes {
		b.cookies["mode"] = mode
		b.open("/track/notify")
		if mode == modeElder { // one thing a page
			b.send("/track/notify", map[string]string{"channel": "sms"})
		}
		b.heardAs("yue", "手机号码或邮箱", "填谁的")
		if mode == modeElder {
			b.send("/track/notify", map[string]string{"address": "13800138000"}).send("/track/notify", map[string]string{"changes": "1"})
		}
		b.heardAs("cmn", "单独同意", "随时可以停止")
		b.open("/feedback").heardAs("cmn", "哪里不对", "最多")
		b.open("/household/new").heardAs("cmn", "要申请哪几项", "福彩圆梦")
		b.open("/report").heardAs("cmn", "发生了什么", "没人照顾")
	}
	b.cookies["mode"] = modeStandard
	b.open("/track/notify").send("/track/notify", map[string]string{"address": "布谷鸟"}).wants(422)
	for link, said := range b.hears() {
		if strings.Contains(said, "布谷鸟") {
			t.Errorf("%s says what was typed: %s", link, said)
		}
	}
	b.open("/report").heardAs("yue", "孩子现在有没有危险", "不清楚")
	b.send("/report", map[string]string{"words": "布谷鸟"}).wants(422).heardAs("cmn", "发生了什么", "请选一样")
}

// TestWayIsHeard wants review, receipt, timeline and decision to be heard, with what the
// office and the family wrote left to the page.
func TestWayIsHeard(t *testing.T) {
	d := newSpeakingDesk(t)
	b := d.fill("family")
	number, code := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	b.heardAs("cmn", "监护人单独同意", "我单独同意")
	b.open(applied+"/documents").heardAs("cmn", "户口本")
	b.open(applied+"/review").send(applied+"/review", nil).wants(422).heardAs("cmn", "监护人单独同意", "请先在“单独同意”前面打勾")
	b.submit().heardAs("cmn", "已经提交成功", "不要告诉别人")
	b.heardAs("cmn", "接下来会怎样", "镇街", "个工作日内")
	o := d.staff(casework.Officer, "")
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"ground": "other", "reason": "布谷鸟的话"})
	b.open("/track/status").wants(200, "布谷鸟的话").heardAs("cmn", "请您补充", "请看这一页")
	b.heardAs("yue", "办理经过", "提交了申请", "请您补充")
	b.heardAs("cmn", "补充说明")
	if own := find(b.doc, func(n *html.Node) bool { return has(n, "data-own") }); len(own) == 0 || !strings.Contains(text(own[0]), "布谷鸟的话") {
		t.Error("what the office wrote is not there for the browser to read")
	}
	b.send("/track/supply", map[string]string{"text": "布谷鸟的话"})
	b.open("/track/withdraw").heardAs("cmn", "为什么撤回")
	o.open(path).send(path+"/accept", nil)
	o.open(path+"/refuse").send(path+"/refuse", map[string]string{"ground": "other", "reason": "布谷鸟的话"})
	o.send(path+"/refuse", map[string]string{"confirmed": "1"}).wants(200)
	b.open("/track/decision").wants(200, "布谷鸟的话").heardAs("cmn", "决定：这次不批准")
	b.heardAs("cmn", "不同意这个决定", "行政复议")
	b.open("/en/track/decision").heardAs("en", "not approved this time")
	for _, a := range d.seen {
		if strings.HasPrefix(a.address, "/speech/") && (strings.Contains(a.address, ungrouped(number)) || strings.Contains(a.address, ungrouped(code))) {
			t.Errorf("%s names the application", a.address)
		}
	}
	if log := d.log.String(); strings.Contains(log, "~") || !strings.Contains(log, "route=/speech/:slug/:file") {
		t.Error("the log tells what was heard")
	}
}

// TestVerdictsAreHeard wants the reasons of a verdict in its sound.
func TestVerdictsAreHeard(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn", "yue", "en"}})
	lib := testContent(t).Library
	for _, p := range lib.Policies {
		if !p.Checkable() {
			continue
		}
		for _, l := range languages {
			doc := post(t, s, l.path("/check/"+p.Slug), url.Values{"-show": {"1"}}, 200)
			shown, _ := p.In(l.Code)
			b := &browser{desk: &desk{t: t, server: s}, address: l.path(p.Slug), doc: doc}
			voice := "cmn"
			if shown.Lang == "en" {
				voice = "en"
			}
			words := []string{}
			for _, r := range shown.Assess(nil).Conditions {
				words = append(words, r.Text)
			}
			b.heardAs(voice, words...)
		}
	}
	b := &browser{desk: &desk{t: t, server: s}, address: "/check/all", doc: post(t, s, "/check/all", url.Values{"-show": {"1"}}, 200)}
	b.heardAs("yue", "基本生活补贴", "每月一笔基本生活补贴", "请先弄清孩子的周岁")
	doc := post(t, s, "/check/basic-living-allowance", url.Values{"-asked": {"father"}, "father": {"金丝雀"}}, 422)
	b = &browser{desk: &desk{t: t, server: s}, address: "/check", doc: doc}
	b.heardAs("cmn", "有的地方要改一改", "请选一项")
}

// TestProblemsAreHeard wants words without figures of what was typed for each problem
// that a form can have, in each language.
func TestProblemsAreHeard(t *testing.T) {
	s := newTestServer(t, nil)
	keys := append(apply.MessageKeys(), otherProblems...)
	for id := range uncounted {
		keys = append(keys, id)
	}
	for _, key := range keys {
		for _, lang := range []string{"zh-Hans", "en"} {
			said, ok := s.spokenProblem(strings.TrimPrefix(key, problemKeys), lang)
			if !ok || said == "" || strings.Contains(said, "<no value>") || strings.ContainsAny(said, "⟦{") {
				t.Errorf("%s: %s is heard as %q", lang, key, said)
			}
		}
	}
	for _, state := range apply.States() {
		if len(heardWords[statePrefix+string(state.Public())]) == 0 {
			t.Errorf("state %s cannot be heard", state)
		}
	}
}

// TestNamesOfParts wants nothing to be heard but what has a name.
func TestNamesOfParts(t *testing.T) {
	s := newSpeakingServer(t, &parrot{voices: []string{"cmn", "en"}})
	const policy = "/speech/basic-living-allowance/"
	for address, want := range map[string]string{
		policy + "question-child_name.cmn.wav":                               "姓名",
		policy + "wrong-child_name.name.short.cmn.wav":                       "请填全名",
		policy + "wrong-child_id.resident-id.length.en.wav":                  "18 digits",
		policy + "condition-age-no.cmn.wav":                                  "不符合：",
		policy + "result-no~condition-age-no.cmn.wav":                        "不符合\n",
		policy + "condition-age-perhaps.cmn.wav":                             "",
		policy + "condition-name-no.cmn.wav":                                 "",
		policy + "wrong-child_name." + url.PathEscape("金丝雀") + ".cmn.wav":    "",
		policy + "wrong-" + url.PathEscape("金丝雀") + ".name.short.cmn.wav":    "",
		policy + "wrong-child_name.notfound.title.cmn.wav":                   "",
		policy + "step-0.cmn.wav":                                            "",
		policy + "step-01.cmn.wav":                                           "",
		policy + "outcome-99.cmn.wav":                                        "",
		policy + "amount~" + url.PathEscape("金丝雀") + ".cmn.wav":              "",
		policy + "amount~~amount.cmn.wav":                                    "",
		policy + strings.Repeat("title~", maxParts) + "title.cmn.wav":        "",
		policy + strings.Repeat("amount~", maxParts-1) + "amount.cmn.wav":    "",
		"/speech/words/state-submitted~event-submit.cmn.wav":                 "已经交了",
		"/speech/words/wrong-number.track.wrong.cmn.wav":                     "申请编号",
		"/speech/words/wrong-" + url.PathEscape("金丝雀") + ".required.cmn.wav": "",
	} {
		status := 200
		if want == "" {
			status = 404
		}
		resp, said := send(t, s, httptest.NewRequest("GET", address, nil))
		if resp.StatusCode != status || !strings.Contains(said, want) || strings.Contains(said, "金丝雀") {
			t.Errorf("GET %s = %d, %.60q; want %d with %q", address, resp.StatusCode, said, status, want)
		}
	}
}
