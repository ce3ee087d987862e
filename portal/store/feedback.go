package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// How much of the feedback a report shows.
const (
	feedbackPages = 200
	feedbackTexts = 100
	settledShown  = 20 // of what has been dealt with
)

// KeepFeedback stores what a reader says of a page; the text is cleaned once more
// and sealed. The time is filled in.
func (s *Store) KeepFeedback(ctx context.Context, f casework.Feedback) error {
	err := s.keepFeedback(ctx, f)
	if err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return nil
}

func (s *Store) keepFeedback(ctx context.Context, f casework.Feedback) error {
	id, err := s.newID()
	if err != nil {
		return err
	}
	text := []byte{}
	if words := casework.CleanFeedback(f.Text); words != "" {
		if text, err = s.vault.Seal([]byte(words), feedbackBound(id)); err != nil {
			return err
		}
	}
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO feedback (id, at, path, lang, verdict, text) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, micros(s.now()), f.Path, f.Lang, string(f.Verdict), text)
		return err
	})
}

func feedbackBound(id string) []byte { return []byte("feedback:" + id + ":text") }

// Feedback returns how pages are judged, those with most errors reported first,
// and the newest texts. That the user saw it stands in the audit afterwards.
func (s *Store) Feedback(ctx context.Context, by apply.Actor) (casework.FeedbackReport, error) {
	var report casework.FeedbackReport
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ReadFeedback}, func(tx *sql.Tx) (err error) {
		if report.Pages, err = feedbackCounts(ctx, tx); err != nil {
			return err
		}
		if report.Latest, err = s.feedbackTexts(ctx, tx, `settled_at = 0 ORDER BY at DESC, id`, feedbackTexts); err != nil {
			return err
		}
		report.Settled, err = s.feedbackTexts(ctx, tx, `settled_at > 0 ORDER BY settled_at DESC, at DESC, id`, settledShown)
		return err
	})
	if err != nil {
		return casework.FeedbackReport{}, fmt.Errorf("read feedback: %w", err)
	}
	return report, nil
}

// Settle notes that somebody has dealt with remarks of readers or questions without an
// answer. What is not there any more, or was dealt with before, stays as it is.
func (s *Store) Settle(ctx context.Context, by apply.Actor, ids []string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.SettleRemark, nil); err != nil {
			return err
		}
		var n int64
		for _, id := range ids {
			for _, table := range []string{"feedback", "unanswered"} {
				r, err := tx.ExecContext(ctx, `UPDATE `+table+` SET settled_at = $1 WHERE id = $2 AND settled_at = 0`, micros(s.now()), storable(id))
				if err != nil {
					return err
				}
				changed, err := r.RowsAffected()
				if err != nil {
					return err
				}
				n += changed
			}
		}
		if n == 0 {
			return nil
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.SettleRemark, Detail: strconv.FormatInt(n, 10)})
	})
	if err != nil {
		return fmt.Errorf("settle remarks: %w", err)
	}
	return nil
}

func feedbackCounts(ctx context.Context, tx *sql.Tx) ([]casework.FeedbackCount, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (c casework.FeedbackCount, err error) {
		err = scan(&c.Path, &c.Useful, &c.Useless, &c.Wrong)
		return c, err
	}, `SELECT path, useful, useless, wrong FROM (
			SELECT path,
				SUM(CASE WHEN verdict = $1 THEN 1 ELSE 0 END) AS useful,
				SUM(CASE WHEN verdict = $2 THEN 1 ELSE 0 END) AS useless,
				SUM(CASE WHEN verdict = $3 THEN 1 ELSE 0 END) AS wrong
			FROM feedback GROUP BY path) AS counts
		ORDER BY wrong DESC, useless DESC, useful DESC, path LIMIT $4`,
		string(casework.Useful), string(casework.Useless), string(casework.Wrong), feedbackPages)
}

// feedbackTexts returns the texts of which where says which, and in what order.
func (s *Store) feedbackTexts(ctx context.Context, tx *sql.Tx, where string, limit int) ([]casework.Feedback, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (f casework.Feedback, err error) {
		var at, settled int64
		var sealed []byte
		if err := scan(&f.ID, &at, &f.Path, &f.Lang, &f.Verdict, &sealed, &settled); err != nil {
			return f, err
		}
		text, err := s.vault.Open(sealed, feedbackBound(f.ID))
		if err != nil {
			return f, fmt.Errorf("open text: %w", err)
		}
		f.At, f.Text, f.Settled = moment(at), string(text), moment(settled)
		return f, nil
	}, `SELECT id, at, path, lang, verdict, text, settled_at FROM feedback WHERE LENGTH(text) > 0 AND `+where+` LIMIT $1`, limit)
}
