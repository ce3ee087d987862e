package e2e

import (
	"strings"
	"time"
)

// What is written on the way: by the neighbour, by the liaison to the town, and by the
// town to the family.
const (
	reportWords  = "放学后孩子常常一个人在家，没有人做饭"
	liaisonWords = "系统里查到，今年已经缴费。"
	familyWords  = "孩子今年参加了居民医保。"
	agreedWords  = "医保帮孩子把看病的钱报回来"
)

// next follows the one thing that the page says is to be done.
func (v *visitor) next() {
	v.Helper()
	v.to(`main .case-moves a.button:not(.button--quiet)`)
}

func (w *walk) reports() {
	v := w.neighbour
	v.goTo("/report")
	where, forward, send := "village", "", `main form[action="/report"] .form__buttons button`
	if v.mode == "elder" { // which asks one thing a page, and for the village and the street in one
		where, forward, send = "place", send, send+`[name="-now"]`
	}
	for _, told := range [][2]string{{"kind", "alone"}, {"town", "shiqi"}, {where, "迎阳社区"}, {"danger", "no"}, {"words", reportWords}} {
		if v.give(told[0], told[1]); forward != "" && told[0] != "words" {
			v.to(forward)
		}
	}
	v.to(send)
	v.sees("收到了，谢谢您")
	w.reported = v.receipt()
}

func (w *walk) takesOn() {
	v := w.supervisor
	v.goTo("/staff")
	v.sees("有1份报告等人接")
	v.chooses("/staff/reports")
	v.to(`main tbody a`)
	w.report = v.where()
	v.sees(reportWords)
	v.sees("没有登录的人报告的")
	v.to(`main form[action$="/handle"] button[value="take"]`)
	v.sees("正在办")
	v = w.neighbour
	v.goTo("/report/follow")
	v.fill("number", w.reported.number)
	v.fill("code", w.reported.code)
	v.to(`main form[action^="/report/follow"] .form__buttons button`)
	v.sees("有人在办")
}

func (w *walk) getsRecord() {
	v := w.supervisor
	v.next()
	v.fill("look", answers["child_id"])
	v.failing(422, func() { v.to(`main form[action$="/child"] .form__buttons button`) })
	v.to(`main a[href*="/staff/children/new?report="]`)
	save := `main form[action^="/staff/children/new"] .form__buttons button`
	v.failing(422, func() { v.to(save) })
	v.fill("name", answers["child_name"])
	v.fill("resident_id", answers["child_id"])
	if w.neighbour.mode == "elder" { // who was asked for the village and the street in one
		v.fill("village", "迎阳社区")
	}
	v.fill("guardian", answers["guardian_name"])
	v.give("relation", "grandparent-paternal")
	v.to(save)
	v.sees("还没有评估过")
	v.sees(w.reported.number)
	w.child, _, _ = strings.Cut(v.where(), "?")
	v.to(`main a[href="` + w.report + `"]`) // the way back
	v.sees(answers["child_name"])
	w.officer.goTo(w.report)
	w.officer.to(`main a[href="` + w.child + `"]`)
}

// assess answers each page with the choice at that place, as far as there is one, and signs.
func (v *visitor) assess(place, opinion string) {
	v.Helper()
	v.to(`main form[action$="/assess"] .form__buttons button`)
	for pages := 0; v.count(`main textarea[name="opinion"]`) == 0; pages++ {
		if pages > 10 {
			v.Fatalf("the form does not end: %s", v.where())
		}
		for _, f := range look[[]field](v.tab, "fields") {
			at := `main label[for="f-` + f.Name + `-` + place + `"]`
			if v.count(at) == 0 {
				at = `main label[for="f-` + f.Name + `-0"]` // of a danger: no
			}
			v.press(at)
		}
		v.to(`main form[action*="/pages/"] .form__buttons button`)
	}
	sign := `main form[action$="/sign"] .form__buttons button`
	v.failing(422, func() { v.to(sign) })
	v.fill("opinion", opinion)
	v.to(sign)
	v.sees("评估签好了")
}

// confirms has the supervisor confirm the child's latest assessment, which says this.
func (w *walk) confirms(result string) {
	v := w.supervisor
	v.goTo(w.child)
	v.next()
	v.sees(result)
	v.to(`main form[action$="/confirm"] button`)
	v.sees("评估结果确认了")
}

func (w *walk) isAssessed() {
	v := w.director
	v.goTo("/staff/children")
	v.to(`main tbody a`)
	v.next()
	v.assess("2", "爷爷尽心，做饭、看病顾不上")
	w.confirms("较差")
}

// visit writes down a visit at which the child was safe.
func (v *visitor) visit(did string) {
	v.Helper()
	v.fill("seen", "孩子和爷爷")
	v.fill("did", did)
	v.give("safe", "yes")
	v.fill("next", "下月再去")
	v.to(`main form[action$="/visit"] .form__buttons button`)
	v.sees("走访记好了")
}

func (w *walk) isHelped() {
	v := w.supervisor
	v.next() // name a helper, which the result wants
	v.giveNamed("helper", directorName)
	v.to(`main form[action$="/helper"] .form__buttons button`)
	v.sees(directorName)
	v = w.director
	v.goTo(w.child)
	v.next()
	v.visit("一起做了饭")
}

func (w *walk) applies() {
	w.applied = assistedWay(w.family, w.director)
	v := w.supervisor
	v.goTo("/staff")
	v.rowsInSight()
	v.to(`main a[href$="/staff/applications/` + ungrouped(w.applied.number) + `"]`)
	w.caseFile = v.where()
	v.sees(directorName) // who helps the child
	v.sees("较差")
	v.decide("accept", "")
}

// ungrouped is a number as addresses have it.
func ungrouped(number string) string { return strings.NewReplacer(" ", "", "-", "").Replace(number) }

func (w *walk) isReferred() {
	town, v := w.supervisor, w.liaison
	for _, path := range []string{w.report, w.child} { // which can be referred as well
		town.goTo(path)
		town.to(`main a[href$="/refer"]`)
		town.to(`main a[href$="task=safety-visit"]`)
		town.goTo(path + "/confer")
	}
	town.goTo(w.caseFile)
	town.to(`main a[href$="/refer"]`)
	town.to(`main a[href$="task=insurance-status"]`)
	town.to(`main form .form__buttons button`)
	town.sees("已转出")

	v.goTo("/staff/referrals")
	v.to(`main tbody a`)
	w.referral = v.where()
	v.sees(answers["child_name"])
	v.sees(answers["child_id"])
	if text := look[string](v.tab, "text", "main"); strings.Contains(text, answers["guardian_name"]) || strings.Contains(text, answers["address"]) {
		v.Errorf("the liaison sees what nobody ticked: %s", text)
	}
	v.to(`main form[action$="/take"] button`)
	v.give("outcome", "confirmed")
	v.fill("words", liaisonWords)
	v.to(`main form[action$="/answer"] button.button--chief`)
	if text := look[string](v.tab, "text", "main"); strings.Contains(text, answers["child_name"]) {
		v.Errorf("after its answer the liaison still sees the child: %s", text)
	}

	town.goTo("/staff/referrals?waits=sender")
	town.to(`main tbody a`)
	town.sees(liaisonWords)
	town.fill("family", familyWords)
	town.to(`main form[action$="/close"] button`)
	w.family.goTo("/track/status")
	w.family.sees("我们请医疗保障部门核对孩子的参保情况")
	w.family.sees(familyWords)
	if text := look[string](w.family.tab, "text", "main"); strings.Contains(text, liaisonWords) {
		w.family.Errorf("the family reads what the department wrote: %s", text)
	}
}

func (w *walk) isTalkedOver() {
	v := w.supervisor
	v.goTo(w.caseFile)
	v.to(`main a[href$="/confer"]`)
	v.fill("day", time.Now().AddDate(0, 0, 1).Format("2006-01-02")+" 14:30")
	v.fill("place", "镇政府三楼")
	v.fill("agenda", "看病的钱怎么报")
	v.choose("department", "medical-insurance")
	v.fill("users", directorLogin)
	v.choose("field", "child_name")
	v.to(`main form[action$="/confer"] .form__buttons button`)
	v.to(`main a[href^="/staff/conferences/"]`)
	w.conference = v.where()
	for _, guest := range []*visitor{w.liaison, w.director} {
		guest.goTo("/staff/conferences")
		guest.to(`main a[href="` + w.conference + `"]`)
		guest.sees("看病的钱怎么报")
		guest.sees(answers["child_name"])
	}
	v.fill("minutes", "几家都同意。")
	v.to(`main form[action$="/held"] .form__buttons button`)
	v.fill("what", agreedWords)
	v.give("owner", "medical-insurance")
	v.fill("days", "5")
	v.press(`main label[for="f-agreed-told"]`)
	v.to(`main form[action$="/agree"] .form__buttons button`)
	v.sees(agreedWords)
	w.family.goTo("/track/status")
	w.family.sees(agreedWords)
	w.liaison.goTo("/staff/conferences")
	w.liaison.to(`main a[href="` + w.conference + `"]`)
	w.liaison.to(`main form[action$="/done"] button`)
	w.liaison.sees("办好")
}

func (w *walk) isApproved() {
	w.supervisor.goTo(w.caseFile)
	w.supervisor.decide("recommend", "情况属实，建议给。")
	w.officer.goTo(w.caseFile)
	w.officer.decide("approve", lastWords)
	w.family.goTo("/track/status")
	w.family.sees(lastWords)
}

func (w *walk) isReviewed() {
	w.yearLater()
	v := w.director
	v.goTo("/staff/children")
	v.unfold(".desk-fold > summary")
	v.to(`main a[href="/staff/children/due"]`)
	v.sees("再评估")
	v.sees("已到期")
	v.to(`main tbody a`)
	v.next() // the helper's visit is late as well, and comes first
	v.visit("孩子长高了，成绩也好了")
	v.next()
	v.assess("0", "一年下来，家里照顾得好多了")
	w.confirms("100分，好")
	w.supervisor.sees("历次确认的得分")
	w.officer.goTo(w.child)
	w.officer.sees("历次确认的得分")
}

// talksInVillage has the director plan a talk of today, a visitor check in at its door,
// and the town see which villages were reached.
func (w *walk) talksInVillage() {
	v := w.director
	v.goTo("/staff/events/new")
	v.fill("title", "到村里讲政策")
	v.fill("day", time.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateOnly))
	v.fill("begins", "9:30")
	v.fill("place", "党群服务中心")
	v.press(`main label[for="f-topics-0"]`)
	v.to(`main form[action$="/new"] .form__buttons button`)
	v.sees("就在今天")
	w.neighbour.goTo("/events")
	w.neighbour.to(`main ul a[href^="/e/"]`)
	w.neighbour.to(`main form[action^="/e/"] .form__buttons button`)
	w.neighbour.sees("签到好了")
	w.supervisor.goTo("/staff/events")
	w.supervisor.to(`main a[href="/staff/events/coverage"]`)
	w.supervisor.sees("讲过的有1个")
}
