package web

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// PayRemains says what a list leaves to be settled by hand.
type PayRemains interface {
	PayLeft(ctx context.Context, by apply.Actor, t casework.PayTerms, rows []casework.PayRow) (casework.PayLeft, error)
}

// payTable are the grants of a page, with what they share below it: where amounts stand is
// said once for all that have it from there, since it is longer than a column is wide.
type payTable struct {
	Rows  []payDueRow
	Bases []string
	Owed  bool // some were not paid for earlier months
	Over  []payChangeRow
}

func (s *Server) payTable(c *fiber.Ctx, u casework.User, terms casework.PayTerms, rows []casework.PayRow) (payTable, error) {
	t := s.words(c)
	var out payTable
	left, err := s.cases.PayRemains.PayLeft(c.UserContext(), u.Actor(), terms, rows)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		row := s.payDueRow(c, r)
		if basis := s.contentText(c, r.Basis); basis != "" {
			if !slices.Contains(out.Bases, basis) {
				out.Bases = append(out.Bases, basis)
			}
			row.Basis = slices.Index(out.Bases, basis) + 1
		}
		if row.Owed = s.monthList(c, left.Owed[r.Reference]); row.Owed != "" {
			out.Owed = true
		}
		out.Rows = append(out.Rows, row)
	}
	for _, o := range left.Over {
		number, path := payNumber(o.Reference)
		out.Over = append(out.Over, payChangeRow{number, path, t("pay.over.row", "Months", s.monthList(c, o.Months))})
	}
	return out, nil
}

// monthList names months in a row.
func (s *Server) monthList(c *fiber.Ctx, months []casework.Month) string {
	out := make([]string, len(months))
	for i, m := range months {
		out[i] = s.monthWords(c, m)
	}
	return strings.Join(out, s.words(c)("punctuation.comma"))
}
