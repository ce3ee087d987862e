package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const sessionColumns = `SELECT id, token_hash, user_id, device, step, created_at, seen_at FROM sessions`

func scanSession(scan func(...any) error) (casework.Session, error) {
	var x casework.Session
	var created, seen int64
	err := scan(&x.ID, &x.TokenHash, &x.UserID, &x.Device, &x.Step, &created, &seen)
	x.Created, x.Seen = moment(created), moment(seen)
	return x, missing(err)
}

// session returns a session that still counts, at whatever step it is.
func (s *Store) session(ctx context.Context, token apply.Token) (casework.Session, casework.User, error) {
	x, err := scanSession(s.db.QueryRowContext(ctx, sessionColumns+` WHERE token_hash = $1`, token.Hash()).Scan)
	if err != nil {
		return x, casework.User{}, fmt.Errorf("session: %w", err)
	}
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = $1`, x.UserID).Scan)
	if err != nil {
		return x, casework.User{}, fmt.Errorf("session: %w", err)
	}
	if !x.Live(s.now()) || !u.Disabled.IsZero() {
		return x, casework.User{}, fmt.Errorf("session: %w", apply.ErrNotFound)
	}
	return x, u, nil
}

// Halfway returns who has given the right password and still owes the second factor.
func (s *Store) Halfway(ctx context.Context, token apply.Token) (casework.User, casework.Step, error) {
	x, u, err := s.session(ctx, token)
	if err == nil && x.Step == casework.SignedIn {
		err = apply.ErrNotFound
	}
	return u, x.Step, err
}

// UserBySession returns who is signed in with this token, and keeps the session
// from going idle.
func (s *Store) UserBySession(ctx context.Context, token apply.Token) (casework.User, error) {
	x, u, err := s.session(ctx, token)
	if err == nil && x.Step != casework.SignedIn {
		err = fmt.Errorf("session: %w", apply.ErrNotFound)
	}
	now := s.now()
	if err != nil || now.Sub(x.Seen) < seenEvery {
		return u, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $1`, micros(now), x.TokenHash)
		return err
	})
	if err != nil {
		return casework.User{}, fmt.Errorf("session: %w", err)
	}
	return u, nil
}

// Sessions lists somebody's sessions, the last used first; also those of another, for
// who manages accounts.
func (s *Store) Sessions(ctx context.Context, by apply.Actor, user string) ([]casework.Session, error) {
	var out []casework.Session
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permitOwn(ctx, tx, by, user); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, sessionColumns+` WHERE user_id = $1 AND step = '' ORDER BY seen_at DESC, id`, user)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			x, err := scanSession(rows.Scan)
			if err != nil {
				return err
			}
			if x.Live(s.now()) {
				out = append(out, x)
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return out, nil
}

// permitOwn lets everybody at what is their own, and who manages accounts at all.
func permitOwn(ctx context.Context, tx *sql.Tx, by apply.Actor, user string) error {
	if by.ID == user && by.ID != "" {
		return permit(ctx, tx, by, casework.OwnAccount, nil)
	}
	return permit(ctx, tx, by, casework.ManageUsers, nil)
}

// EndSession ends one of somebody's sessions; all of them if id is empty. except is the
// id of one that stays.
func (s *Store) EndSession(ctx context.Context, by apply.Actor, user, id, except string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permitOwn(ctx, tx, by, user); err != nil {
			return err
		}
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, storable(user)).Scan)
		if err != nil {
			return err
		}
		if id == "" {
			return s.endSessions(ctx, tx, by, u, except)
		}
		ok, err := changed(tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = $1 AND user_id = $2`, storable(id), u.ID))
		if err != nil || !ok {
			return err // ended already: nobody minds
		}
		if err := errors.Join(stopAssists(ctx, tx, u.ID), dropDevices(ctx, tx, u.ID, storable(id), "")); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.EndSession, Detail: u.Login})
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// endSessions ends all sessions of somebody but one, with what they help with.
func (s *Store) endSessions(ctx context.Context, tx *sql.Tx, by apply.Actor, u casework.User, except string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = $1 AND id <> $2`, u.ID, except); err != nil {
		return err
	}
	if err := dropDevices(ctx, tx, u.ID, "", except); err != nil {
		return err
	}
	if except == "" {
		if err := stopAssists(ctx, tx, u.ID); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.EndSession, Detail: u.Login})
}

// SignOut ends the session; an unknown token is no error.
func (s *Store) SignOut(ctx context.Context, token apply.Token) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var user, session string
		err := tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE token_hash = $1 RETURNING user_id, id`, token.Hash()).Scan(&user, &session)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		actor := apply.Actor{Kind: apply.StaffActor, ID: user}
		if err := errors.Join(stopAssists(ctx, tx, user), dropDevices(ctx, tx, user, session, "")); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: actor, Action: casework.SignOut})
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
