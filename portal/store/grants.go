package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// saveGrants writes what approvals pay, in the transaction of the approval.
func (s *Store) saveGrants(ctx context.Context, tx *sql.Tx, all []*dossier) error {
	for _, d := range all {
		g := d.a.Granted
		if g == nil {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO grants (reference, policy, town, fact, amount, unit, since, began) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
			string(d.a.Reference), d.a.Policy, d.a.Answers[apply.FieldTown], g.Fact, g.Amount, g.Unit, micros(d.a.Updated))
		if err != nil {
			return err
		}
	}
	return nil
}

// Standards says for each standard what it would change of the grants that run.
func (s *Store) Standards(ctx context.Context, by apply.Actor, all []casework.Standard) ([]casework.StandardChange, error) {
	var out []casework.StandardChange
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.AdjustGrants}, func(tx *sql.Tx) error {
		for _, one := range all {
			c := casework.StandardChange{Standard: one}
			err := tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN amount = CAST($1 AS BIGINT) THEN 0 ELSE 1 END), 0), COALESCE(SUM(CAST($1 AS BIGINT) - amount), 0), COALESCE(SUM(CASE WHEN amount = $1 THEN 1 ELSE 0 END), 0)
				FROM grants WHERE policy = $2`, one.Amount, one.Policy).Scan(&c.Differing, &c.Difference, &c.Same)
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare standards: %w", err)
	}
	return out, nil
}

// DifferingGrants lists grants that run at another amount than the standard, by their
// numbers, behind one of them. There are more where next is not empty.
func (s *Store) DifferingGrants(ctx context.Context, by apply.Actor, of casework.Standard, after string, limit int) (list []casework.RunningGrant, next string, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.AdjustGrants, Detail: of.Fact}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT reference, town, amount, since FROM grants WHERE policy = $1 AND amount <> $2 AND reference > $3 ORDER BY reference LIMIT $4`,
			of.Policy, of.Amount, storable(after), limit+1)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var g casework.RunningGrant
			var since int64
			if err := rows.Scan(&g.Reference, &g.Town, &g.Amount, &since); err != nil {
				return err
			}
			g.Since = moment(since)
			list = append(list, g)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, "", fmt.Errorf("list grants: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = string(list[limit-1].Reference)
	}
	return list, next, nil
}

// AdjustGrants changes the grants that run at another amount to the standard, once
// somebody has looked at them: seen is how many that were. Where there are more or fewer
// by now nothing is changed, which is [apply.ErrConflict].
func (s *Store) AdjustGrants(ctx context.Context, by apply.Actor, to casework.Standard, seen int) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.AdjustGrants, nil); err != nil {
			return err
		}
		now := micros(s.now())
		if _, err := tx.ExecContext(ctx, `INSERT INTO grant_changes (reference, at, actor, fact, amount, since, from_day)
			SELECT reference, CAST($1 AS BIGINT), $2, fact, amount, since, CAST($3 AS BIGINT) FROM grants WHERE policy = $4 AND amount <> $5`,
			now, by.ID, micros(to.From), to.Policy, to.Amount); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `UPDATE grants SET fact = $1, amount = $2, unit = $3, since = $4 WHERE policy = $5 AND amount <> $2`,
			to.Fact, to.Amount, to.Unit, now, to.Policy)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n != int64(seen) || seen == 0 {
			return apply.ErrConflict
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.AdjustGrants, Detail: strings.Join([]string{"adjusted", to.Fact}, " ")})
	})
	if err != nil {
		return fmt.Errorf("adjust grants: %w", err)
	}
	return nil
}
