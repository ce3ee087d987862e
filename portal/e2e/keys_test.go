package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
)

// TestJourneyByKeyboard goes from the home page over the checker to the receipt
// without a pointer. At each stop of the keyboard one sees where it is.
func TestJourneyByKeyboard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mode   string
		device device
	}{
		{"standard", desktop},
		{"accessible", desktop},
		{"elder", device{width: 360, height: 740}},
	} {
		t.Run(tt.mode, func(t *testing.T) {
			t.Parallel()
			// On a site of its own: who applies for a child a second time is asked about it.
			v := newVisitor(t, startSite(t), tt.device, tt.mode)
			v.open("/?mode=" + tt.mode)
			v.open("/") // from now on the cookie holds, and links are clean
			k := &typist{visitor: v}
			if tt.mode == "accessible" {
				k.asks()
			}
			k.applies()
		})
	}
}

// typist is a visitor with a keyboard and nothing else.
type typist struct{ *visitor }

// asks puts a question by Enter, which leaves the focus where the next one is written,
// goes back to the source of the answer, and home again.
func (k *typist) asks() {
	k.Helper()
	k.enter(`nav a[href^="/ask"]`)
	const box = `main textarea[name="question"]`
	k.comeTo(box, "Tab")
	call(k.tab, input.InsertText, input.InsertTextParams{Text: "孤儿补贴每个月多少钱？"})
	k.answered(func() { k.key("Enter") })
	k.sees("1578元")
	if !k.on(box) {
		k.Errorf("after an answer the focus is on %s; want the question", evaluate[string](k.tab, "document.activeElement.outerHTML.slice(0, 120)"))
	}
	k.comeTo(`main .chat__citations a`, "Shift+Tab")
	k.arrive(func() { k.key("Enter") })
	k.sees("1578元")
	k.enter(`.crumbs a[href="/"]`)
}

// comeTo presses a key until what matches the selector has the focus.
func (k *typist) comeTo(selector, key string) {
	k.Helper()
	for range maxStops {
		if k.stopAt(key); k.on(selector) {
			return
		}
	}
	k.Fatalf("%s: %s does not come to %s", k.where(), key, selector)
}

// applies goes from the home page to the receipt.
func (k *typist) applies() {
	k.Helper()
	k.enter(`:is(nav, main) a[href^="/check"]`)
	if k.mode == "elder" { // which has the kinds of help first
		k.enter(`main a[href^="/check/kind/allowance"]`)
	}
	k.enter(`main a[href^="/check/` + journeySlug + `"]`)
	for k.count("main .verdict") == 0 {
		k.answer(`main .form__buttons button:not([name="-back"])`)
	}
	k.enter(`main button[formaction^="/apply/` + journeySlug + `"]`)
	if k.mode == "elder" { // and how the data are kept before the first question
		k.enter(`main form button[name="-notice"]`)
	}
	k.enter(`main form button[name="-start"]`)
	for !strings.HasSuffix(k.where(), "/review") {
		leave := `main .form__buttons button:not([name="-back"])`
		if k.atPapers() { // which have buttons of their own
			leave = `main form > .form__buttons button:not([name="-back"])`
		}
		k.answer(leave)
	}
	got := k.count("main .paper-list__files li")
	for k.count(`main a[rel="next"]`) == 1 { // elder mode reads it over one part a page
		k.enter(`main a[rel="next"]`)
		got += k.count("main .paper-list__files li")
	}
	if got != 1 {
		k.Errorf("%d photos are to be handed in; want 1", got)
	}
	k.answer(`main form button.button--chief`)
	k.at("/apply/" + journeySlug + "/done")
	k.receipt()
}

// stop goes on to what comes next and checks that one sees it.
func (k *typist) stop() {
	k.Helper()
	k.stopAt("Tab")
}

// stopAt does the same with another key.
func (k *typist) stopAt(key string) {
	k.Helper()
	k.key(key)
	if f := look[focus](k.tab, "focus"); f.Problem != "" {
		k.Errorf("%s: focus on %s: %s", k.where(), f.Name, f.Problem)
	}
}

// enter goes to what matches the selector, and presses Enter there.
func (k *typist) enter(selector string) {
	k.Helper()
	for range maxStops {
		if k.stop(); k.on(selector) {
			k.arrive(func() { k.key("Enter") })
			return
		}
	}
	k.Fatalf("%s: the keyboard does not come to %s:\n%s", k.where(), selector, look[string](k.tab, "text", "main"))
}

// answer gives every answer of the page as it comes by, and leaves by the button.
func (k *typist) answer(leave string) {
	k.Helper()
	given := map[string]bool{}
	for range maxStops {
		k.stop()
		if k.on(leave) {
			k.arrive(func() { k.key("Enter") })
			return
		}
		f := evaluate[field](k.tab, `(({ localName, type, name }) => ({ Kind: localName === "select" ? localName : type ?? "", Name: name ?? "" }))(document.activeElement)`)
		if f.Name == "" || given[f.Name] && f.Kind != "checkbox" && f.Kind != "file" || !k.on("main form *") || slices.Contains(empty, f.Name) {
			continue
		}
		if f.Kind == "radio" && k.count(`main [name="`+f.Name+`"][value="`+answers[f.Name]+`"]`) == 0 {
			k.enter(`main button[name="-group"]`) // elder mode shows six choices at a time
			continue
		}
		given[f.Name] = true
		k.give(f)
	}
	k.Fatalf("%s: the keyboard does not come to %s", k.where(), leave)
}

// give answers the question that has the focus.
func (k *typist) give(f field) {
	k.Helper()
	switch f.Kind {
	case "file":
		if !k.on("#f-document-household-register") {
			return
		}
		k.upload("household-register", "#f-document-household-register", photoFile(k.visitor, k.TempDir(), "register.jpg", 1200, 900))
		k.until("the photo is there", func() bool { return k.count("#household-register .file-list__picture") == 1 })
	case "checkbox":
		if !k.on(":checked, #p-household-register") {
			k.key("Space")
		}
	case "radio":
		k.until("the answer is chosen", func() bool {
			if k.on(`[value="` + answers[f.Name] + `"]`) {
				if !k.on(":checked") {
					k.key("Space")
				}
				return true
			}
			k.key("ArrowDown")
			return false
		})
	case "select":
		for range 60 {
			if k.value(answers[f.Name]) {
				return
			}
			k.key("ArrowDown")
		}
		k.Errorf("%s: the keyboard does not choose %s", f.Name, answers[f.Name])
	case "text", "textarea", "tel", "number":
		if !k.value(answers[f.Name]) {
			evaluate[*bool](k.tab, "document.activeElement.select(); null")
			call(k.tab, input.InsertText, input.InsertTextParams{Text: answers[f.Name]})
		}
	}
}

// on tells whether what has the focus matches the selector.
func (k *typist) on(selector string) bool {
	k.Helper()
	return evaluate[bool](k.tab, "document.activeElement.matches('"+selector+"')")
}

// value tells whether what has the focus holds this.
func (k *typist) value(want string) bool {
	k.Helper()
	return evaluate[string](k.tab, "document.activeElement.value") == want
}
