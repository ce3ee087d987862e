package web

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// plans plans an event of today, and returns its number.
func (d *desk) plans(town, village string) string {
	d.t.Helper()
	d.staff(casework.Officer, "plans")
	d.listed(casework.DirectoryEntry{Town: town, Village: village, Name: "百灵鸟"})
	id, err := d.store.NewEventID()
	if err == nil {
		err = d.store.PlanEvent(d.t.Context(), apply.Actor{Kind: apply.StaffActor, ID: d.userID("officerplans")}, id,
			outreach.Event{Title: "到村里讲政策", Place: "党群服务中心", Town: town, Villages: []string{village}, Topics: []string{living}, Day: "2026-11-23", Begins: "15:30"})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

const newEvent = eventsPath + "/new"

// planned fills in the form of an event.
func planned(form url.Values, change map[string]string) url.Values {
	for name, value := range map[string]string{"title": "到村里讲政策", "day": "2026-11-23", "begins": "下午3点半", "place": "党群服务中心", "topics": living} {
		form.Set(name, value)
	}
	for name, value := range change {
		form.Set(name, value)
	}
	return form
}

// TestEvents plans an event, checks people in at the door and by hand, counts, and passes
// on what was asked.
func TestEvents(t *testing.T) {
	d := newDesk(t)
	d.villages()
	director, town, officer := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, "")
	director.open("/staff").wants(200, "政策宣讲").open(eventsPath).wants(200, "还没有安排", "还没有讲过")
	director.open(newEvent).send(newEvent, map[string]string{"title": "x", "day": "31/02", "begins": "noon"}).wants(422, "请写活动的名称", "几点几分", "至少选择一项政策").lacks("莲峰社区")
	form := planned(director.form(newEvent), map[string]string{"villages": "迎阳社区"})
	for range 2 { // sent twice, it is there once
		director.do("POST", newEvent, form)
		director.wants(200, "保存好了", "到村里讲政策", "15:30", "就在今天", "还没有登记人数")
	}
	one := strings.TrimSuffix(director.address, "?done=1")
	if n := strings.Count(director.open(eventsPath).body, "到村里讲政策"); n != 1 {
		t.Errorf("planned %d times; want 1", n)
	}
	officer.open(newEvent).send(newEvent, nil).wants(422, "请选择镇街")
	officer.open(newEvent).send(newEvent, map[string]string{"town": "xiaolan"}).wants(200, "北区社区").lacks("莲峰社区")
	town.open(newEvent).wants(200, "莲峰社区", "仙湖社区")
	form = planned(town.form(newEvent), map[string]string{"title": "两个社区一起听", "day": "2026-12-01", "ends": "17:00"})
	form["villages"] = []string{"莲峰社区", "迎阳社区"}
	town.do("POST", newEvent, form)
	both := strings.TrimSuffix(town.wants(200, "保存好了", "待举行").address, "?done=1")
	director.open(both).wants(200, "两个社区一起听", "签到二维码").lacks("修改安排", "实际参加人数", "大家问的问题").open(both + "/edit").wants(403)

	door := "/e/" + d.doorOf(one)
	visitor := d.browser("visitor")
	visitor.open(door).wants(200, "到村里讲政策", "签到", "只记人数")
	form = visitor.form(door)
	form.Set("people", "3")
	for range 2 {
		visitor.do("POST", door, form)
		visitor.wants(200, "签到好了")
	}
	if len(visitor.cookies) > 0 {
		t.Errorf("checking in left %v in the browser", visitor.cookies)
	}
	visitor.open(door).send(door, map[string]string{"people": "300"}).wants(422, "1到20")
	visitor.open("/e/"+d.doorOf(both)).wants(200, "两个社区一起听", "加到手机日历").lacks("签到")
	visitor.open("/e/222222").wants(404)
	visitor.open(door + "/qr.svg").wants(200)

	director.open(one).wants(200, "已经签到3人")
	form = director.form(one + "/checkin")
	form.Set("people", "12")
	for range 2 {
		director.do("POST", one+"/checkin", form)
		director.wants(200, "保存好了", "参加15人")
	}
	director.open(one).send(one+"/count", map[string]string{"counted": "many"}).wants(422, "请写人数")
	stale := director.open(one).form(one + "/count")
	director.send(one+"/count", map[string]string{"counted": "20"}).wants(200, "参加20人", "已经签到15人")
	director.do("POST", one+"/count", stale)
	director.wants(409, "内容刚刚有变动")
	director.open(one).send(one+"/asked", nil).wants(422, "请至少写一个问题")
	form = director.open(one).form(one + "/asked")
	form.Set("asked", "孩子名叫张小明能领吗\n户口在外地行不行\n")
	for range 2 {
		director.do("POST", one+"/asked", form)
		director.wants(200, "保存好了", "户口在外地行不行").lacks("张小明")
	}
	form.Set("asked", "别的")
	director.do("POST", one+"/asked", form)
	director.wants(409, "内容刚刚有变动")
	officer.open("/staff/questions").wants(200, "户口在外地行不行", "宣讲会上")
	town.open(eventsPath).wants(200, "参加20人", "就在今天").keepsShape(t, eventsPath)
	director.open(one+"/poster").wants(200, "到村里讲政策", "党群服务中心", "15:30", "/e/"+d.doorOf(one))
	for _, at := range []string{one, both, both + "/edit", both + "/poster", newEvent} {
		town.keepsShape(t, at)
	}
	town.open(both+"/edit").send(both+"/cancel", nil).wants(200, "已取消").open(both+"/edit").wants(200, "恢复这场宣讲")
	town.open(both + "/poster").wants(404)
	visitor.open("/e/"+d.doorOf(both)).wants(200, "取消了")
	if log := d.log.String(); strings.Contains(log, "张小明") || strings.Contains(log, "到村里讲政策") {
		t.Error("the log holds what was typed")
	}
}

// doorOf is the code of the door of the event with that page of the desk.
func (d *desk) doorOf(path string) string {
	d.t.Helper()
	f, err := d.store.Event(d.t.Context(), apply.Actor{Kind: apply.StaffActor, ID: d.userID("supervisorshiqi")}, strings.TrimPrefix(path, eventsPath+"/"))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(f.Event.Code)
}

// TestCalendar lists what is to come, by place, for people and for calendars.
func TestCalendar(t *testing.T) {
	d := newDesk(t)
	d.villages()
	b := d.browser("reader")
	b.open("/events").wants(200, "近期没有安排")
	d.plans("shiqi", "迎阳社区")
	d.staff(casework.Supervisor, "xiaolan")
	far, err := d.store.NewEventID()
	if err != nil {
		t.Fatal(err)
	}
	err = d.store.PlanEvent(t.Context(), apply.Actor{Kind: apply.StaffActor, ID: d.userID("supervisorxiaolan")}, far,
		outreach.Event{Title: "北区的宣讲, 也讲; 别的", Place: "文化室", Town: "xiaolan", Villages: []string{"北区社区"}, Topics: []string{living}, Day: "2026-12-01", Begins: "09:00", Ends: "10:30"})
	if err != nil {
		t.Fatal(err)
	}
	b.open("/events").wants(200, "到村里讲政策", "就在今天", "北区的宣讲", "石岐街道", "小榄镇").keepsShape(t, "/events")
	b.open("/events/in/xiaolan").wants(200, "北区的宣讲").lacks("到村里讲政策")
	b.open(villageEventsPath("shiqi", "迎阳社区")).wants(200, "到村里讲政策")
	b.open(villageEventsPath("shiqi", "莲峰社区")).wants(200, "近期没有安排")
	if ask := b.linked(villagePath("shiqi", "莲峰社区") + "/call"); b.open(ask).wants(200).form(villagePath("shiqi", "莲峰社区")+"/call").Get("about") != "想请儿童主任来讲一场政策" {
		t.Errorf("%s does not say that a talk is asked for", ask)
	}
	b.open("/events/in/shiqi").linked("/directory/shiqi")
	b.open("/events/in/nowhere").wants(404)
	b.open("/en/events").wants(200, "Policy talks", "Xiaolan")
	b.open("/zh-hant/events").wants(200, "到村裏講政策")
	b.open(villagePath("shiqi", "迎阳社区")).wants(200, "本村（社区）的政策宣讲活动")
	b.do("GET", "/events/calendar.ics", nil)
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "DTSTART:20261201T010000Z\r\n", "DTEND:20261201T023000Z\r\n", "DTSTART:20261123T073000Z\r\n", "DTEND:20261123T083000Z\r\n", `SUMMARY:北区的宣讲\, 也讲\; 别的` + "\r\n", "SEQUENCE:1\r\n", "STATUS:CONFIRMED\r\n", "UID:" + far + "@"} {
		if !strings.Contains(b.body, want) {
			t.Errorf("calendar lacks %q:\n%s", want, b.body)
		}
	}
	for line := range strings.SplitSeq(b.body, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("line of %d bytes, whole letters %v: %s", len(line), utf8.ValidString(line), line)
		}
	}
	if b.do("GET", "/events/in/shiqi/calendar.ics", nil); strings.Contains(b.body, "北区") || strings.Count(b.body, "BEGIN:VEVENT") != 1 {
		t.Errorf("calendar of a town:\n%s", b.body)
	}
	if err := d.store.CancelEvent(t.Context(), apply.Actor{Kind: apply.StaffActor, ID: d.userID("supervisorxiaolan")}, far, 1, true); err != nil {
		t.Fatal(err)
	}
	if b.do("GET", "/events/calendar.ics", nil); !strings.Contains(b.body, "STATUS:CANCELLED\r\n") || !strings.Contains(b.body, "SEQUENCE:2\r\n") {
		t.Errorf("calendar after one was cancelled:\n%s", b.body)
	}
	b.open("/events").wants(200, "已取消")
}
