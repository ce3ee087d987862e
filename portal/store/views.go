package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func viewBound(id string) []byte { return []byte("view:" + id + ":name") }

// Views lists the filters that somebody keeps, oldest first.
func (s *Store) Views(ctx context.Context, by apply.Actor) ([]casework.View, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, name, filters FROM desk_views WHERE user_id = $1 ORDER BY made_at, id`, by.ID)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []casework.View
	for rows.Next() {
		var v casework.View
		var sealed []byte
		if err := rows.Scan(&v.ID, &sealed, &v.Filters); err != nil {
			return nil, fmt.Errorf("list views: %w", err)
		}
		name, err := s.vault.Open(sealed, viewBound(v.ID))
		if err != nil {
			return nil, fmt.Errorf("open the name of a view: %w", err)
		}
		v.Name = string(name)
		out = append(out, v)
	}
	return out, rows.Err()
}

// KeepView keeps filters under a name, in place of what somebody had with the same
// filters. The error is [apply.Invalid] if the name does not fit or there are too many.
func (s *Store) KeepView(ctx context.Context, by apply.Actor, v casework.View) error {
	v, err := v.Clean()
	if err != nil {
		return err
	}
	if v.ID, err = s.newID(); err != nil {
		return err
	}
	sealed, err := s.vault.Seal([]byte(v.Name), viewBound(v.ID))
	if err != nil {
		return err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ListApplications, nil); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM desk_views WHERE user_id = $1 AND filters = $2`, by.ID, storable(v.Filters)); err != nil {
			return err
		}
		var kept int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM desk_views WHERE user_id = $1`, by.ID).Scan(&kept); err != nil {
			return err
		}
		if kept >= casework.ViewLimit {
			return apply.Invalid{{Field: "name", Key: casework.KeyViewMany, Args: map[string]any{"Max": casework.ViewLimit}}}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO desk_views (id, user_id, name, filters, made_at) VALUES ($1, $2, $3, $4, $5)`,
			v.ID, by.ID, sealed, storable(v.Filters), micros(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a view: %w", err)
	}
	return nil
}

// DropView forgets filters of the user's own; unknown ones are no error.
func (s *Store) DropView(ctx context.Context, by apply.Actor, id string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM desk_views WHERE id = $1 AND user_id = $2`, storable(id), by.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop a view: %w", err)
	}
	return nil
}
