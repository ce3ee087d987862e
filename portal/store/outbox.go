package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"huitong/portal/apply"
)

// NoteKind says what a family is told.
type NoteKind string

// What families are told. Only a pass holds the access code, and it is only sent at
// the family's own wish.
const (
	NotePass      NoteKind = "pass"
	NoteChanged   NoteKind = "changed"    // the office has done something
	NoteDraft     NoteKind = "draft"      // something is unfinished
	NoteDraftEnds NoteKind = "draft-ends" // and will be deleted soon
)

// Note is one message to be sent.
type Note struct {
	ID        string
	Kind      NoteKind
	Reference apply.Reference
	Code      apply.Code // of a pass only
	Lang      string
	Contact   apply.Contact
	Ends      time.Time // of a draft: when it is deleted
	Token     string    // that sets a forgotten password, once

	user string    // at the desk
	made time.Time // when it came up

	tries int
	staff bool // to somebody at the desk: it has no application

	report bool // to somebody at the desk, of a report
}

const (
	notesLast    = 90 * 24 * time.Hour // how long it is known what was sent
	noteLease    = 10 * time.Minute    // a sender that dies is followed by the next after this
	draftWarning = 14 * 24 * time.Hour // how long before its end a draft is warned of
)

// noteRetries is after what time an attempt is repeated; after the last the note is
// given up, and staff see that the family has not heard.
var noteRetries = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// notifyOf writes what families want to hear into the outbox, in the transaction of
// what happened. It asks nobody outside.
func (s *Store) notifyOf(ctx context.Context, tx *sql.Tx, kind NoteKind, refs []apply.Reference) error {
	for _, ref := range refs {
		if err := s.enqueue(ctx, tx, kind, ref, ` AND changes = 1`); err != nil {
			return err
		}
	}
	return nil
}

// enqueue adds a note for a family that has given an address, and for no other.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, kind NoteKind, ref apply.Reference, and string) error {
	id, err := s.newID()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO outbox (id, reference, kind, address_index, state, tries, due_at, made_at)
		SELECT $1, reference, $2, address_index, 'waiting', 0, $3, $3 FROM contacts WHERE reference = $4`+and,
		id, string(kind), micros(s.now()), string(ref))
	return err
}

// TakeNotes returns up to limit notes that are due. Until they are settled, or for
// ten minutes, nobody else gets them: one that is not settled is sent again.
func (s *Store) TakeNotes(ctx context.Context, limit int) ([]Note, error) {
	var out []Note
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if out, err = s.dueReportAlerts(ctx, tx, limit); err != nil { // first: nothing is as urgent
			return err
		}
		families, err := s.dueNotes(ctx, tx, limit-len(out))
		if err != nil {
			return err
		}
		out = append(out, families...)
		desk, err := s.dueStaffNotes(ctx, tx, limit-len(out))
		if err != nil {
			return err
		}
		out = append(out, desk...)
		for _, n := range out {
			_, err := tx.ExecContext(ctx, `UPDATE `+n.table()+` SET tries = tries + 1, due_at = $1 WHERE id = $2`, micros(s.now().Add(noteLease)), n.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take notes: %w", err)
	}
	return out, nil
}

func (s *Store) dueNotes(ctx context.Context, tx *sql.Tx, limit int) ([]Note, error) {
	lock := s.lockRows
	if lock != "" {
		lock += ` OF o`
	}
	rows, err := tx.QueryContext(ctx, `SELECT o.id, o.kind, o.tries, o.reference, a.lang, a.code, a.updated_at, c.channel, c.address
		FROM outbox o JOIN contacts c ON c.reference = o.reference JOIN applications a ON a.reference = o.reference
		WHERE o.state = 'waiting' AND o.address_index = c.address_index AND o.due_at <= $1 ORDER BY o.due_at, o.id LIMIT $2`+lock, micros(s.now()), limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []Note
	for rows.Next() {
		var n Note
		var code, address []byte
		var updated int64
		if err := rows.Scan(&n.ID, &n.Kind, &n.tries, &n.Reference, &n.Lang, &code, &updated, &n.Contact.Channel, &address); err != nil {
			return nil, err
		}
		x := s.sealer(n.Reference)
		if err := x.open("address", address, &n.Contact.Address); err != nil {
			return nil, err
		}
		if n.Kind == NotePass {
			if err := x.open("code", code, &n.Code); err != nil {
				return nil, err
			}
		}
		n.Ends = moment(updated).Add(s.idleLasts)
		out = append(out, n)
	}
	return out, rows.Err()
}

// SettleNote says what became of an attempt. One that failed is tried again later,
// unless it was refused for good or the last.
func (s *Store) SettleNote(ctx context.Context, n Note, sent, refused bool) error {
	state, due := "sent", s.now()
	switch {
	case sent:
	case refused || n.tries >= len(noteRetries):
		state = "failed"
	default:
		state, due = "waiting", due.Add(noteRetries[n.tries])
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE `+n.table()+` SET state = $1, due_at = $2 WHERE id = $3`, state, micros(due), n.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle note: %w", err)
	}
	return nil
}

// Undelivered reports whether the last message to a family was given up, so that
// somebody has to call.
func (s *Store) Undelivered(ctx context.Context, ref apply.Reference) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM outbox WHERE reference = $1 AND state = 'failed'
		AND made_at = (SELECT MAX(made_at) FROM outbox WHERE reference = $1)`, string(ref)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read what was not delivered: %w", err)
	}
	return n > 0, nil
}

// RemindDrafts reminds families, who want to hear, of drafts that were left for so
// long, and once more before they are deleted. Each is reminded once, until somebody
// goes on with it.
func (s *Store) RemindDrafts(ctx context.Context, idle time.Duration) error {
	for kind, since := range map[NoteKind]time.Duration{NoteDraft: idle, NoteDraftEnds: s.idleLasts - draftWarning} {
		if since <= 0 {
			continue
		}
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			refs, err := s.unreminded(ctx, tx, kind, s.now().Add(-since))
			if err != nil {
				return err
			}
			return s.notifyOf(ctx, tx, kind, refs)
		})
		if err != nil {
			return fmt.Errorf("remind of drafts: %w", err)
		}
	}
	return nil
}

// unreminded are drafts left since before. Of a household that hears of all its
// applications together, one stands for all, once none of them is worked on.
func (s *Store) unreminded(ctx context.Context, tx *sql.Tx, kind NoteKind, before time.Time) ([]apply.Reference, error) {
	return texts[apply.Reference](ctx, tx, `SELECT a.reference FROM contacts c JOIN applications a ON a.reference = c.reference
		WHERE a.state = $1 AND a.updated_at < $2 AND c.changes = 1
		AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.reference = a.reference AND o.kind = $3 AND o.made_at >= a.updated_at)
		AND NOT (c.household = 1 AND EXISTS (SELECT 1 FROM applications b WHERE b.household <> '' AND b.household = a.household
			AND b.state = $1 AND (b.updated_at >= $2 OR b.reference < a.reference)))
		ORDER BY a.reference LIMIT $4`, string(apply.Draft), micros(before), string(kind), expireAtOnce)
}
