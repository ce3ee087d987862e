package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// RecordAccess writes into the audit that somebody saw personal data, or was
// denied it. Number, time and login are filled in.
func (s *Store) RecordAccess(ctx context.Context, e casework.AuditEntry) error {
	e.At = s.now()
	if err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.audit(ctx, tx, e) }); err != nil {
		return fmt.Errorf("record access: %w", err)
	}
	return nil
}

// show runs fn on one state of the database, for who may do what e says. What fn read
// may be shown once it stands in the audit who saw it.
func (s *Store) show(ctx context.Context, e casework.AuditEntry, fn func(*sql.Tx) error) error {
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, e.Actor, e.Action, nil); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		return err
	}
	return s.RecordAccess(ctx, e)
}

// audit appends one line in the caller's transaction.
func (s *Store) audit(ctx context.Context, tx *sql.Tx, e casework.AuditEntry) error {
	return s.auditAll(ctx, tx, []casework.AuditEntry{e})
}

// auditAll appends lines in the caller's transaction, as the last thing it does:
// until it ends nobody else gets a number.
func (s *Store) auditAll(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) error {
	if len(lines) == 0 {
		return nil
	}
	logins, err := s.logins(ctx, tx, lines)
	if err != nil {
		return err
	}
	for i := range lines {
		lines[i].Login = logins[lines[i].Actor.ID]
	}
	links, err := s.takeLinks(ctx, tx, lines)
	if err != nil {
		return err
	}
	return s.writeRows(ctx, tx, insertAudit, auditRows(lines, links))
}

// auditRows are the rows of lines, each with its place in the chain.
func auditRows(lines []casework.AuditEntry, links []link) [][]any {
	rows := make([][]any, len(lines))
	for i, e := range lines {
		rows[i] = []any{links[i].number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, e.Login, string(e.Action), string(e.Reference), e.Detail, links[i].before}
	}
	return rows
}

const auditColumns = `number, at, actor_kind, actor_id, login, action, reference, detail`

var insertAudit = insertInto(`audit`, auditColumns+`, before`)

// logins returns those of the staff who act in the lines, by their ids.
func (s *Store) logins(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range lines {
		id := e.Actor.ID
		if _, known := out[id]; known || id == "" {
			continue
		}
		var login string
		err := tx.QueryRowContext(ctx, `SELECT login FROM users WHERE id = $1`, id).Scan(&login)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		out[id] = login
	}
	return out, nil
}

// Audit returns lines of the audit, latest first, and records that it was read and what
// was looked for.
func (s *Store) Audit(ctx context.Context, by apply.Actor, q casework.AuditQuery) ([]casework.AuditEntry, error) {
	if q.Limit <= 0 {
		q.Limit = 100
	}
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	var out []casework.AuditEntry
	look := casework.AuditEntry{Actor: by, Action: casework.ReadAudit, Reference: q.Reference, Detail: storable(q.Describe())}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		out, err = auditLines(ctx, tx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	return out, nil
}

func auditLines(ctx context.Context, tx *sql.Tx, q casework.AuditQuery) ([]casework.AuditEntry, error) {
	parts := []string{"number < $1"}
	args := []any{q.Before}
	add := func(condition string, v any) {
		args = append(args, v)
		parts = append(parts, condition+" $"+strconv.Itoa(len(args)))
	}
	if q.Reference != "" {
		add("reference =", string(q.Reference))
	}
	if q.Login != "" || q.Action != "" {
		parts = append(parts, "login <> ''") // as the indexes have it
	}
	if q.Login != "" {
		add("login =", storable(q.Login))
	}
	if q.Action != "" {
		add("action =", storable(string(q.Action)))
	}
	if !q.Day.IsZero() {
		from, to, err := auditNumbers(ctx, tx, q.Day)
		if err != nil {
			return nil, err
		}
		add("number >=", from)
		add("number <=", to)
		add("at >=", micros(q.Day))
		add("at <", micros(q.Day.AddDate(0, 0, 1)))
	}
	args = append(args, q.Limit)
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit WHERE `+strings.Join(parts, " AND ")+` ORDER BY number DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.AuditEntry
	for rows.Next() {
		e, err := scanAudit(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// scanAudit reads the columns of a line, and those that the caller adds.
func scanAudit(scan func(...any) error, more ...any) (e casework.AuditEntry, err error) {
	var at int64
	err = scan(append([]any{&e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Login, &e.Action, &e.Reference, &e.Detail}, more...)...)
	e.At = moment(at)
	return e, err
}

// auditSlack is how far apart the time of a line and the time at which its number was
// given may be: work in between is a transaction's.
const auditSlack = 10 * time.Minute

// auditNumbers returns numbers between which the lines of a day are. Numbers follow the
// time but for the slack, so that they are found by halving: an index on the time would
// have to be kept at every submission.
func auditNumbers(ctx context.Context, tx *sql.Tx, day time.Time) (from, to int64, err error) {
	if from, err = firstLine(ctx, tx, day.Add(-auditSlack)); err != nil {
		return 0, 0, err
	}
	to, err = firstLine(ctx, tx, day.AddDate(0, 0, 1).Add(auditSlack))
	return from, to, err
}

// firstLine returns the first number of a line that is not before t.
func firstLine(ctx context.Context, tx *sql.Tx, t time.Time) (int64, error) {
	var last int64
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM audit`).Scan(&last)
	if err != nil {
		return 0, err
	}
	first := 1 + int64(sort.Search(int(last), func(i int) bool {
		var at int64
		if err == nil {
			err = tx.QueryRowContext(ctx, `SELECT at FROM audit WHERE number = $1`, i+1).Scan(&at)
		}
		return at >= micros(t)
	}))
	return first, err
}
