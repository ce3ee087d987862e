package web

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"huitong/content"
	"huitong/portal/casework"
)

// little is a child of the villages that tests have directors in; each value stands
// nowhere else.
var little = map[string]string{"name": "小山雀", "resident_id": "442000201703020011", "guardian": "老山雀", "relation": "grandparent-paternal", "phone": "13987654321", "ground": "village-file", "village": "迎阳社区"}

// registersChild registers a child and begins to assess it; it returns the numbers of
// both.
func (b *browser) registersChild() (child, sheet string) {
	b.t.Helper()
	b.open("/staff/children/new").send("/staff/children/new", little).wants(200, "登记好了", "还没有评估过")
	child = strings.TrimSuffix(strings.TrimPrefix(b.address, "/staff/children/"), "?done=registered")
	b.open(childPath(child, "assess")).wants(200, "待民政局确认", "不是为了把孩子带走").send(childPath(child, "assess"), nil).wants(200, "孩子的生活和健康")
	return child, strings.Split(b.address, "/")[5]
}

// assesses answers every page with the choice at this place, and signs.
func (b *browser) assesses(child, sheet string, pick int) {
	b.t.Helper()
	form, _ := b.server.content().Library.Assessment("home-care")
	for _, page := range form.Pages() {
		at := assessmentPath(child, sheet, page)
		answers := map[string]string{}
		d, _ := form.Dimension(page)
		for _, i := range d.Indicators {
			answers[i.Name] = i.Choices[pick].Value
		}
		if page == content.VetoPage {
			for _, v := range form.Vetoes {
				answers[v.Name] = content.VetoNo
			}
		}
		b.open(at).wants(200).send(at, answers)
	}
	at := assessmentPath(child, sheet, signPage)
	b.wants(200, "核对和签名").send(at, map[string]string{"opinion": "外婆很用心，缺一个帮手"}).wants(200, "评估签好了")
}

// TestChildJourney goes from the register over an assessment, a helper and visits to a
// better result, with temporary guardianship beside, as each role sees it.
func TestChildJourney(t *testing.T) {
	d := newDesk(t)
	director, town := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi")
	director.open("/staff").wants(200, "登记一个孩子", "还没有登记的孩子")
	director.open("/staff/children/new").send("/staff/children/new", map[string]string{"name": "小山雀"}).wants(422, "登记一个孩子")
	child, sheet := director.registersChild()
	one := childPath(child, "")
	director.open("/staff").wants(200, "小山雀", "做第一次评估", "已到期")
	director.open("/staff/children/new").send("/staff/children/new", little).wants(422, "已经有档案")

	first := assessmentPath(child, sheet, "living")
	director.open(first).send(first, map[string]string{"meals": "mostly"}).wants(200, "孩子的上学和安全") // half a page is kept
	if got := director.open(first).form(first).Get("meals"); got != "mostly" {
		t.Errorf("what was typed is lost: %q", got)
	}
	at := assessmentPath(child, sheet, signPage)
	director.open(at).wants(200, "填完才有结果").send(at, map[string]string{"opinion": "x"}).wants(422, "住的地方")
	director.assesses(child, sheet, 2)
	director.lacks("核对并确认评估")
	town.open(one).wants(200, "核对并确认评估", "等确认")
	town.open(assessmentPath(child, sheet, "")).wants(200, "较差", "外婆很用心", "常常不够", "第1版")
	town.send(assessmentPath(child, sheet, "")+"/confirm", nil).wants(200, "评估结果确认了", "安排结对帮扶人")
	town.open("/staff/children?part=no-helper").wants(200, "小山雀")

	town.open(childPath(child, "helper")).wants(200, "30").send(childPath(child, "helper"), map[string]string{"helper": d.userID("directorshiqi")}).wants(200, "存好了", "测试员")
	town.open(childPath(child, "helper")).send(childPath(child, "helper"), map[string]string{"helper": "volunteer", "volunteer": "喜鹊志愿者"}).wants(422)
	town.open("/staff/children?part=visits").wants(200, "没有这样的孩子")
	d.now = d.now.Add(31 * 24 * time.Hour)
	officer := d.staff(casework.Officer, "")
	for _, b := range []*browser{director, town} { // their sessions have run out
		b.open("/staff").send("/staff", map[string]string{"login": b.name, "password": staffPassword}).wants(200, "退出")
	}
	director.open("/staff/children?part=visits").wants(200, "小山雀", "走访", "已到期")
	visit := map[string]string{"seen": "孩子和外婆", "did": "看了作业", "safe": "no", "next": "明天再去"}
	director.open(childPath(child, "visit")).send(childPath(child, "visit"), map[string]string{"seen": "孩子"}).wants(422, "孩子安全吗")
	director.send(childPath(child, "visit"), visit).wants(200, "马上拨打110", "上次走访时，孩子不安全")
	director.open(childPath(child, "visit"))
	twice := director.form(childPath(child, "visit"))
	for name, value := range visit {
		twice.Set(name, value)
	}
	twice.Set("safe", "yes")
	director.do("POST", childPath(child, "visit"), twice)
	director.wants(200, "走访记好了").lacks("上次走访时，孩子不安全")
	director.do("POST", childPath(child, "visit"), twice)
	director.wants(409, "档案刚刚有变动")
	if got := strings.Count(director.open(one).text(), "看了作业"); got != 2 {
		t.Errorf("%d visits are recorded; want 2: the page was sent twice", got)
	}

	officer.open(one).wants(200, "登记临时监护").open(childPath(child, "custody")).send(childPath(child, "custody"), map[string]string{
		"ground": "emergency", "place": "centre", "began": "2026-12-23", "review": "2027-01-20", "note": "外婆住院",
	}).wants(200, "外婆住院")
	town.open(one).wants(200, "外婆住院", "救助保护中心临时监护")
	town.open(dutiesPath).wants(200, "没有到期的事").lacks("小山雀") // for a month
	d.now = d.now.Add(28 * 24 * time.Hour)
	for _, b := range []*browser{director, town} {
		b.open("/staff").send("/staff", map[string]string{"login": b.name, "password": staffPassword})
	}
	officer = d.staff(casework.Officer, "later")
	town.open(dutiesPath+"?kind=review").wants(200, "小山雀", "复核临时监护", "已到期")
	officer.open(dutiesPath+"?town=xiaolan").wants(200, "没有到期的事").open(dutiesPath).wants(200, "复核临时监护", "走访")
	director.open(dutiesPath).wants(200, "小山雀", "走访").lacks("临时监护")
	director.open(dutiesPath + "?kind=review").wants(200).lacks("小山雀")
	town.keepsShape(t, dutiesPath)
	director.open(one).wants(200, "小山雀").lacks("外婆住院", "临时监护")
	officer.open(childPath(child, "custody")).send(childPath(child, "custody"), map[string]string{"end": "home", "note": "外婆出院"}).wants(200, "回到原监护人身边")

	director.open(childPath(child, "assess")).send(childPath(child, "assess"), nil)
	second := strings.Split(director.address, "/")[5]
	director.assesses(child, second, 0)
	town.open(assessmentPath(child, second, "")).send(assessmentPath(child, second, "")+"/confirm", nil).wants(200, "历次确认的得分")
	if drawn := find(town.doc, func(n *html.Node) bool { return n.Data == "circle" }); len(drawn) != 2 {
		t.Errorf("%d points are drawn; want 2", len(drawn))
	}
	town.open(assessmentPath(child, second, "")).wants(200, "100分，好", "更正这份评估")
	for _, address := range []string{"/staff/children", "/staff/children/new", one, assessmentPath(child, second, ""), childPath(child, "visit"), childPath(child, "helper"), childPath(child, "assess")} {
		town.keepsShape(t, address)
	}
	town.open(childPath(child, "helper")).send(childPath(child, "helper"), map[string]string{"helper": "nobody", "reason": "家里好转"}).wants(200, "家里好转")
	town.open(childPath(child, "close")).send(childPath(child, "close"), map[string]string{"why": "moved"}).wants(200, "离开中山").lacks("记一次走访")
	town.open("/staff/children").lacks("小山雀")
	director.open(first)
	for _, secret := range slices.Sorted(maps.Values(little)) {
		if len(secret) > 9 && strings.Contains(d.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// TestChildOnTheCasePage: an application shows its child's band and helper, and where the
// child is not registered yet, the way to register it with what the family has said.
func TestChildOnTheCasePage(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	director, town := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi")
	path := "/staff/applications/" + ungrouped(number)
	town.open(path).wants(200, "还没有档案")
	from := "/staff/children/new?from=" + ungrouped(number)
	form := town.open(from).form("/staff/children/new")
	if form.Get("name") != "金丝雀" || form.Get("resident_id") != "44200020170302002X" || form.Get("guardian") != "画眉鸟" {
		t.Errorf("what the family has said is not taken over: %v", form)
	}
	town.send("/staff/children/new", map[string]string{"village": "迎阳社区"}).wants(200, "登记好了", number)
	child := strings.TrimSuffix(strings.TrimPrefix(town.address, "/staff/children/"), "?done=registered")
	town.open("/staff").wants(200, "有1个孩子的事已到期")
	director.open(childPath(child, "assess")).send(childPath(child, "assess"), nil)
	sheet := strings.Split(director.address, "/")[5]
	director.assesses(child, sheet, 2)
	town.open(assessmentPath(child, sheet, "")).send(assessmentPath(child, sheet, "")+"/confirm", nil)
	town.open(childPath(child, "helper")).send(childPath(child, "helper"), map[string]string{"helper": "volunteer", "volunteer": "喜鹊志愿者", "reason": ""}).wants(200, "喜鹊志愿者")
	town.open(path).wants(200, "孩子的监护和帮扶", "较差", "喜鹊志愿者")
	director.open(from).wants(403)
}
