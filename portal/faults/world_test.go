package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huitong/content/contenttest"
	"huitong/portal/servers"
)

// world is what all scenarios use: the portal's binary, content with little to learn,
// and what the bot learnt from it.
type world struct {
	binary, content, learnt string
	visitors                *http.Transport
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{filepath.Join(dir, "portal"), filepath.Join(dir, "content"), filepath.Join(dir, "learnt"), &http.Transport{MaxIdleConnsPerHost: 64}}
	t.Cleanup(w.visitors.CloseIdleConnections)
	if err := contenttest.WriteLean(w.content); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-overlay", jumpingClock(t, dir), "-o", w.binary, "huitong/portal").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return w
}

// clockKey names the file by which the portal's clock is set wrong.
const clockKey = "HUITONG_FAULTS_CLOCK"

// jumpingClock makes the overlay with which the portal is built here: its one clock is
// another than the machine's once there is a file that says by how much. A reading loses
// what Go keeps beside it to measure spans, so that the portal is hit harder than by the
// machine's own clock.
func jumpingClock(t *testing.T, dir string) string {
	t.Helper()
	source, err := filepath.Abs("../main.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "now: time.Now}", "now: wrongNow}", 1)
	if changed == string(text) {
		t.Fatal("main.go has its clock elsewhere")
	}
	added := filepath.Join(filepath.Dir(source), "wrongclock.go")
	files := map[string]string{source: changed, added: `package main

import (
	"os"
	"time"
)

func wrongNow() time.Time {
	by, err := os.ReadFile(os.Getenv("` + clockKey + `"))
	if err != nil {
		return time.Now()
	}
	d, err := time.ParseDuration(string(by))
	if err != nil {
		panic(err)
	}
	return time.Now().Round(0).Add(d)
}
`}
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, text := range files {
		to := filepath.Join(dir, filepath.Base(name))
		overlay.Replace[name] = to
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// portal is one that serves.
type portal struct {
	*servers.Program
	world *world
	base  string
	data  string
	args  []string
}

// start runs a portal until the test ends.
func (w *world) start(t *testing.T, data string, args ...string) *portal {
	t.Helper()
	addr := servers.FreeAddress(t)
	p := &portal{world: w, base: "http://" + addr, data: data}
	p.args = append([]string{"--addr", addr, "--base-url", p.base, "--data", data, "--content", w.content, "--learnt", w.learnt,
		"--rate-limit", "0", "--speech", "off", "--log-level", "warn"}, args...)
	t.Setenv(clockKey, filepath.Join(t.TempDir(), "clock"))
	p.again(t)
	return p
}

// again starts it anew with the same data and address.
func (p *portal) again(t *testing.T) {
	t.Helper()
	p.Program = servers.Start(t, exec.Command(p.world.binary, p.args...))
	servers.Await(t, "the portal is ready", func() bool {
		if !p.Running() {
			t.Fatalf("the portal ended: %s", p.Output.Tail())
		}
		resp, err := http.Get(p.base + "/readyz")
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode == http.StatusOK
	})
}

// memory is the most that the portal has had in memory, in bytes.
func (p *portal) memory() int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	for line := range strings.Lines(string(status)) {
		var kb int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kb); n == 1 {
			return kb << 10
		}
	}
	return 0
}

// client is a browser that waits as long as people do at most.
func (w *world) client(jar http.CookieJar) *http.Client {
	return &http.Client{Transport: w.visitors, Jar: jar, Timeout: giveUp}
}

// giveUp is when a visitor takes the site for dead.
const giveUp = 30 * time.Second
