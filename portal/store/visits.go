package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// batchesLast is how long it is remembered which batches of visits were counted: much
// longer than anybody sends one again.
const batchesLast = 7 * 24 * time.Hour

// NewBatchID names a batch of visits.
func (s *Store) NewBatchID() (string, error) { return s.newID() }

// CountVisits adds the visits up with those of all other portals. A batch counts once,
// however often it comes.
func (s *Store) CountVisits(ctx context.Context, b outreach.Batch) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		first, err := changed(tx.ExecContext(ctx, `INSERT INTO share_batches (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, b.ID, micros(s.now())))
		if err != nil || !first {
			return err
		}
		var all []outreach.Visit
		for v := range b.Visits {
			all = append(all, v)
		}
		// In one order, so that two portals never wait for each other's rows.
		slices.SortFunc(all, func(a, b outreach.Visit) int {
			return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Day, b.Day))
		})
		for _, v := range all {
			_, err := tx.ExecContext(ctx, `INSERT INTO share_visits (code, day, visits) VALUES ($1, $2, $3)
				ON CONFLICT (code, day) DO UPDATE SET visits = share_visits.visits + excluded.visits`, string(v.Code), v.Day, b.Visits[v])
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count visits: %w", err)
	}
	return nil
}

// Visits returns how often the links of the user's places were opened since a day, the
// places without any among them, and notes that it was looked at. Links that belong to
// nobody are the whole city's.
func (s *Store) Visits(ctx context.Context, by apply.Actor, since int64) (outreach.Tally, error) {
	var out outreach.Tally
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ReadVisits}, func(tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		town := ""
		if u.Role.Local() {
			town = u.Area
		}
		rows, err := eachRow(ctx, tx, scanVisits, `SELECT v.code, v.day, v.visits, COALESCE(l.target, ''), COALESCE(l.town, ''), COALESCE(l.village, '')
			FROM share_visits v LEFT JOIN share_links l ON l.code = v.code WHERE v.day >= $1 AND ($2 = '' OR l.town = $2) ORDER BY v.day, v.code`, since, town)
		if err != nil {
			return err
		}
		mine := func(p outreach.Place) bool {
			return u.May(casework.ReadVisits, casework.Scope{Town: p.Town, Village: p.Village})
		}
		for _, r := range rows {
			if mine(r.Place) {
				out.Rows = append(out.Rows, r)
			}
		}
		out.Places, err = sharePlaces(ctx, tx, mine)
		return err
	})
	if err != nil {
		return outreach.Tally{}, fmt.Errorf("read visits: %w", err)
	}
	return out, nil
}

func scanVisits(scan func(...any) error) (v outreach.LinkVisits, err error) {
	var target string
	err = scan(&v.Code, &v.Day, &v.Visits, &target, &v.Town, &v.Village)
	v.Target, _ = outreach.ParseTarget(target)
	return v, err
}

// sharePlaces are the villages of the directory, and others that have a director or a link.
func sharePlaces(ctx context.Context, tx *sql.Tx, mine func(outreach.Place) bool) ([]outreach.Place, error) {
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (p outreach.Place, err error) {
		err = scan(&p.Town, &p.Village)
		return p, err
	}, `SELECT area, village FROM users WHERE role = 'director' AND disabled_at = 0 UNION SELECT town, village FROM share_links WHERE village <> ''
		UNION SELECT town, village FROM directory WHERE village <> ''`)
	seen := map[outreach.Place]bool{}
	var out []outreach.Place
	for _, p := range all {
		for _, v := range (casework.Post{Village: p.Village}).Villages() {
			one := outreach.Place{Town: p.Town, Village: v}
			if mine(one) && !seen[one] {
				seen[one] = true
				out = append(out, one)
			}
		}
	}
	return out, err
}
