package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"huitong/portal/casework"
)

// backlogLimit is where counts of what waits end: beyond it the number no longer
// matters, and to count on would cost the more the worse things are.
const backlogLimit = 10_000

// Waiting is how much of a kind waits.
type Waiting struct {
	N        int       // up to ten thousand
	Late     int       // of those: what should have been done by now
	Earliest time.Time // when the first of them should have been done; zero: no limit, or nothing waits
}

// Backlog is all that waits for somebody or something, for whoever runs the portal. It
// says nothing about anybody.
type Backlog struct {
	Queues map[string]Waiting // of people: applications, reports, referrals
	Outbox map[string]Waiting // messages: families, staff, reports
	Failed int                // messages that were given up
	Scans  Waiting            // uploads that no scanner has seen
}

// waitingOf says for each queue what waits in it, by the ends of the queue's index; a
// table is never gone through. The first column is when it is due.
var waitingOf = map[string][]string{
	"applications": unassignedOf(),
	"assigned":     {`SELECT turn AS due FROM applications WHERE waiting = 1 AND assignee <> ''`},
	"reports":      {`SELECT due_at AS due FROM reports WHERE place = 0`},
	"referrals":    {`SELECT due_at AS due FROM referrals WHERE waits = 'department'`},
}

func unassignedOf() (out []string) {
	for _, state := range casework.WaitingStates() {
		out = append(out, `SELECT turn AS due FROM applications WHERE `+unassigned+` AND state = '`+string(state)+`'`)
	}
	return out
}

var messagesOf = map[string]string{
	"families": `SELECT due_at AS due FROM outbox WHERE state = 'waiting'`,
	"staff":    `SELECT due_at AS due FROM staff_outbox WHERE state = 'waiting'`,
	"reports":  `SELECT due_at AS due FROM report_alerts WHERE state = 'waiting'`,
}

const unscannedOf = `SELECT changed_at AS due FROM files WHERE state = 'pending'`

// Backlog counts what waits now.
func (s *Store) Backlog(ctx context.Context) (Backlog, error) {
	b := Backlog{Queues: map[string]Waiting{}, Outbox: map[string]Waiting{}}
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		for name, what := range waitingOf {
			if b.Queues[name], err = s.waiting(ctx, tx, what...); err != nil {
				return err
			}
		}
		for name, what := range messagesOf {
			if b.Outbox[name], err = s.waiting(ctx, tx, what); err != nil {
				return err
			}
		}
		if b.Scans, err = s.waiting(ctx, tx, unscannedOf); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM outbox WHERE state = 'failed')
			+ (SELECT COUNT(*) FROM staff_outbox WHERE state = 'failed') + (SELECT COUNT(*) FROM report_alerts WHERE state = 'failed')`).Scan(&b.Failed)
	})
	if err != nil {
		return Backlog{}, fmt.Errorf("count the backlog: %w", err)
	}
	return b, nil
}

func (s *Store) waiting(ctx context.Context, tx *sql.Tx, ends ...string) (Waiting, error) {
	var w Waiting
	var first sql.NullInt64
	of := func(what string) string { // each end, so that its index is used for it
		var each []string
		for i, end := range ends {
			each = append(each, fmt.Sprintf(what, end, i))
		}
		return strings.Join(each, ` UNION ALL `)
	}
	err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT (SELECT COUNT(*) FROM (%[1]s LIMIT %[4]d) AS counted),
		(SELECT COUNT(*) FROM (%[2]s LIMIT %[4]d) AS counted),
		(SELECT MIN(due) FROM (%[3]s) AS firsts)`,
		of(`SELECT due FROM (%s) AS end%d`),
		of(`SELECT due FROM (%s) AS end%d WHERE due > 0 AND due < $1`),
		of(`SELECT MIN(due) AS due FROM (%s) AS end%d WHERE due > 0`), backlogLimit), micros(s.now())).Scan(&w.N, &w.Late, &first)
	if first.Valid && first.Int64 < noLimit {
		w.Earliest = moment(first.Int64)
	}
	return w, err
}

// Pool tells of the connections to the database.
func (s *Store) Pool() sql.DBStats { return s.db.Stats() }
