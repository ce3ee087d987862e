package outreach

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/sheet"
)

var eventNames = EventNames{
	Towns:  sheet.TownNames{"石岐街道": "shiqi", "小榄镇": "xiaolan"},
	Topics: map[string]string{"低保": "p-a", "孤儿": "p-b"},
	Places: []Place{{"shiqi", "迎阳社区"}, {"shiqi", "莲峰社区"}},
}

const eventHead = "日期,开始时间,结束时间,镇街,村（社区）,地点,名称,政策,参加人数\n"

func TestEventFile(t *testing.T) {
	const text = "\ufeff" + eventHead + "2026-11-20,9:00,10:30,石岐街道,莲峰社区、迎阳社区,文化室,秋天的宣讲,低保、孤儿,35\n2026年12月8日,下午3点,,石岐街道,迎阳社区,村口,冬天的宣讲,低保,\n"
	f := ParseEvents([]byte(text), eventNames, eventNow)
	want := []Event{
		{Title: "秋天的宣讲", Place: "文化室", Topics: []string{"p-a", "p-b"}, Town: "shiqi", Villages: []string{"莲峰社区", "迎阳社区"}, Day: "2026-11-20", Begins: "09:00", Ends: "10:30", Counted: 35, HasCount: true},
		{Title: "冬天的宣讲", Place: "村口", Topics: []string{"p-a"}, Town: "shiqi", Villages: []string{"迎阳社区"}, Day: "2026-12-08", Begins: "15:00"},
	}
	if diff := cmp.Diff(want, f.Events); diff != "" || len(f.Faults) > 0 {
		t.Errorf("ParseEvents (-want +got), faults %v:\n%s", f.Faults, diff)
	}
	var b bytes.Buffer
	name := func(id string) string {
		return map[string]string{"shiqi": "石岐街道", "p-a": "低保", "p-b": "孤儿"}[id]
	}
	if err := WriteEvents(&b, f.Events, name, name); err != nil {
		t.Fatal(err)
	}
	if again := ParseEvents(b.Bytes(), eventNames, eventNow); cmp.Diff(f.Events, again.Events) != "" || len(again.Faults) > 0 {
		t.Errorf("written and read again: %v, %v", again.Events, again.Faults)
	}
}

// TestEventFaults names the line and the column of each fault, and goes on to the next row.
func TestEventFaults(t *testing.T) {
	good := "2026-11-20,9:00,,石岐街道,迎阳社区,文化室,宣讲,低保,3\n"
	for name, one := range map[string]struct{ rows, want string }{
		"nothing":          {"", "0  error.import.empty"},
		"a day":            {"31/02,9:00,,石岐街道,迎阳社区,文化室,宣讲,低保,3\n", "2 日期 error.date.form"},
		"a time":           {"2026-11-20,noon,,石岐街道,迎阳社区,文化室,宣讲,低保,3\n", "2 开始时间 error.event.time"},
		"a town":           {"2026-11-20,9:00,,没有镇,迎阳社区,文化室,宣讲,低保,3\n", "2 镇街 error.import.town"},
		"another's":        {"2026-11-20,9:00,,小榄镇,北区社区,文化室,宣讲,低保,3\n", "2 村（社区） error.event.village"},
		"a policy":         {"2026-11-20,9:00,,石岐街道,迎阳社区,文化室,宣讲,别的,3\n", "2 政策 error.event.topic"},
		"no policy":        {"2026-11-20,9:00,,石岐街道,迎阳社区,文化室,宣讲,,3\n", "2 政策 error.event.topics"},
		"people":           {"2026-11-20,9:00,,石岐街道,迎阳社区,文化室,宣讲,低保,many\n", "2 参加人数 error.event.counted"},
		"people ahead":     {"2026-12-20,9:00,,石岐街道,迎阳社区,文化室,宣讲,低保,3\n", "2 参加人数 error.event.ahead"},
		"twice":            {good + good, "3 村（社区） error.import.repeated"},
		"two in two lines": {good + "2026-11-20,,,石岐街道,迎阳社区,文化室,,低保,3\n", "3 名称 error.event.title; 3 开始时间 error.event.time"},
	} {
		var got []string
		for _, f := range ParseEvents([]byte(eventHead+one.rows), eventNames, eventNow).Faults {
			got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Key))
		}
		if strings.Join(got, "; ") != one.want {
			t.Errorf("%s: %s; want %s", name, strings.Join(got, "; "), one.want)
		}
	}
}
