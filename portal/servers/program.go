package servers

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Program is a process that runs.
type Program struct {
	*exec.Cmd
	Output *Output       // of both its streams, unless they go elsewhere
	Ended  chan struct{} // closed when it has ended
}

// Start runs a program that is told to stop when the test ends.
func Start(tb testing.TB, cmd *exec.Cmd) *Program {
	tb.Helper()
	p, err := start(cmd)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.Stop(syscall.SIGTERM)
		if tb.Failed() {
			tb.Logf("%s:\n%s", filepath.Base(cmd.Path), p.Output.Tail())
		}
	})
	return p
}

func start(cmd *exec.Cmd) (*Program, error) {
	p := &Program{cmd, &Output{}, make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout, cmd.Stderr = p.Output, p.Output
	}
	EndWithTests(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = cmd.Wait()
		close(p.Ended)
	}()
	return p, nil
}

// Stop signals the program and returns when it has ended, be it long ago.
func (p *Program) Stop(with syscall.Signal) {
	_ = p.Process.Signal(with)
	<-p.Ended
}

// Running reports whether it has not ended.
func (p *Program) Running() bool {
	select {
	case <-p.Ended:
		return false
	default:
		return true
	}
}

// Find is where a program is, also where Debian puts what is for administrators.
func Find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath(filepath.Join("/usr/sbin", name))
	}
	if err != nil {
		return "", fmt.Errorf("%w; run: ./.ci/debian", err)
	}
	return path, nil
}

// Redis runs redis-server at an address, with nothing kept.
func Redis(tb testing.TB, address string) *Program {
	tb.Helper()
	path, err := Find("redis-server")
	if err != nil {
		tb.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	p := Start(tb, exec.Command(path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", tb.TempDir()))
	Await(tb, "redis-server answers", func() bool { return pong(address) })
	return p
}

// pong reports whether a server answers there, which is later than it takes connections.
func pong(address string) bool {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	answer := make([]byte, len("+PONG"))
	if _, err = io.WriteString(c, "PING\r\n"); err == nil {
		_, err = io.ReadFull(c, answer)
	}
	return err == nil && string(answer) == "+PONG"
}
