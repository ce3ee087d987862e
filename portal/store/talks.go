package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// talkBody is what is sealed of a talk.
type talkBody struct {
	Marks   map[string]casework.Mark `json:"marks"`
	Consent casework.AssistConsent   `json:"consent"`
}

// HoldTalk counts a talk, and keeps it with its case where the family has agreed, once
// however often it is sent. The talk must be clean.
func (s *Store) HoldTalk(ctx context.Context, by apply.Actor, once casework.Once, t casework.Talk) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		scope := casework.Scope{Town: t.Town, Village: t.Village}
		if err := permit(ctx, tx, by, casework.HoldTalk, &scope); err != nil {
			return err
		}
		_, err := s.once(ctx, tx, by, once, func() (string, error) { return "", s.holdTalk(ctx, tx, by, t) })
		return err
	})
	if err != nil {
		return fmt.Errorf("hold a talk: %w", err)
	}
	return nil
}

func (s *Store) holdTalk(ctx context.Context, tx *sql.Tx, by apply.Actor, t casework.Talk) error {
	entry := casework.AuditEntry{At: s.now(), Actor: by, Action: casework.HoldTalk, Detail: "counted"}
	if t.Recorded() {
		entry.Reference, entry.Detail = apply.Reference(t.With.ID), string(t.With.Kind)
		if err := s.recordTalk(ctx, tx, by, t); err != nil {
			return err
		}
	}
	if err := s.countTalk(ctx, tx, t); err != nil {
		return err
	}
	return s.audit(ctx, tx, entry)
}

// countTalk adds to the counts in one order, so that two talks never wait for each other.
func (s *Store) countTalk(ctx context.Context, tx *sql.Tx, t casework.Talk) error {
	month := s.now().In(apply.China).Format("2006-01")
	for _, policy := range append([]string{""}, slices.Sorted(maps.Keys(t.Marks))...) {
		_, err := tx.ExecContext(ctx, `INSERT INTO talk_counts (town, village, month, policy, mark, number) VALUES ($1, $2, $3, $4, $5, 1)
			ON CONFLICT (town, village, month, policy, mark) DO UPDATE SET number = talk_counts.number + 1`,
			t.Town, t.Village, month, policy, string(t.Marks[policy]))
		if err != nil {
			return err
		}
	}
	return nil
}

// recordTalk keeps a talk with its case, which the director must be allowed to see: a
// child of the own villages, or an application that is being helped with.
func (s *Store) recordTalk(ctx context.Context, tx *sql.Tx, by apply.Actor, t casework.Talk) error {
	var child, reference sql.NullString
	switch t.With.Kind {
	case casework.ChildCase:
		c, err := s.child(ctx, tx, t.With.ID, s.lockRows)
		if err != nil {
			return err
		}
		scope := c.Scope()
		if err := permit(ctx, tx, by, casework.VisitChild, &scope); err != nil {
			return err
		}
		if !c.Closed.IsZero() {
			return apply.ErrConflict
		}
		child = sql.NullString{String: c.ID, Valid: true}
	default:
		part, err := s.openAssist(ctx, tx, by, apply.Reference(storable(t.With.ID)))
		if err != nil {
			return err
		}
		reference = sql.NullString{String: string(part.Reference), Valid: true}
	}
	id, err := s.newID()
	if err != nil {
		return err
	}
	consent := *t.Consent
	if consent.At.IsZero() {
		consent.At = s.now()
	}
	body, err := fileSealer{s, "talks", id}.seal("body", talkBody{t.Marks, consent})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO talks (id, child_id, reference, user_id, at, body) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, child, reference, by.ID, micros(s.now()), body)
	return err
}

// TalksWith returns the talks that are kept with a case, the latest first, for who may
// open the case. Where there are any, the audit tells that they were seen.
func (s *Store) TalksWith(ctx context.Context, by apply.Actor, c casework.Case) ([]casework.TalkRecord, error) {
	var out []casework.TalkRecord
	action := casework.OpenApplication
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		var scope casework.Scope
		column, id := "reference", c.ID
		switch c.Kind {
		case casework.ChildCase:
			child, err := s.child(ctx, tx, c.ID, "")
			if err != nil {
				return err
			}
			scope, action, column = child.Scope(), casework.OpenChild, "child_id"
		default:
			a, err := s.load(ctx, tx, apply.Reference(storable(c.ID)))
			if err != nil {
				return err
			}
			if a.State == apply.Draft { // still the family's alone
				return apply.ErrNotFound
			}
			scope, id = casework.ScopeOf(a), string(cmp.Or(a.Household, a.Reference))
		}
		if err := permit(ctx, tx, by, action, &scope); err != nil {
			return err
		}
		if out, err = s.talks(ctx, tx, column, id); err != nil || len(out) == 0 {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: action, Reference: apply.Reference(storable(c.ID)), Detail: "talks"})
	})
	if err != nil {
		return nil, fmt.Errorf("talks of a case: %w", err)
	}
	return out, nil
}

func (s *Store) talks(ctx context.Context, tx *sql.Tx, column, id string) ([]casework.TalkRecord, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (casework.TalkRecord, error) {
		var r casework.TalkRecord
		var at int64
		var body []byte
		if err := scan(&r.ID, &r.By, &at, &body); err != nil {
			return r, err
		}
		var b talkBody
		err := (fileSealer{s, "talks", r.ID}).open("body", body, &b)
		r.At, r.Marks, r.Consent = moment(at), b.Marks, b.Consent
		return r, err
	}, `SELECT t.id, COALESCE(u.name, ''), t.at, t.body FROM talks t LEFT JOIN users u ON u.id = t.user_id WHERE t.`+column+` = $1 ORDER BY t.at DESC, t.id`, storable(id))
}

// TalkCounts counts the talks of what the user may see: a director's villages, a
// supervisor's town, the city.
func (s *Store) TalkCounts(ctx context.Context, by apply.Actor, q casework.TalkQuery) ([]casework.TalkCount, error) {
	var out []casework.TalkCount
	err := s.read(ctx, func(tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		if !u.Has(casework.CountTalks) {
			return casework.ErrForbidden
		}
		w := condition{text: "number > 0"}
		if !u.Everywhere(casework.CountTalks) {
			q.Town = u.Area
		}
		if q.Town != "" {
			w.and("town = " + w.arg(storable(q.Town)))
		}
		if q.Month != "" {
			w.and("month = " + w.arg(storable(q.Month)))
		}
		out, err = eachRow(ctx, tx, func(scan func(...any) error) (casework.TalkCount, error) {
			var c casework.TalkCount
			err := scan(&c.Town, &c.Village, &c.Policy, &c.Mark, &c.Number)
			return c, err
		}, `SELECT town, village, policy, mark, SUM(number) FROM talk_counts WHERE `+w.text+` GROUP BY town, village, policy, mark ORDER BY town, village, policy, mark`, w.args...)
		if u.Role == casework.Director {
			out = slices.DeleteFunc(out, func(c casework.TalkCount) bool { return !slices.Contains(u.Villages(), c.Village) })
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count talks: %w", err)
	}
	return out, nil
}
