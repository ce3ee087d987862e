package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// FollowReport returns to who reported it how far a report is: no more of it than that.
// Wrong number and wrong code are the same [apply.ErrNotFound]; too many lock as those
// of an application do.
func (s *Store) FollowReport(ctx context.Context, ref apply.Reference, code apply.Code, client string) (casework.ReportState, error) {
	var state casework.ReportState
	err := s.openReport(ctx, ref, code, client, func(ctx context.Context, tx *sql.Tx, r *casework.Report) error {
		state = r.State
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: casework.Reporter, Action: casework.FollowReport, Reference: ref})
	})
	if err != nil {
		return "", fmt.Errorf("follow report: %w", err)
	}
	return state, nil
}

// AddToReport adds words of who reported it, once for each page, and tells those who
// handle it.
func (s *Store) AddToReport(ctx context.Context, ref apply.Reference, code apply.Code, client string, key apply.Token, words string) (casework.ReportState, error) {
	var state casework.ReportState
	err := s.openReport(ctx, ref, code, client, func(ctx context.Context, tx *sql.Tx, r *casework.Report) error {
		state = r.State
		var sent int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM report_events WHERE report = $1 AND page_key = $2`, string(ref), key.Hash()).Scan(&sent); err != nil || sent > 0 {
			return err
		}
		return s.addToReport(ctx, tx, r, key, words)
	})
	if err != nil {
		return "", fmt.Errorf("add to report: %w", err)
	}
	return state, nil
}

func (s *Store) addToReport(ctx context.Context, tx *sql.Tx, r *casework.Report, key apply.Token, words string) error {
	version, known := r.Version, len(r.Events)
	if err := s.updateReport(ctx, tx, r, version); err != nil {
		return err
	}
	hands, err := s.reportHands(ctx, tx, r)
	if err != nil {
		return err
	}
	if err := s.alertAll(ctx, tx, r, hands, NoteReportAdded); err != nil {
		return err
	}
	r.Tell(casework.ReportEvent{At: s.now(), Actor: casework.Reporter, Step: casework.StepAdded, Words: casework.FirstWords(words, casework.ReportLong)})
	if err := s.saveReportRest(ctx, tx, r, known, key.Hash()); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: casework.Reporter, Action: casework.AddToReport, Reference: r.Number})
}

// openReport runs fn for who knows number and code.
func (s *Store) openReport(ctx context.Context, ref apply.Reference, code apply.Code, client string, fn func(context.Context, *sql.Tx, *casework.Report) error) error {
	try := attempt{{byReport, string(ref)}, {byClient, client}}
	if err := s.begin(ctx, try); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.loadReport(ctx, tx, `number = $1`, string(ref), s.lockRows)
		if errors.Is(err, apply.ErrNotFound) {
			found = &casework.Report{} // compared all the same
		} else if err != nil {
			return err
		}
		if same := found.Code.Equal(code); !same || found.Code == "" {
			return apply.ErrNotFound
		}
		if err := s.succeed(ctx, tx, try); err != nil {
			return err
		}
		return fn(ctx, tx, found)
	})
}
