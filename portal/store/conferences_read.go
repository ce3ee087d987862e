package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// conferenceRows is how many conferences to come, and things to see to, one is shown at
// once: more than anybody has.
const conferenceRows = 200

const conferenceColumns = `c.id, c.case_kind, c.case_id, c.town, c.state, c.version, c.caller, c.fields, c.at, c.updated_at`

// scanConference reads one row of conferenceColumns.
func scanConference(scan func(...any) error) (casework.Conference, error) {
	var c casework.Conference
	var fields string
	var at, updated int64
	err := scan(&c.ID, &c.Case.Kind, &c.Case.ID, &c.Town, &c.State, &c.Version, &c.Caller, &fields, &at, &updated)
	c.Fields, c.At, c.Updated = strings.Fields(fields), moment(at), moment(updated)
	return c, missing(err)
}

// conference returns one with guests, texts and decisions.
func (s *Store) conference(ctx context.Context, tx *sql.Tx, column, value string) (casework.Conference, error) {
	c, err := scanConference(tx.QueryRowContext(ctx, `SELECT `+conferenceColumns+` FROM conferences c WHERE c.`+column+` = $1`, value).Scan)
	if err != nil {
		return c, err
	}
	guests, err := texts[casework.Owner](ctx, tx, `SELECT guest FROM conference_guests WHERE conference = $1 ORDER BY guest`, c.ID)
	if err != nil {
		return c, err
	}
	for _, g := range guests {
		if user, ok := g.User(); ok {
			c.Users = append(c.Users, user)
		} else {
			c.Departments = append(c.Departments, casework.Department(g))
		}
	}
	var text string
	var sealed []byte
	err = tx.QueryRowContext(ctx, `SELECT id, body FROM conference_texts WHERE conference = $1 ORDER BY version DESC LIMIT 1`, c.ID).Scan(&text, &sealed)
	if err != nil {
		return c, missing(err)
	}
	body, err := s.vault.Open(sealed, conferenceBound(text))
	if err == nil {
		err = json.Unmarshal(body, &c.ConferenceText)
	}
	if err != nil {
		return c, err
	}
	if c.Excluded, err = keptAway(ctx, tx, c.Case); err != nil {
		return c, err
	}
	c.Decisions, err = s.decisions(ctx, tx, c.ID)
	return c, err
}

const decisionColumns = `d.id, d.number, d.owner, d.due_at, d.told, d.done_at, d.done_by, d.what`

// agreed reads one row of decisionColumns and what is put behind them.
func (s *Store) agreed(scan func(...any) error, more ...any) (casework.Agreed, error) {
	var a casework.Agreed
	var id string
	var due, done int64
	var told int
	var sealed []byte
	if err := scan(append([]any{&id, &a.Number, &a.Owner, &due, &told, &done, &a.DoneBy, &sealed}, more...)...); err != nil {
		return a, err
	}
	what, err := s.vault.Open(sealed, agreedBound(id))
	a.What, a.Due, a.Told, a.Done = string(what), moment(due), told == 1, moment(done)
	return a, err
}

func (s *Store) decisions(ctx context.Context, tx *sql.Tx, conference string) ([]casework.Agreed, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (casework.Agreed, error) { return s.agreed(scan) }, `SELECT `+decisionColumns+` FROM conference_decisions d WHERE d.conference = $1 ORDER BY d.number`, conference)
}

// OpenConference returns a conference as who looks may see it, once it stands in the
// audit. Where it is refused, it has its case all the same.
func (s *Store) OpenConference(ctx context.Context, by apply.Actor, id string) (casework.OpenedConference, error) {
	var out casework.OpenedConference
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		c, err := s.conference(ctx, tx, `id`, id)
		if err != nil {
			return err
		}
		out = casework.OpenedConference{Conference: casework.Conference{ID: c.ID, Case: c.Case}}
		at := c.Scope()
		if err := permit(ctx, tx, by, casework.OpenConference, &at); err != nil {
			return err
		}
		var seen []string
		switch err := permit(ctx, tx, by, casework.HoldConference, &casework.Scope{Town: c.Town}); {
		case err == nil:
			out.Conference, out.Holds = c, true
		case errors.Is(err, casework.ErrForbidden):
			if out, seen, err = s.forGuest(ctx, tx, by, c); err != nil {
				return err
			}
		default:
			return err
		}
		if out.Names, err = s.staffNames(ctx, tx, append([]string{c.Caller}, c.Users...)); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenConference, Reference: apply.Reference(c.Case.ID), Detail: strings.Join(seen, "+")})
	})
	if err != nil {
		return out, fmt.Errorf("open conference: %w", err)
	}
	return out, nil
}

// forGuest returns what somebody sees who takes part and does not hold the conference,
// and the names of the fields in it.
func (s *Store) forGuest(ctx context.Context, tx *sql.Tx, by apply.Actor, c casework.Conference) (casework.OpenedConference, []string, error) {
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
	if err != nil {
		return casework.OpenedConference{}, nil, err
	}
	out := casework.OpenedConference{Conference: c.ForInvited(u)}
	if !c.Reveals() {
		return out, nil, nil
	}
	of, err := s.shownCase(ctx, tx, c.Case)
	if err != nil || of.over {
		return out, nil, err
	}
	out.Policy, out.Answers = of.policy, map[string]string{}
	for _, name := range c.Fields {
		out.Answers[name] = of.values[name]
	}
	return out, c.Fields, nil
}

func (s *Store) staffNames(ctx context.Context, tx *sql.Tx, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		var name string
		err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, id).Scan(&name)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		out[id] = name
	}
	return out, nil
}

// ConferencesOf returns the conferences on a case without their texts, for who may hold
// them.
func (s *Store) ConferencesOf(ctx context.Context, by apply.Actor, of casework.Case) ([]casework.Conference, error) {
	var out []casework.Conference
	err := s.read(ctx, func(tx *sql.Tx) error {
		at, _, err := caseScope(ctx, tx, of)
		if err != nil {
			return err
		}
		if err := permit(ctx, tx, by, casework.HoldConference, &at); err != nil {
			return err
		}
		out, err = conferences(ctx, tx, ` WHERE c.case_kind = $1 AND c.case_id = $2 ORDER BY c.at, c.id`, string(of.Kind), of.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("conferences of a case: %w", err)
	}
	return out, nil
}

func conferences(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]casework.Conference, error) {
	return eachRow(ctx, tx, scanConference, `SELECT `+conferenceColumns+` FROM conferences c`+where, args...)
}

// Conferences returns the conferences to come that somebody takes part in or may hold,
// and what is theirs to see to.
func (s *Store) Conferences(ctx context.Context, by apply.Actor) (casework.ConferenceList, error) {
	var out casework.ConferenceList
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ListConferences}, func(tx *sql.Tx) error {
		u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, by.ID).Scan)
		if err != nil {
			return err
		}
		guest := []any{string(casework.OwnedBy(u.ID)), string(u.Department)}
		held, args := holding(u, guest)
		limit := ` LIMIT ` + strconv.Itoa(conferenceRows)
		out.Coming, err = conferences(ctx, tx, ` WHERE c.state = 'planned' AND (`+held+
			` OR EXISTS (SELECT 1 FROM conference_guests g WHERE g.conference = c.id AND g.guest IN ($1, $2)))`+openToMe+` ORDER BY c.at, c.id`+limit, args...)
		if err != nil {
			return err
		}
		out.Open, err = s.followUps(ctx, tx, `(d.owner = 'office' AND `+held+` OR d.owner IN ($1, $2))`+openToMe+` ORDER BY d.due_at, d.id`+limit, args)
		return err
	})
	if err != nil {
		return casework.ConferenceList{}, fmt.Errorf("list conferences: %w", err)
	}
	return out, nil
}

// openToMe leaves out what was said of a report from which the guest $1 is kept away.
const openToMe = ` AND NOT (c.case_kind = 'report' AND EXISTS (SELECT 1 FROM report_excluded x WHERE x.report = c.case_id AND 'user:' || x.user_id = $1))`

// holding is the condition for conferences that a user may hold. Every placeholder
// before it stands in it too, since PostgreSQL wants to know the type of each.
func holding(u casework.User, args []any) (string, []any) {
	switch {
	case u.Everywhere(casework.HoldConference):
		return `1 = 1`, args
	case u.Has(casework.HoldConference):
		return `c.town = $3`, append(args, u.Area)
	}
	return `1 = 0`, args
}

func (s *Store) followUps(ctx context.Context, tx *sql.Tx, where string, args []any) ([]casework.FollowUp, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+decisionColumns+`, c.id, c.case_kind, c.case_id FROM conference_decisions d
		JOIN conferences c ON c.id = d.conference WHERE d.done_at = 0 AND `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.FollowUp
	for rows.Next() {
		var f casework.FollowUp
		if f.Agreed, err = s.agreed(rows.Scan, &f.Conference, &f.Case.Kind, &f.Case.ID); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
