package web

import (
	"strings"
	"testing"

	"huitong/portal/casework"
)

// TestTalkAtHome goes through the policies with a family, first without consent, then
// with a child's record that the family agreed to, and looks at what each role sees.
func TestTalkAtHome(t *testing.T) {
	d := newDesk(t)
	director, town, other := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Director, "xiaolan")
	child, _ := director.registersChild()
	at := talksPath + "/new"
	director.open(at).wants(200, "家里知道“基本生活补贴”吗", "这项怎么讲", "只按村（社区）和政策计数").lacks("家长同意记下来")
	director.send(at, nil).wants(422, "至少勾一项")
	director.open(at).send(at, map[string]string{markField(living): "wants", markField("tomorrow-plan"): "told", markField("mandatory-report"): "made-up"}).
		wants(200, "没有记下这是哪一家", "家里想申请的", "这次讲了的")
	if !strings.HasPrefix(director.address, talksPath+"/next?") || strings.Contains(director.address, "kept") || strings.Contains(director.address, "mandatory-report") {
		t.Errorf("the way on is %q", director.address)
	}
	director.open("/staff/assist/new?" + wishField + "=" + living).wants(200)
	if got := director.form("/staff/assist/new")[wishField]; len(got) != 1 || got[0] != living {
		t.Errorf("ticked to apply for: %v; want what the family wants", got)
	}

	with := at + "?child=" + child
	director.open(with).wants(200, little["name"], "家长同意记下来")
	director.send(at, map[string]string{markField(living): "knows", "relation": "other"}).wants(422, little["name"])
	twice := map[string]string{markField(living): "knows", "relation": "grandparent-paternal", "means": "in-person", "agreed": talkNotice}
	director.send(at, twice).wants(200, "记到了档案里")
	director.open(childPath(child, "")).wants(200, "入户讲政策", "早就知道", "同意记下来")
	other.open(with).wants(403)
	for _, b := range []*browser{director, town, d.staff(casework.Officer, "")} {
		b.open(talksPath).wants(200, "一共讲了2户次", "迎阳社区", "基本生活补贴")
	}
	other.open(talksPath).wants(200, "一共讲了0户次").lacks("石岐街道")
	if director.open(with).wants(200); true {
		director.keepsShape(t, with)
		director.keepsShape(t, talksPath)
	}
}

// TestTalkIsSentTwice presses the same page's button again: it counts once.
func TestTalkIsSentTwice(t *testing.T) {
	d := newDesk(t)
	director := d.staff(casework.Director, "shiqi")
	at := talksPath + "/new"
	director.open(at)
	form := director.form(at)
	form.Set(markField(living), "told")
	for range 2 {
		director.do("POST", at, form)
		director.wants(200, "计好数了")
	}
	director.open(talksPath).wants(200, "一共讲了1户次")
	form.Set(markField(living), "wants")
	director.do("POST", at, form)
	director.wants(409)
}

// TestTalkIsSeenWithTheApplication begins to help, keeps the talk with it, and finds it
// on the case's page.
func TestTalkIsSeenWithTheApplication(t *testing.T) {
	d := newDesk(t)
	director := d.staff(casework.Director, "shiqi")
	part := director.helps(living)
	ref := strings.TrimPrefix(part, "/staff/assist/")
	with := talksPath + "/new?assist=" + ref
	director.open(part).wants(200, "开始和一户人家讲政策")
	director.open(with).wants(200, "家长同意记下来").send(talksPath+"/new", map[string]string{
		markField(living): "wants", "relation": "grandparent-paternal", "means": "by-phone", "agreed": talkNotice,
	}).wants(200, "记到了档案里")
	director.types(part)
	review := director.open(part + "/review").form(part + "/review")
	review.Set("present", "1")
	review.Set("consent", noticeVersion)
	director.do("POST", part+"/review", review)
	d.staff(casework.Officer, "").open("/staff/applications/"+ref).wants(200, "入户讲政策", "同意记下来")
	director.open(with).wants(200, "已经提交").lacks("家长同意记下来")
}
