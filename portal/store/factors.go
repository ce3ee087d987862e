package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func factorBound(user string) []byte { return []byte("factor:" + user + ":secret") }

// factor is a row of the table; the zero value is that of who has none.
type factor struct {
	secret    casework.Secret
	confirmed bool
	last      int64 // step of the last code that was taken
}

func (s *Store) factor(ctx context.Context, db querier, user string) (factor, error) {
	var f factor
	var sealed []byte
	var confirmed int64
	err := db.QueryRowContext(ctx, `SELECT secret, confirmed_at, last_step FROM factors WHERE user_id = $1`+s.lockIn(db), user).Scan(&sealed, &confirmed, &f.last)
	if errors.Is(err, sql.ErrNoRows) {
		return factor{}, nil
	}
	if err != nil {
		return factor{}, err
	}
	secret, err := s.vault.Open(sealed, factorBound(user))
	if err != nil {
		return factor{}, fmt.Errorf("open the second factor: %w", err)
	}
	f.secret, f.confirmed = casework.Secret(secret), confirmed > 0
	return f, nil
}

// lockIn ends a SELECT so that nobody else takes the same row, within a transaction.
func (s *Store) lockIn(db querier) string {
	if _, ok := db.(*sql.Tx); ok {
		return s.lockRows
	}
	return ""
}

// Factor says whether somebody has a second factor.
func (s *Store) Factor(ctx context.Context, by apply.Actor) (casework.Factor, error) {
	var f casework.Factor
	var since int64
	err := s.db.QueryRowContext(ctx, `SELECT confirmed_at, (SELECT COUNT(*) FROM recovery_codes c WHERE c.user_id = factors.user_id)
		FROM factors WHERE user_id = $1`, by.ID).Scan(&since, &f.Codes)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return casework.Factor{}, fmt.Errorf("read the second factor: %w", err)
	}
	f.Since = moment(since)
	return f, nil
}

// BeginFactor returns the secret with which somebody sets up an authenticator app. It
// stays the same until it is confirmed, so that a page may be opened again.
// [apply.ErrConflict] means that a second factor is set up already.
func (s *Store) BeginFactor(ctx context.Context, by apply.Actor) (casework.Secret, error) {
	fresh, err := casework.NewSecret(s.random)
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal([]byte(fresh), factorBound(by.ID))
	if err != nil {
		return "", fmt.Errorf("begin the second factor: %w", err)
	}
	var secret casework.Secret
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO factors (user_id, secret, confirmed_at, last_step) VALUES ($1, $2, 0, 0) ON CONFLICT (user_id) DO NOTHING`, by.ID, sealed)
		if err != nil {
			return err
		}
		f, err := s.factor(ctx, tx, by.ID)
		if err == nil && f.confirmed {
			err = apply.ErrConflict
		}
		secret = f.secret
		return err
	})
	if err != nil {
		return "", fmt.Errorf("begin the second factor: %w", err)
	}
	return secret, nil
}

// ConfirmFactor takes the app's first code. It returns recovery codes, which stand
// nowhere else, and the session's new token, by which it is signed in. A wrong code is
// [apply.ErrNotFound]; five of them lock the account's second factor for a while.
func (s *Store) ConfirmFactor(ctx context.Context, token apply.Token, code string) ([]apply.ShortCode, apply.Token, error) {
	var codes []apply.ShortCode
	next, err := s.passStep(ctx, token, casework.EnrolFactor, func(ctx context.Context, tx *sql.Tx, user string) error {
		f, err := s.factor(ctx, tx, user)
		if err != nil {
			return err
		}
		if f.confirmed {
			return apply.ErrConflict
		}
		step, ok := f.secret.Match(code, s.now(), f.last)
		if !ok {
			return apply.ErrNotFound
		}
		if _, err := tx.ExecContext(ctx, `UPDATE factors SET confirmed_at = $1, last_step = $2 WHERE user_id = $3`, micros(s.now()), step, user); err != nil {
			return err
		}
		codes, err = s.newRecovery(ctx, tx, user)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("confirm the second factor: %w", err)
	}
	return codes, next, nil
}

// RenewRecovery gives somebody new recovery codes, which stand nowhere else; all earlier
// ones die. It takes the password, wrong which is [apply.Invalid], and a code of the
// second factor, wrong which is [apply.ErrNotFound].
func (s *Store) RenewRecovery(ctx context.Context, by apply.Actor, password, code string) (codes []apply.ShortCode, err error) {
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	try := attempt{{byFactor, by.ID}, {byLogin, u.Login}}
	if err := s.begin(ctx, try); err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	right, _, err := s.passwords.Check(u.Password, password)
	if err == nil && !right {
		err = apply.Invalid{{Field: "password", Key: casework.KeyPasswordWrong}}
	}
	if err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.takeCode(ctx, tx, u.ID, code); err != nil {
			return err
		}
		if codes, err = s.newRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.RenewRecovery})
	})
	if err != nil {
		return nil, fmt.Errorf("renew recovery codes: %w", err)
	}
	return codes, nil
}

// newRecovery replaces somebody's recovery codes.
func (s *Store) newRecovery(ctx context.Context, tx *sql.Tx, user string) ([]apply.ShortCode, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE user_id = $1`, user); err != nil {
		return nil, err
	}
	var out []apply.ShortCode
	for len(out) < casework.RecoveryCodes {
		code, err := apply.NewShortCode(s.random)
		if err != nil {
			return nil, err
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO recovery_codes (user_id, code_index) VALUES ($1, $2) ON CONFLICT DO NOTHING`, user, s.recoveryIndex(user, code)))
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, code)
		}
	}
	return out, nil
}

func (s *Store) recoveryIndex(user string, code apply.ShortCode) string {
	return s.blind("recovery:"+user, string(code))
}

// PassFactor takes a code of the app, or a recovery code, which then is gone. It returns
// the session's new token, by which it is signed in. A code that was used is as wrong as
// any other: [apply.ErrNotFound].
func (s *Store) PassFactor(ctx context.Context, token apply.Token, code string) (apply.Token, error) {
	next, err := s.passStep(ctx, token, casework.PassFactor, func(ctx context.Context, tx *sql.Tx, user string) error {
		return s.takeCode(ctx, tx, user, code)
	})
	if err != nil {
		return "", fmt.Errorf("pass the second factor: %w", err)
	}
	return next, nil
}

func (s *Store) takeCode(ctx context.Context, tx *sql.Tx, user, code string) error {
	f, err := s.factor(ctx, tx, user)
	if err != nil {
		return err
	}
	if !f.confirmed {
		return apply.ErrNotFound
	}
	if step, ok := f.secret.Match(code, s.now(), f.last); ok {
		_, err := tx.ExecContext(ctx, `UPDATE factors SET last_step = $1 WHERE user_id = $2`, step, user)
		return err
	}
	spare, ok := apply.ParseShortCode(code)
	if ok {
		ok, err = changed(tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE user_id = $1 AND code_index = $2`, user, s.recoveryIndex(user, spare)))
	}
	if err == nil && !ok {
		err = apply.ErrNotFound
	}
	if err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: apply.Actor{Kind: apply.StaffActor, ID: user}, Action: casework.UseRecovery})
}

// passStep takes a session on by one step if fn agrees, under a new token: who has seen
// the one before, in whatever way, is not signed in by it. The tries of an account are
// limited, whatever session they come from.
func (s *Store) passStep(ctx context.Context, token apply.Token, what casework.Action, fn func(context.Context, *sql.Tx, string) error) (apply.Token, error) {
	session, u, err := s.session(ctx, token)
	if err != nil {
		return "", err
	}
	try := attempt{{byFactor, u.ID}}
	if err := s.begin(ctx, try); err != nil {
		return "", err
	}
	next, err := apply.NewToken(s.random)
	if err != nil {
		return "", err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := fn(ctx, tx, u.ID); err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `UPDATE sessions SET step = '', token_hash = $1, seen_at = $2 WHERE token_hash = $3`,
			next.Hash(), micros(s.now()), session.TokenHash))
		if err == nil && !ok {
			err = apply.ErrNotFound // ended meanwhile
		}
		if err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: u.Actor(), Action: what})
	})
	if errors.Is(err, apply.ErrNotFound) {
		err = errors.Join(err, s.RecordAccess(ctx, casework.AuditEntry{Actor: u.Actor(), Action: casework.FactorFailed}))
	}
	if err != nil {
		return "", err
	}
	return next, nil
}

// DropFactor takes away one's own second factor, with a last code of it, where the role
// does not need one.
func (s *Store) DropFactor(ctx context.Context, by apply.Actor, code string) error {
	try := attempt{{byFactor, by.ID}}
	if err := s.begin(ctx, try); err != nil {
		return fmt.Errorf("drop the second factor: %w", err)
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		if u.Role.NeedsSecondFactor() {
			return casework.ErrForbidden
		}
		if err := s.takeCode(ctx, tx, u.ID, code); err != nil {
			return err
		}
		if err := dropFactor(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.DropFactor})
	})
	if err != nil {
		return fmt.Errorf("drop the second factor: %w", err)
	}
	return nil
}

func dropFactor(ctx context.Context, tx *sql.Tx, user string) error {
	for _, table := range []string{"factors", "recovery_codes"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, user); err != nil {
			return err
		}
	}
	return nil
}
