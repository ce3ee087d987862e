package e2e

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// eyes is what a test asks a page: where things are, and what is wrong with it.
//
//go:embed testdata/eyes.js
var eyes string

// device is what a visitor holds.
type device struct {
	width, height int64
	touch         bool
	noScripts     bool
	worker        bool // the site may keep pages on it, all some fifty of a mode
}

var (
	desktop = device{width: 1280, height: 900}
	handset = device{width: 360, height: 740, touch: true}
)

// tab is a visitor's browser with no past: no cookies, no cache. Whatever a page
// complains of to the console, and every request to another host, fails the test.
type tab struct {
	testing.TB
	ctx    context.Context
	site   *site
	device device
	loaded chan struct{}

	allowed  int64           // status of pages that fail on purpose; 0 is 200
	reported map[string]bool // findings of inspect
	// stretches has inspect also try larger letters, wider spacing and other zooms, which
	// finds the same on every page of a kind.
	stretches bool
	axeAt     int64 // the one width at which inspect asks axe-core; 0 for each, -1 for none

	size       [2]int64 // of the window
	mu         sync.Mutex
	complaints []string
	tolerated  int64 // status that requests of scripts may have; 0 for none
	status     int64 // of the latest page
}

func newTab(tb testing.TB, s *site, d device) *tab {
	tb.Helper()
	t := &tab{TB: tb, site: s, device: d, loaded: make(chan struct{}, 1), reported: map[string]bool{}}
	ctx, cancel := chromedp.NewContext(suite.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(t.hear))
	t.ctx = ctx
	tb.Cleanup(func() {
		cancel()
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, c := range t.complaints {
			tb.Errorf("browser: %s", c)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatalf("open tab: %v", err)
	}
	t.resize(d.width, d.height)
	call(t, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: d.touch})
	t.shows("")
	if !d.worker {
		t.before("delete Navigator.prototype.serviceWorker;")
	}
	if d.noScripts {
		call(t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	return t
}

// shows has pages appear on a medium, "" for the screen, to a reader who wants no motion and
// whatever else is given.
func (t *tab) shows(medium string, more ...*emulation.MediaFeature) {
	t.Helper()
	call(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: medium, Features: append(more, &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}),
	})
}

// hear runs for every event of the tab; it must not block.
func (t *tab) hear(event any) {
	switch e := event.(type) {
	case *page.EventLoadEventFired:
		select {
		case t.loaded <- struct{}{}:
		default:
		}
	case *runtime.EventExceptionThrown:
		t.complain("script: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			t.complain("console.%s: %v", e.Type, e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		// A page with a status of 400 and more is logged too; open and follow
		// judge the status.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			t.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, t.site.url+"/") && !strings.HasPrefix(u, "data:") {
			t.complain("request to another host: %s", u)
		}
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument {
			t.mu.Lock()
			t.status = e.Response.Status
			t.mu.Unlock()
		} else if e.Response.Status >= 400 && !t.tolerates(e.Response.Status) {
			t.complain("status %d: %s", e.Response.Status, e.Response.URL)
		}
	}
}

// tolerate lets requests of scripts fail with a status, on purpose.
func (t *tab) tolerate(status int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tolerated = status
}

func (t *tab) tolerates(status int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tolerated == status
}

func (t *tab) complain(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.complaints = append(t.complaints, fmt.Sprintf(format, args...))
}

// call sends one command to the tab.
func call[P, R any](t *tab, command cdp.Command[P, R], params P) R {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		t.Fatalf("%s at %s: %v", command.Method, t.where(), err)
	}
	return result
}

// evaluate runs a script in the page and returns its value; a promise is awaited.
func evaluate[T any](t *tab, script string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		line, _, _ := strings.Cut(script, "\n")
		t.Fatalf("%.200s at %s: %v", line, t.where(), err)
	}
	return v
}

// look asks the eyes: name is a function of testdata/eyes.js.
func look[T any](t *tab, name string, args ...any) T {
	t.Helper()
	if !evaluate[bool](t, "typeof eyes === 'object'") {
		evaluate[*bool](t, eyes)
	}
	b, err := json.Marshal(append([]any{}, args...))
	if err != nil {
		t.Fatal(err)
	}
	return evaluate[T](t, fmt.Sprintf("eyes.%s(...%s)", name, b))
}

func (t *tab) where() string {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	address, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page"
	}
	return strings.TrimPrefix(address, t.site.url)
}

// resize changes the size of the window, if it has another one: the browser would lay
// the page out anew all the same.
func (t *tab) resize(width, height int64) {
	t.Helper()
	if t.size == [2]int64{width, height} {
		return
	}
	t.size = [2]int64{width, height}
	call(t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: t.device.touch,
	})
}

// open goes to a page of the site, which must answer with 200 unless it fails on purpose.
func (t *tab) open(path string) {
	t.Helper()
	if status, want := t.try(path), cmp.Or(t.allowed, 200); status != want {
		t.Fatalf("open %s: status %d; want %d", path, status, want)
	}
}

// try goes to an address of the site and returns the status.
func (t *tab) try(path string) int64 {
	t.Helper()
	return t.load(func() { call(t, page.Navigate, page.NavigateParams{URL: t.site.url + path}) })
}

// arrive runs what leads to another page, waits until that has loaded, and checks
// that it is a good one.
func (t *tab) arrive(leave func()) {
	t.Helper()
	from := t.where()
	if status := t.load(leave); status != cmp.Or(t.allowed, 200) {
		t.Fatalf("from %s to %s: status %d; want %d", from, t.where(), status, cmp.Or(t.allowed, 200))
	}
}

// load runs what leads to another page and returns the status of that one.
func (t *tab) load(leave func()) int64 {
	t.Helper()
	select {
	case <-t.loaded:
	default:
	}
	leave()
	select {
	case <-t.loaded:
	case <-time.After(patience):
		t.Fatalf("no other page after %s, which is %s", t.where(), evaluate[string](t, "document.readyState"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status
}

// failing runs what must end on pages with the given status, on purpose.
func (t *tab) failing(status int64, do func()) {
	t.Helper()
	t.allowed = status
	do()
	t.allowed = 0
}

// spot is where an element can be pressed.
type spot struct {
	X, Y    float64
	Problem string
}

// press taps or clicks the first visible element that matches the selector, where
// a person would: in the middle, and nothing may lie on top of it.
func (t *tab) press(selector string) {
	t.Helper()
	s := look[spot](t, "spot", selector)
	if s.Problem != "" {
		t.Fatalf("press %s at %s: %s", selector, t.where(), s.Problem)
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	act := chromedp.MouseClickXY(s.X, s.Y)
	if t.device.touch {
		act = chromedp.TapXY(s.X, s.Y)
	}
	if err := chromedp.Do(ctx, act); err != nil {
		t.Fatalf("press %s: %v", selector, err)
	}
}

// follow presses what leads to another page.
func (t *tab) follow(selector string) {
	t.Helper()
	t.arrive(func() { t.press(selector) })
}

// tapAgain is after how long a field is pressed once more that has not got the focus.
const tapAgain = 5 * time.Second

// fill types into the field with this name, in place of what was there. Where the machine
// stands still between the two halves of a tap, a browser takes it for a long press, which gives
// no focus: as a person would, it taps again.
func (t *tab) fill(name, value string) {
	t.Helper()
	selector := fmt.Sprintf("main :is(input, textarea)[name=%q]", name)
	t.press(selector)
	last := time.Now()
	t.until("the field has the focus", func() bool {
		if time.Since(last) > tapAgain {
			t.Logf("field %s at %s had no focus after %s", name, t.where(), tapAgain)
			t.press(selector)
			last = time.Now()
		}
		return look[bool](t, "selectAll", selector)
	})
	if value == "" {
		t.key("Delete")
	} else {
		call(t, input.InsertText, input.InsertTextParams{Text: value})
	}
	if got := look[string](t, "value", selector); got != value {
		t.Fatalf("field %s at %s holds %q; want %q", name, t.where(), got, value)
	}
}

// choose presses the option of a group of radio buttons or check boxes.
func (t *tab) choose(name, value string) {
	t.Helper()
	selector := fmt.Sprintf("main [name=%q][value=%q]", name, value)
	t.press(fmt.Sprintf("main label[for=%q]", look[string](t, "idOf", selector)))
	t.until("the option is chosen", func() bool { return look[bool](t, "checked", selector) })
}

// keys are those that the tests press, with what the browser wants to know.
var keys = map[string]input.DispatchKeyEventParams{
	"Tab":    {Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9},
	"Enter":  {Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"},
	"Space":  {Key: " ", Code: "Space", WindowsVirtualKeyCode: 32, Text: " "},
	"Delete": {Key: "Delete", Code: "Delete", WindowsVirtualKeyCode: 46},

	"ArrowDown": {Key: "ArrowDown", Code: "ArrowDown", WindowsVirtualKeyCode: 40},
}

// key presses one key, and Shift with it if its name begins with that.
func (t *tab) key(name string) {
	t.Helper()
	name, shift := strings.CutPrefix(name, "Shift+")
	p, ok := keys[name]
	if !ok {
		t.Fatalf("no key %s", name)
	}
	if shift {
		p.Modifiers = 8 // as the protocol numbers Shift
	}
	p.Type = input.DispatchKeyEventTypeKeyDown
	call(t, input.DispatchKeyEvent, p)
	p.Type, p.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(t, input.DispatchKeyEvent, p)
}

// until waits for a condition.
func (t *tab) until(what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("at %s, in vain: %s", t.where(), what)
		}
	}
}

// sees fails the test unless the main part of the page shows the text.
func (t *tab) sees(text string) {
	t.Helper()
	if all := look[string](t, "text", "main"); !strings.Contains(all, text) {
		t.Fatalf("%s does not show %q:\n%s", t.where(), text, all)
	}
}

// at fails the test unless the address has this path, whatever its language.
func (t *tab) at(path string) {
	t.Helper()
	u, err := url.Parse(t.where())
	if err != nil {
		t.Fatal(err)
	}
	if u.Path != path {
		t.Fatalf("at %s; want %s", u.Path, path)
	}
}
