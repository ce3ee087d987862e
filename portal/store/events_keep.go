package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// Events returns a part of the events of a user's villages, with who planned them. That
// they were seen stands in the audit.
func (s *Store) Events(ctx context.Context, by apply.Actor, q outreach.EventQuery) (outreach.EventPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page outreach.EventPage
	look := casework.AuditEntry{Actor: by, Action: casework.ReadEvents, Detail: storable(q.Town)}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		page = outreach.EventPage{}
		u, err := reader(ctx, tx, by, casework.ReadEvents)
		if err != nil {
			return err
		}
		w, err := s.eventsWhere(u, q)
		if err != nil {
			return err
		}
		order := "DESC"
		if q.Coming {
			order = ""
		}
		page.Events, err = eachRow(ctx, tx, s.scanEvent, eventSelect+`WHERE `+w.text+` ORDER BY e.day `+order+`, e.id `+order+` LIMIT `+strconv.Itoa(q.Limit+1), w.args...)
		if len(page.Events) > q.Limit {
			page.Events = page.Events[:q.Limit]
			last := page.Events[q.Limit-1]
			page.Next = last.Day + " " + last.ID
		}
		return err
	})
	if err != nil {
		return outreach.EventPage{}, fmt.Errorf("list events: %w", err)
	}
	return page, nil
}

// eventsWhere asks for what is still to come, today's among it, or for what was.
func (s *Store) eventsWhere(u casework.User, q outreach.EventQuery) (condition, error) {
	var w condition
	today, than := w.arg(s.now().In(apply.China).Format(time.DateOnly)), "<"
	if w.text = "e.day < " + today; q.Coming {
		w.text, than = "e.day >= "+today, ">"
	}
	if q.Town != "" {
		w.and("e.town = " + w.arg(storable(q.Town)))
	}
	if q.After != "" {
		day, id, ok := strings.Cut(q.After, " ")
		if !ok {
			return w, apply.ErrNotFound
		}
		w.and("(e.day, e.id) " + than + " (" + w.arg(storable(day)) + ", " + w.arg(storable(id)) + ")")
	}
	eventsOf(u, &w)
	return w, nil
}

// Event returns one event, for who has a village in it, and who planned it.
func (s *Store) Event(ctx context.Context, by apply.Actor, id string) (f outreach.EventFile, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.ReadEvents, Reference: apply.Reference(storable(id))}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if f.Event, err = s.event(ctx, tx, id, ""); err != nil {
			return err
		}
		u, err := reader(ctx, tx, by, casework.ReadEvents)
		if err != nil {
			return err
		}
		if !u.MayInAny(casework.ReadEvents, f.Event.Town, f.Event.Villages) {
			return fmt.Errorf("%s by %s: %w", casework.ReadEvents, u.Role, casework.ErrForbidden)
		}
		f.Keep = u.MayInAll(casework.KeepEvents, f.Event.Town, f.Event.Villages)
		err = tx.QueryRowContext(ctx, `SELECT COALESCE((SELECT name FROM users WHERE id = $1), '')`, f.Event.Organiser).Scan(&f.Organiser)
		return err
	})
	if err != nil {
		return outreach.EventFile{}, fmt.Errorf("read an event: %w", err)
	}
	return f, nil
}

// EventPlaces returns the villages in which the user may plan events.
func (s *Store) EventPlaces(ctx context.Context, by apply.Actor) ([]outreach.Place, error) {
	var out []outreach.Place
	err := s.read(ctx, func(tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.KeepEvents)
		if err != nil {
			return err
		}
		out, err = sharePlaces(ctx, tx, func(p outreach.Place) bool {
			return u.May(casework.KeepEvents, casework.Scope{Town: p.Town, Village: p.Village})
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("places of events: %w", err)
	}
	return out, nil
}

// changeEvent runs fn on an event for who may keep it, raises its version and writes the
// audit.
func (s *Store) changeEvent(ctx context.Context, by apply.Actor, id string, version int, detail string, fn func(ctx context.Context, tx *sql.Tx, e outreach.Event) error) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		e, err := s.event(ctx, tx, id, s.lockRows)
		if err != nil {
			return err
		}
		if err := permitEvent(ctx, tx, by, e); err != nil {
			return err
		}
		if e.Version != version {
			return apply.ErrConflict
		}
		if err := fn(ctx, tx, e); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE outreach_events SET version = version + 1, updated_at = $2 WHERE id = $1`, e.ID, micros(s.now())); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepEvents, Reference: apply.Reference(e.ID), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("keep an event: %w", err)
	}
	return nil
}

// EditEvent changes an event, which must be clean and stays in its town. Whoever adds a
// village must be allowed to keep events there, too.
func (s *Store) EditEvent(ctx context.Context, by apply.Actor, id string, version int, e outreach.Event) error {
	return s.changeEvent(ctx, by, id, version, "changed", func(ctx context.Context, tx *sql.Tx, old outreach.Event) error {
		e.ID, e.Town = old.ID, old.Town
		if err := permitEvent(ctx, tx, by, e); err != nil {
			return err
		}
		if err := knownVillages(ctx, tx, e); err != nil {
			return err
		}
		if old.Attendance() > 0 && !e.Begun(s.now()) {
			return apply.Invalid{{Field: "day", Key: outreach.KeyEventAhead}}
		}
		if err := s.sealEvent(ctx, tx, e.ID, eventWords{e.Title, e.Place, old.Asked}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE outreach_events SET day = $2, begins = $3, ends = $4 WHERE id = $1`, e.ID, e.Day, e.Begins, e.Ends); err != nil {
			return err
		}
		return listEvent(ctx, tx, e)
	})
}

func (s *Store) sealEvent(ctx context.Context, tx *sql.Tx, id string, w eventWords) error {
	sealed, err := s.sealJSON(w, eventBound(id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE outreach_events SET body = $2 WHERE id = $1`, id, sealed)
	return err
}

// CancelEvent says that an event does not take place, or that it does after all. It stays
// in the calendar, so that nobody comes in vain.
func (s *Store) CancelEvent(ctx context.Context, by apply.Actor, id string, version int, cancel bool) error {
	detail, at := "resumed", int64(0)
	if cancel {
		detail, at = "cancelled", micros(s.now())
	}
	return s.changeEvent(ctx, by, id, version, detail, func(ctx context.Context, tx *sql.Tx, e outreach.Event) error {
		_, err := tx.ExecContext(ctx, `UPDATE outreach_events SET cancelled_at = $2 WHERE id = $1`, e.ID, at)
		return err
	})
}

// CountEvent writes down how many came, in the place of what was checked in, and of which
// policies was spoken; the topics must be clean. Without a count those who checked in are
// counted again.
func (s *Store) CountEvent(ctx context.Context, by apply.Actor, id string, version int, told outreach.Event) error {
	return s.changeEvent(ctx, by, id, version, "counted", func(ctx context.Context, tx *sql.Tx, e outreach.Event) error {
		if !e.Begun(s.now()) {
			return apply.Invalid{{Field: "counted", Key: outreach.KeyEventAhead}}
		}
		e.Counted, e.HasCount, e.Topics = told.Counted, told.HasCount, told.Topics
		if _, err := tx.ExecContext(ctx, `UPDATE outreach_events SET counted = $2 WHERE id = $1`, e.ID, keptCount(e)); err != nil {
			return err
		}
		return listEvent(ctx, tx, e)
	})
}

// HearQuestions keeps what was asked at an event, cleaned of what tells who asked, and
// gives it to those who write the pages, as what found no answer: once under its key however
// often it is sent, and a question that stands there already not a second time. Whoever may
// check people in hears questions, several at the same moment too, so that no version is
// asked for and none is raised.
func (s *Store) HearQuestions(ctx context.Context, by apply.Actor, once casework.Once, id string, asked []string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.CheckInPeople)
		if err != nil {
			return err
		}
		e, err := s.event(ctx, tx, id, s.lockRows)
		if err != nil {
			return err
		}
		if !u.MayInAny(casework.CheckInPeople, e.Town, e.Villages) {
			return fmt.Errorf("%s by %s: %w", casework.CheckInPeople, u.Role, casework.ErrForbidden)
		}
		_, err = s.once(ctx, tx, by, once, func() (string, error) { return "", s.hearQuestions(ctx, tx, by, e, asked) })
		return err
	})
	if err != nil {
		return fmt.Errorf("hear questions: %w", err)
	}
	return nil
}

func (s *Store) hearQuestions(ctx context.Context, tx *sql.Tx, by apply.Actor, e outreach.Event, asked []string) error {
	if !e.Begun(s.now()) {
		return apply.Invalid{{Field: "asked", Key: outreach.KeyEventAhead}}
	}
	said, before := false, len(e.Asked)
	for _, text := range asked {
		text = casework.CleanQuestion(storable(text))
		said = said || text != ""
		if text == "" || slices.Contains(e.Asked, text) {
			continue
		}
		if len(e.Asked) >= outreach.MaxAsked {
			return apply.Invalid{{Field: "asked", Key: outreach.KeyEventAskedMany, Args: map[string]any{"Max": outreach.MaxAsked}}}
		}
		e.Asked = append(e.Asked, text)
		q := casework.Unanswered{Text: text, Place: casework.AtEvent, Lang: questionsLang}
		if err := s.addUnanswered(ctx, tx, q); err != nil {
			return err
		}
	}
	if !said {
		return apply.Invalid{{Field: "asked", Key: outreach.KeyEventAsked}}
	}
	if len(e.Asked) == before { // somebody else has written all of it down
		return nil
	}
	if err := s.sealEvent(ctx, tx, e.ID, eventWords{e.Title, e.Place, e.Asked}); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.KeepEvents, Reference: apply.Reference(e.ID), Detail: "asked"})
}

// questionsLang is the language in which staff write down what people ask.
const questionsLang = "zh-Hans"
