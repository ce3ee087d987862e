package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Accounts returns a page of the accounts, by login, to who manages them.
func (s *Store) Accounts(ctx context.Context, by apply.Actor, q casework.AccountQuery) (casework.AccountPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.AccountPage
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ManageUsers}, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, userColumns+` WHERE login > $1 AND ($2 = '' OR role = $2) ORDER BY login LIMIT $3`, storable(q.After), string(q.Role), q.Limit+1)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			u, err := scanUser(rows.Scan)
			if err != nil {
				return err
			}
			page.Users = append(page.Users, u)
		}
		return rows.Err()
	})
	if err != nil {
		return casework.AccountPage{}, fmt.Errorf("list accounts: %w", err)
	}
	if len(page.Users) > q.Limit {
		page.Users = page.Users[:q.Limit]
		page.Next = page.Users[q.Limit-1].Login
	}
	return page, nil
}

// Account returns one account to who manages them, and writes into the audit whose it
// is.
func (s *Store) Account(ctx context.Context, by apply.Actor, id string) (casework.User, error) {
	var u casework.User
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.ManageUsers, nil); err != nil {
			return err
		}
		u, err = scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, storable(id)).Scan)
		return err
	})
	if err == nil {
		err = s.RecordAccess(ctx, casework.AuditEntry{Actor: by, Action: casework.ManageUsers, Detail: u.Login})
	}
	if err != nil {
		return casework.User{}, fmt.Errorf("account: %w", err)
	}
	return u, nil
}

// changeAccount changes the account of another and ends its sessions, so that nothing
// goes on with what it could do before. Nobody changes their own: an administrator could
// otherwise leave the portal without one, or give themselves the cases.
func (s *Store) changeAccount(ctx context.Context, by apply.Actor, id string, what casework.Action, fn func(context.Context, *sql.Tx, casework.User) error) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ManageUsers, nil); err != nil {
			return err
		}
		if by.ID == id {
			return casework.ErrForbidden
		}
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`+s.lockRows, storable(id)).Scan)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, u); err != nil {
			return err
		}
		if err := s.endSessions(ctx, tx, by, u, ""); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: what, Detail: u.Login})
	})
}

// ChangePost gives somebody another role or area. The error is [apply.Invalid] if they
// do not fit.
func (s *Store) ChangePost(ctx context.Context, by apply.Actor, id string, p casework.Post) error {
	p = cleanPost(p)
	err := p.Check()
	if err == nil {
		err = s.changeAccount(ctx, by, id, casework.ChangePost, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
			_, err := tx.ExecContext(ctx, `UPDATE users SET role = $1, area = $2, village = $3, department = $4 WHERE id = $5`,
				string(p.Role), p.Area, p.Village, string(p.Department), u.ID)
			if err != nil {
				return err
			}
			if err := release(ctx, tx, u.ID); err != nil {
				return err
			}
			return s.tell(ctx, tx, u.ID, NotePost)
		})
	}
	if err != nil {
		return fmt.Errorf("change role or area: %w", err)
	}
	return nil
}

// DisableUser closes an account and ends its sessions. What it did stays known.
func (s *Store) DisableUser(ctx context.Context, by apply.Actor, id string) error {
	err := s.changeAccount(ctx, by, id, casework.DisableUser, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		ok, err := changed(tx.ExecContext(ctx, `UPDATE users SET disabled_at = $1 WHERE id = $2 AND disabled_at = 0`, micros(s.now()), u.ID))
		if err == nil && !ok {
			err = apply.ErrNotFound
		}
		if err != nil {
			return err
		}
		return release(ctx, tx, u.ID)
	})
	if err != nil {
		return fmt.Errorf("disable user: %w", err)
	}
	return nil
}

// EnableUser opens a closed account again.
func (s *Store) EnableUser(ctx context.Context, by apply.Actor, id string) error {
	err := s.changeAccount(ctx, by, id, casework.EnableUser, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		_, err := tx.ExecContext(ctx, `UPDATE users SET disabled_at = 0 WHERE id = $1`, u.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("enable user: %w", err)
	}
	return nil
}

// ResetFactor takes away somebody's second factor, which has to be set up again at the
// next sign-in where the role needs one, and tells the person.
func (s *Store) ResetFactor(ctx context.Context, by apply.Actor, id string) error {
	err := s.changeAccount(ctx, by, id, casework.ResetFactor, func(ctx context.Context, tx *sql.Tx, u casework.User) error {
		if err := dropFactor(ctx, tx, u.ID); err != nil {
			return err
		}
		return s.tell(ctx, tx, u.ID, NoteFactorReset)
	})
	if err != nil {
		return fmt.Errorf("reset the second factor: %w", err)
	}
	return nil
}
