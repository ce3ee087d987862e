package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// scanLimit is how many applications a page looks at, at most, where its filters have no
// index together: then it may hold few, and the next goes on behind what was looked at.
const scanLimit = 400

const listColumns = `SELECT a.reference, a.policy, a.state, a.town, a.names, a.turn, a.submitted_at, a.updated_at, a.version, a.assignee, COALESCE(u.name, ''), `

// Applications returns submitted applications: those that wait for the office first, by
// the day on which they are due, then the others, newest first. That the user saw the
// list stands in the audit afterwards.
func (s *Store) Applications(ctx context.Context, by apply.Actor, q casework.Query) (casework.Page, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	statement, args, scan, err := listOf(by, q)
	if err != nil {
		return casework.Page{}, err
	}
	var page casework.Page
	look := casework.AuditEntry{Actor: by, Action: casework.ListApplications, Detail: strings.TrimSpace(string(q.State) + " " + q.Town)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ListApplications, &casework.Scope{Town: q.Town}); err != nil {
			return err
		}
		page, err = s.list(ctx, tx, q, scan, statement, args...)
		return err
	})
	if err != nil {
		return casework.Page{}, fmt.Errorf("list applications: %w", err)
	}
	return page, nil
}

// end is one end of an index: the condition that begins there, and in which part of the
// list it comes.
type end struct {
	where string
	part  int
}

// arguments of a statement.
type arguments []any

// add returns the placeholder of v.
func (a *arguments) add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

// An application is either among what nobody handles or in the list of its state.
const (
	unassigned = `waiting = 1 AND assignee = ''`
	elsewhere  = `submitted_at > 0 AND (waiting = 0 OR assignee <> '')`
)

// endsOf says from which ends of which indexes a list is put together: so there need be
// no index for every order, in which each submission would be written.
func endsOf(by apply.Actor, q casework.Query, args *arguments) []end {
	switch {
	case q.Queue:
		return append([]end{taken(by.ID, args)}, free(q.Town, casework.WaitingStates(), 1, args)...)
	case q.Assignee == casework.Nobody:
		return free(q.Town, casework.WaitingStates(), 0, args)
	case q.Assignee != "":
		return []end{taken(q.Assignee, args)}
	case q.Policy != "":
		return ofStates(`submitted_at > 0 AND policy <> '' AND policy = `+args.add(storable(q.Policy)), q.Wanted(), 0, args)
	}
	where := elsewhere
	if q.Town != "" {
		where += ` AND town <> '' AND town = ` + args.add(q.Town)
	}
	waits := slices.DeleteFunc(q.Wanted(), func(s apply.State) bool { return !s.Waiting() })
	return append(ofStates(where, q.Wanted(), 0, args), free(q.Town, waits, 0, args)...)
}

// taken is the end of what a user handles.
func taken(user string, args *arguments) end {
	return end{`waiting = 1 AND assignee <> '' AND assignee = ` + args.add(storable(user)), 0}
}

// free are the ends of what nobody handles.
func free(town string, states []apply.State, part int, args *arguments) []end {
	where := unassigned
	if town != "" && len(states) > 0 { // PostgreSQL takes no argument that is not used
		where += ` AND town = ` + args.add(town)
	}
	return ofStates(where, states, part, args)
}

// ofStates are the ends of an index with one for each state.
func ofStates(where string, states []apply.State, part int, args *arguments) []end {
	var out []end
	for _, state := range states {
		out = append(out, end{where + ` AND state = ` + args.add(string(state)), part})
	}
	return out
}

// exact reports whether the ends hold nothing but what is asked for.
func exact(q casework.Query) bool {
	if q.Queue || q.Assignee != "" {
		return q.State == "" && q.Policy == "" && (q.Town == "" || q.Queue || q.Assignee == casework.Nobody)
	}
	return q.Policy == "" || q.Town == ""
}

// listOf builds the statement for a page, and says how many applications it looks at.
func listOf(by apply.Actor, q casework.Query) (statement string, args arguments, scan int, err error) {
	scan = scanLimit
	if exact(q) {
		scan = q.Limit + 1
	}
	due := ""
	if !q.Due.From.IsZero() && q.After == "" { // which is behind it
		due += " AND turn >= " + args.add(micros(q.Due.From))
	}
	if !q.Due.To.IsZero() {
		due += " AND turn < " + args.add(micros(q.Due.To))
	}
	behind := func(int) string { return "" }
	if q.After != "" {
		m, err := parseMark(q.After, 2)
		if err != nil {
			return "", nil, 0, err
		}
		// Row values let both databases begin right where the page before ended.
		place := " AND (turn, reference) > (" + args.add(m.turn) + ", " + args.add(m.reference) + ")"
		behind = func(part int) string {
			switch {
			case part == m.part:
				return place
			case part < m.part:
				return " AND FALSE"
			}
			return ""
		}
	}
	limit := strconv.Itoa(scan)
	ends := []string{`SELECT * FROM (SELECT reference, turn, 0 AS part FROM applications WHERE FALSE) AS none`}
	for i, e := range endsOf(by, q, &args) {
		ends = append(ends, fmt.Sprintf(`SELECT * FROM (SELECT reference, turn, %d AS part FROM applications WHERE %s%s%s
			ORDER BY turn, reference LIMIT %s) AS end%d`, e.part, e.where, due, behind(e.part), limit, i))
	}
	return listColumns + `page.part FROM (
		SELECT reference, part FROM (` + strings.Join(ends, ` UNION ALL `) + `) AS ends ORDER BY part, turn, reference LIMIT ` + limit + `
		) AS page JOIN applications a ON a.reference = page.reference LEFT JOIN users u ON u.id = a.assignee
		ORDER BY page.part, a.turn, a.reference`, args, scan, nil
}

// mark is a place in the list.
type mark struct {
	part      int
	turn      int64
	reference string
}

func (m mark) String() string { return fmt.Sprintf("%d.%d.%s", m.part, m.turn, m.reference) }

// parseMark reads a place in the list; one that was tampered with is not found.
// parts is how many the list has.
func parseMark(s string, parts int) (mark, error) {
	words := strings.Split(s, ".")
	if len(words) != 3 {
		return mark{}, apply.ErrNotFound
	}
	part, err := strconv.ParseInt(words[0], 10, 16)
	if err != nil || part < 0 || int(part) >= parts {
		return mark{}, apply.ErrNotFound
	}
	turn, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return mark{}, apply.ErrNotFound
	}
	ref, ok := apply.ParseReference(words[2])
	if !ok {
		return mark{}, apply.ErrNotFound
	}
	return mark{int(part), turn, string(ref)}, nil
}

// ApplicationsOfChild returns the submitted applications for the child with this
// cleaned ID number that the user may see, newest first.
func (s *Store) ApplicationsOfChild(ctx context.Context, by apply.Actor, childID string) ([]casework.Listed, error) {
	var page casework.Page
	look := casework.AuditEntry{Actor: by, Action: casework.ListApplications, Detail: "child"}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		page, err = s.list(ctx, tx, casework.Query{Limit: 100}, 101, listColumns+`0 FROM applications a LEFT JOIN users u ON u.id = a.assignee
			WHERE a.child_index = $1 AND a.child_index <> '' AND a.submitted_at > 0
			ORDER BY a.submitted_at DESC, a.reference DESC LIMIT 100`, s.blind("child-id", childID))
		if err == nil {
			page.Applications, err = allowed(ctx, tx, by, page.Applications)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("applications of a child: %w", err)
	}
	return page.Applications, nil
}

// allowed leaves out what the user may not list.
func allowed(ctx context.Context, tx *sql.Tx, by apply.Actor, all []casework.Listed) ([]casework.Listed, error) {
	if by == (apply.Actor{}) {
		return all, nil
	}
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l casework.Listed) bool {
		return !u.May(casework.ListApplications, casework.Scope{Town: l.Town})
	}), nil
}

// list reads a page from a statement that looks at so many applications.
func (s *Store) list(ctx context.Context, tx *sql.Tx, q casework.Query, scan int, statement string, args ...any) (casework.Page, error) {
	var page casework.Page
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return page, err
	}
	defer func() { _ = rows.Close() }()
	seen, last := 0, mark{}
	for ; rows.Next(); seen++ {
		if len(page.Applications) == q.Limit {
			page.Next = last.String()
			return page, nil
		}
		l, sealed, m, err := scanListed(rows.Scan)
		if err != nil {
			return page, err
		}
		last = m
		if !q.Fits(l) {
			continue
		}
		var n names
		if err := s.sealer(l.Reference).open("names", sealed, &n); err != nil {
			return page, err
		}
		l.Child, l.Guardian = n.Child, n.Guardian
		page.Applications = append(page.Applications, l)
	}
	if seen == scan {
		page.Next = last.String()
	}
	return page, rows.Err()
}

// scanListed reads a row of listColumns and the part of the list that it is in.
func scanListed(scan func(...any) error) (l casework.Listed, sealed []byte, m mark, err error) {
	var submitted, updated int64
	err = scan(&l.Reference, &l.Policy, &l.State, &l.Town, &sealed, &m.turn, &submitted, &updated, &l.Version, &l.Assignee, &l.Handler, &m.part)
	l.Submitted, l.Updated, l.Due, m.reference = moment(submitted), moment(updated), dueOf(m.turn), string(l.Reference)
	return l, sealed, m, err
}
