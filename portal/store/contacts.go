package store

import (
	"context"
	"database/sql"
	"errors"
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

// SetContact keeps where a family wants to hear of its application, or of all those of
// its household, in place of what it had said before. With pass, number and access code
// are sent there once. It returns [apply.Invalid] for what has to be mended.
func (s *Store) SetContact(ctx context.Context, ref apply.Reference, c apply.Contact, pass bool) error {
	c, err := c.Check(pass)
	if err != nil {
		return fmt.Errorf("set contact: %w", err)
	}
	c.Agreed = s.now()
	index := s.contactIndex(c)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if pass {
			if err := s.checkPasses(ctx, tx, index); err != nil {
				return err
			}
		}
		refs := []apply.Reference{ref}
		if c.Household {
			if refs, err = s.lockMembers(ctx, tx, ref); err != nil {
				return err
			}
		}
		for _, one := range refs {
			if err := s.setContact(ctx, tx, one, c); err != nil {
				return err
			}
			if err := redirect(ctx, tx, one, index, c.Changes); err != nil {
				return err
			}
		}
		if !pass {
			return nil
		}
		return s.enqueue(ctx, tx, NotePass, ref, "")
	})
	if err != nil {
		return fmt.Errorf("set contact: %w", err)
	}
	return nil
}

func (s *Store) contactIndex(c apply.Contact) string {
	return s.blind("contact:"+string(c.Channel), c.Address)
}

func (s *Store) setContact(ctx context.Context, tx *sql.Tx, ref apply.Reference, c apply.Contact) error {
	address, err := s.sealer(ref).seal("address", c.Address)
	if err != nil {
		return err
	}
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO contacts (reference, channel, address, address_index, changes, notice, agreed_at, household)
		SELECT reference, $2, $3, $4, $5, $6, $7, $8 FROM applications WHERE reference = $1
		ON CONFLICT (reference) DO UPDATE SET channel = excluded.channel, address = excluded.address,
		address_index = excluded.address_index, changes = excluded.changes, notice = excluded.notice, agreed_at = excluded.agreed_at,
		household = excluded.household`,
		string(ref), string(c.Channel), address, s.contactIndex(c), bit(c.Changes), c.Notice, micros(c.Agreed), bit(c.Household)))
	if err == nil && !ok {
		err = apply.ErrNotFound
	}
	return err
}

// inheritContact lets a family that wants to hear of its whole household hear of an
// application that has just joined it.
func (s *Store) inheritContact(ctx context.Context, tx *sql.Tx, a *apply.Application) error {
	var from apply.Reference
	err := tx.QueryRowContext(ctx, `SELECT c.reference FROM contacts c JOIN applications a ON a.reference = c.reference
		WHERE c.household = 1 AND (a.reference = $1 OR a.household <> '' AND a.household = $1)
		ORDER BY c.agreed_at DESC, c.reference LIMIT 1`, string(a.Household)).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := s.contact(ctx, tx, from)
	if err != nil {
		return err
	}
	return s.setContact(ctx, tx, a.Reference, c)
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
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
	c, err := s.contact(ctx, s.db, ref)
	if err != nil {
		return apply.Contact{}, fmt.Errorf("read contact: %w", missing(err))
	}
	return c, nil
}

// querier is the database or a transaction in it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (s *Store) contact(ctx context.Context, db querier, ref apply.Reference) (apply.Contact, error) {
	var c apply.Contact
	var sealed []byte
	var changes, household int
	var agreed int64
	err := db.QueryRowContext(ctx, `SELECT channel, address, changes, notice, agreed_at, household FROM contacts WHERE reference = $1`, string(ref)).
		Scan(&c.Channel, &sealed, &changes, &c.Notice, &agreed, &household)
	if err == nil {
		err = s.sealer(ref).open("address", sealed, &c.Address)
	}
	c.Changes, c.Household, c.Agreed = changes == 1, household == 1, moment(agreed)
	return c, err
}

// DropContact forgets an address, with all that was still to be sent there. One that
// was given for the whole household is forgotten for all of it.
func (s *Store) DropContact(ctx context.Context, ref apply.Reference) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// With the household locked nothing that joins it meanwhile takes the address over.
		if _, err := s.lockMembers(ctx, tx, ref); errors.Is(err, apply.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		refs, err := texts[apply.Reference](ctx, tx, `SELECT a.reference FROM applications a JOIN contacts c ON c.reference = a.reference
			WHERE a.reference = $1 OR c.household = 1 AND a.household <> ''
				AND a.household = (SELECT o.household FROM applications o JOIN contacts k ON k.reference = o.reference WHERE o.reference = $1 AND k.household = 1)
			ORDER BY a.reference`, string(ref))
		for _, one := range refs {
			if err == nil {
				err = dropWaiting(ctx, tx, one, false)
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, `DELETE FROM contacts WHERE reference = $1`, string(one))
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("drop contact: %w", err)
	}
	return nil
}
