package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const (
	overWithin = 12 // months before a list within which one is looked for that was paid too much
	overShown  = 50
)

// PayLeft says of grants that are due or on a list which earlier months are on none, since
// lists of the policy are made here, and which grants of the policy were stopped too late.
func (s *Store) PayLeft(ctx context.Context, by apply.Actor, t casework.PayTerms, rows []casework.PayRow) (out casework.PayLeft, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.PayGrants, nil); err != nil {
			return err
		}
		if out.Owed, err = payOwed(ctx, tx, t, rows); err != nil {
			return err
		}
		out.Over, err = payOver(ctx, tx, t)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("what a pay list leaves: %w", err)
	}
	return out, nil
}

// monthOf is a month of a grant.
type monthOf struct {
	what  string
	month casework.Month
}

func scanMonthOf(scan func(...any) error) (m monthOf, err error) {
	return m, scan(&m.what, &m.month)
}

func payOwed(ctx context.Context, tx *sql.Tx, t casework.PayTerms, rows []casework.PayRow) (map[apply.Reference][]casework.Month, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var since casework.Month
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(MIN(month), '') FROM pay_lists WHERE policy = $1 AND state <> 'returned'`, t.Policy).Scan(&since)
	if err != nil || since == "" {
		return nil, err
	}
	var args arguments
	var refs []string
	for _, r := range rows {
		refs = append(refs, args.add(string(r.Reference)))
	}
	listed, err := eachRow(ctx, tx, scanMonthOf, `SELECT reference, month FROM pay_entries WHERE reference IN (`+strings.Join(refs, ", ")+`)`, args...)
	if err != nil {
		return nil, err
	}
	known := map[monthOf]bool{}
	for _, m := range listed {
		known[m] = true
	}
	out := map[apply.Reference][]casework.Month{}
	for _, r := range rows {
		for m := max(since, r.First); m < t.Month; m = m.Plus(1) {
			if !known[monthOf{string(r.Reference), m}] {
				out[r.Reference] = append(out[r.Reference], m)
			}
		}
	}
	return out, nil
}

// payOver finds grants whose end was written down after a later month had been listed.
func payOver(ctx context.Context, tx *sql.Tx, t casework.PayTerms) ([]casework.PayOver, error) {
	var args arguments
	query := `SELECT e.reference, e.month, g.stopped FROM grants g JOIN pay_entries e ON e.reference = g.reference
		WHERE g.policy = ` + args.add(t.Policy) + ` AND g.stopped <> 0 AND e.month >= ` + args.add(string(t.Month.Plus(-overWithin)))
	if t.Town != "" {
		query += ` AND g.town = ` + args.add(storable(t.Town))
	}
	type late struct {
		monthOf
		last casework.Month
	}
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (l late, err error) {
		var stopped int64
		err = scan(&l.what, &l.month, &stopped)
		l.last = casework.MonthOf(moment(stopped))
		return l, err
	}, query+` ORDER BY e.reference, e.month`, args...)
	var out []casework.PayOver
	for _, l := range all {
		ref := apply.Reference(l.what)
		switch n := len(out); {
		case l.month <= l.last:
		case n > 0 && out[n-1].Reference == ref:
			out[n-1].Months = append(out[n-1].Months, l.month)
		case n < overShown:
			out = append(out, casework.PayOver{Reference: ref, Months: []casework.Month{l.month}})
		}
	}
	return out, err
}
