package web

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// The modes of the site: one content and one set of addresses, three ways to
// show it, chosen by the visitor and rendered by the server.
const (
	modeStandard   = "standard"
	modeAccessible = "accessible" // 无障碍版
	modeElder      = "elder"      // 长者助手（长者模式）
)

const (
	modeCookie = "mode"
	modeParam  = "mode"
	modeAge    = 365 * 24 * time.Hour
)

// modeOr returns s if it is a mode and fallback otherwise, so that no value of a
// request is ever echoed.
func modeOr(s, fallback string) string {
	switch s {
	case modeStandard, modeAccessible, modeElder:
		return s
	}
	return fallback
}

// settle works out language, mode and settings of the request. A choice (?mode=) is
// put into the cookie. With a cookie the visitor goes on to the clean address; on
// the first choice the page is shown at once and its links carry the choice, so
// that it holds where cookies are refused.
func (s *Server) settle(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderCookie)
	v := visitFrom(c)
	remembered := v.Mode != ""
	chosen, alone := parseChoice(c.Query(modeParam))
	if alone && remembered && (chosen.Mode == v.Mode || chosen.Mode != modeStandard) {
		chosen.view = v.View.in(chosen.Mode)
	}
	if chosen.Mode != "" {
		v.Mode, v.View = chosen.Mode, chosen.view
		s.rememberChoice(c, chosen)
		if remembered && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) {
			return c.Redirect(withoutMode(c), fiber.StatusSeeOther)
		}
		if !remembered {
			v.Carried = chosen.String()
		}
	}
	v.Mode = cmp.Or(v.Mode, modeStandard)
	c.Locals(visitKey, v)
	return c.Next()
}

// visitFrom is the visit as path and cookie say; no mode where none is remembered.
func visitFrom(c *fiber.Ctx) visit {
	l, path := splitLanguage(c.Path())
	remembered, _ := parseChoice(c.Cookies(modeCookie))
	return visit{Lang: l, Path: path, Mode: remembered.Mode, View: remembered.view, InApp: inApp(c)}
}

func (s *Server) rememberChoice(c *fiber.Ctx, chosen choice) {
	c.Cookie(&fiber.Cookie{
		Name: modeCookie, Value: chosen.String(), Path: "/",
		Expires: s.now().Add(modeAge), MaxAge: int(modeAge.Seconds()),
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// withoutMode returns the request's own address without the mode.
func withoutMode(c *fiber.Ctx) string {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		q = url.Values{}
	}
	q.Del(modeParam)
	path := (&url.URL{Path: rooted(c.Path())}).EscapedPath()
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// modeAddress returns path with a mode or a whole choice as its parameter, in front of a fragment.
func modeAddress(path, mode string) string {
	path, fragment, found := strings.Cut(path, "#")
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	path += sep + modeParam + "=" + mode
	if found {
		path += "#" + fragment
	}
	return path
}

// ownLink matches the attributes that lead to pages of this site. html/template
// escapes quotes in text and values, so that no visitor's words can look like it.
var ownLink = regexp.MustCompile(` (href|action)="(/[^"]*)"`)

// carryMode puts the mode into every link and form address of a rendered page.
func carryMode(body []byte, mode string) []byte {
	return ownLink.ReplaceAllFunc(body, func(m []byte) []byte {
		parts := ownLink.FindSubmatch(m)
		address := string(parts[2])
		if strings.HasPrefix(address, "/static/") || strings.HasPrefix(address, "/speech/") || strings.Contains(address, modeParam+"=") {
			return m
		}
		return []byte(" " + string(parts[1]) + `="` + strings.ReplaceAll(modeAddress(address, mode), "&mode=", "&amp;mode=") + `"`)
	})
}
