package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Demo says whether what is kept is invented.
type Demo struct {
	Began time.Time // zero: nothing says so, and it is real
	Ended time.Time // when all of it was there; zero: filling broke off
}

// Demo reports whether the portal was filled with invented data.
func (s *Store) Demo(ctx context.Context) (Demo, error) {
	var began, ended int64
	err := s.db.QueryRowContext(ctx, `SELECT began_at, ended_at FROM demo`).Scan(&began, &ended)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Demo{}, fmt.Errorf("ask whether all is invented: %w", err)
	}
	return Demo{moment(began), moment(ended)}, nil
}

// used are tables of which a row may be somebody's, in a portal that has been used.
var used = []string{"applications", "users", "invites", "reports", "children", "feedback", "unanswered", "call_backs", "directory", "audit"}

// BeginDemo marks an empty portal as one whose data is invented. It returns [ErrNotEmpty]
// where anything is kept already, so that nothing real is ever called invented.
func (s *Store) BeginDemo(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, table := range used {
			var some bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&some); err != nil {
				return err
			}
			if some {
				return ErrNotEmpty
			}
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO demo (id, began_at, ended_at) VALUES (1, $1, 0) ON CONFLICT DO NOTHING`, micros(s.now())))
		if err == nil && !ok {
			err = ErrNotEmpty
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a demonstration: %w", err)
	}
	return nil
}

// EndDemo notes that all of the invented data is there.
func (s *Store) EndDemo(ctx context.Context) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE demo SET ended_at = $1`, micros(s.now()))
		return err
	})
}
