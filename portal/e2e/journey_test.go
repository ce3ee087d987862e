package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// journeySlug is the policy that the family of these tests applies for.
const journeySlug = "basic-living-allowance"

// answers are the family's, by the name of the question, both in the checker and
// in the form. People and numbers are invented.
var answers = map[string]string{
	"child_age":         "9",
	"child_name":        "陈小禾",
	"child_id":          "44200020170302002X",
	"hukou":             "zhongshan",
	"father":            "dead",
	"mother":            "prison",
	"guardian_name":     "陈守田",
	"guardian_id":       "442000195208151016",
	"guardian_relation": "grandparent-paternal",
	"guardian_phone":    "13800138000",
	"town":              "shiqi",
	"address":           "石岐街道测试村1号",
	"bank_holder":       "陈守田",
	"bank_account":      "6217003360000000124",
	"note":              "下午方便接电话。",
}

// empty are questions that stand in the form until an earlier answer has settled
// that they need none; this family leaves them as they are.
var empty = []string{"in_school"}

// What the officer and the family write to each other.
const (
	moreWords = "请说明孩子妈妈服刑的监狱，并写上您方便的时间。"
	moreReply = "在测试监狱。每天下午都方便。"
	lastWords = "材料齐全，情况属实，同意发放。"
)

// TestJourney is the whole way of a family and an officer: read, search, ask,
// check, apply, follow, decide.
func TestJourney(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mode string
		device     device
	}{
		{"standard on a desktop", "standard", device{width: 1280, height: 900, worker: true}},
		{"elder on a handset", "elder", handset},
		{"standard without scripts", "standard", device{width: 1280, height: 900, noScripts: true}},
		{"elder without scripts", "elder", device{width: 360, height: 740, touch: true, noScripts: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startSite(t)
			office := device{width: 1280, height: 900, noScripts: tt.device.noScripts}
			wholeWay(newVisitor(t, s, tt.device, tt.mode), newVisitor(t, s, office, "standard"))
		})
	}
}

// wholeWay is everything that a family and an officer do until the decision.
func wholeWay(family, officer *visitor) {
	family.Helper()
	family.arriveAtHome()
	family.read()
	family.search()
	family.askBot()
	family.check()
	pass := family.apply()

	officer.setPassword()
	officer.signIn()
	officer.openCase(pass)
	officer.decide("ask-more", moreWords)
	officer.signOut()

	family.track(pass)
	family.supply()

	officer.signIn()
	officer.openCase(pass)
	officer.decide("accept", "")
	officer.decide("approve", lastWords)

	family.track(pass)
	family.sees(lastWords)
}

// visitor is somebody with a browser in one of the modes.
type visitor struct {
	*tab
	mode    string
	arrived func() // on each page

	secret string // of the second factor, once it is set up
	shown  int64  // step of the code that was given last
}

// newVisitor returns a visitor who inspects each page at the width of the device
// in hand.
func newVisitor(tb testing.TB, s *site, d device, mode string) *visitor {
	tb.Helper()
	v := &visitor{tab: newTab(tb, s, d), mode: mode}
	v.arrived = func() {
		v.Helper()
		v.inspect(v.mode, v.device.width)
	}
	return v
}

// goTo opens an address.
func (v *visitor) goTo(path string) {
	v.Helper()
	v.open(path)
	v.arrived()
}

// to follows a link or presses a button that leads to another page.
func (v *visitor) to(selector string) {
	v.Helper()
	v.follow(selector)
	v.arrived()
}

func (v *visitor) arriveAtHome() {
	v.Helper()
	v.open("/")
	if evaluate[string](v.tab, "document.documentElement.dataset.mode") != v.mode {
		v.follow(`header a[href*="mode=` + v.mode + `"]`)
	}
	v.arrived()
}

func (v *visitor) read() {
	v.Helper()
	v.to(`main a[href^="/policies"]`)
	if v.mode == "elder" { // one thing a page: the kind, the policy, a part of it
		v.to(`main a[href^="/policies/kind/allowance"]`)
		v.to(`main a[href^="/policies/` + journeySlug + `"]`)
		v.to(`main a[href^="/policies/` + journeySlug + `/part/amount"]`)
		v.sees("1578元")
		v.press(".part__whole > summary") // in few words first, and in full for who asks
		v.sees("散居孤儿")
		v.to(`[data-bar="back"]`)
		v.at("/policies/" + journeySlug)
		return
	}
	v.to(`main a[href^="/policies/` + journeySlug + `"]`)
	v.sees("散居孤儿")
}

// search looks for the policy in everyday words.
func (v *visitor) search() {
	v.Helper()
	v.goTo("/search")
	v.fill("q", "爸妈都没了孩子每月能领多少钱")
	v.to(`main form[action^="/search"] button:not([type="button"])`)
	v.at("/search")
	v.to(`main .hits a[href^="/policies/` + journeySlug + `"]`)
}

func (v *visitor) askBot() {
	v.Helper()
	v.to(`a[href^="/ask"]`)
	v.ask("孤儿补贴每个月多少钱？")
	if v.count("main .chat a[href*='/policies/"+journeySlug+"']") == 0 {
		v.Fatalf("the answer does not cite %s:\n%s", journeySlug, look[string](v.tab, "text", "main"))
	}
	v.ask("那要带什么材料？")
	v.to("main .chat a[href*='/policies/" + journeySlug + "']")
	if v.mode == "elder" {
		if !strings.Contains(v.where(), "/policies/"+journeySlug+"/part/") {
			v.Errorf("the citation leads to %s; want the page of a section", v.where())
		}
		v.to(`[data-bar="back"]`)
		return
	}
	v.at("/policies/" + journeySlug)
	if !evaluate[bool](v.tab, "!!location.hash && !!document.querySelector(location.hash)") {
		v.Errorf("the citation %s does not lead to a section", v.where())
	}
}

func (v *visitor) ask(question string) {
	v.Helper()
	v.tab.ask(question)
	v.arrived()
	v.sees(question)
}

func (v *visitor) count(selector string) int {
	v.Helper()
	return look[int](v.tab, "count", selector)
}

// check answers the eligibility questions, one a page, to the verdict.
func (v *visitor) check() {
	v.Helper()
	v.to(`main a[href^="/check/` + journeySlug + `"]`)
	for v.count("main .verdict") == 0 {
		v.answerAll()
		v.to(`main form .form__buttons button:not([name="-back"])`)
		if strings.Contains(v.where(), "=dead") {
			v.Errorf("an answer stands in the address %s", v.where())
		}
	}
	if v.count("main .verdict--yes") == 0 {
		v.Errorf("the child of these answers is not eligible:\n%s", look[string](v.tab, "text", "main"))
	}
}

// field is a question as the page asks it.
type field struct{ Name, Kind string }

// answerAll answers every question of the page.
func (v *visitor) answerAll() {
	v.Helper()
	for _, f := range look[[]field](v.tab, "fields") {
		value, known := answers[f.Name]
		if slices.Contains(empty, f.Name) {
			continue
		}
		if !known {
			v.Fatalf("%s asks for %s, and the family of these tests has no answer", v.where(), f.Name)
		}
		switch f.Kind {
		case "radio":
			v.chooseAmong(f.Name, value)
		case "select":
			if !look[bool](v.tab, "select", `main [name="`+f.Name+`"]`, value) {
				v.Fatalf("%s has no option %q", f.Name, value)
			}
		default:
			v.fill(f.Name, value)
		}
	}
}

// chooseAmong turns to the choice if need be: elder mode shows six at a time.
func (v *visitor) chooseAmong(name, value string) {
	v.Helper()
	for v.count(`main [name="`+name+`"][value="`+value+`"]`) == 0 {
		v.to(`main button[name="-group"]`)
	}
	v.choose(name, value)
}

// pass opens an application.
type pass struct{ number, code string }

// apply goes through the whole form with one mistake on the way.
func (v *visitor) apply() pass {
	v.Helper()
	v.begins()
	for !v.atPapers() {
		v.answerAll()
		switch {
		case v.count(`main [name="guardian_phone"]`) == 1:
			v.mistake()
		case v.mode == "elder" && v.count(`main [name="guardian_name"]`) == 1:
			v.leaveForm()
		}
		v.to(`main form .form__buttons button`)
	}
	v.givePapers(func() {
		v.upload("household-register", "main #f-document-household-register", photoFile(v, v.TempDir(), "register.jpg", 1200, 900))
		v.until("the photo is there", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	})
	v.at("/apply/" + journeySlug + "/review")
	v.readOver("")
	if v.count("main form button.button--chief") != 1 {
		v.Fatalf("the review does not let the family submit:\n%s", look[string](v.tab, "text", "main"))
	}
	v.sees(answers["child_name"])
	v.failing(422, func() { v.to(`main form button.button--chief`) })
	v.sees("同意")
	v.press(`main label[for="` + look[string](v.tab, "idOf", `main input[type="checkbox"]`) + `"]`)
	v.to(`main form button.button--chief`)
	v.at("/apply/" + journeySlug + "/done")
	return v.receipt()
}

// readOver turns the pages of the review that elder mode has, to the last of them or to one
// that shows something.
func (v *visitor) readOver(until string) {
	v.Helper()
	for v.mode == "elder" && v.count(`main a[rel="next"]`) == 1 && (until == "" || v.count(until) == 0) {
		v.to(`main a[rel="next"]`)
	}
}

// begins starts an application. Elder mode shows how the data are kept on a page of its
// own first.
func (v *visitor) begins() {
	v.Helper()
	v.goTo("/apply/" + journeySlug)
	if v.mode == "elder" {
		v.to(`main a[href^="/apply/` + journeySlug + `/before/papers"]`)
		v.sees("户口本")
		v.to(`[data-bar="back"]`)
		v.to(`main form button[name="-notice"]`)
	}
	v.to(`main form button[name="-start"]`)
}

// mistake gives a wrong telephone number, follows the error summary to the field
// and mends it; nothing else was lost.
func (v *visitor) mistake() {
	v.Helper()
	v.fill("guardian_phone", "12345")
	if v.mode == "elder" { // the way back asks what to do with it first
		v.failing(422, func() { v.to(`[data-bar="back"]`) })
		v.sees("12345")
		v.failing(422, func() { v.to(`main form button`) })
	} else {
		v.failing(422, func() { v.to(`main form .form__buttons button`) })
	}
	v.press(".error-summary a")
	v.until("the link of the summary leads into the field", func() bool {
		return evaluate[string](v.tab, "document.activeElement.name || ''") == "guardian_phone"
	})
	if got := look[string](v.tab, "value", `main [name="guardian_phone"]`); got != "12345" {
		v.Errorf("after a mistake the number is %q; want what was typed", got)
	}
	if v.mode == "elder" { // which asks nothing else on this page
		v.fill("guardian_phone", answers["guardian_phone"])
		return
	}
	if got := look[string](v.tab, "value", `main [name="guardian_name"]`); got != answers["guardian_name"] {
		v.Errorf("after a mistake the name is %q; want %q", got, answers["guardian_name"])
	}
	v.fill("guardian_phone", answers["guardian_phone"])
}

// leaveForm is about to leave the form by the bar, with an answer just typed, thinks
// better of it, and finds the answer saved and the question before behind the way back.
func (v *visitor) leaveForm() {
	v.Helper()
	here := v.where()
	v.to(`[data-bar="home"]`)
	v.sees("都存好了")
	v.to(`main .form__buttons a`)
	v.goTo(strings.TrimPrefix(here, v.site.url))
	if got := look[string](v.tab, "value", `main [name="guardian_name"]`); got != answers["guardian_name"] {
		v.Errorf("after leaving the form the name is %q; want %q", got, answers["guardian_name"])
	}
	v.to(`[data-bar="back"]`)
	if v.count(`main [name="mother"]`) == 0 {
		v.Errorf("the way back leads to %s; want the question before", v.where())
	}
	v.to(`main form .form__buttons button`)
}

var (
	numberForm = regexp.MustCompile(`\d{4}[ -]\d{4}[ -]\d{4}`)
	codeForm   = regexp.MustCompile(`(?m)^\s*(\d{4}[ -]\d{4})\s*$`)
)

func (v *visitor) receipt() pass {
	v.Helper()
	text := look[string](v.tab, "text", "main")
	p := pass{number: numberForm.FindString(text)}
	if m := codeForm.FindStringSubmatch(text); m != nil {
		p.code = m[1]
	}
	if p.number == "" || p.code == "" {
		v.Fatalf("no number and code on the receipt:\n%s", text)
	}
	return p
}

// track opens the application with number and code on a device that has never
// seen it.
func (v *visitor) track(p pass) {
	v.Helper()
	v.tab = newTab(v.TB, v.site, v.device)
	v.arriveAtHome()
	v.goTo("/track")
	v.fill("number", p.number)
	v.fill("code", "0000 0000")
	v.failing(422, func() { v.to(`main form[action^="/track"] button:not([type="button"])`) })
	v.fill("number", p.number)
	v.fill("code", p.code)
	v.to(`main form[action^="/track"] button:not([type="button"])`)
	v.at("/track/status")
}

func (v *visitor) supply() {
	v.Helper()
	v.sees(moreWords)
	v.to(`main a[href^="/track/documents"]`)
	const other = `main a[href^="/track/documents/other"]`
	if v.mode == "elder" { // a few documents at a time, each on its own page
		for v.count(other) == 0 {
			v.to(`main a[rel="next"]`)
		}
		v.to(other)
	}
	v.upload("other", "main #f-document-other", photoFile(v, v.TempDir(), "more.jpg", 1800, 2400))
	v.until("the photo is there", func() bool { return v.count("#other .file-list__picture") == 1 })
	v.to(`main form > .form__buttons button`)
	if v.mode == "elder" {
		v.sees("已传1个文件")
		v.to(`main a[href^="/track/status"]`)
	}
	v.at("/track/status")
	v.fill("text", moreReply)
	v.to(`main form[action^="/track/supply"] button:not([type="button"])`)
	v.sees(moreReply)
}

// openCase opens an application from the list. The child's number is hidden until
// the officer asks for it.
func (v *visitor) openCase(p pass) {
	v.Helper()
	v.goTo("/staff")
	v.rowsInSight()
	v.to(`main a[href$="/staff/applications/` + ungrouped(p.number) + `"]`)
	v.sees(answers["child_name"])
	if strings.Contains(look[string](v.tab, "text", "main"), answers["child_id"]) {
		v.Error("the child's number is shown before anybody asked for it")
	}
	v.to(`main form[action$="/reveal"] button[value="child_id"]`)
	v.sees(answers["child_id"])
	photo := `main .case-files a`
	if v.count(photo) == 0 {
		v.Error("the case shows no file")
	}
}

// decide makes one move, with its reason.
func (v *visitor) decide(move, reason string) {
	v.Helper()
	if link := `main a[href$="/` + move + `"]`; v.count(link) > 0 {
		v.to(link)
	}
	for _, f := range look[[]field](v.tab, "fields") {
		if f.Kind == "textarea" {
			v.fill(f.Name, reason)
		}
	}
	v.to(`main form[action$="/` + move + `"] button`)
	if v.count(`main button[name="confirmed"]`) > 0 {
		v.sees(reason)
		v.to(`main button[name="confirmed"]`)
	}
	if reason != "" {
		v.sees(reason)
	}
}
