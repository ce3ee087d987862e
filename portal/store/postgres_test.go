package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// postgres is a private server that is started when first needed, in a temporary
// directory and reached by a Unix socket there.
type postgres struct {
	settings []string
	once     sync.Once
	err      error

	bin, dir string
	attr     *syscall.SysProcAttr
	cmd      *exec.Cmd
	ended    chan struct{} // closed when cmd has ended
}

// Most tests end before anything could be lost, and need not wait for the disk. What
// measures commits or breaks them off does.
var (
	quick   = &postgres{settings: []string{"-c", "fsync=off"}}
	durable = &postgres{}
)

func TestMain(m *testing.M) {
	if count := os.Getenv(counterKey); count != "" {
		os.Exit(runCounter(count))
	}
	if submit := os.Getenv(submitterKey); submit != "" {
		os.Exit(runSubmitter(submit))
	}
	if rotate := os.Getenv(rotatorKey); rotate != "" {
		os.Exit(runRotator(rotate))
	}
	code := m.Run()
	quick.remove()
	durable.remove()
	os.Exit(code)
}

// postgresURL returns the address of an empty schema that the test has to itself, on
// a quick server or on the one named by HUITONG_TEST_POSTGRES_URL.
func postgresURL(tb testing.TB) string {
	tb.Helper()
	if named := os.Getenv("HUITONG_TEST_POSTGRES_URL"); named != "" {
		return schemaOf(tb, named)
	}
	return schemaOf(tb, quick.start(tb))
}

// start returns the server's address.
func (p *postgres) start(tb testing.TB) string {
	tb.Helper()
	p.once.Do(func() {
		if p.err = p.create(); p.err == nil {
			p.err = p.launch()
		}
	})
	if p.err != nil {
		tb.Fatal(p.err)
	}
	return p.address()
}

func (p *postgres) address() string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(p.dir)
}

var schemas struct {
	sync.Mutex
	n int
}

// schemaOf makes an empty schema on a server and returns its address.
func schemaOf(tb testing.TB, server string) string {
	tb.Helper()
	schemas.Lock()
	schemas.n++
	schema := fmt.Sprintf("test_%d_%d", os.Getpid(), schemas.n)
	schemas.Unlock()
	db, err := sql.Open("pgx", server)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := db.Exec(`CREATE SCHEMA ` + schema); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if _, err := db.Exec(`DROP SCHEMA ` + schema + ` CASCADE`); err != nil {
			tb.Error(err)
		}
		_ = db.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		tb.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// create makes the data directory. PostgreSQL refuses to run as root, so root hands
// it to the user postgres.
func (p *postgres) create() (err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return errors.New("no PostgreSQL here; run: apt-get install -y postgresql (or set HUITONG_TEST_POSTGRES_URL)")
	}
	slices.Sort(found)
	p.bin = filepath.Dir(found[len(found)-1])
	if p.dir, err = os.MkdirTemp("", "huitong-pg"); err != nil {
		return err
	}
	p.attr = &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		if p.attr.Credential, err = unprivileged(p.dir); err != nil {
			return err
		}
	}
	out, err := p.command("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (p *postgres) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), append([]string{"-D", filepath.Join(p.dir, "data")}, args...)...)
	cmd.Dir, cmd.SysProcAttr = p.dir, p.attr
	return cmd
}

// launch starts the server. One that was killed leaves processes behind that keep
// the next one out for a moment.
func (p *postgres) launch() (err error) {
	for range 100 {
		var log bytes.Buffer
		p.cmd = p.command("postgres", append([]string{"-k", p.dir, "-c", "listen_addresses="}, p.settings...)...)
		p.cmd.Stdout, p.cmd.Stderr = &log, &log
		if err := p.cmd.Start(); err != nil {
			return err
		}
		cmd, ended := p.cmd, make(chan struct{})
		p.ended = ended
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		if err = p.await(); err == nil {
			return nil
		}
		p.stop()
		err = fmt.Errorf("start postgres: %w: %s", err, log.String())
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// await returns when the server answers.
func (p *postgres) await() error {
	db, err := sql.Open("pgx", p.address())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	end := time.Now().Add(time.Minute)
	for {
		if err = db.Ping(); err == nil || time.Now().After(end) {
			return err
		}
		select {
		case <-p.ended:
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends the server as if its machine had stopped.
func (p *postgres) kill() error {
	err := p.cmd.Process.Kill()
	<-p.ended
	return err
}

func (p *postgres) stop() {
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGINT)
		<-p.ended
	}
}

// remove stops the server and takes its data away.
func (p *postgres) remove() {
	p.stop()
	_ = os.RemoveAll(p.dir)
}

func unprivileged(dir string) (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}
