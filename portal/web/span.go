package web

import (
	"context"
	"sync"
	"time"
)

// span is a context that ends after a while, as that of [context.WithDeadline]. Most requests
// are answered before anybody waits for its end, so that only who does starts a timer and what
// else goes with it.
type span struct {
	parent context.Context
	end    time.Time

	mu      sync.Mutex
	timed   context.Context // nil until somebody waits
	cancel  context.CancelFunc
	stopped error // why it ended, once it was stopped; nil before
}

func newSpan(parent context.Context, d time.Duration) *span {
	return &span{parent: parent, end: time.Now().Add(d)}
}

// stop ends the context. It may be called again.
func (s *span) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped == nil {
		s.stopped = s.over()
	}
	if s.stopped == nil {
		s.stopped = context.Canceled
	}
	if s.cancel != nil {
		s.cancel()
	}
}

// Deadline implements context.Context.
func (s *span) Deadline() (time.Time, bool) {
	if end, ok := s.parent.Deadline(); ok && end.Before(s.end) {
		return end, true
	}
	return s.end, true
}

// Done implements context.Context.
func (s *span) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timed == nil {
		s.timed, s.cancel = context.WithDeadline(s.parent, s.end)
		if s.stopped != nil {
			s.cancel()
		}
	}
	return s.timed.Done()
}

// Err implements context.Context.
func (s *span) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped != nil {
		return s.stopped
	}
	return s.over()
}

// over returns why it has ended by itself, if it has.
func (s *span) over() error {
	switch {
	case s.timed != nil:
		return s.timed.Err()
	case s.parent.Err() != nil:
		return s.parent.Err()
	case !time.Now().Before(s.end):
		return context.DeadlineExceeded
	}
	return nil
}

// Value implements context.Context. Contexts that are made from this one find the one with the
// timer by it, and need no goroutine to see that it ends.
func (s *span) Value(key any) any {
	s.mu.Lock()
	from := s.timed
	s.mu.Unlock()
	if from == nil {
		from = s.parent
	}
	return from.Value(key)
}
