package web

import (
	"strings"
	"testing"
)

// TestDemoNote expects the banner on pages of the site and of the desk, in every mode and
// language, where all is invented, and nowhere else.
func TestDemoNote(t *testing.T) {
	for _, invented := range []bool{true, false} {
		s := newTestServer(t, func(c *Config) { c.Site.Demo = invented })
		for _, prefix := range []string{"", "/zh-hant", "/en"} {
			for _, path := range []string{"/policies", "/ask", "/nowhere"} {
				for _, mode := range modes {
					page := fetchRaw(t, s, prefix+path, map[string]string{"Cookie": "mode=" + mode})
					if got := strings.Contains(string(page.body), `class="demo-note"`); got != invented {
						t.Errorf("%s%s in %s mode says that all is invented: %t; want %t", prefix, path, mode, got, invented)
					}
				}
			}
		}
	}
}
