package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"huitong/portal/apply"
)

// Number and code are sent to one address at most so often within a day, from whatever
// applications: the portal is no means to pester anybody.
const (
	maxPasses    = 3
	passesWithin = 24 * time.Hour
)

// SetContact keeps where a family wants to hear of its application, in place of what
// it had said before. With pass, number and access code are sent there once. It
// returns [apply.Invalid] for what has to be mended.
func (s *Store) SetContact(ctx context.Context, ref apply.Reference, c apply.Contact, pass bool) error {
	c, err := c.Check(pass)
	if err != nil {
		return fmt.Errorf("set contact: %w", err)
	}
	address, err := s.sealer(ref).seal("address", c.Address)
	if err != nil {
		return fmt.Errorf("set contact: %w", err)
	}
	index := s.blind("contact:"+string(c.Channel), c.Address)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if pass {
			if err := s.checkPasses(ctx, tx, index); err != nil {
				return err
			}
		}
		changes := 0
		if c.Changes {
			changes = 1
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO contacts (reference, channel, address, address_index, changes, notice, agreed_at)
			SELECT reference, $2, $3, $4, $5, $6, $7 FROM applications WHERE reference = $1
			ON CONFLICT (reference) DO UPDATE SET channel = excluded.channel, address = excluded.address,
			address_index = excluded.address_index, changes = excluded.changes, notice = excluded.notice, agreed_at = excluded.agreed_at`,
			string(ref), string(c.Channel), address, index, changes, c.Notice, micros(s.now())))
		switch {
		case err != nil:
			return err
		case !ok:
			return apply.ErrNotFound
		}
		if err := redirect(ctx, tx, ref, index, c.Changes); err != nil || !pass {
			return err
		}
		return s.enqueue(ctx, tx, NotePass, ref, "")
	})
	if err != nil {
		return fmt.Errorf("set contact: %w", err)
	}
	return nil
}

// redirect sends what still waits to a new address, except for number and code: these
// were asked for at the old one.
func redirect(ctx context.Context, tx *sql.Tx, ref apply.Reference, index string, changes bool) error {
	if err := dropWaiting(ctx, tx, ref, changes); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE outbox SET address_index = $1 WHERE reference = $2 AND state = 'waiting'`, index, string(ref))
	return err
}

// dropWaiting takes back what has not been sent, all of it or number and code alone.
func dropWaiting(ctx context.Context, tx *sql.Tx, ref apply.Reference, passOnly bool) error {
	only := ""
	if passOnly {
		only = ` AND kind = 'pass'`
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE reference = $1 AND state = 'waiting'`+only, string(ref))
	return err
}

func (s *Store) checkPasses(ctx context.Context, tx *sql.Tx, index string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM outbox WHERE address_index = $1 AND kind = $2 AND made_at > $3`,
		index, string(NotePass), micros(s.now().Add(-passesWithin))).Scan(&n)
	if err == nil && n >= maxPasses {
		return apply.Invalid{{Field: "pass", Key: apply.KeyContactOften}}
	}
	return err
}

// Contact returns what a family has said of where to reach it; [apply.ErrNotFound] if
// nothing.
func (s *Store) Contact(ctx context.Context, ref apply.Reference) (apply.Contact, error) {
	var c apply.Contact
	var sealed []byte
	var changes int
	var agreed int64
	err := s.db.QueryRowContext(ctx, `SELECT channel, address, changes, notice, agreed_at FROM contacts WHERE reference = $1`, string(ref)).
		Scan(&c.Channel, &sealed, &changes, &c.Notice, &agreed)
	if err == nil {
		err = s.sealer(ref).open("address", sealed, &c.Address)
	}
	if err != nil {
		return apply.Contact{}, fmt.Errorf("read contact: %w", missing(err))
	}
	c.Changes, c.Agreed = changes == 1, moment(agreed)
	return c, nil
}

// DropContact forgets an address, with all that was still to be sent there.
func (s *Store) DropContact(ctx context.Context, ref apply.Reference) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := dropWaiting(ctx, tx, ref, false); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM contacts WHERE reference = $1`, string(ref))
		return err
	})
	if err != nil {
		return fmt.Errorf("drop contact: %w", err)
	}
	return nil
}
