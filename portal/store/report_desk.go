package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// reportsOf is the condition under which reports are somebody's to handle. What it says
// is what [casework.User.May] says of each of them.
func reportsOf(u casework.User) condition {
	w := condition{text: "FALSE"}
	switch u.Role {
	case casework.Officer:
		w.text = "TRUE"
	case casework.Supervisor:
		w.text = "town = " + w.arg(u.Area) + " AND town <> '' AND city = 0"
	case casework.Director:
		w.text = "assigned = " + w.arg(u.ID)
	}
	w.and("NOT EXISTS (SELECT 1 FROM report_excluded x WHERE x.report = reports.number AND x.user_id = " + w.arg(u.ID) + ")")
	return w
}

// reader returns who asks, if the role allows it at all.
func reader(ctx context.Context, tx *sql.Tx, by apply.Actor, action casework.Action) (casework.User, error) {
	if err := permit(ctx, tx, by, action, nil); err != nil {
		return casework.User{}, err
	}
	return scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
}

// ReportsWaiting returns how many reports wait for the user to take them on, up to
// [casework.CountLimit].
func (s *Store) ReportsWaiting(ctx context.Context, u casework.User) (int, error) {
	if !u.Has(casework.HandleReport) {
		return 0, nil
	}
	w := reportsOf(u)
	w.and("place = 0")
	var n int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM reports WHERE `+w.text+` LIMIT `+strconv.Itoa(casework.CountLimit)+`) AS waiting`, w.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count reports: %w", err)
	}
	return n, nil
}

// Reports returns those that the user may handle, see [casework.ReportPage]. That the
// user saw the list stands in the audit afterwards.
func (s *Store) Reports(ctx context.Context, by apply.Actor, q casework.ReportQuery) (casework.ReportPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.ReportPage
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ListReports, Detail: string(q.State)}, func(tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.ListReports)
		if err != nil {
			return err
		}
		page, err = listReports(ctx, tx, u, q)
		return err
	})
	if err != nil {
		return casework.ReportPage{}, fmt.Errorf("list reports: %w", err)
	}
	return page, nil
}

func listReports(ctx context.Context, tx *sql.Tx, u casework.User, q casework.ReportQuery) (casework.ReportPage, error) {
	var page casework.ReportPage
	w := reportsOf(u)
	if q.State != "" {
		w.and("place = " + w.arg(slices.Index(casework.ReportStates(), q.State)))
	}
	if q.After != "" {
		m, err := parseMark(q.After, len(casework.ReportStates()))
		if err != nil {
			return page, err
		}
		w.and("(place, sort_at, number) > (" + w.arg(m.part) + ", " + w.arg(m.turn) + ", " + w.arg(m.reference) + ")")
	}
	rows, err := tx.QueryContext(ctx, reportColumns+`WHERE `+w.text+` ORDER BY place, sort_at, number LIMIT `+strconv.Itoa(q.Limit+1), w.args...)
	if err != nil {
		return page, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r casework.Report
		var code, said []byte // stay closed
		if err := scanReport(rows.Scan, &r, &code, &said); err != nil {
			return page, err
		}
		if len(page.Reports) == q.Limit {
			last := page.Reports[q.Limit-1]
			place, at := reportPlace(&last)
			page.Next = mark{place, at, string(last.Number)}.String()
			break
		}
		page.Reports = append(page.Reports, r)
	}
	return page, rows.Err()
}

// Report opens one for who may handle it, and writes into the audit who looked.
func (s *Store) Report(ctx context.Context, by apply.Actor, ref apply.Reference) (*casework.ReportFile, error) {
	var f *casework.ReportFile
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.OpenReport, Reference: ref}, func(tx *sql.Tx) (err error) {
		r, err := s.loadReport(ctx, tx, `number = $1`, string(ref), "")
		if err != nil {
			return err
		}
		at := r.Scope()
		if err := permit(ctx, tx, by, casework.OpenReport, &at); err != nil {
			return err
		}
		if f, err = s.reportFile(ctx, tx, r); err == nil {
			f.Children, err = s.reportChildren(ctx, tx, by, ref)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open report: %w", err)
	}
	f.Code = "" // is the reporter's alone
	return f, nil
}

// reportFile adds the names of those who stand in a report, and whom it can be given to.
func (s *Store) reportFile(ctx context.Context, tx *sql.Tx, r *casework.Report) (*casework.ReportFile, error) {
	f := &casework.ReportFile{Report: *r, Names: map[string]string{}}
	staff, err := s.reportStaff(ctx, tx, r.Town)
	if err != nil {
		return nil, err
	}
	for _, u := range staff {
		at := r.Scope()
		at.Assigned = u.ID
		if u.May(casework.HandleReport, at) && u.Role != casework.Officer {
			f.Hands = append(f.Hands, u)
		}
		f.Names[u.ID] = u.Name
	}
	ids := append([]string{r.Sender, r.Assigned}, r.Excluded...)
	for _, e := range r.Events {
		ids = append(ids, e.Actor.ID, e.Detail)
	}
	for _, id := range ids {
		if _, known := f.Names[id]; known || len(id) != 24 { // as newID makes them
			continue
		}
		var name string
		err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, id).Scan(&name)
		if missing(err) != apply.ErrNotFound && err != nil {
			return nil, err
		}
		f.Names[id] = name
	}
	return f, nil
}

// ActOnReport carries out a step of staff. It returns [apply.ErrConflict] when somebody
// else was quicker, and [apply.Invalid] for what has to be mended.
func (s *Store) ActOnReport(ctx context.Context, by apply.Actor, ref apply.Reference, version int, act casework.ReportAct) error {
	act.Detail = storable(act.Detail)
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := s.loadReport(ctx, tx, `number = $1`, string(ref), s.lockRows)
		if err != nil {
			return err
		}
		at := r.Scope()
		if err := permit(ctx, tx, by, act.Step.Needs(), &at); err != nil {
			return err
		}
		if r.Version != version {
			return apply.ErrConflict
		}
		return s.actOnReport(ctx, tx, by, r, act)
	})
	if err != nil {
		return fmt.Errorf("act on report: %w", err)
	}
	return nil
}

func (s *Store) actOnReport(ctx context.Context, tx *sql.Tx, by apply.Actor, r *casework.Report, act casework.ReportAct) (err error) {
	version, known := r.Version, len(r.Events)
	if act.By, err = scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan); err != nil {
		return err
	}
	if act.Step == casework.StepAssign {
		act.Hand, err = scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, act.Detail).Scan)
		if err != nil && err != apply.ErrNotFound {
			return err
		}
	}
	if err := r.Do(act, s.now()); err != nil {
		return err
	}
	if err := s.updateReport(ctx, tx, r, version); err != nil {
		return err
	}
	if act.Step == casework.StepPass {
		if err := moveCase(ctx, tx, casework.Case{Kind: casework.ReportCase, ID: string(r.Number)}, r.Scope().Town); err != nil {
			return err
		}
	}
	if err := s.alertOfStep(ctx, tx, r, act); err != nil {
		return err
	}
	if err := s.saveReportRest(ctx, tx, r, known, ""); err != nil {
		return err
	}
	detail := strings.TrimSpace(string(act.Step) + " " + act.Detail)
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: act.Step.Needs(), Reference: r.Number, Detail: detail})
}

// alertOfStep writes to whom a step has given the report.
func (s *Store) alertOfStep(ctx context.Context, tx *sql.Tx, r *casework.Report, act casework.ReportAct) error {
	switch act.Step {
	case casework.StepAssign:
		return s.alertAll(ctx, tx, r, []casework.User{act.Hand}, NoteReportAssigned)
	case casework.StepPass:
		hands, err := s.reportHands(ctx, tx, r)
		if err != nil {
			return err
		}
		return s.alertAll(ctx, tx, r, hands, noteOf(r.Danger))
	}
	return nil
}

// pruneReports deletes closed reports whose time is over, and what is known of old
// messages; the audit stays.
func (s *Store) pruneReports(ctx context.Context, tx *sql.Tx, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM report_alerts WHERE made_at < $1`, micros(now.Add(-notesLast))); err != nil {
		return err
	}
	old, err := texts[string](ctx, tx, `SELECT number FROM reports WHERE place = 2 AND closed_at < $1`, micros(now.Add(-casework.ReportLasts)))
	for _, number := range old {
		if err == nil {
			err = s.dropCase(ctx, tx, casework.Case{Kind: casework.ReportCase, ID: number})
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM reports WHERE number = $1`, number)
		}
	}
	return err
}
