package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// public are the addresses under /staff that somebody needs who is not signed in.
var public = []string{"GET /staff", "POST /staff", "POST /staff/sign-out", "GET /staff/setup", "POST /staff/setup", "GET /staff/factor", "POST /staff/factor", "GET /staff/outside", "GET /staff/outside/back",
	"GET /staff/forgotten", "POST /staff/forgotten", "GET /staff/reset", "POST /staff/reset"}

// deskMatrix has a row for each address of the desk: who gets through, in the order of
// casework.Roles. A is anywhere, o only with what is the user's own, - nobody.
var deskMatrix = map[string]string{
	"GET /staff/account":                                           "AAAAAA",
	"GET /staff/menu/:group":                                       "AAAAAA",
	"POST /staff/account/sessions":                                 "AAAAAA",
	"POST /staff/account/contact":                                  "AAAAAA",
	"POST /staff/account/password":                                 "AAAAAA",
	"POST /staff/account/outside":                                  "AAAAAA",
	"POST /staff/account/outside/drop":                             "AAAAAA",
	"GET /staff/account/factor":                                    "AAAAAA",
	"POST /staff/account/factor":                                   "AAAAAA",
	"POST /staff/account/factor/recovery":                          "AAAAAA",
	"POST /staff/account/factor/drop":                              "AA----", // the others' roles need theirs
	"GET /staff/accounts":                                          "-----A",
	"GET /staff/accounts/:id":                                      "-----A",
	"POST /staff/accounts/:id/post":                                "-----A",
	"POST /staff/accounts/:id/sessions":                            "-----A",
	"POST /staff/accounts/:id/factor":                              "-----A",
	"POST /staff/accounts/:id/access":                              "-----A",
	"POST /staff/accounts/:id/access/give":                         "-----A", // who has not asked, see TestLostAccess
	"POST /staff/accounts/:id/access/recall":                       "-----A",
	"POST /staff/accounts/:id/disable":                             "-----A",
	"POST /staff/accounts/:id/enable":                              "-----A",
	"GET /staff/invite":                                            "-----A",
	"POST /staff/invite":                                           "-----A",
	"GET /staff/audit":                                             "--A-A-",
	"GET /staff/feedback":                                          "-AA---",
	"GET /staff/questions":                                         "-AA---",
	"POST /staff/feedback/settle":                                  "--A---",
	"POST /staff/questions":                                        "--A---",
	"POST /staff/questions/settle":                                 "--A---",
	"POST /staff/assign":                                           "-AA---",
	"POST /staff/next":                                             "-AA---",
	"POST /staff/find":                                             "-AA---",
	"POST /staff/views":                                            "-AA---",
	"POST /staff/views/:id/drop":                                   "-AA---",
	"GET /staff/applications/:ref":                                 "-oA---",
	"GET /staff/applications/:ref/refer":                           "-oA---",
	"POST /staff/applications/:ref/refer":                          "-oA---",
	"GET /staff/referrals":                                         "-AAA--",
	"GET /staff/referrals/:id":                                     "-oAo--",
	"GET /staff/referrals/:id/files/:file":                         "-oAo--",
	"POST /staff/referrals/:id/files":                              "---o--",
	"POST /staff/referrals/:id/take":                               "---o--",
	"POST /staff/referrals/:id/answer":                             "---o--",
	"POST /staff/referrals/:id/return":                             "---o--",
	"POST /staff/referrals/:id/resend":                             "-oA---",
	"POST /staff/referrals/:id/close":                              "-oA---",
	"POST /staff/referrals/:id/withdraw":                           "-oA---",
	"GET /staff/standards":                                         "--A---",
	"GET /staff/standards/:policy":                                 "--A---",
	"GET /staff/standards/:policy/list.csv":                        "--A---",
	"POST /staff/standards/:policy":                                "--A---",
	"GET /staff/field":                                             "A-----",
	"GET /staff/field/kit":                                         "A-----",
	"POST /staff/field/device":                                     "A-----",
	"POST /staff/field/send":                                       "A-----",
	"GET /staff/talks":                                             "AAA---",
	"GET /staff/talks/new":                                         "A-----",
	"POST /staff/talks/new":                                        "A-----",
	"GET /staff/talks/next":                                        "A-----",
	"GET /staff/pay":                                               "--A---",
	"GET /staff/pay/due/:policy/:month":                            "--A---",
	"POST /staff/pay/due/:policy/:month":                           "--A---",
	"GET /staff/pay/lists/:id":                                     "--A---",
	"POST /staff/pay/lists/:id/confirm":                            "--A---",
	"POST /staff/pay/lists/:id/return":                             "--A---",
	"GET /staff/pay/lists/:id/list.csv":                            "--A---",
	"GET /staff/pay/lists/:id/list.xlsx":                           "--A---",
	"GET /staff/applications/:ref/grant":                           "--A---",
	"POST /staff/applications/:ref/grant":                          "--A---",
	"GET /staff/figures":                                           "-AA-A-",
	"GET /staff/figures/list.csv":                                  "-AA-A-",
	"GET /staff/applications/:ref/confer":                          "-oA---",
	"POST /staff/applications/:ref/confer":                         "-oA---",
	"GET /staff/reports/:ref/refer":                                "-oA---",
	"POST /staff/reports/:ref/refer":                               "-oA---",
	"GET /staff/reports/:ref/confer":                               "-oA---",
	"POST /staff/reports/:ref/confer":                              "-oA---",
	"GET /staff/children/:id/refer":                                "-oA---",
	"POST /staff/children/:id/refer":                               "-oA---",
	"GET /staff/children/:id/confer":                               "-oA---",
	"POST /staff/children/:id/confer":                              "-oA---",
	"GET /staff/conferences":                                       "AAAA--",
	"GET /staff/conferences/:id":                                   "-oAo--", // and whoever is invited
	"POST /staff/conferences/:id/held":                             "-oA---",
	"POST /staff/conferences/:id/cancel":                           "-oA---",
	"POST /staff/conferences/:id/agree":                            "-oA---",
	"POST /staff/conferences/:id/done":                             "-oAo--",
	"POST /staff/applications/:ref/reveal":                         "-oA---",
	"GET /staff/applications/:ref/files/:file":                     "-oA---",
	"POST /staff/applications/:ref/accept":                         "-oA---",
	"GET /staff/applications/:ref/ask-more":                        "-oA---",
	"POST /staff/applications/:ref/ask-more":                       "-oA---",
	"GET /staff/applications/:ref/approve":                         "--A---",
	"POST /staff/applications/:ref/approve":                        "--A---",
	"GET /staff/applications/:ref/refuse":                          "--A---",
	"POST /staff/applications/:ref/refuse":                         "--A---",
	"GET /staff/assist":                                            "A-----",
	"GET /staff/assist/new":                                        "A-----",
	"POST /staff/assist/new":                                       "A-----",
	"GET /staff/assist/:ref":                                       "o-----",
	"POST /staff/assist/:ref/stop":                                 "o-----",
	"POST /staff/assist/:ref/hand-over":                            "o-----",
	"POST /staff/assist/:ref/print":                                "o-----",
	"GET /staff/assist/:ref/review":                                "o-----",
	"POST /staff/assist/:ref/review":                               "o-----",
	"GET /staff/assist/:ref/documents":                             "o-----",
	"POST /staff/assist/:ref/documents":                            "o-----",
	"GET /staff/assist/:ref/:section":                              "o-----",
	"POST /staff/assist/:ref/:section":                             "o-----",
	"GET /staff/children":                                          "AAA---",
	"GET /staff/children/due":                                      "AAA---", // each sees their own
	"GET /staff/children/new":                                      "AA----",
	"POST /staff/children/new":                                     "AA----",
	"GET /staff/children/:id":                                      "ooA---",
	"GET /staff/children/:id/edit":                                 "oo----",
	"POST /staff/children/:id/edit":                                "oo----",
	"GET /staff/children/:id/close":                                "-o----",
	"POST /staff/children/:id/close":                               "-o----",
	"GET /staff/children/:id/assess":                               "ooA---",
	"POST /staff/children/:id/assess":                              "ooA---",
	"GET /staff/children/:id/assessments/:assessment":              "ooA---",
	"POST /staff/children/:id/assessments/:assessment/confirm":     "-oA---",
	"GET /staff/children/:id/assessments/:assessment/pages/:page":  "ooA---",
	"POST /staff/children/:id/assessments/:assessment/pages/:page": "ooA---",
	"POST /staff/children/:id/assessments/:assessment/drop":        "ooA---",
	"GET /staff/children/:id/helper":                               "-o----",
	"POST /staff/children/:id/helper":                              "-o----",
	"GET /staff/children/:id/visit":                                "oo----",
	"POST /staff/children/:id/visit":                               "oo----",
	"GET /staff/children/:id/custody":                              "--A---",
	"POST /staff/children/:id/custody":                             "--A---",
	"POST /staff/applications/:ref/documents":                      "-oA---",
	"GET /staff/applications/:ref/verify":                          "-oA---",
	"POST /staff/applications/:ref/verify":                         "-oA---",
	"GET /staff/applications/:ref/recommend":                       "-o----",
	"POST /staff/applications/:ref/recommend":                      "-o----",
	"GET /staff/applications/:ref/advise-against":                  "-o----",
	"POST /staff/applications/:ref/advise-against":                 "-o----",
	"GET /staff/applications/:ref/propose":                         "--A---",
	"POST /staff/applications/:ref/propose":                        "--A---",
	"GET /staff/applications/:ref/return":                          "--A---",
	"POST /staff/applications/:ref/return":                         "--A---",

	"GET /staff/applications/:ref/visits/:visit/photos":               "-oA---",
	"POST /staff/applications/:ref/visits/:visit/photos":              "-oA---",
	"GET /staff/applications/:ref/visits/:visit/photos/:file":         "-oA---",
	"POST /staff/applications/:ref/visits/:visit/photos/:file/remove": "-oA---",
	"GET /staff/children/:id/visits/:visit/photos":                    "ooA---",
	"POST /staff/children/:id/visits/:visit/photos":                   "oo----",
	"GET /staff/children/:id/visits/:visit/photos/:file":              "ooA---",
	"POST /staff/children/:id/visits/:visit/photos/:file/remove":      "oo----", // who added it
	"GET /staff/reports/:ref/photos":                                  "ooA---",
	"POST /staff/reports/:ref/photos":                                 "ooA---",
	"GET /staff/reports/:ref/photos/:file":                            "ooA---",
	"POST /staff/reports/:ref/photos/:file/remove":                    "ooA---", // who added it

	"GET /staff/report":                "AAA---",
	"POST /staff/report":               "AAA---",
	"GET /staff/reports":               "AAA---", // each sees their own
	"GET /staff/reports/:ref":          "ooA---",
	"GET /staff/reports/:ref/child":    "ooA---",
	"POST /staff/reports/:ref/child":   "ooA---",
	"POST /staff/reports/:ref/handle":  "ooA---",
	"POST /staff/reports/:ref/direct":  "-oA---",
	"POST /staff/reports/:ref/exclude": "--A---",

	"GET /staff/directory":             "AAA--A", // each sees their own
	"GET /staff/directory/list.csv":    "AAA--A",
	"GET /staff/directory/new":         "-AA--A",
	"POST /staff/directory/new":        "-AA--A",
	"GET /staff/directory/import":      "-AA--A",
	"POST /staff/directory/import":     "-AA--A",
	"GET /staff/directory/import/:id":  "-AA--A", // each their own files
	"POST /staff/directory/import/:id": "-AA--A",
	"GET /staff/directory/:id":         "-oA--A",
	"POST /staff/directory/:id":        "-oA--A",
	"POST /staff/directory/:id/remove": "-oA--A",

	"GET /staff/training":                   "-AA---", // each sees their own
	"GET /staff/training/list.csv":          "-AA---",
	"GET /staff/training/new":               "-AA---",
	"POST /staff/training/new":              "-AA---",
	"GET /staff/training/:id":               "-oA---",
	"GET /staff/training/:id/edit":          "-oA---",
	"POST /staff/training/:id/edit":         "-oA---",
	"POST /staff/training/:id/remove":       "-oA---",
	"POST /staff/training/:id/came":         "-oA---",
	"GET /staff/training/:id/import":        "-oA---",
	"POST /staff/training/:id/import":       "-oA---",
	"GET /staff/training/:id/import/:file":  "-oA---",
	"POST /staff/training/:id/import/:file": "-oA---",
	"GET /staff/share":                      "AAA---",
	"POST /staff/share":                     "AAA---",
	"GET /staff/share/:code":                "ooA---",
	"GET /staff/share/:code/poster":         "ooA---",

	"GET /staff/calls":                 "AAA---", // each sees their own
	"GET /staff/calls/:id":             "ooA---",
	"POST /staff/calls/:id":            "ooA---",
	"GET /staff/share/visits":          "AAA---", // each sees their own
	"GET /staff/share/visits/list.csv": "AAA---",

	"GET /staff/events":                          "AAA---", // each sees their own
	"GET /staff/events/new":                      "AAA---",
	"POST /staff/events/new":                     "AAA---",
	"GET /staff/events/:id":                      "ooA---",
	"GET /staff/events/:id/poster":               "ooA---",
	"GET /staff/events/:id/edit":                 "ooA---",
	"POST /staff/events/:id/edit":                "ooA---",
	"POST /staff/events/:id/cancel":              "ooA---",
	"POST /staff/events/:id/checkin":             "ooA---",
	"POST /staff/events/:id/count":               "ooA---",
	"POST /staff/events/:id/asked":               "ooA---",
	"GET /staff/events/:id/photos":               "ooA---",
	"POST /staff/events/:id/photos":              "ooA---",
	"GET /staff/events/:id/photos/:file":         "ooA---",
	"POST /staff/events/:id/photos/:file/remove": "ooA---",
	"GET /staff/events/coverage":                 "AAA---", // each sees their own
	"GET /staff/events/coverage.csv":             "AAA---",
	"GET /staff/events/list.csv":                 "AAA---",
	"GET /staff/events/import":                   "AAA---",
	"POST /staff/events/import":                  "AAA---",
	"GET /staff/events/import/:file":             "AAA---", // each their own files
	"POST /staff/events/import/:file":            "AAA---",

	// In elder mode one question is asked a page.
	"GET /staff/assist/:ref/:section/:question":  "o-----",
	"POST /staff/assist/:ref/:section/:question": "o-----",
}

// deskAddresses are the routes under /staff that are not public.
func deskAddresses(s *Server) []string {
	var out []string
	for _, r := range s.routes() {
		at := r.method + " " + r.path
		if r.path != "/staff" && !strings.HasPrefix(r.path, "/staff/") || strings.Contains(strings.Join(public, "\n")+"\n", at+"\n") {
			continue
		}
		out = append(out, at)
	}
	return out
}

// TestEveryDeskAddressIsInTheMatrix keeps the table above complete.
func TestEveryDeskAddressIsInTheMatrix(t *testing.T) {
	d := newDesk(t)
	seen := map[string]bool{}
	for _, at := range deskAddresses(d.server) {
		seen[at] = true
		if len(deskMatrix[at]) != len(casework.Roles()) {
			t.Errorf("%s has no row in the matrix: say who may", at)
		}
	}
	for at := range deskMatrix {
		if !seen[at] {
			t.Errorf("%s is in the matrix and no address", at)
		}
	}
	want := []string{}
	for _, r := range d.server.routes() {
		if at := r.method + " " + r.path; strings.HasPrefix(r.path, "/staff") && deskMatrix[at] == "" {
			want = append(want, at)
		}
	}
	if fmt.Sprint(want) != fmt.Sprint(public) {
		t.Errorf("open to everybody: %v; want %v", want, public)
	}
}

// TestDeskMatrix asks for every address in every role, for what is the user's own and
// for what is not. Each refusal is in the audit, and each action is refused somewhere, so
// that no action is without a row; nobody who is not signed in gets in.
func TestDeskMatrix(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	staff := map[bool][]*browser{}
	for _, r := range casework.Roles() {
		mine := d.staff(r, "shiqi")
		other := mine
		switch {
		case r.Local():
			other = d.staff(r, "xiaolan")
		case r == casework.Liaison:
			other = d.liaison(casework.Health)
		}
		staff[true], staff[false] = append(staff[true], mine), append(staff[false], other)
	}
	assisted := strings.TrimPrefix(staff[true][0].helps(living), "/staff/assist/")
	d.staff(casework.Auditor, "somebody")
	somebody := d.userID("auditorsomebody")
	referred := d.refers(staff[true][1], number, "parents-status") // to the police, whose liaison is the one of the matrix
	conferring := d.confers(staff[true][1], number, "public-security")
	child, sheet := staff[true][0].registersChild()
	reported := d.reported("shiqi", "迎阳社区")
	visit, ofVisit := d.photographed(casework.ChildCase, child)
	_, ofReport := d.photographed(casework.ReportCase, string(reported))
	listed := d.listed(casework.DirectoryEntry{Town: "shiqi", Village: "迎阳社区", Name: "画眉鸟", Phone: "13912345678"})
	trained := d.trains("shiqi")
	shared := string(staff[true][0].shares("policy." + living))
	called := d.called("shiqi", "迎阳社区")
	talk := d.plans("shiqi", "迎阳社区")
	_, ofTalk := d.photographed(casework.EventCase, talk)
	nobody := d.browser("nobody")
	nobody.open("/staff")
	for _, at := range deskAddresses(d.server) {
		method, path, _ := strings.Cut(at, " ")
		ref := ungrouped(number)
		if strings.HasPrefix(path, "/staff/assist") {
			ref = assisted
		}
		if strings.HasPrefix(path, reportsPath) {
			ref = string(reported)
		}
		id := somebody
		switch {
		case strings.HasPrefix(path, referralsPath):
			id = referred
		case strings.HasPrefix(path, conferencesPath):
			id = conferring
		case strings.HasPrefix(path, childrenPath):
			id = child
		case strings.HasPrefix(path, staffDirectory):
			id = listed
		case strings.HasPrefix(path, trainingPath):
			id = trained
		case strings.HasPrefix(path, eventsPath):
			id = talk
		case strings.HasPrefix(path, callsPath):
			id = called
		}
		file := strings.Repeat("0", 32)
		switch {
		case strings.HasPrefix(path, childrenPath):
			file = ofVisit
		case strings.HasPrefix(path, reportsPath):
			file = ofReport
		case strings.HasPrefix(path, eventsPath):
			file = ofTalk
		}
		path = strings.NewReplacer(":visit", visit, ":code", shared, ":id", id, ":assessment", sheet, ":page", "danger", ":ref", ref, ":file", file, ":policy", living, ":month", "2026-11", ":section", "child", ":question", "child_name", ":group", menuSelf).Replace(path)
		for i, role := range casework.Roles() {
			for _, own := range []bool{true, false} {
				who := staff[own][i]
				_, before := d.denied(0)
				who.do(method, path, url.Values{"_csrf": {who.cookies["csrf"]}, policyField: {living}})
				letter := deskMatrix[at][i]
				want := letter == 'A' || letter == 'o' && own
				// A case of nobody's is not there, which is a refusal as well.
				refused := who.status == fiber.StatusForbidden || letter == 'o' && role == casework.Director && who.status == fiber.StatusNotFound
				if refused == want {
					t.Errorf("%s as %s, own %v: %d; want it allowed: %v", at, role, own, who.status, want)
				}
				if got, _ := d.denied(before); refused && got != 1 {
					t.Errorf("%s as %s, own %v: %d lines in the audit of the refusal; want 1", at, role, own, got)
				}
				if !want {
					who.lacks(secrets...)
				}
			}
		}
		nobody.do(method, path, url.Values{"_csrf": {nobody.cookies["csrf"]}, policyField: {living}})
		if nobody.lacks(secrets...); method == fiber.MethodPost && nobody.status != fiber.StatusForbidden {
			t.Errorf("%s by nobody: %d; want 403", at, nobody.status)
		}
	}
	d.everyActionIsRefused()
}

// neverRefused are the actions that no address of the matrix refuses: without SeeCustody a
// part of the child's page is left out.
var neverRefused = []casework.Action{casework.SeeCustody}

// everyActionIsRefused looks in the audit for an action that no row of the matrix tries.
func (d *desk) everyActionIsRefused() {
	d.t.Helper()
	lines, err := d.store.Audit(d.t.Context(), apply.Actor{}, casework.AuditQuery{Action: casework.Denied, Limit: 10 * len(deskMatrix) * len(casework.Roles())})
	if err != nil {
		d.t.Fatal(err)
	}
	refused := map[casework.Action]bool{}
	for _, l := range lines {
		refused[casework.Action(l.Detail)] = true
	}
	for _, a := range casework.Actions() {
		if refused[a] == slices.Contains(neverRefused, a) {
			d.t.Errorf("%s is refused: %v; give it a row in the matrix, or name it among those never refused", a, refused[a])
		}
	}
}

// denied counts refusals in the audit since line after, and returns the last line.
func (d *desk) denied(after int64) (n int, last int64) {
	d.t.Helper()
	lines, err := d.store.Audit(d.t.Context(), apply.Actor{}, casework.AuditQuery{Limit: 20}) // a request writes a few
	if err != nil {
		d.t.Fatal(err)
	}
	for _, l := range lines {
		if l.Number > after && l.Action == casework.Denied {
			n++
		}
	}
	return n, lines[0].Number
}
