package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// trains plans a session that was held in a town, and returns its number.
func (d *desk) trains(town string) string {
	d.t.Helper()
	d.staff(casework.Officer, "trains")
	id, err := d.store.NewTrainingID()
	if err == nil {
		err = d.store.PlanTraining(d.t.Context(), apply.Actor{Kind: apply.StaffActor, ID: d.userID("officertrains")}, id, casework.Training{Day: "2026-11-20", Town: town, Audience: casework.ForBoth, Hours: 4, Topic: "临时监护"})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// TestTraining plans a session, writes down who came by hand and from a file, and sees
// the gaps close.
func TestTraining(t *testing.T) {
	d := newDesk(t)
	d.villages()
	town, officer := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")
	town.open("/staff").wants(200, "培训").open(trainingPath).wants(200, "还没有安排", "0%", "还没有参加培训的人", "金丝雀").lacks("画眉鸟", "小榄镇")
	officer.open(trainingPath).wants(200, "小榄镇", "画眉鸟")
	const plan = trainingPath + "/new"
	town.open(plan).send(plan, map[string]string{"topic": "x", "day": "31/02", "hours": "-1"}).wants(422, "请选择给谁培训", "整数")
	form := town.form(plan)
	for name, value := range map[string]string{"topic": "看图识别危险", "day": "2026-11-20", "audience": "both", "hours": "4", "place": "云雀巷77号"} {
		form.Set(name, value)
	}
	for range 2 { // sent twice, it is there once
		town.do("POST", plan, form)
		town.wants(200, "保存好了", "看图识别危险", "还没有登记谁参加", openName)
	}
	one := strings.TrimSuffix(town.address, "?done=1")
	if n := strings.Count(town.open(trainingPath).body, "看图识别危险"); n != 1 {
		t.Errorf("planned %d times; want 1", n)
	}
	came := town.open(one).form(one + "/came")
	people := find(town.doc, func(n *html.Node) bool { return attr(n, "name") == "came" })
	came["came"] = []string{attr(people[0], "value")}
	town.do("POST", one+"/came", came)
	town.wants(200, "保存好了", "参加1人")
	town.do("POST", one+"/came", came)
	town.wants(409, "内容刚刚有变动")
	town.open(trainingPath).wants(200, "33%")
	give := func(text string) *browser {
		town.open(one+"/import").wants(200, "三列")
		return town.post(one+"/import", town.form(one+"/import"), chosen{"file", []byte("镇街,村（社区）,姓名\n" + text)})
	}
	give("石岐,迎阳社区,没有人\n").wants(200, "有1处要改", "名录里没有这个人").lacks("确认更新")
	give("石岐,迎阳社区,"+openName+"\n石岐街道,莲峰社区,金丝雀\n石岐,,喜鹊鸟\n").wants(200, "参加3人", "还没有生效")
	path := town.address
	town.keepsShape(t, path)
	form = town.open(path).form(path)
	for range 2 {
		town.do("POST", path, form)
		town.wants(200, "保存好了", "参加3人")
	}
	town.open(trainingPath).wants(200, "100%").lacks("还没有参加培训的人")
	officer.open(trainingPath).wants(200, "画眉鸟", "75%")
	officer.open(trainingPath+"/list.csv").wants(200, "石岐街道,迎阳社区,"+openName+",2026,1,4")
	officer.open(plan).send(plan, map[string]string{"topic": "全市大课", "day": "2026-11-21", "audience": "both", "hours": "2"}).wants(200, "请先选择镇街")
	city := strings.TrimSuffix(officer.address, "?done=1")
	officer.open(city+"?town=xiaolan").wants(200, "画眉鸟").keepsShape(t, city+"?town=xiaolan")
	town.open(city).wants(200, "还没有登记谁参加").lacks("修改安排", "保存参加的人").open(city + "/edit").wants(403)
	town.open(one+"/edit").send(one+"/edit", map[string]string{"hours": "6"}).wants(200, "6学时")
	town.open(one+"/edit").send(one+"/remove", nil).wants(200, "保存好了").lacks("看图识别危险")
	for _, at := range []string{trainingPath, plan} {
		officer.keepsShape(t, at)
	}
	if log := d.log.String(); strings.Contains(log, openName) || strings.Contains(log, "云雀") {
		t.Error("the log holds names")
	}
}
