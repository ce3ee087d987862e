package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// duties says of each kind by which column it is due, and for which children there is one.
var duties = map[casework.DutyKind]struct{ column, where string }{
	casework.DutyUnsafe: {"visited_at", "unsafe = 1"},
	casework.DutyReview: {"review_at", "review_at > 0"},
	casework.DutyVisit:  {"visit_due", "visit_due > 0"},
	casework.DutyHelper: {"assessed_at", "visit_days > 0 AND paired_at = 0"},
	casework.DutyAgain:  {"again_at", "band <> ''"},
	casework.DutyAssess: {"created_at", "band = ''"},
}

// Duties returns a page of what is to be done for the children that the user looks after;
// temporary guardianship is left out for who may not see it. The look stands in the audit.
func (s *Store) Duties(ctx context.Context, by apply.Actor, q casework.DutyQuery) (casework.DutyPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.DutyPage
	look := casework.AuditEntry{Actor: by, Action: casework.ListChildren, Detail: storable(strings.TrimSpace("due " + string(q.Kind)))}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		page = casework.DutyPage{}
		statement, args, err := s.dutyList(ctx, tx, by, q)
		if err != nil || statement == "" {
			return err
		}
		page.Duties, err = eachRow(ctx, tx, s.scanDuty, statement, args...)
		return err
	})
	if err != nil {
		return casework.DutyPage{}, fmt.Errorf("list what is due: %w", err)
	}
	if len(page.Duties) > q.Limit {
		page.Duties = page.Duties[:q.Limit]
		last := page.Duties[q.Limit-1]
		page.Next = fmt.Sprintf("%d.%s.%s", micros(last.Due), last.Child.ID, last.Kind)
	}
	return page, nil
}

// dutyList builds the statement: one arm for each kind, each within what the user owns.
// It is empty where the user may see no kind that is asked for.
func (s *Store) dutyList(ctx context.Context, tx *sql.Tx, by apply.Actor, q casework.DutyQuery) (string, []any, error) {
	own, err := s.childrenWhere(ctx, tx, by, casework.ChildQuery{Town: q.Town})
	if err != nil {
		return "", nil, err
	}
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return "", nil, err
	}
	until := own.arg(micros(s.now().Add(casework.DutySoon)))
	var arms []string
	for _, kind := range casework.DutyKinds() {
		if q.Kind != "" && q.Kind != kind || kind == casework.DutyReview && !u.Has(casework.SeeCustody) {
			continue
		}
		d := duties[kind]
		arms = append(arms, `SELECT `+d.column+` AS day, id AS child, '`+string(kind)+`' AS duty FROM children WHERE `+own.text+` AND `+d.where+` AND `+d.column+` <= `+until)
	}
	if len(arms) == 0 {
		return "", nil, nil
	}
	after := ""
	if q.After != "" {
		parts := strings.Split(q.After, ".")
		if len(parts) != 3 || !childID.MatchString(parts[1]) {
			return "", nil, apply.ErrNotFound
		}
		day, err := strconv.ParseInt(parts[0], 10, 64)
		if err != nil {
			return "", nil, apply.ErrNotFound
		}
		after = ` WHERE (d.day, d.child, d.duty) > (` + own.arg(day) + `, ` + own.arg(parts[1]) + `, ` + own.arg(storable(parts[2])) + `)`
	}
	return `SELECT d.day, d.duty, ` + childColumns + ` FROM (` + strings.Join(arms, ` UNION ALL `) + `) AS d JOIN children ON children.id = d.child` + after +
		` ORDER BY d.day, d.child, d.duty LIMIT ` + strconv.Itoa(q.Limit+1), own.args, nil
}

func (s *Store) scanDuty(scan func(...any) error) (casework.Duty, error) {
	var d casework.Duty
	var day int64
	var err error
	d.Child, err = s.scanChild(func(rest ...any) error { return scan(append([]any{&day, &d.Kind}, rest...)...) }, false)
	d.Due = moment(day)
	return d, err
}
