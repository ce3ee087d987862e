package main

import (
	"testing"

	"huitong/content/contenttest"
)

// lean is a directory of content with little to learn, of the test's own.
func lean(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := contenttest.WriteLean(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}
