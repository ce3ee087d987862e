package web

import (
	"net/url"
	"testing"

	"golang.org/x/net/html"

	"huitong/content"
	"huitong/portal/casework"
)

// TestMovesOfTheDesk walks an application through visit, recommendation, refusal and the
// family's objection; the family sees nothing of what the office says among itself.
func TestMovesOfTheDesk(t *testing.T) {
	d := newDesk(t)
	p := d.policyOf("basic-living-allowance")
	before := p.Decides
	p.Decides.FourEyes, p.Decides.Visit = true, []content.VisitCheck{{Name: "lives-here", Text: "孩子住在申请里写的地方"}}
	t.Cleanup(func() { p.Decides = before })
	b := d.fill("family").submit()
	number, _ := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	lin, zhang := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")

	lin.open(path).send(path+"/accept", nil).wants(200, "已受理")
	lin.open(path+"/verify").wants(200, "孩子住在申请里写的地方")
	lin.send(path+"/verify", map[string]string{"day": "2099-1-1"}).wants(422, "不能是以后的日子", "请填谁在家", "请写看到了什么")
	lin.send(path+"/verify", map[string]string{"day": "2026-11-20", "present": "孩子、奶奶", "check-lives-here": "fits", "text": "孩子在写作业。"})
	lin.wants(200, "2026-11-20上门", "孩子住在申请里写的地方：相符", "孩子在写作业。", "测试员")
	forms := find(lin.doc, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == path+"/documents" })
	if len(forms) < 3 {
		t.Fatalf("%d documents can be ticked", len(forms))
	}
	tick := url.Values{"_csrf": {lin.cookies["csrf"]}, "document": {"household-register"}, "on": {"1"}}
	lin.do("POST", path+"/documents", tick)
	lin.wants(200, "测试员2026年11月23日看过")
	lin.do("POST", path+"/documents", tick)
	if n := len(d.audit(casework.CheckDocument)); n != 1 {
		t.Errorf("%d lines in the audit of a tick that was sent twice; want 1", n)
	}
	tick.Del("on")
	lin.do("POST", path+"/documents", tick)
	lin.wants(200, "发多少，依据什么").lacks("看过</p>")
	lin.open(path+"/recommend").send(path+"/recommend", map[string]string{"reason": "情况属实。"}).wants(200, "建议批准", "情况属实。")
	zhang.open(path + "/recommend").wants(403)
	b.open("/track/status").wants(200, "正在审核").lacks("情况属实", "写作业", "建议批准")

	zhang.open(path).wants(200, "提出批准").lacks(path + "/approve")
	zhang.open(path+"/propose").send(path+"/propose", map[string]string{"reason": "符合条件。"}).wants(200, "待复核").lacks(path + "/approve")
	b.open("/track/status").wants(200, "正在审核").lacks("符合条件", "待复核")
	zhang.open(path+"/return").send(path+"/return", map[string]string{"reason": "再想想。"}).wants(200, "已受理，待决定")
	zhang.open(path+"/refuse").send(path+"/refuse", map[string]string{"ground": "papers", "reason": "没有在学证明。"})
	zhang.send(path+"/refuse", map[string]string{"confirmed": "1"}).wants(200, "不批准")

	b.open("/track/status").wants(200, "没有在学证明", "请另一位再看").send("/track/object", map[string]string{"text": " "}).wants(422)
	b.open("/track/status").send("/track/object", map[string]string{"text": "证明补交了。"}).wants(200, "正在重新看").lacks("决定通知")
	b.open("/track/decision").wants(200, "正在重新看")
	for _, l := range languages {
		for _, mode := range modes {
			b.cookies["mode"] = mode
			b.open(l.path("/track/status")).wants(200)
			checkPageShape(t, b.doc, l, mode)
		}
	}
	zhang.open(path).wants(200, "家庭要求再看", "证明补交了。").lacks(path+"/propose", path+"/refuse")
	lin.open(path+"/verify").keepsShape(t, path+"/verify")
}
