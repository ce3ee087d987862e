package web

import (
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"
)

// staffLostPage gives back what was typed to who has been signed out meanwhile.
type staffLostPage struct {
	page
	Action string
	Given  []lostField
	Typed  []string // what a person has written, to be read again
}

type lostField struct{ Name, Value string }

// unreturned are fields whose values stand in no page, and the token that each page
// has of its own.
var unreturned = map[string]bool{tokenField: true, "password": true, "new": true, "code": true, formCode: true}

// foreign reports whether a page of another site sent this: a form there must not put its
// words into ours.
func foreign(c *fiber.Ctx) bool { return c.Get("Sec-Fetch-Site") == "cross-site" }

// giveBackPost shows what a post brought that nobody could take, to be sent again after
// signing in in another window. Only what our own page sent is shown.
func (s *Server) giveBackPost(c *fiber.Ctx) error {
	if foreign(c) {
		return errStaleForm
	}
	view := staffLostPage{page: s.page(c, "apply.lost.title"), Action: strings.TrimSuffix(visitOf(c).Path, "/")}
	view.onDesk()
	c.Request().PostArgs().VisitAll(func(key, value []byte) {
		name, words := string(key), string(value)
		if unreturned[name] {
			return
		}
		view.Given = append(view.Given, lostField{name, words})
		if written(words) {
			view.Typed = append(view.Typed, words)
		}
	})
	c.Status(fiber.StatusForbidden)
	return s.render(c, "staff-lost", view)
}

// written reports whether a value looks like words rather than a number or a choice.
func written(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r == ' ' })
}
