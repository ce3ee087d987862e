package e2e

import (
	"fmt"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// TestShots draws every page in every mode at the widths of a handset and of a
// desktop into out/, one PNG each, for human eyes. make shots asks for it; with
// HUITONG_SHOTS=desk it leaves out what is published and draws the way of a case alone.
func TestShots(t *testing.T) {
	if os.Getenv("HUITONG_SHOTS") == "" {
		return
	}
	if err := os.RemoveAll("out"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { writeSheet(t, "out") })
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

// writeSheet puts all pictures below dir on one page, its index.html: a row for each page, a
// column for each mode and width, small, each leading to the picture itself.
func writeSheet(tb testing.TB, dir string) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.png"))
	if err != nil {
		tb.Fatal(err)
	}
	rows, columns := map[string]map[string]string{}, map[string]bool{}
	var order []string
	for _, file := range files {
		column := filepath.Base(filepath.Dir(file))
		_, name, _ := strings.Cut(filepath.Base(file), "-") // its number differs between modes
		if rows[name] == nil {
			rows[name] = map[string]string{}
			order = append(order, name)
		}
		rows[name][column] = filepath.ToSlash(filepath.Join(column, filepath.Base(file)))
		columns[column] = true
	}
	var b strings.Builder
	b.WriteString(`<!doctype html><meta charset="utf-8"><title>Pictures</title><style>
body { font-family: sans-serif; background: #ddd; } td, th { vertical-align: top; padding: 4px; text-align: start; }
thead th { position: sticky; top: 0; background: #ddd; } a { display: block; max-height: 700px; overflow: hidden; } img { width: 300px; }
img[src*="360"] { width: 180px; }</style><table><thead><tr><th>page`)
	sorted := slices.Sorted(maps.Keys(columns))
	for _, column := range sorted {
		b.WriteString("<th>" + html.EscapeString(column))
	}
	b.WriteString("</thead>\n")
	for _, name := range order {
		b.WriteString("<tr><th>" + html.EscapeString(strings.TrimSuffix(name, ".png")))
		for _, column := range sorted {
			b.WriteString("<td>")
			if file := html.EscapeString(rows[name][column]); file != "" {
				b.WriteString(`<a href="` + file + `"><img loading="lazy" src="` + file + `" alt=""></a>`)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("</table>\n")
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(b.String()), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// TestSheet wants every picture on the sheet, those of one page in one row.
func TestSheet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"elder-360/01-home.png", "elder-360/02-ask.png", "standard-360/07-home.png"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	writeSheet(t, dir)
	b, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	row := strings.Split(string(b), "<tr>")[2]
	if !strings.Contains(row, "elder-360/01-home.png") || !strings.Contains(row, "standard-360/07-home.png") || strings.Contains(row, "ask") {
		t.Errorf("the row of home is %q", row)
	}
	if got := strings.Count(string(b), "<img"); got != 3 {
		t.Errorf("%d pictures on the sheet; want 3", got)
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
	if os.Getenv("HUITONG_SHOTS") != "desk" {
		a.published()
	}
	a.arrived = func() { a.shoot("way" + a.where()) }
	a.draws(officer)
	officer.open("/?mode=" + officer.mode)
	wholeWay(a.visitor, officer)
	a.afterwards()
	a.together()
	a.tab = newTab(a.TB, a.site, a.device)
	w := newWalk(a.TB, a.site, a.visitor, officer)
	for _, v := range w.everybody() {
		if v != a.visitor {
			v.mode = a.mode
			v.device.width, v.device.height = a.device.width, a.device.height
			v.resize(v.device.width, v.device.height)
			v.open("/?mode=" + a.mode)
			a.draws(v)
		}
	}
	for _, step := range w.steps() {
		step.do()
	}
	a.translated()
}

// translated draws the main pages in the two other languages.
func (a *album) translated() {
	a.Helper()
	a.tab = newTab(a.TB, a.site, a.device)
	for _, prefix := range []string{"/zh-hant", "/en"} {
		a.open(prefix + "/?mode=" + a.mode)
		for _, path := range []string{"/", "/policies", "/policies/" + journeySlug, "/search", "/ask", "/check/all", "/apply/" + journeySlug, "/track", "/report", "/help"} {
			a.open(prefix + path)
			a.shoot("page" + prefix + path)
		}
	}
}

// published draws all pages that links lead to, and each kind of answer.
func (a *album) published() {
	a.Helper()
	pages := crawl(a.TB, a.site, "standard", "")
	if a.mode != "standard" { // of what it divides into many, one of each kind
		pages = append(pages, ownKinds(pages, crawl(a.TB, a.site, a.mode, ""))...)
	}
	for _, path := range pages {
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
}

// draws has the pages of somebody else drawn as well.
func (a *album) draws(v *visitor) {
	v.arrived = func() {
		family := a.tab
		a.tab = v.tab
		a.shoot("desk" + v.where())
		a.tab = family
	}
}

// afterwards visits what a family sees once it has been decided.
func (a *album) afterwards() {
	a.Helper()
	for _, path := range []string{"/track/decision", "/track/data"} {
		a.goTo(path)
	}
	a.goTo("/track/notify")
	a.failing(422, func() { a.to(`main form[action^="/track/notify"] button:not([type="button"])`) })
	a.goTo("/track/status")
	a.to(`main form[action^="/track/again"] button:not([type="button"])`)
}

// together begins a household with two policies, fills it in and looks at its review.
func (a *album) together() {
	a.Helper()
	a.tab = newTab(a.TB, a.site, a.device)
	a.open("/household/new?mode=" + a.mode)
	a.arrived()
	a.keepOnly(journeySlug, "medical-insurance-relief")
	a.beginTogether()
	a.fillHousehold()
	a.to(`main a[href^="/household/remove"]`)
	a.to(`main .form__buttons a`) // keeps it
	a.to(`main a[href^="/household/review"]`)
	a.readOver("")
	a.press(`main label[for="` + look[string](a.tab, "idOf", `main input[type="checkbox"]`) + `"]`)
	a.to(`main form button.button--chief`)
}
