package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const payListColumns = `SELECT l.id, l.month, l.policy, l.town, l.choice, l.state, l.grants, l.total, l.closed_by, COALESCE(c.name, ''), l.closed_at, COALESCE(d.name, ''), l.decided_at
	FROM pay_lists l LEFT JOIN users c ON c.id = l.closed_by LEFT JOIN users d ON d.id = l.decided_by`

func scanPayList(scan func(...any) error) (l casework.PayList, err error) {
	var closed, decided int64
	err = scan(&l.ID, &l.Month, &l.Policy, &l.Town, &l.Choice, &l.State, &l.Grants, &l.Total, &l.ClosedBy, &l.ClosedName, &closed, &l.DecidedName, &decided)
	l.ClosedAt, l.DecidedAt = moment(closed), moment(decided)
	return l, missing(err)
}

func payList(ctx context.Context, tx *sql.Tx, id string) (casework.PayList, error) {
	return scanPayList(tx.QueryRowContext(ctx, payListColumns+` WHERE l.id = $1`, storable(id)).Scan)
}

// payListsShown is how many lists of a month are shown, the last ones first: there are as
// many as towns, and some that were returned.
const payListsShown = 200

// PayLists returns the lists of a month, the last ones first.
func (s *Store) PayLists(ctx context.Context, by apply.Actor, month casework.Month) (out []casework.PayList, err error) {
	err = s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.PayGrants, Detail: payDetail("pay-lists", month, "")}, func(tx *sql.Tx) error {
		out, err = eachRow(ctx, tx, scanPayList, payListColumns+` WHERE l.month = $1 ORDER BY l.closed_at DESC, l.id LIMIT $2`, string(month), payListsShown)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pay lists of a month: %w", err)
	}
	return out, nil
}

// PayList returns a list with its rows behind one of them.
func (s *Store) PayList(ctx context.Context, by apply.Actor, id, after string, limit int) (p casework.PayPage, err error) {
	err = s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.PayGrants, Detail: "pay-look"}, func(tx *sql.Tx) error {
		if p.PayList, err = payList(ctx, tx, id); err != nil {
			return err
		}
		if p.Rows, err = s.payEntries(ctx, tx, id, after, limit+1); err != nil {
			return err
		}
		if p.State == casework.PayClosed {
			p.Changes, err = s.payChanges(ctx, tx, p.PayList)
		}
		return err
	})
	if err != nil {
		return p, fmt.Errorf("open a pay list: %w", err)
	}
	if len(p.Rows) > limit {
		p.Rows = p.Rows[:limit]
		p.Next = string(p.Rows[limit-1].Reference)
	}
	return p, nil
}

// payEntries reads rows of a list, by their numbers, behind one of them.
func (s *Store) payEntries(ctx context.Context, tx *sql.Tx, list, after string, limit int) ([]casework.PayRow, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (r casework.PayRow, err error) {
		var id string
		var began int64
		var month casework.Month
		var body []byte
		if err := scan(&id, &r.Reference, &r.Town, &r.Amount, &r.Basis, &began, &r.Months, &month, &body); err != nil {
			return r, err
		}
		r.Began, r.First = moment(began), month.Plus(1-r.Months)
		return r, s.openJSON(body, payBound(id), &r.Payee)
	}, `SELECT id, reference, town, amount, basis, began, months, month, body FROM pay_entries WHERE list = $1 AND reference > $2 ORDER BY reference LIMIT $3`,
		list, storable(after), limit)
}

// payChanges compares a closed list with what is due now.
func (s *Store) payChanges(ctx context.Context, tx *sql.Tx, l casework.PayList) (out []casework.PayChange, err error) {
	for after, more := "", true; more; {
		rows, err := s.payEntries(ctx, tx, l.ID, after, payAtOnce)
		if err != nil {
			return nil, err
		}
		now, err := s.payNow(ctx, tx, l, rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if what := payChange(r, now[r.Reference]); what.What != "" {
				out = append(out, what)
			}
			after = string(r.Reference)
		}
		more = len(rows) == payAtOnce
	}
	return out, nil
}

// payNow reads what the grants of some rows come to at present; one that is not paid in
// the month any more is not among them.
func (s *Store) payNow(ctx context.Context, tx *sql.Tx, l casework.PayList, rows []casework.PayRow) (map[apply.Reference]casework.PayRow, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	first, last := l.Month.Days()
	day := last
	if l.Choice == casework.PayEarly {
		day = first
	}
	var args arguments
	// In the order of a cross join SQLite reads the rows of the list and what belongs to each.
	query := `SELECT g.reference, ` + amountOn("amount", args.add(micros(day))) + `, a.answers FROM pay_entries e CROSS JOIN grants g CROSS JOIN applications a
		WHERE g.reference = e.reference AND a.reference = e.reference AND (g.stopped = 0 OR g.stopped >= ` + args.add(micros(l.Month.Begins())) + `)
		AND e.list = ` + args.add(l.ID) + ` AND e.reference >= ` + args.add(string(rows[0].Reference)) + ` AND e.reference <= ` + args.add(string(rows[len(rows)-1].Reference))
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (r casework.PayRow, err error) {
		var sealed []byte
		if err := scan(&r.Reference, &r.Amount, &sealed); err != nil {
			return r, err
		}
		r.Payee, err = s.payee(r.Reference, sealed)
		return r, err
	}, query, args...)
	out := map[apply.Reference]casework.PayRow{}
	for _, r := range all {
		out[r.Reference] = r
	}
	return out, err
}

// payChange says how a row differs from what is due now.
func payChange(then, now casework.PayRow) casework.PayChange {
	c := casework.PayChange{Reference: then.Reference, Before: then.Amount, After: now.Amount}
	switch {
	case now.Reference == "":
		c.What = casework.PayStopped
	case now.Amount != then.Amount:
		c.What = casework.PayAmount
	case now.Payee != then.Payee:
		c.What = casework.PayRewrite
	}
	return c
}

// ConfirmPayList seals a list. Only another officer than who closed it may, and only
// while everything is as it was closed; otherwise it is [apply.ErrConflict].
func (s *Store) ConfirmPayList(ctx context.Context, by apply.Actor, id string) error {
	err := s.decidePayList(ctx, by, id, casework.PayConfirmed, func(ctx context.Context, tx *sql.Tx, l casework.PayList) error {
		if l.ClosedBy == by.ID {
			return apply.Invalid{{Key: apply.KeyOtherOfficer}}
		}
		if err := s.alone(ctx, tx, "grants"); err != nil {
			return err
		}
		changes, err := s.payChanges(ctx, tx, l)
		if err == nil && len(changes) > 0 {
			err = apply.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm a pay list: %w", err)
	}
	return nil
}

// ReturnPayList gives a closed list back: what was on it is due again.
func (s *Store) ReturnPayList(ctx context.Context, by apply.Actor, id string) error {
	err := s.decidePayList(ctx, by, id, casework.PayReturned, func(ctx context.Context, tx *sql.Tx, l casework.PayList) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM pay_entries WHERE list = $1`, l.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("return a pay list: %w", err)
	}
	return nil
}

func (s *Store) decidePayList(ctx context.Context, by apply.Actor, id string, to casework.PayState, check func(context.Context, *sql.Tx, casework.PayList) error) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.PayGrants, nil); err != nil {
			return err
		}
		if err := s.alone(ctx, tx, "pay_lists"); err != nil {
			return err
		}
		l, err := payList(ctx, tx, id)
		if err != nil {
			return err
		}
		if l.State != casework.PayClosed {
			return apply.ErrConflict
		}
		if err := check(ctx, tx, l); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE pay_lists SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4`, string(to), by.ID, micros(s.now()), l.ID)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.PayGrants, Detail: payDetail("pay-"+string(to), l.Month, l.Town)})
	})
}

// ExportPayList hands out the rows of a list, one after the other, and writes into the
// audit before the first who took it away and in which form. Of a list that nobody has
// confirmed the numbers are masked. One that was returned has none.
func (s *Store) ExportPayList(ctx context.Context, by apply.Actor, id, form string, row func(casework.PayRow) error) (l casework.PayList, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.PayGrants, Detail: "pay-" + form}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if l, err = payList(ctx, tx, id); err == nil && l.State == casework.PayReturned {
			err = apply.ErrNotFound
		}
		return err
	})
	for after, more := "", true; more && err == nil; {
		var rows []casework.PayRow
		err = s.read(ctx, func(tx *sql.Tx) (err error) {
			rows, err = s.payEntries(ctx, tx, id, after, payAtOnce)
			return err
		})
		for i := 0; i < len(rows) && err == nil; i++ {
			if after = string(rows[i].Reference); !l.Sealed() {
				rows[i].Payee = rows[i].Masked()
			}
			err = row(rows[i])
		}
		more = len(rows) == payAtOnce
	}
	if err != nil {
		return l, fmt.Errorf("export a pay list: %w", err)
	}
	return l, nil
}
