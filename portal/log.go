package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"huitong/portal/web"
)

// A line of the log for each request must not cost a system call each: lines are
// gathered and written together, at the latest after logDelay. Whatever is a
// warning or worse is written at once, with all that came before.
const (
	logDelay = 200 * time.Millisecond
	logRoom  = 64 << 10 // bytes
)

// gatherer is a writer that gathers lines. It is safe for concurrent use.
type gatherer struct {
	mu   sync.Mutex
	to   io.Writer
	held bytes.Buffer
	due  bool // a flush is on its way
}

// Write implements io.Writer; it fails only when what is held has to go and cannot.
func (g *gatherer) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held.Len()+len(line) > logRoom {
		if err := g.flush(); err != nil {
			return 0, err
		}
	}
	if !g.due {
		g.due = true
		time.AfterFunc(logDelay, func() { _ = g.Flush() }) // stderr is gone: nobody to tell
	}
	return g.held.Write(line)
}

// Flush writes what is held.
func (g *gatherer) Flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.flush()
}

func (g *gatherer) flush() error {
	g.due = false
	_, err := g.held.WriteTo(g.to)
	g.held.Reset()
	return err
}

// promptHandler writes warnings and errors at once, and into every line about a request
// the request's number, whichever part of the portal writes it.
type promptHandler struct {
	slog.Handler
	lines *gatherer
}

// logJSON is the format for programs that gather logs.
const logJSON = "json"

func newLogHandler(to *gatherer, level slog.Level, format string) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if format == logJSON {
		return promptHandler{slog.NewJSONHandler(to, options), to}
	}
	return promptHandler{slog.NewTextHandler(to, options), to}
}

// Handle implements slog.Handler.
func (h promptHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := web.RequestOf(ctx); id != "" && !says(r, "request") {
		r.AddAttrs(slog.String("request", id))
	}
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		_ = h.lines.Flush()
	}
	return err
}

// says reports whether a line has an attribute.
func says(r slog.Record, key string) bool {
	found := false
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

// WithAttrs implements slog.Handler.
func (h promptHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return promptHandler{h.Handler.WithAttrs(attrs), h.lines}
}

// WithGroup implements slog.Handler.
func (h promptHandler) WithGroup(name string) slog.Handler {
	return promptHandler{h.Handler.WithGroup(name), h.lines}
}
