package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"huitong/content/contenttest"
	"huitong/portal/store/storetest"
)

// learnt is where the portals of these tests keep what they have learnt: they learn the
// same, which takes a dozen seconds under the race detector.
var learnt string

// school has a bot learn the lean content: the portals of these tests, some of which end
// before they could, need not.
var school = sync.OnceValue(func() (err error) {
	dir, err := os.MkdirTemp("", "huitong-school")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := contenttest.WriteLean(dir); err != nil {
		return err
	}
	env := &environment{cfg: &Config{Learnt: learnt}, log: slog.New(slog.DiscardHandler)}
	built, err := loadCorpus(context.Background(), dir, wiring{shelf: openShelf(env)})
	if err == nil {
		<-built.bot.Trained()
	}
	return err
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "huitong-learnt")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	learnt = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// lean is a directory of content with little to learn, of the test's own.
func lean(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := contenttest.WriteLean(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// fresh is a data directory of the test's own, with all tables and nothing in them.
func fresh(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := storetest.WriteEmpty(filepath.Join(dir, "huitong.db")); err != nil {
		t.Fatal(err)
	}
	return dir
}
