package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"huitong/portal/apply"
	"huitong/portal/servers"
	"huitong/portal/vault"
)

// keeper is an environment for commands on a data directory.
func keeper(t *testing.T, dir string) (*environment, *servers.Output) {
	t.Helper()
	out := &servers.Output{}
	return &environment{ctx: t.Context(), cfg: &Config{Addr: ":8080", Data: dir, KeepDrafts: 180, QuestionDays: 365}, out: out, log: slog.New(slog.DiscardHandler), now: time.Now}, out
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBackup backs up a portal in use and restores it elsewhere.
func TestBackup(t *testing.T) {
	env, out := keeper(t, fresh(t))
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.close()
	a, _, err := data.CreateDraft(t.Context(), "basic-living-allowance", "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	if a, err = data.SaveAnswers(t.Context(), a.Reference, a.Version, apply.Answers{"child_name": "canary-name"}); err != nil {
		t.Fatal(err)
	}
	f, err := data.AddFile(t.Context(), a.Reference, apply.NewFile{Document: "guardian-proof", Kind: "pdf", Body: []byte("canary-paper"), Digest: []byte("d")})
	if err != nil {
		t.Fatal(err)
	}
	// One whose row is written after the backup has read the rows: it is there already.
	late := strings.Repeat("0a", vault.FileIDLength/2)
	if err := data.bucket.WriteAll(t.Context(), late, []byte("late"), nil); err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	command := backupCommand{File: file, Recipient: []string{id.Recipient().String()}}
	if err := command.Run(env); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "1 applications") || !strings.Contains(out.String(), "2 uploads") {
		t.Errorf("backup says %s", out.String())
	}
	if err := command.Run(env); err == nil {
		t.Error("a backup is written over another")
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", info, err)
	}
	identity := writeFile(t, id.String())
	elsewhere := filepath.Join(t.TempDir(), "data")
	there, said := keeper(t, elsewhere)
	if err := (restoreCommand{File: file, Identity: identity, Check: true}).Run(there); err != nil {
		t.Errorf("check: %v", err)
	}
	if _, err := os.Stat(elsewhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a check has written something: %v", err)
	}
	if err := (restoreCommand{File: file, Identity: identity}).Run(env); err == nil {
		t.Error("restored over a portal in use")
	}
	if err := (restoreCommand{File: file, Identity: identity}).Run(there); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "Restored from") {
		t.Errorf("restore says %s", said.String())
	}
	restored, err := openStore(there, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.close()
	got, err := restored.ApplicationByReference(t.Context(), a.Reference)
	if err != nil || got.Answers["child_name"] != "canary-name" {
		t.Errorf("restored: %+v, %v", got, err)
	}
	body, err := restored.ReadFile(t.Context(), a.Reference, f.ID, false)
	if err != nil {
		t.Fatalf("its paper: %v", err)
	}
	if text := body; !bytes.Contains(text, []byte("canary-paper")) {
		t.Errorf("its paper: %q", text)
	}
	if there, err := restored.bucket.Exists(t.Context(), late); err != nil || there || !strings.Contains(said.String(), "1 uploads came after the rows") {
		t.Errorf("an upload without a row is restored: %t, %v; said %s", there, err, said.String())
	}
	damagedBackups(t, file, identity)
}

// damagedBackups expects that a backup which lacks its end, or was changed, is refused.
func damagedBackups(t *testing.T, file, identity string) {
	t.Helper()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(whole, []byte("canary")) || bytes.Contains(whole, []byte("data_keys")) {
		t.Error("the backup can be read by anybody")
	}
	for name, change := range map[string]func([]byte) []byte{
		"cut off":    func(b []byte) []byte { return b[:len(b)-20] },
		"cut in two": func(b []byte) []byte { return b[:len(b)/2] },
		"changed":    func(b []byte) []byte { b[len(b)-100] ^= 1; return b },
		"empty":      func([]byte) []byte { return nil },
	} {
		bad := writeFile(t, string(change(bytes.Clone(whole))))
		env, _ := keeper(t, filepath.Join(t.TempDir(), "data"))
		if err := (restoreCommand{File: bad, Identity: identity, Check: true}).Run(env); err == nil {
			t.Errorf("%s: the backup passes", name)
		}
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	env, _ := keeper(t, t.TempDir())
	if err := (restoreCommand{File: file, Identity: writeFile(t, other.String()), Check: true}).Run(env); err == nil {
		t.Error("another identity opens the backup")
	}
}

func TestBackupSettings(t *testing.T) {
	env, _ := keeper(t, t.TempDir())
	for _, test := range []struct {
		command backupCommand
		want    string
	}{
		{backupCommand{File: "x"}, "never written in the clear"},
		{backupCommand{File: "x", Recipient: []string{"age1x"}}, "--recipient"},
		{backupCommand{File: "x", Passphrase: writeFile(t, "short\n")}, "use 16 or more"},
		{backupCommand{File: "x", Passphrase: writeFile(t, "a passphrase of some length\n")}, "there is no portal in"},
	} {
		if err := test.command.Run(env); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v; want %q", test.command, err, test.want)
		}
	}
	if err := (restoreCommand{File: writeFile(t, "")}).Run(env); err == nil || !strings.Contains(err.Error(), "--identity-file") {
		t.Errorf("restore without a key: %v", err)
	}
}

// TestPutBlob keeps what a backup names within the bucket.
func TestPutBlob(t *testing.T) {
	env, _ := keeper(t, t.TempDir())
	bucket, err := openBucket(env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bucket.Close() }()
	for _, name := range []string{"", "../secrets.json", `..\x`, "a/b", ".hidden"} {
		if err := putBlob(t.Context(), bucket, name, strings.NewReader("x")); !errors.Is(err, errBackupDamaged) {
			t.Errorf("put %q: %v", name, err)
		}
	}
	if err := putBlob(t.Context(), bucket, "abc", io.LimitReader(strings.NewReader("x"), 1)); err != nil {
		t.Error(err)
	}
}
