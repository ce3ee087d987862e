package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// How much of the feedback a report shows.
const (
	feedbackPages = 200
	feedbackTexts = 100
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
		report.Latest, err = s.feedbackTexts(ctx, tx)
		return err
	})
	if err != nil {
		return casework.FeedbackReport{}, fmt.Errorf("read feedback: %w", err)
	}
	return report, nil
}

func feedbackCounts(ctx context.Context, tx *sql.Tx) ([]casework.FeedbackCount, error) {
	rows, err := tx.QueryContext(ctx, `SELECT path, useful, useless, wrong FROM (
			SELECT path,
				SUM(CASE WHEN verdict = $1 THEN 1 ELSE 0 END) AS useful,
				SUM(CASE WHEN verdict = $2 THEN 1 ELSE 0 END) AS useless,
				SUM(CASE WHEN verdict = $3 THEN 1 ELSE 0 END) AS wrong
			FROM feedback GROUP BY path) AS counts
		ORDER BY wrong DESC, useless DESC, useful DESC, path LIMIT $4`,
		string(casework.Useful), string(casework.Useless), string(casework.Wrong), feedbackPages)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.FeedbackCount
	for rows.Next() {
		var c casework.FeedbackCount
		if err := rows.Scan(&c.Path, &c.Useful, &c.Useless, &c.Wrong); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (s *Store) feedbackTexts(ctx context.Context, tx *sql.Tx) ([]casework.Feedback, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, at, path, lang, verdict, text FROM feedback
		WHERE LENGTH(text) > 0 ORDER BY at DESC, id LIMIT $1`, feedbackTexts)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.Feedback
	for rows.Next() {
		var f casework.Feedback
		var id string
		var at int64
		var sealed []byte
		if err := rows.Scan(&id, &at, &f.Path, &f.Lang, &f.Verdict, &sealed); err != nil {
			return nil, err
		}
		text, err := s.vault.Open(sealed, feedbackBound(id))
		if err != nil {
			return nil, fmt.Errorf("open text: %w", err)
		}
		f.At, f.Text = moment(at), string(text)
		out = append(out, f)
	}
	return out, rows.Err()
}
