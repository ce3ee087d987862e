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

// guardVersion is the migration whose statements differ between the databases.
const guardVersion = 4

// migrate brings the tables up to date. Servers that start at the same time wait
// for each other on PostgreSQL; SQLite locks its file.
func (s *Store) migrate(ctx context.Context) error {
	dialect, dir := goose.DialectSQLite3, "migrations/sqlite"
	guard := goose.NewGoMigration(guardVersion, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		b, err := migrations.ReadFile(dir + "/audit_guard.sql")
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, string(b))
		return err
	}}, nil)
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(guard)}
	if s.postgres {
		dialect, dir = goose.DialectPostgres, "migrations/postgres"
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, s.db, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}
