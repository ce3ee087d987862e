package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

func eventBound(id string) []byte { return []byte("outreach-event:" + id) }

// eventWords is what of an event is sealed.
type eventWords struct {
	Title string   `json:"title"`
	Place string   `json:"place"`
	Asked []string `json:"asked,omitempty"`
}

// listed separates what stands in one column of a row though it is several rows elsewhere;
// no word that is kept holds it.
const listed = "\x1f"

const eventSelect = `SELECT e.id, e.version, e.code, e.town, e.day, e.begins, e.ends, e.body, e.organiser, e.cancelled_at, e.counted, e.updated_at,
	COALESCE((SELECT string_agg(v.village, '` + listed + `') FROM outreach_event_villages v WHERE v.event = e.id), ''),
	COALESCE((SELECT string_agg(t.topic, '` + listed + `') FROM outreach_event_topics t WHERE t.event = e.id), ''),
	CAST(COALESCE((SELECT SUM(c.people) FROM outreach_checkins c WHERE c.event = e.id), 0) AS BIGINT)
	FROM outreach_events e `

func (s *Store) scanEvent(scan func(...any) error) (outreach.Event, error) {
	var e outreach.Event
	var sealed []byte
	var cancelled, changed int64
	var villages, topics string
	err := scan(&e.ID, &e.Version, &e.Code, &e.Town, &e.Day, &e.Begins, &e.Ends, &sealed, &e.Organiser, &cancelled, &e.Counted, &changed, &villages, &topics, &e.CheckedIn)
	if err != nil {
		return e, missing(err)
	}
	e.Cancelled, e.Changed, e.HasCount = cancelled > 0, moment(changed), e.Counted >= 0
	e.Counted = max(e.Counted, 0)
	list := func(s string) []string { // databases sort letters in ways of their own
		all := strings.FieldsFunc(s, func(r rune) bool { return string(r) == listed })
		slices.Sort(all)
		return all
	}
	e.Villages, e.Topics = list(villages), list(topics)
	var w eventWords
	err = s.openJSON(sealed, eventBound(e.ID), &w)
	e.Title, e.Place, e.Asked = w.Title, w.Place, w.Asked
	return e, err
}

func (s *Store) event(ctx context.Context, tx *sql.Tx, id, lock string) (outreach.Event, error) {
	return s.scanEvent(tx.QueryRowContext(ctx, eventSelect+`WHERE e.id = $1`+lock, storable(id)).Scan)
}

// eventsOf keeps to events in which one of the user's villages takes part.
func eventsOf(u casework.User, w *condition) {
	if u.Everywhere(casework.ReadEvents) {
		return
	}
	w.and("e.town = " + w.arg(u.Area))
	if u.Role == casework.Director {
		w.and("EXISTS (SELECT 1 FROM outreach_event_villages v WHERE v.event = e.id AND v.village IN " + w.among(u.Villages()) + ")")
	}
}

// Days around today in which an event is near: one that was held without a network is
// told of later, and the next ones are prepared.
const (
	eventsBehind = 7
	eventsAhead  = 14
)

// EventsNear returns the events about today that the user may check people in to, the
// earliest first; none that was cancelled.
func (s *Store) EventsNear(ctx context.Context, by apply.Actor) ([]outreach.Event, error) {
	var out []outreach.Event
	look := casework.AuditEntry{Actor: by, Action: casework.ReadEvents, Detail: "near"}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.ReadEvents)
		if err != nil {
			return err
		}
		day := func(days int) string {
			return s.now().AddDate(0, 0, days).In(apply.China).Format(time.DateOnly)
		}
		w := condition{text: "e.cancelled_at = 0"}
		w.and("e.day >= " + w.arg(day(-eventsBehind)) + " AND e.day <= " + w.arg(day(eventsAhead)))
		eventsOf(u, &w)
		out, err = eachRow(ctx, tx, s.scanEvent, eventSelect+`WHERE `+w.text+` ORDER BY e.day, e.begins, e.id LIMIT 200`, w.args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the events about today: %w", err)
	}
	return out, nil
}

// NewEventID returns a number for an event that is about to be planned.
func (s *Store) NewEventID() (string, error) { return s.newID() }

// PlanEvent adds an event, which must be clean, under the number that its page had: sent
// twice, it is one. Whoever plans it may do so in each of its villages.
func (s *Store) PlanEvent(ctx context.Context, by apply.Actor, id string, e outreach.Event) error {
	if !childID.MatchString(id) {
		return apply.ErrNotFound
	}
	e.ID = id
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permitEvent(ctx, tx, by, e); err != nil {
			return err
		}
		if err := knownVillages(ctx, tx, e); err != nil {
			return err
		}
		made, err := s.insertEvent(ctx, tx, by, e)
		if err != nil || !made {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepEvents, Reference: apply.Reference(id), Detail: "added"})
	})
	if err != nil {
		return fmt.Errorf("plan an event: %w", err)
	}
	return nil
}

// permitEvent lets people keep events all of whose villages are their own.
func permitEvent(ctx context.Context, tx *sql.Tx, by apply.Actor, e outreach.Event) error {
	u, err := reader(ctx, tx, by, casework.KeepEvents)
	if err == nil && !u.MayInAll(casework.KeepEvents, e.Town, e.Villages) {
		err = fmt.Errorf("%s by %s: %w", casework.KeepEvents, u.Role, casework.ErrForbidden)
	}
	return err
}

// knownVillages refuses a village that nobody has heard of, so that figures by village
// hold no misspelt ones.
func knownVillages(ctx context.Context, tx *sql.Tx, e outreach.Event) error {
	known, err := sharePlaces(ctx, tx, func(p outreach.Place) bool { return p.Town == e.Town })
	if err != nil {
		return err
	}
	for _, v := range e.Villages {
		if !slices.Contains(known, outreach.Place{Town: e.Town, Village: v}) {
			return apply.Invalid{{Field: "villages", Key: outreach.KeyEventVillage}}
		}
	}
	return nil
}

// insertEvent reports whether there was none of that number.
func (s *Store) insertEvent(ctx context.Context, tx *sql.Tx, by apply.Actor, e outreach.Event) (bool, error) {
	sealed, err := s.sealJSON(eventWords{e.Title, e.Place, e.Asked}, eventBound(e.ID))
	if err != nil {
		return false, err
	}
	for range codeTries {
		code, err := outreach.NewCode(s.random)
		if err != nil {
			return false, err
		}
		made, err := changed(tx.ExecContext(ctx, `INSERT INTO outreach_events (id, version, code, town, day, begins, ends, body, organiser, cancelled_at, counted, updated_at)
			VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10) ON CONFLICT DO NOTHING`,
			e.ID, string(code), storable(e.Town), e.Day, e.Begins, e.Ends, sealed, by.ID, keptCount(e), micros(s.now())))
		if err != nil {
			return false, err
		}
		if made {
			return true, listEvent(ctx, tx, e)
		}
		var there int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM outreach_events WHERE id = $1`, e.ID).Scan(&there); err != nil || there > 0 {
			return false, err
		}
	}
	return false, errors.New("no code is free")
}

// keptCount is how many the organiser counted, as it is kept.
func keptCount(e outreach.Event) int {
	if !e.HasCount {
		return -1
	}
	return e.Counted
}

// listEvent writes villages and topics in the place of those that are there.
func listEvent(ctx context.Context, tx *sql.Tx, e outreach.Event) error {
	for _, l := range []struct {
		table, column string
		all           []string
	}{{"outreach_event_villages", "village", e.Villages}, {"outreach_event_topics", "topic", e.Topics}} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+l.table+` WHERE event = $1`, e.ID); err != nil {
			return err
		}
		for _, one := range l.all {
			if _, err := tx.ExecContext(ctx, `INSERT INTO `+l.table+` (event, `+l.column+`) VALUES ($1, $2)`, e.ID, storable(one)); err != nil {
				return err
			}
		}
	}
	return nil
}
