package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func tellingBound(id string) []byte { return []byte("telling:" + id + ":words") }

// tellFamily writes what the family of an application may read, and tells those who want
// to hear that there is something. Other cases have no page that a family follows.
func (s *Store) tellFamily(ctx context.Context, tx *sql.Tx, c casework.Case, lines []casework.Telling) error {
	if c.Kind != casework.ApplicationCase || len(lines) == 0 {
		return nil
	}
	for _, l := range lines {
		id, err := s.newID()
		if err != nil {
			return err
		}
		sealed, err := s.vault.Seal([]byte(storable(l.Words)), tellingBound(id))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO tellings (id, reference, number, at, kind, department, task, due_at, words)
			SELECT $1, $2, COUNT(*) + 1, $3, $4, $5, $6, $7, $8 FROM tellings WHERE reference = $2`,
			id, c.ID, micros(l.At), string(l.Kind), string(l.Department), l.Task, micros(l.Due), sealed); err != nil {
			return err
		}
	}
	return s.notifyOf(ctx, tx, NoteChanged, []apply.Reference{apply.Reference(c.ID)})
}

// Tellings returns what the family of an application may read of what the offices do
// between themselves, oldest first, to whoever is already known to follow it.
func (s *Store) Tellings(ctx context.Context, ref apply.Reference) ([]casework.Telling, error) {
	var out []casework.Telling
	err := s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, at, kind, department, task, due_at, words FROM tellings WHERE reference = $1 ORDER BY at, number`, string(ref))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var l casework.Telling
			var id string
			var at, due int64
			var sealed []byte
			if err := rows.Scan(&id, &at, &l.Kind, &l.Department, &l.Task, &due, &sealed); err != nil {
				return err
			}
			words, err := s.vault.Open(sealed, tellingBound(id))
			if err != nil {
				return err
			}
			l.At, l.Due, l.Words = moment(at), moment(due), string(words)
			out = append(out, l)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read what a family is told: %w", err)
	}
	return out, nil
}
