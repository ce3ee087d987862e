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

// What staff are told of referrals.
const (
	NoteReferral     NoteKind = "referral"      // something has come for the department
	NoteReferralBack NoteKind = "referral-back" // the department has answered or needs more
)

func referralEvent(id string, number int) string { return fmt.Sprintf("%s.%d", id, number) }

func referralBound(event string) []byte { return []byte("referral:" + event + ":words") }

// SendReferral asks a department for something that a case needs. A page that is sent
// twice asks once: key is that of the page. The error is [apply.Invalid] for what has to
// be mended, and [apply.ErrConflict] for a case that has ended.
func (s *Store) SendReferral(ctx context.Context, by apply.Actor, key string, r casework.Referral, step casework.ReferralStep, days apply.Calendar) (casework.Referral, error) {
	if key == "" || len(key) > maxKey || storable(key) != key {
		return r, fmt.Errorf("send referral: %w", apply.ErrConflict)
	}
	id, err := s.newID()
	if err != nil {
		return r, err
	}
	var out casework.Referral
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		at, over, err := caseScope(ctx, tx, r.Case)
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.ReferCase, &at); err != nil {
			return err
		}
		if known, err := s.referral(ctx, tx, `page_key`, key); err == nil || !errors.Is(err, apply.ErrNotFound) {
			out = known
			return err
		}
		if over {
			return apply.ErrConflict
		}
		r.ID, r.Town = id, at.Town
		if out, err = r.Send(step, by, days, s.now()); err != nil {
			return err
		}
		if err := insertReferral(ctx, tx, key, out); err != nil {
			return err
		}
		return s.referralMoved(ctx, tx, by, out, casework.SendReferral, "")
	})
	if err != nil {
		return r, fmt.Errorf("send referral: %w", err)
	}
	return out, nil
}

// MoveReferral carries out a later move of a referral at a version. It returns the
// referral with its case also where the move is refused, for the audit.
func (s *Store) MoveReferral(ctx context.Context, by apply.Actor, id string, version int, m casework.ReferralMove, step casework.ReferralStep, days apply.Calendar) (casework.Referral, error) {
	var out casework.Referral
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := s.referral(ctx, tx, `id`, id)
		if err != nil {
			return err
		}
		out = casework.Referral{ID: r.ID, Case: r.Case}
		at := r.Scope()
		if err := permit(ctx, tx, by, m.Needs(), &at); err != nil {
			return err
		}
		if r.Version != version {
			return apply.ErrConflict
		}
		after, err := r.Move(m, step, by, days, s.now())
		if err != nil {
			return err
		}
		if err := updateReferral(ctx, tx, after, version); err != nil {
			return err
		}
		out = after
		return s.referralMoved(ctx, tx, by, after, m, step.Family)
	})
	if err != nil {
		return out, fmt.Errorf("%s referral: %w", m, err)
	}
	return out, nil
}

// referralMoved writes what follows from a move: history, what the family reads, who is
// told, and the audit.
func (s *Store) referralMoved(ctx context.Context, tx *sql.Tx, by apply.Actor, r casework.Referral, m casework.ReferralMove, family string) error {
	e := r.Events[len(r.Events)-1]
	event := referralEvent(r.ID, e.Number)
	sealed, err := s.vault.Seal([]byte(storable(e.Words)), referralBound(event))
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO referral_events (id, referral, number, at, actor, move, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		event, r.ID, e.Number, micros(e.At), e.Actor, string(e.Move), sealed); err != nil {
		return err
	}
	if err := s.tellFamily(ctx, tx, r.Case, r.Tells(m, family)); err != nil {
		return err
	}
	switch {
	case m == casework.SendReferral || m == casework.ResendReferral:
		err = s.tellDepartment(ctx, tx, r.Department, NoteReferral)
	case r.State.Waits() == casework.SenderSide:
		err = s.tell(ctx, tx, r.Sender, NoteReferralBack)
	}
	if err != nil {
		return err
	}
	needs := m.Needs()
	if m == casework.SendReferral {
		needs = casework.ReferCase
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: needs, Reference: apply.Reference(r.Case.ID), Detail: string(m)})
}

// tellDepartment tells all liaisons of a department that something has come.
func (s *Store) tellDepartment(ctx context.Context, tx *sql.Tx, d casework.Department, kind NoteKind) error {
	ids, err := texts[string](ctx, tx, `SELECT u.id FROM users u JOIN staff_contacts c ON c.user_id = u.id
		WHERE u.role = $1 AND u.department = $2 AND u.disabled_at = 0 ORDER BY u.id`, string(casework.Liaison), string(d))
	for _, id := range ids {
		if err == nil {
			err = s.tell(ctx, tx, id, kind)
		}
	}
	return err
}

// caseScope returns what a case belongs to, and whether it has ended.
func caseScope(ctx context.Context, tx *sql.Tx, c casework.Case) (at casework.Scope, over bool, err error) {
	switch c.Kind {
	case casework.ReportCase:
		return reportScope(ctx, tx, c.ID)
	case casework.ChildCase:
		var closed int64
		err = tx.QueryRowContext(ctx, `SELECT town, village, closed_at FROM children WHERE id = $1`, c.ID).Scan(&at.Town, &at.Village, &closed)
		return at, closed != 0, missing(err)
	}
	var state apply.State
	var submitted int64
	err = tx.QueryRowContext(ctx, `SELECT town, state, submitted_at FROM applications WHERE reference = $1`, c.ID).Scan(&at.Town, &state, &submitted)
	if err == nil && submitted == 0 { // drafts are nobody's business
		err = apply.ErrNotFound
	}
	return at, state.Final(), missing(err)
}

func reportScope(ctx context.Context, tx *sql.Tx, number string) (at casework.Scope, over bool, err error) {
	var r casework.Report
	var city int
	err = tx.QueryRowContext(ctx, `SELECT town, city, assigned, state FROM reports WHERE number = $1`, number).Scan(&r.Town, &city, &r.Assigned, &r.State)
	if err != nil {
		return at, false, missing(err)
	}
	r.City = city == 1
	r.Excluded, err = reportExcluded(ctx, tx, apply.Reference(number))
	return r.Scope(), r.State == casework.ReportClosed, err
}

const referralColumns = `id, case_kind, case_id, town, department, task, told, fields, documents, state, outcome, version, sender, taker, sent_at, due_at, updated_at`

func insertReferral(ctx context.Context, tx *sql.Tx, key string, r casework.Referral) error {
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO referrals (`+referralColumns+`, waits, page_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) ON CONFLICT (page_key) DO NOTHING`,
		r.ID, string(r.Case.Kind), r.Case.ID, r.Town, string(r.Department), r.Task, bit(r.Told), strings.Join(r.Fields, " "), strings.Join(r.Documents, " "),
		string(r.State), r.Outcome, r.Version, r.Sender, r.Taker, micros(r.Sent), micros(r.Due), micros(r.Updated), string(r.State.Waits()), key))
	if err == nil && !ok {
		err = apply.ErrConflict // the same page, at the same moment
	}
	return err
}

func updateReferral(ctx context.Context, tx *sql.Tx, r casework.Referral, version int) error {
	ok, err := changed(tx.ExecContext(ctx, `UPDATE referrals SET fields = $1, documents = $2, state = $3, waits = $4, outcome = $5, version = $6, taker = $7, due_at = $8, updated_at = $9
		WHERE id = $10 AND version = $11`,
		strings.Join(r.Fields, " "), strings.Join(r.Documents, " "), string(r.State), string(r.State.Waits()), r.Outcome, r.Version, r.Taker,
		micros(r.Due), micros(r.Updated), r.ID, version))
	if err == nil && !ok {
		err = apply.ErrConflict
	}
	return err
}

// scanReferral reads one row of referralColumns.
func scanReferral(scan func(...any) error) (casework.Referral, error) {
	var r casework.Referral
	var told int
	var fields, documents string
	var sent, due, updated int64
	err := scan(&r.ID, &r.Case.Kind, &r.Case.ID, &r.Town, &r.Department, &r.Task, &told, &fields, &documents, &r.State, &r.Outcome,
		&r.Version, &r.Sender, &r.Taker, &sent, &due, &updated)
	r.Told, r.Fields, r.Documents = told == 1, strings.Fields(fields), strings.Fields(documents)
	r.Sent, r.Due, r.Updated = moment(sent), moment(due), moment(updated)
	return r, missing(err)
}

// referral returns the one with its history.
func (s *Store) referral(ctx context.Context, tx *sql.Tx, column, value string) (casework.Referral, error) {
	r, err := scanReferral(tx.QueryRowContext(ctx, `SELECT `+referralColumns+` FROM referrals WHERE `+column+` = $1`, value).Scan)
	if err != nil {
		return r, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT e.id, e.number, e.at, e.actor, COALESCE(u.name, ''), e.move, e.words FROM referral_events e
		LEFT JOIN users u ON u.id = e.actor WHERE e.referral = $1 ORDER BY e.number`, r.ID)
	if err != nil {
		return r, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var e casework.ReferralEvent
		var id string
		var at int64
		var sealed []byte
		if err := rows.Scan(&id, &e.Number, &at, &e.Actor, &e.Name, &e.Move, &sealed); err != nil {
			return r, err
		}
		words, err := s.vault.Open(sealed, referralBound(id))
		if err != nil {
			return r, err
		}
		e.At, e.Words = moment(at), string(words)
		r.Events = append(r.Events, e)
	}
	if err := rows.Err(); err != nil {
		return r, err
	}
	r.Excluded, err = keptAway(ctx, tx, r.Case)
	return r, err
}

// dropReferrals deletes what departments were asked for a case that is erased.
func dropReferrals(ctx context.Context, tx *sql.Tx, c casework.Case) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM referrals WHERE case_kind = $1 AND case_id = $2`, string(c.Kind), c.ID)
	return err
}
