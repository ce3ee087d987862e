package web

import (
	"slices"
	"strings"
	"testing"

	"huitong/content"
	"huitong/portal/casework"
)

const eventFileHead = "日期,开始时间,结束时间,镇街,村（社区）,地点,名称,政策,参加人数\n"

// TestEventFile takes events from a file after it was shown, all or none, and shows what
// they reached.
func TestEventFile(t *testing.T) {
	d := newDesk(t)
	d.villages()
	town, officer, director := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Officer, ""), d.staff(casework.Director, "shiqi")
	policy := d.server.chineseTopic(living)
	give := func(b *browser, rows string) *browser {
		b.open(eventImportPath).wants(200, "检查")
		return b.post(eventImportPath, b.form(eventImportPath), chosen{"file", []byte(eventFileHead + rows)})
	}
	give(town, "2026-11-20,9:00,,石岐街道,没有社区,文化室,秋天的宣讲,"+policy+",35\n2026-11-20,9点,,石岐,迎阳社区,文化室,宣讲,别的政策,x\n").
		wants(200, "有3处要改", "第2行", "名录里没有这个村", "没有这项政策", "请写人数").lacks("确认更新")
	give(director, "2026-11-20,9:00,,石岐街道,莲峰社区,文化室,别人的村,"+policy+",35\n").wants(200, "名录里没有这个村")
	rows := "2026-11-20,9:00,10:30,石岐街道,迎阳社区、莲峰社区,文化室,秋天的宣讲," + policy + ",35\n2026-12-08,15:30,,石岐,仙湖社区,村口,冬天的宣讲," + policy + ",\n"
	give(town, rows).wants(200, "新增2条", "秋天的宣讲", "参加35人", "还没有生效")
	path := town.address
	town.keepsShape(t, path)
	if n := strings.Count(officer.open(eventsPath).body, "秋天的宣讲"); n != 0 {
		t.Error("something counts before it was confirmed")
	}
	form := town.open(path).form(path)
	for range 2 {
		town.do("POST", path, form)
		town.wants(200, "保存好了")
	}
	if n := strings.Count(town.open(eventsPath).body, "秋天的宣讲"); n != 1 {
		t.Errorf("imported %d times; want 1", n)
	}
	give(town, rows).wants(200, "不用更新")
	officer.open(eventsPath+"/list.csv").wants(200, "2026-11-20,09:00,10:30,石岐街道,莲峰社区、迎阳社区,文化室,秋天的宣讲,"+policy+",35")

	// In the town: three villages, two of them reached by one event with 35 people, one for
	// which something is planned. In the city there is one more, without anything.
	town.open(coveragePath).wants(200, "共3个村（社区），讲过的有2个，一共讲了1场，35人次参加", "还有1个没有讲过").keepsShape(t, coveragePath)
	officer.open(coveragePath).wants(200, "共4个村（社区），讲过的有2个", "还有2个没有讲过", "小榄镇")
	body := officer.text()
	order := []string{"小榄镇（含原东升） 北区社区", "石岐街道 仙湖社区", "石岐街道 莲峰社区", "石岐街道 迎阳社区"}
	for i := range len(order) - 1 {
		if a, b := strings.Index(body, order[i]), strings.Index(body, order[i+1]); a < 0 || b < a {
			t.Errorf("%s stands at %d and %s at %d; want the gaps first", order[i], a, order[i+1], b)
		}
	}
	director.open(coveragePath).wants(200, "共1个村（社区），讲过的有1个").lacks("莲峰社区")
	other := slices.IndexFunc(d.server.content().Library.Policies, func(p *content.Policy) bool { return p.Slug != living })
	officer.open(coveragePath+"?topic="+d.server.content().Library.Policies[other].Slug).wants(200, "讲过的有0个")
	officer.open(coveragePath+"?year=2025").wants(200, "还有4个没有讲过")
	officer.open(coverageFile).wants(200, "石岐街道,莲峰社区,1,35,0", "北区社区,0,0,0")
}
