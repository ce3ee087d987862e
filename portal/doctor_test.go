package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"huitong/portal/servers"
)

// unmended is a finding that nothing follows, or another finding, instead of the fix.
var unmended = regexp.MustCompile(`(?m)^(?:bad|hint)  .*\n(?:[^ ].*)?$`)

// examined runs the doctor and returns what it said.
func examined(t *testing.T, env *environment, out *servers.Output) (string, error) {
	t.Helper()
	before := len(out.String())
	err := doctorCommand{}.Run(env)
	said := out.String()[before:]
	for _, f := range unmended.FindAllString(said, -1) {
		t.Errorf("the doctor does not say how to mend %s", f)
	}
	return said, err
}

// TestDoctor breaks one thing after the other; each is found, and said how to mend.
func TestDoctor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	env, out := keeper(t, dir)
	env.cfg.Content, env.cfg.BaseURL, env.cfg.RateLimit = lean(t), "http://localhost:8080", 60
	said, err := examined(t, env, out)
	if err == nil || !strings.Contains(said, "is not there") || strings.Contains(said, "ok    keys") {
		t.Errorf("without any data: %v\n%s", err, said)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the doctor has made a data directory")
	}
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	data.close()
	if said, err := examined(t, env, out); err != nil || !strings.Contains(said, " 0 bad\n") || !strings.Contains(said, "seal-audit   has not run yet") {
		t.Errorf("of a new portal: %v\n%s", err, said)
	}
	ran := func() error { // a job, today
		data, err := openStore(env, nil)
		if err != nil {
			return err
		}
		defer data.close()
		return data.NoteJob(t.Context(), jobSweep, true)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, test := range []struct {
		name         string
		breaks, mend func() error
		want         string
	}{
		{"keys that others can read", func() error { return os.Chmod(file("secrets.json"), 0o644) }, func() error { return os.Chmod(file("secrets.json"), 0o600) }, "→ chmod 600"},
		{"data that others can read", func() error { return os.Chmod(dir, 0o755) }, func() error { return os.Chmod(dir, 0o700) }, "→ chmod 700"},
		{"keys gone", func() error { return os.Rename(file("secrets.json"), file("x")) }, func() error { return os.Rename(file("x"), file("secrets.json")) }, "restore it from a backup at once"},
		{"scanner away", func() error { env.cfg.Clamd = file("no.sock"); return nil }, func() error { env.cfg.Clamd = ""; return nil }, "clamd does not answer"},
		{"gateway away", func() error { env.cfg.NotifySMS = "https://127.0.0.1:1/"; return nil }, func() error { env.cfg.NotifySMS = ""; return nil }, "its gateway cannot be reached"},
		{"without encryption", func() error { env.cfg.BaseURL = "http://a.example.cn"; return nil }, func() error { env.cfg.BaseURL = "http://localhost:8080"; return nil }, "visitors come without encryption"},
		{"database away", func() error { env.cfg.DatabaseURL = "postgres://u:canary-password@127.0.0.1:1/x"; return nil }, func() error { env.cfg.DatabaseURL = ""; return nil }, "does not answer"},
		{"search server without keys", func() error { env.cfg.MeiliURL, env.cfg.Clamd = "http://127.0.0.1:1", file("no.sock"); return nil }, func() error { env.cfg.MeiliURL, env.cfg.Clamd = "", ""; return nil }, "→ give it a master key"},
		{"clock behind", func() error {
			err := ran()
			env.now = func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }
			return err
		}, func() error { env.now = time.Now; return nil }, "→ let the machine keep time"},
		{"content broken", func() error {
			return os.WriteFile(filepath.Join(env.cfg.Content, "policies", "tomorrow-plan.md"), []byte("x"), 0o600)
		}, func() error { env.cfg.Content = lean(t); return nil }, "run portal check"},
	} {
		if err := test.breaks(); err != nil {
			t.Fatal(err)
		}
		said, err := examined(t, env, out)
		if err == nil || !strings.Contains(said, test.want) {
			t.Errorf("%s: %v, want %q in\n%s", test.name, err, test.want, said)
		}
		if strings.Contains(said, "canary-password") {
			t.Errorf("%s: the doctor tells a password", test.name)
		}
		if err := test.mend(); err != nil {
			t.Fatal(err)
		}
	}
	jobsAreSeen(t, env, out)
}

// jobsAreSeen lets a job end well, and then not for hours.
func jobsAreSeen(t *testing.T, env *environment, out *servers.Output) {
	t.Helper()
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	noteJob(t.Context(), env, data.Store, jobPrune, nil)
	data.close()
	if said, err := examined(t, env, out); err != nil || !strings.Contains(said, "prune        last ended well") {
		t.Errorf("after a job: %v\n%s", err, said)
	}
	later := time.Now().Add(4 * time.Hour)
	env.now = func() time.Time { return later }
	if said, err := examined(t, env, out); err == nil || !strings.Contains(said, "bad   prune") {
		t.Errorf("four hours later: %v\n%s", err, said)
	}
}
