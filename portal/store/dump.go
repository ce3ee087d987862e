package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A dump is every row of every table, from one state of the database, in values that
// both databases take: it restores into either. Nothing in it is opened: what is sealed
// stays so.

// dumpRows is how many rows a part has at most, and dumpBytes about how large it is.
const (
	dumpRows  = 1000
	dumpBytes = 1 << 20
)

// Part is some rows of a table. A value is a string, an int64, bytes or nil.
type Part struct {
	Table   string
	Columns []string
	Rows    [][]any
}

// ErrNotEmpty says that a dump was to be restored where there is something already.
var ErrNotEmpty = errors.New("the database is not empty")

// Dump tells begin the version of the tables and gives all rows to emit, those that
// others refer to first, while others go on to write. A database whose tables are of another
// version is left alone: whoever looks after it must not change it by a backup.
func Dump(ctx context.Context, c Config, begin func(version int64) error, emit func(Part) error) error {
	s, err := connect(c)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer func() { _ = s.db.Close() }()
	version, newest, err := s.versions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the tables: %w", err)
	}
	if version != newest {
		return fmt.Errorf("the tables are of version %d, this portal's of %d: use the portal that serves", version, newest)
	}
	if err := begin(version); err != nil {
		return err
	}
	return s.read(ctx, func(tx *sql.Tx) error {
		tables, err := s.tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := dumpTable(ctx, tx, t, emit); err != nil {
				return fmt.Errorf("table %s: %w", t, err)
			}
		}
		return nil
	})
}

// versions returns the version of the tables and the newest known.
func (s *Store) versions(ctx context.Context) (current, newest int64, err error) {
	provider, err := s.migrator()
	if err != nil {
		return 0, 0, err
	}
	return provider.GetVersions(ctx)
}

// tables lists our tables, each behind those that it refers to.
func (s *Store) tables(ctx context.Context, tx *sql.Tx) ([]string, error) {
	all, refer := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`,
		`SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
	if s.postgres {
		all = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`
		refer = `SELECT a.relname, b.relname FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid
			WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`
	}
	names, err := texts[string](ctx, tx, all)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "goose_") })
	needs := map[string][]string{}
	_, err = eachRow(ctx, tx, func(scan func(...any) error) (struct{}, error) {
		var from, to string
		err := scan(&from, &to)
		needs[from] = append(needs[from], to)
		return struct{}{}, err
	}, refer)
	return inOrder(names, needs), err
}

// inOrder puts each name behind those that it needs.
func inOrder(names []string, needs map[string][]string) []string {
	var out []string
	seen := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, other := range needs[n] {
			visit(other)
		}
		out = append(out, n)
	}
	for _, n := range names {
		visit(n)
	}
	return out
}

func dumpTable(ctx context.Context, tx *sql.Tx, table string, emit func(Part) error) error {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	p := Part{Table: table}
	if p.Columns, err = rows.Columns(); err != nil {
		return err
	}
	size := 0
	for rows.Next() {
		row, into := make([]any, len(p.Columns)), make([]any, len(p.Columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
		if size += sizeOf(row); len(p.Rows) == dumpRows || size >= dumpBytes {
			if err := emit(p); err != nil {
				return err
			}
			p.Rows, size = nil, 0
		}
	}
	if err := rows.Err(); err != nil || len(p.Rows) == 0 {
		return err
	}
	return emit(p)
}

func sizeOf(row []any) int {
	n := 0
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		default:
			n += 8
		}
	}
	return n
}

// Restore fills an empty database with the parts that next returns until it returns
// none, as tables of a version, and brings the tables up to date. Everything is there
// afterwards, or nothing.
func Restore(ctx context.Context, c Config, version int64, next func() (*Part, error)) (err error) {
	s, err := connect(c)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer func() { _ = s.db.Close() }()
	provider, err := s.migrator()
	if err != nil {
		return err
	}
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if version > newest {
		return fmt.Errorf("the backup's tables are of version %d, this portal's of %d: use the portal that made it, or a newer one", version, newest)
	}
	if current > version {
		return fmt.Errorf("%w: its tables are of version %d, those of the backup of %d", ErrNotEmpty, current, version)
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return fmt.Errorf("make tables of version %d: %w", version, err)
	}
	err = s.transact(ctx, nil, func(tx *sql.Tx) error {
		if err := s.clear(ctx, tx); err != nil {
			return err
		}
		for {
			p, err := next()
			if err != nil || p == nil {
				return err
			}
			if err := s.insertPart(ctx, tx, *p); err != nil {
				return fmt.Errorf("table %s: %w", p.Table, err)
			}
		}
	})
	if err == nil {
		_, err = provider.Up(ctx)
	}
	return err
}

// kept are the tables whose rows mean that somebody has used the database. What a
// migration puts into others makes way.
var kept = []string{"applications", "users", "audit"}

func (s *Store) clear(ctx context.Context, tx *sql.Tx) error {
	tables, err := s.tables(ctx, tx)
	if err != nil {
		return err
	}
	rows := map[string]int64{}
	for _, t := range tables {
		var n int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t).Scan(&n); err != nil {
			return err
		}
		if n > 0 && slices.Contains(kept, t) {
			return fmt.Errorf("%w: %d rows of %s", ErrNotEmpty, n, t)
		}
		rows[t] = n
	}
	for _, t := range slices.Backward(tables) {
		if rows[t] > 0 {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+t); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertPart writes rows one by one by a prepared statement. Names come from a file that
// only holders of its key can have made; they are checked against our tables all the same.
func (s *Store) insertPart(ctx context.Context, tx *sql.Tx, p Part) error {
	tables, err := s.tables(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Contains(tables, p.Table) || slices.ContainsFunc(p.Columns, notName) {
		return errors.New("is none of ours")
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO `+p.Table+` (`+strings.Join(p.Columns, ", ")+`) VALUES `+placeholders(len(p.Columns)))
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, row := range p.Rows {
		if _, err := insert.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return nil
}

func notName(s string) bool {
	return s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != ""
}
