package ops

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"huitong/portal/servers"
)

// fakeGo builds a portal that says which build it is, and none where a file is broken.
const fakeGo = `#!/bin/sh
! grep -rq broken portal || { echo "portal: broken"; exit 1; }
printf '#!/bin/sh\necho "serves %s: $*"\nexec sleep 600\n' "$(cat portal/page.html)" >"$3"
chmod +x "$3"
`

// TestDev saves a template, a broken file and a mended one beside make dev, and expects
// the portal to be started anew for each that builds, with what it was told.
func TestDev(t *testing.T) {
	script, err := filepath.Abs("../../.ci/dev")
	if err != nil {
		t.Fatal(err)
	}
	tree := t.TempDir()
	for name, text := range map[string]string{"go.mod": "", "fake/go": fakeGo, "bot/a": "", "search/a": "", "static/a": "", "content/a.md": "", "portal/page.html": "one"} {
		save(t, tree, name, text)
	}
	cmd := exec.Command(script, "--addr", ":1")
	cmd.Dir, cmd.Env = tree, append(os.Environ(), "PATH="+filepath.Join(tree, "fake")+":"+os.Getenv("PATH"))
	p := servers.Start(t, cmd)
	says := func(want string) {
		t.Helper()
		servers.Await(t, want, func() bool { return strings.Contains(p.Output.String(), want) })
	}
	says("serves one: --content content --log-level debug --addr :1")
	save(t, tree, "content/a.md", "the portal sees to it")
	save(t, tree, "portal/page.html", "two")
	says("portal/page.html has changed")
	says("serves two")
	save(t, tree, "portal/page.html", "broken")
	says("goes on as it was")
	save(t, tree, "portal/page.html", "three")
	says("serves three")
	if strings.Contains(p.Output.String(), "content/a.md has changed") {
		t.Error("built again for content, which the portal reads by itself")
	}
	p.Stop(syscall.SIGTERM)
}

// save writes a file of a small tree.
func save(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
