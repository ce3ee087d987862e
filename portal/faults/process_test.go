package faults

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is far beyond what a busy machine needs.
const patience = 90 * time.Second

// process is a program that ends with its test.
type process struct {
	*exec.Cmd
	out   *lines
	stops syscall.Signal
	once  sync.Once
}

func launch(t *testing.T, attr *syscall.SysProcAttr, name string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(name, args...), out: &lines{}, stops: syscall.SIGTERM}
	p.Stdout, p.Stderr, p.SysProcAttr = p.out, p.out, attr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.end(p.stops)
		if t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(name), p.out.tail())
		}
	})
	return p
}

// end signals the process and waits for it; once it has ended nothing happens.
func (p *process) end(with syscall.Signal) {
	p.once.Do(func() {
		_ = p.Process.Signal(with)
		_ = p.Wait()
	})
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

// tail is the end of it.
func (l *lines) tail() string {
	all := l.String()
	return all[max(0, len(all)-4000):]
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
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// smallDisk mounts a file system of so many bytes, which the test fills.
func smallDisk(t *testing.T, dir, size string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=700,size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("a small disk takes the right to mount one; run as root, or name other harms: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
}

// fillDisk takes all that is left below dir and returns what gives it back.
func fillDisk(t *testing.T, dir string) func() {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 4
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}
