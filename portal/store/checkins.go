package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// familyAtMost is how many people all visitors together check in to one event by
// themselves: a program that opens the page again and again fills no table.
const familyAtMost = 5000

// CheckIn counts people in to events, all that is given or nothing, each under its key
// once however often it comes: also when it is sent again with others. A user counts in
// where one of the own villages takes part. The error is [apply.ErrNotFound] for an event
// that is not there, [apply.Invalid] for one that is cancelled or still ahead, and
// [outreach.ErrOtherCheckIn] where the key was used for another number of people.
func (s *Store) CheckIn(ctx context.Context, by apply.Actor, all []outreach.CheckIn) error {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b outreach.CheckIn) int { // so that two never wait for each other
		return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Key, b.Key))
	})
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.CheckInPeople)
		if err != nil {
			return err
		}
		var lines []casework.AuditEntry
		for event, some := range byEvent(all) {
			added, err := s.checkInTo(ctx, tx, u, event, some)
			if err != nil {
				return err
			}
			if added {
				lines = append(lines, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.CheckInPeople, Reference: apply.Reference(event)})
			}
		}
		return s.auditAll(ctx, tx, lines)
	})
	if err != nil {
		return fmt.Errorf("check in: %w", err)
	}
	return nil
}

// byEvent gives the check-ins of each event, which stand together.
func byEvent(all []outreach.CheckIn) func(yield func(string, []outreach.CheckIn) bool) {
	return func(yield func(string, []outreach.CheckIn) bool) {
		for from := 0; from < len(all); {
			to := from
			for to < len(all) && all[to].Event == all[from].Event {
				to++
			}
			if !yield(all[from].Event, all[from:to]) {
				return
			}
			from = to
		}
	}
}

// checkInTo reports whether any of the check-ins was new.
func (s *Store) checkInTo(ctx context.Context, tx *sql.Tx, u casework.User, event string, some []outreach.CheckIn) (added bool, err error) {
	e, err := s.event(ctx, tx, event, "")
	if err != nil {
		return false, err
	}
	if !u.MayInAny(casework.CheckInPeople, e.Town, e.Villages) {
		return false, fmt.Errorf("%s by %s: %w", casework.CheckInPeople, u.Role, casework.ErrForbidden)
	}
	for _, c := range some {
		if err := c.Check(outreach.MaxPeople); err != nil {
			return false, err
		}
		c.At = casework.Then(c.At, s.now())
		one, err := s.insertCheckIn(ctx, tx, e, c)
		if err != nil {
			return false, err
		}
		added = added || one
	}
	return added, nil
}

// insertCheckIn reports whether the check-in was new. One that came before stays counted
// when its event has been cancelled since.
func (s *Store) insertCheckIn(ctx context.Context, tx *sql.Tx, e outreach.Event, c outreach.CheckIn) (bool, error) {
	added, err := changed(tx.ExecContext(ctx, `INSERT INTO outreach_checkins (event, key, people, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		e.ID, c.Key, c.People, micros(c.At)))
	if err != nil {
		return false, err
	}
	if !added {
		var before int
		err := tx.QueryRowContext(ctx, `SELECT people FROM outreach_checkins WHERE event = $1 AND key = $2`, e.ID, c.Key).Scan(&before)
		if err == nil && before != c.People {
			err = outreach.ErrOtherCheckIn
		}
		return false, err
	}
	switch {
	case e.Cancelled:
		return false, apply.Invalid{{Field: "people", Key: outreach.KeyEventOver}}
	case !e.Begun(s.now()):
		return false, apply.Invalid{{Field: "people", Key: outreach.KeyEventAhead}}
	}
	return true, nil
}

// CheckInSelf counts in a visitor, with family, who opened the page of the event's code on
// its day. Nothing is kept of who it was.
func (s *Store) CheckInSelf(ctx context.Context, code outreach.Code, c outreach.CheckIn) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		e, err := s.scanEvent(tx.QueryRowContext(ctx, eventSelect+`WHERE e.code = $1`, string(code)).Scan)
		if err != nil {
			return err
		}
		c.Event, c.At = e.ID, s.now()
		if err := c.Check(outreach.MaxFamily); err != nil {
			return err
		}
		added, err := s.insertCheckIn(ctx, tx, e, c)
		if err == nil && added && (!e.Open(s.now()) || e.CheckedIn >= familyAtMost) {
			err = apply.Invalid{{Field: "people", Key: outreach.KeyEventOver}}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("check in by oneself: %w", err)
	}
	return nil
}
