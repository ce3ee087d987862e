package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var (
	defines   = regexp.MustCompile(`{{define "([a-z-]+)"}}`)
	calls     = regexp.MustCompile(`{{template "([a-z-]+)"`)
	rootClass = regexp.MustCompile(`\.([a-z][a-z0-9_-]*)`)
)

// TestStyleGuideIsComplete wants every component on the style guide: each template
// is called there or by the layout, and of each style sheet something is shown.
func TestStyleGuideIsComplete(t *testing.T) {
	bodies := map[string]string{} // of each template
	for _, name := range glob(t, "templates/components/*.html") {
		for _, part := range strings.Split(read(t, name), "{{define ")[1:] {
			bodies[strings.Split(part, `"`)[1]] = part
		}
	}
	reached := map[string]bool{}
	var reach func(body string)
	reach = func(body string) {
		for _, m := range calls.FindAllStringSubmatch(body, -1) {
			if !reached[m[1]] {
				reached[m[1]] = true
				reach(bodies[m[1]])
			}
		}
	}
	reach(read(t, "templates/pages/styleguide.html") + read(t, "templates/layout.html"))
	for _, name := range glob(t, "templates/components/*.html") {
		shown := false
		for _, m := range defines.FindAllStringSubmatch(read(t, name), -1) {
			shown = shown || reached[m[1]]
		}
		if !shown {
			t.Errorf("%s is not on the style guide", name)
		}
	}
	classes := guideClasses(t)
	for _, name := range slices.Concat(glob(t, "../../static/css/components/*.css"), glob(t, "../../static/css/desk/*.css")) {
		shown := false
		for _, m := range rootClass.FindAllStringSubmatch(read(t, name), -1) {
			shown = shown || classes[m[1]]
		}
		if !shown {
			t.Errorf("nothing of %s is on the style guide", name)
		}
	}
}

// guideClasses are all classes of the style guide, in any mode.
func guideClasses(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	s := newTestServer(t, nil)
	for _, mode := range modes {
		status, doc := fetch(t, s, mode, "/styleguide")
		if status != 200 {
			t.Fatalf("the style guide has status %d", status)
		}
		for _, n := range find(doc, func(n *html.Node) bool { return has(n, "class") }) {
			for _, class := range strings.Fields(attr(n, "class")) {
				out[class] = true
			}
		}
	}
	return out
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(names), err)
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
