package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// What staff are told of their accounts.
const (
	NoteFactorReset NoteKind = "factor-reset"
	NotePost        NoteKind = "post" // role or area have changed
)

func staffAddressBound(user string) []byte { return []byte("user:" + user + ":address") }

// SetStaffContact keeps where somebody at the desk hears of changes of the account; an
// empty address forgets it. It returns [apply.Invalid] for what has to be mended.
func (s *Store) SetStaffContact(ctx context.Context, by apply.Actor, c apply.Contact) error {
	if c.Address != "" {
		c.Changes, c.Notice = true, "staff" // both go without saying at work
		var err error
		if c, err = c.Check(false); err != nil {
			return fmt.Errorf("set contact of staff: %w", err)
		}
	}
	sealed, err := s.vault.Seal([]byte(c.Address), staffAddressBound(by.ID))
	if err != nil {
		return fmt.Errorf("set contact of staff: %w", err)
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_contacts WHERE user_id = $1`, by.ID); err != nil || c.Address == "" {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO staff_contacts (user_id, channel, address) VALUES ($1, $2, $3)`, by.ID, string(c.Channel), sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("set contact of staff: %w", err)
	}
	return nil
}

// StaffContact returns it; the zero Contact if there is none.
func (s *Store) StaffContact(ctx context.Context, by apply.Actor) (apply.Contact, error) {
	var c apply.Contact
	var sealed []byte
	err := s.db.QueryRowContext(ctx, `SELECT channel, address FROM staff_contacts WHERE user_id = $1`, by.ID).Scan(&c.Channel, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return apply.Contact{}, nil
	}
	if err == nil {
		c.Address, err = s.openStaffAddress(by.ID, sealed)
	}
	if err != nil {
		return apply.Contact{}, fmt.Errorf("read contact of staff: %w", err)
	}
	return c, nil
}

func (s *Store) openStaffAddress(user string, sealed []byte) (string, error) {
	address, err := s.vault.Open(sealed, staffAddressBound(user))
	return string(address), err
}

// tell writes a message to somebody at the desk into their outbox, in the transaction of
// what happened. Who has given no address is told by the next sign-in alone.
func (s *Store) tell(ctx context.Context, tx *sql.Tx, user string, kind NoteKind) error {
	id, err := s.newID()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO staff_outbox (id, user_id, kind, state, tries, due_at, made_at)
		SELECT $1, user_id, $2, 'waiting', 0, $3, $3 FROM staff_contacts WHERE user_id = $4`, id, string(kind), micros(s.now()), user)
	return err
}

// tellAgain is tell for what may come up many times in a row: within a while, one message
// stands for all of them.
func (s *Store) tellAgain(ctx context.Context, tx *sql.Tx, user string, kind NoteKind, within time.Duration) error {
	var told int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM staff_outbox WHERE user_id = $1 AND kind = $2 AND made_at > $3`,
		user, string(kind), micros(s.now().Add(-within))).Scan(&told)
	if err != nil || told > 0 {
		return err
	}
	return s.tell(ctx, tx, user, kind)
}

// dueStaffNotes takes what is due to staff, as TakeNotes does for families.
func (s *Store) dueStaffNotes(ctx context.Context, tx *sql.Tx, limit int) ([]Note, error) {
	lock := s.lockRows
	if lock != "" {
		lock += ` OF o`
	}
	// A link that would work no more when it arrives is not sent.
	rows, err := tx.QueryContext(ctx, `SELECT o.id, o.kind, o.tries, o.user_id, o.made_at, c.channel, c.address FROM staff_outbox o JOIN staff_contacts c ON c.user_id = o.user_id
		WHERE o.state = 'waiting' AND o.due_at <= $1 AND (o.kind <> $2 OR o.made_at > $3) ORDER BY o.due_at, o.id LIMIT $4`+lock,
		micros(s.now()), string(NoteForgotten), micros(s.now().Add(-casework.ResetLasts)), limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []Note
	for rows.Next() {
		n := Note{staff: true, Lang: staffLang}
		var made int64
		var sealed []byte
		if err := rows.Scan(&n.ID, &n.Kind, &n.tries, &n.user, &made, &n.Contact.Channel, &sealed); err != nil {
			return nil, err
		}
		n.made = moment(made)
		if n.Contact.Address, err = s.openStaffAddress(n.user, sealed); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	_ = rows.Close() // the connection asks for the links
	return out, s.addTokens(ctx, tx, out)
}

// staffLang is the language of the desk's messages.
const staffLang = "zh-Hans"

// table is where the note lies.
func (n Note) table() string {
	if n.report {
		return "report_alerts"
	}
	if n.staff {
		return "staff_outbox"
	}
	return "outbox"
}
