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

const listColumns = `SELECT reference, policy, state, town, names, waiting, submitted_at, updated_at, version FROM applications WHERE `

// Applications returns submitted applications, those that wait for the office
// first, the newest first among them. That the user saw the list stands in the
// audit afterwards.
func (s *Store) Applications(ctx context.Context, by apply.Actor, q casework.Query) (casework.Page, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	where, args, err := conditions(q)
	if err != nil {
		return casework.Page{}, err
	}
	var page casework.Page
	look := casework.AuditEntry{Actor: by, Action: casework.ListApplications, Detail: strings.TrimSpace(string(q.State) + " " + q.Town)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		statement := listColumns + where + ` LIMIT ` + strconv.Itoa(q.Limit+1)
		list, marks, err := s.list(ctx, tx, statement, args...)
		if err != nil {
			return err
		}
		if len(list) > q.Limit {
			list = list[:q.Limit]
			page.Next = marks[q.Limit-1]
		}
		page.Applications = list
		return nil
	})
	if err != nil {
		return casework.Page{}, fmt.Errorf("list applications: %w", err)
	}
	return page, nil
}

// conditions builds the part of the statement after WHERE. Row values let both
// databases begin right where the page before ended.
func conditions(q casework.Query) (string, []any, error) {
	parts := []string{"submitted_at > 0"} // drafts are nobody's business
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if q.Town != "" {
		parts = append(parts, "town = "+arg(q.Town))
	}
	order := []string{"submitted_at", "reference"}
	if q.State != "" {
		parts = append(parts, "state = "+arg(string(q.State)))
	} else {
		order = append([]string{"waiting"}, order...)
	}
	if q.After != "" {
		m, err := parseMark(q.After)
		if err != nil {
			return "", nil, err
		}
		values := arg(m.submitted) + ", " + arg(m.reference)
		if q.State == "" {
			values = arg(m.waiting) + ", " + values
		}
		parts = append(parts, "("+strings.Join(order, ", ")+") < ("+values+")")
	}
	return strings.Join(parts, " AND ") + " ORDER BY " + strings.Join(order, " DESC, ") + " DESC", args, nil
}

// mark is a place in the list.
type mark struct {
	waiting, submitted int64
	reference          string
}

func (m mark) String() string { return fmt.Sprintf("%d.%d.%s", m.waiting, m.submitted, m.reference) }

// parseMark reads a place in the list; one that was tampered with is not found.
func parseMark(s string) (mark, error) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return mark{}, apply.ErrNotFound
	}
	waiting, err := strconv.ParseInt(parts[0], 10, 16)
	if err != nil {
		return mark{}, apply.ErrNotFound
	}
	submitted, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return mark{}, apply.ErrNotFound
	}
	ref, ok := apply.ParseReference(parts[2])
	if !ok {
		return mark{}, apply.ErrNotFound
	}
	return mark{waiting, submitted, string(ref)}, nil
}

// ApplicationsOfChild returns all submitted applications for the child with this
// cleaned ID number, newest first.
func (s *Store) ApplicationsOfChild(ctx context.Context, by apply.Actor, childID string) ([]casework.Listed, error) {
	var list []casework.Listed
	look := casework.AuditEntry{Actor: by, Action: casework.ListApplications, Detail: "child"}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		list, _, err = s.list(ctx, tx, listColumns+`child_index = $1 AND child_index <> '' AND submitted_at > 0
			ORDER BY submitted_at DESC, reference DESC LIMIT 100`, s.blind("child-id", childID))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("applications of a child: %w", err)
	}
	return list, nil
}

// list also returns the place of each line.
func (s *Store) list(ctx context.Context, tx *sql.Tx, statement string, args ...any) ([]casework.Listed, []string, error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.Listed
	var marks []string
	for rows.Next() {
		var l casework.Listed
		var sealed []byte
		var waiting, submitted, updated int64
		if err := rows.Scan(&l.Reference, &l.Policy, &l.State, &l.Town, &sealed, &waiting, &submitted, &updated, &l.Version); err != nil {
			return nil, nil, err
		}
		var n names
		if err := s.sealer(l.Reference).open("names", sealed, &n); err != nil {
			return nil, nil, err
		}
		l.Child, l.Guardian, l.Submitted, l.Updated = n.Child, n.Guardian, moment(submitted), moment(updated)
		out = append(out, l)
		marks = append(marks, mark{waiting, submitted, string(l.Reference)}.String())
	}
	return out, marks, rows.Err()
}
