package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// measured is what eyes.inspect is asked for.
type measured struct {
	Text     int      `json:"text"`
	Target   int      `json:"target"`
	Contrast float64  `json:"contrast"`
	Large    float64  `json:"large"`
	Stretch  bool     `json:"stretch"`
	Lines    bool     `json:"lines"`
	Tags     []string `json:"tags"` // rules of axe-core; nil for none
	Enhanced bool     `json:"enhanced"`
	Layout   bool     `json:"layout"`  // its rules on what lies over what, too
	Choices  int      `json:"choices"` // at one time, at most; 0 for any number
	Screen   int      `json:"screen"`  // how many pixels are one time; 0 for the whole page
}

// inspect tries whether the page as it stands serves everybody: at each of the
// widths nothing is lost or cut, targets and text are as large and as clear as the
// mode promises, and axe-core finds nothing. In a tab that stretches, nothing may be
// lost with wider spacing, larger letters and other zooms either. What is wrong in
// the same way on several pages is reported for the first of them.
func (t *tab) inspect(mode string, widths ...int64) {
	t.Helper()
	if got := evaluate[string](t, "document.documentElement.dataset.mode"); got != mode {
		t.Errorf("%s is in mode %q; want %q", t.where(), got, mode)
	}
	if words := look[string](t, "text", "body"); strings.Contains(words, "⟦") {
		t.Errorf("%s lacks words of the interface: %.80s", t.where(), words[strings.Index(words, "⟦"):])
	}
	for _, width := range widths {
		t.resize(width, t.device.height)
		t.report(mode, width, look[map[string][]string](t, "inspect", t.wanted(mode, width)))
	}
	// Traditional characters are as wide as the others: what holds for them at a zoom does.
	if t.stretches && !t.inTraditional() {
		for _, width := range zooms {
			t.resize(width, t.device.height)
			t.report(mode, width, look[map[string][]string](t, "lost"))
		}
	}
	t.resize(t.device.width, t.device.height)
}

// wanted is what a page in this mode must keep to. axe-core needs scripts.
func (t *tab) wanted(mode string, width int64) measured {
	t.Helper()
	ask := measured{
		Text: minText[mode], Target: minTarget[mode], Contrast: minContrast[mode], Large: minLargeContrast[mode],
		Stretch: t.stretches && width < 400, Lines: width == 1280,
	}
	if mode == "elder" && !t.oneOf(manyChoices) {
		if ask.Choices = choicesAtOnce; t.oneOf(listed) {
			ask.Screen = screenful
		}
	}
	if t.device.noScripts || t.axeAt != 0 && t.axeAt != width {
		return ask
	}
	t.bringAxe()
	ask.Tags, ask.Enhanced, ask.Layout = axeTags, mode == "accessible", t.laysOut(width) && t.firstOfKind(mode, width)
	if ask.Layout && look[bool](t, "floats") {
		// In a window as high as the page nothing lies behind what stays in its
		// place; axe-core does not scroll.
		t.resize(width, evaluate[int64](t, "document.documentElement.scrollHeight"))
	}
	return ask
}

// choicesAtOnce is how much elder mode offers at one time: answers to a question, and
// ways to go.
const choicesAtOnce = 6

// manyChoices are the pages for which that does not hold, with the reason.
var manyChoices = map[string]string{
	`^/staff(/|$)`:  "the desk is for staff, who look through lists",
	`^/field-kit$`:  "the kit is for staff as well",
	`^/styleguide$`: "it shows every component, for those who build the site",
}

// listed are the pages for which it holds of each screen and not of the whole, with the
// reason. They are read from the beginning to the end.
var listed = map[string]string{
	`^/apply/[^/]+/review$`: "each answer has its own way to change it",
	`^/household`:           "each application of the household has its own ways",
	`/documents/[^/]+$`:     "each photo that was sent can be looked at, changed and taken away",
	`^/ask/more$`:           "each answer given in a check can be changed",
	`^/check/all$`:          "its result goes through every programme",
	`^/track/status$`:       "what can be done about an application stands in one place",
}

// screenful is how much of a page a handset shows below the bar of elder mode.
const screenful = 664

// oneOf tells whether the page is one of these, in whichever language.
func (t *tab) oneOf(pages map[string]string) bool {
	path, _, _ := strings.Cut(t.where(), "?")
	path, _, _ = strings.Cut(path, "#")
	for _, prefix := range []string{"/en", "/zh-hant"} {
		if rest, found := strings.CutPrefix(path, prefix+"/"); found {
			path = "/" + rest
		}
	}
	for pattern := range pages {
		if regexp.MustCompile(pattern).MatchString(path) {
			return true
		}
	}
	return false
}

func (t *tab) inTraditional() bool {
	t.Helper()
	return evaluate[string](t, "document.documentElement.lang") == "zh-Hant"
}

// laysOut tells whether axe-core is to work out what lies over what in the page's
// language at this width. Languages share every style: for pages in simplified characters
// it does so in both windows, for English ones, with their long words, in the narrowest
// and for traditional characters in the widest.
func (t *tab) laysOut(width int64) bool {
	t.Helper()
	if suite.everywhere {
		return true
	}
	switch evaluate[string](t, "document.documentElement.lang") {
	case "en":
		return width < 1280
	case "zh-Hant":
		return width >= 1280
	default:
		return true
	}
}

// firstOfKind tells whether no test has had a page of this kind, in this language, mode
// and view and at this width, tried with all of axe-core's rules.
func (t *tab) firstOfKind(mode string, width int64) bool {
	t.Helper()
	if suite.everywhere {
		return true
	}
	view := evaluate[string](t, "document.documentElement.dataset.view ?? ''")
	_, seen := suite.kinds.LoadOrStore(fmt.Sprintf("%s %s %d %s", mode, view, width, kindOf(t.where())), true)
	return !seen
}

// bringAxe gives axe-core to the page, and to those that the tab opens from now on.
func (t *tab) bringAxe() {
	t.Helper()
	if evaluate[bool](t, "typeof axe === 'object'") {
		return
	}
	evaluate[*bool](t, suite.axe+";null")
}

// report fails the test for each finding that no earlier page of the tab had.
func (t *tab) report(mode string, width int64, found map[string][]string) {
	t.Helper()
	for what, findings := range found {
		for _, f := range slices.Compact(findings) {
			if f = what + ": " + f; !t.reported[f] {
				t.reported[f] = true
				t.Errorf("%s %s %d px: %s", t.where(), mode, width, f)
			}
		}
	}
}
