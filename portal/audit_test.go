package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huitong/portal/casework"
)

// verifyAudit runs the command and returns what it printed.
func verifyAudit(env *environment, noted ...string) (string, error) {
	var out bytes.Buffer
	env.out = &out
	err := auditVerifyCommand{Noted: noted}.Run(env)
	return out.String(), err
}

func TestAuditVerify(t *testing.T) {
	var log bytes.Buffer
	env := &environment{ctx: t.Context(), cfg: &Config{Data: fresh(t), KeepDrafts: 180, QuestionDays: 365}, log: slog.New(slog.NewTextHandler(&log, nil)), now: time.Now}
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := data.RecordAccess(t.Context(), casework.AuditEntry{Action: casework.SignInFailed, Detail: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	sealOnce(context.Background(), env, data.Store)
	sealOnce(context.Background(), env, data.Store) // has nothing new to seal
	data.close()

	out, err := verifyAudit(env)
	_, head, _ := strings.Cut(strings.TrimSpace(out), "later: ")
	if err != nil || !strings.Contains(out, "the audit is whole: 3 lines, 1 seals, the last of 20") {
		t.Fatalf("whole: %v\n%s", err, out)
	}
	if n := strings.Count(log.String(), "audit sealed"); n != 1 || !strings.Contains(log.String(), "head="+head) {
		t.Errorf("sealed %d times, want once with %s; log:\n%s", n, head, log.String())
	}
	if _, err := verifyAudit(env, head); err != nil {
		t.Errorf("with what was noted: %v", err)
	}
	if _, err := verifyAudit(env, "3:abc"); err == nil || !strings.Contains(err.Error(), "--noted") {
		t.Errorf("noted wrongly: %v; want it refused", err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(env.cfg.Data, "huitong.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range []string{`DROP TRIGGER audit_no_update`, `UPDATE audit SET detail = 'x' WHERE number = 2`} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	if out, err = verifyAudit(env, head); err == nil || out != "line 2: changed since it was written, or the line behind it was\n" {
		t.Errorf("changed: %v\n%s", err, out)
	}
}
