package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// OpenAt opens a store whose tables are those of an earlier version.
func OpenAt(ctx context.Context, c Config, version int64) (*Store, error) {
	s, err := connect(c)
	if err != nil {
		return nil, err
	}
	provider, err := s.migrator()
	if err != nil {
		return nil, err
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return nil, err
	}
	s.startWriting()
	return s, nil
}

// InOneBatch makes calls, each of which changes one application, and carries all of them out
// in one batch.
func (s *Store) InOneBatch(calls ...func()) {
	running := s.changes
	s.changes = &lanes{jobs: make(chan *job)}
	defer func() { s.changes = running }()
	var called sync.WaitGroup
	for _, call := range calls {
		called.Go(call)
	}
	var batch []*job
	for range calls {
		batch = append(batch, <-s.changes.jobs)
	}
	l := &lane{store: s, lanes: s.changes}
	l.finish(batch)
	called.Wait()
	l.disconnect()
}

// Fill writes applications as they are, with their histories and the audit.
func (s *Store) Fill(ctx context.Context, all []*apply.Application) error {
	return s.fill(ctx, all, s.auditAll)
}

// FillUnchained is Fill for tables in which the audit is no chain yet.
func (s *Store) FillUnchained(ctx context.Context, all []*apply.Application) error {
	return s.fill(ctx, all, func(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) error {
		links := make([]link, len(lines))
		for i := range links {
			links[i].number = int64(i + 1)
		}
		rows := auditRows(lines, links)
		for i := range rows {
			rows[i] = rows[i][:len(rows[i])-1]
		}
		if _, err := tx.ExecContext(ctx, `UPDATE audit_head SET number = $1`, len(lines)); err != nil {
			return err
		}
		return s.writeRows(ctx, tx, insertInto(`audit`, auditColumns), rows)
	})
}

func (s *Store) fill(ctx context.Context, all []*apply.Application, audit func(context.Context, *sql.Tx, []casework.AuditEntry) error) error {
	columns, history := recordColumns, insertEvents
	_, early := s.db.ExecContext(ctx, `SELECT turn FROM applications WHERE FALSE`) // before the queue
	if early != nil {
		columns, history = strings.TrimSuffix(columns, `, turn`), insertInto(`events`, `reference, number, at, actor_kind, actor_id, move, state, words`)
	}
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var records, events [][]any
		var lines []casework.AuditEntry
		dossiers, err := s.sealed(all)
		if err != nil {
			return err
		}
		for i, a := range all {
			d := dossiers[i]
			row := d.values()
			records = append(records, row[:1+strings.Count(columns, ",")])
			for i, e := range a.Events {
				events = append(events, []any{string(a.Reference), e.Number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Move), string(e.State), d.words[i], groundIDs(e.Grounds)}[:1+strings.Count(history.columns, ",")])
				lines = append(lines, casework.AuditEntry{At: e.At, Actor: e.Actor, Action: casework.Action(e.Move), Reference: a.Reference})
			}
		}
		if err := s.writeRows(ctx, tx, insertInto(`applications`, columns), records); err != nil {
			return err
		}
		if err := s.writeRows(ctx, tx, history, events); err != nil {
			return err
		}
		return audit(ctx, tx, lines)
	})
}

// sealed is what is written of applications, with all processors.
func (s *Store) sealed(all []*apply.Application) ([]*dossier, error) {
	out := make([]*dossier, len(all))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, a := range all {
		out[i] = &dossier{record: record{a: a}}
		if !a.Submitted.IsZero() {
			out[i].key = "key"
		}
		work.Go(func() error { return s.sealDossier(out[i]) })
	}
	return out, work.Wait()
}

// WithoutIndexes runs fill while there are only the primary keys, and builds the other
// indexes afterwards, as one does who loads a million rows.
func (s *Store) WithoutIndexes(ctx context.Context, fill func() error) error {
	statement := `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`
	if s.postgres {
		statement = `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE%'`
	}
	rows, err := s.db.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	var drop, create []string
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			return err
		}
		drop, create = append(drop, `DROP INDEX `+name), append(create, definition)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := s.execAll(ctx, drop); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	return s.execAll(ctx, create)
}

func (s *Store) execAll(ctx context.Context, statements []string) error {
	for _, statement := range statements {
		if err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Place is where the list goes on behind an application.
func (s *Store) Place(a *apply.Application) string {
	return mark{turn: s.turn(a), reference: string(a.Reference)}.String()
}

// Analyze brings the planner's statistics up to date, as the server does by itself
// some time after many rows have come.
func (s *Store) Analyze(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `ANALYZE`)
	return err
}

// ChainAnew makes the audit's chain out of its lines as they are.
func (s *Store) ChainAnew(ctx context.Context) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.chainOldLines(ctx, tx) })
}

// SealedColumns are those that a rotation seals anew, as table.column.
func (s *Store) SealedColumns() []string {
	var out []string
	for _, t := range s.sealedTables() {
		for _, c := range t.columns {
			out = append(out, t.name+"."+c)
		}
	}
	return out
}

// ChildrenPlan is how SQLite goes about a page of the register.
func (s *Store) ChildrenPlan(ctx context.Context, by apply.Actor, q casework.ChildQuery) (string, error) {
	var steps []string
	err := s.read(ctx, func(tx *sql.Tx) error {
		where, err := s.childrenWhere(ctx, tx, by, q)
		if err != nil {
			return err
		}
		steps, err = eachRow(ctx, tx, func(scan func(...any) error) (step string, err error) {
			var id, parent, unused int
			err = scan(&id, &parent, &unused, &step)
			return step, err
		}, `EXPLAIN QUERY PLAN SELECT `+childColumns+` FROM children WHERE `+where.text+` ORDER BY due_at, id LIMIT 51`, where.args...)
		return err
	})
	return strings.Join(steps, "; "), err
}

// FiguresPlans is how SQLite goes about counting what was submitted, what was decided
// and what waits.
func (s *Store) FiguresPlans(ctx context.Context) ([]string, error) {
	var out []string
	err := s.read(ctx, func(tx *sql.Tx) error {
		for _, one := range []struct {
			statement string
			args      []any
		}{{receivedCounted, []any{1, 2}}, {decidedCounted, []any{1, 2}}, {waitingCounted, nil}} {
			steps, err := eachRow(ctx, tx, func(scan func(...any) error) (step string, err error) {
				var id, parent, unused int
				err = scan(&id, &parent, &unused, &step)
				return step, err
			}, `EXPLAIN QUERY PLAN `+one.statement, one.args...)
			if err != nil {
				return err
			}
			out = append(out, strings.Join(steps, "\n")+"\n")
		}
		return nil
	})
	return out, err
}

// SharedPlan is how PostgreSQL goes about finding another grant of the same child in a
// table that is too large to be read whole.
func (s *Store) SharedPlan(ctx context.Context, t casework.PayTerms) (string, error) {
	var steps []string
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if _, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
			return err
		}
		var args arguments
		steps, err = eachRow(ctx, tx, func(scan func(...any) error) (step string, err error) {
			err = scan(&step)
			return step, err
		}, `EXPLAIN SELECT `+shared(t, &args)+` FROM applications a`, args...)
		return err
	})
	return strings.Join(steps, "\n"), err
}

// SealedTables names the tables with sealed columns.
func SealedTables() []string {
	var out []string
	for _, table := range (&Store{}).sealedTables() {
		out = append(out, table.name)
	}
	return out
}
