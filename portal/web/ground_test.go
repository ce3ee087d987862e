package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/content"
	"huitong/portal/casework"
)

// refuse posts a move that does not approve, on grounds.
func (b *browser) refuse(path, words string, grounds ...string) *browser {
	b.t.Helper()
	form := b.form(path)
	form["ground"] = grounds
	form.Set("reason", words)
	b.do("POST", path, form)
	return b
}

// TestGrounds walks a refusal on two grounds from the form to the notice, the family's
// objection and the second look.
func TestGrounds(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	lin, zhang, wang := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, ""), d.staffCalled("wang", casework.Officer, "")
	lin.open(path).send(path+"/accept", nil)

	// the supervisor's advice, which the officer sees
	against := path + "/advise-against"
	lin.open(against).wants(200, "为什么建议不批准", "家庭看不到").refuse(against, "对不上。").wants(422, "请至少选一条理由", "对不上。")
	lin.refuse(against, "对不上。", "condition:mother").wants(200, "没有达到的条件：妈妈的情况", "对不上。")
	b.open("/track/status").wants(200, "正在审核").lacks("对不上", "没有达到的条件")

	refuse := path + "/refuse"
	zhang.open(refuse).wants(200, "政策的条件没有达到", "爸爸的情况", "办理上的原因", "按填写的内容推算：符合。", "建议不批准的同事选了这一条", "妈妈的情况", "对不上。")
	if n := len(find(zhang.doc, func(n *html.Node) bool { return attr(n, "name") == "ground" && has(n, "checked") })); n != 0 {
		t.Errorf("%d grounds are ticked by the page; want none", n)
	}
	// what is wrong keeps what was given
	zhang.refuse(refuse, "已经写好的话。").wants(422, "请至少选一条理由", "已经写好的话。").lacks("请写明理由")
	zhang.refuse(refuse, "", "papers").wants(422, "请写明理由").lacks("请至少选一条理由")
	if !d.ticked(zhang, "papers") {
		t.Error("the ground that was chosen is not ticked any more")
	}
	zhang.refuse(refuse, "话", "condition:uncle").wants(422, "政策里已经没有了", "话")
	zhang.refuse(refuse, "爸爸在家。", "condition:father", "papers").wants(200, "再看一遍", "没有达到的条件：爸爸的情况", "要补的材料没有收到")
	if got := zhang.form(refuse)["ground"]; !slices.Equal(got, []string{"condition:father", "papers"}) {
		t.Fatalf("sent along: %v", got)
	}
	zhang.send(refuse, map[string]string{"confirmed": "1"}).wants(200, "没有达到的条件：爸爸的情况；要补的材料没有收到", "爸爸在家。")

	notice := func() {
		t.Helper()
		b.open("/track/decision").wants(200, "没有达到的条件：爸爸的情况", "爸爸的情况不在规定的范围里", "要补的材料没有收到", "材料齐了，可以重新申请", "爸爸在家。").lacks("妈妈的情况", "对不上")
	}
	notice()
	if links := find(b.doc, func(n *html.Node) bool { return attr(n, "href") == "/policies/basic-living-allowance#status" }); len(links) != 1 || text(links[0]) != "政策里怎么说：哪些情况算“没法养”" {
		t.Errorf("%d links to the section", len(links))
	}
	b.open("/track/status").wants(200, "没有达到的条件：爸爸的情况", "爸爸在家。")
	b.open("/zh-hant/track/decision").wants(200, "沒有達到的條件：爸爸的情況", "要補的材料沒有收到")
	b.open("/en/track/decision").wants(200, "Condition that is not met: The father's situation", "not one of those in the rules", "Papers that we asked for have not come", "What the policy says: ")
	b.keepsShape(t, "/track/decision")
	b.keepsShape(t, "/track/status")
	b.open("/track/data")
	b.do("POST", "/track/data", url.Values{"_csrf": {b.cookies["csrf"]}})
	for _, words := range []string{`"name": "condition:father"`, `"says": "爸爸的情况"`} {
		if !strings.Contains(b.body, words) {
			t.Errorf("the family's copy lacks %s", words)
		}
	}

	// the file loses the condition: what was decided says what it said
	p := d.policyOf("basic-living-allowance")
	before := p.Eligibility
	p.Eligibility = slices.DeleteFunc(slices.Clone(before), func(c content.Condition) bool { return c.Name == "father" })
	t.Cleanup(func() { p.Eligibility = before })
	notice()
	zhang.open("/staff/figures").wants(200, "为什么不批准", "政策里已经没有的一条（father）", "要补的材料没有收到")
	p.Eligibility = before

	b.open("/track/status").send("/track/object", map[string]string{"text": "爸爸不在家。"}).wants(200, "正在重新看")
	wang.open(path+"/approve").wants(200, "不批准 · ", "没有达到的条件：爸爸的情况", "爸爸在家。", "家庭要求再看", "爸爸不在家。", "建议不批准 · ", "没有达到的条件：妈妈的情况")
	wang.keepsShape(t, path+"/approve")
	wang.keepsShape(t, refuse)
}

// TestGroundFigures: by policy, by town for the city alone, and nothing for who sees no
// cases; none of the small numbers leaves the desk.
func TestGroundFigures(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	officer := d.decide("/staff/applications/"+ungrouped(number), "refuse", "不符合。")
	town, auditor := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Auditor, "")
	officer.open("/staff/figures").wants(200, "为什么不批准：基本生活补贴", "各镇街为什么不批准", "其他原因", "只有办理上的原因", "不批准的申请")
	town.open("/staff/figures").wants(200, "为什么不批准：基本生活补贴", "其他原因").lacks("各镇街为什么不批准")
	d.staff(casework.Supervisor, "xiaolan").open("/staff/figures").wants(200, "为什么不批准").lacks("其他原因", "为什么不批准：")
	auditor.open("/staff/figures").wants(200).lacks("为什么不批准", "其他原因")
	officer.open("/staff/figures/list.csv").wants(200)
	for _, words := range []string{"为什么不批准：基本生活补贴", "为什么不批准：明天计划", "其他原因,不显示", "没有记录理由,不显示"} {
		if !strings.Contains(officer.body, words) {
			t.Errorf("the file lacks %q", words)
		}
	}
	if strings.Contains(officer.body, "其他原因,1") {
		t.Error("a small number has left the desk")
	}
}
