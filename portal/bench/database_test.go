package bench

import (
	"fmt"
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

// database is a PostgreSQL server with its default settings, so that commits reach the
// disk.
type database struct {
	dir string
	cmd *exec.Cmd
}

// String says where the data is; of a nil database that is SQLite.
func (d *database) String() string {
	if d == nil {
		return "SQLite"
	}
	return first(d.cmd.Path, "--version")
}

func (d *database) url() string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(d.dir)
}

// startDatabase starts a server of the test's own in a temporary directory.
func startDatabase(tb testing.TB) *database {
	tb.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		tb.Fatal("no PostgreSQL here; run: ./.ci/debian")
	}
	bin := found[len(found)-1]
	dir, err := os.MkdirTemp("", "huitong-bench-pg")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	attr, err := notRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
	init.Dir, init.SysProcAttr = dir, attr
	if out, err := init.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v\n%s", err, out)
	}
	d := &database{dir, exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=")}
	d.cmd.Dir, d.cmd.SysProcAttr = dir, attr
	if err := d.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = d.cmd.Process.Signal(syscall.SIGINT)
		_ = d.cmd.Wait()
	})
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", dir).Run() == nil {
			return d
		}
	}
	tb.Fatal("PostgreSQL is not ready")
	return nil
}

// notRoot makes a server run as postgres where root starts it, which it refuses.
func notRoot(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid) // numbers, on this system
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}

// used is the processor time of all processes of the server that are there, and of those
// that have ended.
func (d *database) used() time.Duration {
	main := d.cmd.Process.Pid
	total := ticks(main, true)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2])
		if f := statOf(pid); len(f) > 1 && f[1] == strconv.Itoa(main) {
			total += ticks(pid, false)
		}
	}
	return total
}

// statOf is what /proc tells of a process from its state on; nil where it has ended.
func statOf(pid int) []string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

// ticks is the processor time of a process, with its ended children if these count.
func ticks(pid int, children bool) time.Duration {
	f := statOf(pid)
	if len(f) < 15 {
		return 0
	}
	sum, last := 0, 13
	if children {
		last = 15
	}
	for _, n := range f[11:last] {
		v, _ := strconv.Atoi(n)
		sum += v
	}
	return time.Duration(sum) * time.Second / 100 // in ticks of USER_HZ
}
