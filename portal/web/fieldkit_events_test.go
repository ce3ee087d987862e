package web

import (
	"strings"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

const askedKey = "55555555-5555-4555-8555-555555555555"

// TestFieldCheckIn counts people in from two phones of two directors and passes on what they
// asked, some of it sent more than once, and is told why what cannot be taken is given back.
func TestFieldCheckIn(t *testing.T) {
	desk := newDesk(t)
	director, stranger := desk.staff(casework.Director, "shiqi"), desk.staff(casework.Director, "xiaolan")
	by := apply.Actor{Kind: apply.StaffActor, ID: desk.userID(director.name)}
	plan := func(day string) string {
		t.Helper()
		id, err := desk.store.NewEventID()
		if err == nil {
			err = desk.store.PlanEvent(t.Context(), by, id, outreach.Event{Title: "云雀政策宣讲", Place: "老人活动室", Topics: []string{living}, Town: "shiqi", Villages: []string{"迎阳社区"}, Day: day, Begins: "15:30"})
		}
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	event, later := plan("2026-11-23"), plan("2026-11-25")
	talk, err := desk.store.Event(t.Context(), by, event)
	if err != nil {
		t.Fatal(err)
	}
	director.open(fieldPath).open(fieldPath+"/kit").wants(200, event, later, "2026-11-23 15:30 云雀政策宣讲（老人活动室）", `"topics":"基本生活补贴"`, `/e/`+string(talk.Event.Code)+`","rows":["`)
	if strings.Contains(stranger.open(fieldPath).open(fieldPath+"/kit").body, event) {
		t.Error("another town's director has the event")
	}
	director.open(fieldPath)
	stranger.open(fieldPath)
	phone, other := director.becomesDevice(), stranger.becomesDevice()
	body := func(id, count string) string {
		return `{"event":"` + id + `","count":` + count + `,"at":"2026-11-23T01:30:00Z"}`
	}
	for range 2 { // the answer was lost
		if got := phone.sendBox("check-in", talkKey, phone.box("check-in", talkKey, body(event, "12"))); got.State != "done" || !strings.Contains(got.Words, "12人") || got.Path != eventsPath+"/"+event {
			t.Errorf("twelve people = %+v; want them counted", got)
		}
	}
	if got := phone.sendBox("check-in", typedKey, phone.box("check-in", typedKey, body(event, "3"))); got.State != "done" {
		t.Errorf("three more = %+v", got)
	}
	for name, tt := range map[string]struct {
		from         fieldDevice
		key, id, num string
		words        string
	}{
		"another number under the key": {phone, talkKey, event, "5", "编号重复"},
		"an event that is ahead":       {phone, "33333333-3333-4333-8333-333333333333", later, "5", "还没"},
		"nobody":                       {phone, "33333333-3333-4333-8333-333333333333", event, "0", "500"},
		"an event that is not there":   {phone, "33333333-3333-4333-8333-333333333333", "nothing", "5", "已经不在"},
		"another village's":            {other, "33333333-3333-4333-8333-333333333333", event, "5", "岗位"},
	} {
		got := tt.from.sendBox("check-in", tt.key, tt.from.box("check-in", tt.key, body(tt.id, tt.num)))
		if got.State != "refused" || !strings.Contains(got.Words, tt.words) || !strings.Contains(string(got.Body), tt.id) {
			t.Errorf("%s: %+v; want it given back", name, got)
		}
	}
	for range 2 {
		if got := phone.sendBox("asked", askedKey, phone.box("asked", askedKey, `{"event":"`+event+`","asked":["户口在外地行不行","孩子名叫张小明能领吗"]}`)); got.State != "done" || !strings.Contains(got.Words, "2个") || got.Path != eventsPath+"/"+event {
			t.Errorf("two questions = %+v; want them kept", got)
		}
	}
	for name, tt := range map[string]struct {
		from                 fieldDevice
		key, id, asked, want string
	}{
		"other questions under the key":       {phone, askedKey, event, `["别的"]`, "编号重复"},
		"questions of an event that is ahead": {phone, "44444444-4444-4444-8444-444444444444", later, `["别的"]`, "还没"},
		"no questions":                        {phone, "44444444-4444-4444-8444-444444444444", event, `[" "]`, "至少写一个问题"},
		"questions of another village":        {other, "44444444-4444-4444-8444-444444444444", event, `["别的"]`, "岗位"},
	} {
		got := tt.from.sendBox("asked", tt.key, tt.from.box("asked", tt.key, `{"event":"`+tt.id+`","asked":`+tt.asked+`}`))
		if got.State != "refused" || !strings.Contains(got.Words, tt.want) || !strings.Contains(string(got.Body), tt.id) {
			t.Errorf("%s: %+v; want it given back", name, got)
		}
	}
	director.open(eventsPath+"/"+event).wants(200, "户口在外地行不行", "孩子名叫***").lacks("张小明")
	near, err := desk.store.EventsNear(t.Context(), by)
	if err != nil || len(near) != 2 || near[0].CheckedIn != 15 || near[1].CheckedIn != 0 {
		t.Errorf("events %+v, %v; want 15 people at the first", near, err)
	}
}
