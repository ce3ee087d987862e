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

// differing are the migrations whose statements are not the same on both databases.
var differing = map[int64]string{4: "audit_guard.sql", 14: "fewer_indexes.sql"}

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
	dialect, dir := goose.DialectSQLite3, "migrations/sqlite"
	if s.postgres {
		dialect, dir = goose.DialectPostgres, "migrations/postgres"
	}
	var own []*goose.Migration
	for version, name := range differing {
		own = append(own, goose.NewGoMigration(version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			b, err := migrations.ReadFile(dir + "/" + name)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, string(b))
			return err
		}}, nil))
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(own...)}
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
