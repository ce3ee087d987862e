// Package servers gives tests what the portal stands on or is measured against, for
// real: programs that end with their test, PostgreSQL in a directory of its own, Redis.
// It knows nothing of the portal, and only tests import it.
//
// [Start] runs any program, [Await] waits for what it does, [FreeAddress] is where it may
// listen. [Postgres] can be killed, started again and frozen.
package servers

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is far beyond what a busy machine needs.
const Patience = 2 * time.Minute

// every is how often it is looked whether something has come about.
const every = 20 * time.Millisecond

// Await returns when ok holds, and fails the test when it does not within [Patience].
func Await(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for end := time.Now().Add(Patience); !ok(); time.Sleep(every) {
		if time.Now().After(end) {
			tb.Fatalf("waited in vain until %s", what)
		}
	}
}

// FreeAddress is one that nobody listened to a moment ago.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
	return l.Addr().String()
}

// Output is what a program printed so far. It is safe for concurrent use.
type Output struct {
	mu sync.Mutex
	b  strings.Builder
}

// Write implements io.Writer.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String is all of it.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Tail is the end of it.
func (o *Output) Tail() string {
	all := o.String()
	return all[max(0, len(all)-4000):]
}
