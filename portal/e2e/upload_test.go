package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// TestUpload adds photos on a handset, with scripts and without, in the standard and
// in elder mode: several at once, a wrong one, another in place of one, one removed.
func TestUpload(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, mode string
		device     device
	}{
		{"standard", "standard", handset},
		{"elder", "elder", handset},
		{"accessible", "accessible", handset},
		{"standard without scripts", "standard", device{width: 360, height: 740, touch: true, noScripts: true}},
		{"elder without scripts", "elder", device{width: 360, height: 740, touch: true, noScripts: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := newVisitor(t, startSite(t), tt.device, tt.mode)
			v.arriveAtHome()
			v.begins()
			for !v.atPapers() {
				v.answerAll()
				v.to(`main form .form__buttons button`)
			}
			v.givePapers(func() {
				v.uploadPhotos()
				if tt.name == "accessible" {
					v.refusedInPinyin()
				}
			})
			v.at("/apply/" + journeySlug + "/review")
			v.readOver("main .paper-list")
			v.sees("已传2个文件")
			if n := v.count("main .paper-list img"); n != 2 {
				t.Errorf("the review shows %d pictures; want 2", n)
			}
		})
	}
}

func (v *visitor) uploadPhotos() {
	v.Helper()
	dir := v.TempDir()
	input := `main #f-document-household-register`
	mended := func() int {
		return evaluate[int](v.tab, `[...document.querySelectorAll(".error-summary a")].filter((a) => document.querySelector("#household-register").contains(document.getElementById(a.hash.slice(1)))).length`)
	}
	v.failing(422, func() { v.to(`main form > .form__buttons button`) })
	if mended() != 1 {
		v.Errorf("%d lines of the summary lead to the missing paper; want 1", mended())
	}
	v.upload("household-register", input, photoFile(v, dir, "one.jpg", 1600, 1200), photoFile(v, dir, "two.jpg", 900, 1200))
	v.until("both photos are there", func() bool { return v.count("#household-register .file-list__picture") == 2 })
	v.until("nothing is said to be wrong with it", func() bool { return mended() == 0 })
	v.arrived()

	wrong := filepath.Join(dir, "photo.jpg") // by name
	if err := os.WriteFile(wrong, []byte("this is no photo"), 0o600); err != nil {
		v.Fatal(err)
	}
	v.tolerate(422)
	v.failing(422, func() { v.upload("household-register", input, wrong) })
	v.until("the error is there", func() bool { return v.count("#household-register .upload__errors") == 1 })
	v.sees("不是照片，也不是PDF")
	if v.count("#household-register .file-list__picture") != 2 {
		v.Error("the photos that were there are gone")
	}
	v.arrived()

	v.press("#household-register .file-list__item:first-child summary")
	before := look[string](v.tab, "idOf", "#household-register .file-list__item:first-child .upload__input")
	v.upload("household-register", "#"+before, photoFile(v, dir, "three.jpg", 640, 480))
	v.until("another is in its place", func() bool {
		return v.count("#household-register .file-list__picture") == 2 && v.count("#household-register .upload__errors") == 0 &&
			!evaluate[bool](v.tab, `!!document.querySelector("#`+before+`")`)
	})

	remove := `#household-register .file-list__item:last-child button[name="-remove"]`
	if v.device.noScripts {
		v.to(remove)
	} else {
		v.press(remove)
	}
	v.until("one is gone", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	v.upload("household-register", input, photoFile(v, dir, "four.jpg", 1200, 900))
	v.until("two are there again", func() bool { return v.count("#household-register .file-list__picture") == 2 })
	v.until("the pictures are drawn", func() bool {
		return evaluate[bool](v.tab, `[...document.querySelectorAll(".file-list__picture")].every((i) => (i.scrollIntoView(), i.complete && i.naturalWidth > 0))`)
	})
	v.arrived()
}

// refusedInPinyin has a file refused on a page with pinyin: what is wrong is told in the
// characters alone, not in both as one word.
func (v *visitor) refusedInPinyin() {
	v.Helper()
	page := "/apply/" + journeySlug + "/documents"
	v.open(page + "?mode=accessible.pinyin")
	wrong := filepath.Join(v.TempDir(), "photo.jpg") // by name
	if err := os.WriteFile(wrong, []byte("this is no photo"), 0o600); err != nil {
		v.Fatal(err)
	}
	v.failing(422, func() { v.upload("household-register", "main #f-document-household-register", wrong) })
	v.until("the error is there", func() bool { return v.count("#household-register .upload__errors") == 1 })
	told := evaluate[string](v.tab, `document.querySelector("#household-register .upload__errors").textContent`)
	if !strings.Contains(told, "不是照片，也不是PDF") || strings.ContainsAny(told, "àáèéìíòóùú") {
		v.Errorf("what is wrong is told as %q", told)
	}
	v.open(page + "?mode=accessible.reset")
}

// atPapers reports whether the page asks for documents: for all, or in elder mode for one.
func (v *visitor) atPapers() bool { return strings.Contains(v.where(), "/documents") }

// givePapers goes through the documents: photos of the household register, whatever else
// on paper.
func (v *visitor) givePapers(photos func()) {
	v.Helper()
	for v.atPapers() {
		if v.count("#household-register") == 1 {
			photos()
		}
		v.bringOnPaper("household-register")
		v.to(`main form > .form__buttons button`)
	}
}

// upload chooses files and, where no script does it, sends them.
func (v *visitor) upload(section, input string, files ...string) {
	v.Helper()
	v.chooseFiles(strings.TrimPrefix(input, "main "), files...)
	if v.device.noScripts {
		v.follow("#" + section + " .upload__send")
	}
}

// chooseFiles chooses files and sends nothing.
func (v *visitor) chooseFiles(input string, files ...string) {
	v.Helper()
	found := call(v.tab, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf("document.querySelector(%q)", input)})
	call(v.tab, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: found.Result.ObjectID})
}

// bringOnPaper ticks that every document but one comes on paper.
func (v *visitor) bringOnPaper(but string) {
	v.Helper()
	for _, id := range evaluate[[]string](v.tab, `[...document.querySelectorAll('main [name="paper"]')].map((e) => e.id).filter((id) => id !== "p-`+but+`")`) {
		if !look[bool](v.tab, "checked", "#"+id) {
			v.press(`main label[for="` + id + `"]`)
		}
	}
}

// TestUploadAcrossABrokenConnection loses the server while a photo is to be sent: the
// page says so, goes on by itself, and there is one photo in the end.
func TestUploadAcrossABrokenConnection(t *testing.T) {
	t.Parallel()
	s := startSite(t)
	v := newVisitor(t, s, handset, "standard")
	v.arriveAtHome()
	v.begins()
	for !strings.HasSuffix(v.where(), "/documents") {
		v.answerAll()
		v.to(`main form .form__buttons button`)
	}
	v.setOffline(true)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	v.upload("household-register", "main #f-document-household-register", photoFile(v, t.TempDir(), "one.jpg", 1600, 1200))
	v.until("it says that the connection is broken", func() bool {
		return strings.Contains(look[string](v.tab, "text", "#household-register .upload__words"), "网络断了") &&
			strings.Contains(evaluate[string](v.tab, `document.querySelector("[data-upload-heard]").textContent`), "网络断了")
	})
	if err := s.restart(); err != nil {
		t.Fatal(err)
	}
	v.setOffline(false)
	v.until("the photo is there", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	v.until("a screen reader hears that it is done", func() bool {
		return evaluate[string](v.tab, `document.querySelector("[data-upload-heard]").textContent`) == "传好了。"
	})
}

// photoFile writes a photo with some grain, as from a camera.
func photoFile(v *visitor, dir, name string, width, height int) string {
	v.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := uint8(170 + (x/80+y/60)%2*50 + rand.IntN(20))
			img.SetRGBA(x, y, color.RGBA{shade, shade, shade - 30, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		v.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		v.Fatal(err)
	}
	return path
}

// slowLine is a village's network.
var slowLine = network.Conditions{Latency: 50, UploadThroughput: 400_000, DownloadThroughput: 1_000_000}

// fullLine has no bounds.
var fullLine = network.Conditions{UploadThroughput: -1, DownloadThroughput: -1}

// cutsLine breaks the connection in the middle of what the page sends.
func (v *visitor) cutsLine() {
	v.Helper()
	v.setOffline(true)
	v.setLine(network.Conditions{Offline: true, UploadThroughput: -1, DownloadThroughput: -1})
}

// setLine makes the page's connection a slow one, or cuts it in the middle of what it sends.
func (t *tab) setLine(how network.Conditions) {
	t.Helper()
	call(t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{&how}})
}

// TestUploadGoesOnAfterReload cuts a village's slow line in the middle of a photo of some
// megabytes, and leaves the page: when it is opened again, the photo goes on by itself where
// it stopped, which a screen reader hears.
func TestUploadGoesOnAfterReload(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, startSite(t), handset, "standard")
	v.beginsToSend()
	v.cutsLine()
	v.until("it says that the connection is broken", func() bool {
		return strings.Contains(evaluate[string](v.tab, `document.querySelector("[data-upload-heard]").textContent`), "网络断了")
	})
	v.setOffline(false)
	v.setLine(slowLine)
	v.open("/apply/" + journeySlug)
	v.open("/apply/" + journeySlug + "/documents")
	went := regexp.MustCompile(`接着上次的地方传，已经有(\d+)%`)
	at := 0
	v.until("it goes on where it stopped", func() bool {
		m := went.FindStringSubmatch(evaluate[string](v.tab, `document.querySelector("[data-upload-heard]").textContent`))
		if m == nil {
			return false
		}
		at, _ = strconv.Atoi(m[1])
		return true
	})
	if at == 0 {
		t.Error("it begins anew")
	}
	v.setLine(fullLine)
	v.until("the photo is there", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	v.until("nothing is kept in the browser", func() bool { return v.unsentPhotos() == 0 })
}

// beginsToSend fills an application in as far as its documents, and has sent a quarter of
// a large photo on a slow line.
func (v *visitor) beginsToSend() {
	v.Helper()
	v.beginsPapers()
	v.setLine(slowLine)
	v.upload("household-register", "main #f-document-household-register", photoFile(v, v.TempDir(), "one.jpg", 4000, 3000))
	v.until("some of it is there", func() bool {
		return evaluate[int](v.tab, `document.querySelector("#household-register .upload__bar")?.value ?? 0`) >= 25
	})
}

// beginsPapers fills an application in as far as its documents.
func (v *visitor) beginsPapers() {
	v.Helper()
	v.arriveAtHome()
	v.begins()
	for !v.atPapers() {
		v.answerAll()
		v.to(`main form .form__buttons button`)
	}
}

// unsentPhotos counts the photos that the browser keeps until they are sent.
func (v *visitor) unsentPhotos() int {
	v.Helper()
	return evaluate[int](v.tab, `new Promise((done) => {
		const open = indexedDB.open("huitong-uploads");
		open.onsuccess = () => { const all = open.result.transaction("files").objectStore("files").count(); all.onsuccess = () => { open.result.close(); done(all.result); }; };
	})`)
}

// TestUploadStaysWithItsFamily has a family leave a phone in the middle of a photo, and
// another one apply for the same on it: the photo is not sent to the other's application.
func TestUploadStaysWithItsFamily(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, startSite(t), handset, "standard")
	v.beginsToSend()
	v.cutsLine()
	v.until("a photo is kept", func() bool { return v.unsentPhotos() == 1 })
	v.setOffline(false)
	v.setLine(fullLine)
	call(v.tab, network.ClearBrowserCookies, cdp.Empty{})
	v.open("/?mode=standard")
	v.beginsPapers()
	v.chooseFiles("#f-document-household-register", photoFile(v, t.TempDir(), "own.jpg", 400, 300))
	v.until("the own photo is there", func() bool {
		return evaluate[string](v.tab, `document.querySelector("[data-upload-heard]").textContent`) == "传好了。"
	})
	// Photos are sent one after the other, and those that were left first.
	if shown, kept := v.count("#household-register .file-list__picture"), v.unsentPhotos(); shown != 1 || kept != 1 {
		t.Errorf("%d photos are sent and %d kept; want the own one, and that of the other family kept", shown, kept)
	}
}

// TestUploadFromAnOldPage sends a photo from a page that a phone kept longer than its cookies:
// it arrives without having to be chosen again.
func TestUploadFromAnOldPage(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, startSite(t), handset, "standard")
	v.beginsPapers()
	v.loseCookies(func(name string) bool { return strings.HasSuffix(name, "csrf") })
	v.tolerate(403)
	v.failing(403, func() {
		v.upload("household-register", "main #f-document-household-register", photoFile(v, t.TempDir(), "one.jpg", 2400, 1800))
		v.until("the photo is there", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	})
	v.until("nothing is kept in the browser", func() bool { return v.unsentPhotos() == 0 })
}

// TestUploadOfAForgottenApplication sends a photo after the browser has forgotten the
// application: it says so, and the photo goes on by itself once number and code are given.
func TestUploadOfAForgottenApplication(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, startSite(t), handset, "standard")
	v.beginsPapers()
	p := v.receipt()
	v.loseCookies(func(name string) bool { return !strings.HasSuffix(name, "mode") })
	v.tolerate(403)
	v.upload("household-register", "main #f-document-household-register", photoFile(v, t.TempDir(), "one.jpg", 2400, 1800))
	v.until("it says that nothing was done", func() bool {
		return strings.Contains(v.where(), "/track") && strings.Contains(look[string](v.tab, "text", "main"), "刚才那一步没有做成")
	})
	v.fill("number", p.number)
	v.fill("code", p.code)
	v.to(`main form[action^="/track"] button:not([type="button"])`)
	v.goTo("/apply/" + journeySlug + "/documents")
	v.until("the photo is there", func() bool { return v.count("#household-register .file-list__picture") == 1 })
	v.until("nothing is kept in the browser", func() bool { return v.unsentPhotos() == 0 })
}

// loseCookies deletes some of the browser's cookies, whatever page is open.
func (v *visitor) loseCookies(which func(name string) bool) {
	v.Helper()
	got := call(v.tab, network.GetCookies, network.GetCookiesParams{})
	for _, c := range got.Cookies {
		if which(c.Name) {
			call(v.tab, network.DeleteCookies, network.DeleteCookiesParams{Name: c.Name, URL: v.site.url})
		}
	}
}
