package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// TestShots draws every page in every mode at the widths of a handset and of a
// desktop into out/, one PNG each, for human eyes. make shots asks for it.
func TestShots(t *testing.T) {
	if os.Getenv("HUITONG_SHOTS") == "" {
		return
	}
	if err := os.RemoveAll("out"); err != nil {
		t.Fatal(err)
	}
	for _, mode := range modes {
		for _, width := range []int64{360, 1280} {
			t.Run(fmt.Sprintf("%s-%d", mode, width), func(t *testing.T) {
				t.Parallel()
				site := startSite(t, "--notify-email", "log", "--notify-sms", "log")
				a := &album{
					visitor: newVisitor(t, site, device{width: width, height: 800, touch: width < 500}, mode),
					dir:     filepath.Join("out", fmt.Sprintf("%s-%d", mode, width)),
				}
				if err := os.MkdirAll(a.dir, 0o755); err != nil {
					t.Fatal(err)
				}
				a.everything(newVisitor(t, site, device{width: width, height: 800}, mode))
			})
		}
	}
}

// album collects pictures.
type album struct {
	*visitor
	dir string
	n   int // pictures so far
}

// shoot draws the whole page that is open.
func (a *album) shoot(name string) {
	a.Helper()
	height := evaluate[int64](a.tab, "document.documentElement.scrollHeight")
	a.resize(a.device.width, max(height, a.device.height))
	defer a.resize(a.device.width, a.device.height)
	picture := call(a.tab, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	a.n++
	name, _, _ = strings.Cut(name, "?")
	file := filepath.Join(a.dir, fmt.Sprintf("%02d-%s.png", a.n, strings.Trim(strings.ReplaceAll(name, "/", "-"), "-")))
	if err := os.WriteFile(file, picture.Data, 0o644); err != nil {
		a.Fatal(err)
	}
}

// everything visits all pages that links lead to, each kind of answer, and then
// goes the whole way of an application.
func (a *album) everything(officer *visitor) {
	a.Helper()
	a.open("/?mode=" + a.mode)
	for _, path := range crawl(a.tab, "") {
		a.open(path)
		name, query, _ := strings.Cut(path, "?q=")
		if words, err := url.QueryUnescape(query); err == nil && words != "" {
			name += "-" + words
		}
		a.shoot("page" + name)
	}
	if status := a.try("/nothing-here"); status != 404 {
		a.Errorf("a page that does not exist has status %d", status)
	}
	a.shoot("not-found")
	for name, question := range map[string]string{
		"answer": "孤儿补贴每个月多少钱？", "clarify": "补贴怎么办", "refuse": "明天会下雨吗", "urgent": "孩子被爸爸打得流血了",
	} {
		a.open("/ask")
		a.tab.ask(question)
		a.shoot("ask-" + name)
	}
	a.arrived = func() { a.shoot("way" + a.where()) }
	officer.arrived = func() {
		family := a.tab
		a.tab = officer.tab
		a.shoot("desk" + officer.where())
		a.tab = family
	}
	officer.open("/?mode=" + officer.mode)
	wholeWay(a.visitor, officer)
	a.afterwards()
	a.together()
	a.tab = newTab(a.TB, a.site, a.device)
	assistedWay(a.visitor, officer)
}

// afterwards visits what a family sees once it has been decided.
func (a *album) afterwards() {
	a.Helper()
	for _, path := range []string{"/track/decision", "/track/data"} {
		a.goTo(path)
	}
	a.goTo("/track/notify")
	a.failing(422, func() { a.to(`main form[action^="/track/notify"] button`) })
	a.goTo("/track/status")
	a.to(`main form[action^="/track/again"] button`)
}

// together begins a household with two policies, fills it in and looks at its review.
func (a *album) together() {
	a.Helper()
	a.tab = newTab(a.TB, a.site, a.device)
	a.open("/household/new?mode=" + a.mode)
	a.arrived()
	a.keepOnly(journeySlug, "medical-insurance-relief")
	a.to(`main form button[name="-start"]`)
	a.fillHousehold()
	a.to(`main a[href^="/household/remove"]`)
	a.to(`main .form__buttons a`) // keeps it
	a.to(`main a[href^="/household/review"]`)
	a.press(`main label[for="` + look[string](a.tab, "idOf", `main input[type="checkbox"]`) + `"]`)
	a.to(`main form button.button--chief`)
}
