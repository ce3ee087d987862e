package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// Reach returns the user's villages and what was held in them in a year. A village that is
// no longer in the directory counts while something was held there.
func (s *Store) Reach(ctx context.Context, by apply.Actor, year string) (outreach.Reach, error) {
	out := outreach.Reach{}
	look := casework.AuditEntry{Actor: by, Action: casework.ReadEvents, Detail: storable(year)}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		out = outreach.Reach{Year: year}
		u, err := reader(ctx, tx, by, casework.ReadEvents)
		if err != nil {
			return err
		}
		mine := func(p outreach.Place) bool {
			return u.May(casework.ReadEvents, casework.Scope{Town: p.Town, Village: p.Village})
		}
		if out.Places, err = sharePlaces(ctx, tx, mine); err != nil {
			return err
		}
		if out.Events, err = s.eventsOfYear(ctx, tx, u, year); err != nil {
			return err
		}
		for _, e := range out.Events {
			for _, v := range e.Villages {
				if p := (outreach.Place{Town: e.Town, Village: v}); mine(p) && !slices.Contains(out.Places, p) {
					out.Places = append(out.Places, p)
				}
			}
		}
		return nil
	})
	if err != nil {
		return outreach.Reach{}, fmt.Errorf("reach of a year: %w", err)
	}
	return out, nil
}

// eventsOfYear returns the user's events of a year, the earliest first; not those that
// were cancelled.
func (s *Store) eventsOfYear(ctx context.Context, tx *sql.Tx, u casework.User, year string) ([]outreach.Event, error) {
	w := condition{text: "e.cancelled_at = 0"}
	w.and("e.day >= " + w.arg(storable(year)+"-01-01") + " AND e.day <= " + w.arg(storable(year)+"-12-31"))
	eventsOf(u, &w)
	return eachRow(ctx, tx, s.scanEvent, eventSelect+`WHERE `+w.text+` ORDER BY e.day, e.begins, e.id`, w.args...)
}
