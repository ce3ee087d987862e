package store

import (
	"context"
	"database/sql"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

const assessmentColumns = `id, child_id, number, form, state, version, assessor, body, corrects, started_at, updated_at, signed_at, confirmed_at, confirmed_by`

// assessmentBody is what is sealed of an assessment.
type assessmentBody struct {
	Answers map[string]string `json:"answers"`
	Opinion string            `json:"opinion"`
	Sheet   casework.Sheet    `json:"sheet"`
	Reason  string            `json:"reason,omitempty"`
}

func (s *Store) assessments(ctx context.Context, tx *sql.Tx, child string) ([]casework.Assessment, error) {
	return eachRow(ctx, tx, s.scanAssessment, `SELECT `+assessmentColumns+` FROM assessments WHERE child_id = $1 ORDER BY number DESC`, child)
}

func (s *Store) scanAssessment(scan func(...any) error) (casework.Assessment, error) {
	var a casework.Assessment
	var body []byte
	var started, updated, signed, confirmed int64
	err := scan(&a.ID, &a.Child, &a.Number, &a.Form, &a.State, &a.Version, &a.Assessor, &body, &a.Corrects, &started, &updated, &signed, &confirmed, &a.ConfirmedBy)
	if err != nil {
		return a, missing(err)
	}
	a.Started, a.Updated, a.Signed, a.Confirmed = moment(started), moment(updated), moment(signed), moment(confirmed)
	var b assessmentBody
	if err := (fileSealer{s, "assessments", a.ID}).open("body", body, &b); err != nil {
		return a, err
	}
	a.Answers, a.Opinion, a.Sheet, a.Reason = b.Answers, b.Opinion, b.Sheet, b.Reason
	return a, nil
}

func (s *Store) sealAssessment(a casework.Assessment) ([]byte, error) {
	return fileSealer{s, "assessments", a.ID}.seal("body", assessmentBody{a.Answers, a.Opinion, a.Sheet, a.Reason})
}

// BeginAssessment begins to fill in a form for a child and returns its number. One
// that corrects another begins with its answers, and with the reason. While one is
// being filled in, another is [apply.ErrConflict].
func (s *Store) BeginAssessment(ctx context.Context, by apply.Actor, child string, form, corrects, reason string) (string, error) {
	id, err := s.newID()
	if err != nil {
		return "", err
	}
	now := s.now()
	err = s.changeChild(ctx, childChange{by: by, id: child, action: casework.AssessChild, detail: "begun"}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		all, err := s.assessments(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		a := casework.Assessment{ID: id, Child: c.ID, Number: len(all) + 1, Form: form, State: casework.BeingFilled, Version: 1, Assessor: by.ID, Started: now, Updated: now}
		for _, old := range all {
			a.Number = max(a.Number, old.Number+1)
		}
		if corrects != "" {
			if err := a.Correct(all, corrects, storable(reason)); err != nil {
				return err
			}
		}
		return s.insertAssessment(ctx, tx, a)
	})
	return id, err
}

func (s *Store) insertAssessment(ctx context.Context, tx *sql.Tx, a casework.Assessment) error {
	body, err := s.sealAssessment(a)
	if err != nil {
		return err
	}
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO assessments (`+assessmentColumns+`) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $9, 0, 0, '') ON CONFLICT DO NOTHING`,
		a.ID, a.Child, a.Number, storable(a.Form), string(a.State), a.Assessor, body, a.Corrects, micros(a.Started)))
	if err == nil && !ok {
		err = apply.ErrConflict // somebody else is filling in one
	}
	return err
}

// ChangeAssessment saves, signs or confirms: edit runs the rule. Version 0 is any: a
// page that is saved changes only what it asks. A result that counts becomes the
// child's standing with it.
func (s *Store) ChangeAssessment(ctx context.Context, by apply.Actor, action casework.Action, child, id string, version int, edit func(*casework.Assessment, time.Time) error) error {
	return s.changeChild(ctx, childChange{by: by, id: child, action: action}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		a, err := s.scanAssessment(tx.QueryRowContext(ctx, `SELECT `+assessmentColumns+` FROM assessments WHERE id = $1 AND child_id = $2`+s.lockRows, storable(id), c.ID).Scan)
		if err != nil {
			return err
		}
		if version != 0 && version != a.Version {
			return apply.ErrConflict
		}
		if action == casework.AssessChild && a.Assessor != by.ID {
			return casework.ErrForbidden
		}
		if err := edit(&a, s.now()); err != nil {
			return err
		}
		body, err := s.sealAssessment(a)
		if err != nil {
			return err
		}
		c.Take(a)
		_, err = tx.ExecContext(ctx, `UPDATE assessments SET state = $2, version = version + 1, body = $3, updated_at = $4, signed_at = $5, confirmed_at = $6, confirmed_by = $7 WHERE id = $1`,
			a.ID, string(a.State), body, micros(a.Updated), micros(a.Signed), micros(a.Confirmed), a.ConfirmedBy)
		return err
	})
}

// DropAssessment deletes one that was not signed: its assessor's own, or any by who
// may confirm.
func (s *Store) DropAssessment(ctx context.Context, by apply.Actor, child, id string) error {
	return s.changeChild(ctx, childChange{by: by, id: child, action: casework.AssessChild, detail: "dropped"}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		scope := c.Scope()
		own := by.ID
		if permit(ctx, tx, by, casework.ConfirmAssessment, &scope) == nil {
			own = ""
		}
		ok, err := changed(tx.ExecContext(ctx, `DELETE FROM assessments WHERE id = $1 AND child_id = $2 AND state = 'filling' AND ($3 = '' OR assessor = $3)`, storable(id), c.ID, own))
		if err == nil && !ok {
			err = apply.ErrConflict
		}
		return err
	})
}
