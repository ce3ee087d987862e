package e2e

import (
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

//go:embed testdata/voices.js
var voices string

// Browsers as they are: without voices and ears, as inside chat programs, and one
// whose sounds a test can hold.
const (
	mute    = `delete window.speechSynthesis; delete Window.prototype.speechSynthesis; Object.defineProperty(window, "speechSynthesis", { value: undefined }); window.SpeechRecognition = window.webkitSpeechRecognition = undefined;`
	audible = `window.Audio = class extends Audio { constructor(source) { super(source); window.played = this; } };`
)

const heardPage = "/policies/basic-living-allowance"

// heardAt is where the amount is read: elder mode has one part a page.
func heardAt(mode string) string {
	if mode == "elder" {
		return heardPage + "/part/amount"
	}
	return heardPage
}

// before has the script run in every page of the tab before the page's own.
func (t *tab) before(script string) {
	t.Helper()
	call(t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

func (t *tab) holds(what, script string) {
	t.Helper()
	t.until(what, func() bool { return evaluate[bool](t, "Boolean("+script+")") })
}

// TestListenWithoutScripts follows the links of a policy and of an answer.
func TestListenWithoutScripts(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		b := newTab(t, suite.site, device{width: 360, height: 740, touch: true, noScripts: true})
		b.open("/ask?mode=" + mode)
		b.ask("孤儿补贴一个月多少钱？")
		b.inspect(mode, 360, 320)
		b.listensAt(".chat .listen__link", 2)
		b.open(heardAt(mode))
		b.inspect(mode, 360, 320)
		b.listensAt("#amount ~ .listen .listen__link", 2)
		// A question is played on its page: following a link would lose what was answered.
		b.open("/check/basic-living-allowance")
		if evaluate[bool](b, `document.querySelector(".field .listen__sound").checkVisibility()`) {
			t.Errorf("mode %s: the players stand open", mode)
		}
		b.press(".field .listen__open")
		b.holds("the players show", `document.querySelector(".field .listen__sound").checkVisibility()`)
		b.inspect(mode, 360, 320)
		b.listensAt(".field .listen__sound", 2)
		b.open(heardAt(mode))
		if got := evaluate[int](b, `document.querySelectorAll(".dictate, .player, .listen__play").length`); got < 3 {
			t.Errorf("mode %s: the page lacks what scripts show", mode)
		}
		for _, hidden := range []string{".player", ".listen__play"} {
			if evaluate[bool](b, fmt.Sprintf(`document.querySelector(%q).checkVisibility({ visibilityProperty: true })`, hidden)) {
				t.Errorf("mode %s: %s shows without scripts", mode, hidden)
			}
		}
	}
}

// listensAt loads the sounds that links of the page lead to.
func (t *tab) listensAt(selector string, want int) {
	t.Helper()
	links := evaluate[[]string](t, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((e) => e.href ?? e.src)`, selector))
	if len(links) != want {
		t.Fatalf("%s: sounds %v; want %d", t.where(), links, want)
	}
	for _, link := range links {
		resp, err := http.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || len(body) < 20_000 || string(body[:4]) != "RIFF" {
			t.Errorf("%s: status %d, %d bytes, %v", link, resp.StatusCode, len(body), err)
		}
	}
}

// TestListenByServer plays the server's sound in a browser without voices.
func TestListenByServer(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		b := newTab(t, suite.site, handset)
		b.before(mute + audible)
		b.open(heardAt(mode) + "?mode=" + mode)
		b.press("#amount ~ .listen .listen__play")
		b.holds("the sound is heard", `window.played?.currentTime > 0.2`)
		if source := evaluate[string](b, "played.src"); !strings.HasSuffix(source, "/amount.cmn.wav") {
			t.Errorf("plays %s", source)
		}
		if seconds := evaluate[float64](b, "played.duration"); seconds < 5 {
			t.Errorf("the sound lasts %v s", seconds)
		}
		b.marksSentences()
		b.inspect(mode, 360, 320)
		b.press(`[data-speech="pause"]`)
		b.holds("it pauses, its sentence marked", `played.paused && CSS.highlights.get("reading")?.size === 1`)
		b.press(`[data-speech="pause"]`)
		b.holds("it goes on", "!played.paused")
		evaluate[*bool](b, `const v = document.querySelector('[data-speech="voice"]'); v.value = "yue"; v.dispatchEvent(new Event("change")); null`)
		b.holds("the other voice speaks", `played.src.endsWith("/amount.yue.wav") && played.currentTime > 0.2`)
		b.press(`[data-speech="stop"]`)
		b.holds("it stops", `played.paused && !CSS.highlights.has("reading") && !document.querySelector(".player").checkVisibility({ visibilityProperty: true })`)
		if !evaluate[bool](b, `document.activeElement.matches("#amount ~ .listen .listen__play")`) {
			t.Error("the focus is lost when reading ends")
		}
		if mode == "accessible" {
			b.readPartsFromHere()
		}
	}
}

// readingNow is the text that is marked as being read.
const readingNow = `[...CSS.highlights.get("reading") ?? []].map((range) => range.toString()).join("")`

// marksSentences follows the sound through the text: the heading is marked when it
// begins, and later one sentence of the text, never all of it.
func (t *tab) marksSentences() {
	t.Helper()
	evaluate[*bool](t, `played.pause(); played.currentTime = 0; played.dispatchEvent(new Event("timeupdate")); null`)
	t.holds("the heading is marked", readingNow+` === document.querySelector("#amount").innerText.trim()`)
	evaluate[*bool](t, `played.currentTime = played.duration - 0.6; played.dispatchEvent(new Event("timeupdate")); null`)
	t.holds("the last sentence alone is marked", `((words) => words.length > 4 && words.length < 80 && words !== document.querySelector("#amount").innerText.trim())(`+readingNow+")")
	evaluate[*bool](t, `played.currentTime = 0; played.play(); null`)
}

// readPartsFromHere has the tools of the accessible mode read the page without a voice of
// the browser: the server's sounds one after the other, the part marked that is heard.
func (t *tab) readPartsFromHere() {
	t.Helper()
	marked := func(words string) string {
		return fmt.Sprintf(`[...CSS.highlights.get("reading") ?? []].some((range) => range.toString().includes(%q))`, words)
	}
	t.open(heardPage)
	if evaluate[bool](t, `document.querySelector('[data-key="P"]').checkVisibility({ visibilityProperty: true })`) {
		t.Error("pointed reading is offered without a voice")
	}
	t.press(`[data-tool="read"]`)
	t.holds("the first part is heard and its sentence marked", `window.played?.currentTime > 0 && played.src.endsWith("/summary.cmn.wav") && `+marked("生活费")+" && "+readingNow+".length < 60")
	t.press(`[data-tool="read"]`)
	t.holds("it pauses, and is still marked", "played.paused && "+marked("生活费"))
	t.press(`[data-tool="read"]`)
	t.holds("it goes on", "!played.paused")
	evaluate[*bool](t, `const r = document.querySelector('[data-tool="rate"]'); r.value = "1.3"; r.dispatchEvent(new Event("change")); null`)
	t.holds("faster", "played.playbackRate === 1.3")
	evaluate[*bool](t, `played.dispatchEvent(new Event("ended")); null`)
	t.holds("the next part follows", `!played.src.endsWith("/summary.cmn.wav") && !played.paused && played.playbackRate === 1.3`)
	if evaluate[bool](t, marked("申请，不公示")) {
		t.Error("two parts are marked")
	}
	t.press(`[data-tool="stop"]`)
	t.holds("it stops and nothing is marked", `played.paused && !CSS.highlights.has("reading") && !document.querySelector('[data-tool="stop"]').checkVisibility()`)
	evaluate[*bool](t, `const words = document.querySelector("#amount ~ [data-heard]"); getSelection().collapse(words, 0); null`)
	t.press(`[data-tool="read"]`)
	t.holds("it begins where one is", `played.src.endsWith("/amount.cmn.wav") && `+marked("1578"))
	t.press(`[data-tool="stop"]`)
}

// TestListenByBrowser has the browser's own voices read a section and an answer.
func TestListenByBrowser(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		b := newTab(t, suite.site, handset)
		b.before(voices)
		b.open(heardAt(mode) + "?mode=" + mode)
		if evaluate[int](b, "asked.said.length") != 0 {
			t.Error("the page speaks before anybody asks")
		}
		b.press("#amount ~ .listen .listen__play")
		b.holds("the heading is said", `asked.said[0]?.text.startsWith(document.querySelector("#amount").innerText) && asked.said[0].lang === "zh-CN"`)
		for range 200 {
			if evaluate[bool](b, "speechSynthesis.current === null || speechSynthesis.current === undefined") {
				break
			}
			evaluate[*bool](b, "speechSynthesis.finish(); null")
		}
		said := evaluate[string](b, `asked.said.map((s) => s.text).join("")`)
		for _, want := range []string{"一千五百七十八元每人每月", "幺二三四五"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not said in %q", want, said)
			}
		}
		if evaluate[bool](b, `document.querySelector(".player").checkVisibility({ visibilityProperty: true })`) {
			t.Error("the player stays when all is said")
		}
		if mode == "elder" {
			b.readByBar()
		} else {
			b.readWhole()
		}
		b.answerAloud(mode)
	}
}

// readByBar has the bar of elder mode read the page, and stop.
func (t *tab) readByBar() {
	t.Helper()
	t.press(`[data-bar="listen"]`)
	t.holds("the page is read", `speechSynthesis.current?.text.includes(document.querySelector(".part__of").innerText)`)
	t.press(`[data-bar="listen"]`)
	t.holds("pressed again, it stops", `!speechSynthesis.current && !asked.together`)
}

// readWhole presses one text and then another, and has the page read one text after
// the other: never two at once.
func (t *tab) readWhole() {
	t.Helper()
	t.press("#amount ~ .listen .listen__play")
	t.press("#who ~ .listen .listen__play")
	t.holds("the second is said, not the first", `speechSynthesis.current?.text.startsWith(document.querySelector("#who").innerText)`)
	t.press(`[data-module="speech-page"] button`)
	t.holds("the page is read from its beginning", `document.querySelector('[data-module="speech-page"] button').ariaPressed === "true" && document.querySelector('[data-module="speech"] .listen__play').ariaPressed === "true" && speechSynthesis.current`)
	for range 60 {
		if evaluate[bool](t, `document.querySelector('[data-module="speech"] .listen__play').ariaPressed === "false"`) {
			break
		}
		evaluate[*bool](t, "speechSynthesis.current && speechSynthesis.finish(); null")
	}
	t.holds("the next text follows", `document.querySelectorAll('[data-module="speech"] .listen__play')[1].ariaPressed === "true"`)
	t.press(`[data-module="speech-page"] button`)
	t.holds("pressed again, it stops", `!speechSynthesis.current && !asked.together`)
}

func (t *tab) answerAloud(mode string) {
	t.Helper()
	t.open("/ask")
	t.ask("孤儿补贴一个月多少钱？")
	t.press(".chat .listen__play")
	t.holds("the answer is said", `asked.said[0]?.text.includes("一千五百七十八")`)
	t.inspect(mode, 360, 320)
	evaluate[*bool](t, `const r = document.querySelector('[data-speech="rate"]'); r.value = "0.75"; r.dispatchEvent(new Event("change")); null`)
	t.holds("slower", `asked.said.at(-1).rate === 0.75`)
	evaluate[*bool](t, `const v = document.querySelector('[data-speech="voice"]'); v.value = "yue"; v.dispatchEvent(new Event("change")); null`)
	t.holds("in Cantonese", `asked.said.at(-1).lang === "zh-HK"`)
	evaluate[*bool](t, "speechSynthesis.finish(); null")
	t.press(`[data-speech="pause"]`)
	before := evaluate[string](t, "asked.said.at(-1).text")
	t.press(`[data-speech="pause"]`)
	t.holds("it goes on with the same sentence", fmt.Sprintf("asked.said.at(-1).text === %q && asked.said.at(-2).text === %q", before, before))
	evaluate[*bool](t, "speechSynthesis.fail(); null")
	t.holds("the server's sound stands in", `asked.said.length > 0 && document.querySelector(".player").checkVisibility({ visibilityProperty: true })`)
	t.press(".chat .listen__play")
	t.holds("pressed again, it stops", `!document.querySelector(".player").checkVisibility({ visibilityProperty: true })`)
	// The choice holds on the next page.
	t.open(heardAt(mode))
	t.press("#amount ~ .listen .listen__play")
	t.holds("the voice is remembered", `asked.said[0]?.lang === "zh-HK" && asked.said[0].rate === 0.75`)
}

// TestNothingToHear wants no dead button where neither the browser nor the server
// has a voice.
func TestNothingToHear(t *testing.T) {
	t.Parallel()
	site := startSite(t, "--speech", "off")
	for _, script := range []string{mute, voices + "window.voicesKnown = false;"} {
		b := newTab(t, site, handset)
		b.before(script)
		b.open(heardPage)
		if evaluate[bool](b, `[...document.querySelectorAll(".listen__play, .listen__link, .player")].some((e) => e.checkVisibility({ visibilityProperty: true }))`) {
			t.Error("the page offers to read and cannot")
		}
		if strings.Contains(script, "voicesKnown") {
			// Some browsers learn their voices late.
			evaluate[*bool](b, `window.voicesKnown = true; speechSynthesis.dispatchEvent(new Event("voiceschanged")); null`)
			b.holds("the button shows", `document.querySelector("#amount ~ .listen .listen__play").checkVisibility({ visibilityProperty: true })`)
		}
	}
	b := newTab(t, site, device{width: 360, height: 740, touch: true, noScripts: true})
	b.open(heardPage)
	if evaluate[bool](b, `document.querySelector(".listen").checkVisibility({ visibilityProperty: true })`) {
		t.Error("an empty row shows without scripts")
	}
}

// TestDictate speaks a question, mends it and sends it by hand.
func TestDictate(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		b := newTab(t, suite.site, handset)
		b.before(voices)
		b.open("/ask?mode=" + mode)
		b.inspect(mode, 360, 320)
		if evaluate[int](b, "asked.heard.length") != 0 {
			t.Error("the page listens before anybody asks")
		}
		b.fill("question", "请问")
		b.press(".dictate button:nth-child(2)")
		b.holds("it listens for Cantonese", `asked.heard[0] === "yue-Hant-HK"`)
		b.holds("it says so", `document.querySelector("[data-dictate-status]").innerText.includes("正在听")`)
		evaluate[*bool](b, `ear.refuse("language-not-supported"); null`)
		b.holds("it tries the other name", `asked.heard[1] === "zh-HK"`)
		evaluate[*bool](b, `ear.hear("孤儿补贴"); ear.hear("孤儿补贴几多钱"); null`)
		b.press(".dictate button:nth-child(2)")
		b.holds("the words stand in the box, behind what was there", `document.querySelector("textarea").value === "请问孤儿补贴几多钱"`)
		b.at("/ask")
		if evaluate[bool](b, `document.querySelector(".chat__question") !== null`) {
			t.Error("the question was sent by itself")
		}
		b.press(".dictate button")
		evaluate[*bool](b, `ear.refuse("not-allowed"); null`)
		b.holds("it says that it may not", `document.querySelector("[data-dictate-status]").innerText.includes("话筒")`)
		b.answered(func() { b.press("main form.ask .form__buttons button") })
		b.sees("1578")
	}
	b := newTab(t, suite.site, handset)
	b.before(mute)
	b.open("/ask")
	if evaluate[bool](b, `document.querySelector(".dictate").checkVisibility({ visibilityProperty: true })`) {
		t.Error("a browser without ears shows the button")
	}
}

// TestSpeechMovesNothing wants pages to stand still while scripts find out what the
// browser can do.
func TestSpeechMovesNothing(t *testing.T) {
	t.Parallel()
	for _, script := range []string{voices, "null"} {
		for _, mode := range modes {
			for _, path := range []string{heardPage, heardPage + "#amount", "/ask"} {
				b := newTab(t, suite.site, handset)
				b.before(script + `; window.moved = 0; new PerformanceObserver((l) => { for (const e of l.getEntries()) window.moved += e.value; }).observe({ type: "layout-shift", buffered: true });`)
				path, fragment, _ := strings.Cut(path, "#")
				b.open(path + "?mode=" + mode + "#" + fragment)
				evaluate[bool](b, `new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 300))`)
				if moved := evaluate[float64](b, "window.moved"); moved > 0.01 {
					t.Errorf("%s#%s in mode %s moves by %.3f", path, fragment, mode, moved)
				}
			}
		}
	}
}
