package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Erase deletes an application with its history at the family's wish. The audit
// keeps that it was there, and nothing of what it held. The error is that of
// [apply.Application.Erase], or [apply.ErrConflict] at another version.
func (s *Store) Erase(ctx context.Context, ref apply.Reference, version int) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.loadWith(ctx, tx, ref, s.lockRows) // it may be handed in at this moment
		if err != nil {
			return err
		}
		if a.Version != version {
			return apply.ErrConflict
		}
		if err := a.Erase(); err != nil {
			return err
		}
		return s.erase(ctx, tx, ref, casework.EraseCase, apply.Family)
	})
	if err != nil {
		return fmt.Errorf("erase application: %w", err)
	}
	s.discardLater(ctx, ref)
	return nil
}

// erase deletes rows and notes it; history and remembered browsers go with them, and
// the files are swept.
func (s *Store) erase(ctx context.Context, tx *sql.Tx, ref apply.Reference, why casework.Action, by apply.Actor) error {
	c := casework.Case{Kind: casework.ApplicationCase, ID: string(ref)}
	if err := errors.Join(s.dropAll(ctx, tx, c), dropReferrals(ctx, tx, c), dropConferences(ctx, tx, c)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM applications WHERE reference = $1`, string(ref)); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: why, Reference: ref})
}

// expireAtOnce bounds a transaction, so that visitors need not wait for it.
const expireAtOnce = 200

// expire deletes drafts and withdrawn applications that nothing happened to since
// before.
func (s *Store) expire(ctx context.Context, before time.Time) error {
	for {
		n := 0
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			refs, err := s.idle(ctx, tx, before)
			if err != nil {
				return err
			}
			n = len(refs)
			for _, ref := range refs {
				if err := s.erase(ctx, tx, ref, casework.ExpireCase, apply.Actor{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < expireAtOnce {
			return err
		}
	}
}

// idle locks what it finds: somebody may come back to it at this moment.
func (s *Store) idle(ctx context.Context, tx *sql.Tx, before time.Time) ([]apply.Reference, error) {
	return texts[apply.Reference](ctx, tx, `SELECT reference FROM applications
		WHERE state IN ($1, $2) AND updated_at < $3 ORDER BY reference LIMIT $4`+s.lockRows,
		string(apply.Draft), string(apply.Withdrawn), micros(before), expireAtOnce)
}
