package web

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// GrantStops shows the grant of an application, and ends it.
type GrantStops interface {
	GrantOf(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.GrantState, error)
	StopGrant(ctx context.Context, by apply.Actor, ref apply.Reference, last casework.Month, words string, seen time.Time) error
}

type grantPanel struct {
	Amount, Since, Last, Words, Path string
	Paid                             []string
}

// grantPanel is what the application was granted, and how far it was paid.
func (s *Server) grantPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	if a.State != apply.Approved {
		return nil, nil
	}
	g, err := s.cases.GrantStops.GrantOf(c.UserContext(), u.Actor(), a.Reference)
	if errors.Is(err, apply.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	view := grantPanel{Amount: yuan(g.Amount) + g.Unit, Since: s.day(c, g.Began), Words: g.Words}
	if !g.Stopped.IsZero() {
		view.Last = s.monthWords(c, casework.MonthOf(g.Stopped))
	}
	for _, m := range g.Paid {
		view.Paid = append(view.Paid, s.monthWords(c, m))
	}
	if u.Has(casework.StopGrant) {
		view.Path = casePath(a.Reference, "grant")
	}
	return view, nil
}

type grantPage struct {
	staffPage
	Number, Path, Back, Amount, Since, Last, Seen string
	Fields                                        []field
	Problems                                      []problem
	Changed                                       bool // somebody else was quicker
}

func (s *Server) showGrant(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.StopGrant)
	if err != nil {
		return err
	}
	return s.renderGrant(c, u, a, nil)
}

func (s *Server) renderGrant(c *fiber.Ctx, u casework.User, a *apply.Application, wrong error) error {
	t := s.words(c)
	g, err := s.cases.GrantStops.GrantOf(c.UserContext(), u.Actor(), a.Reference)
	if err != nil {
		return err
	}
	title := "grant.stop"
	if !g.Stopped.IsZero() {
		title = "grant.resume"
	}
	view := grantPage{
		staffPage: s.newStaffPage(c, u, title), Number: a.Reference.Grouped(), Path: casePath(a.Reference, "grant"), Back: casePath(a.Reference, ""),
		Amount: yuan(g.Amount) + g.Unit, Since: s.day(c, g.Began), Changed: errors.Is(wrong, apply.ErrConflict),
	}
	view.Crumbs = append(view.Crumbs, crumb{view.Number, view.Back})
	if g.Stopped.IsZero() {
		view.Fields = append(view.Fields, s.lastMonthField(c))
	} else {
		view.Seen = string(casework.MonthOf(g.Stopped))
		view.Last = s.monthWords(c, casework.MonthOf(g.Stopped))
	}
	view.Fields = append(view.Fields, field{Name: "reason", Label: t("grant.reason"), Help: t("grant.reason.help"), Long: true, Rows: 3, MaxLength: 500, Value: c.FormValue("reason")})
	var invalid apply.Invalid
	if errors.As(wrong, &invalid) {
		view.Problems = s.noteProblems(c, view.Fields, invalid)
		s.wrong(c, &view.page)
	}
	if view.Changed {
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "staff-grant", view)
}

// Months around this one that may be the last to be paid.
const (
	lastMonthsBack  = 3
	lastMonthsAhead = 12
)

func (s *Server) lastMonthField(c *fiber.Ctx) field {
	t := s.words(c)
	f := field{Name: "last", Label: t("grant.last"), Help: t("grant.last.help"), Value: c.FormValue("last")}
	for i, now := -lastMonthsBack, casework.MonthOf(s.now()); i <= lastMonthsAhead; i++ {
		m := now.Plus(i)
		f.Options = append(f.Options, content.Option{Value: string(m), Label: s.monthWords(c, m)})
	}
	return f
}

// stopGrant makes a month the last that is paid, or lets the grant run again.
func (s *Server) stopGrant(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.StopGrant)
	if err != nil {
		return err
	}
	var last casework.Month
	var seen time.Time
	var ok bool
	if was := c.FormValue("seen"); was != "" {
		m, known := casework.ParseMonth(was)
		if !known {
			return fiber.ErrBadRequest
		}
		seen = m.Begins()
	} else if last, ok = casework.ParseMonth(c.FormValue("last")); !ok {
		return s.renderGrant(c, u, a, apply.Invalid{{Field: "last", Key: apply.KeyChoose}})
	}
	err = s.cases.GrantStops.StopGrant(c.UserContext(), u.Actor(), a.Reference, last, firstRunes(c.FormValue("reason"), 500), seen)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid), errors.Is(err, apply.ErrConflict):
		return s.renderGrant(c, u, a, err)
	case err != nil:
		return err
	}
	return s.redirect(c, casePath(a.Reference, ""))
}
