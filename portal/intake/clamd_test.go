package intake

import (
	"bufio"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestClamdBreaksOff holds that a daemon which dies, or is cut off, amid its answer has
// said nothing: the file waits and is asked about again.
func TestClamdBreaksOff(t *testing.T) {
	long := strings.Repeat("x", 8<<20)
	for _, test := range []struct {
		name, answer string
		reads        bool // all of the file before it answers
		want         Verdict
		about        bool // an error about the file, not the daemon
	}{
		{"an answer", "stream: OK\x00", true, Clean, false},
		{"what was found", "stream: Test FOUND\x00", true, Infected, false},
		{"no answer", "", true, Unscanned, false},
		{"an answer cut short", "stream: O", true, Unscanned, false},
		{"an answer without its end", "stream: OK", true, Unscanned, false},
		{"what was found, without its end", "stream: Test FOUND", true, Unscanned, false},
		{"well before all was sent", "stream: OK\x00", false, Unscanned, false},
		{"too long", "INSTREAM size limit exceeded. ERROR\x00", false, Unscanned, true},
		{"no room for it", "Can't create temporary file ERROR\x00", true, Unscanned, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := stubClamd(t, test.answer, test.reads)
			got, err := d.Scan(t.Context(), strings.NewReader(long))
			if got != test.want || (err == nil) != (test.want != Unscanned) || errors.Is(err, ErrScan) != test.about {
				t.Errorf("Scan = %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

// stubClamd answers one question and closes.
func stubClamd(t *testing.T, answer string, reads bool) *Clamd {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		from := bufio.NewReader(conn)
		if _, err := from.ReadString(0); err != nil {
			return
		}
		if reads {
			_, _ = io.CopyN(io.Discard, from, 8<<20+4*(8<<20/(64<<10))+4)
		}
		_, _ = io.WriteString(conn, answer)
	}()
	d, err := NewClamd(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return d
}
