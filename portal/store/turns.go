package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"huitong/portal/apply"
)

// Where in the lists stands what has no due day.
const (
	noLimit int64 = 1 << 61 // waits for the office, with no limit: the longest first
	notOurs int64 = 1 << 62 // does not wait for the office: the newest first
)

// turnBatch is how many applications are put in their places in one transaction.
const turnBatch = 200

// turn is the application's place in the lists: one order for all of them, so that one
// column stands in their indexes.
func (s *Store) turn(a *apply.Application) int64 {
	switch {
	case a.Submitted.IsZero():
		return 0
	case !a.State.Waiting():
		return notOurs - micros(a.Submitted)
	}
	if due := s.due(a); !due.IsZero() {
		return micros(due)
	}
	return noLimit + micros(a.Submitted)
}

// dueOf is the due time that a place stands for; zero if it stands for none.
func dueOf(turn int64) time.Time {
	if turn >= noLimit {
		return time.Time{}
	}
	return moment(turn)
}

// Reschedule works out anew when each application that waits for the office is due, for
// when limits or holidays have changed, and returns how many days were others. What was
// changed meanwhile has been worked out by that.
func (s *Store) Reschedule(ctx context.Context) (moved int, err error) {
	for after := ""; ; {
		var refs []apply.Reference
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			var n int
			refs, n, err = s.rescheduleSome(ctx, tx, after)
			moved += n
			return err
		})
		if err != nil {
			return moved, fmt.Errorf("work out due days: %w", err)
		}
		if len(refs) < turnBatch {
			return moved, nil
		}
		after = string(refs[len(refs)-1])
	}
}

// rescheduleSome returns the next applications behind one, and how many of them moved.
func (s *Store) rescheduleSome(ctx context.Context, tx *sql.Tx, after string) (refs []apply.Reference, moved int, err error) {
	turns := map[apply.Reference]int64{}
	rows, err := tx.QueryContext(ctx, `SELECT reference, turn FROM applications WHERE waiting = 1 AND reference > $1 ORDER BY reference LIMIT $2`+s.lockRows, after, turnBatch)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ref apply.Reference
		var turn int64
		if err := rows.Scan(&ref, &turn); err != nil {
			return nil, 0, err
		}
		refs, turns[ref] = append(refs, ref), turn
	}
	if err := rows.Err(); err != nil || len(refs) == 0 {
		return nil, 0, err
	}
	records, err := s.records(ctx, tx, refs, "")
	if err != nil {
		return nil, 0, err
	}
	for _, r := range records {
		turn := s.turn(r.a)
		if turn == turns[r.a.Reference] {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE applications SET turn = $1 WHERE reference = $2`, turn, string(r.a.Reference)); err != nil {
			return nil, 0, err
		}
		moved++
	}
	return refs, moved, nil
}
