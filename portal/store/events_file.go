package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// eventsKind is the kind of files that add events.
const eventsKind = "events"

// EventsOfYear returns the user's events of a year, to be taken away as a file.
func (s *Store) EventsOfYear(ctx context.Context, by apply.Actor, year string) (out []outreach.Event, err error) {
	err = s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ReadEvents, Detail: "file"}, func(tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.ReadEvents)
		if err == nil {
			out, err = s.eventsOfYear(ctx, tx, u, year)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take away the events of a year: %w", err)
	}
	return out, nil
}

// SendEvents keeps a file of events for who may plan them. Nothing of it counts until it
// is confirmed.
func (s *Store) SendEvents(ctx context.Context, by apply.Actor, body []byte) (string, error) {
	id, err := s.sendFile(ctx, sentFile{by, casework.KeepEvents, keptFile{kind: eventsKind, body: body, by: by.ID}}, func(tx *sql.Tx) error {
		return permit(ctx, tx, by, casework.KeepEvents, nil)
	})
	if err != nil {
		return "", fmt.Errorf("send events: %w", err)
	}
	return id, nil
}

// EventImport says what a file would add now.
func (s *Store) EventImport(ctx context.Context, by apply.Actor, id string, read func([]byte, []outreach.Place) outreach.EventTable) (out outreach.EventImport, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.KeepEvents, Reference: apply.Reference(storable(id)), Detail: "look"}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		out, err = s.eventImport(ctx, tx, by, id, "", read)
		return err
	})
	if err != nil {
		return outreach.EventImport{}, fmt.Errorf("check a file of events: %w", err)
	}
	return out, nil
}

func (s *Store) eventImport(ctx context.Context, tx *sql.Tx, by apply.Actor, id, lock string, read func([]byte, []outreach.Place) outreach.EventTable) (outreach.EventImport, error) {
	out := outreach.EventImport{ID: id}
	u, err := reader(ctx, tx, by, casework.KeepEvents)
	if err != nil {
		return out, err
	}
	kept, err := s.keptFile(ctx, tx, by, eventsKind, id, lock)
	if err != nil {
		return out, err
	}
	places, err := sharePlaces(ctx, tx, func(p outreach.Place) bool {
		return u.May(casework.KeepEvents, casework.Scope{Town: p.Town, Village: p.Village})
	})
	if err != nil {
		return out, err
	}
	out.Done, out.File = kept.done, read(kept.body, places)
	known, err := s.eventKeys(ctx, tx, out.File.Events)
	for _, e := range out.File.Events {
		if known[e.Key()] {
			out.Same++
		} else {
			out.Added = append(out.Added, e)
		}
	}
	return out, err
}

// eventKeys are the keys of the events that are there on the days of some.
func (s *Store) eventKeys(ctx context.Context, tx *sql.Tx, some []outreach.Event) (map[string]bool, error) {
	out, days := map[string]bool{}, map[string]bool{}
	for _, e := range some {
		if days[e.Day] {
			continue
		}
		days[e.Day] = true
		all, err := eachRow(ctx, tx, s.scanEvent, eventSelect+`WHERE e.day = $1`, e.Day)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			out[one.Key()] = true
		}
	}
	return out, nil
}

// ConfirmEvents adds all events of a file that are not there, or none: exactly the file
// with this hash, once however often it is confirmed. Who planned them is who sends it.
func (s *Store) ConfirmEvents(ctx context.Context, by apply.Actor, id, hash string, read func([]byte, []outreach.Place) outreach.EventTable) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		in, err := s.eventImport(ctx, tx, by, id, s.lockRows, read)
		switch {
		case err != nil:
			return err
		case in.Done:
			return nil
		case len(in.File.Faults) > 0 || in.File.Hash != hash:
			return apply.ErrConflict
		}
		for _, e := range in.Added {
			if e.ID, err = s.newID(); err != nil {
				return err
			}
			if err := permitEvent(ctx, tx, by, e); err != nil {
				return err
			}
			if _, err := s.insertEvent(ctx, tx, by, e); err != nil {
				return err
			}
		}
		if err := s.fileDone(ctx, tx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepEvents, Reference: apply.Reference(id), Detail: "imported"})
	})
	if err != nil {
		return fmt.Errorf("import events: %w", err)
	}
	return nil
}
