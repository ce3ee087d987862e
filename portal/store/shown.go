package store

import (
	"context"
	"database/sql"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// shownCase is what of a case can be given to others, as it is now.
type shownCase struct {
	policy string // of an application
	values map[string]string
	files  []apply.File
	over   bool
}

// shownCase reads a case of any kind.
func (s *Store) shownCase(ctx context.Context, tx *sql.Tx, c casework.Case) (shownCase, error) {
	switch c.Kind {
	case casework.ReportCase:
		r, err := s.loadReport(ctx, tx, `number = $1`, c.ID, "")
		if err != nil {
			return shownCase{}, err
		}
		return shownCase{values: r.Fields(), over: r.State == casework.ReportClosed}, nil
	case casework.ChildCase:
		one, err := s.child(ctx, tx, c.ID, "")
		return shownCase{values: one.Fields(), over: !one.Closed.IsZero()}, err
	}
	a, err := s.load(ctx, tx, apply.Reference(c.ID))
	if err != nil {
		return shownCase{}, err
	}
	return shownCase{policy: a.Policy, values: a.Answers, files: a.Files, over: a.State.Final()}, nil
}

// keptAway are the users who must not see a case, and so nothing that was asked or said of it.
func keptAway(ctx context.Context, tx *sql.Tx, c casework.Case) ([]string, error) {
	if c.Kind != casework.ReportCase {
		return nil, nil
	}
	return reportExcluded(ctx, tx, apply.Reference(c.ID))
}

// moveCase lets what was asked and said of a case follow it to another town.
func moveCase(ctx context.Context, tx *sql.Tx, c casework.Case, town string) error {
	for _, table := range []string{"referrals", "conferences"} {
		if _, err := tx.ExecContext(ctx, `UPDATE `+table+` SET town = $1 WHERE case_kind = $2 AND case_id = $3 AND town <> $1`, town, string(c.Kind), c.ID); err != nil {
			return err
		}
	}
	return nil
}

// dropCase deletes what hangs on a case that is deleted by its name alone.
func (s *Store) dropCase(ctx context.Context, tx *sql.Tx, c casework.Case) error {
	if err := s.dropAll(ctx, tx, c); err != nil {
		return err
	}
	if err := dropReferrals(ctx, tx, c); err != nil {
		return err
	}
	if err := dropConferences(ctx, tx, c); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM child_cases WHERE kind = $1 AND case_id = $2`, string(c.Kind), c.ID)
	return err
}
