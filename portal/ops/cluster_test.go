package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huitong/content/contenttest"
)

// patience is far beyond what a busy machine needs.
const patience = 2 * time.Minute

// program is a process that ends with the test.
func program(t *testing.T, attr *syscall.SysProcAttr, name string, args ...string) *exec.Cmd {
	t.Helper()
	var out lines
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &out, &out, attr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(name), out.String())
		}
	})
	return cmd
}

// lines is what a program printed.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// startPostgres runs a server of the test's own and returns its address.
func startPostgres(t *testing.T) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		t.Fatal("no PostgreSQL here; run: ./.ci/debian")
	}
	bin := found[len(found)-1]
	dir, err := os.MkdirTemp("", "huitong-ops")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // as root it does not run
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	init.Dir, init.SysProcAttr = dir, attr
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	program(t, attr, filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, "data"), "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	await(t, "PostgreSQL listens", func() bool {
		_, err := os.Stat(filepath.Join(dir, ".s.PGSQL.5432"))
		return err == nil
	})
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)
}

// startNginx runs nginx with the example, but for what needs a certificate.
func startNginx(t *testing.T, addr string, portals []string) {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		nginx = "/usr/sbin/nginx"
	}
	conf := read(t, "nginx.conf")
	for i, p := range portals {
		conf = strings.Replace(conf, fmt.Sprintf("127.0.0.1:808%d", i+1), p, 1)
	}
	conf = regexp.MustCompile(`(?s)server \{\s+listen 80;.*?\n\}\n`).ReplaceAllString(conf, "")
	conf = regexp.MustCompile(`(?m)^\s+ssl_.*\n`).ReplaceAllString(conf, "")
	conf = strings.Replace(conf, "listen 443 ssl http2;", "listen "+addr+";", 1)
	dir := t.TempDir()
	temp := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += fmt.Sprintf("%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	who := ""
	if os.Getuid() == 0 {
		who = "user root;\n" // its directories are the test's
	}
	conf = who + "daemon off; worker_processes 1; error_log stderr; pid " + filepath.Join(dir, "pid") + ";\nevents {}\nhttp {\n" + temp + conf + "}\n"
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	program(t, nil, nginx, "-p", dir, "-c", file, "-e", "stderr")
	await(t, "nginx answers", func() bool { return ready("http://" + addr) })
}

func ready(base string) bool {
	resp, err := http.Get(base + "/readyz")
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
}

// family begins applications, one after the other, each in a browser of its own.
type family struct {
	base  string
	begun int
	fails []string
	last  *http.Client // that of the last that was acknowledged
	form  string
}

var tokenValue = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// begin starts an application and saves its first answer.
func (f *family) begin(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar, Timeout: patience}
	page, _, err := do(ctx, client, http.MethodGet, f.base+f.form, nil)
	if err != nil {
		return fmt.Errorf("open the form: %w", err)
	}
	token := tokenValue.FindStringSubmatch(page)
	if token == nil {
		return errors.New("the form has no token")
	}
	if _, _, err := do(ctx, client, http.MethodPost, f.base+f.form, url.Values{"_csrf": {token[1]}, "-start": {"1"}}); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	f.begun, f.last = f.begun+1, client
	page, _, err = do(ctx, client, http.MethodGet, f.base+f.form, nil)
	if err != nil {
		return fmt.Errorf("come back: %w", err)
	}
	if !strings.Contains(page, "还没填完") {
		return errors.New("what was begun is not there")
	}
	return nil
}

func do(ctx context.Context, client *http.Client, method, address string, form url.Values) (string, int, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return string(body), resp.StatusCode, err
}

// TestOneDies has families apply through nginx while one of three portals is killed, and
// another told to stop. No page fails, and what was acknowledged is there.
func TestOneDies(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "portal")
	if out, err := exec.Command("go", "build", "-o", binary, "huitong/portal").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	lean := filepath.Join(dir, "content")
	if err := contenttest.WriteLean(lean); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "database_url")
	if err := os.WriteFile(secret, []byte(startPostgres(t)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HUITONG_DATABASE_URL_FILE", secret)
	front := freeAddress(t)
	var portals []string
	var processes []*exec.Cmd
	for i := range 3 {
		addr := freeAddress(t)
		portals = append(portals, addr)
		processes = append(processes, program(t, nil, binary, "--addr", addr, "--base-url", "http://"+front, "--data", filepath.Join(dir, "data"),
			"--content", lean, "--trusted-proxies", "127.0.0.1", "--rate-limit", "0", "--speech", "off", "--log-level", "warn"))
		if i == 0 { // it makes the keys and learns, the others find both
			await(t, "the first is ready", func() bool { return ready("http://" + addr) })
		}
	}
	for _, p := range portals {
		await(t, "all are ready", func() bool { return ready("http://" + p) })
	}
	startNginx(t, front, portals)
	families := make([]*family, 6)
	var begun atomic.Int64
	var stop atomic.Bool
	var wait sync.WaitGroup
	for i := range families {
		f := &family{base: "http://" + front, form: "/apply/tomorrow-plan"}
		families[i] = f
		wait.Go(func() {
			for !stop.Load() && f.begun < 200 {
				if err := f.begin(t.Context()); err != nil {
					f.fails = append(f.fails, err.Error())
				}
				begun.Add(1)
			}
		})
	}
	more := func(n int64) {
		from := begun.Load()
		await(t, "the families go on", func() bool { return begun.Load() >= min(from+n, int64(len(families))*200) })
	}
	more(20)
	if err := processes[0].Process.Kill(); err != nil {
		t.Error(err)
	}
	more(30)
	if err := processes[1].Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	more(30)
	stop.Store(true)
	wait.Wait()
	total := 0
	for i, f := range families {
		total += f.begun
		if len(f.fails) > 0 {
			t.Errorf("family %d met %d failures, such as: %s", i, len(f.fails), slices.Compact(f.fails)[0])
		}
		if page, _, err := do(t.Context(), f.last, http.MethodGet, f.base+f.form, nil); err != nil || !strings.Contains(page, "还没填完") {
			t.Errorf("the last application of family %d is not there: %v", i, err)
		}
	}
	t.Logf("%d applications begun", total)
}
