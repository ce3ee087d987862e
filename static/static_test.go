package static

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestURL(t *testing.T) {
	for _, name := range []string{"site.css", "share.js", "mark.svg"} {
		a, ok := Lookup(strings.TrimPrefix(URL(name), Prefix))
		if !ok || a.Name != name || a.Type == "" || len(a.Body) == 0 {
			t.Errorf("Lookup(URL(%q)) = %v, %v", name, a.Name, ok)
		}
	}
	if _, ok := Lookup("site.css"); ok {
		t.Error("a file without its hash is found")
	}
}

var (
	block  = regexp.MustCompile(`(?s)(:root|\[data-mode="[a-z]+"\]) \{(.*?)\n  \}`)
	custom = regexp.MustCompile(`--([a-z0-9-]+): ([^;]+);`)
	colour = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
)

// tokens returns the custom properties of a mode: those of the root under the
// mode's own.
func tokens(t *testing.T, mode string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range block.FindAllStringSubmatch(string(read("css/tokens.css")), -1) {
		if m[1] != ":root" && m[1] != `[data-mode="`+mode+`"]` {
			continue
		}
		for _, c := range custom.FindAllStringSubmatch(m[2], -1) {
			out[c[1]] = c[2]
		}
	}
	return out
}

// contrast is the ratio of WCAG 2.2 between two colours written #rrggbb.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	channel := func(i int) float64 {
		n, err := strconv.ParseUint(hex[i:i+2], 16, 8)
		if err != nil {
			panic(err)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(1) + 0.7152*channel(3) + 0.0722*channel(5)
}

// pairs are all of text and ground that the style sheets use, with the least
// contrast of each.
var pairs = []struct {
	text    string
	grounds []string
	least   float64
}{
	{"ink", []string{"paper", "surface", "sunk", "main-soft", "accent-soft", "mark"}, 7},
	{"ink-soft", []string{"paper", "surface", "sunk", "main-soft", "accent-soft"}, 7},
	{"link", []string{"paper", "surface", "sunk", "main-soft", "accent-soft"}, 7},
	{"link-visited", []string{"paper", "surface", "sunk", "main-soft", "accent-soft"}, 7},
	{"main", []string{"paper", "surface", "main-soft"}, 7},
	{"accent", []string{"paper", "surface", "accent-soft"}, 6.5},
	{"on-main", []string{"main", "main-deep"}, 7},
	{"on-accent", []string{"accent", "accent-deep"}, 7},
	{"edge", []string{"paper", "surface", "sunk"}, 3},
	{"focus", []string{"paper", "surface", "sunk", "main-soft"}, 3},
	{"focus-inverse", []string{"main-deep", "accent"}, 3},
}

// TestContrast measures the pairs in every mode.
func TestContrast(t *testing.T) {
	for _, mode := range []string{"standard", "accessible", "elder"} {
		checkPairs(t, mode, tokens(t, mode))
	}
}

func checkPairs(t *testing.T, scheme string, tokens map[string]string) {
	t.Helper()
	for _, p := range pairs {
		for _, ground := range p.grounds {
			if got := contrast(tokens[p.text], tokens[ground]); got < p.least {
				t.Errorf("%s: %s on %s is %.2f; want %.1f", scheme, p.text, ground, got, p.least)
			}
		}
	}
}

// darkBlock is where the tokens of the dark scheme stand.
var darkBlock = regexp.MustCompile(`(?s)@media screen and \(prefers-color-scheme: dark\) \{\s*:root:is\(\[data-mode="standard"\]\) \{(.*?)\n    \}`)

// TestDarkScheme measures the same pairs in the dark scheme, which has every colour
// of the light one but those of codes.
func TestDarkScheme(t *testing.T) {
	m := darkBlock.FindStringSubmatch(string(read("css/tokens.css")))
	if m == nil {
		t.Fatal("there is no dark scheme")
	}
	light, dark := tokens(t, "standard"), map[string]string{}
	for _, c := range custom.FindAllStringSubmatch(m[1], -1) {
		dark[c[1]] = c[2]
	}
	for name, value := range light {
		if strings.HasPrefix(value, "#") && !strings.HasPrefix(name, "code-") && dark[name] == "" {
			t.Errorf("the dark scheme has no --%s", name)
		}
	}
	checkPairs(t, "dark", dark)
	if got := contrast(dark["on-band"], dark["band"]); got < 7 {
		t.Errorf("on-band on band is %.2f; want 7", got)
	}
}

// TestFewHues holds the site to one main colour, an accent and neutrals: of the
// colours of the standard mode those with some strength lie in few directions.
func TestFewHues(t *testing.T) {
	tokens := tokens(t, "standard")
	hues := map[int][]string{}
	for _, name := range []string{"main", "main-deep", "main-soft", "main-line", "accent", "accent-deep", "accent-soft", "link", "mark", "paper", "surface", "sunk"} {
		hue, strength := hue(tokens[name])
		if strength > 0.12 { // less is a neutral
			hues[hue/60] = append(hues[hue/60], name)
		}
	}
	if len(hues) > 3 {
		t.Errorf("colours of %d kinds; want at most 3: %v", len(hues), hues)
	}
}

// hue returns the direction of a colour in degrees and how far it is from grey.
func hue(hex string) (degrees int, strength float64) {
	var c [3]float64
	for i := range c {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(err)
		}
		c[i] = float64(n) / 255
	}
	x := c[0] - (c[1]+c[2])/2
	y := math.Sqrt(3) / 2 * (c[1] - c[2])
	return (int(math.Atan2(y, x)*180/math.Pi) + 360) % 360, math.Hypot(x, y)
}

// TestScriptsAreCalm guards what scripts must not do to people: catch gestures or
// bare letters, forbid pasting, start sound or move things by a clock.
func TestScriptsAreCalm(t *testing.T) {
	for _, name := range match("js/*.js") {
		js := string(read(name))
		for _, bad := range []string{"touchstart", "touchmove", "gesturestart", "\"paste\"", "accesskey", "autoplay", "setInterval("} {
			if strings.Contains(js, bad) {
				t.Errorf("%s uses %s", name, bad)
			}
		}
		for _, key := range regexp.MustCompile(`event\.key === "(.)"`).FindAllStringSubmatch(js, -1) {
			if !strings.Contains(js, "event.altKey") && !strings.Contains(js, "event.ctrlKey") {
				t.Errorf("%s acts on the bare key %q", name, key[1])
			}
		}
	}
}

// TestTypography wants the rules for Chinese type to be there.
func TestTypography(t *testing.T) {
	css := string(read("css/base.css"))
	for _, rule := range []string{"line-break: strict", "text-spacing-trim", "hanging-punctuation", "text-wrap: pretty"} {
		if !strings.Contains(css, rule) {
			t.Errorf("base.css lacks %s", rule)
		}
	}
}

// TestElderSizes holds the sizes that the elder mode promises.
func TestElderSizes(t *testing.T) {
	elder := tokens(t, "elder")
	for name, least := range map[string]float64{"text-s": 1.375, "text-m": 1.375, "target": 3.75, "leading": 1.5} {
		if got := number(t, elder[name]); got < least {
			t.Errorf("--%s is %v; want %v", name, got, least)
		}
	}
	for _, mode := range []string{"standard", "accessible"} {
		if got := number(t, tokens(t, mode)["target"]); got < 2.75 {
			t.Errorf("%s: --target is %v; want 44 px", mode, got)
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "rem"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestStyleSheet guards the rules of the style sheets: colours only by token, no
// blocked zoom, no shadows, every token defined.
func TestStyleSheet(t *testing.T) {
	known := tokens(t, "standard")
	for _, pattern := range slices.Concat(sheets, viewSheets, deskSheets) {
		for _, name := range match(pattern) {
			css := string(read(name))
			for _, bad := range []string{"text-size-adjust", "box-shadow", "gradient(", "!important", "@import", "forced-color-adjust"} {
				if strings.Contains(css, bad) {
					t.Errorf("%s uses %s", name, bad)
				}
			}
			if found := colour.FindString(css); found != "" && name != "css/tokens.css" && name != "css/print.css" && name != "css/view/schemes.css" {
				t.Errorf("%s names the colour %s; want a token", name, found)
			}
			for _, m := range regexp.MustCompile(`var\(--([a-z0-9-]+)\)`).FindAllStringSubmatch(css, -1) {
				if known[m[1]] == "" && !strings.Contains(css, "--"+m[1]+": ") { // nor the sheet's own
					t.Errorf("%s uses --%s, which is not a token", name, m[1])
				}
			}
			if strings.Count(css, "{") != strings.Count(css, "}") {
				t.Errorf("%s: braces do not match", name)
			}
		}
	}
	if size := len(styleSheet(sheets)); size > 80<<10 { // a fifth of it over the wire
		t.Errorf("style sheet is %d bytes; want at most 80 KiB", size)
	}
}

// TestDangerButton wants what takes something away for good to differ from what leads on,
// in more than its colour, and to be read as well in every scheme.
func TestDangerButton(t *testing.T) {
	css := string(read("css/components/button.css"))
	rule := func(name string) string {
		m := regexp.MustCompile(`\n  \.` + name + ` \{(.*?)\}`).FindStringSubmatch(css)
		if m == nil {
			t.Fatalf("no rule for .%s", name)
		}
		return m[1]
	}
	danger := rule("button--danger")
	for _, want := range []string{"background: var(--accent-soft)", " color: var(--accent)", "border-inline-start-width"} {
		if !strings.Contains(danger, want) || strings.Contains(rule("button--chief"), want+";") || strings.Contains(rule("button--quiet"), want) {
			t.Errorf("%q is not what tells a danger button from the others: %s", want, danger)
		}
	}
	for scheme, least := range map[string]float64{"standard": 4.5, "elder": 4.5, "accessible": 7} {
		colours := tokens(t, scheme)
		for _, p := range [][2]string{{"accent", "accent-soft"}, {"on-accent", "accent"}} { // as it stands, and pointed at
			if got := contrast(colours[p[0]], colours[p[1]]); got < least {
				t.Errorf("%s: %s on %s is %.2f; want %.1f", scheme, p[0], p[1], got, least)
			}
		}
	}
}
