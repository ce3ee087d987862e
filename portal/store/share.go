package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

const linkColumns = `SELECT code, target, town, village, made_at FROM share_links `

// codeTries is how often a new code is drawn that another link has already. There are
// 28 million of them.
const codeTries = 8

// ShareLink returns the one link of a place to a target, which is made the first time.
// That somebody made it stands in the audit.
func (s *Store) ShareLink(ctx context.Context, by apply.Actor, t outreach.Target, at outreach.Place) (outreach.Link, error) {
	at.Village = storable(at.Village)
	var out outreach.Link
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.ShareKit, &casework.Scope{Town: at.Town, Village: at.Village}); err != nil {
			return err
		}
		out, err = s.shareLink(ctx, tx, by, t, at)
		return err
	})
	if err != nil {
		return outreach.Link{}, fmt.Errorf("link to %s: %w", t, err)
	}
	return out, nil
}

// ShareLinks returns the one link of a place to each of the targets, in their order. Only
// what is missing is made, so that whoever has them all writes nothing.
func (s *Store) ShareLinks(ctx context.Context, by apply.Actor, targets []outreach.Target, at outreach.Place) ([]outreach.Link, error) {
	at.Village = storable(at.Village)
	scope := casework.Scope{Town: at.Town, Village: at.Village}
	had := map[outreach.Target]outreach.Link{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.ShareKit, &scope); err != nil {
			return err
		}
		all, err := eachRow(ctx, tx, scanLink, linkColumns+`WHERE town = $1 AND village = $2`, at.Town, at.Village)
		for _, l := range all {
			had[l.Target] = l
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("links of a place: %w", err)
	}
	if missing := slices.DeleteFunc(slices.Clone(targets), func(t outreach.Target) bool { return had[t].Code != "" }); len(missing) > 0 {
		err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			if err := permit(ctx, tx, by, casework.ShareKit, &scope); err != nil {
				return err
			}
			for _, t := range missing {
				if had[t], err = s.shareLink(ctx, tx, by, t, at); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("make links of a place: %w", err)
	}
	out := make([]outreach.Link, 0, len(targets))
	for _, t := range targets {
		out = append(out, had[t])
	}
	return out, nil
}

func (s *Store) shareLink(ctx context.Context, tx *sql.Tx, by apply.Actor, t outreach.Target, at outreach.Place) (outreach.Link, error) {
	const same = `WHERE town = $1 AND village = $2 AND target = $3`
	for range codeTries {
		had, err := scanLink(tx.QueryRowContext(ctx, linkColumns+same, at.Town, at.Village, t.String()).Scan)
		if !errors.Is(err, apply.ErrNotFound) {
			return had, err
		}
		code, err := outreach.NewCode(s.random)
		if err != nil {
			return outreach.Link{}, err
		}
		made, err := changed(tx.ExecContext(ctx, `INSERT INTO share_links (code, target, town, village, made_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			string(code), t.String(), at.Town, at.Village, micros(s.now())))
		if err != nil {
			return outreach.Link{}, err
		}
		if made {
			err = s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ShareKit, Detail: t.String()})
			return outreach.Link{Code: code, Target: t, Place: at, Made: s.now()}, err
		}
	}
	return outreach.Link{}, errors.New("no code is free")
}

// LinkByCode returns the link that has the code.
func (s *Store) LinkByCode(ctx context.Context, code outreach.Code) (outreach.Link, error) {
	out, err := scanLink(s.db.QueryRowContext(ctx, linkColumns+`WHERE code = $1`, string(code)).Scan)
	if err != nil {
		return out, fmt.Errorf("link by code: %w", err)
	}
	return out, nil
}

func scanLink(scan func(...any) error) (l outreach.Link, err error) {
	var target string
	var made int64
	if err := scan(&l.Code, &target, &l.Town, &l.Village, &made); err != nil {
		return l, missing(err)
	}
	l.Target, _ = outreach.ParseTarget(target)
	l.Made = moment(made)
	return l, nil
}
