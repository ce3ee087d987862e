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

// postgres is a private server that is started when first needed.
type postgres struct {
	settings []string
	once     sync.Once
	url      string
	err      error
	stop     func()
}

// Most tests end before anything could be lost, and need not wait for the disk. What
// measures commits or breaks them off does.
var (
	quick   = &postgres{settings: []string{"-c", "fsync=off"}}
	durable = &postgres{}
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, p := range []*postgres{quick, durable} {
		if p.stop != nil {
			p.stop()
		}
	}
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

func (p *postgres) start(tb testing.TB) string {
	tb.Helper()
	p.once.Do(func() { p.url, p.stop, p.err = startPostgres(p.settings...) })
	if p.err != nil {
		tb.Fatal(p.err)
	}
	return p.url
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

// startPostgres runs a server in a temporary directory, reached by a Unix socket
// there. It refuses to run as root, so root hands it to the user postgres.
func startPostgres(settings ...string) (address string, stop func(), err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", nil, errors.New("no PostgreSQL here; run: apt-get install -y postgresql (or set HUITONG_TEST_POSTGRES_URL)")
	}
	slices.Sort(found)
	bin := filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "huitong-pg")
	if err != nil {
		return "", nil, err
	}
	attr := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		if attr.Credential, err = unprivileged(dir); err != nil {
			return "", nil, err
		}
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	var log bytes.Buffer
	postgres := exec.Command(filepath.Join(bin, "postgres"), append([]string{"-D", data, "-k", dir, "-c", "listen_addresses="}, settings...)...)
	postgres.Dir, postgres.SysProcAttr, postgres.Stdout, postgres.Stderr = dir, attr, &log, &log
	if err := postgres.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = postgres.Process.Signal(syscall.SIGINT)
		_ = postgres.Wait()
		_ = os.RemoveAll(dir)
	}
	address = "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)
	if err := awaitPostgres(address); err != nil {
		stop()
		return "", nil, fmt.Errorf("start postgres: %w: %s", err, log.String())
	}
	return address, stop, nil
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

func awaitPostgres(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	end := time.Now().Add(30 * time.Second)
	for {
		if err = db.Ping(); err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
