package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// pairingBody is what is sealed of a pairing.
type pairingBody struct {
	Helper casework.Helper `json:"helper"`
	Reason string          `json:"reason,omitempty"`
}

func (s *Store) pairings(ctx context.Context, tx *sql.Tx, child string) ([]casework.Pairing, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (casework.Pairing, error) {
		var p casework.Pairing
		var body []byte
		var began, ended int64
		if err := scan(&p.ID, &p.Child, &p.UserID, &body, &began, &ended); err != nil {
			return p, err
		}
		var b pairingBody
		err := (fileSealer{s, "pairings", p.ID}).open("body", body, &b)
		p.Helper, p.Reason, p.Began, p.Ended = b.Helper, b.Reason, moment(began), moment(ended)
		return p, err
	}, `SELECT id, child_id, user_id, body, began_at, ended_at FROM pairings WHERE child_id = $1 ORDER BY began_at DESC, id`, child)
}

// SetHelper pairs a helper with a child's family, changes the helper or ends the
// pairing. The error is [apply.Invalid] for what the rule wants.
func (s *Store) SetHelper(ctx context.Context, by apply.Actor, child string, version int, h casework.HelperChange) error {
	id, err := s.newID()
	if err != nil {
		return err
	}
	return s.changeChild(ctx, childChange{by, child, version, casework.PairChild, ""}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		now := s.now()
		h, err := h.Check(*c, now)
		if err != nil {
			return err
		}
		if err := s.endPairing(ctx, tx, c, h.Reason, now); err != nil {
			return err
		}
		c.Paired, c.HelperID = time.Time{}, ""
		if h.UserID == "" && h.Next.Name == "" {
			return nil
		}
		if err := mayHelp(ctx, tx, h.UserID, c.Scope()); err != nil {
			return err
		}
		body, err := fileSealer{s, "pairings", id}.seal("body", pairingBody{Helper: h.Next})
		if err != nil {
			return err
		}
		c.Paired, c.HelperID = now, h.UserID
		_, err = tx.ExecContext(ctx, `INSERT INTO pairings (id, child_id, user_id, body, began_at, ended_at) VALUES ($1, $2, $3, $4, $5, 0)`,
			id, c.ID, h.UserID, body, micros(now))
		return err
	})
}

func (s *Store) endPairing(ctx context.Context, tx *sql.Tx, c *casework.Child, reason string, now time.Time) error {
	all, err := s.pairings(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	p, ok := casework.ChildFile{Pairings: all}.Helper()
	if !ok {
		return nil
	}
	body, err := fileSealer{s, "pairings", p.ID}.seal("body", pairingBody{p.Helper, reason})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE pairings SET ended_at = $2, body = $3 WHERE id = $1`, p.ID, micros(now), body)
	return err
}

// mayHelp refuses users who could not write down what they saw.
func mayHelp(ctx context.Context, tx *sql.Tx, user string, at casework.Scope) error {
	if user == "" {
		return nil
	}
	u, err := scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, storable(user)).Scan)
	if err != nil {
		return err
	}
	if !u.May(casework.VisitChild, at) {
		return apply.Invalid{{Field: "helper", Key: apply.KeyChoose}}
	}
	return nil
}

// Helpers are the users who can be paired with a family of that place: those who may
// visit it.
func (s *Store) Helpers(ctx context.Context, by apply.Actor, at casework.Scope) ([]casework.User, error) {
	var all []casework.User
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.PairChild, &at); err != nil {
			return err
		}
		all, err = eachRow(ctx, tx, scanUser, userColumns+` WHERE area = $1 AND disabled_at = 0 ORDER BY role, name, login`, at.Town)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who can help: %w", err)
	}
	return slices.DeleteFunc(all, func(u casework.User) bool { return !u.May(casework.VisitChild, at) }), nil
}

func (s *Store) visits(ctx context.Context, tx *sql.Tx, child string) ([]casework.Visit, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (casework.Visit, error) {
		var v casework.Visit
		var body []byte
		var at int64
		if err := scan(&v.ID, &v.Child, &v.By, &v.Day, &body, &at); err != nil {
			return v, err
		}
		v.At = moment(at)
		return v, fileSealer{s, "visits", v.ID}.open("body", body, &v.Told)
	}, `SELECT id, child_id, user_id, day, body, at FROM visits WHERE child_id = $1 ORDER BY day DESC, at DESC, id`, child)
}

// RecordVisit writes down a visit; the next one is due from its day.
func (s *Store) RecordVisit(ctx context.Context, by apply.Actor, child string, version int, n casework.NewVisit) error {
	v, err := n.Check(s.now())
	if err != nil {
		return err
	}
	id, err := s.newID()
	if err != nil {
		return err
	}
	body, err := fileSealer{s, "visits", id}.seal("body", v.Told)
	if err != nil {
		return err
	}
	return s.changeChild(ctx, childChange{by, child, version, casework.VisitChild, ""}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		c.See(v)
		_, err := tx.ExecContext(ctx, `INSERT INTO visits (id, child_id, user_id, day, body, at) VALUES ($1, $2, $3, $4, $5, $6)`, id, c.ID, by.ID, v.Day, body, micros(s.now()))
		return err
	})
}

func (s *Store) episodes(ctx context.Context, tx *sql.Tx, child string) ([]casework.Episode, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (casework.Episode, error) {
		var e casework.Episode
		var body []byte
		if err := scan(&e.ID, &body); err != nil {
			return e, err
		}
		return e, fileSealer{s, "episodes", e.ID}.open("body", body, &e)
	}, `SELECT id, body FROM episodes WHERE child_id = $1 ORDER BY at DESC, id`, child)
}

// BeginCustody writes down that the protection centre took a child into temporary
// guardianship. One that lasts already is [apply.ErrConflict].
func (s *Store) BeginCustody(ctx context.Context, by apply.Actor, child string, version int, n casework.NewEpisode) error {
	now := s.now()
	e, err := n.Check(by.ID, now)
	if err != nil {
		return err
	}
	if e.ID, err = s.newID(); err != nil {
		return err
	}
	return s.changeChild(ctx, childChange{by, child, version, casework.KeepCustody, "begun"}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		e.Child = c.ID
		body, err := fileSealer{s, "episodes", e.ID}.seal("body", e)
		if err != nil {
			return err
		}
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO episodes (id, child_id, open, body, at) VALUES ($1, $2, 1, $3, $4) ON CONFLICT DO NOTHING`, e.ID, c.ID, body, micros(now)))
		if err == nil && !ok {
			err = apply.ErrConflict
		}
		c.InCustody, c.Review = now, e.ReviewAt()
		return err
	})
}

// GoOnWithCustody reviews the temporary guardianship that lasts, or ends it.
func (s *Store) GoOnWithCustody(ctx context.Context, by apply.Actor, child string, version int, step casework.EpisodeStep) error {
	detail := "reviewed"
	if step.End != "" {
		detail = "ended"
	}
	return s.changeChild(ctx, childChange{by, child, version, casework.KeepCustody, detail}, func(ctx context.Context, tx *sql.Tx, c *casework.Child) error {
		all, err := s.episodes(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if len(all) == 0 || all[0].Ended != "" {
			return apply.ErrConflict
		}
		e := all[0]
		if err := e.Go(step, by.ID, s.now()); err != nil {
			return err
		}
		body, err := fileSealer{s, "episodes", e.ID}.seal("body", e)
		if err != nil {
			return err
		}
		open := 1
		c.Review = e.ReviewAt()
		if e.Ended != "" {
			open, c.InCustody = 0, time.Time{}
		}
		_, err = tx.ExecContext(ctx, `UPDATE episodes SET open = $2, body = $3 WHERE id = $1`, e.ID, open, body)
		return err
	})
}
