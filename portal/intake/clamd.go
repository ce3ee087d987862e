package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Verdict is what a virus scanner says of a file.
type Verdict int

// The verdicts. The zero one is no verdict at all.
const (
	Unscanned Verdict = iota
	Clean
	Infected
)

// ErrScan says that the scanner answered, but could not judge this file.
var ErrScan = errors.New("the scanner could not judge the file")

// Clamd is a ClamAV daemon.
type Clamd struct {
	network, address string
	timeout          time.Duration
}

// streamOK is the answer to a stream in which nothing was found.
const streamOK = "stream: OK"

// scanTimeout bounds a scan; clamd's own default is two minutes.
const scanTimeout = 2 * time.Minute

// NewClamd returns the daemon at address: the path of a Unix socket, or host:port.
func NewClamd(address string) (*Clamd, error) {
	if strings.HasPrefix(address, "/") {
		return &Clamd{"unix", address, scanTimeout}, nil
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return nil, fmt.Errorf("%q is neither a path nor host:port", address)
	}
	return &Clamd{"tcp", address, scanTimeout}, nil
}

// Ping reports whether the daemon answers.
func (d *Clamd) Ping(ctx context.Context) error {
	answer, err := d.ask(ctx, "PING", bytes.NewReader(nil))
	if err == nil && answer != "PONG" {
		err = errors.New("not a clamd")
	}
	return err
}

// Scan streams a file to the daemon and returns its verdict. ErrScan is about this
// file; any other error is about the daemon, which may be asked again later.
func (d *Clamd) Scan(ctx context.Context, file io.Reader) (Verdict, error) {
	answer, err := d.ask(ctx, "INSTREAM", file)
	switch {
	case err != nil:
		return Unscanned, err
	case answer == streamOK:
		return Clean, nil
	case strings.HasSuffix(answer, " FOUND"):
		return Infected, nil
	}
	return Unscanned, ErrScan
}

func (d *Clamd) ask(ctx context.Context, command string, file io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, d.network, d.address)
	if err != nil {
		return "", fmt.Errorf("reach clamd: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	sendErr := send(conn, command, file)
	var unreadable *readError
	if errors.As(sendErr, &unreadable) {
		return "", sendErr
	}
	// A stream that is too long is answered before it ends, so the answer is read
	// whatever became of the sending.
	answer, err := io.ReadAll(io.LimitReader(conn, 4<<10))
	whole, ended := bytes.CutSuffix(answer, []byte{0})
	if !ended {
		return "", fmt.Errorf("ask clamd: %w", errors.Join(sendErr, err, io.ErrUnexpectedEOF))
	}
	if sendErr != nil && bytes.Equal(whole, []byte(streamOK)) {
		return "", fmt.Errorf("ask clamd: %w", sendErr) // it has not seen all of it
	}
	return string(whole), nil
}

// readError is a fault of the file, not of the connection.
type readError struct{ error }

// Unwrap returns what reading said.
func (e *readError) Unwrap() error { return e.error }

// send writes a command of clamd's z-protocol; INSTREAM takes chunks with their
// length before them, and one of length zero at the end.
func send(conn io.Writer, command string, file io.Reader) error {
	if _, err := io.WriteString(conn, "z"+command+"\x00"); err != nil || command != "INSTREAM" {
		return err
	}
	buf := make([]byte, 4+64<<10)
	for {
		n, err := io.ReadFull(file, buf[4:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return &readError{err}
		}
		binary.BigEndian.PutUint32(buf, uint32(n))
		if _, err := conn.Write(buf[:4+n]); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}
