package e2e

// childWay has a director register a child, assess its care page by page and write
// down a visit.
func (v *visitor) childWay() {
	v.Helper()
	v.goTo("/staff/children")
	v.to(`main a[href^="/staff/children/new"]`)
	v.failing(422, func() { v.to(`main form[action^="/staff/children/new"] button:not([type="button"])`) })
	v.fill("name", answers["child_name"])
	v.fill("born", "2017年3月2日")
	v.fill("village", "迎阳社区")
	v.fill("guardian", "画眉鸟")
	v.choose("relation", "grandparent-paternal")
	v.choose("ground", "village-file")
	v.to(`main form[action^="/staff/children/new"] button:not([type="button"])`)
	v.sees("还没有评估过")
	child := v.where()
	v.to(`main a[href$="/assess"]`)
	v.to(`main form[action$="/assess"] button:not([type="button"])`)
	for pages := 0; v.count(`main textarea[name="opinion"]`) == 0; pages++ {
		if pages > 10 {
			v.Fatalf("the form does not end: %s", v.where())
		}
		for _, f := range look[[]field](v.tab, "fields") {
			v.press(`main label[for="f-` + f.Name + `-0"]`)
		}
		v.to(`main form[action*="/pages/"] .form__buttons button`)
	}
	v.failing(422, func() { v.to(`main form[action$="/sign"] .form__buttons button`) })
	v.fill("opinion", "家里照顾得用心")
	v.to(`main form[action$="/sign"] .form__buttons button`)
	v.sees("评估签好了")
	v.to(`main a[href*="/assessments/"]`)
	v.sees("100分，好")
	v.goTo(child)
	v.to(`main a[href$="/visit"]`)
	v.fill("seen", "孩子")
	v.fill("did", "看了作业")
	v.choose("safe", "yes")
	v.fill("next", "下月再去")
	v.to(`main form[action$="/visit"] .form__buttons button`)
	v.sees("走访记好了")
}
