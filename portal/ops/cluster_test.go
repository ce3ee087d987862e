package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"huitong/content/contenttest"
	"huitong/portal/servers"
)

// startNginx runs nginx with the example, but for what needs a certificate.
func startNginx(t *testing.T, addr string, portals []string) {
	t.Helper()
	nginx, err := servers.Find("nginx")
	if err != nil {
		t.Fatal(err)
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
	servers.Start(t, exec.Command(nginx, "-p", dir, "-c", file, "-e", "stderr"))
	servers.Await(t, "nginx answers", func() bool { return ready("http://" + addr) })
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
	client := &http.Client{Jar: jar, Timeout: servers.Patience}
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
	if err := os.WriteFile(secret, []byte(servers.StartPostgres(t, servers.NoSync).URL()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HUITONG_DATABASE_URL_FILE", secret)
	front := servers.FreeAddress(t)
	var portals []string
	var processes []*servers.Program
	for i := range 3 {
		addr := servers.FreeAddress(t)
		portals = append(portals, addr)
		processes = append(processes, servers.Start(t, exec.Command(binary, "--addr", addr, "--base-url", "http://"+front, "--data", filepath.Join(dir, "data"),
			"--content", lean, "--trusted-proxies", "127.0.0.1", "--rate-limit", "0", "--speech", "off", "--log-level", "warn")))
		if i == 0 { // it makes the keys and learns, the others find both
			servers.Await(t, "the first is ready", func() bool { return ready("http://" + addr) })
		}
	}
	for _, p := range portals {
		servers.Await(t, "all are ready", func() bool { return ready("http://" + p) })
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
		servers.Await(t, "the families go on", func() bool { return begun.Load() >= min(from+n, int64(len(families))*200) })
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
