package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// CreateDraft starts an application and returns it with the token that lets the
// browser come back to it.
func (s *Store) CreateDraft(ctx context.Context, policy, lang string) (*apply.Application, apply.Token, error) {
	now := s.now()
	code, err := apply.NewCode(s.random)
	if err != nil {
		return nil, "", err
	}
	a := &apply.Application{Code: code, Policy: policy, Lang: lang, State: apply.Draft, Version: 1, Answers: apply.Answers{}, Created: now, Updated: now}
	var token apply.Token
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.insertNew(ctx, tx, a); err != nil {
			return err
		}
		token, err = s.remember(ctx, tx, a.Reference)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("create draft: %w", err)
	}
	return a, token, nil
}

// Remember returns a new token by which a browser opens this application for
// [apply.DraftTokenLasts].
func (s *Store) Remember(ctx context.Context, ref apply.Reference) (apply.Token, error) {
	var token apply.Token
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		token, err = s.remember(ctx, tx, ref)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("remember browser: %w", err)
	}
	return token, nil
}

func (s *Store) remember(ctx context.Context, tx *sql.Tx, ref apply.Reference) (apply.Token, error) {
	token, err := apply.NewToken(s.random)
	if err != nil {
		return "", err
	}
	return token, s.rememberBy(ctx, tx, token, ref)
}

// rememberBy lets a token count for an application from now on.
func (s *Store) rememberBy(ctx context.Context, tx *sql.Tx, token apply.Token, ref apply.Reference) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO draft_tokens (token_hash, reference, expires_at) VALUES ($1, $2, $3)`,
		token.Hash(), string(ref), micros(s.now().Add(apply.DraftTokenLasts)))
	return err
}

// Forget makes a browser's token useless; unknown tokens are no error.
func (s *Store) Forget(ctx context.Context, token apply.Token) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM draft_tokens WHERE token_hash = $1`, token.Hash())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget browser: %w", err)
	}
	return nil
}

// ApplicationByDraftToken returns the application that a browser is remembered for.
func (s *Store) ApplicationByDraftToken(ctx context.Context, token apply.Token) (*apply.Application, error) {
	var a *apply.Application
	err := s.read(ctx, func(tx *sql.Tx) error {
		var ref apply.Reference
		err := tx.QueryRowContext(ctx, `SELECT reference FROM draft_tokens WHERE token_hash = $1 AND expires_at > $2`,
			token.Hash(), micros(s.now())).Scan(&ref)
		if err != nil {
			return missing(err)
		}
		a, err = s.loadMarked(ctx, tx, ref)
		return err
	})
	if err == nil {
		err = s.unsettled.await(ctx, a)
	}
	if err != nil {
		return nil, fmt.Errorf("application of a browser: %w", err)
	}
	return a, nil
}

// ApplicationByReference returns an application to whoever is already known to be
// allowed to see it. Staff use [Store.OpenForStaff], families [Store.OpenWithCode].
func (s *Store) ApplicationByReference(ctx context.Context, ref apply.Reference) (*apply.Application, error) {
	var a *apply.Application
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		a, err = s.loadMarked(ctx, tx, ref)
		return err
	})
	if err == nil {
		err = s.unsettled.await(ctx, a)
	}
	if err != nil {
		return nil, fmt.Errorf("application by reference: %w", err)
	}
	return a, nil
}

// OpenForStaff returns an application to who may open it, and writes into the audit who
// did.
func (s *Store) OpenForStaff(ctx context.Context, by apply.Actor, ref apply.Reference) (*apply.Application, error) {
	a, err := s.openAs(ctx, casework.AuditEntry{Actor: by, Action: casework.OpenApplication, Reference: ref})
	if err != nil {
		return nil, fmt.Errorf("open application: %w", err)
	}
	return a, nil
}

// Reveal returns an application to who may see this field of it in full, and writes
// that into the audit.
func (s *Store) Reveal(ctx context.Context, by apply.Actor, ref apply.Reference, field string) (*apply.Application, error) {
	a, err := s.openAs(ctx, casework.AuditEntry{Actor: by, Action: casework.RevealField, Reference: ref, Detail: field})
	if err != nil {
		return nil, fmt.Errorf("reveal a field: %w", err)
	}
	return a, nil
}

// openAs returns the application that a look is about, judged with its own scope.
func (s *Store) openAs(ctx context.Context, look casework.AuditEntry) (a *apply.Application, err error) {
	err = s.show(ctx, look, func(tx *sql.Tx) (err error) {
		if a, err = s.load(ctx, tx, look.Reference); err != nil {
			return err
		}
		at := casework.ScopeOf(a)
		return permit(ctx, tx, look.Actor, look.Action, &at)
	})
	return a, err
}

// Handlers returns the names of the staff in the history of an application, by their
// ids, for who may open it.
func (s *Store) Handlers(ctx context.Context, by apply.Actor, ref apply.Reference) (map[string]string, error) {
	names := map[string]string{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		var town string
		if err := tx.QueryRowContext(ctx, `SELECT town FROM applications WHERE reference = $1`, string(ref)).Scan(&town); err != nil {
			return missing(err)
		}
		if err := permit(ctx, tx, by, casework.OpenApplication, &casework.Scope{Town: town}); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT id, name FROM users WHERE id IN (SELECT actor_id FROM events WHERE reference = $1)`, string(ref))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var id, name string
			if err := rows.Scan(&id, &name); err != nil {
				return err
			}
			names[id] = name
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("who handled it: %w", err)
	}
	return names, nil
}

// insertNew gives an application its number. One that is for a child of a household,
// but of none yet, begins one.
func (s *Store) insertNew(ctx context.Context, tx *sql.Tx, a *apply.Application) (err error) {
	heads := a.Child > 0 && a.Household == ""
	for inserted := false; !inserted; {
		// Seven random digits a month: a number may be taken, the next one is not.
		if a.Reference, err = apply.NewReference(s.random, a.Created); err != nil {
			return err
		}
		if heads {
			a.Household = a.Reference
		}
		if inserted, err = s.insert(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// insert reports false if the number is taken.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, a *apply.Application) (bool, error) {
	r := &record{a: a}
	if err := s.sealRecord(r); err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, `INSERT INTO applications (`+recordColumns+`) VALUES `+placeholders(19)+`
		ON CONFLICT (reference) DO NOTHING`, r.values()...))
}
