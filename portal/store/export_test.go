package store

import (
	"context"
	"database/sql"

	"huitong/portal/apply"
)

// Fill writes applications as they are, with their histories and without the audit,
// which nobody can do outside of tests.
func (s *Store) Fill(ctx context.Context, all []*apply.Application) error {
	return s.transact(ctx, nil, func(tx *sql.Tx) error {
		var records, events [][]any
		for _, a := range all {
			d := &dossier{record: record{a: a}}
			if err := s.sealDossier(d); err != nil {
				return err
			}
			records = append(records, d.values())
			for i, e := range a.Events {
				events = append(events, []any{string(a.Reference), e.Number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Move), string(e.State), d.words[i]})
			}
		}
		if err := s.insertRows(ctx, tx, rowsInto{`applications (` + recordColumns + `)`, ``}, records); err != nil {
			return err
		}
		return s.insertRows(ctx, tx, insertEvents, events)
	})
}
