package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"huitong/content/contenttest"
	"huitong/portal/servers"
)

// patience bounds every single wait. It is far beyond what a busy machine needs;
// a passing test never reaches it.
const patience = time.Minute

// suite is what the tests share: the built portal, one running copy of it for
// tests that change nothing, one browser, and the accessibility engine.
var suite struct {
	binary  string
	lean    string // content with a tenth of the examples: such a portal is ready at once
	site    *site
	browser context.Context
	axe     string
	kinds   sync.Map // of pages that all rules of axe-core were tried on
	// everywhere has all rules tried on every page, not on one of its kind: make axe.
	everywhere bool
}

func TestMain(m *testing.M) {
	code, err := runSuite(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func runSuite(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "huitong-e2e")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	axe, err := os.ReadFile(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return 0, fmt.Errorf("no axe-core here; run: npm --prefix portal/e2e ci: %w", err)
	}
	suite.axe, suite.everywhere = string(axe), os.Getenv("HUITONG_AXE") == "all"
	suite.binary = filepath.Join(dir, "portal")
	if err := build(suite.binary); err != nil {
		return 0, err
	}
	suite.lean = filepath.Join(dir, "content")
	if err := contenttest.WriteLean(suite.lean); err != nil {
		return 0, err
	}
	if suite.site, err = launch(filepath.Join(dir, "data")); err != nil {
		return 0, err
	}
	browser, stop, err := openBrowser(filepath.Join(dir, "browser"))
	if err != nil {
		return 0, errors.Join(err, suite.site.stop())
	}
	suite.browser = browser
	code = m.Run()
	stop()
	return code, suite.site.stop()
}

// build compiles the portal, with the race detector if the tests have it.
func build(to string) error {
	args := []string{"build", "-o", to}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	if out, err := exec.Command("go", append(args, "huitong/portal")...).CombinedOutput(); err != nil {
		return fmt.Errorf("build portal: %w\n%s", err, out)
	}
	return nil
}

// findBrowser returns Debian's Chromium, if it is there the one without a shell of
// windows: it draws and scripts the same, and takes half the time for a page.
func findBrowser() (path string, err error) {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium here; run: apt-get install -y chromium-headless-shell fonts-noto-cjk: %w", err)
}

// openBrowser starts the browser with a profile of its own.
func openBrowser(profile string) (context.Context, context.CancelFunc, error) {
	path, err := findBrowser()
	if err != nil {
		return nil, nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("hide-scrollbars", false), chromedp.WindowSize(1280, 900),
		// A tab presses before the page was first painted. Now and then such a press would be
		// dropped, and nothing ever follows it.
		chromedp.Flag("allow-pre-commit-input", true),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, stopBrowser := chromedp.NewContext(allocator)
	stop := func() { stopBrowser(); stopAllocator() }
	if err := chromedp.Do(browser); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start Chromium: %w", err)
	}
	return browser, stop, nil
}

// site is one running portal.
type site struct {
	url     string
	setup   string // one-time link with which the first officer sets a password
	admin   string // and that of the first who makes accounts
	process *exec.Cmd
	out     *servers.Output
}

// startSite runs a portal of the test's own, with further settings if need be.
func startSite(tb testing.TB, settings ...string) *site {
	tb.Helper()
	s, err := launch(tb.TempDir(), append([]string{"--content", suite.lean}, settings...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.stop(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

var setupLink = regexp.MustCompile(`http://\S+/staff/setup\?token=\S+`)

// launch starts a portal on a free port and waits until it is ready.
func launch(data string, settings ...string) (*site, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	s := &site{url: "http://" + addr, out: &servers.Output{}}
	args := append([]string{"--addr", addr, "--base-url", s.url, "--data", data, "--rate-limit", "0", "--learnt", filepath.Join(filepath.Dir(suite.binary), "learnt")}, settings...)
	s.process = exec.Command(suite.binary, args...)
	if err := s.restart(); err != nil {
		if s.process.Process == nil {
			return nil, err
		}
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// restart starts a portal that was stopped again, at the same address.
func (s *site) restart() error {
	s.process = exec.Command(suite.binary, s.process.Args[1:]...)
	s.process.Stdout, s.process.Stderr = s.out, s.out
	servers.EndWithTests(s.process)
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start portal: %w", err)
	}
	return s.awaitReady()
}

// awaitReady waits until the portal answers and has told the first officer's link,
// as it does on an empty data directory.
func (s *site) awaitReady() error {
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		resp, err := http.Get(s.url + "/readyz")
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if links := setupLink.FindAllString(s.out.String(), 2); len(links) == 2 {
			s.setup, s.admin = links[0], links[1]
		}
		if resp.StatusCode == http.StatusOK && s.setup != "" {
			return nil
		}
	}
	return fmt.Errorf("the portal is not ready in time:\n%s", s.out)
}

// stop ends the portal and returns what went wrong while it ran.
func (s *site) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop portal: %w\n%s", err, s.out)
	}
	err := s.process.Wait()
	out := s.out.String()
	if err != nil || strings.Contains(out, "level=ERROR") || strings.Contains(out, "DATA RACE") {
		return fmt.Errorf("the portal did not run cleanly: %w\n%s", err, out)
	}
	return nil
}
