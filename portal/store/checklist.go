package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Ticks returns which documents of an application somebody at the desk has looked at,
// by the documents' names, for who may open it.
func (s *Store) Ticks(ctx context.Context, by apply.Actor, ref apply.Reference) (map[string]casework.Tick, error) {
	out := map[string]casework.Tick{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		a, err := s.assignable(ctx, tx, ref, "")
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.OpenApplication, &casework.Scope{Town: a.town}); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT l.document, l.at, COALESCE(u.name, '') FROM looked_at l LEFT JOIN users u ON u.id = l.user_id WHERE l.reference = $1`, string(ref))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var document string
			var at int64
			var t casework.Tick
			if err := rows.Scan(&document, &at, &t.Name); err != nil {
				return err
			}
			t.At = moment(at)
			out[document] = t
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read the checklist: %w", err)
	}
	return out, nil
}

// TickDocument writes down that somebody has looked at a document, or takes that back.
// Sent again it changes nothing: the first look stands.
func (s *Store) TickDocument(ctx context.Context, by apply.Actor, ref apply.Reference, document string, on bool) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.assignable(ctx, tx, ref, s.lockRows)
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.CheckDocument, &casework.Scope{Town: a.town}); err != nil {
			return err
		}
		statement, args := `DELETE FROM looked_at WHERE reference = $1 AND document = $2`, []any{string(ref), storable(document)}
		if on {
			statement, args = `INSERT INTO looked_at (reference, document, user_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, append(args, by.ID, micros(s.now()))
		}
		done, err := changed(tx.ExecContext(ctx, statement, args...))
		if err != nil || !done {
			return err
		}
		line := casework.AuditEntry{At: s.now(), Actor: by, Action: casework.CheckDocument, Reference: ref, Detail: storable(document)}
		if !on {
			line.Action = casework.UncheckDocument
		}
		return s.audit(ctx, tx, line)
	})
	if err != nil {
		return fmt.Errorf("tick a document: %w", err)
	}
	return nil
}
