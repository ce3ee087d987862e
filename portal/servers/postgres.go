package servers

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Postgres is a PostgreSQL server in a temporary directory, reached by a Unix socket
// there.
type Postgres struct {
	*Program
	settings []string
	bin, dir string
	attr     *syscall.SysProcAttr
}

// NoSync is for a server that is never killed: its tests need not wait for the disk.
const NoSync = "fsync=off"

// StartPostgres runs a server until the test ends, with settings such as [NoSync] beside
// those that it has by itself.
func StartPostgres(tb testing.TB, settings ...string) *Postgres {
	tb.Helper()
	p, err := NewPostgres(settings...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.Close()
		if tb.Failed() {
			tb.Logf("PostgreSQL:\n%s", p.Output.Tail())
		}
	})
	return p
}

// NewPostgres runs a server until it is closed.
func NewPostgres(settings ...string) (*Postgres, error) {
	p := &Postgres{settings: settings}
	err := p.create()
	if err == nil {
		err = p.Again()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	return p, nil
}

// create makes the data directory.
func (p *Postgres) create() (err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return errors.New("no PostgreSQL here; run: ./.ci/debian")
	}
	slices.Sort(found)
	p.bin = filepath.Dir(found[len(found)-1])
	if p.dir, err = os.MkdirTemp("", "huitong-pg"); err != nil {
		return err
	}
	if p.attr, err = notRoot(p.dir); err != nil {
		return err
	}
	out, err := p.command("initdb", "-D", p.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// notRoot has PostgreSQL run as its own user, who is given dir, where root would run it,
// which it refuses.
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

func (p *Postgres) data() string { return filepath.Join(p.dir, "data") }

func (p *Postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = p.dir, p.attr
	return cmd
}

// URL is the address of the database that is there from the beginning.
func (p *Postgres) URL() string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(p.dir)
}

// Version is what the server says it is.
func (p *Postgres) Version() string {
	out, _ := p.command("postgres", "--version").Output()
	return strings.TrimSpace(string(out))
}

// Again starts the server on the data that is there. One that was killed leaves
// processes behind that keep the next one out for a moment.
func (p *Postgres) Again() error {
	args := []string{"-D", p.data(), "-k", p.dir, "-c", "listen_addresses="}
	for _, s := range p.settings {
		args = append(args, "-c", s)
	}
	var err error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(every) {
		if p.Program, err = start(p.command("postgres", args...)); err != nil {
			return err
		}
		if err = p.Ready(); err == nil {
			return nil
		}
		p.Stop(syscall.SIGINT)
	}
	return err
}

// Ready returns when the server takes connections, or has ended.
func (p *Postgres) Ready() error {
	for end := time.Now().Add(Patience); time.Now().Before(end) && p.Running(); time.Sleep(every) {
		if p.command("pg_isready", "-q", "-h", p.dir).Run() == nil {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL takes no connections: %s", p.Output.Tail())
}

// Kill ends the server as if its machine had stopped.
func (p *Postgres) Kill() {
	for _, pid := range p.Processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-p.Ended
}

// Freeze stops all of it where it stands, so that connections stay open and nothing
// answers, and returns what lets it go on.
func (p *Postgres) Freeze() (thaw func()) {
	frozen := p.Processes() // the first begins no others once it is stopped
	send := func(s syscall.Signal) {
		for _, pid := range frozen {
			_ = syscall.Kill(pid, s)
		}
	}
	send(syscall.SIGSTOP)
	return func() { send(syscall.SIGCONT) }
}

// Close stops the server without waiting for who is connected, and takes its data away.
func (p *Postgres) Close() {
	p.Stop(syscall.SIGINT)
	_ = os.RemoveAll(p.dir)
}
