package web

import (
	"cmp"
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// PayLists keeps lists that were closed until a second officer decides on them, and
// hands them out.
type PayLists interface {
	PayList(ctx context.Context, by apply.Actor, id, after string, limit int) (casework.PayPage, error)
	ConfirmPayList(ctx context.Context, by apply.Actor, id string) error
	ReturnPayList(ctx context.Context, by apply.Actor, id string) error
	ExportPayList(ctx context.Context, by apply.Actor, id, form string, row func(casework.PayRow) error) (casework.PayList, error)
}

type payListPage struct {
	staffPage
	Path, Policy, Town, Month, State string
	Grants                           int
	Total                            payTotal
	Closed, Decided                  string
	Mine                             bool // closed by who reads it: a colleague has to confirm it
	Changes                          []payChangeRow
	Table                            payTable
	Next, First                      string
	Changed                          bool // nothing was done: somebody was quicker, or it is no longer as it was closed
	Refused                          bool // nothing was done: it takes a second officer
}

type payChangeRow struct{ Number, Path, Words string }

// payChangesShown is how many changes are shown; the list has to be made anew after one.
const payChangesShown = 50

func (s *Server) showPayList(c *fiber.Ctx, u casework.User) error {
	return s.renderPayList(c, u, nil)
}

func (s *Server) renderPayList(c *fiber.Ctx, u casework.User, wrong error) error {
	t := s.words(c)
	after := c.Query("after")
	l, err := s.cases.PayLists.PayList(c.UserContext(), u.Actor(), c.Params("id"), after, cmp.Or(rowsFor(c), payRows))
	if err != nil {
		return err
	}
	view := payListPage{
		staffPage: s.newStaffPage(c, u, "pay.list.title"), Path: payListPath(l.ID), Policy: s.policyName(c, l.Policy), Town: s.payTown(c, l.Town),
		Month: s.monthWords(c, l.Month), State: string(l.State), Grants: l.Grants, Mine: l.ClosedBy == u.ID, Changed: errors.Is(wrong, apply.ErrConflict),
		Total:  payTotal{t("pay.total", "Number", l.Grants, "Amount", yuan(l.Total)), s.contentText(c, capitals(l.Total))},
		Closed: t("pay.closed", "Name", l.ClosedName, "At", s.moment(c, l.ClosedAt)),
	}
	view.Crumbs = append(view.Crumbs, crumb{t("pay.title"), payPath + "?month=" + string(l.Month)})
	if !l.DecidedAt.IsZero() {
		view.Decided = t("pay.decided", "Name", l.DecidedName, "At", s.moment(c, l.DecidedAt))
	}
	for i, ch := range l.Changes {
		if i < payChangesShown {
			view.Changes = append(view.Changes, s.payChangeRow(c, ch))
		}
	}
	of := casework.PayTerms{Month: l.Month, Policy: l.Policy, Town: l.Town}
	if view.Table, err = s.payTable(c, u, of, l.Rows); err != nil {
		return err
	}
	if after != "" {
		view.First = view.Path
	}
	if l.Next != "" {
		view.Next = view.Path + "?after=" + l.Next
	}
	switch {
	case view.Changed:
		c.Status(fiber.StatusConflict)
	case wrong != nil:
		view.Refused = true
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return s.render(c, "staff-pay-list", view)
}

func (s *Server) payChangeRow(c *fiber.Ctx, ch casework.PayChange) payChangeRow {
	number, path := payNumber(ch.Reference)
	t := s.words(c)
	switch ch.What {
	case casework.PayStopped:
		return payChangeRow{number, path, t("pay.change.stopped")}
	case casework.PayAmount:
		return payChangeRow{number, path, t("pay.change.amount", "Before", yuan(ch.Before), "After", yuan(ch.After))}
	}
	return payChangeRow{number, path, t("pay.change.account")}
}

// confirmPayList is the second officer's word.
func (s *Server) confirmPayList(c *fiber.Ctx, u casework.User) error {
	return s.decidedPayList(c, u, s.cases.PayLists.ConfirmPayList(c.UserContext(), u.Actor(), c.Params("id")))
}

// returnPayList gives a list back to be made anew.
func (s *Server) returnPayList(c *fiber.Ctx, u casework.User) error {
	return s.decidedPayList(c, u, s.cases.PayLists.ReturnPayList(c.UserContext(), u.Actor(), c.Params("id")))
}

func (s *Server) decidedPayList(c *fiber.Ctx, u casework.User, err error) error {
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid), errors.Is(err, apply.ErrConflict):
		return s.renderPayList(c, u, err)
	case err != nil:
		return err
	}
	return s.redirect(c, payListPath(c.Params("id")))
}
