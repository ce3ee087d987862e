package e2e

import (
	"path/filepath"
	"strings"
)

// looksRound has everybody look at what the child's way does not lead to: the lists, the
// forms that are filled in now and then, and the errors of those.
func (w *walk) looksRound() {
	w.Helper()
	for _, r := range []struct {
		who   *visitor
		paths []string
	}{
		{w.officer, []string{
			"/staff/calls", "/staff/report", "/staff/standards", "/staff/pay", "/staff/figures", "/staff/feedback", "/staff/questions", "/staff/audit",
			"/staff/directory", "/staff/training", "/staff/referrals", "/staff/conferences", "/staff/talks", "/staff/events", "/staff/share", "/staff/share/visits",
			"/staff/account",
		}},
		{w.supervisor, []string{
			"/staff/referrals", "/staff/conferences", "/staff/directory", "/staff/directory/new", "/staff/directory/import", "/staff/training",
			"/staff/events/import", "/staff/account/factor",
		}},
		{w.director, []string{"/staff/talks", "/staff/field", "/field-kit", "/staff/directory", "/staff/events", "/staff/share/visits"}},
		{w.admin, []string{"/staff/accounts", "/staff/directory"}},
		{w.neighbour, []string{"/staff/forgotten"}},
	} {
		for _, path := range r.paths {
			r.who.goTo(path)
		}
		w.inOtherModes(r.who, r.paths...)
	}
	w.inOtherModes(w.officer, "/staff", w.caseFile, w.child, w.report)
	w.inOtherModes(w.supervisor, w.referral, w.conference)
	w.neighbour.failing(404, func() { w.neighbour.goTo("/staff/reset?token=none") })
	w.paysList()
	w.trains()
	w.importsDirectory()
	w.goesThroughPolicies()
	w.addsPhotos()
	w.countsTalk()
}

// inOtherModes has somebody of the staff open pages in the two modes of large type, on a
// handset and on a desktop: everything else on the way is done in standard mode. axe-core
// has each page in one of them.
func (w *walk) inOtherModes(v *visitor, paths ...string) {
	w.Helper()
	for i, path := range paths {
		for j, mode := range []string{"accessible", "elder"} {
			v.open(path + "?mode=" + mode)
			if v.axeAt = -1; (i+j)%2 == 0 {
				v.axeAt = handset.width
			}
			v.inspect(mode, handset.width, desktop.width)
		}
	}
	v.axeAt = 0
	v.open("/staff?mode=" + v.mode)
}

// paysList closes the list of last month and has nobody else to confirm it.
func (w *walk) paysList() {
	v := w.officer
	w.putBack("grants", "began", 45) // a grant is paid from the month after its decision
	v.goTo("/staff/pay")
	v.to(`main a.button[href^="/staff/pay/due/"]`)
	if aware := look[string](v.tab, "idOf", `main input[name="aware"]`); aware != "" { // of two grants for one child
		v.failing(422, func() { v.to(`main form .form__buttons button.button--chief`) })
		v.press(`main label[for="` + aware + `"]`)
	}
	v.to(`main form .form__buttons button.button--chief`)
	v.sees("另一位")
	v.goTo("/staff/applications/" + ungrouped(w.applied.number) + "/grant")
}

// trains plans a training of the town and writes down who came.
func (w *walk) trains() {
	v := w.supervisor
	v.goTo("/staff/training/new")
	v.failing(422, func() { v.to(`main form[action$="/new"] .form__buttons button`) })
	v.fill("topic", "怎样上门走访")
	v.fill("day", "2026-01-15")
	v.fill("hours", "3")
	v.give("audience", "directors")
	v.to(`main form[action$="/new"] .form__buttons button`)
	v.goTo("/staff/training?year=2026")
	v.to(`main .desk-lines a`)
	v.to(`main a[href$="/import"]`)
}

// importsDirectory sends a file that is none.
func (w *walk) importsDirectory() {
	v := w.supervisor
	v.goTo("/staff/directory/import")
	v.failing(422, func() { v.to(`main form[action$="/import"] .form__buttons button`) })
}

// goesThroughPolicies talks with a family at home of whom the record is there.
func (w *walk) goesThroughPolicies() {
	v := w.director
	v.goTo("/staff/talks/new?child=" + filepath.Base(w.child))
	v.failing(422, func() { v.to(`main form[action$="/new"] .form__buttons button`) })
	v.goTo("/staff/talks/new")
}

// addsPhotos adds a photo to the visit at the child's home.
func (w *walk) addsPhotos() {
	v := w.director
	v.goTo(w.child)
	v.to(`main a[href*="/visits/"][href$="/photos"]`)
	v.chooseFiles(`main input[type="file"]`, photoFile(v, v.TempDir(), "visit.jpg", 1200, 900))
	v.to(`main form[action$="/photos"] .form__buttons button`)
	v.goTo(strings.TrimSuffix(w.report, "/") + "/photos")
}

// countsTalk looks at today's talk in the village, at its door and what is printed for it,
// and says how many came.
func (w *walk) countsTalk() {
	v := w.director
	v.goTo("/staff/events")
	v.to(`main .desk-lines a`)
	talk := v.where()
	v.to(`main a[href$="/edit"]`)
	v.goTo(talk)
	v.fill("counted", "12")
	v.to(`main form[action$="/count"] .form__buttons button`)
	w.neighbour.goTo("/events")
	w.neighbour.to(`main ul a[href^="/e/"]`)
	w.supervisor.goTo("/staff/events")
}
