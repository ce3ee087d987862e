package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// toolbar is what the accessible mode shows above every page: a form whose buttons
// each carry the whole choice that a press on them makes, so that it works without
// script and without cookies.
type toolbar struct {
	Action           string // this page
	Kept             []keptParam
	Percent          string // size of the type now
	Smaller, Larger  tool
	Schemes          []tool
	Looks, Listening []tool
	Reset            tool
	Published        bool // what the page says is the same for everybody, and may be asked about
}

// Huge reports whether the letters are so large that the tools must not stand between
// the head of the page and its text: they all open with one press then.
func (b toolbar) Huge() bool { return slices.Index(sizes, b.Percent) >= slices.Index(sizes, "200") }

// keptParam is a parameter of this page's address, which a form would leave out.
type keptParam struct{ Name, Value string }

// tool is one button. A tool that needs script, or a voice of the browser, is hidden
// until script has found that it can work.
type tool struct {
	Name  string // message
	Key   string // of the shortcut, with Alt and Shift
	Value string // the choice after a press; "" at the end of the steps
	On    bool
	Needs string // "", script or voice
}

// schemeNames are the messages of the sets of colours, by their words.
var schemeNames = map[string]string{
	"": "toolbar.scheme.own", "black-white": "toolbar.scheme.black-white", "white-black": "toolbar.scheme.white-black",
	"yellow-black": "toolbar.scheme.yellow-black", "yellow-blue": "toolbar.scheme.yellow-blue", "black-cream": "toolbar.scheme.black-cream",
}

// newToolbar returns the tools for a page at the address here.
func newToolbar(c *fiber.Ctx, now choice) *toolbar {
	with := func(change func(*view)) string {
		next := now
		change(&next.view)
		return next.param()
	}
	b := &toolbar{Action: rooted(c.Path()), Percent: now.Percent(), Reset: tool{Name: "toolbar.reset", Key: "0", Value: choice{Mode: now.Mode}.param()}}
	b.Published, _ = c.Locals(publishedKey).(bool)
	if c.Method() == fiber.MethodGet {
		b.Kept = keptParams(c)
	}
	at := slices.Index(sizes, now.Percent())
	step := func(id, key string, to int) tool {
		t := tool{Name: id, Key: key}
		if to >= 0 && to < len(sizes) {
			t.Value = with(func(v *view) { v.Size = ""; v.take(sizes[to]) })
		}
		return t
	}
	b.Smaller, b.Larger = step("toolbar.smaller", "-", at-1), step("toolbar.larger", "+", at+1)
	for i, scheme := range append([]string{""}, schemes...) {
		b.Schemes = append(b.Schemes, tool{
			Name: schemeNames[scheme], Key: string(rune('1' + i)), On: now.Scheme == scheme,
			Value: with(func(v *view) { v.Scheme = scheme }),
		})
	}
	toggle := func(id, key, word, needs string) tool {
		of := switches[slices.IndexFunc(switches, func(s viewSwitch) bool { return s.word == word })].of
		return tool{Name: id, Key: key, Needs: needs, On: *of(&now.view), Value: with(func(v *view) { *of(v) = !*of(v) })}
	}
	caption := func(id, key, word string) tool {
		on := now.Caption == word
		return tool{Name: id, Key: key, Needs: "script", On: on, Value: with(func(v *view) {
			if v.Caption = word; on {
				v.Caption = ""
			}
		})}
	}
	b.Looks = []tool{
		toggle("toolbar.pointer", "M", "pointer", ""),
		toggle("toolbar.plain", "N", "plain", ""),
		toggle("toolbar.pinyin", "Y", "pinyin", ""),
		toggle("toolbar.ruler", "L", "ruler", "script"),
		toggle("toolbar.crosshair", "H", "crosshair", "script"),
		caption("toolbar.caption", "C", captionOn),
		caption("toolbar.caption.pinyin", "V", captionPinyin),
	}
	b.Listening = []tool{toggle("toolbar.pointed", "P", "pointed", "voice")}
	return b
}

// keptParams lists the parameters of the request, without the choice, in order.
func keptParams(c *fiber.Ctx) []keptParam {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil
	}
	q.Del(modeParam)
	var out []keptParam
	for name, values := range q {
		for _, value := range values {
			out = append(out, keptParam{name, value})
		}
	}
	slices.SortFunc(out, func(a, b keptParam) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Pressable reports whether the button shows a state, and not a step.
func (t tool) Pressable() bool {
	return t.Name != "toolbar.smaller" && t.Name != "toolbar.larger" && t.Name != "toolbar.reset"
}
