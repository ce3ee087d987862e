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

// Counts says how much waits for the user, and in the town; "" is the whole city. Each
// count ends at [casework.CountLimit], so that it costs the same however much waits.
func (s *Store) Counts(ctx context.Context, by apply.Actor, town string) (casework.Counts, error) {
	var c casework.Counts
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ListApplications, &casework.Scope{Town: town}); err != nil {
			return err
		}
		late := casework.Query{Town: town, Due: casework.Span{To: s.now()}}
		for _, one := range []struct {
			into *int
			q    casework.Query
		}{{&c.Mine, casework.Query{Assignee: by.ID}}, {&c.Late, late}, {&c.Unassigned, casework.Query{Assignee: casework.Nobody, Town: town}}} {
			if one.q.Assignee == "" && one.q.Due.IsZero() {
				continue // nobody signed in has nothing
			}
			statement, args := countOf(by, one.q)
			if err := tx.QueryRowContext(ctx, statement, args...).Scan(one.into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return casework.Counts{}, fmt.Errorf("count what waits: %w", err)
	}
	return c, nil
}

// countOf counts along the index of a list. Without an order PostgreSQL may take some of
// many from the table itself, and goes through all of it if they stand at its end.
func countOf(by apply.Actor, q casework.Query) (string, arguments) {
	var args arguments
	due := ""
	if !q.Due.To.IsZero() {
		due = " AND turn < " + args.add(micros(q.Due.To))
	}
	var ends []string
	for i, e := range endsOf(by, q, &args) {
		ends = append(ends, fmt.Sprintf(`SELECT * FROM (SELECT 1 AS one FROM applications WHERE %s%s ORDER BY turn, reference LIMIT %d) AS end%d`, e.where, due, casework.CountLimit, i))
	}
	return fmt.Sprintf(`SELECT COUNT(*) FROM (SELECT one FROM (%s) AS ends LIMIT %d) AS counted`, strings.Join(ends, ` UNION ALL `), casework.CountLimit), args
}

// assignable is what of an application decides about who may handle it.
type assignable struct {
	ref            apply.Reference
	town, assignee string
	state          apply.State
}

func (s *Store) assignable(ctx context.Context, tx *sql.Tx, ref apply.Reference, lock string) (assignable, error) {
	a := assignable{ref: ref}
	err := tx.QueryRowContext(ctx, `SELECT town, assignee, state FROM applications WHERE reference = $1 AND submitted_at > 0`+lock, string(ref)).
		Scan(&a.town, &a.assignee, &a.state)
	return a, missing(err)
}

// Assign gives applications to a user, or with "" back to nobody. What cannot be given
// is returned with the reason; the others are given all the same.
func (s *Store) Assign(ctx context.Context, by apply.Actor, refs []apply.Reference, to string) ([]casework.Unassigned, error) {
	if len(refs) > casework.AssignLimit {
		return nil, fmt.Errorf("assign %d applications at once: %w", len(refs), apply.ErrConflict)
	}
	var refused []casework.Unassigned
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refused = nil
		if err := permit(ctx, tx, by, casework.AssignCase, nil); err != nil {
			return err
		}
		var taker casework.User
		if to != "" {
			var err error
			if taker, err = scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, storable(to)).Scan); err != nil {
				return err
			}
		}
		var lines []casework.AuditEntry
		for _, ref := range refs {
			line, why, err := s.assignOne(ctx, tx, by, ref, taker)
			if err != nil {
				return err
			}
			if why != "" {
				refused = append(refused, casework.Unassigned{Reference: ref, Why: why})
			}
			lines = append(lines, line...)
		}
		return s.auditAll(ctx, tx, lines)
	})
	if err != nil {
		return nil, fmt.Errorf("assign: %w", err)
	}
	return refused, nil
}

// assignOne also returns what the audit has to say of it: nothing where nothing changed.
func (s *Store) assignOne(ctx context.Context, tx *sql.Tx, by apply.Actor, ref apply.Reference, taker casework.User) ([]casework.AuditEntry, casework.Hindrance, error) {
	a, err := s.assignable(ctx, tx, ref, s.lockRows)
	if errors.Is(err, apply.ErrNotFound) {
		return nil, casework.NotThere, nil
	}
	if err != nil {
		return nil, "", err
	}
	at := casework.Scope{Town: a.town}
	line := casework.AuditEntry{At: s.now(), Actor: by, Action: casework.AssignCase, Reference: ref, Detail: taker.Login}
	switch err := permit(ctx, tx, by, casework.AssignCase, &at); {
	case errors.Is(err, casework.ErrForbidden):
		line.Action, line.Detail = casework.Denied, string(casework.AssignCase)
		return []casework.AuditEntry{line}, casework.NotYours, nil
	case err != nil:
		return nil, "", err
	case taker.ID != "" && !taker.MayTake(at):
		return nil, casework.NotTheirs, nil
	case a.state.Final():
		return nil, casework.NotWaiting, nil
	case a.state == apply.Objected && taker.ID != "":
		other, err := refusedBy(ctx, tx, ref)
		if err != nil {
			return nil, "", err
		}
		if other == taker.ID {
			return nil, casework.RefusedIt, nil
		}
	}
	if a.assignee == taker.ID { // sent twice
		return nil, "", nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE applications SET assignee = $1 WHERE reference = $2`, taker.ID, string(ref))
	return []casework.AuditEntry{line}, "", err
}

// refusedBy is the ID of who refused an application last.
func refusedBy(ctx context.Context, tx *sql.Tx, ref apply.Reference) (id string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT actor_id FROM events WHERE reference = $1 AND move = $2 ORDER BY number DESC LIMIT 1`, string(ref), string(apply.Refuse)).Scan(&id)
	return id, err
}

// candidates are the first of what nobody handles: more than one, since one may be the
// user's own refusal, which somebody else has to look at again.
const candidates = 20

// TakeNext gives the user what is due first of what nobody handles in the town, or in
// the city for "". Two who ask at the same time get two. It is [apply.ErrNotFound] when
// there is nothing.
func (s *Store) TakeNext(ctx context.Context, by apply.Actor, town string) (apply.Reference, error) {
	var ref apply.Reference
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.AssignCase, &casework.Scope{Town: town}); err != nil {
			return err
		}
		taker, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		next, err := s.unassigned(ctx, tx, town)
		if err != nil {
			return err
		}
		for _, ref = range next {
			line, why, err := s.assignOne(ctx, tx, by, ref, taker)
			if err != nil {
				return err
			}
			if why == "" {
				return s.auditAll(ctx, tx, line)
			}
		}
		return apply.ErrNotFound
	})
	if err != nil {
		return "", fmt.Errorf("take the next: %w", err)
	}
	return ref, nil
}

// unassigned returns the first of what nobody handles, and locks it.
func (s *Store) unassigned(ctx context.Context, tx *sql.Tx, town string) ([]apply.Reference, error) {
	lock := ""
	if s.postgres {
		lock = s.lockRows + ` SKIP LOCKED`
	}
	var args arguments
	var ends []string
	for i, e := range free(town, casework.WaitingStates(), 0, &args) {
		ends = append(ends, fmt.Sprintf(`SELECT * FROM (SELECT reference, turn FROM applications WHERE %s ORDER BY turn, reference LIMIT %d%s) AS end%d`, e.where, candidates, lock, i))
	}
	statement := fmt.Sprintf(`SELECT reference FROM (%s) AS ends ORDER BY turn, reference LIMIT %d`, strings.Join(ends, ` UNION ALL `), candidates)
	return texts[apply.Reference](ctx, tx, statement, args...)
}

// Assignee returns who handles an application; the zero User for nobody.
func (s *Store) Assignee(ctx context.Context, ref apply.Reference) (casework.User, error) {
	u, err := scanUser(s.db.QueryRowContext(ctx, userColumns+` WHERE id = (SELECT assignee FROM applications WHERE reference = $1)`, string(ref)).Scan)
	if errors.Is(err, apply.ErrNotFound) {
		return casework.User{}, nil
	}
	if err != nil {
		return casework.User{}, fmt.Errorf("who handles it: %w", err)
	}
	return u, nil
}

// Colleagues returns those to whom the user can give work, by area and name: a
// supervisor to those of the town and the city, an officer to all.
func (s *Store) Colleagues(ctx context.Context, by apply.Actor) ([]casework.User, error) {
	var out []casework.User
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.AssignCase, nil); err != nil {
			return err
		}
		me, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, userColumns+` WHERE disabled_at = 0 AND role IN ('supervisor', 'officer') ORDER BY area, name, id LIMIT 500`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			u, err := scanUser(rows.Scan)
			if err != nil {
				return err
			}
			if me.Everywhere(casework.AssignCase) || !u.Role.Local() || u.Area == me.Area {
				out = append(out, u)
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list colleagues: %w", err)
	}
	return out, nil
}

// release gives back what somebody handled who no longer can: also where the family has been
// asked for more, since its answer would come to nobody.
func release(ctx context.Context, tx *sql.Tx, user string) error {
	for _, of := range []string{`waiting = 1 AND assignee <> ''`, elsewhere + ` AND state = '` + string(apply.MoreNeeded) + `'`} {
		if _, err := tx.ExecContext(ctx, `UPDATE applications SET assignee = '' WHERE `+of+` AND assignee = $1`, user); err != nil {
			return err
		}
	}
	return nil
}
