package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// recordForm is a page of the desk on which one thing is written down or changed: one
// shape for those that belong to no case.
type recordForm struct {
	staffPage
	Heading  string
	Lead     string
	Action   string
	Back     string
	Fields   []field
	Upload   *field       // a file; the form is sent in parts
	Hidden   []summaryRow // name and value of what is sent along
	Problems []problem
	Version  int
	Changed  bool // somebody else was quicker
	Go       string
	Other    *recordOther
}

// recordOther is something else that can be done with what the page shows.
type recordOther struct{ Title, About, Action, Go string }

// renderRecord shows the page with what is wrong with it.
func (s *Server) renderRecord(c *fiber.Ctx, view recordForm, err error) error {
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
	case errors.Is(err, apply.ErrConflict):
		c.Status(fiber.StatusConflict)
		view.Changed = true
	case err != nil:
		return err
	}
	view.Problems = s.noteProblems(c, view.Fields, invalid)
	if view.Upload != nil {
		one := []field{*view.Upload}
		view.Problems = append(view.Problems, s.noteProblems(c, one, invalid)...)
		view.Upload = &one[0]
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-record", view)
}
