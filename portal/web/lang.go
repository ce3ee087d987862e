package web

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/locale"
)

// language is one language of the site and the path prefix it lives under.
type language struct {
	Code   string // BCP 47
	Prefix string
	Name   string // in itself
	Short  string // in itself, for tight places
}

// short names for the language switch.
var shortNames = map[string]string{"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}

// languages in the order of the language switch. The first has no prefix and is
// the one the content is written in.
var languages = func() []language {
	var out []language
	for _, l := range locale.Languages() {
		prefix := l.Prefix
		if prefix != "" {
			prefix = "/" + prefix
		}
		out = append(out, language{l.Tag, prefix, l.Name, shortNames[l.Tag]})
	}
	return out
}()

// splitLanguage returns the language of a request path and the path without its prefix.
func splitLanguage(path string) (language, string) {
	for _, l := range languages[1:] {
		rest, ok := strings.CutPrefix(path, l.Prefix)
		if ok && (rest == "" || rest[0] == '/') {
			return l, rooted(rest)
		}
	}
	return languages[0], rooted(path)
}

// rooted returns path with exactly one slash in front, so that it can never name
// another host when it is sent as a redirect.
func rooted(path string) string { return "/" + strings.TrimLeft(path, `/\`) }

// chinese returns the Chinese that pages of l show: that of the page or, on English
// ones, that of the original.
func (l language) chinese() string {
	if l.Code == "zh-Hant" {
		return l.Code
	}
	return languages[0].Code
}

// Han reports whether l is written in Chinese characters.
func (l language) Han() bool { return strings.HasPrefix(l.Code, "zh") }

// shows returns the language in which pages of l show a text of the content that
// is kept in lang.
func (l language) shows(lang string) string {
	if lang == "en" {
		return lang
	}
	return l.chinese()
}

// written is shows for a text that does not say what language it is in: it goes by
// the script.
func (l language) written(text string) string {
	han, other := 0, 0
	for _, r := range text {
		switch {
		case isHan(r):
			han++
		case unicode.IsLetter(r):
			other++
		}
	}
	if other > 4*han { // a word of Chinese has two characters, one of English five
		return l.shows("en")
	}
	return l.chinese()
}

// path returns p (rooted, without prefix) in language l.
func (l language) path(p string) string {
	if p == "/" && l.Prefix != "" {
		return l.Prefix
	}
	return l.Prefix + p
}

// visit is what every page needs to know about the request.
type visit struct {
	Lang    language
	Mode    string // standard, accessible or elder
	View    view   // settings of how pages are shown
	Carried string // choice that links must carry because there is no cookie; or ""
	InApp   bool   // in the browser inside WeChat
	Path    string // without language prefix and query
}

// choice returns what was chosen of how pages look.
func (v visit) choice() choice { return choice{v.Mode, v.View} }

const visitKey = "visit"

// visitOf returns the request's visit. Where no middleware has run (the body was
// too large, say) it is worked out from path and cookie.
func visitOf(c *fiber.Ctx) visit {
	if v, ok := c.Locals(visitKey).(visit); ok {
		return v
	}
	v := visitFrom(c)
	v.Mode = cmp.Or(v.Mode, modeStandard)
	return v
}
