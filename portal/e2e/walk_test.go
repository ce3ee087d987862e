package e2e

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// walk is everybody whom one child meets on its way through the desk, each with a
// browser of their own, and what they have come to know.
type walk struct {
	testing.TB
	site *site

	neighbour, family                             *visitor
	admin, officer, supervisor, director, liaison *visitor
	otherTown, otherVillage, otherOffice, auditor *visitor
	report, child, caseFile, referral, conference string // addresses on the desk
	reported, applied                             pass
	refusals                                      int
}

const (
	directorLogin = "zhuren"
	directorName  = "陈小华"
)

// newWalk opens a browser for each; family and officer may have been on the site before.
func newWalk(tb testing.TB, s *site, family, officer *visitor) *walk {
	tb.Helper()
	w := &walk{TB: tb, site: s, family: family, officer: officer}
	desk, phone := device{width: 1280, height: 900}, device{width: 360, height: 740, touch: true}
	still := phone
	still.noScripts = true
	for who, d := range map[**visitor]device{
		&w.neighbour: phone, &w.supervisor: phone, &w.liaison: still, &w.director: {width: 1280, height: 900, noScripts: true}, &w.admin: desk,
		&w.otherTown: desk, &w.otherVillage: desk, &w.otherOffice: desk, &w.auditor: desk,
	} {
		mode := "standard"
		if who == &w.neighbour { // reporting is another way there, and has to reach the same people
			mode = "elder"
		}
		*who = newVisitor(tb, s, d, mode)
	}
	return w
}

func (w *walk) everybody() []*visitor {
	return []*visitor{w.neighbour, w.family, w.admin, w.officer, w.supervisor, w.director, w.liaison, w.otherTown, w.otherVillage, w.otherOffice, w.auditor}
}

// steps is the way, in order; each builds on those before.
func (w *walk) steps() []struct {
	name string
	do   func()
} {
	return []struct {
		name string
		do   func()
	}{
		{"accounts", w.makeAccounts},
		{"the director hangs posters", w.hangsPosters},
		{"a neighbour reports without a name", w.reports},
		{"the town takes it on", w.takesOn},
		{"the child gets a record", w.getsRecord},
		{"its care is assessed as poor", w.isAssessed},
		{"a helper pays the first visit", w.isHelped},
		{"the director applies with the family", w.applies},
		{"medical insurance answers", w.isReferred},
		{"the offices talk it over", w.isTalkedOver},
		{"the city approves", w.isApproved},
		{"the director talks of policies in the village", w.talksInVillage},
		{"everybody looks round the desk", w.looksRound},
		{"nobody else sees it", w.isKept},
		{"a year later it is looked at again", w.isReviewed},
		{"every refusal stands in the audit", w.isAudited},
	}
}

// TestChildThroughTheDesk walks one child from the first report to the review a year
// later, as each role sees it.
func TestChildThroughTheDesk(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	w := newWalk(t, s, newVisitor(t, s, handset, "elder"), newVisitor(t, s, desktop, "standard"))
	for _, step := range w.steps() {
		ok := t.Run(step.name, func(t *testing.T) {
			for _, v := range w.everybody() {
				v.tab.TB = t // who fails is the step
			}
			w.TB = t
			step.do()
		})
		if !ok {
			t.FailNow() // nothing after it can be
		}
	}
	for _, v := range w.everybody() {
		v.tab.TB = t
	}
}

// makeAccounts has the administrator invite everybody. Pages that were seen in these roles
// are not inspected again.
func (w *walk) makeAccounts() {
	w.Helper()
	w.neighbour.arriveAtHome()
	if w.officer.secret == "" {
		w.officer.arriveAtHome()
		w.officer.setPassword()
		w.officer.signIn()
	}
	w.admin.setPasswordOf(w.site.admin, adminLogin, "管理员")
	w.admin.signInAs(adminLogin)
	unseen := func(v *visitor) func() {
		looks := v.arrived
		v.arrived = func() {}
		return func() { v.arrived = looks }
	}
	for i, one := range []struct {
		who         *visitor
		login, name string
		post        post
	}{
		{w.director, directorLogin, directorName, post{role: "director", area: "shiqi", village: "迎阳社区"}},
		{w.liaison, "lianluo", "黄联络", post{role: "liaison", department: "medical-insurance"}},
		{w.supervisor, "dudao", "李督导", post{role: "supervisor", area: "shiqi"}},
		{w.otherTown, "xiaolan", "何督导", post{role: "supervisor", area: "xiaolan"}},
		{w.otherVillage, "lianfeng", "吴主任", post{role: "director", area: "shiqi", village: "莲峰社区"}},
		{w.otherOffice, "jiaoyu", "郑联络", post{role: "liaison", department: "education"}},
		{w.auditor, "shenji", "冯审计", post{role: "auditor"}},
	} {
		if i > 1 {
			defer unseen(one.who)()
		}
		w.admin.invites(one.who, one.login, one.name, one.post)
		if i == 0 {
			defer unseen(w.admin)()
		}
	}
	w.director.at("/staff/children") // where a director begins the day
	w.liaison.at("/staff/referrals")
}

// secrets are words of the child that nobody reads who has nothing to do with it.
func (w *walk) secrets() []string {
	return []string{answers["child_name"], answers["child_id"], answers["guardian_name"], answers["address"], reportWords}
}

// isKept has everybody look who may not: other areas, other departments, and those who
// keep the accounts and the audit.
func (w *walk) isKept() {
	w.Helper()
	all := []string{w.report, w.report + "/child", w.child, w.child + "/assess", w.child + "/helper", w.child + "/visit", w.caseFile, w.caseFile + "/refer", w.caseFile + "/approve", w.referral, w.conference}
	but := func(allowed ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(path string) bool { return slices.Contains(allowed, path) })
	}
	for _, tt := range []struct {
		who   *visitor
		paths []string
	}{
		{w.otherTown, all}, {w.otherVillage, all}, {w.otherOffice, all}, {w.auditor, all}, {w.admin, all},
		{w.liaison, but(w.referral, w.conference)},
		{w.director, []string{w.caseFile, w.referral, w.child + "/helper", w.child + "/custody"}},
		{w.supervisor, []string{w.caseFile + "/approve", w.child + "/custody"}},
		{w.officer, []string{w.child + "/visit", "/staff/accounts"}},
	} {
		for i, path := range tt.paths {
			tt.who.refused(path, w.secrets()...)
			if i == 0 {
				tt.who.arrived()
			}
			w.refusals++
		}
	}
	for _, v := range []*visitor{w.otherTown, w.otherVillage} {
		v.goTo("/staff/children")
		if text := look[string](v.tab, "text", "main"); strings.Contains(text, answers["child_name"]) {
			v.Errorf("another area lists the child:\n%s", text)
		}
	}
}

// isAudited has the auditor, who sees no case, find each refusal and no secret.
func (w *walk) isAudited() {
	w.Helper()
	v := w.auditor
	v.goTo("/staff/audit")
	v.unfold(".desk-fold > summary")
	v.give("action", "denied")
	v.to(`main form[action^="/staff/audit"] .form__buttons button`)
	text := look[string](v.tab, "text", "main table")
	for next := ".table-scroll + .form__buttons a"; v.count(next) > 0; { // modes with large type have fewer lines a page
		v.to(next)
		text += look[string](v.tab, "text", "main table")
	}
	if got := strings.Count(text, "越权被拒"); got < w.refusals {
		v.Errorf("the audit has %d refusals; want the %d of this walk", got, w.refusals)
	}
	for _, login := range []string{"xiaolan", "lianfeng", "jiaoyu", "shenji", adminLogin, "lianluo", directorLogin} {
		if !strings.Contains(text, login) {
			v.Errorf("no refusal of %s stands in the audit", login)
		}
	}
	for _, s := range w.secrets() {
		if strings.Contains(text, s) {
			v.Errorf("the audit shows %q", s)
		}
	}
}

// yearLater puts all that is dated of children a year back, behind the portal's back: it
// takes its time from the clock of the machine.
func (w *walk) yearLater() {
	w.Helper()
	for _, column := range []string{"assessed_at", "again_at", "paired_at", "visited_at", "visit_due", "due_at", "created_at"} {
		w.putBack("children", column, 366)
	}
}

// putBack puts what is dated in a column as many days back.
func (w *walk) putBack(table, column string, days int) {
	w.Helper()
	args := w.site.process.Args
	db, err := sql.Open("sqlite", "file:"+filepath.Join(args[slices.Index(args, "--data")+1], "huitong.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec(`UPDATE `+table+` SET `+column+` = `+column+` - $1 WHERE `+column+` > 0`, (time.Duration(days) * 24 * time.Hour).Microseconds()); err != nil {
		w.Fatal(err)
	}
}
