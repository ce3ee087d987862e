package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// takes has a member of staff take a report on.
func (b *browser) takes(path string) {
	b.t.Helper()
	b.open(path).do("POST", path+"/handle", url.Values{"_csrf": {b.cookies["csrf"]}, "version": {b.form(path + "/handle").Get("version")}, "handle-step": {"take"}})
	b.wants(200, "正在办")
}

// linked returns the first address on the page that begins so.
func (b *browser) linked(prefix string) string {
	b.t.Helper()
	links := b.links()
	i := slices.IndexFunc(links, func(l string) bool { return strings.HasPrefix(l, prefix) })
	if i < 0 {
		b.t.Fatalf("%s leads to nothing below %s", b.address, prefix)
	}
	return links[i]
}

// TestReportIsReferred: the police see of a report what was ticked, never who reported it;
// whoever is kept away from the report sees neither what was asked nor that it was.
func TestReportIsReferred(t *testing.T) {
	d := newDesk(t)
	town, officer, police := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, ""), d.staff(casework.Liaison, "")
	b := d.browser("neighbour")
	b.open(reportPath).send(reportPath, told).wants(200, "收到了")
	number, _ := b.pass()
	path := reportFilePath(apply.Reference(ungrouped(number)), "")
	town.takes(path)
	town.open(path).wants(200, "还没有转给别的部门", "记下这一步", "记下交给谁") // no two buttons of the page are called alike
	ask := path + "/refer"
	town.open(ask+"?task=safety-visit").wants(200, "什么地方", "报告人的话").lacks("告诉家庭", told["contact"])
	if !d.ticked(town, "report_place") || d.ticked(town, "report_words") {
		t.Error("not what the task needs is ticked")
	}
	form := town.form(ask)
	form.Set("told", "1")                            // made up: no family follows a report
	form["field"] = append(form["field"], "contact") // nor is this ever given
	town.do("POST", ask, form)
	one := town.wants(200, "已转出").linked(referralsPath + "/")
	police.open(referralsPath).wants(200, number).lacks(told["place"])
	police.open(one).wants(200, told["place"], "石岐街道", "现在有危险").lacks(told["words"], told["contact"], "附文件")
	police.open(path).wants(403).lacks(reportSecrets...)
	police.open(one).send(one+"/take", nil).wants(200)
	if !strings.Contains(police.body, one+"/answer") || strings.Index(police.body, one+"/files") > strings.Index(police.body, one+"/answer") {
		t.Error("a paper that goes with the answer is asked for after the answer was sent")
	}
	police.post(one+"/files", police.form(one+"/files"), chosen{"file", shot(t, 80)}).wants(200, "答复附的文件", "照片1")
	form = police.form(one + "/answer") // whose other button gives it back
	form.Set("words", "请写清楚门牌")
	police.do("POST", one+"/return", form)
	police.wants(200).lacks(told["place"])
	town.open(one).wants(200, "请写清楚门牌").lacks("告诉家庭").send(one+"/resend", map[string]string{"words": "见云雀巷", "days": "2", "field": "report_words"}).wants(200)
	police.open(one).wants(200, told["words"]).lacks(told["contact"])

	town.open(path+"/confer").send(path+"/confer", map[string]string{"day": "2026-12-01", "place": "镇政府", "agenda": "怎样保护孩子", "department": "public-security"}).wants(200)
	talk := town.linked(conferencesPath + "/")
	police.open(talk).wants(200, "怎样保护孩子")
	town.open(talk).send(talk+"/held", map[string]string{"minutes": "说好了"}).wants(200).lacks("告诉家庭")

	officer.open(path).wants(200, "记下谁不能看").send(path+"/exclude", map[string]string{"exclude-step": "exclude", "exclude-person": d.userID(town.name), "exclude-words": "是亲戚"}).wants(200)
	for _, address := range []string{path, one, talk, ask} {
		town.open(address).wants(403).lacks(reportSecrets...)
	}
	town.open(referralsPath).wants(200).lacks(number)
	town.open(conferencesPath).wants(200).lacks(number)
	officer.open(path).send(path+"/direct", map[string]string{"direct-step": "pass", "direct-town": "xiaolan", "direct-words": "住在小榄"}).wants(200)
	other := d.staff(casework.Supervisor, "xiaolan")
	other.open(one).wants(200, number)
	officer.open("/staff/audit").wants(200, "报告人的话", "什么地方")
	d.keepsReportsSecret(t)
}

// TestChildIsReferred: of a child's record, too, a department sees what was ticked while it
// is its turn; guests of a conference see no more.
func TestChildIsReferred(t *testing.T) {
	d := newDesk(t)
	director, town, police := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Liaison, "")
	child, _ := director.registersChild()
	path := childPath(child, "")
	ask := path + "/refer"
	director.open(path).wants(200).lacks("还没有转给别的部门")
	town.open(ask+"?task=parents-status").wants(200, "监护人电话").lacks("告诉家庭").send(ask, nil).wants(200, "已转出")
	one := town.linked(referralsPath + "/")
	police.open(one).wants(200, little["name"], little["resident_id"]).lacks(little["guardian"], little["phone"])
	police.open(path).wants(403).lacks(little["name"])
	director.open(one).wants(403)
	d.liaison(casework.Health).open(one).wants(403).lacks(little["name"])
	police.open(one).send(one+"/take", nil)
	police.post(one+"/files", police.form(one+"/files"), chosen{"file", []byte(samplePDF)}).wants(200, "答复附的文件", "PDF文件1")
	police.send(one+"/answer", map[string]string{"outcome": "confirmed", "words": "查过了"}).wants(200).lacks(little["name"])
	town.open(one).wants(200, "查过了", "PDF文件1").send(one+"/close", nil).wants(200)

	town.open(path+"/confer").send(path+"/confer", map[string]string{"day": "2026-12-01", "place": "村委会", "agenda": "谁来照顾", "department": "public-security", "users": director.name, "field": "guardian_name"}).wants(200)
	talk := town.linked(conferencesPath + "/")
	police.open(talk).wants(200, "谁来照顾", little["guardian"]).lacks(little["resident_id"], little["phone"])
	director.open(talk).wants(200, little["guardian"])
	for _, address := range []string{path, ask, ask + "?task=parents-status", path + "/confer", one, talk} {
		town.keepsShape(t, address)
	}
}

// TestCaseFieldsAreKnown holds what the content offers of each kind of case against what
// there is to give.
func TestCaseFieldsAreKnown(t *testing.T) {
	s := newTestServer(t, nil)
	known := map[string]map[string]string{string(casework.ChildCase): casework.Child{}.Fields(), string(casework.ReportCase): (&casework.Report{}).Fields()}
	for kind, fields := range s.content().Library.CaseFields {
		for _, f := range fields {
			if _, ok := known[kind][f.Name]; !ok {
				t.Errorf("of a %s the content offers %s, which there is not", kind, f.Name)
			}
		}
	}
	if len(s.content().Library.CaseFields) != len(known) {
		t.Errorf("fields of %d kinds of cases; want %d", len(s.content().Library.CaseFields), len(known))
	}
}
