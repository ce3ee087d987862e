package web

import (
	"strings"
	"testing"
	"time"

	"huitong/portal/casework"
)

// confers calls a conference with one department, which sees the child's name, and
// returns its id.
func (d *desk) confers(by *browser, number, department string) string {
	d.t.Helper()
	path := "/staff/applications/" + ungrouped(number)
	by.open(path+"/confer").wants(200, "一起商量").send(path+"/confer", map[string]string{
		"day": "2026年12月1日 14:30", "place": "镇政府三楼", "agenda": "谁来照顾孩子\n上学怎么办", "others": "王老师（中心小学）", "department": department, "field": "child_name",
	}).wants(200, "会商", "要开")
	for _, l := range by.links() {
		if id, ok := strings.CutPrefix(l, conferencesPath+"/"); ok {
			return id
		}
	}
	d.t.Fatal("the case shows no conference")
	return ""
}

// TestConference walks one conference: called, held, three decisions, of which the
// family reads one; each side sees what is its own.
func TestConference(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	town, police, health := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Liaison, ""), d.liaison(casework.Health)
	director := d.staff(casework.Director, "shiqi")
	path := "/staff/applications/" + ungrouped(number)

	town.open(path+"/confer").send(path+"/confer", map[string]string{"day": "2026-11-01", "place": ""}).wants(422, "请填今天或以后的日期", "请写在哪里开", "请写要商量什么", "请至少请一个部门")
	town.send(path+"/confer", map[string]string{"users": "nobody-here"}).wants(422, "有一个登录名没有这个人")
	town.open(path+"/confer").send(path+"/confer", map[string]string{
		"day": "2026-12-01 14:30", "place": "镇政府三楼", "agenda": "谁来照顾孩子\n上学怎么办", "others": "王老师（中心小学）",
		"department": "public-security", "users": director.name, "field": "child_name",
	}).wants(200, "要开", "2026年12月1日 14:30")
	id := ""
	for _, l := range town.links() {
		if strings.HasPrefix(l, conferencesPath+"/") {
			id = l
		}
	}
	police.open("/staff/conferences").wants(200, "2026年12月1日 14:30").open(id).wants(200, "谁来照顾孩子", "王老师", "金丝雀", "镇政府三楼").lacks("云雀巷", "442000195208151016")
	director.open(id).wants(200, "谁来照顾孩子", "金丝雀")
	health.open("/staff/conferences").wants(200).lacks("2026年12月1日").open(id).wants(403).lacks(secrets...)

	town.open(id).send(id+"/held", map[string]string{"minutes": ""}).wants(422, "请写商量了什么")
	town.send(id+"/held", map[string]string{"minutes": "内部的话。", "told": "1"}).wants(200, "开过了", "内部的话。", "再加一件定下的事")
	town.send(id+"/agree", map[string]string{"what": "", "days": "99"}).wants(422, "请写定了什么", "请选由谁办", "请填几个工作日")
	for _, one := range []map[string]string{
		{"what": "派出所找到爸爸", "owner": "public-security", "days": "5"},
		{"what": "学校安排您的孩子上学", "owner": "office", "days": "3", "told": "1"},
		{"what": "村里每周去看一次", "owner": "user:" + d.userID(director.name), "days": "1"},
	} {
		town.open(id).send(id+"/agree", one).wants(200, one["what"])
	}
	family.open("/track/status").wants(200, "几个部门一起商量过", "商量定的事", "学校安排您的孩子上学", "最晚2026年11月26日办好").lacks("派出所找到爸爸", "每周去看", "内部的话", "王老师")
	family.open("/en/track/status").wants(200, "Several departments have talked it over", "To be done by 26 November 2026")

	police.open(id).wants(200, "派出所找到爸爸").lacks("内部的话", "每周去看", "学校安排", "谁来照顾孩子", "王老师").lacks(secrets...)
	police.open("/staff/conferences").wants(200, "派出所找到爸爸", "最晚2026年11月30日办好")
	director.open("/staff/conferences").wants(200, "每周去看").lacks("派出所")
	town.open("/staff/conferences").wants(200, "学校安排").lacks("派出所", "每周去看")
	police.open(id).send(id+"/done", map[string]string{"number": "2"}).wants(403) // not theirs
	police.open(id).send(id+"/done", map[string]string{"number": "1"}).wants(200, "2026年11月23日办好")
	police.open("/staff/conferences").wants(200, "没有等着办的")
	town.open(id).wants(200, "内部的话。", "2026年11月23日办好")
	form := town.form(id + "/held")
	form.Set("minutes", "改过的话。")
	town.do("POST", id+"/held", form)
	town.wants(200, "改过的话。")
	town.do("POST", id+"/held", form)
	town.wants(409, "刚才有人先办了")
	d.staff(casework.Auditor, "").open("/staff/audit").wants(200, "主持会商", "打开会商", "越权被拒").lacks(secrets...).lacks("内部的话", "派出所")
	for _, address := range []string{id, "/staff/conferences", path + "/confer"} {
		town.keepsShape(t, address)
	}
	police.keepsShape(t, id)
}

func TestConferenceTime(t *testing.T) {
	for typed, want := range map[string]string{
		"2026-12-10 14:30": "2026-12-10 14:30", "2026年12月10日14:30": "2026-12-10 14:30", " 2026/12/1  9：05 ": "2026-12-01 09:05",
		"2026-12-10": "2026-12-10 00:00", "2026年12月10日 9点": "2026-12-10 09:00", "2026-12-10T14:30": "2026-12-10 14:30", "tomorrow": "", "2026-13-01": "",
	} {
		got := ""
		if at := conferenceTime(typed); !at.IsZero() {
			got = at.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("conferenceTime(%q) = %s; want %s", typed, got, want)
		}
	}
	if _, off := conferenceTime("2026-12-10").Zone(); off != int(8*time.Hour/time.Second) {
		t.Error("the day does not begin in China")
	}
}
