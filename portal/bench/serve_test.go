package bench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content/contenttest"
	"huitong/portal/servers"
)

const (
	page     = "/policies/basic-living-allowance"
	encoding = "br"
	readers  = 64 // connections that ask again as soon as they are answered

	patience = time.Minute // for a server to start
)

// answer is what the portal sends for the page: the others have to send the same.
type answer struct {
	Header [][2]string // in order
	Body   []byte
}

// perRequest are the headers that each server makes for itself.
var perRequest = []string{"Date", "Content-Length", "Server", "Connection"}

// record asks the portal for the page.
func record(base string) (answer, error) {
	var a answer
	resp, body, err := ask(base)
	if err != nil {
		return a, err
	}
	a.Body = body
	for name, values := range resp.Header {
		if !slices.Contains(perRequest, name) {
			a.Header = append(a.Header, [2]string{name, strings.Join(values, ", ")})
		}
	}
	slices.SortFunc(a.Header, func(x, y [2]string) int { return cmp.Compare(x[0], y[0]) })
	return a, nil
}

func ask(base string) (*http.Response, []byte, error) {
	req, err := http.NewRequest(http.MethodGet, base+page, nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept-Encoding", encoding)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s%s: %s", base, page, resp.Status)
	}
	return resp, body, err
}

// same fails when a server sends another page or leaves out a header.
func (a answer) same(base string) error {
	resp, body, err := ask(base)
	if err != nil {
		return err
	}
	if !bytes.Equal(body, a.Body) {
		return fmt.Errorf("%s sends another body of %d bytes; want %d", base, len(body), len(a.Body))
	}
	for _, h := range a.Header {
		if got := strings.Join(resp.Header.Values(h[0]), ", "); got != h[1] && h[0] != "X-Request-Id" {
			return fmt.Errorf("%s sends %s %q; want %q", base, h[0], got, h[1])
		}
	}
	return nil
}

// serveBare is the bare Fiber handler: the bytes and headers of the answer, nothing
// else. With buffers it has the portal's buffers too.
func serveBare(args []string) error {
	b, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	config := fiber.Config{DisableStartupMessage: true}
	if len(args) > 2 {
		if config.WriteBufferSize, err = strconv.Atoi(args[2]); err != nil {
			return err
		}
	}
	app := fiber.New(config)
	app.Get(page, func(c *fiber.Ctx) error {
		for _, h := range a.Header {
			c.Set(h[0], h[1])
		}
		c.Response().SetBodyRaw(a.Body)
		return nil
	})
	return app.Listen(args[0])
}

// nginxConf serves the same bytes as a file, with what nginx has to be fast.
const nginxConf = `worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 1000000000;
	open_file_cache max=100 inactive=60s;
	open_file_cache_valid 60s;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	etag off;
	server {
		listen %[2]s;
		root %[1]s;
		location / {
			default_type %[3]q;
%[4]s		}
	}
}
`

// nginx returns the command that serves the answer from a directory of its own.
func (a answer) nginx(dir, addr string) (*exec.Cmd, error) {
	path, err := servers.Find("nginx")
	if err != nil {
		return nil, err
	}
	var headers strings.Builder
	kind := ""
	for _, h := range a.Header {
		if h[0] == "Content-Type" {
			kind = h[1]
			continue
		}
		fmt.Fprintf(&headers, "\t\t\tadd_header %s %q;\n", h[0], strings.ReplaceAll(h[1], `"`, `\"`))
	}
	conf := fmt.Sprintf(nginxConf, dir, addr, kind, strings.ReplaceAll(headers.String(), `\\\"`, `\"`))
	if err := write(filepath.Join(dir, page), string(a.Body)); err != nil {
		return nil, err
	}
	if err := write(filepath.Join(dir, "nginx.conf"), conf); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { // its worker is another user when root starts it
		return nil, err
	}
	return exec.Command(path, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-g", "daemon off; master_process off;"), nil
}

// server is one program that serves the page.
type server struct {
	*servers.Program
	name string
	base string
	rate []float64 // requests a second of each round
	cost []float64 // microseconds of the server's processor for each request, likewise
}

// start runs a program on the server's core and waits until it answers.
func start(tb testing.TB, name, addr string, cmd *exec.Cmd) *server {
	tb.Helper()
	s := &server{name: name, base: "http://" + addr}
	log, err := os.Create(filepath.Join(tb.TempDir(), "log")) // who measures does not read it meanwhile
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = log.Close() })
	if path, err := exec.LookPath("taskset"); err == nil {
		core, _ := cores()
		cmd.Args = append([]string{path, "-c", core, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = path
	}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	cmd.Stdout, cmd.Stderr = log, log
	s.Program = servers.Start(tb, cmd)
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		if _, _, err = ask(s.base); err == nil {
			return s
		}
	}
	said, _ := os.ReadFile(log.Name())
	tb.Fatalf("%s is not ready: %v\n%s", name, err, said)
	return nil
}

// startPortal runs the portal as people run it, but for the level of its log.
func startPortal(tb testing.TB, binary, name, level string, more ...string) *server {
	tb.Helper()
	addr := servers.FreeAddress(tb)
	return start(tb, name, addr, exec.Command(binary, append([]string{"--addr", addr, "--base-url", "http://localhost:8080",
		"--data", tb.TempDir(), "--log-level", level}, more...)...))
}

func startBare(tb testing.TB, name, recorded string, more ...string) *server {
	tb.Helper()
	addr := servers.FreeAddress(tb)
	return start(tb, name, addr, role("bare", append([]string{addr, recorded}, more...)...))
}

// startAll starts every server that the machine has; all send the same. The portals have
// more settings, and learn once.
func startAll(tb testing.TB, more ...string) []*server {
	tb.Helper()
	dir := tb.TempDir()
	more = append(more, "--learnt", filepath.Join(dir, "learnt"))
	binary := filepath.Join(dir, "portal")
	if out, err := exec.Command("go", "build", "-o", binary, "huitong/portal").CombinedOutput(); err != nil {
		tb.Fatalf("build portal: %v\n%s", err, out)
	}
	portal := startPortal(tb, binary, "portal", "warn", more...)
	a, err := record(portal.base)
	if err != nil {
		tb.Fatal(err)
	}
	b, err := json.Marshal(a)
	if err != nil {
		tb.Fatal(err)
	}
	recorded := filepath.Join(dir, "answer.json")
	if err := write(recorded, string(b)); err != nil {
		tb.Fatal(err)
	}
	all := []*server{
		startBare(tb, "bare Fiber", recorded),
		startBare(tb, "bare Fiber, the portal's buffers", recorded, strconv.Itoa(32<<10)),
		portal,
		startPortal(tb, binary, "portal, a log line for each request", "info", more...),
	}
	addr := servers.FreeAddress(tb)
	cmd, err := a.nginx(tb.TempDir(), addr)
	switch {
	case err == nil:
		all = append(all, start(tb, "nginx", addr, cmd))
	case !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist):
		tb.Fatal(err)
	}
	for _, s := range all {
		if err := a.same(s.base); err != nil {
			tb.Fatalf("%s: %v", s.name, err)
		}
	}
	return all
}

var (
	requestRate  = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	requestCount = regexp.MustCompile(`(\d+) requests in`)
)

// load asks a server as often as it can for a while.
func (s *server) load(d time.Duration) error {
	_, core := cores()
	cmd := exec.Command("taskset", "-c", core, "wrk", "-t1", "-c"+strconv.Itoa(readers),
		fmt.Sprintf("-d%.0fs", d.Seconds()), "-H", "Accept-Encoding: "+encoding, s.base+page)
	before := s.Used()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	used := s.Used() - before
	m, n := requestRate.FindSubmatch(out), requestCount.FindSubmatch(out)
	if m == nil || n == nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		return fmt.Errorf("wrk on %s:\n%s", s.name, out)
	}
	rate, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(string(n[1]))
	s.rate = append(s.rate, rate)
	s.cost = append(s.cost, float64(used.Microseconds())/float64(max(count, 1)))
	return err
}

// BenchmarkServe loads each server in turn, several rounds, and prints the medians.
func BenchmarkServe(b *testing.B) {
	printMachine()
	printLoad("before")
	all := startAll(b)
	for range b.N {
		for range *rounds {
			for _, s := range all {
				if err := s.load(*round); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	printServers(all)
	printLoad("after")
}

// printServers prints each server's median and what it is of the others.
func printServers(all []*server) {
	fmt.Printf("\nGET %s, %s, %d connections, one core each, median of %d rounds\n", page, encoding, readers, len(all[0].rate))
	t := newTable("server", "requests/s", "of bare Fiber", "of nginx", "processor/request", "of bare Fiber")
	rate, cost := map[string]float64{}, map[string]float64{}
	for _, s := range all {
		rate[s.name], cost[s.name] = median(s.rate), median(s.cost)
	}
	for _, s := range all {
		t.row(s.name, fmt.Sprintf("%.0f", rate[s.name]), ratio(rate[s.name], rate["bare Fiber"]), ratio(rate[s.name], rate["nginx"]),
			fmt.Sprintf("%.1f µs", cost[s.name]), ratio(cost[s.name], cost["bare Fiber"]))
	}
	t.print()
}

// TestServers starts everything that BenchmarkServe measures; all send the same. The
// portal also has visitors of every kind, as those of BenchmarkLoad.
func TestServers(t *testing.T) {
	lean := filepath.Join(t.TempDir(), "content")
	if err := contenttest.WriteLean(lean); err != nil {
		t.Fatal(err)
	}
	all := startAll(t, "--content", lean)
	for _, s := range all {
		if s.name == "portal" {
			tryVisits(t, s)
		}
	}
	if _, err := exec.LookPath("wrk"); err != nil {
		return // what is left is to count, and only wrk does
	}
	for _, s := range all {
		if err := s.load(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	printServers(all)
}
