package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// OpenReferral returns a referral with what may be seen of its case at this moment, once
// it stands in the audit what is shown to whom. Where it is refused, the referral has its
// case all the same, for the audit.
func (s *Store) OpenReferral(ctx context.Context, by apply.Actor, id string) (casework.OpenedReferral, error) {
	var out casework.OpenedReferral
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := s.referral(ctx, tx, `id`, id)
		if err != nil {
			return err
		}
		out = casework.OpenedReferral{Referral: casework.Referral{ID: r.ID, Case: r.Case}}
		at := r.Scope()
		if err := permit(ctx, tx, by, casework.OpenReferral, &at); err != nil {
			return err
		}
		var seen []string
		switch err := permit(ctx, tx, by, casework.AnswerReferral, &at); {
		case err == nil:
			if out, err = s.reveal(ctx, tx, r.ForDepartment()); err != nil {
				return err
			}
			if out.Answers != nil {
				seen = slices.Concat(r.Fields, r.Documents)
			}
		case errors.Is(err, casework.ErrForbidden): // who sent it has the case itself
			out.Referral = r
		default:
			return err
		}
		if out.Given, err = answerFiles(ctx, tx, r); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenReferral, Reference: apply.Reference(r.Case.ID), Detail: strings.Join(seen, "+")})
	})
	if err != nil {
		return out, fmt.Errorf("open referral: %w", err)
	}
	return out, nil
}

// reveal reads what was ticked, as it is now. Once it is no longer the department's turn,
// or the case has ended, nothing is read.
func (s *Store) reveal(ctx context.Context, tx *sql.Tx, r casework.Referral) (casework.OpenedReferral, error) {
	out := casework.OpenedReferral{Referral: r}
	of, err := s.shownCase(ctx, tx, r.Case)
	if err != nil {
		return out, err
	}
	out.Policy, out.Over = of.policy, of.over
	if out.Over || !r.Reveals() {
		return out, nil
	}
	out.Answers = map[string]string{}
	for _, name := range r.Fields {
		out.Answers[name] = of.values[name]
	}
	for _, f := range of.files {
		if slices.Contains(r.Documents, f.Document) {
			out.Files = append(out.Files, f)
		}
	}
	return out, nil
}

// ReferralsOf returns what was asked of departments for a case, for who may refer it.
func (s *Store) ReferralsOf(ctx context.Context, by apply.Actor, c casework.Case) ([]casework.Referral, error) {
	var out []casework.Referral
	err := s.read(ctx, func(tx *sql.Tx) error {
		at, _, err := caseScope(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.ReferCase, &at); err != nil {
			return err
		}
		out, err = referralRows(ctx, tx, `SELECT `+referralColumns+` FROM referrals WHERE case_kind = $1 AND case_id = $2 ORDER BY sent_at, id`, string(c.Kind), c.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("referrals of a case: %w", err)
	}
	return out, nil
}

func referralRows(ctx context.Context, tx *sql.Tx, statement string, args ...any) ([]casework.Referral, error) {
	return eachRow(ctx, tx, scanReferral, statement, args...)
}

// Referrals returns a page of the referrals that concern somebody, the earliest deadline
// first. Whom they concern is read from the account as it is at this moment.
func (s *Store) Referrals(ctx context.Context, by apply.Actor, q casework.ReferralQuery) (casework.ReferralPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.ReferralPage
	look := casework.AuditEntry{Actor: by, Action: casework.ListReferrals}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		ends, args := concerning(u, q.Mine)
		if page.Counts, err = referralCounts(ctx, tx, ends, args); err != nil {
			return err
		}
		statement, args, err := referralList(q, ends, args)
		if err != nil {
			return err
		}
		page.Referrals, err = referralRows(ctx, tx, statement, args...)
		return err
	})
	if err != nil {
		return casework.ReferralPage{}, fmt.Errorf("list referrals: %w", err)
	}
	if len(page.Referrals) > q.Limit {
		page.Referrals = page.Referrals[:q.Limit]
		last := page.Referrals[q.Limit-1]
		page.Next = strconv.FormatInt(micros(last.Due), 10) + "." + last.ID
	}
	return page, nil
}

// concerning are the conditions for what concerns a user; no referral fulfils two of
// them. Each is one end of an index, as those of the queue are: what is somebody's own is
// found by its sender and by its taker. What somebody else's department or town was asked
// stands in no list of theirs.
func concerning(u casework.User, mine bool) (ends []string, args []any) {
	where := `1 = 1`
	switch {
	case u.Everywhere(casework.ListReferrals):
	case u.Role == casework.Liaison:
		where, args = `department = $1 AND department <> ''`, []any{string(u.Department)}
	default:
		where, args = `town = $1 AND town <> ''`, []any{u.Area}
	}
	args = append(args, u.ID)
	me := "$" + strconv.Itoa(len(args))
	where += ` AND NOT (case_kind = 'report' AND EXISTS (SELECT 1 FROM report_excluded x WHERE x.report = referrals.case_id AND x.user_id = ` + me + `))`
	if !mine {
		return []string{where}, args
	}
	return []string{where + ` AND sender = ` + me, where + ` AND taker <> '' AND taker = ` + me + ` AND sender <> ` + me}, args
}

// merged is what stands first in each of the ends, as a table.
func merged(what string, ends []string, then string) string {
	var parts []string
	for i, where := range ends {
		parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT %s FROM referrals WHERE %s%s) AS end%d`, what, where, then, i))
	}
	return `(` + strings.Join(parts, ` UNION ALL `) + `) AS referrals`
}

func referralCounts(ctx context.Context, tx *sql.Tx, ends []string, args []any) (map[casework.Side]int, error) {
	out := map[casework.Side]int{}
	limit := ` LIMIT ` + strconv.Itoa(casework.ManyReferrals)
	turn := ` AND waits = $` + strconv.Itoa(len(args)+1)
	statement := `SELECT COUNT(*) FROM (SELECT id FROM ` + merged(`id`, ends, turn+limit) + limit + `) AS waiting`
	for _, side := range []casework.Side{casework.DepartmentSide, casework.SenderSide} {
		var n int
		if err := tx.QueryRowContext(ctx, statement, append(slices.Clone(args), string(side))...).Scan(&n); err != nil {
			return nil, err
		}
		out[side] = n
	}
	return out, nil
}

func referralList(q casework.ReferralQuery, ends []string, args []any) (string, []any, error) {
	args = append(slices.Clone(args), string(q.Waits))
	then := ` AND waits = $` + strconv.Itoa(len(args))
	order, behind := `due_at, id`, `>`
	if q.Waits == casework.NobodySide {
		order, behind = `due_at DESC, id DESC`, `<`
	}
	if q.After != "" {
		due, id, ok := strings.Cut(q.After, ".")
		at, err := strconv.ParseInt(due, 10, 64)
		if err != nil || !ok || storable(id) != id {
			return "", nil, errors.Join(apply.ErrNotFound, err)
		}
		args = append(args, at, id)
		then += fmt.Sprintf(` AND (due_at, id) %s ($%d, $%d)`, behind, len(args)-1, len(args))
	}
	first := ` ORDER BY ` + order + ` LIMIT ` + strconv.Itoa(q.Limit+1)
	return `SELECT ` + referralColumns + ` FROM ` + merged(referralColumns, ends, then+first) + first, args, nil
}
