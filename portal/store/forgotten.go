package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// What staff are told of their passwords.
const (
	NoteForgotten   NoteKind = "password-forgotten" // holds a link that sets a new one, once
	NotePasswordSet NoteKind = "password-set"       // which was used
)

// Somebody who forgot a password and is written to again and again has a mailbox full;
// somebody who asks for the whole desk is guessing at names.
var (
	byForgotten = limit{"forgotten", 4, time.Hour, false}
	byAsking    = limit{"forgotten-desk", 20, time.Hour, false}
)

// ForgotPassword sends a link by which the password is set anew to the address that is
// known of the login, if there are both. What it returns is the same if there is neither,
// or if it was asked for too often.
func (s *Store) ForgotPassword(ctx context.Context, login, client string) error {
	login = casework.CleanLogin(storable(login))
	var locked *apply.LockedError
	err := s.begin(ctx, attempt{{byAsking, client}, {byForgotten, login}})
	if errors.As(err, &locked) {
		return nil
	}
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE login = $1 AND disabled_at = 0`, login).Scan)
			if err != nil && !errors.Is(err, apply.ErrNotFound) {
				return err
			}
			if err := s.tell(ctx, tx, u.ID, NoteForgotten); err != nil { // nobody has no address
				return err
			}
			return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Action: casework.ForgotPassword, Detail: u.Login})
		})
	}
	if err != nil {
		return fmt.Errorf("forgotten password: %w", err)
	}
	return nil
}

// resetToken is what a link holds: whose password it sets, since when it counts, and a
// keyed hash of both and of the password so far. So it lies nowhere, and ends with that
// password: it works once, and not at all once the password was changed otherwise.
func (s *Store) resetToken(user, password string, made time.Time) string {
	at := strconv.FormatInt(micros(made), 36)
	return user + "." + at + "." + s.blind("password-reset", user+"."+at+"."+password)
}

// resetUser returns whose password a token sets at this moment.
func (s *Store) resetUser(ctx context.Context, token string) (casework.User, error) {
	none := fmt.Errorf("link for a password: %w", apply.ErrNotFound)
	user, rest, sent := strings.Cut(token, ".")
	if !sent { // in no message: an administrator gave it
		return s.accessUser(ctx, s.db, token)
	}
	at, _, ok := strings.Cut(rest, ".")
	made, err := strconv.ParseInt(at, 36, 64)
	if !ok || err != nil || storable(user) != user {
		return casework.User{}, none
	}
	if age := s.now().Sub(moment(made)); age < 0 || age >= casework.ResetLasts {
		return casework.User{}, none
	}
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = $1`, user).Scan)
	if err != nil {
		return casework.User{}, fmt.Errorf("link for a password: %w", err)
	}
	want := s.resetToken(u.ID, u.Password, moment(made))
	if !u.Disabled.IsZero() || subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1 {
		return casework.User{}, none
	}
	return u, nil
}

// CheckReset returns [apply.ErrNotFound] for a link that sets no password (any more).
func (s *Store) CheckReset(ctx context.Context, token string) error {
	_, err := s.resetUser(ctx, token)
	return err
}

// ResetPassword sets the password of who was sent the link, and ends all sessions. The
// second factor stays as it is, and is asked for at the next sign-in; a link that two
// administrators gave takes it away, too. The error is [apply.Invalid] for a password
// that does not fit.
func (s *Store) ResetPassword(ctx context.Context, token, password string) error {
	u, err := s.resetUser(ctx, token)
	if err != nil {
		return err
	}
	if err := u.CheckNewPassword(password); err != nil {
		return fmt.Errorf("set a new password: %w", err)
	}
	hashed, err := s.hash(password)
	if err != nil {
		return err
	}
	by := u.Actor()
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `UPDATE users SET password = $1 WHERE id = $2 AND password = $3 AND disabled_at = 0`, hashed, u.ID, u.Password))
		if err == nil && !ok {
			err = apply.ErrNotFound // used meanwhile
		}
		if err != nil {
			return err
		}
		if !strings.Contains(token, ".") {
			if err := s.useAccess(ctx, tx, token); err != nil {
				return err
			}
		}
		if err := s.endSessions(ctx, tx, by, u, ""); err != nil {
			return err
		}
		// Whoever had typed the old one until it was locked may come in with the new one.
		if err := s.succeed(ctx, tx, attempt{{byLogin, u.Login}}); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, u.ID, NotePasswordSet); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ResetPassword, Detail: u.Login})
	})
	if err != nil {
		return fmt.Errorf("set a new password: %w", err)
	}
	return nil
}

// addTokens puts the links into notes that are about to be sent.
func (s *Store) addTokens(ctx context.Context, tx *sql.Tx, notes []Note) error {
	for i, n := range notes {
		if n.Kind != NoteForgotten {
			continue
		}
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, n.user).Scan)
		if err != nil {
			return err
		}
		notes[i].Token = s.resetToken(u.ID, u.Password, n.made)
	}
	return nil
}
