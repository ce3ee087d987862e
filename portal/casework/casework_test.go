package casework_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

var now = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// TestPermissions holds the table against a second one, written apart: for each action
// how far director, supervisor, officer, liaison, auditor and administrator reach.
func TestPermissions(t *testing.T) {
	const nowhere, own, anywhere = '-', 'o', 'A'
	want := map[casework.Action]string{
		casework.ListApplications: "-oA---",
		casework.OpenApplication:  "-oA---",
		casework.ReferCase:        "-oA---",
		casework.ListReferrals:    "-oAo--",
		casework.OpenReferral:     "-oAo--",
		casework.AnswerReferral:   "---o--",
		casework.HoldConference:   "-oA---",
		casework.ListConferences:  "ooAo--",
		casework.OpenConference:   "ooAo--",
		casework.AdjustGrants:     "--A---",
		casework.PayGrants:        "--A---",
		casework.StopGrant:        "--A---",
		casework.RevealField:      "-oA---",
		casework.OpenFile:         "-oA---",
		casework.AcceptCase:       "-oA---",
		casework.AskMoreCase:      "-oA---",
		casework.ApproveCase:      "--A---",
		casework.RefuseCase:       "--A---",
		casework.ReadAudit:        "--A-A-",
		casework.ManageUsers:      "-----A",
		casework.ReadFeedback:     "-AA---",
		casework.ReadQuestions:    "-AA---",
		casework.SettleRemark:     "--A---",
		casework.PausePart:        "--A---",
		casework.AssistFamily:     "o-----",
		casework.OwnAccount:       "oooooo",
		casework.AssignCase:       "-oA---",
		casework.CheckDocument:    "-oA---",
		casework.VerifyCase:       "-oA---",
		casework.RecommendCase:    "-o----",

		casework.ListChildren:      "ooA---",
		casework.OpenChild:         "ooA---",
		casework.RegisterChild:     "oo----",
		casework.CloseChild:        "-o----",
		casework.AssessChild:       "ooA---",
		casework.ConfirmAssessment: "-oA---",
		casework.PairChild:         "-o----",
		casework.VisitChild:        "oo----",
		casework.SeeCustody:        "-oA---",
		casework.KeepCustody:       "--A---",
		casework.SendReport:        "AAA---",
		casework.ListReports:       "ooA---",
		casework.OpenReport:        "ooA---",
		casework.HandleReport:      "ooA---",
		casework.DirectReport:      "-oA---",
		casework.ExcludeReport:     "--A---",

		casework.HoldTalk:    "o-----",
		casework.CountTalks:  "ooA---",
		casework.WorkOffline: "o-----",

		casework.ReadDirectory:   "ooA--A",
		casework.EditDirectory:   "-oA--A",
		casework.ImportDirectory: "-oA--A",
		casework.ReadTraining:    "-oA---",
		casework.KeepTraining:    "-oA---",
		casework.ListCalls:       "ooA---",
		casework.OpenCall:        "ooA---",
		casework.HandleCall:      "ooA---",

		casework.ShareKit:   "ooA---",
		casework.ReadVisits: "ooA---",

		casework.ReadEvents:    "ooA---",
		casework.KeepEvents:    "ooA---",
		casework.CheckInPeople: "ooA---",

		casework.ReadFigures:   "-oA-A-",
		casework.ExportFigures: "-oA-A-",
	}
	mine := casework.Scope{Town: "shiqi", Village: "迎阳社区", Referred: []casework.Department{casework.Health, casework.Police}}
	others := casework.Scope{Town: "xiaolan", Village: "新市社区", Referred: []casework.Department{casework.Education}}
	if len(want) != len(casework.Actions()) {
		t.Errorf("%d actions; want %d", len(casework.Actions()), len(want))
	}
	for _, a := range casework.Actions() {
		got := []byte{}
		for _, r := range casework.Roles() {
			u := casework.User{Post: casework.Post{Role: r, Area: "shiqi", Village: "莲峰社区、迎阳社区", Department: casework.Police}}
			letter := byte(nowhere)
			switch {
			case u.May(a, others) && u.May(a, mine) && u.Has(a):
				letter = anywhere
			case u.May(a, mine) && u.Has(a), u.Has(a) && !u.May(a, others):
				letter = own
			case u.May(a, others) || u.May(a, mine):
				letter = '!'
			}
			got = append(got, letter)
		}
		if string(got) != want[a] {
			t.Errorf("%s: %s; want %s", a, got, want[a])
		}
	}
	if root := (casework.User{Post: casework.Post{Role: "root"}}); root.Has(casework.ReadAudit) || root.May(casework.ReadAudit, mine) {
		t.Error("an unknown role may do something")
	}
}

func TestUsersKeepToWhatIsTheirs(t *testing.T) {
	director := casework.User{Post: casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区、莲峰社区"}}
	town := casework.User{Post: casework.Post{Role: casework.Supervisor, Area: "shiqi"}}
	nowhere := casework.User{Post: casework.Post{Role: casework.Supervisor}}
	police := casework.User{Post: casework.Post{Role: casework.Liaison, Department: casework.Police}}
	nobody := casework.User{Post: casework.Post{Role: casework.Liaison}}
	officer := casework.User{Post: casework.Post{Role: casework.Officer}}
	gone := casework.User{Post: casework.Post{Role: casework.Officer}, Disabled: now}
	tests := []struct {
		name   string
		user   casework.User
		action casework.Action
		at     casework.Scope
		want   bool
	}{
		{"own town", town, casework.OpenApplication, casework.Scope{Town: "shiqi"}, true},
		{"other town", town, casework.OpenApplication, casework.Scope{Town: "xiaolan"}, false},
		{"of no town", town, casework.OpenApplication, casework.Scope{}, false},
		{"user without town", nowhere, casework.OpenApplication, casework.Scope{}, false},
		{"own village", director, casework.AssistFamily, casework.Scope{Town: "shiqi", Village: "莲峰社区"}, true},
		{"other village", director, casework.AssistFamily, casework.Scope{Town: "shiqi", Village: "新市社区"}, false},
		{"a village of the same name elsewhere", director, casework.AssistFamily, casework.Scope{Town: "xiaolan", Village: "莲峰社区"}, false},
		{"referred", police, casework.OpenReferral, casework.Scope{Town: "shiqi", Referred: []casework.Department{casework.Health, casework.Police}}, true},
		{"referred elsewhere", police, casework.OpenReferral, casework.Scope{Town: "shiqi", Referred: []casework.Department{casework.Health}}, false},
		{"not referred", police, casework.OpenReferral, casework.Scope{Town: "shiqi"}, false},
		{"liaison of nothing", nobody, casework.OpenReferral, casework.Scope{Referred: []casework.Department{""}}, false},
		{"referred, and yet not the case itself", police, casework.OpenApplication, casework.Scope{Referred: []casework.Department{casework.Police}}, false},
		{"referred, and yet no decision", police, casework.ApproveCase, casework.Scope{Referred: []casework.Department{casework.Police}}, false},
		{"city", officer, casework.OpenApplication, casework.Scope{}, true},
		{"disabled", gone, casework.OpenApplication, casework.Scope{Town: "shiqi"}, false},
	}
	for _, tt := range tests {
		if got := tt.user.May(tt.action, tt.at); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestPost(t *testing.T) {
	tests := []struct {
		name string
		post casework.Post
		want casework.Post // cleaned
		key  string
	}{
		{"director", casework.Post{Role: casework.Director, Area: "shiqi", Village: " 迎阳社区，莲峰社区;迎阳社区、", Department: casework.Police}, casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区、莲峰社区"}, ""},
		{"director without villages", casework.Post{Role: casework.Director, Area: "shiqi", Village: "、"}, casework.Post{Role: casework.Director, Area: "shiqi"}, casework.KeyVillage},
		{"director of a letter", casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区、村"}, casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区、村"}, casework.KeyVillage},
		{"supervisor", casework.Post{Role: casework.Supervisor, Area: "shiqi", Village: "迎阳社区"}, casework.Post{Role: casework.Supervisor, Area: "shiqi"}, ""},
		{"supervisor without town", casework.Post{Role: casework.Supervisor}, casework.Post{Role: casework.Supervisor}, casework.KeyArea},
		{"officer", casework.Post{Role: casework.Officer, Area: "shiqi"}, casework.Post{Role: casework.Officer}, ""},
		{"liaison", casework.Post{Role: casework.Liaison, Area: "shiqi", Department: casework.Health}, casework.Post{Role: casework.Liaison, Department: casework.Health}, ""},
		{"liaison without department", casework.Post{Role: casework.Liaison, Department: "circus"}, casework.Post{Role: casework.Liaison, Department: "circus"}, casework.KeyDepartment},
		{"unknown", casework.Post{Role: "king"}, casework.Post{Role: "king"}, casework.KeyRole},
	}
	for _, tt := range tests {
		got := tt.post.Clean()
		var invalid apply.Invalid
		errors.As(got.Check(), &invalid)
		key := ""
		if len(invalid) > 0 {
			key = invalid[0].Key
		}
		if got != tt.want || key != tt.key {
			t.Errorf("%s: %+v, %q; want %+v, %q", tt.name, got, key, tt.want, tt.key)
		}
	}
}

func TestPassword(t *testing.T) {
	cost := casework.DefaultCost()
	hash, err := cost.Hash(rand.Reader, "一句很长很容易记住的话呀")
	if err != nil {
		t.Fatal(err)
	}
	ok, outdated, err := cost.Check(hash, "一句很长很容易记住的话呀")
	if !ok || outdated || err != nil {
		t.Errorf("right password: %v, %v, %v", ok, outdated, err)
	}
	if ok, _, _ := cost.Check(hash, "一句很长很容易记住的话"); ok {
		t.Error("a wrong password is accepted")
	}
	if ok, _, err := cost.Check("", "x"); ok || err != nil {
		t.Errorf("nobody's password: %v, %v", ok, err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") { // OWASP's first recommendation
		t.Errorf("made with %s", hash)
	}
	// Made with less memory than today's: accepted and to be renewed.
	old := "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$QOKF1iG70GOhZX71bkTGoINw9zqSjKFirULQQtMxBVI"
	if ok, outdated, err := cost.Check(old, "correct horse battery"); !ok || !outdated || err != nil {
		t.Errorf("old hash: %v, %v, %v; want accepted and outdated", ok, outdated, err)
	}
	for _, bad := range []string{"x", "$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$AAAA", strings.Replace(hash, "argon2id", "argon2i", 1)} {
		if _, _, err := cost.Check(bad, "x"); err == nil {
			t.Errorf("CheckPassword accepts the hash %q", bad)
		}
	}
}

func TestInvite(t *testing.T) {
	invite := casework.Invite{Post: casework.Post{Role: casework.Officer}, Created: now}
	tests := []struct{ name, login, person, password, key string }{
		{"good", " Chen.Yi ", "陈一", "correct horse battery", ""},
		{"short", "chen", "陈一", "shortpass11", casework.KeyPasswordShort},
		{"long", "chen", "陈一", strings.Repeat("长", 201), casework.KeyPasswordLong},
		{"repeated", "chen", "陈一", "aaaaaaaaaaaaaa", casework.KeyPasswordCommon},
		{"run", "chen", "陈一", "123456789012", casework.KeyPasswordCommon},
		{"common", "chen", "陈一", "Password1234", casework.KeyPasswordCommon},
		{"login", "chenchen", "陈一", "chenchenchenchen", casework.KeyPasswordCommon},
		{"no login", "", "陈一", "correct horse battery", casework.KeyLoginForm},
		{"no name", "chen", " ", "correct horse battery", casework.KeyStaffName},
	}
	for _, tt := range tests {
		u, err := invite.Accept(func(password string) (string, error) { return "hash of " + password, nil }, tt.login, tt.person, tt.password, now)
		var invalid apply.Invalid
		errors.As(err, &invalid)
		key := ""
		if len(invalid) > 0 {
			key = invalid[0].Key
		}
		if key != tt.key || err == nil && (u.Login != "chen.yi" || u.Role != casework.Officer) {
			t.Errorf("%s: %v, %q; want %q", tt.name, u, key, tt.key)
		}
	}
	if !invite.Open(now.Add(71*time.Hour)) || invite.Open(now.Add(72*time.Hour)) {
		t.Error("the invitation does not end after 72 hours")
	}
	if err := (casework.Invite{Post: casework.Post{Role: casework.Director, Area: "shiqi"}}).Check(); err == nil {
		t.Error("a director without a village can be invited")
	}
	if err := (casework.Invite{Post: casework.Post{Role: casework.Supervisor}}).Check(); err == nil {
		t.Error("a supervisor without town was invited")
	}
}

func TestSessionEnds(t *testing.T) {
	tests := []struct {
		name              string
		sinceIn, sinceUse time.Duration
		want              bool
	}{
		{"fresh", 0, 0, true},
		{"idle", time.Hour, 30 * time.Minute, false},
		{"in use", 11 * time.Hour, time.Minute, true},
		{"too long", 12 * time.Hour, time.Second, false},
	}
	for _, tt := range tests {
		s := casework.Session{Created: now.Add(-tt.sinceIn), Seen: now.Add(-tt.sinceUse)}
		if got := s.Live(now); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestUserHidesItself(t *testing.T) {
	u := casework.User{ID: "u1", Name: "陈一", Password: "hash", Post: casework.Post{Role: casework.Officer}}
	for _, s := range []string{u.LogValue().String(), u.String(), fmt.Sprintf("%#v %+v", u, u)} {
		if strings.Contains(s, "陈一") || strings.Contains(s, "hash") {
			t.Errorf("%q shows too much", s)
		}
	}
}
