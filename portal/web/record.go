package web

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
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
	Sets     []tickSet    // below the fields
	Upload   *field       // a file; the form is sent in parts
	Hidden   []summaryRow // name and value of what is sent along
	Problems []problem
	Version  int
	Changed  bool // somebody else was quicker
	Go       string
	Other    *recordOther
}

// tickSet are boxes of one question, of which several may be ticked.
type tickSet struct {
	Name, Label, Help, Error string
	Lang                     string // of the labels of the boxes
	Ticks                    []tick
}

// newTickSet returns boxes with those ticked that are on.
func newTickSet(name, label string, values []content.Option, on []string) tickSet {
	set := tickSet{Name: name, Label: label}
	for i, v := range values {
		set.Ticks = append(set.Ticks, tick{ID: fmt.Sprintf("f-%s-%d", name, i), Name: name, Value: v.Value, Label: v.Label, On: slices.Contains(on, v.Value)})
	}
	return set
}

// ID is where an error leads to: the first box.
func (s tickSet) ID() string { return fmt.Sprintf("f-%s-0", s.Name) }

// ErrorID is the id of what is wrong.
func (s tickSet) ErrorID() string { return fmt.Sprintf("f-%s-error", s.Name) }

// noteSets puts what is wrong into the sets.
func (s *Server) noteSets(c *fiber.Ctx, sets []tickSet, invalid apply.Invalid) []problem {
	var out []problem
	for i := range sets {
		if p, bad := invalid.Field(sets[i].Name); bad {
			sets[i].Error = s.problemWords(c, p, bad)
			out = append(out, s.problemOf(c, sets[i].ID(), sets[i].Label, sets[i].Error))
		}
	}
	return out
}

// postedList is what was ticked.
func postedList(c *fiber.Ctx, name string) []string {
	var out []string
	for _, v := range c.Context().PostArgs().PeekMulti(name) {
		out = append(out, string(v))
	}
	return out
}

// recordOther is something else that can be done with what the page shows.
type recordOther struct {
	Title, About, Action, Go string
	Ends                     bool // what is there, for good
}

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
	view.Problems = append(s.noteProblems(c, view.Fields, invalid), s.noteSets(c, view.Sets, invalid)...)
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
