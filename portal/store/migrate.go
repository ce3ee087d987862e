package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// differing are the migrations whose statements are not the same on both databases, or
// which take more than statements.
var differing = map[int64][]step{
	4:  {file("audit_guard.sql")},
	14: {file("fewer_indexes.sql")},
	18: {file("second_look.sql")},
	25: {file("audit_chain.sql"), (*Store).chainOldLines, file("audit_chained.sql")},
	30: {file("pay_guard.sql")},
	50: {file("upload_parts.sql")},
	53: {onPostgres(file("list_statistics.sql"))},
	54: {onPostgres(file("child_hash.sql"))},
	56: {onSQLite(file("fewer_steps.sql"))},
}

// step is a part of a migration.
type step func(*Store, context.Context, *sql.Tx) error

// file is a step whose statements lie in a file of the database's own.
func file(name string) step {
	return func(s *Store, ctx context.Context, tx *sql.Tx) error {
		dir := "migrations/sqlite/"
		if s.postgres {
			dir = "migrations/postgres/"
		}
		b, err := migrations.ReadFile(dir + name)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, string(b))
		return err
	}
}

// onPostgres is a step that SQLite does not need.
func onPostgres(do step) step {
	return func(s *Store, ctx context.Context, tx *sql.Tx) error {
		if !s.postgres {
			return nil
		}
		return do(s, ctx, tx)
	}
}

// onSQLite is a step that PostgreSQL does not need.
func onSQLite(do step) step {
	return func(s *Store, ctx context.Context, tx *sql.Tx) error {
		if s.postgres {
			return nil
		}
		return do(s, ctx, tx)
	}
}

// migrate brings the tables up to date. Servers that start at the same time wait
// for each other on PostgreSQL; SQLite locks its file.
func (s *Store) migrate(ctx context.Context) error {
	provider, err := s.migrator()
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func (s *Store) migrator() (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if s.postgres {
		dialect = goose.DialectPostgres
	}
	var own []*goose.Migration
	for version, steps := range differing {
		own = append(own, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			for _, do := range steps {
				if err := do(s, ctx, tx); err != nil {
					return err
				}
			}
			return nil
		}}, nil))
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(own...),
		// A number that was kept free for somebody comes after greater ones: what none of
		// them builds on may be made up for.
		goose.WithAllowOutofOrder(true)}
	if s.postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, s.db, files, options...)
}
