package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const seenEvery = time.Minute // a session's last use is not written more often

// FirstInvites returns tokens for the first of each of these roles while there are no
// users; none once there are. Tokens of earlier starts stop working.
func (s *Store) FirstInvites(ctx context.Context, roles ...casework.Role) ([]apply.Token, error) {
	var tokens []apply.Token
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var users int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM users`).Scan(&users); err != nil || users > 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM invites WHERE used_at = 0`); err != nil {
			return err
		}
		tokens = nil
		for _, r := range roles {
			token, err := s.invite(ctx, tx, casework.Invite{Post: casework.Post{Role: r}})
			if err != nil {
				return err
			}
			tokens = append(tokens, token)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("invite the first: %w", err)
	}
	return tokens, nil
}

func cleanPost(p casework.Post) casework.Post {
	p.Area, p.Village = storable(p.Area), storable(p.Village)
	return p.Clean()
}

// Invite returns a token by which one person becomes a user. The error is
// [apply.Invalid] if role, area or login do not fit. The zero Actor stands for the
// command line.
func (s *Store) Invite(ctx context.Context, by apply.Actor, i casework.Invite) (apply.Token, error) {
	i.Login, i.Name, i.Post = casework.CleanLogin(i.Login), storable(i.Name), cleanPost(i.Post)
	if err := i.Check(); err != nil {
		return "", err
	}
	var token apply.Token
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.ManageUsers, nil); err != nil {
			return err
		}
		if token, err = s.invite(ctx, tx, i); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.SendInvite, Detail: string(i.Role)})
	})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	return token, nil
}

func (s *Store) invite(ctx context.Context, tx *sql.Tx, i casework.Invite) (apply.Token, error) {
	token, err := apply.NewToken(s.random)
	if err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO invites (token_hash, login, name, role, area, village, department, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
		token.Hash(), i.Login, i.Name, string(i.Role), i.Area, i.Village, string(i.Department), micros(s.now()))
	return token, err
}

// InviteByToken returns an invitation that can still be taken up.
func (s *Store) InviteByToken(ctx context.Context, token apply.Token) (casework.Invite, error) {
	var i casework.Invite
	var created, used int64
	err := s.db.QueryRowContext(ctx, `SELECT login, name, role, area, village, department, created_at, used_at FROM invites WHERE token_hash = $1`, token.Hash()).
		Scan(&i.Login, &i.Name, &i.Role, &i.Area, &i.Village, &i.Department, &created, &used)
	if err != nil {
		return casework.Invite{}, fmt.Errorf("invitation: %w", missing(err))
	}
	i.Created, i.Used = moment(created), moment(used)
	if !i.Open(s.now()) {
		return casework.Invite{}, fmt.Errorf("invitation: %w", apply.ErrNotFound)
	}
	return i, nil
}

// AcceptInvite makes the invited person a user, once. The error is [apply.Invalid]
// if login, name or password do not fit.
func (s *Store) AcceptInvite(ctx context.Context, token apply.Token, login, name, password string) (casework.User, error) {
	i, err := s.InviteByToken(ctx, token)
	if err != nil {
		return casework.User{}, err
	}
	u, err := i.Accept(s.hash, login, name, password, s.now())
	if err != nil {
		return casework.User{}, err
	}
	if u.ID, err = s.newID(); err != nil {
		return casework.User{}, err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `UPDATE invites SET used_at = $1 WHERE token_hash = $2 AND used_at = 0`, micros(s.now()), token.Hash()))
		if err == nil && !ok {
			err = apply.ErrNotFound
		}
		if err != nil {
			return err
		}
		ok, err = changed(tx.ExecContext(ctx, `INSERT INTO users (id, login, name, role, area, village, department, password, created_at, disabled_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT (login) DO NOTHING`,
			u.ID, u.Login, u.Name, string(u.Role), u.Area, u.Village, string(u.Department), u.Password, micros(u.Created)))
		if err == nil && !ok {
			err = apply.Invalid{{Field: "login", Key: casework.KeyLoginTaken}}
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: u.Actor(), Action: casework.TakeInvite, Detail: string(u.Role)})
	})
	if err != nil {
		return casework.User{}, fmt.Errorf("accept invitation: %w", err)
	}
	return u, nil
}

func (s *Store) hash(password string) (string, error) { return s.passwords.Hash(s.random, password) }

func (s *Store) newID() (string, error) {
	b := make([]byte, 12)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return "", fmt.Errorf("draw an id: %w", err)
	}
	return hex.EncodeToString(b), nil
}

const userColumns = `SELECT id, login, name, role, area, village, department, password, created_at, disabled_at FROM users`

// scanUser reads one row of userColumns.
func scanUser(scan func(...any) error) (casework.User, error) {
	var u casework.User
	var created, disabled int64
	err := scan(&u.ID, &u.Login, &u.Name, &u.Role, &u.Area, &u.Village, &u.Department, &u.Password, &created, &disabled)
	u.Created, u.Disabled = moment(created), moment(disabled)
	return u, missing(err)
}

// Users lists all users by login.
func (s *Store) Users(ctx context.Context) ([]casework.User, error) {
	rows, err := s.db.QueryContext(ctx, userColumns+` ORDER BY login`)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []casework.User
	for rows.Next() {
		u, err := scanUser(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// SignIn opens a session, which waits for the second factor where the account has one or
// its role needs one. A wrong login, a wrong password and a closed account are the same
// [apply.ErrNotFound], after the same time; five wrong ones lock the login for 15 minutes
// and longer each time.
func (s *Store) SignIn(ctx context.Context, a casework.Attempt) (casework.Step, apply.Token, error) {
	login := casework.CleanLogin(a.Login)
	try := attempt{{byLogin, login}, {byDesk, a.Client}}
	if err := s.begin(ctx, try); err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE login = $1`, login).Scan)
	if err != nil && !errors.Is(err, apply.ErrNotFound) {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	ok, outdated, err := s.passwords.Check(u.Password, a.Password)
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	if !ok || !u.Disabled.IsZero() {
		err := s.RecordAccess(ctx, casework.AuditEntry{Actor: u.Actor(), Action: casework.SignInFailed})
		return "", "", fmt.Errorf("sign in: %w", errors.Join(apply.ErrNotFound, err))
	}
	renewed := ""
	if outdated {
		if renewed, err = s.hash(a.Password); err != nil {
			return "", "", err
		}
	}
	step, token, err := s.openSession(ctx, u, opening{Device: a.Device}, func(ctx context.Context, tx *sql.Tx) error {
		if renewed != "" {
			if _, err := tx.ExecContext(ctx, `UPDATE users SET password = $1 WHERE id = $2 AND password = $3`, renewed, u.ID, u.Password); err != nil {
				return err
			}
		}
		return s.succeed(ctx, tx, try)
	})
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	return step, token, nil
}

// opening is how somebody signs in.
type opening struct {
	Device string
	Strong bool // no second factor is asked for
}

// openSession gives a browser a session of somebody whose first factor was right; with
// runs in the same transaction.
func (s *Store) openSession(ctx context.Context, u casework.User, o opening, with func(context.Context, *sql.Tx) error) (casework.Step, apply.Token, error) {
	token, err := apply.NewToken(s.random)
	if err != nil {
		return "", "", err
	}
	id, err := s.newID()
	if err != nil {
		return "", "", err
	}
	now := micros(s.now())
	var step casework.Step
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := with(ctx, tx); err != nil {
			return err
		}
		f, err := s.factor(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if step = u.NextStep(f.confirmed); o.Strong {
			step = casework.SignedIn
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO sessions (id, token_hash, user_id, device, step, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
			id, token.Hash(), u.ID, storable(o.Device), string(step), now); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: u.Actor(), Action: casework.SignIn})
	})
	return step, token, err
}

// ChangePassword gives somebody who knows the password another one, and ends all
// sessions of the account. The error is [apply.Invalid] for what has to be mended.
func (s *Store) ChangePassword(ctx context.Context, by apply.Actor, old, password string) error {
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	try := attempt{{byLogin, u.Login}}
	if err := s.begin(ctx, try); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	right, _, err := s.passwords.Check(u.Password, old)
	if err == nil && !right {
		err = apply.Invalid{{Field: "password", Key: casework.KeyPasswordWrong}}
	}
	if err == nil {
		err = u.CheckNewPassword(password)
	}
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	hashed, err := s.hash(password)
	if err != nil {
		return err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `UPDATE users SET password = $1 WHERE id = $2 AND password = $3`, hashed, u.ID, u.Password))
		if err == nil && !ok {
			err = apply.ErrConflict // changed meanwhile
		}
		if err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, by, u, ""); err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ChangePassword})
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}
