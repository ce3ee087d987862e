package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// childCase is what the page of an application says of its child: band and helper.
type childCase struct {
	Row      childRow
	Helper   string
	Due      string // of the next visit
	Register string // address at which the child is registered; "" where it is, or the user may not
}

// childPanel finds the child of an application by its ID number; nil if it is not in
// the register and the user cannot put it there, or may not open it.
func (s *Server) childPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	if s.cases.Children == nil {
		return nil, nil
	}
	f, err := s.cases.Children.ChildOf(c.UserContext(), u.Actor(), a.Answers[apply.FieldChildID])
	switch {
	case errors.Is(err, apply.ErrNotFound) && u.May(casework.RegisterChild, casework.ScopeOf(a)):
		return childCase{Register: childrenPath + "/new?from=" + string(a.Reference)}, nil
	case errors.Is(err, apply.ErrNotFound), errors.Is(err, casework.ErrForbidden):
		return nil, nil
	case err != nil:
		return nil, err
	}
	out := childCase{Row: s.childRow(c, f.Child)}
	if p, ok := f.Helper(); ok {
		out.Helper = helperName(f, p)
	}
	if due := f.Child.VisitDue(); !due.IsZero() {
		out.Due = s.day(c, due)
	}
	return out, nil
}

// lateChildren is how many children of the user's own have something due, for the
// desk's start; 0 for who looks after none.
func (s *Server) lateChildren(c *fiber.Ctx, u casework.User) (int, error) {
	if s.cases.Children == nil || !u.Has(casework.VisitChild) {
		return 0, nil
	}
	return s.cases.Children.LateChildren(c.UserContext(), u.Actor(), mostLate)
}

// mostLate is up to where they are counted.
const mostLate = 100
