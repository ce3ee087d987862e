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
	if err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.audit(ctx, tx, e) }); err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// show runs fn on one state of the database, for who may do what e says. What fn read
// may be shown once it stands in the audit who saw it.
func (s *Store) show(ctx context.Context, e casework.AuditEntry, fn func(*sql.Tx) error) error {
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, e.Actor, e.Action, nil); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		return err
	}
	return s.RecordAccess(ctx, e)
}

// audit appends one line in the caller's transaction.
func (s *Store) audit(ctx context.Context, tx *sql.Tx, e casework.AuditEntry) error {
	return s.auditAll(ctx, tx, []casework.AuditEntry{e})
}

// auditAll appends lines in the caller's transaction, as the last thing it does:
// until it ends nobody else gets a number.
func (s *Store) auditAll(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) error {
	if len(lines) == 0 {
		return nil
	}
	logins, err := s.logins(ctx, tx, lines)
	if err != nil {
		return err
	}
	var last int64
	if err := tx.QueryRowContext(ctx, `UPDATE audit_head SET number = number + $1 RETURNING number`, len(lines)).Scan(&last); err != nil {
		return err
	}
	return s.writeRows(ctx, tx, insertAudit, auditRows(lines, logins, last))
}

// auditRows are the rows of lines, of which the last one has this number.
func auditRows(lines []casework.AuditEntry, logins map[string]string, last int64) [][]any {
	rows := make([][]any, len(lines))
	for i, e := range lines {
		number := last - int64(len(lines)-1-i)
		rows[i] = []any{number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, logins[e.Actor.ID], string(e.Action), string(e.Reference), e.Detail}
	}
	return rows
}

const auditColumns = `number, at, actor_kind, actor_id, login, action, reference, detail`

var insertAudit = insertInto(`audit`, auditColumns)

// logins returns those of the staff who act in the lines, by their ids.
func (s *Store) logins(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range lines {
		id := e.Actor.ID
		if _, known := out[id]; known || id == "" {
			continue
		}
		var login string
		err := tx.QueryRowContext(ctx, `SELECT login FROM users WHERE id = $1`, id).Scan(&login)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		out[id] = login
	}
	return out, nil
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
	look := casework.AuditEntry{Actor: by, Action: casework.ReadAudit, Reference: q.Reference}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		out, err = auditLines(ctx, tx, q)
		return err
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
