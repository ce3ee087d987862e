package main

import (
	"fmt"
	"os"
	"testing"

	"huitong/content/contenttest"
)

// learnt is where the portals of these tests keep what they have learnt: they learn the
// same, which takes a dozen seconds under the race detector.
var learnt string

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
