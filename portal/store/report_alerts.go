package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// What staff are told of reports: a number and how urgent it is.
const (
	NoteReportNow      NoteKind = "report-now" // the child is in danger now
	NoteReport         NoteKind = "report"
	NoteReportLate     NoteKind = "report-late" // nobody had taken it on in time
	NoteReportAdded    NoteKind = "report-added"
	NoteReportAssigned NoteKind = "report-assigned"
)

func noteOf(d casework.Danger) NoteKind {
	if d == casework.DangerNow {
		return NoteReportNow
	}
	return NoteReport
}

// reportStaff are those who could have to do with a report from a town: its supervisors
// and directors, and the city's officers.
func (s *Store) reportStaff(ctx context.Context, tx *sql.Tx, town string) ([]casework.User, error) {
	return eachRow(ctx, tx, scanUser, userColumns+` WHERE disabled_at = 0 AND (role = $1 OR area = $2 AND area <> '' AND role IN ($3, $4)) ORDER BY role, id`,
		string(casework.Officer), town, string(casework.Supervisor), string(casework.Director))
}

// alertAll writes to each of them, and into the history how many that were. Who has
// given no address reads it on the desk's next page.
func (s *Store) alertAll(ctx context.Context, tx *sql.Tx, r *casework.Report, to []casework.User, kind NoteKind) error {
	told := 0
	for _, u := range to {
		id, err := s.newID()
		if err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO report_alerts (id, report, user_id, kind, state, tries, due_at, made_at)
			SELECT $1, $2, user_id, $3, 'waiting', 0, $4, $4 FROM staff_contacts WHERE user_id = $5`, id, string(r.Number), string(kind), micros(s.now()), u.ID))
		if err != nil {
			return err
		}
		if ok {
			told++
		}
	}
	r.Tell(casework.ReportEvent{At: s.now(), Step: casework.StepAlerted, Detail: strconv.Itoa(told)})
	return nil
}

// dueReportAlerts takes what is due, as TakeNotes does for families.
func (s *Store) dueReportAlerts(ctx context.Context, tx *sql.Tx, limit int) ([]Note, error) {
	lock := s.lockRows
	if lock != "" {
		lock += ` OF o`
	}
	rows, err := tx.QueryContext(ctx, `SELECT o.id, o.kind, o.tries, o.report, o.user_id, c.channel, c.address FROM report_alerts o JOIN staff_contacts c ON c.user_id = o.user_id
		WHERE o.state = 'waiting' AND o.due_at <= $1 ORDER BY o.due_at, o.id LIMIT $2`+lock, micros(s.now()), limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []Note
	for rows.Next() {
		n := Note{report: true, Lang: staffLang}
		var user string
		var sealed []byte
		if err := rows.Scan(&n.ID, &n.Kind, &n.tries, &n.Reference, &user, &n.Contact.Channel, &sealed); err != nil {
			return nil, err
		}
		if n.Contact.Address, err = s.openStaffAddress(user, sealed); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// escalateAtOnce is how many reports one round moves at most.
const escalateAtOnce = 100

// EscalateReports moves every report that nobody took on in time to the next level, with
// as much time again, and writes to those who have to take it on now. It returns how many
// those were. Any number of servers may ask at the same time, and be stopped at any
// moment: each step is made once, in one transaction with its alerts and its line in
// the audit.
func (s *Store) EscalateReports(ctx context.Context, within func(casework.Danger) time.Duration) (int, error) {
	late, err := s.lateReports(ctx)
	if err != nil {
		return 0, fmt.Errorf("escalate reports: %w", err)
	}
	moved := 0
	for _, number := range late {
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			return s.escalate(ctx, tx, number, within)
		})
		switch {
		case errors.Is(err, apply.ErrConflict), errors.Is(err, apply.ErrNotFound): // somebody else was quicker
		case err != nil:
			return moved, fmt.Errorf("escalate reports: %w", err)
		default:
			moved++
		}
	}
	return moved, nil
}

func (s *Store) lateReports(ctx context.Context) ([]string, error) {
	return texts[string](ctx, s.db, `SELECT number FROM reports WHERE place = 0 AND sort_at <= $1 ORDER BY sort_at, number LIMIT $2`, micros(s.now()), escalateAtOnce)
}

func (s *Store) escalate(ctx context.Context, tx *sql.Tx, number string, within func(casework.Danger) time.Duration) error {
	r, err := s.loadReport(ctx, tx, `number = $1`, number, s.lockRows)
	if err != nil {
		return err
	}
	version, known := r.Version, len(r.Events)
	if !r.Late(within(r.Danger), s.now()) {
		return apply.ErrConflict
	}
	if err := s.updateReport(ctx, tx, r, version); err != nil {
		return err
	}
	level := strconv.Itoa(r.Level)
	r.Tell(casework.ReportEvent{At: s.now(), Step: casework.StepEscalated, Detail: level})
	staff, err := s.reportHands(ctx, tx, r)
	if err != nil {
		return err
	}
	if err := s.alertAll(ctx, tx, r, staff, NoteReportLate); err != nil {
		return err
	}
	if err := s.saveReportRest(ctx, tx, r, known, ""); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Action: casework.EscalateReport, Reference: r.Number, Detail: level})
}

// reportHands are those who may handle a report as it is now.
func (s *Store) reportHands(ctx context.Context, tx *sql.Tx, r *casework.Report) ([]casework.User, error) {
	staff, err := s.reportStaff(ctx, tx, r.Town)
	return slices.DeleteFunc(staff, func(u casework.User) bool { return !u.May(casework.HandleReport, r.Scope()) }), err
}
