package web

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestSpan holds a context without a timer beside one of package context: whoever waits, and
// whoever only looks, is told the same.
func TestSpan(t *testing.T) {
	type key struct{}
	parent, stopParent := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	defer stopParent()
	tests := []struct {
		name string
		span func() *span
		want error
	}{
		{"going on", func() *span { return newSpan(parent, time.Hour) }, nil},
		{"over", func() *span { return newSpan(parent, -time.Second) }, context.DeadlineExceeded},
		{"stopped", func() *span { s := newSpan(parent, time.Hour); s.stop(); s.stop(); return s }, context.Canceled},
		{"stopped when it was over", func() *span { s := newSpan(parent, -time.Second); s.stop(); return s }, context.DeadlineExceeded},
		{"stopped by its parent", func() *span {
			ended, stop := context.WithCancel(parent)
			stop()
			return newSpan(ended, time.Hour)
		}, context.Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.span()
			defer s.stop()
			if got := s.Err(); !errors.Is(got, tt.want) {
				t.Errorf("before anybody waits: %v; want %v", got, tt.want)
			}
			if tt.want != nil {
				<-s.Done()
			}
			if got := s.Err(); !errors.Is(got, tt.want) {
				t.Errorf("to who waits: %v; want %v", got, tt.want)
			}
			if end, ok := s.Deadline(); !ok || end.IsZero() {
				t.Errorf("until %v, %t", end, ok)
			}
			if got := s.Value(key{}); got != "value" {
				t.Errorf("value %v", got)
			}
		})
	}
}

// TestSpanEnds ends those who wait, and the contexts made from it.
func TestSpanEnds(t *testing.T) {
	s := newSpan(t.Context(), time.Hour)
	first, stopFirst := context.WithCancel(s)
	defer stopFirst()
	second, stopSecond := context.WithTimeout(first, 2*time.Hour)
	defer stopSecond()
	done := s.Done()
	s.stop()
	<-done
	<-second.Done()
	if !errors.Is(first.Err(), context.Canceled) || !errors.Is(second.Err(), context.Canceled) {
		t.Errorf("made from it: %v, %v", first.Err(), second.Err())
	}
	short := newSpan(t.Context(), time.Millisecond)
	defer short.stop()
	<-short.Done()
	if !errors.Is(short.Err(), context.DeadlineExceeded) {
		t.Errorf("at its end: %v", short.Err())
	}
	early := newSpan(short, time.Hour)
	defer early.stop()
	if end, _ := early.Deadline(); time.Until(end) > time.Minute {
		t.Errorf("its parent ends before %v", end)
	}
}
