package faults

import (
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// postgres is a server of the test's own, reached by a Unix socket.
type postgres struct {
	*process
	bin, dir string
	attr     *syscall.SysProcAttr
}

func startPostgres(t *testing.T) *postgres {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		t.Fatal("no PostgreSQL here; run: ./.ci/debian")
	}
	dir, err := os.MkdirTemp("", "huitong-faults")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &postgres{bin: found[len(found)-1], dir: dir, attr: &syscall.SysProcAttr{}}
	if os.Getuid() == 0 { // as root it does not run
		p.attr.Credential = credential(t, "postgres")
		if err := os.Chown(dir, int(p.attr.Credential.Uid), int(p.attr.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	init := exec.Command(filepath.Join(p.bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	init.Dir, init.SysProcAttr = dir, p.attr
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	p.again(t)
	return p
}

func credential(t *testing.T, name string) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// again starts the server on the data that is there.
func (p *postgres) again(t *testing.T) {
	t.Helper()
	socket := filepath.Join(p.dir, ".s.PGSQL.5432")
	_ = os.Remove(socket) // of one that was killed
	p.process = launch(t, p.attr, filepath.Join(p.bin, "postgres"), "-D", filepath.Join(p.dir, "data"), "-k", p.dir, "-c", "listen_addresses=")
	p.stops = syscall.SIGINT // without waiting for who is connected
	await(t, "PostgreSQL listens", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
}

func (p *postgres) url() string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(p.dir)
}

// all are the numbers of the server's processes, the first that of the one that starts
// the others. Each has a session of its own, so that no group holds them.
func (p *postgres) all() []int {
	out := []int{p.Process.Pid}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		stat, _ := os.ReadFile(file)
		_, after, _ := strings.Cut(string(stat), ") ")
		if words := strings.Fields(after); len(words) > 1 && words[1] == strconv.Itoa(p.Process.Pid) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				out = append(out, pid)
			}
		}
	}
	return out
}

// pause stops all of it where it stands and returns what lets it go on.
func (p *postgres) pause() func() {
	paused := p.all() // the first begins no others once it is stopped
	send := func(s syscall.Signal) {
		for _, pid := range paused {
			_ = syscall.Kill(pid, s)
		}
	}
	send(syscall.SIGSTOP)
	return func() { send(syscall.SIGCONT) }
}

// pausePostgres freezes the server: connections stay open, and nothing answers.
func pausePostgres(t *testing.T, w *world) outcome {
	db := startPostgres(t)
	p := w.start(t, t.TempDir(), "--database-url", db.url())
	return trial{portal: p, harm: db.pause, lasts: pauseLasts}.run(t)
}

// pauseLasts is longer than anybody is made to wait.
const pauseLasts = 25 * time.Second

// killPostgres kills the server whole, and starts it again after a while.
func killPostgres(t *testing.T, w *world) outcome {
	db := startPostgres(t)
	p := w.start(t, t.TempDir(), "--database-url", db.url())
	return trial{portal: p, lasts: 5 * time.Second, harm: func() func() {
		for _, pid := range db.all() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		db.end(syscall.SIGKILL)
		return func() { db.again(t) }
	}}.run(t)
}
