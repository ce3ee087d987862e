package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// unsent is what was typed into a page that could not be saved, by a fault of ours. Such
// pages are never stored, so that the way back would show an empty one: it is all given back,
// to be sent again with one press.
type unsent struct {
	Action string
	Rows   []summaryRow // what is shown of it; none where the page has no names for it
	Given  []given
}

const (
	unsentKey   = "unsent"
	maxUnsent   = 300       // fields
	maxUnsentOf = 256 << 10 // bytes
)

// unsentParts are the parts of the desk whose pages are given back as well.
var unsentParts = []string{"/staff/applications/", "/staff/assist", "/staff/children", "/staff/reports"}

// unsentOf returns what was posted; nil where that was nothing, holds what nobody should find
// on a page, or came as a stream and is gone.
func (s *Server) unsentOf(c *fiber.Ctx) *unsent {
	r := c.Request()
	path := visitOf(c).Path
	desk := strings.HasPrefix(path, "/staff")
	switch {
	case c.Method() != fiber.MethodPost || r.IsBodyStream() || len(r.Body()) > maxUnsentOf:
		return nil
	case !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationForm):
		return nil
	case desk && !slices.ContainsFunc(unsentParts, func(part string) bool { return strings.HasPrefix(path, part) }):
		return nil
	case foreign(c):
		return nil
	}
	out, secret := &unsent{Action: c.OriginalURL()}, false
	out.Rows, _ = c.Locals(unsentKey).([]summaryRow)
	r.PostArgs().VisitAll(func(name, value []byte) {
		switch field := string(name); {
		case field == tokenField:
		case unreturned[field]:
			secret = secret || len(value) > 0
		default:
			out.Given = append(out.Given, given{Name: field, Value: string(value)})
		}
	})
	if secret || len(out.Given) == 0 || len(out.Given) > maxUnsent {
		return nil
	}
	return out
}

// showsUnsent has the answers shown by their questions, should they not be saved.
func (s *Server) showsUnsent(c *fiber.Ctx, p *content.Policy, posted apply.Answers) {
	rows, _ := s.typed(s.page(c, "error.ours.title"), p, posted)
	c.Locals(unsentKey, rows)
}

// saysUnsent does so for words to the office.
func (s *Server) saysUnsent(c *fiber.Ctx, text string) {
	if text != "" {
		c.Locals(unsentKey, []summaryRow{{Key: s.words(c)("apply.lost.answers"), Value: text}})
	}
}
