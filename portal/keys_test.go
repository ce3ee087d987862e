package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/servers"
)

// rotate runs the command and returns what it printed.
func rotate(t *testing.T, dir string, resume bool) string {
	t.Helper()
	var out bytes.Buffer
	env := &environment{ctx: t.Context(), cfg: &Config{Data: dir, KeepDrafts: 180, QuestionDays: 365}, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now}
	if err := (keysRotateCommand{Resume: resume}).Run(env); err != nil {
		t.Fatalf("keys rotate: %v\n%s", err, out.String())
	}
	return out.String()
}

func currentKey(t *testing.T, dir string) (current string, keys int) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Current  string `json:"current"`
		DataKeys []any  `json:"data_keys"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	return s.Current, len(s.DataKeys)
}

// TestKeysRotate changes the key under a portal that serves and is told by SIGHUP.
func TestKeysRotate(t *testing.T) {
	var dir string
	site := start(t, func(c *Config) { dir = c.Data })
	data, err := openStore(&environment{ctx: t.Context(), cfg: &Config{Data: dir, KeepDrafts: 180, QuestionDays: 365}, log: slog.New(slog.DiscardHandler), now: time.Now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.close()
	a, _, err := data.CreateDraft(t.Context(), "orphan-allowance", "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	if a, err = data.SaveAnswers(t.Context(), a.Reference, a.Version, apply.Answers{"child_name": "canary-name"}); err != nil {
		t.Fatal(err)
	}
	before, _ := currentKey(t, dir)
	out := rotate(t, dir, false)
	after, keys := currentKey(t, dir)
	if after == before || keys != 2 || !strings.Contains(out, after) || !strings.Contains(out, "applications 4 values sealed anew, 0 unreadable") {
		t.Errorf("key %s after %s, %d keys; printed:\n%s", after, before, keys, out)
	}
	if strings.Contains(out, "canary") || strings.Contains(out, string(a.Reference)) {
		t.Errorf("printed what is personal:\n%s", out)
	}
	if info, err := os.Stat(filepath.Join(dir, "secrets.json")); err != nil || info.Mode() != 0o600 {
		t.Errorf("secrets.json: %v, %v; want mode 0600", info, err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	servers.Await(t, "the portal takes the new key", func() bool { return strings.Contains(site.log.String(), "key="+after) })
	if got, err := data.ApplicationByReference(t.Context(), a.Reference); err != nil || got.Answers["child_name"] != "canary-name" {
		t.Errorf("application after the rotation: %v, %v", got, err)
	}
	if out = rotate(t, dir, true); !strings.Contains(out, "applications 0 values sealed anew") {
		t.Errorf("going on after the end printed:\n%s", out)
	}
	if same, keys := currentKey(t, dir); same != after || keys != 2 {
		t.Errorf("going on made a new key")
	}
}
