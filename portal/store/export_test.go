package store

import (
	"context"
	"database/sql"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Fill writes applications as they are, with their histories and the audit.
func (s *Store) Fill(ctx context.Context, all []*apply.Application) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var records, events [][]any
		var lines []casework.AuditEntry
		for _, a := range all {
			d := &dossier{record: record{a: a}}
			if !a.Submitted.IsZero() {
				d.key = "key"
			}
			if err := s.sealDossier(d); err != nil {
				return err
			}
			records = append(records, d.values())
			for i, e := range a.Events {
				events = append(events, []any{string(a.Reference), e.Number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Move), string(e.State), d.words[i]})
				lines = append(lines, casework.AuditEntry{At: e.At, Actor: e.Actor, Action: casework.Action(e.Move), Reference: a.Reference})
			}
		}
		if err := s.writeRows(ctx, tx, insertInto(`applications`, recordColumns), records); err != nil {
			return err
		}
		if err := s.writeRows(ctx, tx, insertEvents, events); err != nil {
			return err
		}
		return s.auditAll(ctx, tx, lines)
	})
}

// Place is where the list goes on behind an application.
func Place(a *apply.Application) string {
	return mark{int64(waiting(a.State)), micros(a.Submitted), string(a.Reference)}.String()
}

// Analyze brings the planner's statistics up to date, as the server does by itself
// some time after many rows have come.
func (s *Store) Analyze(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `ANALYZE`)
	return err
}
