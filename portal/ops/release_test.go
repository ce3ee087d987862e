package ops

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// recordingGo writes what it was told into the file that it is to build.
const recordingGo = "#!/bin/sh\nwhile [ \"$1\" != -o ]; do said=\"$said $1\"; shift; done\necho \"$GOOS $GOARCH $CGO_ENABLED$said\" >\"$2\"\n"

// TestRelease ships nothing that its tag does not say, and then what it says.
func TestRelease(t *testing.T) {
	script, err := filepath.Abs("../../.ci/release")
	if err != nil {
		t.Fatal(err)
	}
	tree, tools := t.TempDir(), t.TempDir()
	save(t, tools, "go", recordingGo)
	run := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = tree, append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.cn", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.cn")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	git := func(args ...string) {
		t.Helper()
		if out, err := run("git", args...); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	refuses := func(want string) {
		t.Helper()
		if out, err := run(script); err == nil || !strings.Contains(out, want) {
			t.Errorf("%v, %s; want it refused: %s", err, out, want)
		}
	}
	const log = "portal/doc/CHANGELOG.md"
	git("init", "-q")
	save(t, tree, ".gitignore", "/dist\n")
	save(t, tree, log, "# What has changed\n\n## To come\n")
	git("add", ".")
	git("commit", "-qm", "a: begun")
	refuses("HEAD has no tag")
	git("tag", "-am", "first", "v2026.12.1")
	refuses("has no line: ## v2026.12.1")
	save(t, tree, log, "# What has changed\n\n## v2026.12.2\n")
	refuses("not committed")
	git("commit", "-qam", "a: released")
	git("tag", "-am", "second", "v2026.12.2")
	if out, err := run(script); err != nil || !strings.Contains(out, "huitong-v2026.12.2-linux-arm64") {
		t.Fatalf("%v\n%s", err, out)
	}
	built, err := os.ReadFile(filepath.Join(tree, "dist", "huitong-v2026.12.2-linux-amd64"))
	if want := "linux amd64 0 build -trimpath -tags nodynamic -ldflags -s -w -X main.release=v2026.12.2\n"; err != nil || string(built) != want {
		t.Errorf("built by %q, %v; want %q", built, err, want)
	}
	if out, err := run("sh", "-c", "cd dist && sha256sum -c SHA256SUMS"); err != nil {
		t.Errorf("digests: %v\n%s", err, out)
	}
}
