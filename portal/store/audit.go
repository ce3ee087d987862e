package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// RecordAccess writes into the audit that somebody saw personal data, or was
// denied it. Number, time and login are filled in.
func (s *Store) RecordAccess(ctx context.Context, e casework.AuditEntry) error {
	e.At = s.now()
	if err := s.write(ctx, func(tx *sql.Tx) error { return s.audit(ctx, tx, e) }); err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// audit appends one line in the caller's transaction.
func (s *Store) audit(ctx context.Context, tx *sql.Tx, e casework.AuditEntry) error {
	var number int64
	if err := tx.QueryRowContext(ctx, `UPDATE audit_head SET number = number + 1 RETURNING number`).Scan(&number); err != nil {
		return err
	}
	var login string
	if e.Actor.ID != "" {
		err := tx.QueryRowContext(ctx, `SELECT login FROM users WHERE id = $1`, e.Actor.ID).Scan(&login)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (number, at, actor_kind, actor_id, login, action, reference, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, login, string(e.Action), string(e.Reference), e.Detail)
	return err
}

// Audit returns lines of the audit, latest first, and records that it was read.
func (s *Store) Audit(ctx context.Context, by apply.Actor, q casework.AuditQuery) ([]casework.AuditEntry, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	var out []casework.AuditEntry
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		if out, err = auditLines(ctx, tx, q); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ReadAudit, Reference: q.Reference})
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	return out, nil
}

func auditLines(ctx context.Context, tx *sql.Tx, q casework.AuditQuery) ([]casework.AuditEntry, error) {
	statement := `SELECT number, at, actor_kind, actor_id, login, action, reference, detail FROM audit WHERE number < $1`
	args := []any{q.Before, q.Limit}
	if q.Reference != "" {
		statement += ` AND reference = $3`
		args = append(args, string(q.Reference))
	}
	rows, err := tx.QueryContext(ctx, statement+` ORDER BY number DESC LIMIT $2`, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.AuditEntry
	for rows.Next() {
		var e casework.AuditEntry
		var at int64
		if err := rows.Scan(&e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Login, &e.Action, &e.Reference, &e.Detail); err != nil {
			return nil, err
		}
		e.At = moment(at)
		out = append(out, e)
	}
	return out, rows.Err()
}
