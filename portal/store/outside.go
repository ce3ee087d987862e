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

// identity is the column by which an identity from outside is found.
func (s *Store) identity(o casework.Outside) string {
	return s.blind("outside-identity", o.Issuer+" "+o.Subject)
}

// SignInOutside opens a session for whoever has linked this identity; ErrNotFound for an
// identity that nobody has linked, or whose account was closed. A second factor that was
// asked for there is not asked for again.
func (s *Store) SignInOutside(ctx context.Context, o casework.Outside, device string) (casework.Step, apply.Token, error) {
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = (SELECT user_id FROM outside_identities WHERE identity = $1)`, s.identity(o)).Scan)
	if err == nil && !u.Disabled.IsZero() {
		err = apply.ErrNotFound
	}
	if errors.Is(err, apply.ErrNotFound) {
		err = errors.Join(err, s.RecordAccess(ctx, casework.AuditEntry{Actor: u.Actor(), Action: casework.SignInFailed, Detail: "outside"}))
	}
	if err != nil {
		return "", "", fmt.Errorf("sign in from outside: %w", err)
	}
	step, token, err := s.openSession(ctx, u, opening{Device: device, Strong: o.Strong}, func(context.Context, *sql.Tx) error { return nil })
	if err != nil {
		return "", "", fmt.Errorf("sign in from outside: %w", err)
	}
	return step, token, nil
}

// LinkOutside lets somebody sign in with an identity from outside from now on; ErrConflict
// if it is another's.
func (s *Store) LinkOutside(ctx context.Context, by apply.Actor, o casework.Outside) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.OwnAccount, nil); err != nil {
			return err
		}
		var owner string
		err := tx.QueryRowContext(ctx, `SELECT user_id FROM outside_identities WHERE identity = $1`, s.identity(o)).Scan(&owner)
		switch {
		case err == nil && owner == by.ID:
			return nil
		case err == nil:
			return apply.ErrConflict
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM outside_identities WHERE user_id = $1`, by.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO outside_identities (identity, user_id, linked_at) VALUES ($1, $2, $3)`, s.identity(o), by.ID, micros(s.now())); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.LinkOutside})
	})
	if err != nil {
		return fmt.Errorf("link an identity: %w", err)
	}
	return nil
}

// UnlinkOutside takes the identity away again; nobody minds if there is none.
func (s *Store) UnlinkOutside(ctx context.Context, by apply.Actor) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.OwnAccount, nil); err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `DELETE FROM outside_identities WHERE user_id = $1`, by.ID))
		if err != nil || !ok {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.UnlinkOutside})
	})
	if err != nil {
		return fmt.Errorf("unlink an identity: %w", err)
	}
	return nil
}

// LinkedOutside returns when somebody linked an identity; the zero time for never.
func (s *Store) LinkedOutside(ctx context.Context, by apply.Actor) (time.Time, error) {
	var at int64
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.OwnAccount, nil); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, `SELECT linked_at FROM outside_identities WHERE user_id = $1`, by.ID).Scan(&at)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("linked identity: %w", err)
	}
	return moment(at), nil
}
