package web

import (
	"testing"
	"time"

	"huitong/portal/casework"
)

// TestDirectorsOldPageInTwoTabs gives a page back to a director who was signed out: what
// was saved from another window since is not wiped by what was never touched.
func TestDirectorsOldPageInTwoTabs(t *testing.T) {
	d := newDesk(t)
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	before := o.open(part + "/child").form(part + "/child")
	o.send(part+"/child", map[string]string{"child_name": "金丝雀", "child_id": "44200020170302002X", "hukou": "zhongshan"})
	before.Set("child_name", "百灵鸟")
	d.now = d.now.Add(casework.SessionIdle + time.Minute)
	o.do("POST", part+"/child", before)
	lost := o.wants(403, "您填的内容还在").form(part + "/child")
	o.open("/staff").send("/staff", map[string]string{"login": "directorshiqi", "password": staffPassword})
	o.do("POST", part+"/child", lost)
	if got := o.open(part + "/child").form(part + "/child"); got.Get("child_name") != "百灵鸟" || got.Get("child_id") != "44200020170302002X" || got.Get("hukou") != "zhongshan" {
		t.Errorf("after the page that was given back: %v", got)
	}
}
