package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// numberTries is how many numbers are drawn for a report before something else is wrong.
const numberTries = 5

func reportBound(number, column string) []byte { return []byte("report:" + number + ":" + column) }

func reportEventBound(id string) []byte { return []byte("report-event:" + id) }

// SendReport keeps a report, which somebody has to take on within the time given, and
// writes to those who can, all at once. A page that was sent twice returns the report
// that it made.
func (s *Store) SendReport(ctx context.Context, r casework.Report, within time.Duration) (*casework.Report, error) {
	r.Said = r.Said.Clean()
	r.Town = storable(r.Town)
	var out *casework.Report
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if r.Sender != "" {
			if err := permit(ctx, tx, apply.Actor{Kind: apply.StaffActor, ID: r.Sender}, casework.SendReport, nil); err != nil {
				return err
			}
		}
		out, err = s.sendReport(ctx, tx, r, within)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("send report: %w", err)
	}
	return out, nil
}

func (s *Store) sendReport(ctx context.Context, tx *sql.Tx, r casework.Report, within time.Duration) (*casework.Report, error) {
	now := s.now()
	r.State, r.Received, r.Due, r.Version = casework.ReportNew, now, now.Add(within), 1
	r.Events, r.Excluded, r.Assigned, r.Level = nil, nil, "", casework.LevelTown
	by := casework.Reporter
	if r.Sender != "" {
		by = apply.Actor{Kind: apply.StaffActor, ID: r.Sender}
	}
	r.Tell(casework.ReportEvent{At: now, Actor: by, Step: casework.StepReceived, Detail: string(r.Danger)})
	staff, err := s.reportStaff(ctx, tx, r.Town)
	if err != nil {
		return nil, err
	}
	told := r.Alert(staff)
	fresh, err := s.insertReport(ctx, tx, &r)
	if err != nil {
		return nil, err
	}
	if !fresh {
		return s.loadReport(ctx, tx, `page_key = $1`, r.Key.Hash(), "")
	}
	if err := s.alertAll(ctx, tx, &r, told, noteOf(r.Danger)); err != nil {
		return nil, err
	}
	if err := s.saveReportRest(ctx, tx, &r, 0, ""); err != nil {
		return nil, err
	}
	return &r, s.audit(ctx, tx, casework.AuditEntry{At: now, Actor: by, Action: casework.ReceiveReport, Reference: r.Number, Detail: string(r.Danger)})
}

// insertReport draws number and code and writes the report's own row; false if the page
// was sent before.
func (s *Store) insertReport(ctx context.Context, tx *sql.Tx, r *casework.Report) (bool, error) {
	for range numberTries {
		var err error
		if r.Number, err = apply.NewReference(s.random, r.Received); err != nil {
			return false, err
		}
		if r.Code, err = apply.NewCode(s.random); err != nil {
			return false, err
		}
		code, err := s.vault.Seal([]byte(r.Code), reportBound(string(r.Number), "code"))
		if err != nil {
			return false, err
		}
		said, err := s.sealSaid(r)
		if err != nil {
			return false, err
		}
		place, at := reportPlace(r)
		// A number is also not one of an application: the audit goes by numbers alone.
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO reports (number, page_key, code, said, town, city, danger, sender, link_kind, link_id,
				state, place, sort_at, level, assigned, received_at, due_at, taken_at, closed_at, version)
			SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $16, 0, 0, 1
			WHERE NOT EXISTS (SELECT 1 FROM applications WHERE reference = $1) ON CONFLICT DO NOTHING`,
			string(r.Number), r.Key.Hash(), code, said, r.Town, bit(r.City), string(r.Danger), r.Sender, string(r.Link.Kind), storable(r.Link.ID),
			string(r.State), place, at, r.Assigned, micros(r.Received), micros(r.Due)))
		if err != nil || ok {
			return ok, err
		}
		var sent int
		err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM reports WHERE page_key = $1`, r.Key.Hash()).Scan(&sent)
		if err != nil || sent > 0 {
			return false, err
		}
	}
	return false, errors.New("no number was free")
}

func (s *Store) sealSaid(r *casework.Report) ([]byte, error) {
	b, err := json.Marshal(r.Said)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(b, reportBound(string(r.Number), "said"))
}

// reportPlace is where a report stands in the list: what waits first and the longest
// overdue first among it, what is handled by its age, what is closed the newest first.
func reportPlace(r *casework.Report) (place int, at int64) {
	switch r.State {
	case casework.ReportNew:
		return 0, micros(r.Due)
	case casework.ReportHandled:
		return 1, micros(r.Received)
	}
	return 2, -micros(r.Closed)
}

// saveReportRest writes what hangs on a report: events from number on, of which the
// last has this key, and who must not see it.
func (s *Store) saveReportRest(ctx context.Context, tx *sql.Tx, r *casework.Report, from int, key string) error {
	for i, e := range r.Events[from:] {
		id := string(r.Number) + "-" + strconv.Itoa(e.Number)
		words := []byte{}
		if e.Words != "" {
			var err error
			if words, err = s.vault.Seal([]byte(e.Words), reportEventBound(id)); err != nil {
				return err
			}
		}
		own := ""
		if i == len(r.Events)-from-1 {
			own = key
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO report_events (id, report, number, page_key, at, actor_kind, actor, step, detail, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			id, string(r.Number), e.Number, own, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Step), storable(e.Detail), words)
		if err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM report_excluded WHERE report = $1`, string(r.Number)); err != nil {
		return err
	}
	for _, user := range r.Excluded {
		if _, err := tx.ExecContext(ctx, `INSERT INTO report_excluded (report, user_id) VALUES ($1, $2)`, string(r.Number), user); err != nil {
			return err
		}
	}
	return nil
}

// updateReport writes a changed report; [apply.ErrConflict] if somebody was quicker.
func (s *Store) updateReport(ctx context.Context, tx *sql.Tx, r *casework.Report, version int) error {
	place, at := reportPlace(r)
	ok, err := changed(tx.ExecContext(ctx, `UPDATE reports SET town = $1, city = $2, link_kind = $3, link_id = $4, state = $5, place = $6, sort_at = $7, level = $8,
			assigned = $9, due_at = $10, taken_at = $11, closed_at = $12, version = version + 1 WHERE number = $13 AND version = $14`,
		r.Town, bit(r.City), string(r.Link.Kind), storable(r.Link.ID), string(r.State), place, at, r.Level,
		r.Assigned, micros(r.Due), micros(r.Taken), micros(r.Closed), string(r.Number), version))
	if err == nil && !ok {
		err = apply.ErrConflict
	}
	r.Version = version + 1
	return err
}

const reportColumns = `SELECT number, code, said, town, city, danger, sender, link_kind, link_id, state, level, assigned, received_at, due_at, taken_at, closed_at, version FROM reports `

// loadReport reads one whole report.
func (s *Store) loadReport(ctx context.Context, tx *sql.Tx, where, key, lock string) (*casework.Report, error) {
	r := &casework.Report{}
	var code, said []byte
	if err := scanReport(tx.QueryRowContext(ctx, reportColumns+`WHERE `+where+lock, key).Scan, r, &code, &said); err != nil {
		return nil, missing(err)
	}
	b, err := s.vault.Open(code, reportBound(string(r.Number), "code"))
	if err != nil {
		return nil, fmt.Errorf("open code: %w", err)
	}
	r.Code = apply.Code(b)
	if b, err = s.vault.Open(said, reportBound(string(r.Number), "said")); err != nil {
		return nil, fmt.Errorf("open what was said: %w", err)
	}
	if err := json.Unmarshal(b, &r.Said); err != nil {
		return nil, err
	}
	if r.Excluded, err = reportExcluded(ctx, tx, r.Number); err != nil {
		return nil, err
	}
	r.Events, err = s.reportEvents(ctx, tx, r.Number)
	return r, err
}

func scanReport(scan func(...any) error, r *casework.Report, code, said *[]byte) error {
	var city int
	var received, due, taken, closed int64
	err := scan(&r.Number, code, said, &r.Town, &city, &r.Danger, &r.Sender, &r.Link.Kind, &r.Link.ID, &r.State, &r.Level, &r.Assigned,
		&received, &due, &taken, &closed, &r.Version)
	r.City, r.Received, r.Due, r.Taken, r.Closed = city == 1, moment(received), moment(due), moment(taken), moment(closed)
	return err
}

func reportExcluded(ctx context.Context, tx *sql.Tx, number apply.Reference) ([]string, error) {
	return texts[string](ctx, tx, `SELECT user_id FROM report_excluded WHERE report = $1 ORDER BY user_id`, string(number))
}

func (s *Store) reportEvents(ctx context.Context, tx *sql.Tx, number apply.Reference) ([]casework.ReportEvent, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, number, at, actor_kind, actor, step, detail, words FROM report_events WHERE report = $1 ORDER BY number`, string(number))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.ReportEvent
	for rows.Next() {
		var e casework.ReportEvent
		var id string
		var at int64
		var words []byte
		if err := rows.Scan(&id, &e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Step, &e.Detail, &words); err != nil {
			return nil, err
		}
		if e.At = moment(at); len(words) > 0 {
			b, err := s.vault.Open(words, reportEventBound(id))
			if err != nil {
				return nil, fmt.Errorf("open words: %w", err)
			}
			e.Words = string(b)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}
