package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/vault"
)

func deviceBound(id string) []byte { return []byte("field-device:" + id + ":key") }

// AddDevice makes a browser one that a director can work with in the villages, for as
// long as the session, and its successors there, are not ended on purpose.
func (s *Store) AddDevice(ctx context.Context, by apply.Actor, token apply.Token) (casework.Device, error) {
	private, public, err := vault.NewBoxKey(s.random)
	if err != nil {
		return casework.Device{}, err
	}
	id, err := s.newID()
	if err != nil {
		return casework.Device{}, err
	}
	sealed, err := s.vault.Seal(private, deviceBound(id))
	if err != nil {
		return casework.Device{}, fmt.Errorf("seal a device's key: %w", err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.WorkOffline, nil); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO field_devices (id, user_id, session_id, key, seen_at)
			VALUES ($1, $2, COALESCE((SELECT id FROM sessions WHERE token_hash = $3), ''), $4, $5)`, id, by.ID, token.Hash(), sealed, micros(s.now()))
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.WorkOffline, Detail: "begun"})
	})
	if err != nil {
		return casework.Device{}, fmt.Errorf("add a device: %w", err)
	}
	return casework.Device{ID: id, Public: public}, nil
}

// DeviceKnown reports whether there is such a device: it wipes itself where there is
// none. Whoever asks need not be signed in.
func (s *Store) DeviceKnown(ctx context.Context, id string) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM field_devices WHERE id = $1 AND seen_at >= $2`, storable(id), micros(s.now().Add(-casework.DeviceLasts))).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look for a device: %w", err)
	}
	return n > 0, nil
}

// SeeDevice notes that a device is in use, and in which session. The error is
// [casework.ErrNoDevice] if it is not the user's.
func (s *Store) SeeDevice(ctx context.Context, by apply.Actor, id string, token apply.Token) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		seen, err := changed(tx.ExecContext(ctx, `UPDATE field_devices SET seen_at = $3, session_id = COALESCE((SELECT id FROM sessions WHERE token_hash = $4), session_id)
			WHERE id = $1 AND user_id = $2 AND seen_at >= $5`, storable(id), by.ID, micros(s.now()), token.Hash(), micros(s.now().Add(-casework.DeviceLasts))))
		if err == nil && !seen {
			err = casework.ErrNoDevice
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("see a device: %w", err)
	}
	return nil
}

// OpenBoxed returns what was finished on one of the user's devices.
func (s *Store) OpenBoxed(ctx context.Context, by apply.Actor, b casework.Boxed) ([]byte, error) {
	var sealed []byte
	err := s.db.QueryRowContext(ctx, `SELECT key FROM field_devices WHERE id = $1 AND user_id = $2`, storable(b.Device), by.ID).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, casework.ErrNoDevice
	}
	if err != nil {
		return nil, fmt.Errorf("key of a device: %w", err)
	}
	private, err := s.vault.Open(sealed, deviceBound(b.Device))
	if err != nil {
		return nil, fmt.Errorf("key of a device: %w", err)
	}
	plain, err := vault.OpenBox(private, b.Box, b.Bound())
	if err != nil {
		return nil, fmt.Errorf("open what a device sent: %w", err)
	}
	return plain, nil
}

// SendTyped begins an application that was filled in with a family without a network:
// the consent first, then the answers, in one transaction and once however often it is
// sent. It returns the number that opens it.
func (s *Store) SendTyped(ctx context.Context, by apply.Actor, once casework.Once, typed casework.Typed) (apply.Reference, error) {
	now := s.now()
	code, err := apply.NewCode(s.random)
	if err != nil {
		return "", err
	}
	var answer string
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.AssistFamily, nil); err != nil {
			return err
		}
		answer, err = s.once(ctx, tx, by, once, func() (string, error) {
			a := &apply.Application{Code: code, Policy: typed.Form.Policy.Slug, Lang: typed.Lang, State: apply.Draft, Version: 1, Answers: typed.Answers, Created: now, Updated: now}
			if err := s.insertHead(ctx, tx, a, false); err != nil {
				return "", err
			}
			consent := typed.Consent
			consent.At = casework.Then(consent.At, now)
			if err := s.insertAssist(ctx, tx, by, a, consent); err != nil {
				return "", err
			}
			return string(a.Reference), s.auditAll(ctx, tx, []casework.AuditEntry{
				{At: now, Actor: by, Action: casework.BeginAssist, Reference: a.Reference, Detail: string(consent.Means)},
				{At: now, Actor: by, Action: casework.SaveAssist, Reference: a.Reference},
			})
		})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("send what was typed with a family: %w", err)
	}
	return apply.Reference(answer), nil
}

// insertAssist records that a director helps with an application, and the consent.
func (s *Store) insertAssist(ctx context.Context, tx *sql.Tx, by apply.Actor, head *apply.Application, consent casework.AssistConsent) error {
	sealed, err := s.sealer(head.Reference).seal(assistColumn, consent)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO assists (reference, user_id, consent, started_at, ending, token_hash, code_index, code_until, claim_hash)
		VALUES ($1, $2, $3, $4, '', '', '', 0, '')`, string(head.Reference), by.ID, sealed, micros(head.Created))
	return err
}

// SentAs returns what came of something that a user sent before: the number of an
// application. The error is [apply.ErrNotFound] if nothing did.
func (s *Store) SentAs(ctx context.Context, by apply.Actor, key string) (apply.Reference, error) {
	var answer string
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		answer, err = answerOf(ctx, tx, by, key)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("what was sent before: %w", err)
	}
	return apply.Reference(answer), nil
}

// dropDevices forgets the devices of a session; with an empty one, all of the user's but
// those of the session that stays.
func dropDevices(ctx context.Context, tx *sql.Tx, user, session, except string) error {
	if session != "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM field_devices WHERE user_id = $1 AND session_id = $2`, user, session)
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM field_devices WHERE user_id = $1 AND (session_id <> $2 OR $2 = '')`, user, except)
	return err
}
