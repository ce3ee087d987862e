package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func callBound(id string) []byte { return []byte("call-back:" + id) }

func callTryBound(id string) []byte { return []byte("call-try:" + id) }

// mostCalls is how many open requests one number has at most.
const mostCalls = 3

const callColumns = `SELECT id, version, town, village, asked, notice, level, state, received_at, due_at, closed_at FROM call_backs `

func (s *Store) scanCall(scan func(...any) error, whole bool) (casework.CallBack, error) {
	var b casework.CallBack
	var sealed []byte
	var received, due, closed int64
	if err := scan(&b.ID, &b.Version, &b.Town, &b.Village, &sealed, &b.Notice, &b.Level, &b.State, &received, &due, &closed); err != nil {
		return b, missing(err)
	}
	b.Received, b.Due, b.Closed = moment(received), moment(due), moment(closed)
	if !whole {
		return b, nil
	}
	return b, s.openJSON(sealed, callBound(b.ID), &b.Asked)
}

func (s *Store) call(ctx context.Context, tx *sql.Tx, where, lock string, args ...any) (casework.CallBack, error) {
	b, err := s.scanCall(tx.QueryRowContext(ctx, callColumns+where+lock, args...).Scan, true)
	if err != nil {
		return b, err
	}
	b.Tries, err = eachRow(ctx, tx, s.scanTry, `SELECT id, number, at, made_by, step, words FROM call_tries WHERE call_id = $1 ORDER BY number`, b.ID)
	return b, err
}

func (s *Store) scanTry(scan func(...any) error) (casework.CallTry, error) {
	var one casework.CallTry
	var id string
	var at int64
	var sealed []byte
	if err := scan(&id, &one.Number, &at, &one.By, &one.Step, &sealed); err != nil {
		return one, err
	}
	one.At = moment(at)
	if len(sealed) == 0 {
		return one, nil
	}
	words, err := s.vault.Open(sealed, callTryBound(id))
	one.Words = string(words)
	return one, err
}

// AskForCall keeps a family's request for the lowest level that has somebody. A page that
// was sent twice, or a number that asks again for the same village, gets the request that
// is there already; the error is [casework.ErrTooMany] for a number with too many.
func (s *Store) AskForCall(ctx context.Context, key apply.Token, b casework.CallBack, terms casework.CallTerms) (casework.CallBack, error) {
	b, err := b.Clean(s.now())
	if err != nil {
		return b, err
	}
	b.Town, b.Village = storable(b.Town), storable(b.Village)
	var out casework.CallBack
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		out, err = s.askForCall(ctx, tx, key, b, terms)
		return err
	})
	if err != nil {
		return casework.CallBack{}, fmt.Errorf("ask for a call: %w", err)
	}
	return out, nil
}

func (s *Store) askForCall(ctx context.Context, tx *sql.Tx, key apply.Token, b casework.CallBack, terms casework.CallTerms) (casework.CallBack, error) {
	sent, err := s.call(ctx, tx, `WHERE page_key = $1`, "", key.Hash())
	if !errors.Is(err, apply.ErrNotFound) {
		return sent, err
	}
	index := s.blind("call-phone", b.Asked.Phone)
	sent, err = s.call(ctx, tx, `WHERE place = 0 AND phone_index = $1 AND town = $2 AND village = $3`, "", index, b.Town, b.Village)
	if !errors.Is(err, apply.ErrNotFound) {
		return sent, err
	}
	var open int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM call_backs WHERE place = 0 AND phone_index = $1`, index).Scan(&open); err != nil {
		return b, err
	}
	if open >= mostCalls {
		return b, casework.ErrTooMany
	}
	staff, err := townStaff(ctx, tx, b.Town)
	if err != nil {
		return b, err
	}
	if b.ID, err = s.newID(); err != nil {
		return b, err
	}
	now := s.now()
	b.Version, b.State, b.Level, b.Received, b.Due, b.Closed, b.Tries = 1, casework.CallOpen, casework.FirstLevel(staff, b.Scope()), now, terms.Due(now), time.Time{}, nil
	sealed, err := s.sealJSON(b.Asked, callBound(b.ID))
	if err != nil {
		return b, err
	}
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO call_backs (id, page_key, version, town, village, asked, phone_index, notice, level, state, place, sort_at, received_at, due_at, closed_at, ends_at)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $10, 0, $12) ON CONFLICT DO NOTHING`,
		b.ID, key.Hash(), b.Town, b.Village, sealed, index, b.Notice, int(b.Level), string(b.State), micros(b.Due), micros(now), micros(now.Add(terms.KeepOpen))))
	if err == nil && !ok {
		err = apply.ErrConflict // the same page, at this very moment
	}
	if err == nil {
		err = s.tellCall(ctx, tx, b, NoteCall)
	}
	if err != nil {
		return b, err
	}
	return b, s.audit(ctx, tx, casework.AuditEntry{At: now, Actor: apply.Family, Action: casework.AskCall, Reference: apply.Reference(b.ID), Detail: strconv.Itoa(int(b.Level))})
}

// What staff are told of families that want to be called back: that there are some.
const (
	NoteCall     NoteKind = "call"
	NoteCallLate NoteKind = "call-late" // nobody of the level below had called in time
)

// callsTogether is how long somebody is not told again of requests of the same kind.
const callsTogether = 10 * time.Minute

// callLevels says which level is whose.
var callLevels = map[casework.Role]casework.CallLevel{casework.Director: casework.CallVillage, casework.Supervisor: casework.CallTown, casework.Officer: casework.CallCity}

// tellCall tells those whose turn it is. Who has given no address sees it on the desk's
// next page.
func (s *Store) tellCall(ctx context.Context, tx *sql.Tx, b casework.CallBack, kind NoteKind) error {
	staff, err := s.reportStaff(ctx, tx, b.Town)
	for _, u := range staff {
		if level, ok := callLevels[u.Role]; err == nil && ok && level == b.Level && u.May(casework.HandleCall, b.Scope()) {
			err = s.tellAgain(ctx, tx, u.ID, kind, callsTogether)
		}
	}
	return err
}

// townStaff are directors and supervisors of a town whose accounts are open.
func townStaff(ctx context.Context, tx *sql.Tx, town string) ([]casework.User, error) {
	return eachRow(ctx, tx, scanUser, userColumns+` WHERE area = $1 AND disabled_at = 0`, town)
}

// callsOf are the requests that are the user's.
func callsOf(u casework.User) condition {
	w := condition{text: "TRUE"}
	w.within(u, casework.ListCalls, "")
	return w
}

// CallsWaiting counts the open requests whose turn is the user's level, and those of a
// lower one that came up to it.
func (s *Store) CallsWaiting(ctx context.Context, u casework.User) (n int, err error) {
	if !u.Has(casework.HandleCall) {
		return 0, nil
	}
	w := callsOf(u)
	w.and("place = 0 AND level >= " + w.arg(int(callLevels[u.Role])))
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM call_backs WHERE `+w.text+` LIMIT `+strconv.Itoa(casework.CountLimit)+`) AS waiting`, w.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count calls: %w", err)
	}
	return n, nil
}

// CallBacks returns a part of the requests that are the user's. That the user saw it
// stands in the audit.
func (s *Store) CallBacks(ctx context.Context, by apply.Actor, q casework.CallQuery) (casework.CallPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.CallPage
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ListCalls}, func(tx *sql.Tx) error {
		page = casework.CallPage{}
		u, err := reader(ctx, tx, by, casework.ListCalls)
		if err != nil {
			return err
		}
		w, place := callsOf(u), 0
		if q.Closed {
			place = 1
		}
		w.and("place = " + w.arg(place))
		if q.After != "" {
			at, id, ok := strings.Cut(q.After, ".")
			n, err := strconv.ParseInt(at, 10, 64)
			if !ok || err != nil || !childID.MatchString(id) {
				return apply.ErrNotFound
			}
			w.and("(sort_at, id) > (" + w.arg(n) + ", " + w.arg(id) + ")")
		}
		closed := func(scan func(...any) error) (casework.CallBack, error) { return s.scanCall(scan, false) }
		page.Calls, err = eachRow(ctx, tx, closed, callColumns+`WHERE `+w.text+` ORDER BY sort_at, id LIMIT `+strconv.Itoa(q.Limit+1), w.args...)
		if err == nil && len(page.Calls) > q.Limit {
			page.Calls = page.Calls[:q.Limit]
			last := page.Calls[q.Limit-1]
			page.Next = strconv.FormatInt(callOrder(last), 10) + "." + last.ID
		}
		return err
	})
	if err != nil {
		return casework.CallPage{}, fmt.Errorf("list calls: %w", err)
	}
	return page, nil
}

// callOrder is where a request stands among those of its kind.
func callOrder(b casework.CallBack) int64 {
	if b.State == casework.CallOpen {
		return micros(b.Due)
	}
	return -micros(b.Closed)
}

// CallBack opens a request for who may handle it, and writes down who looked.
func (s *Store) CallBack(ctx context.Context, by apply.Actor, id string) (f casework.CallFile, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.OpenCall, Reference: apply.Reference(storable(id))}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		f = casework.CallFile{Names: map[string]string{}}
		if f.CallBack, err = s.call(ctx, tx, `WHERE id = $1`, "", storable(id)); err != nil {
			return err
		}
		scope := f.Scope()
		if err := permit(ctx, tx, by, casework.OpenCall, &scope); err != nil {
			return err
		}
		for _, one := range f.Tries {
			var name string
			err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, one.By).Scan(&name)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			f.Names[one.By] = name
		}
		return nil
	})
	if err != nil {
		return casework.CallFile{}, fmt.Errorf("open a call: %w", err)
	}
	return f, nil
}

// ActOnCall writes down what came of a call.
func (s *Store) ActOnCall(ctx context.Context, by apply.Actor, id string, version int, act casework.CallAct, terms casework.CallTerms) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		b, err := s.call(ctx, tx, `WHERE id = $1`, s.lockRows, storable(id))
		if err != nil {
			return err
		}
		scope := b.Scope()
		if err := permit(ctx, tx, by, casework.HandleCall, &scope); err != nil {
			return err
		}
		if b.Version != version {
			return apply.ErrConflict
		}
		if err := b.Do(act, by.ID, s.now()); err != nil {
			return err
		}
		if err := s.writeTry(ctx, tx, b); err != nil {
			return err
		}
		if err := s.saveCall(ctx, tx, b, terms); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.HandleCall, Reference: apply.Reference(b.ID), Detail: string(act.Step)})
	})
	if err != nil {
		return fmt.Errorf("act on a call: %w", err)
	}
	return nil
}

// writeTry writes the last try of a request.
func (s *Store) writeTry(ctx context.Context, tx *sql.Tx, b casework.CallBack) error {
	one := b.Tries[len(b.Tries)-1]
	id := b.ID + "-" + strconv.Itoa(one.Number)
	words := []byte{}
	if one.Words != "" {
		var err error
		if words, err = s.vault.Seal([]byte(storable(one.Words)), callTryBound(id)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO call_tries (id, call_id, number, at, made_by, step, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, b.ID, one.Number, micros(one.At), one.By, string(one.Step), words)
	return err
}

// saveCall writes what changes of a request.
func (s *Store) saveCall(ctx context.Context, tx *sql.Tx, b casework.CallBack, terms casework.CallTerms) error {
	place, ends := 0, b.Received.Add(terms.KeepOpen)
	if b.State != casework.CallOpen {
		place, ends = 1, b.Closed.Add(terms.Keep)
	}
	_, err := tx.ExecContext(ctx, `UPDATE call_backs SET version = version + 1, level = $2, state = $3, place = $4, sort_at = $5, due_at = $6, closed_at = $7, ends_at = $8 WHERE id = $1`,
		b.ID, int(b.Level), string(b.State), place, callOrder(b), micros(b.Due), micros(b.Closed), micros(ends))
	return err
}

// RaiseCalls gives every request that is late to the next level, and returns how many
// that were. Any number of servers may ask at the same time.
func (s *Store) RaiseCalls(ctx context.Context, terms casework.CallTerms) (int, error) {
	late, err := texts[string](ctx, s.db, `SELECT id FROM call_backs WHERE place = 0 AND sort_at < $1 AND level < $2 ORDER BY sort_at, id LIMIT $3`, micros(s.now()), int(casework.CallCity), escalateAtOnce)
	if err != nil {
		return 0, fmt.Errorf("raise calls: %w", err)
	}
	raised := 0
	for _, id := range late {
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			b, err := s.call(ctx, tx, `WHERE id = $1`, s.lockRows, id)
			if err != nil {
				return err
			}
			if !b.Raise(terms.Due(s.now()), s.now()) {
				return apply.ErrConflict
			}
			if err := s.saveCall(ctx, tx, b, terms); err != nil {
				return err
			}
			if err := s.tellCall(ctx, tx, b, NoteCallLate); err != nil {
				return err
			}
			return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Action: casework.RaiseCall, Reference: apply.Reference(id), Detail: strconv.Itoa(int(b.Level))})
		})
		switch {
		case errors.Is(err, apply.ErrConflict), errors.Is(err, apply.ErrNotFound): // somebody else was quicker
		case err != nil:
			return raised, fmt.Errorf("raise calls: %w", err)
		default:
			raised++
		}
	}
	return raised, nil
}
