package web

import (
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// sendRoutes hand a page on: to somebody in the family, or to a larger screen.
func (s *Server) sendRoutes() []route {
	return []route{{fiber.MethodGet, "/send", s.showSend, 0}}
}

// sendPage shows the address of another page of the site in three forms: to copy, to
// open and to scan. The address says the mode, so that the page looks the same there.
type sendPage struct {
	page
	Of    string // path of the page that is handed on, without language
	Share string
	QR    template.HTML
}

// openPages are the beginnings of the addresses that may be handed on. What belongs to
// one family is not among them: its way to another device asks for a code.
var openPages = []string{"/policies", "/help", "/replies", "/glossary", "/check", "/apply", "/ask", "/accessibility", "/privacy", "/sitemap", "/search"}

// sendable reports whether a path is that of a page which anybody may read as it is.
func sendable(path string) bool {
	if path == "/" {
		return true
	}
	if strings.ContainsAny(path, "?#%\\") || strings.Contains(path, "//") || strings.Contains(path, "..") || len(path) > 200 {
		return false
	}
	if rest, ok := strings.CutPrefix(path, "/apply/"); ok && strings.Contains(strings.TrimPrefix(rest, "kind/"), "/") {
		return false // a page of somebody's form
	}
	for _, open := range openPages {
		if path == open || strings.HasPrefix(path, open+"/") {
			return true
		}
	}
	return false
}

// Sendable reports whether the page can be handed on.
func (p page) Sendable() bool { return sendable(p.Path) }

// WholeOnPaper reports whether the paper has more of a text than the screen.
func (page) WholeOnPaper() bool { return false }

// WholeOnPaper is true: elder mode shows a policy one part a page, and prints all of it.
func (policyPage) WholeOnPaper() bool { return true }

func (s *Server) showSend(c *fiber.Ctx) error {
	of := c.Query("page", "/")
	if !sendable(of) {
		return fiber.ErrNotFound
	}
	p := sendPage{page: s.page(c, "send.title"), Of: of}
	p.NoIndex, p.Return = true, of
	p.Scripts = []string{"share.js"}
	p.Share = modeAddress(s.base+p.Lang.path(of), p.Mode)
	var err error
	if p.QR, err = newQR(p.Share, s.words(c)("share.qr", "Address", p.Share)); err != nil {
		return err
	}
	return s.render(c, "send", p)
}
