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

func TestPermissions(t *testing.T) {
	// One row per action; who may, in the order of Roles.
	want := map[casework.Action]string{
		casework.ListApplications: "-SO-",
		casework.OpenApplication:  "-SO-",
		casework.RevealField:      "-SO-",
		casework.OpenFile:         "-SO-",
		casework.AcceptCase:       "-SO-",
		casework.AskMoreCase:      "-SO-",
		casework.ApproveCase:      "--O-",
		casework.RefuseCase:       "--O-",
		casework.ReadAudit:        "--OA",
		casework.ManageUsers:      "--O-",
		casework.ReadFeedback:     "-SO-",
		casework.ReadQuestions:    "-SO-",
		casework.PausePart:        "--O-",
		casework.AssistFamily:     "D---",
	}
	for _, a := range casework.Actions() {
		letters := []byte("DSOA")
		for i, r := range casework.Roles() {
			if !r.May(a) {
				letters[i] = '-'
			}
		}
		if got := string(letters); got != want[a] {
			t.Errorf("%s: %s; want %s", a, got, want[a])
		}
	}
	if casework.Role("root").May(casework.ReadAudit) {
		t.Error("an unknown role may do something")
	}
}

func TestUsersStayInTheirArea(t *testing.T) {
	town := casework.User{Role: casework.Supervisor, Area: "shiqi"}
	city := casework.User{Role: casework.Officer}
	gone := casework.User{Role: casework.Officer, Disabled: now}
	tests := []struct {
		name string
		user casework.User
		area string
		want bool
	}{
		{"own town", town, "shiqi", true},
		{"other town", town, "xiaolan", false},
		{"city", city, "xiaolan", true},
		{"disabled", gone, "", false},
	}
	for _, tt := range tests {
		if got := tt.user.May(casework.OpenApplication, tt.area); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
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
	invite := casework.Invite{Role: casework.Officer, Created: now}
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
	if err := (casework.Invite{Role: casework.Director, Area: "shiqi"}).Check(); err == nil {
		t.Error("a director without a village can be invited")
	}
	if err := (casework.Invite{Role: casework.Supervisor}).Check(); err == nil {
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
	u := casework.User{ID: "u1", Name: "陈一", Password: "hash", Role: casework.Officer}
	for _, s := range []string{u.LogValue().String(), u.String(), fmt.Sprintf("%#v %+v", u, u)} {
		if strings.Contains(s, "陈一") || strings.Contains(s, "hash") {
			t.Errorf("%q shows too much", s)
		}
	}
}
