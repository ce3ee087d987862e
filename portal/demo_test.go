package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"huitong/portal/casework"
	"huitong/portal/demo"
)

// TestDemoRefusesRealData leaves a directory alone in which a family has begun.
func TestDemoRefusesRealData(t *testing.T) {
	env, _ := keeper(t, t.TempDir())
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := data.CreateDraft(t.Context(), "basic-living-allowance", "zh-Hans"); err != nil {
		t.Fatal(err)
	}
	data.close()
	err = demoCommand{Cases: 40}.fill(env)
	if err == nil || !strings.Contains(err.Error(), "real data") || !strings.Contains(err.Error(), filepath.Clean(env.cfg.Data)) {
		t.Errorf("filled beside a family's draft: %v; want it refused, with the directory", err)
	}
}

// TestDemoCommand fills an empty directory: what is there is marked as invented, and
// filling it again leaves it as it is.
func TestDemoCommand(t *testing.T) {
	env, out := keeper(t, t.TempDir())
	if err := (demoCommand{Cases: 12, cost: casework.PasswordCost{Memory: 64, Time: 1, Threads: 1}}).fill(env); err != nil {
		t.Fatal(err)
	}
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.close()
	if d, err := data.Demo(t.Context()); err != nil || d.Began.IsZero() || d.Ended.IsZero() {
		t.Errorf("Demo = %+v, %v; want it marked as invented, and whole", d, err)
	}
	printed := out.String()
	signIn := regexp.MustCompile(`(?m)^director +(\S+) +(\S+) `).FindStringSubmatch(printed)
	if signIn == nil {
		t.Fatalf("no director stands in what was printed:\n%s", printed)
	}
	step, _, err := data.SignIn(t.Context(), casework.Attempt{Login: signIn[2], Password: signIn[1], Client: "192.0.2.1"})
	if err != nil || step != casework.SignedIn {
		t.Errorf("%s signs in with what was printed: %s, %v", signIn[2], step, err)
	}
	if err := (demoCommand{Cases: 12, cost: casework.PasswordCost{Memory: 64, Time: 1, Threads: 1}}).fill(env); err != nil || strings.Contains(strings.TrimPrefix(out.String(), printed), "officer") {
		t.Errorf("filled again: %v, %s; want it left alone", err, strings.TrimPrefix(out.String(), printed))
	}
}

// TestDemoBrokenOff does not serve half a city.
func TestDemoBrokenOff(t *testing.T) {
	env, _ := keeper(t, t.TempDir())
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := data.BeginDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	data.close()
	if err := (demoCommand{Cases: 40}).fill(env); err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("filled again: %v; want it refused", err)
	}
}

// TestDemoPasswords follow from a seed where one is given, and from nothing otherwise.
func TestDemoPasswords(t *testing.T) {
	draw := func(seed uint64) map[casework.Role]string {
		p, err := demoCommand{Seed: seed}.passwords()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, tt := range []struct {
		name string
		a, b uint64
		same bool
	}{{"one seed", 7, 7, true}, {"two seeds", 7, 8, false}, {"none", 0, 0, false}} {
		a, b := draw(tt.a), draw(tt.b)
		for _, r := range casework.Roles() {
			if (a[r] == b[r]) != tt.same || len(a[r]) < casework.MinPassword {
				t.Errorf("%s: %s signs in with %q and %q; want the same: %t", tt.name, r, a[r], b[r], tt.same)
			}
		}
	}
	var out bytes.Buffer
	err := printLogins(&out, []demo.Login{{Role: casework.Director, Logins: []string{"a", "b", "c", "d", "e", "f"}}}, map[casework.Role]string{casework.Director: "word"})
	if err != nil || !strings.Contains(out.String(), "director  word      a … f (6)") {
		t.Errorf("printed %q, %v", out.String(), err)
	}
}
