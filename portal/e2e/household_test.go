package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// siblings are the two children of the family, with what differs between them.
var siblings = []map[string]string{
	{"child_name": "陈小禾", "child_id": "44200020170302002X"},
	{"child_name": "陈小苗", "child_id": "442000201903020016"},
}

// TestHousehold goes from the check over all policies to two children with two
// policies each, closes the browser half-way and goes on in another.
func TestHousehold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mode string
		device     device
	}{
		{"standard without scripts", "standard", device{width: 1280, height: 900, noScripts: true}},
		{"elder on a handset", "elder", device{width: 360, height: 740, touch: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := newVisitor(t, startSite(t), tt.device, tt.mode)
			v.arriveAtHome()
			v.goTo("/check/all")
			v.answerAll()
			v.to(`main form .form__buttons button:not([name="-back"])`)
			v.to(`main button[name="-show"]`)
			v.to(`main button[formaction^="/household/new"]`)
			v.keepOnly(journeySlug, "medical-insurance-relief")
			v.beginTogether()
			v.at("/household")
			p := v.receipt()
			v.fillHousehold()

			v.tab = newTab(t, v.site, v.device)
			v.arriveAtHome()
			v.goTo("/track")
			v.fill("number", p.number)
			v.fill("code", p.code)
			v.to(`main form[action^="/track"] button:not([type="button"])`)
			v.to(`main a[href^="/household"]`)
			v.sees(siblings[0]["child_name"])
			v.press("main details summary")
			v.choose("for-child", "new")
			v.keepOnly(journeySlug, "medical-insurance-relief")
			v.to(`main form[action^="/household"] .form__buttons button`)
			v.fillHousehold()

			v.to(`main a[href^="/household/review"]`)
			v.readOver("")
			v.failing(422, func() { v.to(`main form button.button--chief`) })
			v.press(`main label[for="` + look[string](v.tab, "idOf", `main input[type="checkbox"]`) + `"]`)
			v.to(`main form button.button--chief`)
			v.at("/household")
			v.sees("已经一起提交成功")
			if got := strings.Count(look[string](v.tab, "text", "main"), "等镇街收"); got != 4 {
				t.Errorf("%d applications wait for the office; want 4", got)
			}
		})
	}
}

// beginTogether begins what is ticked, in elder mode from the page that tells how the data
// are kept.
func (v *visitor) beginTogether() {
	v.Helper()
	const begin = `main form button[name="-start"]`
	v.to(begin)
	if v.mode == "elder" {
		v.sees("怎样保护孩子的信息")
		v.to(begin)
	}
}

// keepOnly ticks these programmes and no others.
func (v *visitor) keepOnly(slugs ...string) {
	v.Helper()
	for group := 1; ; {
		for _, slug := range evaluate[[]string](v.tab, `[...document.querySelectorAll('main input[name="programme"]:not([type="hidden"])')].map((e) => e.value)`) {
			selector := `main input[name="programme"][value="` + slug + `"]`
			if look[bool](v.tab, "checked", selector) != slices.Contains(slugs, slug) {
				v.press(`main label[for="` + look[string](v.tab, "idOf", selector) + `"]`)
			}
		}
		group++
		next := fmt.Sprintf(`main button[name="-group"][value="%d"]`, group)
		if v.count(next) == 0 {
			return
		}
		v.to(next) // elder mode shows six choices at a time
	}
}

// fillHousehold goes on wherever the overview says that something is missing. Each
// question is asked once for a child.
func (v *visitor) fillHousehold() {
	v.Helper()
	asked := map[string]int{}
	for range 60 {
		if strings.HasSuffix(v.where(), "/household") {
			next := evaluate[string](v.tab, `[...document.querySelectorAll("main .summary-list__action a")].find((a) => a.textContent.startsWith("接着填"))?.getAttribute("href") ?? ""`)
			if next == "" {
				return
			}
			v.goTo(next)
			continue
		}
		if v.atPapers() {
			v.bringOnPaper("")
			v.to(`main form > .form__buttons button`)
			continue
		}
		if strings.Contains(v.where(), "/twice?") { // applied for before, on the same site
			v.to(`main .form__buttons a:not(.button--quiet)`)
			continue
		}
		child := siblings[0]
		if strings.Contains(v.where(), "child=2") {
			child = siblings[1]
		}
		v.answerGaps(child, asked)
		v.to(`main form .form__buttons button`)
	}
	v.Fatalf("the household is never complete: %s", v.where())
}

// answerGaps answers what is not filled in already.
func (v *visitor) answerGaps(child map[string]string, asked map[string]int) {
	v.Helper()
	all := maps.Clone(answers)
	maps.Copy(all, map[string]string{"recognition": "orphan", "ill_now": "no", "insured": "yes", "note": ""})
	maps.Copy(all, child)
	for _, f := range look[[]field](v.tab, "fields") {
		selector := `main [name="` + f.Name + `"]`
		filled := look[string](v.tab, "value", selector) != ""
		if f.Kind == "radio" {
			filled = v.count(selector+":checked") > 0
		}
		value := all[f.Name]
		if filled || value == "" {
			continue
		}
		if key := child["child_name"] + " " + f.Name; asked[key] == 0 {
			asked[key]++
		} else {
			v.Errorf("%s is asked twice", key)
		}
		switch f.Kind {
		case "radio":
			v.chooseAmong(f.Name, value)
		case "select":
			look[bool](v.tab, "select", selector, value)
		default:
			v.fill(f.Name, value)
		}
	}
}
