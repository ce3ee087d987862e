package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func stopBound(id string) []byte { return []byte("grant-stop:" + id) }

// monthsShown is how many of the months that were paid a case shows.
const monthsShown = 12

// GrantOf returns the grant of an application as it stands, for who may open that;
// [apply.ErrNotFound] where there is none.
func (s *Store) GrantOf(ctx context.Context, by apply.Actor, ref apply.Reference) (g casework.GrantState, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		var began, stopped int64
		var town string
		err := tx.QueryRowContext(ctx, `SELECT fact, amount, unit, began, stopped, town FROM grants WHERE reference = $1`, string(ref)).
			Scan(&g.Fact, &g.Amount, &g.Unit, &began, &stopped, &town)
		if err != nil {
			return missing(err)
		}
		if err := permit(ctx, tx, by, casework.OpenApplication, &casework.Scope{Town: town}); err != nil {
			return err
		}
		g.Began, g.Stopped = moment(began), moment(stopped)
		if g.Words, err = s.stopWords(ctx, tx, ref); err != nil {
			return err
		}
		g.Paid, err = texts[casework.Month](ctx, tx, `SELECT e.month FROM pay_entries e JOIN pay_lists l ON l.id = e.list
			WHERE e.reference = $1 AND l.state = $2 ORDER BY e.month DESC LIMIT $3`, string(ref), string(casework.PayConfirmed), monthsShown)
		return err
	})
	if err != nil {
		return g, fmt.Errorf("grant of an application: %w", err)
	}
	return g, nil
}

// stopWords are the last ones that were written when the grant was stopped.
func (s *Store) stopWords(ctx context.Context, tx *sql.Tx, ref apply.Reference) (string, error) {
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (words string, err error) {
		var id string
		var sealed []byte
		if err := scan(&id, &sealed); err != nil {
			return "", err
		}
		return words, s.openJSON(sealed, stopBound(id), &words)
	}, `SELECT id, words FROM grant_stops WHERE reference = $1 ORDER BY at DESC, id LIMIT 1`, string(ref))
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

// StopGrant makes a month the last one that is paid; the empty month lets the grant run
// again. seen is the state of it that was looked at: after another one it is
// [apply.ErrConflict].
func (s *Store) StopGrant(ctx context.Context, by apply.Actor, ref apply.Reference, last casework.Month, words string, seen time.Time) error {
	words = strings.TrimSpace(words)
	if words == "" {
		return fmt.Errorf("stop a grant: %w", apply.Invalid{{Field: "reason", Key: apply.KeyReasonRequired}})
	}
	id, err := s.newID()
	if err != nil {
		return err
	}
	sealed, err := s.sealJSON(storable(words), stopBound(id))
	if err != nil {
		return err
	}
	detail, stopped := "stop-undone", time.Time{}
	if last != "" {
		detail, stopped = "stop-after+"+string(last), last.Begins()
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var at casework.Scope
		if err := tx.QueryRowContext(ctx, `SELECT town FROM grants WHERE reference = $1`, string(ref)).Scan(&at.Town); err != nil {
			return missing(err)
		}
		if err := permit(ctx, tx, by, casework.StopGrant, &at); err != nil {
			return err
		}
		done, err := changed(tx.ExecContext(ctx, `UPDATE grants SET stopped = $1 WHERE reference = $2 AND stopped = $3 AND stopped <> $1`, micros(stopped), string(ref), micros(seen)))
		if err != nil {
			return err
		}
		if !done {
			return apply.ErrConflict
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO grant_stops (id, reference, at, actor, stopped, words) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, string(ref), micros(s.now()), by.ID, micros(stopped), sealed)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.StopGrant, Reference: ref, Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("stop a grant: %w", err)
	}
	return nil
}
