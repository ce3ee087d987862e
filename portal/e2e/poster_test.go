package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/page"

	"huitong/portal/qrtest"
)

// paperSize matches how large a page of a PDF file is, in points.
var paperSize = regexp.MustCompile(`/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]`)

// printed is one printed sheet, in millimetres.
type printed struct {
	Over []string // what reaches over its margin
	QR   float64  // width of the code
}

// hangsPosters has the director print what hangs in the village: both posters and the card.
// Each is one whole sheet of its paper; its code can be read, and leads where the link does.
func (w *walk) hangsPosters() {
	v := w.director
	v.goTo("/staff")
	v.chooses("/staff/share")
	v.to(`main button[value="policy.` + journeySlug + `"]`)
	kit, _, _ := strings.Cut(v.where(), "?")
	link := look[string](v.tab, "value", "#kit-address")
	v.press(`main label[for="kit-name"]`)
	v.to(`main button[value="a4"]`)
	for _, one := range []struct {
		path, article string
		wide, high    float64
		code          float64 // at least
		says          []string
	}{
		{kit + "/poster?size=a4&name=1", ".poster", 210, 297, 60, []string{"12345", directorName, "迎阳社区", link}},
		{kit + "/poster?size=a3&name=1", ".poster", 297, 420, 85, []string{"12345", directorName, "迎阳社区", link}},
		{kit + "/poster?size=a4&name=1&mode=elder", ".poster", 210, 297, 60, []string{"12345", directorName}},
		{strings.TrimPrefix(link, v.site.url) + "/card?mode=standard", ".card-sheet", 210, 297, 30, []string{"12345", link}},
	} {
		v.open(one.path)
		v.isSheet(one.path, one.wide, one.high)
		v.onPaper(func() {
			got := look[printed](v.tab, "onSheet", one.article)
			if len(got.Over) > 0 || got.QR < one.code {
				v.Errorf("%s: over the margin: %q; a code of %.0f mm; want nothing, and %.0f", one.path, got.Over, got.QR, one.code)
			}
			text := look[string](v.tab, "text", one.article)
			for _, want := range one.says {
				if !strings.Contains(text, want) {
					v.Errorf("%s does not say %q:\n%s", one.path, want, text)
				}
			}
			if read := v.readCode(one.article + " .qr"); read != link {
				v.Errorf("%s: its code says %q; want %q", one.path, read, link)
			}
		})
	}
	v.postersFit(kit)
	v.open("/?mode=" + v.mode) // the card's link has changed it
}

// isSheet prints the open page, which must be one sheet of that many millimetres.
func (v *visitor) isSheet(path string, wide, high float64) {
	v.Helper()
	pdf := v.print()
	keepPaper(v, strings.NewReplacer("?", "-", "&", "-", "=", "-").Replace(path), pdf)
	if got := len(sheet.FindAll(pdf, -1)); got != 1 {
		v.Errorf("%s prints on %d sheets; want 1", path, got)
	}
	found := paperSize.FindSubmatch(pdf)
	if found == nil {
		v.Fatalf("%s: the PDF names no size", path)
	}
	for i, want := range []float64{wide, high} {
		points, err := strconv.ParseFloat(string(found[i+1]), 64)
		if got := points / 72 * 25.4; err != nil || math.Abs(got-want) > 0.5 {
			v.Errorf("%s: a side of %.1f mm, %v; want %.0f", path, got, err, want)
		}
	}
}

// onPaper looks at the open page as it is printed.
func (v *visitor) onPaper(look func()) {
	v.Helper()
	v.shows("print")
	defer v.shows("")
	look()
}

// readCode reads a QR code from its pictures, as a phone's camera would, which comes nearer
// until it can: a sheet of paper may be wider than the window.
func (v *visitor) readCode(selector string) (read string) {
	v.Helper()
	err := errors.New("nothing was looked at")
	for scale := 2.0; err != nil && scale <= 4; scale++ {
		read, err = qrtest.Read(v.pictureOf(selector, scale))
	}
	if err != nil {
		v.Fatalf("the code at %s: %v", v.where(), err)
	}
	return read
}

// pictureOf draws an element with a white margin, so many times as large.
func (v *visitor) pictureOf(selector string, scale float64) image.Image {
	v.Helper()
	at := evaluate[page.Viewport](v.tab, fmt.Sprintf(`(() => {
		const r = document.querySelector(%q).getBoundingClientRect();
		return { x: r.x + scrollX, y: r.y + scrollY, width: r.width, height: r.height, scale: %v };
	})()`, selector, scale))
	shot := call(v.tab, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng, Clip: &at, CaptureBeyondViewport: new(true)})
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		v.Fatal(err)
	}
	const margin = 20
	out := image.NewGray(picture.Bounds().Inset(-margin))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, picture.Bounds(), picture, image.Point{}, draw.Src)
	return out
}

// postersFit lays the posters of all policies and of the longest questions out on the page
// that is open, in two languages, and wants nothing over the margin.
func (v *visitor) postersFit(kit string) {
	v.Helper()
	v.open(kit + "/poster?size=a4")
	v.onPaper(func() {
		look[printed](v.tab, "onSheet", ".poster") // loads the eyes
		over := evaluate[[]string](v.tab, `(async () => {
			const read = async (path, form) => new DOMParser().parseFromString(await (await fetch(path, form && { method: "POST", body: new URLSearchParams(form) })).text(), "text/html");
			const targets = (d) => [...d.querySelectorAll('main [name="target"]')].map((b) => ({ target: b.value, long: b.textContent.length }));
			const out = [];
			let laid = 0;
			for (const prefix of ["", "/en"]) {
				const all = await read(prefix + "/staff/share"), _csrf = all.querySelector('main [name="_csrf"]').value, asked = [];
				const lay = async (target) => {
					const kit = await read(prefix + "/staff/share", { _csrf, target });
					const poster = await read(kit.querySelector('form[action*="/poster"]').getAttribute("action") + "?size=a4&name=1");
					document.querySelector(".poster").replaceWith(document.importNode(poster.querySelector(".poster"), true));
					const { Over } = eyes.onSheet(".poster");
					if (Over.length) out.push(prefix + " " + target + ": " + Over.join(" | "));
					laid++;
					asked.push(...targets(kit).filter((t) => t.target.startsWith("question.")));
				};
				for (const { target } of targets(all)) await lay(target);
				for (const { target } of asked.sort((a, b) => b.long - a.long).slice(0, 8)) await lay(target);
			}
			return laid < 30 ? ["only " + laid + " posters"] : out;
		})()`)
		for _, one := range over {
			v.Errorf("a poster does not fit: %s", one)
		}
	})
}
