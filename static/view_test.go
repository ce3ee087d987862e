package static

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

var scheme = regexp.MustCompile(`(?s)\[data-scheme="([a-z-]+)"\] \{(.*?)\n    \}`)

// TestSchemes measures each set of colours of the accessible mode: every text and
// every edge at 7:1 on every ground that it stands on, in each state.
func TestSchemes(t *testing.T) {
	found := scheme.FindAllStringSubmatch(string(read("css/view/schemes.css")), -1)
	if len(found) != 5 {
		t.Fatalf("%d schemes; want 5", len(found))
	}
	own := tokens(t, "standard")
	for _, m := range found {
		colours := map[string]string{}
		for _, c := range custom.FindAllStringSubmatch(m[2], -1) {
			colours[c[1]] = c[2]
		}
		for name, value := range own {
			if strings.HasPrefix(name, "code-") {
				continue // the same in every scheme: cameras want dark on light
			}
			if colour.MatchString(value) && colours[name] == "" {
				t.Errorf("%s leaves --%s as it was", m[1], name)
			}
		}
		for _, p := range pairs {
			for _, ground := range p.grounds {
				if got := contrast(colours[p.text], colours[ground]); got < 7 {
					t.Errorf("%s: %s on %s is %.2f; want 7", m[1], p.text, ground, got)
				}
			}
		}
		// A pressed tool and a disabled one, the line of the reader, and what is sunk.
		for _, p := range [][2]string{{"paper", "ink"}, {"ink", "surface"}, {"main-line", "main-deep"}, {"line", "paper"}, {"accent", "sunk"}, {"main", "sunk"}, {"on-main", "accent"}} {
			if got := contrast(colours[p[0]], colours[p[1]]); got < 7 {
				t.Errorf("%s: %s on %s is %.2f; want 7", m[1], p[0], p[1], got)
			}
		}
	}
}

// TestLargePointer wants a picture of at least 32 pixels for arrow and link, with the
// usual pointer behind it where pictures are refused.
func TestLargePointer(t *testing.T) {
	a, _ := Lookup(strings.TrimPrefix(URL("view.css"), Prefix))
	cursors := regexp.MustCompile(`cursor: url\("([^"]+)"\) \d+ \d+, ([a-z]+);`).FindAllSubmatch(a.Body, -1)
	fallbacks := map[string]bool{}
	for _, m := range cursors {
		picture, ok := Lookup(strings.TrimPrefix(string(m[1]), Prefix))
		if !ok || !bytes.Contains(picture.Body, []byte(`width="48" height="48"`)) {
			t.Errorf("%s is no picture of 48 pixels", m[1])
		}
		fallbacks[string(m[2])] = true
	}
	if !fallbacks["auto"] || !fallbacks["pointer"] || !fallbacks["text"] {
		t.Errorf("pointers for %v; want arrow, link and text", fallbacks)
	}
}

// TestViewSheet holds the weight of the sheet of the settings.
func TestViewSheet(t *testing.T) {
	if size := len(styleSheet(viewSheets)); size > 12<<10 {
		t.Errorf("view.css is %d bytes; want at most 12 KiB", size)
	}
}
