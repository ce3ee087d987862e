package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"huitong/portal/servers"
	"huitong/portal/web"
)

// TestLogIsGathered holds lines back until there is a reason to write them.
func TestLogIsGathered(t *testing.T) {
	var out servers.Output
	lines := &gatherer{to: &out}
	log := slog.New(newLogHandler(lines, slog.LevelInfo, "text")).With("part", "web")
	log.Info("first")
	log.Debug("never")
	if out.String() != "" {
		t.Errorf("a line is written by itself: %q", out.String())
	}
	log.WithGroup("g").Warn("second", "k", 1)
	if got := out.String(); !strings.Contains(got, "msg=first part=web\n") || !strings.HasSuffix(got, "msg=second part=web g.k=1\n") {
		t.Errorf("after a warning: %q", got)
	}
	log.Info("third")
	servers.Await(t, "the line is written after a while", func() bool { return strings.Contains(out.String(), "third") })
	log.Info(strings.Repeat("x", logRoom-100))
	log.Info(strings.Repeat("y", logRoom-100))
	if !strings.Contains(out.String(), "xxx") {
		t.Error("more is held than there is room for")
	}
	if err := lines.Flush(); err != nil || !strings.Contains(out.String(), "yyy") || strings.Contains(out.String(), "never") {
		t.Errorf("flush: %v", err)
	}
}

// TestLogJSON has one object a line, whatever stands in it, with the number of the
// request that it is about.
func TestLogJSON(t *testing.T) {
	var out servers.Output
	lines := &gatherer{to: &out}
	log := slog.New(newLogHandler(lines, slog.LevelInfo, logJSON))
	hostile := "a\nlevel=ERROR msg=forged \x1b[31m\u2028 \"}"
	ctx := web.WithRequest(t.Context(), "0123-4567")
	log.WarnContext(ctx, "notification not sent", "error", hostile)
	var line struct{ Msg, Error, Request string }
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil || line.Msg != "notification not sent" || line.Error != hostile || line.Request != "0123-4567" {
		t.Errorf("line = %s, %v", out.String(), err)
	}
	if got := strings.Count(out.String(), "\n"); got != 1 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%d lines, or what a terminal obeys: %q", got, out.String())
	}
	out = servers.Output{}
	slog.New(newLogHandler(&gatherer{to: &out}, slog.LevelInfo, "text")).Warn("x", "error", hostile)
	if got := strings.Count(out.String(), "\n"); got != 1 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("as text %d lines, or what a terminal obeys: %q", got, out.String())
	}
}

func TestLogFromManySides(t *testing.T) {
	var out servers.Output
	lines := &gatherer{to: &out}
	log := slog.New(newLogHandler(lines, slog.LevelInfo, "text"))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 500 {
				log.Info("one line")
			}
		})
	}
	wait.Wait()
	if err := lines.Flush(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(out.String(), "msg=\"one line\"\n"); got != 4000 {
		t.Errorf("%d whole lines; want 4000", got)
	}
}

func nullDevice(b *testing.B) *os.File {
	b.Helper()
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = f.Close() })
	return f
}

// BenchmarkLog compares a gathered line with one that is written by itself.
func BenchmarkLog(b *testing.B) {
	for name, to := range map[string]slog.Handler{
		"gathered": newLogHandler(&gatherer{to: nullDevice(b)}, slog.LevelInfo, "text"),
		"each":     slog.NewTextHandler(nullDevice(b), nil),
	} {
		b.Run(name, func(b *testing.B) {
			log := slog.New(to)
			for b.Loop() {
				log.Info("request", "method", "GET", "route", "/policies/:slug", "status", 200)
			}
		})
	}
}
