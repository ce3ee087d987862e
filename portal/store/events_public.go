package store

import (
	"context"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/outreach"
)

// calendarShown is how many events a public calendar has at most.
const calendarShown = 500

// ComingEvents returns today's and later events of a town, of all where it is empty, the
// earliest first. Those that were cancelled are among them, so that nobody comes in vain;
// what was asked and who came are not.
func (s *Store) ComingEvents(ctx context.Context, town string) ([]outreach.Event, error) {
	out, err := eachRow(ctx, s.db, s.scanEvent, eventSelect+`WHERE e.day >= $1 AND ($2 = '' OR e.town = $2) ORDER BY e.day, e.begins, e.id LIMIT $3`,
		s.now().In(apply.China).Format(time.DateOnly), storable(town), calendarShown)
	if err != nil {
		return nil, fmt.Errorf("read the calendar: %w", err)
	}
	for i := range out {
		out[i] = out[i].Public()
	}
	return out, nil
}

// PublicEvent returns the event at whose door the code hangs, as everybody may see it.
func (s *Store) PublicEvent(ctx context.Context, code outreach.Code) (outreach.Event, error) {
	e, err := s.scanEvent(s.db.QueryRowContext(ctx, eventSelect+`WHERE e.code = $1`, string(code)).Scan)
	if err != nil {
		return outreach.Event{}, fmt.Errorf("event by code: %w", err)
	}
	return e.Public(), nil
}
