package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// fileSealer seals values of one row of a child's file.
type fileSealer struct {
	store     *Store
	table, id string
}

func fileBound(table, id, column string) []byte {
	return []byte("child-file:" + table + ":" + id + ":" + column)
}

func (x fileSealer) seal(column string, value any) ([]byte, error) {
	return x.store.sealJSON(value, fileBound(x.table, x.id, column))
}

func (x fileSealer) open(column string, sealed []byte, into any) error {
	return x.store.openJSON(sealed, fileBound(x.table, x.id, column), into)
}

const childColumns = `id, version, town, village, names, details, band, visit_days, assessed_at, again_at, paired_at, helper_id, visited_at, unsafe, custody_at, created_at, updated_at, closed_at, why, review_at`

// childID is how a child's number looks.
var childID = regexp.MustCompile(`^[0-9a-f]{24}$`)

// NewChildID returns a number for a child that is about to be registered: a page that
// is sent twice registers it once.
func (s *Store) NewChildID() (string, error) { return s.newID() }

// RegisterChild adds a child to the register under the number that its page had. The
// error is [apply.Invalid] for what has to be mended, also where the ID number is
// known already.
func (s *Store) RegisterChild(ctx context.Context, by apply.Actor, id string, n casework.NewChild) error {
	now := s.now()
	n, err := n.Clean(now)
	if err != nil {
		return err
	}
	if !childID.MatchString(id) {
		return apply.ErrNotFound
	}
	c := casework.Child{ID: id, Version: 1, Town: storable(n.Town), Village: storable(n.Village), Details: n.Details, Created: now, Updated: now}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		scope := c.Scope()
		if err := permit(ctx, tx, by, casework.RegisterChild, &scope); err != nil {
			return err
		}
		added, err := s.insertChild(ctx, tx, c)
		if err != nil {
			return err
		}
		if !added {
			return knownChild(ctx, tx, id)
		}
		if err := s.linkNew(ctx, tx, by, c, n.From); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: now, Actor: by, Action: casework.RegisterChild, Reference: apply.Reference(id)})
	})
	if err != nil {
		return fmt.Errorf("register a child: %w", err)
	}
	return nil
}

// knownChild is nil where the page was sent twice.
func knownChild(ctx context.Context, tx *sql.Tx, id string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM children WHERE id = $1`, id).Scan(&n)
	if err == nil && n == 0 {
		err = apply.Invalid{{Field: "resident_id", Key: casework.KeyChildKnown}}
	}
	return err
}

func (s *Store) insertChild(ctx context.Context, tx *sql.Tx, c casework.Child) (bool, error) {
	names, details, err := s.sealChild(c)
	if err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, `INSERT INTO children (`+childColumns+`, id_index, visit_due, due_at, ends_at)
		VALUES ($1, 1, $2, $3, $4, $5, '', 0, 0, 0, 0, '', 0, 0, 0, $6, $6, 0, '', 0, $7, 0, $6, $8) ON CONFLICT DO NOTHING`,
		c.ID, c.Town, c.Village, names, details, micros(c.Created), s.blind("child-id", c.Details.ResidentID), micros(c.Details.Ends())))
}

func (s *Store) sealChild(c casework.Child) (nameSeal, details []byte, err error) {
	x := fileSealer{s, "children", c.ID}
	if nameSeal, err = x.seal("names", names{Child: c.Details.Name, Guardian: c.Details.Guardian}); err != nil {
		return nil, nil, err
	}
	details, err = x.seal("details", c.Details)
	return nameSeal, details, err
}

// scanChild reads a row of childColumns; of the details it opens the names alone,
// unless whole.
func (s *Store) scanChild(scan func(...any) error, whole bool) (casework.Child, error) {
	var c casework.Child
	var nameSeal, details []byte
	var assessed, again, paired, visited, unsafe, custody, created, updated, closed, review int64
	err := scan(&c.ID, &c.Version, &c.Town, &c.Village, &nameSeal, &details, &c.Band, &c.VisitDays, &assessed, &again, &paired, &c.HelperID,
		&visited, &unsafe, &custody, &created, &updated, &closed, &c.Why, &review)
	if err != nil {
		return c, missing(err)
	}
	c.Assessed, c.Again, c.Paired, c.Visited, c.InCustody = moment(assessed), moment(again), moment(paired), moment(visited), moment(custody)
	c.Created, c.Updated, c.Closed, c.Unsafe = moment(created), moment(updated), moment(closed), unsafe == 1
	c.Review = moment(review)
	x := fileSealer{s, "children", c.ID}
	if whole {
		return c, x.open("details", details, &c.Details)
	}
	var n names
	err = x.open("names", nameSeal, &n)
	c.Details.Name, c.Details.Guardian = n.Child, n.Guardian
	return c, err
}

func (s *Store) child(ctx context.Context, tx *sql.Tx, id, lock string) (casework.Child, error) {
	return s.scanChild(tx.QueryRowContext(ctx, `SELECT `+childColumns+` FROM children WHERE id = $1`+lock, storable(id)).Scan, true)
}

// saveChild writes all that may change of a child, and what follows from it.
func (s *Store) saveChild(ctx context.Context, tx *sql.Tx, c casework.Child) error {
	nameSeal, details, err := s.sealChild(c)
	if err != nil {
		return err
	}
	ends := c.Details.Ends()
	if !c.Closed.IsZero() {
		ends = c.Closed.Add(casework.ChildLasts)
	}
	unsafe := 0
	if c.Unsafe {
		unsafe = 1
	}
	_, err = tx.ExecContext(ctx, `UPDATE children SET version = $2, town = $3, village = $4, names = $5, details = $6, id_index = $7, band = $8, visit_days = $9,
		assessed_at = $10, again_at = $11, paired_at = $12, helper_id = $13, visited_at = $14, unsafe = $15, custody_at = $16, visit_due = $17, due_at = $18,
		updated_at = $19, closed_at = $20, why = $21, ends_at = $22, review_at = $23 WHERE id = $1`,
		c.ID, c.Version, c.Town, c.Village, nameSeal, details, s.blind("child-id", c.Details.ResidentID), c.Band, c.VisitDays,
		micros(c.Assessed), micros(c.Again), micros(c.Paired), c.HelperID, micros(c.Visited), unsafe, micros(c.InCustody), micros(c.VisitDue()), micros(c.Due()),
		micros(c.Updated), micros(c.Closed), string(c.Why), micros(ends), micros(c.Review))
	return err
}

// childChange says who changes which child at which version, and how it stands in the
// audit. Version 0 is any.
type childChange struct {
	by      apply.Actor
	id      string
	version int
	action  casework.Action
	detail  string
}

// changeChild runs fn on a child for who may do this with it, and writes child and
// audit. A record that is closed changes no more.
func (s *Store) changeChild(ctx context.Context, by childChange, fn func(ctx context.Context, tx *sql.Tx, c *casework.Child) error) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		c, err := s.child(ctx, tx, by.id, s.lockRows)
		if err != nil {
			return err
		}
		scope := c.Scope()
		if err := permit(ctx, tx, by.by, by.action, &scope); err != nil {
			return err
		}
		if by.version != 0 && by.version != c.Version || !c.Closed.IsZero() {
			return apply.ErrConflict
		}
		if err := fn(ctx, tx, &c); err != nil {
			return err
		}
		c.Version++
		c.Updated = s.now()
		if err := s.saveChild(ctx, tx, c); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by.by, Action: by.action, Reference: apply.Reference(c.ID), Detail: by.detail})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", by.action, err)
	}
	return nil
}

// EditChild mends what the register says of a child. Whoever moves it to another town
// or village hands it over.
func (s *Store) EditChild(ctx context.Context, by apply.Actor, id string, version int, n casework.NewChild) error {
	n, err := n.Clean(s.now())
	if err != nil {
		return err
	}
	index := s.blind("child-id", n.Details.ResidentID)
	return s.changeChild(ctx, childChange{by, id, version, casework.RegisterChild, "changed"}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		var same int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM children WHERE id_index = $1 AND id_index <> '' AND id <> $2`, index, id).Scan(&same); err != nil {
			return err
		}
		if same > 0 {
			return apply.Invalid{{Field: "resident_id", Key: casework.KeyChildKnown}}
		}
		c.Town, c.Village, c.Details = storable(n.Town), storable(n.Village), n.Details
		return moveCase(ctx, tx, c.Case(), c.Town)
	})
}

// CloseChild ends a child's record; it is deleted [casework.ChildLasts] later.
func (s *Store) CloseChild(ctx context.Context, by apply.Actor, id string, version int, why casework.Closing) error {
	return s.changeChild(ctx, childChange{by, id, version, casework.CloseChild, string(why)}, func(_ context.Context, _ *sql.Tx, c *casework.Child) error {
		return c.Close(why, s.now())
	})
}

// Children returns a page of the register, who is to be seen first in front: a
// director's villages, a supervisor's town. That the user saw it stands in the audit.
func (s *Store) Children(ctx context.Context, by apply.Actor, q casework.ChildQuery) (casework.ChildPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.ChildPage
	look := casework.AuditEntry{Actor: by, Action: casework.ListChildren, Detail: storable(q.Describe())}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		page = casework.ChildPage{}
		where, err := s.childrenWhere(ctx, tx, by, q)
		if err != nil {
			return err
		}
		page.Children, err = s.childRows(ctx, tx, where.text+` ORDER BY due_at, id LIMIT `+strconv.Itoa(q.Limit+1), where.args...)
		if len(page.Children) > q.Limit {
			page.Children = page.Children[:q.Limit]
			last := page.Children[q.Limit-1]
			page.Next = strconv.FormatInt(micros(last.Due()), 10) + "." + last.ID
		}
		return err
	})
	if err != nil {
		return casework.ChildPage{}, fmt.Errorf("list children: %w", err)
	}
	return page, nil
}

// LateChildren counts the children of the user's own for whom something should have
// been done already, up to limit.
func (s *Store) LateChildren(ctx context.Context, by apply.Actor, limit int) (n int, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		where, err := s.childrenWhere(ctx, tx, by, casework.ChildQuery{})
		if err != nil {
			return err
		}
		due, most := where.arg(micros(s.now())), where.arg(limit)
		return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT id FROM children WHERE `+where.text+` AND due_at <= `+due+` LIMIT `+most+`) AS late`, where.args...).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count late children: %w", err)
	}
	return n, nil
}

// condition is what stands behind WHERE.
type condition struct {
	text string
	args []any
}

func (w *condition) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *condition) and(text string) { w.text += " AND " + text }

// among is a list of values for IN; of none nothing is a member.
func (w *condition) among(values []string) string {
	if len(values) == 0 {
		return "(NULL)"
	}
	var own []string
	for _, v := range values {
		own = append(own, w.arg(v))
	}
	return "(" + strings.Join(own, ", ") + ")"
}

// within keeps to the town that is asked for, "" for all, and to what the user owns,
// whatever is asked for.
func (w *condition) within(u casework.User, a casework.Action, town string) {
	everywhere := u.Everywhere(a)
	if !everywhere {
		town = u.Area
	}
	if town != "" || !everywhere {
		w.and("town = " + w.arg(storable(town)))
	}
	if u.Role == casework.Director {
		w.and("village IN " + w.among(u.Villages()))
	}
}

// childrenWhere keeps to what the user owns, whatever is asked for.
func (s *Store) childrenWhere(ctx context.Context, tx *sql.Tx, by apply.Actor, q casework.ChildQuery) (condition, error) {
	w := condition{text: "closed_at = 0"}
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return w, err
	}
	if !u.Has(casework.ListChildren) {
		return w, casework.ErrForbidden
	}
	w.within(u, casework.ListChildren, q.Town)
	if q.Village != "" {
		w.and("village = " + w.arg(storable(q.Village)))
	}
	if q.Band != "" {
		w.and("band = " + w.arg(storable(q.Band)))
	}
	// What is late stands at the beginning of the list, see [casework.Child.Due]: so the
	// list need not be gone through to its end for more of it.
	late := func() string { return " AND due_at <= " + w.arg(micros(s.now())) }
	switch q.Filter {
	case casework.LateVisits:
		w.and("visit_due > 0 AND visit_due <= " + w.arg(micros(s.now())) + late())
	case casework.LateAgain:
		w.and("band <> '' AND again_at <= " + w.arg(micros(s.now())) + late())
	case casework.NoAssessment:
		w.and("band = ''")
	case casework.NoHelper:
		w.and("visit_days > 0 AND paired_at = 0")
	}
	if q.After != "" {
		due, id, ok := strings.Cut(q.After, ".")
		at, err := strconv.ParseInt(due, 10, 64)
		if !ok || err != nil || !childID.MatchString(id) {
			return w, apply.ErrNotFound
		}
		w.and("(due_at, id) > (" + w.arg(at) + ", " + w.arg(id) + ")")
	}
	return w, nil
}

func (s *Store) childRows(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]casework.Child, error) {
	read := func(scan func(...any) error) (casework.Child, error) { return s.scanChild(scan, false) }
	return eachRow(ctx, tx, read, `SELECT `+childColumns+` FROM children WHERE `+where, args...)
}

// ChildOf returns the child of an application by its ID number, with its helper, for
// who may open it; [apply.ErrNotFound] where there is none.
func (s *Store) ChildOf(ctx context.Context, by apply.Actor, residentID string) (casework.ChildFile, error) {
	var id string
	err := s.db.QueryRowContext(ctx, `SELECT id FROM children WHERE id_index = $1 AND id_index <> ''`, s.blind("child-id", residentID)).Scan(&id)
	if err != nil {
		return casework.ChildFile{}, fmt.Errorf("child of an application: %w", missing(err))
	}
	return s.OpenChild(ctx, by, id)
}

// OpenChild returns everything that the desk has of a child, and writes into the audit
// that it was seen. Temporary guardianship is left out for who may not see it.
func (s *Store) OpenChild(ctx context.Context, by apply.Actor, id string) (casework.ChildFile, error) {
	var f casework.ChildFile
	look := casework.AuditEntry{Actor: by, Action: casework.OpenChild, Reference: apply.Reference(storable(id))}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		f = casework.ChildFile{Staff: map[string]string{}}
		if f.Child, err = s.child(ctx, tx, id, ""); err != nil {
			return err
		}
		scope := f.Child.Scope()
		if err := permit(ctx, tx, by, casework.OpenChild, &scope); err != nil {
			return err
		}
		if err := s.fillFile(ctx, tx, by, &f); err != nil {
			return err
		}
		err = permit(ctx, tx, by, casework.SeeCustody, &scope)
		if errors.Is(err, casework.ErrForbidden) {
			f.Child.InCustody, f.Child.Review = time.Time{}, time.Time{}
			return staffNames(ctx, tx, &f)
		}
		if err == nil {
			f.Episodes, err = s.episodes(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		return staffNames(ctx, tx, &f)
	})
	if err != nil {
		return casework.ChildFile{}, fmt.Errorf("open a child: %w", err)
	}
	return f, nil
}

func (s *Store) fillFile(ctx context.Context, tx *sql.Tx, by apply.Actor, f *casework.ChildFile) (err error) {
	id := f.Child.ID
	if f.Assessments, err = s.assessments(ctx, tx, id); err != nil {
		return err
	}
	if f.Pairings, err = s.pairings(ctx, tx, id); err != nil {
		return err
	}
	if f.Visits, err = s.visits(ctx, tx, id); err != nil {
		return err
	}
	f.Cases, err = childCases(ctx, tx, by, id)
	return err
}

// staffNames fills in the names of the users that appear in a file.
func staffNames(ctx context.Context, tx *sql.Tx, f *casework.ChildFile) error {
	for _, a := range f.Assessments {
		f.Staff[a.Assessor], f.Staff[a.ConfirmedBy] = "", ""
	}
	for _, p := range f.Pairings {
		f.Staff[p.UserID] = ""
	}
	for _, v := range f.Visits {
		f.Staff[v.By] = ""
	}
	for _, e := range f.Episodes {
		for _, n := range e.Notes {
			f.Staff[n.By] = ""
		}
	}
	delete(f.Staff, "")
	for id := range f.Staff {
		var name string
		err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, id).Scan(&name)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		f.Staff[id] = name
	}
	return nil
}

// expireChildren deletes records whose time is over, with all that belongs to them.
func (s *Store) expireChildren(ctx context.Context) error {
	for {
		n := 0
		err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			ids, err := texts[string](ctx, tx,
				`SELECT id FROM children WHERE ends_at < $1 ORDER BY ends_at LIMIT $2`+s.lockRows, micros(s.now()), expireAtOnce)
			if err != nil {
				return err
			}
			n = len(ids)
			var lines []casework.AuditEntry
			for _, id := range ids {
				if err := s.dropCase(ctx, tx, casework.Case{Kind: casework.ChildCase, ID: id}); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `DELETE FROM children WHERE id = $1`, id); err != nil {
					return err
				}
				lines = append(lines, casework.AuditEntry{At: s.now(), Action: casework.ExpireCase, Reference: apply.Reference(id)})
			}
			return s.auditAll(ctx, tx, lines)
		})
		if err != nil || n < expireAtOnce {
			return err
		}
	}
}
