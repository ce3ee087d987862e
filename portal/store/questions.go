package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// unansweredShown is how many questions the desk sees.
const unansweredShown = 200

// KeepUnanswered counts a question that found nothing; its text is cleaned once
// more and sealed. When very many different ones are kept already, new ones are
// let go: a program cannot fill the table. Count and times are filled in.
func (s *Store) KeepUnanswered(ctx context.Context, q casework.Unanswered) error {
	q.Text = casework.CleanQuestion(q.Text)
	if q.Text == "" {
		return nil
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.addUnanswered(ctx, tx, q) })
	if err != nil {
		return fmt.Errorf("keep question: %w", err)
	}
	return nil
}

func (s *Store) addUnanswered(ctx context.Context, tx *sql.Tx, q casework.Unanswered) error {
	id, err := s.newID()
	if err != nil {
		return err
	}
	text, err := s.vault.Seal([]byte(q.Text), unansweredBound(id))
	if err != nil {
		return err
	}
	key := s.blind("unanswered", string(q.Place)+"\x00"+q.Lang+"\x00"+strings.ToLower(q.Text))
	now := micros(s.now())
	_, err = tx.ExecContext(ctx, `INSERT INTO unanswered (id, key, place, lang, text, count, first_at, last_at)
		SELECT $1, $2, $3, $4, $5, 1, $6, $6
		WHERE (SELECT COUNT(*) FROM unanswered) < $7 OR EXISTS (SELECT 1 FROM unanswered WHERE key = $2)
		ON CONFLICT (key) DO UPDATE SET count = unanswered.count + 1, last_at = excluded.last_at, settled_at = 0,
			open_since = CASE WHEN unanswered.settled_at > 0 THEN excluded.last_at ELSE unanswered.open_since END`,
		id, key, string(q.Place), q.Lang, text, now, casework.MaxQuestions)
	return err
}

func unansweredBound(id string) []byte { return []byte("unanswered:" + id + ":text") }

// Unanswered returns what was asked most and found nothing, first that with which nobody
// has dealt. That the user saw it stands in the audit afterwards.
func (s *Store) Unanswered(ctx context.Context, by apply.Actor) ([]casework.Unanswered, error) {
	var out []casework.Unanswered
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ReadQuestions}, func(tx *sql.Tx) (err error) {
		out, err = s.unanswered(ctx, tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", err)
	}
	return out, nil
}

func (s *Store) unanswered(ctx context.Context, tx *sql.Tx) ([]casework.Unanswered, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (q casework.Unanswered, err error) {
		var sealed []byte
		var first, last, since, settled int64
		if err := scan(&q.ID, &q.Place, &q.Lang, &sealed, &q.Count, &first, &last, &since, &settled); err != nil {
			return q, err
		}
		text, err := s.vault.Open(sealed, unansweredBound(q.ID))
		if err != nil {
			return q, fmt.Errorf("open text: %w", err)
		}
		q.Text, q.First, q.Last, q.Settled = string(text), moment(first), moment(last), moment(settled)
		q.Since = moment(max(first, since))
		return q, nil
	}, `SELECT id, place, lang, text, count, first_at, last_at, open_since, settled_at FROM unanswered
		ORDER BY CASE WHEN settled_at = 0 THEN 0 ELSE 1 END, count DESC, last_at DESC, id LIMIT $1`, unansweredShown)
}

// Pause turns a part of the site off, for a reason that visitors read; an empty
// reason turns it on again. Both stand in the audit.
func (s *Store) Pause(ctx context.Context, by apply.Actor, part casework.Part, reason string) error {
	reason = storable(reason)
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.PausePart, nil); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM pauses WHERE part = $1`, string(part)); err != nil {
			return err
		}
		detail := string(part) + " on"
		if reason != "" {
			detail = string(part) + " off " + reason // what everybody read, so that it can be told later
			_, err := tx.ExecContext(ctx, `INSERT INTO pauses (part, reason, at) VALUES ($1, $2, $3)`, string(part), reason, micros(s.now()))
			if err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.PausePart, Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("pause %s: %w", part, err)
	}
	return nil
}

// Paused returns why a part of the site is turned off; "" if it is on.
func (s *Store) Paused(ctx context.Context, part casework.Part) (string, error) {
	var reason string
	err := s.db.QueryRowContext(ctx, `SELECT reason FROM pauses WHERE part = $1`, string(part)).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read pause of %s: %w", part, err)
	}
	return reason, nil
}
