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

// limit is how many wrong attempts one subject has before it is locked out.
type limit struct {
	scope    string
	failures int
	window   time.Duration // failures older than this are forgotten
	forgive  bool          // one success clears the count
}

// A success does not clear what a client got wrong: it could be somebody with an
// application of their own who guesses at others in between.
var (
	byReference = limit{"reference", 5, 24 * time.Hour, true}
	byClient    = limit{"client", 30, time.Hour, false}
	byLogin     = limit{"login", 5, 24 * time.Hour, true}
	byDesk      = limit{"desk", 30, time.Hour, false}
	byFactor    = limit{"factor", 5, 24 * time.Hour, true}
	byReport    = limit{"report", 5, 24 * time.Hour, true}
	byHandOver  = limit{"hand-over", 20, time.Hour, false}
)

const (
	firstLock = 15 * time.Minute // doubles with every lock-out that follows
	maxLock   = 24 * time.Hour
	maxWindow = 24 * time.Hour
)

// attempt is one try that counts against several limits.
type attempt []struct {
	limit   limit
	subject string
}

// begin counts the attempt as failed before it is judged, so that many at once
// get no more tries than one after the other. What exists is not looked at.
func (s *Store) begin(ctx context.Context, try attempt) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, t := range try {
			if err := s.count(ctx, tx, t.limit, s.blind("attempt:"+t.limit.scope, t.subject)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) count(ctx context.Context, tx *sql.Tx, l limit, subject string) error {
	now := s.now()
	var failures, locks int
	var until int64
	// A lock that is over keeps its count for the window, so that the next is longer.
	err := tx.QueryRowContext(ctx, `INSERT INTO attempts (scope, subject, failures, locks, locked_until, updated_at)
		VALUES ($1, $2, 1, 0, 0, $3)
		ON CONFLICT (scope, subject) DO UPDATE SET
			failures = CASE WHEN attempts.updated_at < $4 AND attempts.locked_until < $4 THEN 1 ELSE attempts.failures + 1 END,
			locks = CASE WHEN attempts.updated_at < $4 AND attempts.locked_until < $4 THEN 0 ELSE attempts.locks END,
			updated_at = excluded.updated_at
		RETURNING failures, locks, locked_until`,
		l.scope, subject, micros(now), micros(now.Add(-l.window))).Scan(&failures, &locks, &until)
	if err != nil {
		return err
	}
	if until > micros(now) {
		return &apply.LockedError{Until: moment(until)}
	}
	if failures < l.failures {
		return nil
	}
	lasts := maxLock
	if locks < 7 {
		lasts = min(maxLock, firstLock<<locks)
	}
	_, err = tx.ExecContext(ctx, `UPDATE attempts SET failures = 0, locks = locks + 1, locked_until = $1 WHERE scope = $2 AND subject = $3`,
		micros(now.Add(lasts)), l.scope, subject)
	return err
}

// succeed takes back what begin counted.
func (s *Store) succeed(ctx context.Context, tx *sql.Tx, try attempt) error {
	for _, t := range try {
		statement := `UPDATE attempts SET failures = failures - 1 WHERE scope = $1 AND subject = $2 AND failures > 0`
		if t.limit.forgive {
			statement = `DELETE FROM attempts WHERE scope = $1 AND subject = $2`
		}
		if _, err := tx.ExecContext(ctx, statement, t.limit.scope, s.blind("attempt:"+t.limit.scope, t.subject)); err != nil {
			return err
		}
	}
	return nil
}

// OpenWithCode returns the application to who knows its number and access code.
// A wrong number and a wrong code are the same [apply.ErrNotFound]; five wrong codes
// for a number, known or not, lock it for 15 minutes and longer each time. The number of a household
// opens it as long as one of its applications is left. The
// client key (such as the address asked from) has a limit of its own.
func (s *Store) OpenWithCode(ctx context.Context, ref apply.Reference, code apply.Code, client string) (*apply.Application, error) {
	try := attempt{{byReference, string(ref)}, {byClient, client}}
	if err := s.begin(ctx, try); err != nil {
		return nil, fmt.Errorf("open with code: %w", err)
	}
	var a *apply.Application
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.loadHousehold(ctx, tx, ref)
		if errors.Is(err, apply.ErrNotFound) {
			found = &apply.Application{} // compared all the same
		} else if err != nil {
			return err
		}
		if same := found.Code.Equal(code); !same || found.Code == "" {
			return apply.ErrNotFound
		}
		a = found
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: apply.Family, Action: casework.FamilyOpened, Reference: found.Reference})
	})
	if err != nil {
		return nil, fmt.Errorf("open with code: %w", err)
	}
	return a, nil
}
