package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/intake"
	"huitong/portal/servers"
)

// What the signatures of the tests find, harmless in itself.
const (
	marked  = "HUITONG-TEST-FILE-THAT-COUNTS-AS-HARMFUL"
	onList  = "%PDF-1.4\n1 0 obj\n<</Nothing/Harmful>>\nendobj\nstartxref\n0\n%%EOF\n"
	goodPDF = "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\nstartxref\n0\n%%EOF\n"
)

// clamav is a real ClamAV daemon with signatures of our own and no others.
type clamav struct {
	t       *testing.T
	dir     string
	socket  string
	process *exec.Cmd
}

func newClamAV(t *testing.T) *clamav {
	t.Helper()
	dir, err := os.MkdirTemp("", "huitong-clamd") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	c := &clamav{t: t, dir: dir, socket: filepath.Join(dir, "clamd.sock")}
	t.Cleanup(func() {
		c.stop()
		_ = os.RemoveAll(dir)
	})
	sum := md5.Sum([]byte(onList)) // what .hdb files hold
	for name, text := range map[string]string{
		"db/huitong.ndb": "Huitong.Test.Marked:0:*:" + hex.EncodeToString([]byte(marked)) + "\n",
		"db/huitong.hdb": fmt.Sprintf("%x:%d:Huitong.Test.Listed\n", sum, len(onList)),
		"clamd.conf": strings.Join([]string{
			"Foreground yes", "LocalSocket " + c.socket, "DatabaseDirectory " + filepath.Join(dir, "db"), "TemporaryDirectory " + dir,
			"StreamMaxLength 1M", "MaxThreads 2", "",
		}, "\n"),
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// start returns when the daemon answers.
func (c *clamav) start() {
	c.t.Helper()
	path, err := exec.LookPath("clamd")
	if err != nil {
		c.t.Fatal("no clamd here; run: ./.ci/debian")
	}
	var out servers.Output
	c.process = exec.Command(path, "--config-file", filepath.Join(c.dir, "clamd.conf"))
	c.process.Stdout, c.process.Stderr = &out, &out
	if err := c.process.Start(); err != nil {
		c.t.Fatal(err)
	}
	d := c.client()
	servers.Await(c.t, "clamd answers: "+out.String(), func() bool { return d.Ping(c.t.Context()) == nil })
}

func (c *clamav) stop() {
	if c.process == nil {
		return
	}
	_ = c.process.Process.Signal(syscall.SIGKILL)
	_ = c.process.Wait()
	c.process = nil
}

func (c *clamav) client() *intake.Clamd {
	c.t.Helper()
	d, err := intake.NewClamd(c.socket)
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// endless never ends.
type endless struct{}

// Read implements io.Reader.
func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestClamdVerdicts(t *testing.T) {
	c := newClamAV(t)
	d := c.client()
	if _, err := d.Scan(t.Context(), strings.NewReader("x")); err == nil || errors.Is(err, intake.ErrScan) {
		t.Errorf("without a daemon: %v; want that it cannot be reached", err)
	}
	c.start()
	broken := errors.New("broken file")
	for _, test := range []struct {
		name string
		file io.Reader
		want intake.Verdict
		err  error
	}{
		{"empty", strings.NewReader(""), intake.Clean, nil},
		{"clean", strings.NewReader(goodPDF), intake.Clean, nil},
		{"clean, several chunks", bytes.NewReader(make([]byte, 900<<10)), intake.Clean, nil},
		{"marked", strings.NewReader("before " + marked + " after"), intake.Infected, nil},
		{"marked across chunks", strings.NewReader(strings.Repeat("x", 64<<10-10) + marked), intake.Infected, nil},
		{"listed", strings.NewReader(onList), intake.Infected, nil},
		{"longer than the daemon takes", bytes.NewReader(make([]byte, 3<<20)), intake.Unscanned, intake.ErrScan},
		{"unreadable", io.MultiReader(strings.NewReader("x"), failing{broken}), intake.Unscanned, broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := d.Scan(t.Context(), test.file)
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("Scan = %v, %v; want %v, %v", got, err, test.want, test.err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Scan(ctx, endless{}); err == nil {
		t.Error("a scan went on after its context had ended")
	}
}

// failing is a file that cannot be read.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestUploadsAreScanned lets the portal's own loop ask a real daemon: what it finds
// is kept apart, and what comes while it is away is checked when it is back.
func TestUploadsAreScanned(t *testing.T) {
	c := newClamAV(t)
	cfg := &Config{Addr: ":8080", Data: fresh(t), Clamd: c.socket, QuestionDays: 365}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	var log servers.Output
	env := &environment{ctx: t.Context(), cfg: cfg, out: io.Discard, log: slog.New(slog.NewTextHandler(&log, nil)), now: time.Now}
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.close)
	a, _, err := data.CreateDraft(t.Context(), "basic-living-allowance", "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	attach := func(body string) string {
		t.Helper()
		f, err := data.AddFile(t.Context(), a.Reference, apply.NewFile{Document: "guardian-proof", Kind: "pdf", Body: []byte(body), Digest: []byte(body)})
		if err != nil {
			t.Fatal(err)
		}
		return f.ID
	}
	state := func(id string) apply.FileState {
		got, err := data.ApplicationByReference(t.Context(), a.Reference)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := got.File(id)
		return f.State
	}
	round := func() error {
		_, err := data.ScanFiles(t.Context(), scanner{c.client()}, 10)
		return err
	}
	early := attach(onList)
	if err := round(); err == nil || state(early) != apply.FilePending {
		t.Errorf("while clamd is away: %v, file %s; want it to wait", err, state(early))
	}
	c.start()
	go scan(env, data.Store)
	good, bad := attach(goodPDF), attach("%PDF-1.4 "+marked)
	servers.Await(t, "all are judged", func() bool {
		return state(early) == apply.FileInfected && state(good) == apply.FileClean && state(bad) == apply.FileInfected
	})
	if _, err := data.ReadFile(t.Context(), a.Reference, bad, false); !errors.Is(err, apply.ErrNotFound) {
		t.Errorf("the harmful file: %v; want that nobody can open it", err)
	}
	c.stop()
	late := attach(goodPDF + "later")
	if err := round(); err == nil || state(late) != apply.FilePending {
		t.Errorf("after clamd has gone: %v, file %s; want it to wait", err, state(late))
	}
	c.start()
	if err := round(); err != nil || state(late) != apply.FileClean {
		t.Errorf("with clamd back: %v, file %s; want it clean", err, state(late))
	}
	if d := scannerState(t.Context(), cfg); len(d) != 1 || !d[0].OK || d[0].Needed {
		t.Errorf("readiness = %+v", d)
	}
	if strings.Contains(log.String(), string(a.Reference)) {
		t.Error("the log names the application")
	}
}

// TestUploadsDirectory holds where uploads lie by default, and who can look there.
func TestUploadsDirectory(t *testing.T) {
	cfg := &Config{Addr: ":8080", Data: filepath.Join(t.TempDir(), "data"), QuestionDays: 365}
	env := &environment{ctx: t.Context(), cfg: cfg, out: io.Discard, log: slog.New(slog.DiscardHandler), now: time.Now}
	data, err := openStore(env, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.close()
	info, err := os.Stat(filepath.Join(cfg.Data, "uploads"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("uploads: %v, %v; want mode 0700", info, err)
	}
	sweep(env, data.Store)
}

// TestUploadsState takes away where uploads lie, a directory and then a bucket.
func TestUploadsState(t *testing.T) {
	cfg := &Config{Addr: ":8080", Data: filepath.Join(t.TempDir(), "data"), QuestionDays: 365}
	env := &environment{ctx: t.Context(), cfg: cfg, out: io.Discard, log: slog.New(slog.DiscardHandler), now: time.Now}
	bucket, err := openBucket(env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bucket.Close() }()
	if got := uploadsState(t.Context(), cfg, bucket); !got[0].OK || got[0].Detail != "" {
		t.Errorf("with its directory: %+v", got)
	}
	if err := os.RemoveAll(cfg.Data); err != nil {
		t.Fatal(err)
	}
	if got := uploadsState(t.Context(), cfg, bucket); got[0].OK || got[0].Needed || got[0].Detail == "" {
		t.Errorf("without its directory: %+v; want not well, with a reason, and not needed", got)
	}
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`)
	}))
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	cfg.BlobURL = "s3://uploads?region=test&use_path_style=true&endpoint=" + server.URL
	far, err := openBucket(env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = far.Close() }()
	if got := uploadsState(t.Context(), cfg, far); !got[0].OK {
		t.Errorf("a bucket that answers: %+v", got)
	}
	status = http.StatusForbidden
	if got := uploadsState(t.Context(), cfg, far); got[0].OK || got[0].Detail == "" {
		t.Errorf("a bucket that refuses: %+v", got)
	}
}
