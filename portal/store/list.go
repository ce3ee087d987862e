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

const listColumns = `SELECT reference, policy, state, town, names, waiting, submitted_at, updated_at, version FROM applications `

// Applications returns submitted applications, those that wait for the office
// first, the newest first among them. That the user saw the list stands in the
// audit afterwards.
func (s *Store) Applications(ctx context.Context, by apply.Actor, q casework.Query) (casework.Page, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	statement, args, err := listOf(q)
	if err != nil {
		return casework.Page{}, err
	}
	var page casework.Page
	look := casework.AuditEntry{Actor: by, Action: casework.ListApplications, Detail: strings.TrimSpace(string(q.State) + " " + q.Town)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ListApplications, &casework.Scope{Town: q.Town}); err != nil {
			return err
		}
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

// listOf builds the statement for a page and one line more. Each state is read from
// its own end of an index, and from what the few ends hold the list is put together:
// so there need be no index for every order, in which each submission would be written.
func listOf(q casework.Query) (string, []any, error) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where := "submitted_at > 0" // drafts are nobody's business
	if q.Town != "" {
		where += " AND town = " + arg(q.Town)
	}
	behind := func(apply.State) string { return "" }
	if q.After != "" {
		m, err := parseMark(q.After)
		if err != nil {
			return "", nil, err
		}
		// Row values let both databases begin right where the page before ended.
		place := " AND (submitted_at, reference) < (" + arg(m.submitted) + ", " + arg(m.reference) + ")"
		behind = func(s apply.State) string {
			switch w := int64(waiting(s)); {
			case q.State != "" || w == m.waiting:
				return place
			case w > m.waiting:
				return " AND FALSE"
			}
			return ""
		}
	}
	states := apply.States()[1:]
	if q.State != "" {
		states = []apply.State{q.State}
	}
	limit := strconv.Itoa(q.Limit + 1)
	var ends []string
	for i, s := range states {
		ends = append(ends, fmt.Sprintf(`SELECT * FROM (SELECT reference, submitted_at, %d AS waits FROM applications WHERE %s AND state = %s%s
			ORDER BY submitted_at DESC, reference DESC LIMIT %s) AS end%d`, waiting(s), where, arg(string(s)), behind(s), limit, i))
	}
	return `SELECT a.reference, a.policy, a.state, a.town, a.names, a.waiting, a.submitted_at, a.updated_at, a.version FROM (
		SELECT reference FROM (` + strings.Join(ends, ` UNION ALL `) + `) AS ends ORDER BY waits DESC, submitted_at DESC, reference DESC LIMIT ` + limit + `
		) AS page JOIN applications a ON a.reference = page.reference ORDER BY a.waiting DESC, a.submitted_at DESC, a.reference DESC`, args, nil
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
	if err != nil || waiting < 0 || waiting > 1 {
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
		list, _, err = s.list(ctx, tx, listColumns+`WHERE child_index = $1 AND child_index <> '' AND submitted_at > 0
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
