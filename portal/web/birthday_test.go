package web

import (
	"testing"
	"time"

	"huitong/portal/casework"
)

// fillNearlyGrown begins an application for a child who will be 18 on 25 November 2026, and
// answers what is asked.
func (b *browser) fillNearlyGrown() {
	b.t.Helper()
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	for _, f := range family {
		answers := f.answers
		if f.section == "child" {
			answers = map[string]string{"child_name": "金丝雀", "child_id": validID("44200020081125002"), "hukou": "zhongshan"}
		}
		b.wants(200, "还没有提交").send(applied+"/"+f.section, answers)
	}
}

// TestBirthdayBetweenSittings begins before a child is 18 and goes on after: what is asked
// of who is 18 is asked then, in every mode.
func TestBirthdayBetweenSittings(t *testing.T) {
	for _, mode := range []string{modeStandard, modeElder} {
		t.Run(mode, func(t *testing.T) {
			d := newDesk(t) // it is 23 November 2026
			b := d.browser("family")
			b.fillNearlyGrown()
			b.wants(200, "材料照片").lacks("学校的在读证明")
			d.now = d.now.Add(72 * time.Hour)
			b.cookies["mode"] = mode
			b.open(applied+"/child").wants(200, "孩子现在在读书吗")
			b.open(applied+"/child/in_school?to=review").wants(200, "孩子现在在读书吗")
			b.cookies["mode"] = modeStandard
			b.open(papersAt).wants(200, "学校的在读证明")
		})
	}
}

// TestBirthdayWhileADirectorHelps is the same for who types with the family.
func TestBirthdayWhileADirectorHelps(t *testing.T) {
	d := newDesk(t)
	d.now = time.Date(2026, 11, 24, 15, 50, 0, 0, time.UTC) // ten minutes before the birthday
	o := d.staff(casework.Director, "shiqi")
	part := o.helps(living)
	o.send(part+"/child", map[string]string{"child_name": "金丝雀", "child_id": validID("44200020081125002"), "hukou": "zhongshan"})
	o.open(part + "/child").lacks("孩子现在在读书吗")
	d.now = d.now.Add(15 * time.Minute)
	o.open(part+"/child").wants(200, "孩子现在在读书吗")
}

// TestBirthdayBeforeTheDecision lets a child be 18 while the office looks at its
// application: what was handed in stays, and who decides is told that it makes a difference.
func TestBirthdayBeforeTheDecision(t *testing.T) {
	d := newDesk(t) // it is 23 November 2026
	b := d.browser("family")
	b.fillNearlyGrown()
	b.wants(200, "材料照片").onPaper().wants(200, "核对并提交").submit()
	number, _ := b.pass()
	path := "/staff/applications/" + ungrouped(number)
	const told = "交申请时孩子17岁，现在18岁了"
	d.staff(casework.Officer, "").open(path).wants(200, "按规则推算").lacks(told)
	d.now = d.now.Add(72 * time.Hour)
	o := d.staffCalled("wang", casework.Officer, "")
	o.open(path).wants(200, told, "按现在的岁数推算：还要核实")
	o.open(path+"/refuse").wants(200, told)
	b.open("/track/status").wants(200).lacks("现在在读书吗")
}
