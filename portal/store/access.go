package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// NoteAccess tells somebody that an administrator has asked for a link that sets
// password and second factor of the account anew.
const NoteAccess NoteKind = "access-asked"

// accessKept is how long it is known who asked for whom, and why.
const accessKept = 3 * 365 * 24 * time.Hour

func accessBound(id string) []byte { return []byte("access:" + id + ":reason") }

const accessColumns = `SELECT id, user_id, asked_by, asked_at, given_at, proof, reason FROM access_requests`

func (s *Store) scanAccess(scan func(...any) error) (casework.AccessRequest, error) {
	var r casework.AccessRequest
	var asked, given int64
	var sealed []byte
	if err := scan(&r.ID, &r.User, &r.By, &asked, &given, &r.Proof, &sealed); err != nil {
		return r, missing(err)
	}
	r.Asked, r.Given = moment(asked), moment(given)
	return r, s.openJSON(sealed, accessBound(r.ID), &r.Reason)
}

// openAccess returns the requests that still lead to something, the oldest first; all of
// them without a user.
func (s *Store) openAccess(ctx context.Context, tx *sql.Tx, user string) ([]casework.AccessRequest, error) {
	now := s.now()
	return eachRow(ctx, tx, s.scanAccess, accessColumns+` WHERE ended_at = 0 AND ($1 = '' OR user_id = $1)
		AND (given_at = 0 AND asked_at > $2 OR given_at > $3) ORDER BY asked_at, id`,
		user, micros(now.Add(-casework.AccessAskLasts)), micros(now.Add(-casework.AccessLinkLasts)))
}

// AccessRequests returns the requests for an account that still count, at most one; those
// for all accounts if the id is empty.
func (s *Store) AccessRequests(ctx context.Context, by apply.Actor, id string) ([]casework.AccessRequest, error) {
	var out []casework.AccessRequest
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.ManageUsers, nil); err != nil {
			return err
		}
		out, err = s.openAccess(ctx, tx, storable(id))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("requests for access: %w", err)
	}
	return out, nil
}

// AskAccess says that an administrator has seen the owner of an account, who has lost
// password and second factor. It ends the account's sessions, since whoever has found
// the phone may be in one, and tells the owner. A request before is replaced.
func (s *Store) AskAccess(ctx context.Context, by apply.Actor, r casework.AccessRequest) error {
	if r = r.Clean(); r.Check() != nil {
		return fmt.Errorf("ask for access: %w", r.Check())
	}
	id, err := s.newID()
	if err != nil {
		return err
	}
	sealed, err := s.sealJSON(storable(r.Reason), accessBound(id))
	if err != nil {
		return fmt.Errorf("ask for access: %w", err)
	}
	err = s.changeAccount(ctx, by, r.User, casework.AskAccess, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		if !u.Disabled.IsZero() {
			return apply.ErrConflict
		}
		if err := s.endAccess(ctx, tx, u.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO access_requests (id, user_id, asked_by, asked_at, proof, reason, given_by, given_at, token_hash, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, '', 0, '', 0)`, id, u.ID, by.ID, micros(s.now()), string(r.Proof), sealed); err != nil {
			return err
		}
		return s.tell(ctx, tx, u.ID, NoteAccess)
	})
	if err != nil {
		return fmt.Errorf("ask for access: %w", err)
	}
	return nil
}

func (s *Store) endAccess(ctx context.Context, tx *sql.Tx, user string) error {
	_, err := tx.ExecContext(ctx, `UPDATE access_requests SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0`, micros(s.now()), user)
	return err
}

// GiveAccess agrees to a request and returns the link's token, which stands nowhere else.
// [casework.ErrForbidden] is for who asked: it takes a second administrator.
// [apply.ErrNotFound] means that the request counts no more, or that somebody was quicker.
func (s *Store) GiveAccess(ctx context.Context, by apply.Actor, user, request string) (apply.Token, error) {
	token, err := apply.NewToken(s.random)
	if err != nil {
		return "", err
	}
	err = s.changeAccount(ctx, by, user, casework.GiveAccess, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		open, err := s.openAccess(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if len(open) == 0 || open[0].ID != request || !open[0].Given.IsZero() || !u.Disabled.IsZero() {
			return apply.ErrNotFound
		}
		if open[0].By == by.ID {
			return casework.ErrForbidden
		}
		_, err = tx.ExecContext(ctx, `UPDATE access_requests SET given_by = $1, given_at = $2, token_hash = $3 WHERE id = $4`,
			by.ID, micros(s.now()), token.Hash(), request)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("give access: %w", err)
	}
	return token, nil
}

// RecallAccess ends a request, and its link if there is one.
func (s *Store) RecallAccess(ctx context.Context, by apply.Actor, user string) error {
	err := s.changeAccount(ctx, by, user, casework.RecallAccess, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		return s.endAccess(ctx, tx, u.ID)
	})
	if err != nil {
		return fmt.Errorf("recall access: %w", err)
	}
	return nil
}

// accessUser returns whose account a link of an administrator opens at this moment.
func (s *Store) accessUser(ctx context.Context, db querier, token string) (casework.User, error) {
	u, err := scanUser(db.QueryRowContext(ctx, userColumns+` WHERE disabled_at = 0 AND id = (SELECT user_id FROM access_requests
		WHERE token_hash = $1 AND ended_at = 0 AND given_at > $2)`, apply.Token(token).Hash(), micros(s.now().Add(-casework.AccessLinkLasts))).Scan)
	if err != nil {
		return u, fmt.Errorf("link of an administrator: %w", err)
	}
	return u, nil
}

// useAccess takes the link, once, and with it the second factor, which is set up anew at
// the next sign-in where the role needs one.
func (s *Store) useAccess(ctx context.Context, tx *sql.Tx, token string) error {
	u, err := s.accessUser(ctx, tx, token)
	if err != nil {
		return err
	}
	ok, err := changed(tx.ExecContext(ctx, `UPDATE access_requests SET ended_at = $1 WHERE token_hash = $2 AND ended_at = 0`, micros(s.now()), apply.Token(token).Hash()))
	if err == nil && !ok {
		err = apply.ErrNotFound // used meanwhile
	}
	if err != nil {
		return err
	}
	if err := dropFactor(ctx, tx, u.ID); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: u.Actor(), Action: casework.UseAccess, Detail: u.Login})
}
