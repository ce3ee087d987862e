package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/casework"
)

// TestQueue walks a supervisor through the work queue: late first, taken, filtered, kept
// under a name, found by number and by the child's ID number, given to a colleague.
func TestQueue(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	d.now = d.now.AddDate(0, 2, 0)
	lin, chen := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan")
	zhang := d.staff(casework.Officer, "")
	chen.open("/staff").wants(200, "没人经办 0").lacks(number)
	lin.open("/staff").wants(200, number, "没人经办 1", "我经办的 0", "已超期 1")
	if marks := find(lin.doc, func(n *html.Node) bool { return attr(n, "class") == "due due--late" }); len(marks) != 1 {
		t.Errorf("%d are marked as late; want 1", len(marks))
	}
	lin.open("/staff?due=late").wants(200, number)
	lin.open("/staff?due=soon").wants(200, "没有这样的申请").lacks(number)
	lin.open("/staff?state=refused").lacks(number)
	lin.open("/staff?list=all&policy=basic-living-allowance").wants(200, number)
	lin.open("/staff?town=xiaolan").wants(200, number) // a filter that is the city's alone

	lin.open("/staff?due=late").send("/staff/views", map[string]string{"name": " "}).wants(422, "请起一个")
	lin.open("/staff?due=late").send("/staff/views", map[string]string{"name": "先看超期"}).wants(200, "先看超期")
	lin.open("/staff").wants(200, "先看超期")

	lin.open("/staff").send("/staff/next", nil).wants(200, number, "经办人")
	lin.open("/staff").wants(200, "我经办的 1", "没人经办 0").send("/staff/next", nil).wants(200, "暂时没有要接的")

	ref := ungrouped(number)
	for what, words := range map[string]string{ref: number, "44200020170302002x": number} {
		lin.open("/staff").send("/staff/find", map[string]string{"q": what}).wants(200, words)
		if strings.Contains(lin.address, "4420002017") {
			t.Error("an ID number stands in an address")
		}
	}
	for what, words := range map[string]string{"HT26000000000": "请填12位", "abc": "请填12位"} {
		lin.open("/staff").send("/staff/find", map[string]string{"q": what}).wants(422, words)
	}
	chen.open("/staff").send("/staff/find", map[string]string{"q": "44200020170302002X"}).wants(422, "没有找到").lacks(number)

	lin.open("/staff").send("/staff/assign", nil).wants(422, "还没有勾选")
	officer := d.userID("officer")
	lin.do("POST", "/staff/assign", url.Values{"_csrf": {lin.cookies["csrf"]}, "ref": {ref}, "to": {officer}})
	lin.wants(200, "1件交给了测试员")
	other := d.userID("supervisorxiaolan")
	zhang.open("/staff").wants(200, "我经办的 1")
	zhang.do("POST", "/staff/assign", url.Values{"_csrf": {zhang.cookies["csrf"]}, "ref": {ref}, "to": {other}})
	zhang.wants(200, "这些没有分出去", "看不到这个镇街")
	if n := len(d.audit(casework.AssignCase)); n != 2 {
		t.Errorf("%d lines in the audit of who was given what; want 2", n)
	}
}
