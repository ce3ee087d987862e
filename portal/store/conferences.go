package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// NoteConference tells who is invited that there is something to read.
const NoteConference NoteKind = "conference"

func conferenceBound(text string) []byte { return []byte("conference:" + text + ":body") }

func agreedBound(decision string) []byte { return []byte("agreed:" + decision + ":what") }

// part names a part of a conference: a version of its texts, a decision.
func part(id string, number int) string { return fmt.Sprintf("%s.%d", id, number) }

// CallConference invites to talk a case over. Members of staff are invited by their
// logins. A page that is sent twice calls one conference. The error is [apply.Invalid]
// for what has to be mended, and [apply.ErrConflict] for a case that has ended.
func (s *Store) CallConference(ctx context.Context, by apply.Actor, key string, c casework.Conference, logins []string) (casework.Conference, error) {
	if key == "" || len(key) > maxKey || storable(key) != key {
		return c, fmt.Errorf("call conference: %w", apply.ErrConflict)
	}
	id, err := s.newID()
	if err != nil {
		return c, err
	}
	var out casework.Conference
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		at, over, err := caseScope(ctx, tx, c.Case)
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.HoldConference, &at); err != nil {
			return err
		}
		if known, err := s.conference(ctx, tx, `page_key`, key); err == nil || !errors.Is(err, apply.ErrNotFound) {
			out = known
			return err
		}
		if over {
			return apply.ErrConflict
		}
		fresh := c
		fresh.ID, fresh.Town, fresh.Excluded = id, at.Town, at.Excluded
		if out, err = s.called(ctx, tx, by, fresh, logins); err != nil {
			return err
		}
		if err := s.insertConference(ctx, tx, key, by, out); err != nil {
			return err
		}
		if err := s.tellGuests(ctx, tx, out); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.HoldConference, Reference: apply.Reference(c.Case.ID), Detail: "call"})
	})
	if err != nil {
		return c, fmt.Errorf("call conference: %w", err)
	}
	return out, nil
}

// called fills in who is invited, and checks the whole.
func (s *Store) called(ctx context.Context, tx *sql.Tx, by apply.Actor, c casework.Conference, logins []string) (casework.Conference, error) {
	var unknown apply.Invalid
	for _, login := range logins {
		var user string
		err := tx.QueryRowContext(ctx, `SELECT id FROM users WHERE login = $1 AND disabled_at = 0`, casework.CleanLogin(login)).Scan(&user)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			unknown = apply.Invalid{{Field: "users", Key: casework.KeyConferenceStaff}}
		case err != nil:
			return c, err
		case slices.Contains(c.Excluded, user): // who must not even hear of it
			unknown = apply.Invalid{{Field: "users", Key: casework.KeyConferenceStaff}}
			continue
		}
		c.Users = append(c.Users, user)
	}
	out, err := c.Call(by, s.now())
	var invalid apply.Invalid
	if len(unknown) > 0 && (err == nil || errors.As(err, &invalid)) {
		// Who is invited is not known yet, so that it may not be nobody.
		invalid = slices.DeleteFunc(invalid, func(p apply.Problem) bool { return p.Field == "departments" })
		return out, append(invalid, unknown...)
	}
	return out, err
}

func (s *Store) insertConference(ctx context.Context, tx *sql.Tx, key string, by apply.Actor, c casework.Conference) error {
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO conferences (id, page_key, case_kind, case_id, town, state, version, caller, fields, at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (page_key) DO NOTHING`,
		c.ID, key, string(c.Case.Kind), c.Case.ID, c.Town, string(c.State), c.Version, c.Caller, strings.Join(c.Fields, " "), micros(c.At), micros(c.Updated)))
	if err == nil && !ok {
		err = apply.ErrConflict // the same page, at the same moment
	}
	if err != nil {
		return err
	}
	for _, guest := range c.Owners()[1:] {
		if _, err := tx.ExecContext(ctx, `INSERT INTO conference_guests (conference, guest) VALUES ($1, $2)`, c.ID, string(guest)); err != nil {
			return err
		}
	}
	return s.insertText(ctx, tx, by, c)
}

func (s *Store) insertText(ctx context.Context, tx *sql.Tx, by apply.Actor, c casework.Conference) error {
	body, err := json.Marshal(c.ConferenceText)
	if err != nil {
		return err
	}
	id := part(c.ID, c.Version)
	sealed, err := s.vault.Seal(body, conferenceBound(id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO conference_texts (id, conference, version, at, actor, body) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, c.ID, c.Version, micros(c.Updated), by.ID, sealed)
	return err
}

func (s *Store) tellGuests(ctx context.Context, tx *sql.Tx, c casework.Conference) error {
	for _, d := range c.Departments {
		if err := s.tellDepartment(ctx, tx, d, NoteConference); err != nil {
			return err
		}
	}
	for _, u := range c.Users {
		if err := s.tell(ctx, tx, u, NoteConference); err != nil {
			return err
		}
	}
	return nil
}

// ChangeConference carries out what who holds a conference does with it at a version,
// and tells the family what change returns. what is a word for the audit. Where it is
// refused, the conference has its case all the same.
func (s *Store) ChangeConference(ctx context.Context, by apply.Actor, id string, version int, what string, change func(casework.Conference, time.Time) (casework.Conference, []casework.Telling, error)) (casework.Conference, error) {
	return s.changeConference(ctx, id, version, casework.AuditEntry{Actor: by, Action: casework.HoldConference, Detail: what}, change,
		func(tx *sql.Tx, c casework.Conference) error {
			return permit(ctx, tx, by, casework.HoldConference, &casework.Scope{Town: c.Town})
		})
}

// FinishDecision marks something as done, for whoever is to see to it.
func (s *Store) FinishDecision(ctx context.Context, by apply.Actor, id string, number int) (casework.Conference, error) {
	finish := func(c casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		c, err := c.Finish(number, by, now)
		return c, nil, err
	}
	return s.changeConference(ctx, id, 0, casework.AuditEntry{Actor: by, Action: casework.OpenConference, Detail: "done"}, finish,
		func(tx *sql.Tx, c casework.Conference) error {
			u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
			if err != nil {
				return err
			}
			ok := u.May(casework.OpenConference, c.Scope())
			for _, a := range c.Decisions {
				if a.Number == number {
					ok = ok && (c.Owns(u, a) || u.May(casework.HoldConference, casework.Scope{Town: c.Town}))
				}
			}
			if !ok {
				return fmt.Errorf("finish a decision of others: %w", casework.ErrForbidden)
			}
			return nil
		})
}

// changeConference writes what came of a change: state, new texts and decisions, and a
// line of the audit. Version 0 stands for any.
func (s *Store) changeConference(ctx context.Context, id string, version int, e casework.AuditEntry, change func(casework.Conference, time.Time) (casework.Conference, []casework.Telling, error), allowed func(*sql.Tx, casework.Conference) error) (casework.Conference, error) {
	var out casework.Conference
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		c, err := s.conference(ctx, tx, `id`, id)
		if err != nil {
			return err
		}
		out = casework.Conference{ID: c.ID, Case: c.Case}
		if err := allowed(tx, c); err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return apply.ErrConflict
		}
		after, told, err := change(c, s.now())
		if err != nil {
			return err
		}
		out = after
		if after.Version == c.Version {
			return nil // done before
		}
		if err := s.saveConference(ctx, tx, e.Actor, c, after); err != nil {
			return err
		}
		if err := s.tellFamily(ctx, tx, c.Case, told); err != nil {
			return err
		}
		e.At, e.Reference = s.now(), apply.Reference(c.Case.ID)
		return s.audit(ctx, tx, e)
	})
	if err != nil {
		return out, fmt.Errorf("change conference: %w", err)
	}
	return out, nil
}

func (s *Store) saveConference(ctx context.Context, tx *sql.Tx, by apply.Actor, before, after casework.Conference) error {
	ok, err := changed(tx.ExecContext(ctx, `UPDATE conferences SET state = $1, version = $2, updated_at = $3 WHERE id = $4 AND version = $5`,
		string(after.State), after.Version, micros(after.Updated), after.ID, before.Version))
	if err == nil && !ok {
		err = apply.ErrConflict
	}
	if err == nil && before.ConferenceText != after.ConferenceText {
		err = s.insertText(ctx, tx, by, after)
	}
	for i, a := range after.Decisions {
		if err != nil {
			return err
		}
		if i >= len(before.Decisions) {
			err = s.insertDecision(ctx, tx, after.ID, a)
		} else if before.Decisions[i].Done != a.Done {
			_, err = tx.ExecContext(ctx, `UPDATE conference_decisions SET done_at = $1, done_by = $2 WHERE id = $3`, micros(a.Done), a.DoneBy, part(after.ID, a.Number))
		}
	}
	return err
}

func (s *Store) insertDecision(ctx context.Context, tx *sql.Tx, conference string, a casework.Agreed) error {
	id := part(conference, a.Number)
	sealed, err := s.vault.Seal([]byte(storable(a.What)), agreedBound(id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO conference_decisions (id, conference, number, owner, due_at, told, done_at, done_by, what) VALUES ($1, $2, $3, $4, $5, $6, 0, '', $7)`,
		id, conference, a.Number, string(a.Owner), micros(a.Due), bit(a.Told), sealed)
	return err
}

// dropConferences deletes what was said of a case that is erased.
func dropConferences(ctx context.Context, tx *sql.Tx, c casework.Case) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM conferences WHERE case_kind = $1 AND case_id = $2`, string(c.Kind), c.ID)
	return err
}
