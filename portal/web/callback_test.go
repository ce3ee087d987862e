package web

import (
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// called is a family's request to be called back, with words that only the desk may see.
func (d *desk) called(town, village string) string {
	d.t.Helper()
	b, err := d.store.AskForCall(d.t.Context(), apply.Token(town+village), casework.CallBack{Town: town, Village: village, Notice: callNotice,
		Asked: casework.CallWords{Name: "金丝雀", Phone: "13912345678", When: "any", About: "画眉鸟"}}, CallTerms(d.server.content().Library))
	if err != nil {
		d.t.Fatal(err)
	}
	return b.ID
}

// TestCallBack goes from the village's page to the director's call, and up where nobody
// calls.
func TestCallBack(t *testing.T) {
	d := newDesk(t)
	d.villages()
	director, town, officer := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")
	b := d.browser("family")
	village := villagePath("shiqi", "迎阳社区")
	form := village + "/call"
	b.open(village).wants(200, "请儿童主任打给我").open(form).wants(200, "2个工作日", "怎么称呼您")
	b.send(form, map[string]string{"name": "金丝雀", "phone": "12"}).wants(422, "手机号是11位", "请选择什么时候方便接", "要您同意")
	if got := b.form(form).Get("name"); got != "金丝雀" {
		t.Errorf("what was typed is lost: %q", got)
	}
	fields := b.form(form)
	for name, value := range map[string]string{"phone": "139 1234 5678", "when": "evening", "about": "画眉鸟", "consent": "1"} {
		fields.Set(name, value)
	}
	for range 2 { // sent twice, it is one
		b.do("POST", form, fields)
		b.wants(200, "记下了", "最晚2026年11月25日", "儿童主任会打给您").lacks(secrets...)
	}
	if len(b.cookies["case"])+len(b.cookies["csrf"]) > 0 {
		t.Error("the form leaves a cookie")
	}
	director.open("/staff").wants(200, "有1个家庭等您回电话").open(callsPath).wants(200, "迎阳社区", "2026年11月25日").lacks(secrets...)
	one := ""
	for _, l := range director.links() {
		if strings.HasPrefix(l, callsPath+"/") {
			one = l
		}
	}
	town.open("/staff").lacks("等您回电话").open(callsPath).wants(200, "迎阳社区")
	director.open(one).wants(200, "金丝雀", "13912345678", "画眉鸟", "傍晚").send(one, map[string]string{}).wants(422, "请选择打了以后怎样")
	director.send(one, map[string]string{"step": "give-up"}).wants(422, "至少打3次")
	director.send(one, map[string]string{"step": "no-answer"}).wants(200, "记下了")
	stale := director.open(one).wants(200, "没有接，还会再打", "测试员").form(one)
	d.now = d.now.Add(3 * 24 * time.Hour)
	if n, err := d.store.RaiseCalls(t.Context(), CallTerms(d.server.content().Library)); n != 1 || err != nil {
		t.Errorf("raised %d: %v", n, err)
	}
	for _, who := range []*browser{director, town, officer} { // their sessions have run out
		who.open("/staff").send("/staff", map[string]string{"login": who.name, "password": staffPassword})
	}
	town.open("/staff").wants(200, "有1个家庭等您回电话").open(callsPath).wants(200, "到镇街")
	town.keepsShape(t, callsPath)
	town.keepsShape(t, one)
	town.open(one).send(one, map[string]string{"step": "reached", "words": "已经说好"}).wants(200, "记下了", "没有等回电的家庭").open(callsPath+"?state=closed").wants(200, "已经打过")
	stale.Set("_csrf", director.cookies["csrf"])
	stale.Set("step", "reached")
	director.do("POST", one, stale)
	director.wants(409, "内容刚刚有变动")
	for _, canary := range secrets {
		if strings.Contains(d.log.String(), canary) {
			t.Errorf("the log holds %q", canary)
		}
	}
	b.keepsShape(t, form)
}

// TestCallBackInElderMode asks one question a page, and refuses what others send.
func TestCallBackInElderMode(t *testing.T) {
	d := newDesk(t)
	d.villages()
	b := d.browser("elder")
	form := villagePath("shiqi", "仙湖社区") + "/call"
	b.open(form + "?mode=elder")
	b.open(form).wants(200, "怎么称呼您").lacks("打哪个电话").send(form, map[string]string{"name": ""}).wants(422, "怎么称呼您")
	b.send(form, map[string]string{"name": "金丝雀"}).wants(200, "打哪个电话").send(form, map[string]string{"phone": "13912345678", "-back": "1"}).wants(200, "怎么称呼您")
	b.send(form, nil).wants(200, "打哪个电话").send(form, map[string]string{"phone": "13912345678"}).wants(200, "什么时候方便接")
	b.send(form, map[string]string{"when": "any"}).wants(200, "想问什么事").send(form, nil).wants(200, "同意把这些").send(form, nil).wants(422, "要您同意")
	b.send(form, map[string]string{"consent": "1"}).wants(200, "记下了", "市里的工作人员会打给您").lacks("金丝雀", "13912345678")
	b.open(villagePath("shiqi", "没有这个村") + "/call").wants(404)
}
