package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// LinkReport links a report with a child of the register, which is looked for by the
// number of its record or by its ID number, and returns that number. To link them twice
// changes nothing. The error is [apply.Invalid] where there is no such child, and with a
// child that the user may not open [casework.ErrForbidden], with its number for the audit.
func (s *Store) LinkReport(ctx context.Context, by apply.Actor, ref apply.Reference, look string) (string, error) {
	var id string
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := s.handledReport(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		c, err := s.lookedFor(ctx, tx, look)
		if err != nil {
			return err
		}
		id = c.ID
		at := c.Scope()
		if err := permit(ctx, tx, by, casework.OpenChild, &at); err != nil {
			return err
		}
		return s.linkReport(ctx, tx, by, r, c.ID)
	})
	if err != nil {
		return id, fmt.Errorf("link a report: %w", err)
	}
	return id, nil
}

// handledReport returns a report that the user may handle, and keeps others from it.
func (s *Store) handledReport(ctx context.Context, tx *sql.Tx, by apply.Actor, ref apply.Reference) (*casework.Report, error) {
	r, err := s.loadReport(ctx, tx, `number = $1`, string(ref), s.lockRows)
	if err != nil {
		return nil, err
	}
	at := r.Scope()
	return r, permit(ctx, tx, by, casework.HandleReport, &at)
}

// lookedFor finds a child whose record is open.
func (s *Store) lookedFor(ctx context.Context, tx *sql.Tx, look string) (casework.Child, error) {
	look = strings.Join(strings.Fields(storable(look)), "")
	none := apply.Invalid{{Field: "look", Key: casework.KeyNoSuchChild}}
	column, value := `id`, strings.ToLower(look)
	if !childID.MatchString(value) {
		number, wrong := apply.CheckTyped("resident-id", look, s.now())
		if wrong.Key != "" || number == "" {
			return casework.Child{}, none
		}
		column, value = `id_index`, s.blind("child-id", number)
	}
	c, err := s.scanChild(tx.QueryRowContext(ctx, `SELECT `+childColumns+` FROM children WHERE closed_at = 0 AND `+column+` = $1`, value).Scan, false)
	if errors.Is(err, apply.ErrNotFound) {
		err = none
	}
	return c, err
}

// linkReport writes that a report is about a child into both, and into the audit of both.
func (s *Store) linkReport(ctx context.Context, tx *sql.Tx, by apply.Actor, r *casework.Report, child string) error {
	link := casework.Case{Kind: casework.ReportCase, ID: string(r.Number)}
	fresh, err := linkChild(ctx, tx, child, link, s.now())
	if err != nil || !fresh {
		return err
	}
	act := casework.ReportAct{Step: casework.StepLink, Detail: string(casework.ChildCase), Link: casework.Case{Kind: casework.ChildCase, ID: child}}
	if err := s.actOnReport(ctx, tx, by, r, act); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenChild, Reference: apply.Reference(child), Detail: string(link.Kind)})
}

// linkNew links a child that was just registered with what told of it.
func (s *Store) linkNew(ctx context.Context, tx *sql.Tx, by apply.Actor, c casework.Child, from casework.Case) error {
	switch from.Kind {
	case casework.ApplicationCase:
		_, err := linkChild(ctx, tx, c.ID, from, c.Created)
		return err
	case casework.ReportCase:
		r, err := s.handledReport(ctx, tx, by, apply.Reference(from.ID))
		if err != nil {
			return err
		}
		return s.linkReport(ctx, tx, by, r, c.ID)
	}
	return nil
}

// linkChild reports whether the two were not linked yet.
func linkChild(ctx context.Context, tx *sql.Tx, id string, to casework.Case, now time.Time) (bool, error) {
	return changed(tx.ExecContext(ctx, `INSERT INTO child_cases (child_id, kind, case_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		id, string(to.Kind), storable(to.ID), micros(now)))
}

// opens says what opening a case of a kind needs.
var opens = map[casework.CaseKind]casework.Action{
	casework.ApplicationCase: casework.OpenApplication,
	casework.ReportCase:      casework.OpenReport,
}

// childCases are the cases with which a child is linked and that the user may open: of
// the others, above all of a report, it is not told that they are there.
func childCases(ctx context.Context, tx *sql.Tx, by apply.Actor, id string) ([]casework.Case, error) {
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (casework.Case, error) {
		var c casework.Case
		err := scan(&c.Kind, &c.ID)
		return c, err
	}, `SELECT kind, case_id FROM child_cases WHERE child_id = $1 ORDER BY at DESC, kind, case_id`, id)
	var out []casework.Case
	for _, one := range all {
		if err != nil {
			break
		}
		var at casework.Scope
		if at, _, err = caseScope(ctx, tx, one); err == nil {
			err = permit(ctx, tx, by, opens[one.Kind], &at)
		}
		switch {
		case err == nil:
			out = append(out, one)
		case errors.Is(err, casework.ErrForbidden), errors.Is(err, apply.ErrNotFound): // or it was deleted
			err = nil
		}
	}
	return out, err
}

// reportChildren are the children of a report that the user may open.
func (s *Store) reportChildren(ctx context.Context, tx *sql.Tx, by apply.Actor, ref apply.Reference) ([]casework.Child, error) {
	all, err := s.childRows(ctx, tx, `id IN (SELECT child_id FROM child_cases WHERE kind = $1 AND case_id = $2) ORDER BY id`, string(casework.ReportCase), string(ref))
	var out []casework.Child
	for _, c := range all {
		at := c.Scope()
		switch err := permit(ctx, tx, by, casework.OpenChild, &at); {
		case err == nil:
			out = append(out, c)
		case !errors.Is(err, casework.ErrForbidden):
			return nil, err
		}
	}
	return out, err
}
