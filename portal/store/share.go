package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
